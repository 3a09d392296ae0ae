"""Everything the probe does inside a program runs in a guard: a fault there is counted and never raised.

A guard is a function under `@guarded`, or, where every request passes, one whose whole body is `try` with
`except Exception as error: fault(error)`, or such a `try` in the wrapper itself: the same for one or two calls less.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

P = ParamSpec("P")
T = TypeVar("T")

FAULTS: dict[str, int] = {}  # "module:line" of the probe -> times
MOST_FAULTS = 100
_OURS = __name__.partition(".")[0] + "."


def guarded(function: Callable[P, T]) -> Callable[P, T | None]:
    """The function, but None where it fails."""

    @wraps(function)
    def guard(*args: P.args, **kwargs: P.kwargs) -> T | None:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            fault(error)
            return None

    return guard


def fault(error: BaseException, request: Any = None) -> None:
    """Count a fault of the probe by the place it came from; says nothing, since it may stand anywhere.

    A test's mock that does not answer as the library's object would is none: what it stands for is not seen.
    request: the one that the guard was about to end, which must hide no later one of its context.
    """
    if request is not None:
        request.returned = True
    place = _place(error.__traceback__)
    if place and (place in FAULTS or len(FAULTS) < MOST_FAULTS):
        FAULTS[place] = FAULTS.get(place, 0) + 1


def _place(traceback: TracebackType | None) -> str:
    """The innermost line of the probe's own; what it called may stand anywhere. Nothing, if a mock had raised."""
    place = "(unknown)"
    while traceback is not None:
        module = str(traceback.tb_frame.f_globals.get("__name__"))
        if module == "unittest.mock":
            return ""
        if module.startswith(_OURS) or place == "(unknown)":
            place = f"{module}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place
