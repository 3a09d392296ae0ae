"""A lowered source file: its functions and classes, and the names that it takes from others and gives to them."""

from dataclasses import dataclass, field
from typing import Literal as OneOf

from asynccost.flow.tree import Class, Function


@dataclass(slots=True, eq=False)
class Module:
    """One lowered source file.

    imports: local name -> what it stands for. Python: dotted ("aiohttp", "aiohttp.ClientSession",
    relative ones made absolute by path). JavaScript: "module:name", "module:*" for a namespace or require,
    "module:default"; relative modules made project paths without extension ("src/api/client:fetchUser"),
    "node:" dropped. exports (JavaScript): exported name -> local name, or "module:name" when re-exported
    ("*" keys are listed in star_exports); Python: empty, every top-level name is exported.
    """

    path: str  # project-relative, "/" separated
    language: OneOf["python", "javascript"]
    name: str  # Python: dotted by path; JavaScript: path without extension
    source: bytes
    top: Function
    outer: list[Function]  # every function in it, outer before inner, `top` first; but not those in bodies that waited
    classes: list[Class]  # those in bodies that wait are not among them yet
    imports: dict[str, str]
    exports: dict[str, str] = field(default_factory=dict)
    star_exports: list[str] = field(default_factory=list)
    whole: bool = True  # False: only some functions were lowered (see python.slices)
    broken: list[tuple[int, int]] = field(default_factory=list)  # byte ranges the parser could not make sense of

    @property
    def functions(self) -> list[Function]:
        """Every function, outer before inner, `top` first; wakes all bodies."""
        found: list[Function] = []
        for function in self.outer:
            function.wake()
            found.append(function)
            found += function.inner
        return found
