"""What the wrappers ask: whether a probe is on, and where to count."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asynccost.probe.calls import Ledger
    from asynccost.probe.limits import Limit
    from asynccost.probe.pulse import Pulses
    from asynccost.probe.recorder import Recorder
    from asynccost.probe.tasks import TaskWatch
    from asynccost.probe.watcher import Watcher


class On:
    """The parts of the probe that is on; None while none is."""

    __slots__ = ("asleep", "ledger", "limits", "pulses", "recorder", "tasks", "watcher")

    def __init__(self) -> None:
        """Off."""
        self.clear()

    def clear(self) -> None:
        """Turn off."""
        self.recorder: Recorder | None = None
        self.ledger: Ledger | None = None
        self.tasks: TaskWatch | None = None  # once asyncio has been imported
        self.pulses: Pulses | None = None
        self.watcher: Watcher | None = None
        self.limits: tuple[Limit, ...] = ()  # on what model calls may cost
        self.asleep = False  # the watcher is to begin with the next event

    def wake(self) -> None:
        """Start the watcher again."""
        self.asleep = False
        if self.watcher is not None:
            self.watcher.start()


ON = On()
