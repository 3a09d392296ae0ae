"""What prices rest on: a usage file, a trace, a what-if; and who asks for them."""

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from asynccost.cost.usage import Usage, with_calls

if TYPE_CHECKING:  # most scans join no trace
    from asynccost.probe.trace import Trace

USAGE = "asynccost-usage.toml"


@dataclass(frozen=True, slots=True)
class Money:
    """usage: what the user said; trace: what a run showed, read from `source`, whose last day was `date`."""

    usage: Usage = field(default_factory=Usage)
    trace: "Trace | None" = None
    source: str = ""
    date: str = ""


def load(root: str, *, usage: str | None = None, trace: str | None = None, calls: float | None = None) -> Money:
    """Read what was named; without a usage file by name, the project's own (`asynccost-usage.toml`) if it has one."""
    own = os.path.join(root, USAGE)
    path = usage or (own if os.path.isfile(own) else None)
    said = _read(os.path.relpath(path) if path == own else path) if path else Usage()
    if calls is not None:
        said = with_calls(said, calls)
    if trace is None:
        return Money(said)
    from asynccost.probe.tracefile import read

    return with_trace(Money(said), read(trace), trace)


def known(root: str, *, usage: str | None, trace: str | None, calls: float | None) -> Money | None:
    """The same, or None where nothing says how often anything runs, so that nothing could be added up."""
    if usage or trace or calls or os.path.isfile(os.path.join(root, USAGE)):
        return load(root, usage=usage, trace=trace, calls=calls)
    return None


def with_trace(money: Money, trace: "Trace", source: str) -> Money:
    """The same with what a run showed. source: what the trace is called."""
    from datetime import UTC, datetime

    ended = max((p.ended for p in trace.processes), default=0.0)
    day = datetime.fromtimestamp(ended, UTC).date().isoformat() if ended else ""
    return replace(money, trace=trace, source=source, date=day)


def _read(path: str) -> Usage:
    from asynccost.cost.usage_file import read

    return read(path)
