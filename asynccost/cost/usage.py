"""What a user says of a service: how often things run, on what machines, at what prices. See usage_file.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asynccost.cost.rates import Rates
from asynccost.model import Figure

if TYPE_CHECKING:  # a scan without models to price need not load their tables
    from asynccost.cost.models import ModelPrice


@dataclass(frozen=True, slots=True)
class Usage:
    """What a user said. calls: figures named `calls_per_month` by entry point; requests: `call_price` by origin."""

    calls: Mapping[str, Figure] = field(default_factory=dict)
    rates: Rates = field(default_factory=Rates)
    models: "Mapping[str, ModelPrice]" = field(default_factory=dict)
    requests: Mapping[str, Figure] = field(default_factory=dict)

    def calls_of(self, path: str, function: str) -> Figure | None:
        """The calls a month of a function, by the longest entry that names it, its class, its file or a folder."""
        names = [f"{path}::{function}"] if function else []
        names += [f"{path}::{function[:at]}" for at in range(len(function) - 1, 0, -1) if function[at] == "."]
        names.append(path)
        names += [path[: at + 1] for at in range(len(path) - 1, 0, -1) if path[at] == "/"]
        return next((self.calls[name] for name in [*names, "*"] if name in self.calls), None)


def with_calls(usage: Usage, calls: float) -> Usage:
    """The same with one number of calls for everything: `--calls-per-month`, a what-if."""
    figure = Figure("calls_per_month", calls, "calls a month", "usage", "--calls-per-month")
    return Usage({"*": figure}, usage.rates, usage.models, usage.requests)
