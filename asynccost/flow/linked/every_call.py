"""Every call of a function that only its own file can call, or, of a private Python function, those who import it.

Nothing is said where one of them is out of sight: where code takes the function as a value, or others may call it.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from asynccost.flow.facts.asked import Asked
from asynccost.flow.facts.summary import entry
from asynccost.flow.facts.vocabulary import may_be_known
from asynccost.flow.file import File, Site, is_test
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.linked.script_code import without_prose
from asynccost.flow.mentions import places
from asynccost.flow.private import DISPATCH, is_nested, keeps_to_itself
from asynccost.flow.reach import binder
from asynccost.flow.tree import Argument, Call, Collection, Expr, Function, Member, Name, Node
from asynccost.flow.words import chain

_HANDS_ON = frozenset({  # decorators that call a function as they are called
    "staticmethod", "classmethod", "override", "final", "retry", "lru_cache", "cache", "contextmanager",
    "asynccontextmanager",
})
_MOST = 40  # calls: among so many, one hands everything in


class Made(NamedTuple):
    """A call, and the file that it stands in."""

    file: File
    site: Site


def every_call(project: Project, file: File, function: Function) -> list[Made]:
    """All calls of a function; none where others may call it, or nobody does."""
    known = project.memo(_known)
    key = file.path, function.start
    if key not in known:
        found = list(islice(_all(project, file, function), _MOST + 1))
        seen = [one for one in found if one is not None]
        known[key] = seen if len(seen) == len(found) <= _MOST else []
    return known[key]


def _all(project: Project, file: File, function: Function) -> Iterator[Made | None]:
    """The calls of a function; None for what may call it unseen."""
    if not keeps_to_itself(function, file.module):
        return iter(())
    return _of_script(file, function) if file.language == "javascript" else _of(project, file, function)


def _known(_: Project) -> dict[tuple[str, int], list[Made]]:
    """The calls of each function, as far as they were asked for."""
    return {}


# ---------------------------------------------------------------------- Python


def _of(project: Project, file: File, function: Function) -> Iterator[Made | None]:
    """The calls of a Python function."""
    asked = project.names.asked.get(file.path)
    if asked is None or not may_be_known(function.name):
        return
    if any(_decorator(one) not in _HANDS_ON for one in function.decorators) or entry(file, function):
        return
    if function.owner is not None and project.unmentioned.is_reached_otherwise(function.owner, asked):
        return
    for path in [file.path] if is_nested(function) else _naming(project, asked, function):
        yield from _calls_in(project, path, Def(asked.facts, asked.function(function)))


def _naming(project: Project, asked: Asked, function: Function) -> list[str]:
    """The files that may name a function of a module: those that come to it, or all where its class has bases."""
    said = [*project.python.holding(function.name, tests=True)]
    if function.owner is not None and function.owner.bases:
        return said
    near = {asked.path, *project.calls.reaching(Def(asked.facts, asked.function(function)))}
    beside = _beside(project, function.name) if function.owner is not None else None
    return [path for path in said if path in near or (beside is not None and beside(path))]


def _beside(project: Project, name: str) -> Callable[[str], bool]:
    """Tells files whose classes call a method of their own objects that they do not define: another base does."""
    word = re.escape(name.encode())
    own, defined = re.compile(rb"\b(?:self|cls)\.%s\b" % word), re.compile(rb"\bdef[ \t]+%s\b" % word)

    def tells(path: str) -> bool:
        text = project.python.text(path)
        return own.search(text) is not None and defined.search(text) is None

    return tells


_IMPORTS = re.compile(rb"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+)?import\b[ \t]*(?:\([^()]*\)|[^\n(]*)", re.M)
_RENAMES = re.compile(rb"\s+as\b")


def _calls_in(project: Project, path: str, target: Def) -> Iterator[Made | None]:
    asked, name = project.names.asked.get(path), target.facts["qualname"].rpartition(".")[2]
    code = project.python.code(path)
    taken = [found.span() for found in _IMPORTS.finditer(code)]
    for at in places(code, name.encode()):
        if any(start <= at < end for start, end in taken) and not _RENAMES.match(code, at + len(name)):
            continue
        site = _call_at(asked, at, len(name)) if asked is not None else None
        if site is None or asked is None:
            if not is_test(path):  # a test may put something else in its place
                yield None
            continue
        found = project.names.find(site.name, path) if site.name else None
        if found is None or found.place == target.place:
            yield Made(asked.file, site)


def _call_at(asked: Asked, at: int, size: int) -> Site | None:
    """The call whose callee ends in the word at a place."""
    for site in asked.file.calls_if(lambda f: f.start <= at < f.end):
        callee = site.call.callee
        if callee.end == at + size and isinstance(callee, (Name, Member)):
            return site
    return None


def _decorator(decorator: Expr) -> str:
    return chain(decorator.callee if isinstance(decorator, Call) else decorator)[-1]


# ------------------------------------------------------------------ JavaScript


def _of_script(file: File, function: Function) -> Iterator[Made | None]:
    """The calls of a JavaScript function that its own file alone can call; None for a mention that is no call."""
    name, source = function.name, file.module.source
    if function.decorators or (function.owner is not None and any(way in source for way in DISPATCH)):
        return
    found = [Made(file, site) for site in file.calls if _means(site, function)]
    word = re.escape(name.encode())
    said = len(re.findall(rb"(?<![\w$])%s(?![\w$])" % word, without_prose(source)))
    yield from found
    if said != len(found) + 1 + sum(_is_watched(file, function)):
        yield None


def _means(site: Site, function: Function) -> bool:
    callee = site.call.callee
    if function.owner is not None:
        return isinstance(callee, Member) and callee.attr == function.name
    named = isinstance(callee, Name) and callee.id == function.name
    return named and binder(function.name, site.function) is function.scope


def _is_watched(file: File, function: Function) -> Iterator[bool]:
    """Each mention in the list of what a hook depends on: `useEffect(() => { load() }, [load])`."""
    for one in file.functions:
        for name in one.index.names if one.index else ():
            if name.id == function.name and _in_a_hooks_list(name):
                yield True


def _in_a_hooks_list(name: Node) -> bool:
    listed = name.parent
    call = listed.parent.parent if isinstance(listed, Collection) and isinstance(listed.parent, Argument) else None
    hook = isinstance(call, Call) and chain(call.callee)[-1].startswith("use")
    return hook and isinstance(call, Call) and len(call.arguments) > 1 and call.arguments[-1] is listed.parent  # type: ignore[union-attr]

