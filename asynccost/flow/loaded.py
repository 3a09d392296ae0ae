"""Python modules that a program loads by a name which it puts together: `import_module(f"shop.sources.{name}")`."""

import re

from asynccost.flow.importers import parts_of
from asynccost.flow.project import Project

_WORDS = ("import_module", "__import__")
_PUT_TOGETHER = re.compile(  # a literal beginning, then a part that is known only while the program runs
    rb"\b(?:import_module|__import__)\b[(,\s]+[rRfF]{0,2}[\"'](\.?)([\w.]*?)\.?(?:\{|%s|[\"']\s*\+)"
)


def is_loaded_by_name(project: Project, path: str) -> bool:
    """Whether a module lies where some code of the project loads whatever it is asked for."""
    folder = tuple(parts_of(path)[:-1])
    return any(folder[-len(given) :] == given for given in project.memo(_folders))


def _folders(project: Project) -> frozenset[tuple[str, ...]]:
    """The packages whose modules are loaded by name, by the end of their dotted names."""
    found = set()
    for path in project.imports:
        if not any(project.unmentioned.may_say(word, path) for word in _WORDS):
            continue
        for match in _PUT_TOGETHER.finditer(project.unmentioned.text(path)):
            own = parts_of(path)[:-1] if match[1] else []
            if given := (*own, *filter(None, match[2].decode().split("."))):
                found.add(given)
    return frozenset(found)
