"""The rows of a trace that are about one place."""

from dataclasses import dataclass, field

from asynccost.model import Figure
from asynccost.probe.trace import Blocking, Calls, Clients, Row, Serial, Tasks, Timers, Tokens, Trace


@dataclass(slots=True)
class Here:
    """The rows of a trace that are about one place, and where they come from."""

    source: str
    date: str
    lasted: float = 0.0  # seconds of the run
    clients: list[Clients] = field(default_factory=list)
    through: list[Calls] = field(default_factory=list)  # requests of the clients that were built here
    calls: list[Calls] = field(default_factory=list)  # requests that were made here
    serial: list[Serial] = field(default_factory=list)
    tasks: list[Tasks] = field(default_factory=list)
    timers: list[Timers] = field(default_factory=list)
    blocking: list[Blocking] = field(default_factory=list)
    tokens: list[Tokens] = field(default_factory=list)

    def figure(self, name: str, value: float, unit: str) -> Figure:
        """A number that the trace holds."""
        return Figure(name, value, unit, "measured", self.source, self.date)

    @property
    def runs(self) -> int:
        """How often the place ran, as far as anything of it was counted."""
        built = sum(c.created for c in self.clients)
        started = sum(t.created for t in self.tasks) + sum(t.created for t in self.timers)
        asked = sum(c.requests for c in self.calls) or sum(t.calls for t in self.tokens)
        return built or asked or started

    def put(self, row: Row, *, through: bool = False) -> None:
        """Add a row. through: requests of a client that was built here."""
        getattr(self, "through" if through else LISTS[type(row)]).append(row)


LISTS: dict[type[Row], str] = {
    Clients: "clients",
    Calls: "calls",
    Serial: "serial",
    Tasks: "tasks",
    Timers: "timers",
    Blocking: "blocking",
    Tokens: "tokens",
}


def lasted(trace: Trace) -> float:
    """Seconds from the first process's start to the last one's end."""
    return max((p.ended for p in trace.processes), default=0.0) - min((p.started for p in trace.processes), default=0.0)
