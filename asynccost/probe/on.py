"""What the wrappers ask: whether a probe is on, and where to count."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asynccost.probe.calls import Ledger
    from asynccost.probe.recorder import Recorder


class On:
    """The parts of the probe that is on; None while none is."""

    __slots__ = ("ledger", "recorder")

    def __init__(self) -> None:
        """Off."""
        self.recorder: Recorder | None = None
        self.ledger: Ledger | None = None


ON = On()
