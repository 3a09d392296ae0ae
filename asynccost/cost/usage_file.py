"""asynccost-usage.toml: how often things run, on what, and prices of one's own. Says file and line of what cannot be.

    [calls-per-month]                       # path::function, path::Class, path, folder/ or "*"; the longest counts
    "*" = 100_000
    "app/api.py::answer" = 2_500_000

    [container]                             # any of CONTAINER below
    vcpus = 2
    waiting-billed = true

    [prices]
    vcpu-hour = 0.032

    [prices.requests]                       # USD per request, by scheme and host
    "https://api.maps.example" = 0.005

    [prices.models."gpt-4o"]                # USD per million tokens; also "azure/gpt-4o"
    input = 2.0
    output = 8.0
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from math import isfinite
from typing import Any, NoReturn

from asynccost.cost.models import ModelPrice
from asynccost.cost.rates import Rates
from asynccost.cost.usage import Usage
from asynccost.errors import SettingsError, nearest
from asynccost.model import Figure

CONTAINER = {
    "vcpus": "vcpus",
    "gigabytes": "gigabytes",
    "in-flight": "in_flight",
    "waiting-billed": "waiting_billed",
}
PRICES = {"vcpu-hour": "vcpu_hour", "gb-hour": "gb_hour"}
MODEL = ("input", "output", "read", "write", "write-1h")
_TABLES = ("calls-per-month", "container", "prices")


def read(path: str) -> Usage:
    """A usage file; raises SettingsError with file, line and what to do."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            text = file.read()
        return _Reader(path, text).usage(tomllib.loads(text))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from None


class _Reader:
    """One file's values -> Usage."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text

    def usage(self, values: Mapping[str, Any]) -> Usage:
        self._known(values, _TABLES, ())
        calls = self._table(values, ("calls-per-month",))
        rates = self._rates(values)
        prices = self._table(values, ("prices",))
        self._known(prices, [*PRICES, "models", "requests"], ("prices",))
        return Usage(
            {n: self._figure("calls_per_month", v, "calls a month", ("calls-per-month", n)) for n, v in calls.items()},
            rates,
            self._models(prices),
            self._requests(prices),
        )

    def _rates(self, values: Mapping[str, Any]) -> Rates:
        found: dict[str, float] = {}
        where: dict[str, str] = {}
        for table, names in (("container", CONTAINER), ("prices", PRICES)):
            given = self._table(values, (table,))
            if table == "container":
                self._known(given, names, (table,))
            for key, name in names.items():
                if key in given:
                    found[name], where[name] = self._number(given[key], (table, key)), self._where((table, key))
        if found.get("in_flight") == 0:
            self._refuse(("container", "in-flight"), "must be above 0: one request at once is 1")
        return Rates().with_values(found, where)

    def _models(self, prices: Mapping[str, Any]) -> dict[str, ModelPrice]:
        found = {}
        for model in self._table(prices, ("prices", "models")):
            at = ("prices", "models", model)
            row = self._table(prices["models"], at)
            self._known(row, MODEL, at)
            if "input" not in row:
                self._refuse(at, "needs input, in USD per million tokens")
            n = {key: self._number(value, (*at, key)) for key, value in row.items()}
            provider, _, name = model.rpartition("/")
            found[model] = ModelPrice(
                provider, name, n["input"], n.get("output", 0.0), n.get("read"), n.get("write"), n.get("write-1h"),
                "usage", self._where(at), "",
            )  # fmt: skip
        return found

    def _requests(self, prices: Mapping[str, Any]) -> dict[str, Figure]:
        found = {}
        for origin, value in self._table(prices, ("prices", "requests")).items():
            at = ("prices", "requests", origin)
            if not re.fullmatch(r"https?://[^/]+", origin):
                self._refuse(at, "must be scheme and host alone, such as https://api.example.com")
            found[origin.lower()] = self._figure("call_price", value, f"USD per request to {origin}", at)
        return found

    def _figure(self, name: str, value: Any, unit: str, at: tuple[str, ...]) -> Figure:
        return Figure(name, self._number(value, at), unit, "usage", self._where(at))

    def _number(self, value: Any, at: tuple[str, ...]) -> float:
        if at[-1] == "waiting-billed" and isinstance(value, bool):
            return float(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self._refuse(at, f"must be a number, not {value!r}")
        if not isfinite(value) or value < 0:
            self._refuse(at, f"must be 0 or more, not {value!r}")
        return float(value)

    def _table(self, values: Mapping[str, Any], at: tuple[str, ...]) -> Mapping[str, Any]:
        found = values.get(at[-1], {})
        if not isinstance(found, dict):
            self._refuse(at, "must be a table")
        return dict(found)

    def _known(self, values: Mapping[str, Any], names: Collection[str], at: tuple[str, ...]) -> None:
        for key in values:
            if key not in names:
                hint = nearest(key, names) or f"; known are {', '.join(names)}"
                self._refuse((*at, key), f"is not known here{hint}")

    def _where(self, at: tuple[str, ...]) -> str:
        """`file:line` of a key within its table, or of the table; the file where neither is found."""
        line, here = 0, ""
        for number, text in enumerate(self.text.splitlines(), 1):
            if header := re.match(r"\s*\[([^\[\]]+)\]", text):
                here = re.sub(r"[\"'\s]", "", header[1])
                if here == re.sub(r"\s", "", ".".join(at)):
                    line = line or number
            elif here == re.sub(r"\s", "", ".".join(at[:-1])) and _key(at[-1]).match(text):
                return f"{self.path}:{number}"
        return f"{self.path}:{line}" if line else self.path

    def _refuse(self, at: tuple[str, ...], why: str) -> NoReturn:
        raise SettingsError(f'{self._where(at)}: "{".".join(at)}" {why}')


def _key(name: str) -> re.Pattern[str]:
    return re.compile(rf"""\s*["']?{re.escape(name)}["']?\s*=""")
