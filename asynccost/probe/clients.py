"""Live clients by their identity: who built them, how often they were used, how they ended.

Keyed by id, since some have neither a dictionary nor weak references (aiohttp 4); a hook on the destructor, or a weak
reference where there is no destructor, tells the end.
"""

from __future__ import annotations

import time
import weakref
from typing import TYPE_CHECKING, Any

from asynccost.probe.gauges import Timeline
from asynccost.probe.guards import guarded
from asynccost.probe.recorder import STEP, Recorder
from asynccost.probe.rows import Clients

if TYPE_CHECKING:
    from asynccost.probe.request import Line
    from asynccost.probe.sites import Spot


class Client:
    """One live client."""

    __slots__ = ("closed", "line", "name", "reference", "row", "spot", "uses")

    def __init__(self, spot: Spot | None, name: str, row: Clients | None) -> None:
        """Built at `spot`; without a row it was there before the probe."""
        self.spot, self.name, self.row = spot, name, row
        self.uses = 0
        self.closed = False
        self.line: Line | None = None  # of its last request
        self.reference: Any = None


class Registry:
    """The live clients of a process."""

    def __init__(self, recorder: Recorder) -> None:
        """None is known."""
        self._recorder = recorder
        self.live: dict[int, Client] = {}
        self._timeline = Timeline(recorder.process.clients)
        self._open = self._most = self._built = 0  # most: that were open since the last sample

    def sample(self, every: float = 0.0) -> None:
        """Note how many are live; `every`: not sooner than so many seconds after the last time."""
        seconds = time.time() - self._recorder.process.started
        if self._timeline.add(seconds, self._most, self._built, self._open, every):
            self._most = self._open

    def built(self, client: object, library: str, cpu_seconds: float) -> None:
        """Count a new client in; called again by a subclass's constructor, it counts once."""
        if id(client) in self.live:
            return
        name = type(client).__name__
        spot = self._recorder.sites.find()
        row = self._recorder.row(Clients, spot, library, name, STEP.get())
        row.created += 1
        row.live += 1
        row.max_live = max(row.max_live, row.live)
        row.init_cpu_seconds += cpu_seconds
        self._built += 1
        self._open += 1
        self._most = max(self._most, self._open)
        self.live[id(client)] = Client(spot, name, row)

    def watch(self, client: object) -> None:
        """Learn of the client's end by a weak reference."""
        known = self.live.get(id(client))
        if known is not None and known.reference is None:
            identity = id(client)
            known.reference = weakref.ref(client, guarded(lambda _: self.collected(identity)))

    def stranger(self, client: object) -> Client:
        """The record of a client that was there before the probe."""
        known = self.live[id(client)] = Client(None, type(client).__name__, None)
        return known

    def closed(self, client: object) -> None:
        """It was closed by the program; it may be closed again."""
        known = self.live.get(id(client))
        if known is not None and not known.closed:
            known.closed = True
            if known.row is not None:
                known.row.closed += 1
                self._ended(known, known.row)

    def collected(self, identity: int) -> None:
        """It is gone."""
        known = self.live.pop(identity, None)
        if known is not None and known.row is not None and not known.closed:
            known.row.unclosed += 1
            self._ended(known, known.row)

    def _ended(self, known: Client, row: Clients) -> None:
        self._open -= 1
        row.live -= 1
        row.used_once += known.uses == 1
        row.unused += known.uses == 0
