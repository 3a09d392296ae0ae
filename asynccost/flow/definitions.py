"""The functions and classes of a module by their qualnames, those in bodies that wait as well."""

from asynccost.flow.module import Module
from asynccost.flow.tree import Class, Function

_INSIDE = ".<locals>."  # in the qualname of what is written in a function (Python)


class Definitions:
    """What one indexed module defines."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._classes: dict[str, Class] = {}
        self._known = 0
        self._functions: dict[str, Function] = {}  # of one name the outer counts
        self._bodies: dict[str, list[Function]] = {}  # those with functions or classes in them, once they are awake
        for function in module.outer:
            self._functions.setdefault(function.qualname, function)
            if function.late is not None or function.inner:
                self._bodies.setdefault(function.qualname, []).append(function)

    def function(self, qualname: str) -> Function | None:
        """The function of a qualname; "" would be any nameless one, and finds none."""
        return (self._functions.get(qualname) or self._inside(qualname)) if qualname else None

    def _inside(self, qualname: str) -> Function | None:
        """A function written in one whose body waited."""
        around, mark, _ = qualname.partition(_INSIDE)
        for body in self._bodies.get(around, ()) if mark else ():
            body.wake()
            for function in body.inner:
                if function.qualname == qualname:
                    return function
        return None

    def cls(self, qualname: str) -> Class | None:
        """The class of a qualname."""
        if not qualname:
            return None
        around, mark, _ = qualname.partition(_INSIDE)
        for body in self._bodies.get(around, ()) if mark else ():
            body.wake()
        if self._known != len(self._module.classes):  # bodies that wake bring their own
            self._known = len(self._module.classes)
            self._classes = {c.qualname: c for c in sorted(self._module.classes, key=lambda c: c.start)}
        return self._classes.get(qualname)
