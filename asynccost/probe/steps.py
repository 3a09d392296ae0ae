"""Named stretches of a program, to which requests, tokens and seconds are counted."""

from __future__ import annotations

import time
from contextlib import ContextDecorator
from typing import TYPE_CHECKING, Self

from asynccost.probe.guards import guarded
from asynccost.probe.on import ON
from asynccost.probe.recorder import STEP
from asynccost.probe.rows import Steps

if TYPE_CHECKING:
    from contextvars import Token
    from types import TracebackType

LONGEST_NAME = 200


class step(ContextDecorator):  # noqa: N801 - read as a word: `with step("answer"):`
    """`with asynccost.step("answer"): ...`, also as a decorator of plain functions; does nothing while no probe is on.

    Steps nest: what happens in the inner one is counted there. The name is kept as it is: put no secret into it.
    """

    def __init__(self, name: str) -> None:
        """Name a stretch."""
        self.name = name[:LONGEST_NAME]
        self._began: list[tuple[Token[str], float]] = []

    def _recreate_cm(self) -> Self:
        return type(self)(self.name)

    def __enter__(self) -> Self:
        """It begins."""
        self._began.append((STEP.set(self.name), time.perf_counter()))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """It ends."""
        token, began = self._began.pop()
        STEP.reset(token)
        ended(self.name, began)


@guarded
def entered(name: str) -> tuple[str, Token[str], float] | None:
    """A stretch begins, as an entry point of a framework names it; None within the same one."""
    if ON.recorder is None or STEP.get() == name:
        return None
    return name, STEP.set(name[:LONGEST_NAME]), time.perf_counter()


@guarded
def left(began: tuple[str, Token[str], float] | None) -> None:
    """It has ended, under the name that it has by now."""
    if began is not None:
        name = STEP.get() or began[0]
        STEP.reset(began[1])
        ended(name, began[2])


@guarded
def ended(name: str, began: float) -> None:
    """Count a run in."""
    if ON.recorder is not None:
        seconds = time.perf_counter() - began
        row = ON.recorder.row(Steps, name)
        row.runs += 1
        row.seconds += seconds
        row.longest_seconds = max(row.longest_seconds, seconds)
