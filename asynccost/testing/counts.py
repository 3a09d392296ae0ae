"""What one test did, as numbers that a run on another machine gives again, and the lines that they come from."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from asynccost.probe.sites import UNSEEN
from asynccost.probe.trace import Blocking, Calls, Clients, Place, R, Serial, Tasks, Timers, Tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

    from asynccost.cost.models import Tokens as Used
    from asynccost.probe.trace import Row

# In the order in which they are told: name -> what it counts, and what to do about too many.
MEASURES: Mapping[str, tuple[str, str]] = {
    "clients": ("clients built", "build one and keep it"),
    "leaked_sessions": ("clients left open", "close them, or use `async with`"),
    "connections": ("connections opened", "keep one client, and let it keep its connections"),
    "reused": ("requests over an open connection", ""),
    "repeats": ("requests that repeat an earlier one", "keep the answer"),
    "serial": ("requests that waited for one they did not need", "let them run together"),
    "leaked_tasks": ("tasks left behind", "hold the task, and await or cancel it"),
    "leaked_timers": ("timers left behind", "cancel the handle"),
    "block_ms": ("ms of a loop that stood still", "move the call to a thread"),
    "tokens": ("tokens of model calls", "see what made the prompts or answers longer"),
    "usd": ("US dollars of model calls", "see what made the calls dearer"),
}
LEAKS = ("leaked_sessions", "leaked_tasks", "leaked_timers")  # known once the test's fixtures are gone
Shares = dict[Place, float]


@dataclass(slots=True)
class Counts:
    """Each measure by the place that is responsible; a measure that is not here is nought.

    avoidable: of the connections, those that a pool would not have opened.
    """

    by_place: dict[str, Shares] = field(default_factory=dict)
    avoidable: Shares = field(default_factory=dict)

    def add(self, measure: str, place: Place, number: float) -> None:
        """Count something that a place did."""
        if number > 0:
            shares = self.by_place.setdefault(measure, {})
            shares[place] = shares.get(place, 0) + number

    def __getitem__(self, measure: str) -> float:
        """The sum over places."""
        return sum(self.by_place.get(measure, {}).values())

    def without(self, shared: Container[str]) -> Counts:
        """Without what these lines build (see `name_of`).

        It outlives tests: which of them comes to build it, and to open its connections, depends on their order.
        """
        kept = {measure: {**shares} for measure, shares in self.by_place.items()}
        for measure in ("clients", "leaked_sessions", "connections"):
            for place in [place for place in kept.get(measure, ()) if name_of(place) in shared]:
                kept[measure][place] = self.avoidable.get(place, 0) if measure == "connections" else 0
        return Counts(kept, self.avoidable)

    def numbers(self) -> dict[str, float]:
        """Measures that are not nought; milliseconds and counts as integers, dollars to the tenth of a cent's cent."""
        sums = {name: self[name] for name in MEASURES if name in self.by_place}
        return {name: round(n, 6) if name == "usd" else round(n) for name, n in sums.items() if n}

    def worst(self, measure: str, most: int = 3) -> Sequence[tuple[Place, float]]:
        """The places that did most of it."""
        return sorted(self.by_place.get(measure, {}).items(), key=lambda row: (-row[1], row[0]))[:most]


def name_of(place: Place) -> str:
    """A line that builds something, by file and function: edits above it change nothing."""
    return f"{place.path}::{place.function}"


def _itself(place: Place) -> Place:
    return place


def counts(rows: Iterable[Row], place: Callable[[Any], Place] = _itself) -> Counts:
    """The counts of a stretch of a run, of a trace or of the rows that count it; place: of what stands as a row's."""
    done = list(rows)
    found = Counts()
    for client in _of(done, Clients):
        found.add("clients", place(client.place), client.created)
        found.add("leaked_sessions", place(client.place), client.unclosed + client.live)
    _requests(done, found, place)
    for run in _of(done, Serial):
        found.add("serial", place(run.place), run.requests)
    for task in _of(done, Tasks):
        found.add("leaked_tasks", place(task.place), task.left + task.dropped)
    for timer in _of(done, Timers):
        found.add("leaked_timers", place(timer.place), timer.left)
    for block in _of(done, Blocking):
        at = place(block.place)
        if at.path != UNSEEN.file:  # nobody's line: an import of ours, a busy machine
            found.add("block_ms", at, 1000 * block.seconds)
    _model_calls(_of(done, Tokens), found, place)
    return found


def _of(rows: Sequence[Row], kind: type[R]) -> list[R]:
    return [row for row in rows if type(row) is kind]


def _requests(rows: Sequence[Row], found: Counts, place: Callable[[Any], Place]) -> None:
    """A client that was there before opens connections for the first test that asks: those count which it need not."""
    own = {client.place for client in _of(rows, Clients) if client.created}
    for call in _of(rows, Calls):
        built = call.client_place or call.place
        at = place(built)
        found.add("connections", at, call.new if built in own else call.avoidable)
        found.avoidable[at] = found.avoidable.get(at, 0) + call.avoidable
        found.add("reused", at, call.reused)
        found.add("repeats", place(call.place), call.repeats)


def _model_calls(rows: Sequence[Tokens], found: Counts, place: Callable[[Any], Place]) -> None:
    if not rows:
        return
    from asynccost.cost.llm import bill
    from asynccost.cost.models import find

    for row in rows:
        prices, at = find(row.provider, row.model), place(row.place)
        for tier, used in _tiers(row.counts):
            found.add("tokens", at, used.input + used.output)
            paid = prices and next((t for t in prices.tiers if t.above == tier), prices)
            if paid:
                found.add("usd", at, bill(used, paid, "", per="run").likely)


def _tiers(told: Mapping[str, int]) -> Iterator[tuple[int, Used]]:
    """Tokens by the tier that they were paid in; see Usage.counts."""
    from asynccost.cost.models import Tokens as Used

    names = [f.name for f in fields(Used)]
    for tier in sorted({int(name.partition("@")[2] or 0) for name in told}):
        at = f"@{tier}" if tier else ""
        yield tier, Used(**{name: told.get(f"{name}{at}", 0) for name in names})
