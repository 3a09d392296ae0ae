"""Lowers files by the front ends of their languages: for the rules, and again where others ask more of them."""

import gc
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from asynccost import python
from asynccost.engine.concerns import tokens_of
from asynccost.engine.lowered import Lowered
from asynccost.engine.seen import Seen
from asynccost.flow.facts.asked import Asked
from asynccost.flow.facts.scripts import Script
from asynccost.flow.file import File
from asynccost.flow.module import Module
from asynccost.knowledge import Knowledge
from asynccost.python.paths import module_name
from asynccost.rulebook import load
from asynccost.tokens import Found

_LATEST = 32  # JavaScript files that stay lowered while others ask about them


def lower(
    path: str, language: str, source: bytes, knowledge: Knowledge, *, whole: bool = True, found: Found | None = None
) -> Module:
    """Parse and lower one file by its language's front end.

    whole: a rule needs the classes around functions. found: what the source holds, if that is known.
    """
    if language == "python":
        return python.lower(path, source, whole=whole)
    from asynccost import javascript

    return javascript.lower(path, source, tokens=found or tokens_of("javascript", knowledge).found(source))


class Again:
    """Lowers files again of which more is asked than the first pass kept."""

    def __init__(self, knowledge: Callable[[], Knowledge], lowered: Lowered | None = None) -> None:
        self._knowledge = knowledge
        self._kept = lowered or Lowered()
        self._latest = lru_cache(maxsize=_LATEST)(self._javascript)
        self._lowered = 0

    def ask(self, seen: Seen, read: Callable[[], bytes]) -> None:
        """Make what others may need to know of a file there to be asked for. read: its source, of the same content."""
        path, seen.read = seen.path, read
        if (late := seen.late) is not None:
            lowered = partial(self._python, path, late["whole"])
            name, rules = module_name(path), late["rules"]
            seen.asked = Asked(path, name, seen.imports or [], rules, read, lowered, self._knowledge)
        elif seen.text is not None:
            lower = partial(self._latest, path, read)
            name = path[: path.rindex(".")]
            seen.script = Script(path, name, seen.text, seen.outline, read, lower, self._gather)

    def _python(self, path: str, whole: bool, source: bytes) -> File:
        if (file := self._kept.find(path, source, whole=whole)) is not None:
            return file
        knowledge = self._knowledge()
        return File(lower(path, "python", source, knowledge, whole=whole), knowledge)

    def _gather(self, name: str, file: File) -> Any:
        """What a rule's `facts` hook says of a script that holds its tokens."""
        gather = load()[name].hook("javascript", "facts")
        found = tokens_of("javascript", self._knowledge()).found(file.module.source)
        return gather(file) if gather is not None and name in found.rules else None

    def _javascript(self, path: str, read: Callable[[], bytes]) -> File:
        knowledge = self._knowledge()
        self._lowered += 1
        if self._lowered % _LATEST == 0:  # nodes know their parents: only the collector frees them, which a scan stops
            self._latest.cache_clear()
            gc.collect(0)
        return File(lower(path, "javascript", read(), knowledge), knowledge)
