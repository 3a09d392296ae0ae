"""Where a component goes away: who shows it under a condition, in a list, as a route or in a dialog.

What is shown for good goes when what shows it goes; a hook goes with a component that uses it.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from asynccost.flow.effects.page_roots import is_mounted, is_rendered, is_root_file, renderers, renders
from asynccost.flow.effects.renderers import names_of, stem_of, using
from asynccost.flow.effects.routers import has_router, is_written
from asynccost.flow.effects.standing import PERHAPS, why_gone
from asynccost.flow.file import is_test
from asynccost.flow.linked.project import Project

_MOST = 40  # components that show one another
_HEAD = re.compile(  # within a function what begins with const is a value, as a rule: `const Dialogs = useDialogs()`
    rb"^(?:[ \t]*(?:export\s+)?(?:default\s+)?(?:abstract\s+)?(?:class|(?:async\s+)?function)"
    rb"|(?:export\s+)?(?:const|let|var))\s+(use[A-Z][\w$]*|[A-Z][\w$]*)",
    re.M,
)
_ROUTES = re.compile(
    r"(?:^|/)(?:pages|views|screens|routes)/(?!.*\bcomponents/)(?:.+/)?(?!_|layout\.|\+layout|[Aa]pp\.|index\.html)[^/]+$"
    r"|(?:^|/)app/(?:.+/)?page\.\w+$"
)
_TABLE = rb"\b(?:[cC]omponent|element|page|view|content)\s*[:=]\s*\{?\s*<?%s\b"
_LOADS = rb"\bimport\(\s*[^()\"'`]*[\"'`][^\"'`\n]*(?<![\w-])%s(?:/index)?(?:\.\w+)?[\"'`]"
_OPENED = rb"\.(?:open|openFromComponent|present|show)\(\s*%s\s*[,)]"  # a dialog of Angular
_EXTENDS = rb"\bclass\s+[A-Z][\w$]*\s+extends\s+%s\b"
_FILES = (".vue", ".svelte")  # of one component each
_SCRIPTS = (".js", ".ts", ".mjs", ".mts")  # of a mixin, a hook, or what stands in templates that are not seen
_ALIVE = re.compile(rb"<(?:keep-alive|KeepAlive)\s*>\s*<component\s[^<>]*:is=")


class Going(NamedTuple):
    """Where and why a component goes away; why: "" where it goes with what stands there."""

    path: str
    start: int
    why: str


STAYS = Going("", 0, "what shows it for good is the root of the page, and lives as long as that")


def going(project: Project, path: str, component: str, seen: set[tuple[str, str]] | None = None) -> Going | None:
    """Where a component (of Vue or Svelte: a file; else by its name) is taken away; None where that is not seen.

    STAYS where all that shows it is the root of a page, or shown by that for good. seen: what was asked on the way.
    """
    if is_root_file(path) or (not component and renders(project.code.code(path))):
        return STAYS
    seen = set() if seen is None else seen
    seen.add((path, component))
    if len(seen) > _MOST:
        return None
    users = [user for user in project.names.scripts.importers(path) if user != path and not is_test(user)]
    named = re.fullmatch(r"[\w$-]+", component) is not None
    places = [*_named(project, path, component, users), *_shown(project, path, component, users)] if named else []
    if not places and path.endswith(_SCRIPTS) and users and all(map(is_root_file, users)):
        return STAYS
    said: list[Going | None] = [one for one in places if one.why]
    if not (sure := _sure(said)):
        outer = dict.fromkeys((one.path, _holder(project.code.code(one.path), one)) for one in places if not one.why)
        said += [going(project, *one, seen) for one in outer if one not in seen]
        sure = _sure(said)
    if sure or (said and all(one == STAYS for one in said)):
        return sure or STAYS
    if _ROUTES.search(path) and project.memo(has_router):
        return Going(path, 0, "the router takes this page away")
    return next((one for one in said if one not in (None, STAYS)), None)


def _sure(said: list[Going | None]) -> Going | None:
    return next((one for one in said if one is not None and one.why not in (PERHAPS, STAYS.why)), None)


def _named(project: Project, path: str, component: str, users: list[str]) -> Iterator[Going]:
    """Where a component stands in a table, is loaded when it is wanted, extended, or mounted by its name."""
    taken = re.compile(rb"\bimport\b[^;\"']*(?<![\w$])%s(?![\w$])" % re.escape(component.encode()))
    holding = (p for p in project.code.holding(component.encode()) if taken.search(project.code.code(p)))
    others = (p for p in holding if not is_test(p) and not _is_another(project, p, component.encode(), path))
    importing = sorted({*users, *others} - {path})
    names = sorted(names_of(project, path, component.encode(), [path, *importing]))
    for user in importing:
        code = project.code.code(user)
        for name in map(re.escape, names):
            if _ALIVE.search(code) and re.search(rb"<%s[\s/>]" % name, code) is None:
                yield Going(user, 0, "")  # it is shown by turns, and kept
            elif found := re.search(_TABLE % name, code):
                yield Going(user, found.start(), "a route or a table of components shows it here")
            if found := re.search(_OPENED % name, code):
                yield Going(user, found.start(), "it is opened here")
            if is_mounted(code, name):
                yield STAYS
    yield from _handed(project, path, names)
    stem = stem_of(path).encode()
    for user in sorted(p for p in project.code.holding(stem) if p != path and not is_test(p)):
        if found := re.search(_LOADS % re.escape(stem), project.code.code(user)):
            yield Going(user, found.start(), "it is loaded here when it is wanted")


def _handed(project: Project, path: str, names: list[bytes]) -> Iterator[Going]:
    """Where it is handed to what renders the root of a page, by its name or its text; and by what extends it."""
    handing = b"|".join(map(re.escape, sorted(project.memo(renderers))))
    for name in names if handing else ():
        for user in (p for p in project.code.holding(name) if is_written(p, project)):
            code = project.code.code(user)
            by_name = re.search(rb"\b(?:%s)\([^(){}<>;]*?(?<![\w$])%s\b" % (handing, name), code)
            if by_name or (user != path and re.search(rb"[\"']%s[\"']" % name, code)):
                yield STAYS
            for found in re.finditer(_EXTENDS % name, code):
                yield Going(user, found.end(), "")


def _shown(project: Project, path: str, component: str, users: list[str]) -> Iterator[Going]:
    """Where a component stands in the markup of others, or a hook is called."""
    forms = {component.encode()}
    if path.endswith(".vue"):
        forms |= names_of(project, path, component.encode(), users)
        forms |= {re.sub(rb"(?<=[a-z0-9])(?=[A-Z])", b"-", name).lower() for name in forms}
        forms.add(re.sub(rb"(?:^|-)([a-z])", lambda m: m[1].upper(), component.encode()))
    found = sorted({(user, called) for form in forms for user, _, called in using(project, path, form)})
    for user, called in found:
        if _is_another(project, user, called, path):
            continue
        code = project.code.code(user)
        if called.startswith(b"use"):
            calls = re.finditer(rb"(?<!function )(?<![\w$.])%s\s*(?:<[^<>()]*>)?\(" % re.escape(called), code)
            yield from (Going(user, call.start(), "") for call in calls)
        for place in re.finditer(rb"<%s(?=[\s/>])" % re.escape(called), code):
            at = place.start()
            # a root returns something else while it loads, or until somebody signs in
            head = at if is_root_file(user) else max((found.end() for found in _HEAD.finditer(code, 0, at)), default=0)
            yield STAYS if is_rendered(code, at) else Going(user, at, why_gone(code, at, head, user))


def _is_another(project: Project, user: str, name: bytes, path: str) -> bool:
    """Whether what a script imports by a name is defined by another file than the one that is asked for."""
    imports = project.names.files[user]["imports"] if user in project.names.files else {}
    said = imports.get(name.decode(), "").partition(":")[0]
    home = project.names.module(said, user, "javascript") if said else None
    if home is None or home == path:
        return False
    made = rb"\b(?:class|function|const|let|var)\s+%s\b" % re.escape(name)
    return home.endswith(_FILES) or re.search(made, project.code.code(home)) is not None


def _holder(code: bytes, place: Going) -> str:
    """The component or hook that a place stands in (of Vue and Svelte: the file); "" where a script renders it."""
    if place.path.endswith(_FILES):
        return stem_of(place.path)
    heads = [*_HEAD.finditer(code, 0, place.start)]
    return heads[-1][1].decode() if heads else "" if renders(code) else "?"
