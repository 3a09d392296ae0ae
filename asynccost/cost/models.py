"""Tokens as bills count them, and what a model's cost: the tables of llm_prices/, a user's own prices before them."""

from __future__ import annotations

import pkgutil
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asynccost.model import Figure

_PROVIDER = re.compile(r"[\w-]+")
_DATE = re.compile(r"-20\d\d-?\d\d-?\d\d$")
_COMPACT_DATE = re.compile(r"-(20\d\d)(\d\d)(\d\d)$")


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one answer, or of many added up.

    input: every token of the prompt, cached and written ones too (OpenAI's way of counting; Anthropic's
    `input_tokens` leaves both out). cached: read from the provider's prompt cache; written: put into it, of which
    written_1h for an hour. output: all that was made, the hidden reasoning too.
    """

    input: int = 0
    cached: int = 0
    written: int = 0
    written_1h: int = 0
    output: int = 0
    reasoning: int = 0

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Tokens)))

    @property
    def fresh(self) -> int:
        """Input at the full price: neither read from the cache nor written to it."""
        return max(self.input - self.cached - self.written, 0)

    @property
    def hit_rate(self) -> float:
        """The share of the input that came from the cache, 0 to 1."""
        return self.cached / self.input if self.input else 0.0


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """US dollars per million tokens of one model; beyond `above` input tokens its next tier holds.

    read, write, write_1h are None where the provider has no such price: cached input then costs what input costs.
    """

    provider: str
    model: str
    input: float
    output: float
    read: float | None
    write: float | None
    write_1h: float | None
    origin: str
    source: str
    date: str
    above: int = 0
    tiers: tuple[ModelPrice, ...] = ()

    def of(self, tokens: Tokens) -> ModelPrice:
        """The prices that one request of this size pays."""
        fitting = [t for t in self.tiers if tokens.input > t.above]
        return fitting[-1] if fitting else self

    def figure(self, kind: str) -> Figure:
        """`price_input`, `price_output`, `price_read`, `price_write` or `price_write_1h` for a receipt."""
        from asynccost.model import Figure  # for which a program that is watched has no use

        unit = f"USD per million tokens of {self.model}"
        return Figure(f"price_{kind}", self._rate(kind), unit, self.origin, self.source, self.date)

    def _rate(self, kind: str) -> float:
        write = self.input if self.write is None else self.write
        return {
            "input": self.input,
            "output": self.output,
            "read": self.input if self.read is None else self.read,
            "write": write,
            "write_1h": write if self.write_1h is None else self.write_1h,
        }[kind]

    def dollars(self, tokens: Tokens) -> float:
        """What one request costs."""
        p = self.of(tokens)
        short = tokens.written - tokens.written_1h
        parts = {"input": tokens.fresh, "read": tokens.cached, "write": short, "write_1h": tokens.written_1h}
        parts["output"] = tokens.output
        return sum(count * p._rate(kind) for kind, count in parts.items()) / 1e6


Own = Mapping[str, ModelPrice]


def find(provider: str, model: str, own: Own | None = None) -> ModelPrice | None:
    """The prices of a model, a user's own first; None where nobody knows them. provider: the name of a table.

    A user's "gpt-4o" is also what "gpt-4o-2024-08-06" costs, as answers call it, unless that has a price of its own.
    """
    found = _known(provider, model.lower())
    if own:
        for name in (model, _DATE.sub("", model), found.model if found else model):
            for key in (f"{provider}/{name}", name):
                if key in own:
                    return own[key]
    return found


@cache
def _known(provider: str, model: str) -> ModelPrice | None:
    table = _table(provider)
    if table is None:
        return None
    for name in (model, _COMPACT_DATE.sub(r"-\1-\2-\3", model)):
        for key, row in table["models"].items():
            if any(_fits(pattern, name) for pattern in row["match"]):
                return _price(provider, key, row, table)
    others = (_known(other, model) for other in table.get("models_of", ()))
    return next((found for found in others if found), None)


def _price(provider: str, model: str, row: Mapping[str, Any], table: Mapping[str, Any]) -> ModelPrice:
    def made(values: Mapping[str, Any], above: int = 0, tiers: tuple[ModelPrice, ...] = ()) -> ModelPrice:
        p = {**row, **values}
        prices = p["input"], p.get("output", 0.0), p.get("read"), p.get("write"), p.get("write_1h")
        return ModelPrice(provider, model, *prices, "price", table["source"], table["date"], above, tiers)

    return made(row, tiers=tuple(made(tier, tier["above"]) for tier in row.get("tiers", ())))


@cache
def _table(provider: str) -> dict[str, Any] | None:
    """Read as a module is: a loop may need it, and tools that look for blocking calls there let imports pass.

    It stays in the watched program, whose collector need not look through texts and numbers: no lists of them are kept.
    """
    try:
        text = pkgutil.get_data(__package__, f"llm_prices/{provider}.toml") if _PROVIDER.fullmatch(provider) else None
    except FileNotFoundError:
        return None
    if text is None:
        return None
    table = tomllib.loads(text.decode())
    for row in table["models"].values():
        row["match"] = tuple(row["match"])
    return table


def _fits(pattern: str, name: str) -> bool:
    return all(_one(part, name) for part in pattern.split(" & "))


def _one(pattern: str, name: str) -> bool:
    if pattern.startswith("/"):
        return re.search(pattern[1:-1], name) is not None
    start, end = pattern.endswith("*"), pattern.startswith("*")
    core = pattern.strip("*")
    if start and end:
        return core in name
    return name.startswith(core) if start else name.endswith(core) if end else name == core
