"""Where a component goes away: who shows it under a condition, in a list, as a route or in a dialog.

What is shown for good goes when what shows it goes; a hook goes with a component that uses it.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from asynccost.flow.effects.lasting import stands_always
from asynccost.flow.effects.renderers import names_of, stem_of, using
from asynccost.flow.effects.routers import has_router
from asynccost.flow.file import is_test
from asynccost.flow.linked.project import Project

_MOST = 40  # components that show one another
_HEAD = re.compile(
    rb"^[ \t]*(?:export\s+)?(?:default\s+)?(?:abstract\s+)?(?:class|(?:async\s+)?function|const|let|var)\s+"
    rb"(use[A-Z][\w$]*|[A-Z][\w$]*)",
    re.M,
)
_ROUTES = re.compile(
    r"(?:^|/)(?:pages|views|screens|routes)/(?!.*\bcomponents/)(?:.+/)?(?!_|layout\.|\+layout|[Aa]pp\.|index\.html)[^/]+$"
    r"|(?:^|/)app/(?:.+/)?page\.\w+$"
)
_ROOT_FILE = re.compile(r"(?:^|/)(?:(?:app/layout|_app|_document|\+layout)\.\w+|[Aa]pp\.(?:vue|svelte))$")
_PARENT = re.compile(
    rb"(?:Modal|Dialog|Drawer|Popover|Popup|Sheet|Overlay|Tooltip|Tab|TabPanel|TabPane|Tabs\.\w+|Route|AnimatePresence"
    rb"|Show|For|Switch|Match|Collapse|Accordion\w*|Dropdown\w*|Menu|Suspense|Transition)$"
)
_KEY = re.compile(rb"\s(?:key|v-if|v-else|v-else-if|v-for|:key|:is)(?:[\s=/>]|$)")
_TAG = re.compile(rb"<(/?)([A-Za-z][\w.:-]*)((?:[^\"'<>{}]|\"[^\"]*\"|'[^']*'|\{[^{}]*\})*)(/?)>")
_TABLE = rb"\b(?:[cC]omponent|element|page|view|content)\s*[:=]\s*\{?\s*<?%s\b"
_LOADS = rb"\bimport\(\s*[^()\"'`]*[\"'`][^\"'`\n]*(?<![\w-])%s(?:/index)?(?:\.\w+)?[\"'`]"
_MOUNTS = rb"\b(?:new\s+%s\(\s*\{\s*target\b|(?:mount|createApp|createSSRApp|h)\(\s*%s\b)"
_OPENED = rb"\.(?:open|openFromComponent|present|show)\(\s*%s\s*[,)]"  # a dialog of Angular
_RETURNS = re.compile(rb"\breturn\s*\(?\s*(?:<|null\b|false\b)")
_RENDERS = re.compile(
    rb"\b(?:createRoot|hydrateRoot)\(\s*(?P<root>[\w$.]+)|\bReactDOM\.(?:render|hydrate)\(|\bcreateApp\("
    rb"|\bfrom\s*[\"']solid-js/web[\"']|\btarget\s*:\s*document\b"
)
_AS_ROOT = re.compile(rb"\b(?:render|hydrate|hydrateRoot)\([^;?&]*$")
_BEFORE = 400  # bytes
_ENDS = re.compile(rb"unmount|\$destroy\(|\.innerHTML\s*=|replaceChildren|removeChild")


class Going(NamedTuple):
    """Where and why a component goes away."""

    path: str
    start: int
    why: str


PERHAPS = "it is shown here under a condition or in a list"  # that may never change while the page is open
STAYS = Going("", 0, "what shows it for good is the root of the page, and lives as long as that")


def going(project: Project, path: str, component: str, seen: set[tuple[str, str]] | None = None) -> Going | None:
    """Where a component (of Vue or Svelte: a file; else by its name) is taken away; None where that is not seen.

    STAYS where all that shows it is the root of a page, or shown by that for good. seen: what was asked on the way.
    """
    if _ROOT_FILE.search(path) or (not component and _renders(project.code.code(path))):
        return STAYS
    seen = set() if seen is None else seen
    seen.add((path, component))
    if len(seen) > _MOST or not re.fullmatch(r"[\w$-]+", component):
        return None
    if _ROUTES.search(path) and project.memo(has_router):
        return Going(path, 0, "the router takes this page away")
    outer: dict[tuple[str, str], None] = {}
    perhaps: Going | None = None
    for one in (*_named(project, path, component), *_shown(project, path, component)):
        if one.why == PERHAPS:
            perhaps = perhaps or one
            continue
        if one.why:
            return one
        outer[one.path, _holder(project.code.code(one.path), one.start, one.path)] = None
    said = [going(project, *one, seen) for one in outer if one not in seen]
    gone = [one for one in (*said, perhaps) if one not in (None, STAYS)]
    sure = next((one for one in gone if one is not None and one.why != PERHAPS), None)
    return sure or next(iter(gone), None) or (STAYS if said and None not in said else None)


def _named(project: Project, path: str, component: str) -> Iterator[Going]:
    """Where a component stands in a table, is loaded when it is wanted, or is mounted by its name (why: "")."""
    taken = re.compile(rb"\bimport\b[^;\"']*(?<![\w$])%s(?![\w$])" % re.escape(component.encode()))
    holding = (p for p in project.code.holding(component.encode()) if taken.search(project.code.code(p)))
    importing = sorted({*project.names.scripts.importers(path), *holding} - {path})
    importing = [p for p in importing if not is_test(p)]
    names = sorted(names_of(project, path, component.encode(), importing))
    for user in importing:
        code = project.code.code(user)
        for name in map(re.escape, names):
            if found := re.search(_TABLE % name, code):
                yield Going(user, found.start(), "a route or a table of components shows it here")
            if found := re.search(_OPENED % name, code):
                yield Going(user, found.start(), "it is opened here")
            if (found := re.search(_MOUNTS % (name, name), code)) and _renders(code):
                yield Going(user, found.start(), "")
    stem = stem_of(path).encode()
    for user in sorted(p for p in project.code.holding(stem) if p != path and not is_test(p)):
        if found := re.search(_LOADS % re.escape(stem), project.code.code(user)):
            yield Going(user, found.start(), "it is loaded here when it is wanted")


def _shown(project: Project, path: str, component: str) -> Iterator[Going]:
    """Where a component stands in the markup of others, or a hook is called; why: "" where it stays."""
    name = component.encode()
    dashed = re.sub(rb"(?<=[a-z0-9])(?=[A-Z])", b"-", name).lower()
    pascal = re.sub(rb"(?:^|-)([a-z])", lambda m: m[1].upper(), name)
    forms = {name, dashed, pascal} if path.endswith(".vue") else {name}
    found = sorted({(user, called) for form in forms for user, _, called in using(project, path, form)})
    for user, called in found:
        code = project.code.code(user)
        if called.startswith(b"use"):
            calls = re.finditer(rb"(?<!function )(?<![\w$.])%s\s*(?:<[^<>()]*>)?\(" % re.escape(called), code)
            yield from (Going(user, call.start(), "") for call in calls)
        for place in re.finditer(rb"<%s(?=[\s/>])" % re.escape(called), code):
            yield Going(user, place.start(), _why(code, place.start(), user))


def _renders(code: bytes) -> bool:
    """Whether a script renders into an element of the document, and never takes that away."""
    found = _RENDERS.search(code)
    if found is None or _ENDS.search(code):
        return False
    root = found["root"] or b"document"
    made = re.search(rb"\b%s\b[^=\n]*=\s*document\." % re.escape(root), code)
    return root.startswith(b"document") or made is not None


def _is_root(code: bytes, at: int) -> bool:
    """`root.render(<App />)`."""
    return _AS_ROOT.search(code[max(at - _BEFORE, 0) : at]) is not None and _renders(code)


def _why(code: bytes, at: int, path: str) -> str:
    """Why an element goes away where it stands; "" where it stays as long as what it stands in."""
    if _is_root(code, at):
        return ""
    own = _TAG.match(code, at)
    if own is not None and _KEY.search(own[3]):
        return "it is shown here under a condition, in a list, or with a key"
    for name, said in _around(code[:at]):
        if _PARENT.search(name) or _KEY.search(said):
            return f"<{name.decode()}> shows it here"
    place = len(code[:at].decode("utf-8", "replace"))
    if not stands_always(code.decode("utf-8", "replace"), place, path.rpartition(".")[2]):
        return PERHAPS
    head = max((found.end() for found in _HEAD.finditer(code, 0, at)), default=0)
    return "what shows it here returns something else at times" if len(_RETURNS.findall(code, head, at)) > 1 else ""


def _around(before: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The elements that are open at a place, with their attributes, as far as its markup goes."""
    start = max(before.rfind(b"return"), before.rfind(b"<template"), before.rfind(b"</script>"))
    stack: list[tuple[bytes, bytes]] = []
    for tag in _TAG.finditer(before, max(start, 0)):
        if tag[1]:
            while stack and stack.pop()[0] != tag[2]:
                pass
        elif not tag[4] and not tag[3].endswith(b"/"):
            stack.append((tag[2], tag[3]))
    yield from stack


def _holder(code: bytes, at: int, path: str) -> str:
    """The component or hook that a place stands in (of Vue and Svelte: the file); "" where a script renders it."""
    if path.endswith((".vue", ".svelte")):
        return stem_of(path)
    heads = [*_HEAD.finditer(code, 0, at)]
    if _is_root(code, at) or (not heads and _renders(code)):
        return ""
    return heads[-1][1].decode() if heads else "?"
