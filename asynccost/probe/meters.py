"""Which requests are model calls, and what follows their answers: metering.py, once a request may be one.

What a meter needs (price tables, readers of streams) is loaded beforehand where a loop could come to wait for it, else
at the first request that may be a model call (`Engine.start`), and what passes through a library's objects is hooked
only once a call is metered.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from asynccost.probe.guards import fault
from asynccost.probe.on import ON
from asynccost.probe.urls import may_be, split

if TYPE_CHECKING:
    from collections.abc import Callable

    from asynccost.probe.recorder import Recorder
    from asynccost.probe.request import Request


class Meters:
    """The meters of a process's model calls."""

    def __init__(self, recorder: Recorder) -> None:
        """None was made."""
        self._recorder = recorder
        self.metering: Any = None  # asynccost.probe.metering, once it is loaded
        self.when_metered: list[Callable[[], object]] = []  # what follows chunks, hooked when it is needed

    def prepare(self) -> None:
        """Load what a model call needs, unless it is there."""
        if self.metering is None:
            from asynccost.probe import metering

            metering.prepare()
            self.metering = metering

    def begins(self, request: Request, url: str, body: Any) -> None:
        """A write begins, with a body: `request.meter` is its meter from now on, if it is a model call."""
        path = split(url)[1]
        if may_be(path):
            if self.metering is None:
                self._prepare_late(request)
            request.through = 0
            request.meter = self.metering.watch(self._recorder, request.plan.row, path, body)

    def _prepare_late(self, request: Request) -> None:
        """Neither the request nor its loop took the time that this takes."""
        began = time.perf_counter()
        self.prepare()
        took = time.perf_counter() - began
        request.started += took
        if ON.pulses is not None:
            ON.pulses.forgive(took)

    def check(self, request: Request) -> None:
        """Raise CostLimitExceeded where a limit refuses this model call."""
        try:
            self.metering.check(self._recorder, request)
        except Exception as error:
            fault(error)  # ours, which holds nobody

    def follow(self, request: Request, through: object) -> None:
        """What passes through this object of a library is the answer to a metered request."""
        self.metering.follow(request, through)
        while self.when_metered:
            self.when_metered.pop()()

    def follows(self, through: object) -> bool:
        """Whether a meter wants to see what passes there."""
        return self.metering is not None and bool(self.metering.follows(through))

    def fed(self, through: object, chunk: bytes) -> None:
        """A chunk of an answer passes."""
        if self.metering is not None:
            self.metering.fed(through, chunk)

    def ended(self, request: Request) -> None:
        """A metered request has ended: what it used is counted."""
        meter, request.meter = request.meter, None
        self.metering.done(request.through)
        self.metering.ended(self._recorder, request.plan.row, meter, request.status, request.seconds)
