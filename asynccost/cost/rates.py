"""Prices of machines, documented defaults, and what a user's file puts in their place."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from asynccost.model import Figure

OLD = 180  # days after which prices are not to be trusted unseen
_FILE = os.path.join(os.path.dirname(__file__), "rates.toml")


class Rates:
    """The figures of rates.toml by name, overridden where somebody knows better."""

    def __init__(self, known: Mapping[str, Figure] | None = None) -> None:
        self._figures = {**_shipped(), **(known or {})}

    def __getitem__(self, name: str) -> Figure:
        """A figure, such as `vcpu_hour`; KeyError for one that does not exist."""
        return self._figures[name]

    def client_cpu(self, kind: str) -> Figure | None:
        """What building a client of this kind takes, if that was ever measured."""
        return self._figures.get(f"client_cpu.{kind}")

    def client_bytes(self, kind: str) -> Figure:
        """What a client of this kind ("certificates" or "pool") keeps in memory while nothing closes it."""
        return self._figures[f"client_bytes.{kind}"]

    def names(self) -> list[str]:
        """Everything that can be overridden."""
        return list(self._figures)

    def with_values(self, values: Mapping[str, float], source: Mapping[str, str]) -> "Rates":
        """Rates with a user's values; source: where each one stands, such as `asynccost-usage.toml:7`."""
        own = {
            name: replace(self[name], value=value, origin="usage", source=source[name], date="", low=None, high=None)
            for name, value in values.items()
        }
        return Rates({**self._figures, **own})


@cache
def _shipped() -> dict[str, Figure]:
    with open(_FILE, "rb") as file:
        table = tomllib.load(file)
    flat: dict[str, dict[str, Any]] = {}
    for name, row in table.items():
        flat |= {name: row} if "value" in row else {f"{name}.{kind}": inner for kind, inner in row.items()}
    return {name: Figure(name.partition(".")[0], **row) for name, row in flat.items()}


def age(day: str, today: date | None = None) -> int:
    """How many days ago an ISO date was; raises ValueError where it is none."""
    return ((today or date.today()) - date.fromisoformat(day)).days


def warning(figures: Mapping[str, str], today: date | None = None) -> str:
    """One sentence if the prices of some tables (name -> ISO date) are old, else nothing."""
    old = sorted(f"{name} of {day}" for name, day in figures.items() if day and age(day, today) > OLD)
    if not old:
        return ""
    return (
        f"prices more than {OLD} days old: {', '.join(old)}; put today's into asynccost-usage.toml, or update asynccost"
    )
