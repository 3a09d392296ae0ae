"""Bodies of functions that wait: lowered and indexed only when somebody asks for something of them.

Most functions of most files interest no rule. A front end finds where they begin and end, and leaves the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asynccost.flow.tree import Function

OF_THE_BODY = ("body", "bindings", "outer_names", "is_generator", "index")  # what a function lacks while it waits


@dataclass(slots=True)
class Late:
    """A body that waits, or did, by its bytes; `lower` makes it, `index` (None: nobody asked) indexes a function."""

    start: int
    end: int
    lower: Callable[[], None]
    index: Callable[["Function"], Any] | None = None
    waits: bool = True

    def take_from(self, function: "Function") -> None:
        """Take away what a function has of its body, so that who reads it is noticed."""
        for name in OF_THE_BODY:
            delattr(function, name)

    def give_to(self, function: "Function") -> None:
        """Lower the body; it and the functions written in it are indexed like any other."""
        self.waits = False
        function.body, function.bindings, function.outer_names = [], set(), set()
        function.is_generator, function.index = False, None
        self.lower()
        if (index := self.index) is None:
            return
        for one in (function, *function.inner):
            index(one)
