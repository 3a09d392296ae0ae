"""multiprocessing: its children write their last lines too."""

from typing import Any

from asynccost.probe.child import finish_with
from asynccost.probe.patching import Patches


def install(module: Any, patches: Patches) -> None:  # noqa: ARG001 - nothing is replaced
    """Register what runs at the end of a child."""
    finish_with(module)
