"""Where a component goes away: who shows it under a condition, in a list, as a route or in a dialog.

What is shown for good goes when what shows it goes; a hook goes with a component that uses it.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from asynccost.flow.effects.lasting import shows_always
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
_ROUTER = re.compile(
    rb"[\"'](?:react-router[\w/-]*|vue-router|next(?:/[\w/-]+)?|gatsby|@tanstack/[\w-]*router|wouter[\w/-]*|expo-router"
    rb"|@sveltejs/kit|svelte-routing|svelte-spa-router|@reach/router|@remix-run/[\w/-]+|@react-navigation/[\w/-]+"
    rb"|@ionic/[\w-]*router|nuxt|#app|#imports|preact-router|@angular/router)[\"']|\bdefineNuxtConfig\b|\$app/navigation"
)
_PARENT = re.compile(
    rb"(?:Modal|Dialog|Drawer|Popover|Popup|Sheet|Overlay|Tooltip|Tab|TabPanel|TabPane|Tabs\.\w+|Route|AnimatePresence"
    rb"|Show|For|Switch|Match|Collapse|Accordion\w*|Dropdown\w*|Menu|Suspense|Transition)$"
)
_RETURNS = re.compile(rb"\breturn\s*\(?\s*(?:<|null\b|false\b)")
_KEY = re.compile(rb"\s(?:key|v-if|v-else|v-else-if|v-for|:key|:is)(?:[\s=/>]|$)")
_TAG = re.compile(rb"<(/?)([A-Za-z][\w.:-]*)((?:[^\"'<>{}]|\"[^\"]*\"|'[^']*'|\{[^{}]*\})*)(/?)>")


class Going(NamedTuple):
    """Where and why a component goes away."""

    path: str
    start: int
    why: str


STAYS = Going("", 0, "what shows it for good is the root of the page, and lives as long as that")
_ROOT_FILE = re.compile(r"(?:^|/)(?:(?:app/layout|_app|_document|\+layout)\.\w+|[Aa]pp\.(?:vue|svelte))$")
_RENDERS = re.compile(
    rb"\b(?:createRoot|hydrateRoot)\(\s*(?P<root>[\w$.]+)|\bReactDOM\.(?:render|hydrate)\(|\bcreateApp\("
    rb"|\bfrom\s*[\"']solid-js/web[\"']|\btarget\s*:\s*document\b"
)
_ENDS = re.compile(rb"unmount|\$destroy\(|\.innerHTML\s*=|replaceChildren|removeChild")


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
    if _ROUTES.search(path) and project.memo(_has_router):
        return Going(path, 0, "the router takes this page away")
    outer: dict[tuple[str, str], None] = {}
    for user in project.memo(_scripts):
        if user != path and not _knows(project, user, path, component):
            continue
        code = project.code.code(user)
        for name in _names(code, path, component, user == path):
            if _mounts(code, name):
                outer[(user, "")] = None
            for at, shown in _uses(code, name, user):
                if shown:
                    return Going(user, at, shown)
                outer[(user, _holder(code, at, user))] = None
        if user != path and (at := _loads(code, path)) >= 0:
            return Going(user, at, "it is loaded here when it is wanted")
    said: list[Going | None] = []
    for one in outer:
        if one not in seen:
            found = going(project, *one, seen)
            if found is not None and found is not STAYS:
                return found
            said.append(found)
    return STAYS if said and None not in said else None


def _renders(code: bytes) -> bool:
    """Whether a script renders into an element of the document, and never takes that away."""
    found = _RENDERS.search(code)
    if found is None or _ENDS.search(code):
        return False
    root = found["root"] or b"document"
    found = re.search(rb"\b%s\b[^=\n]*=\s*document\." % re.escape(root), code)
    return root.startswith(b"document") or found is not None


def _mounts(code: bytes, name: bytes) -> bool:
    """`new App({ target: document.body })`, `mount(App, ...)`, `createApp(App)`, `h(App)`."""
    form = rb"\b(?:new\s+%s\(\s*\{\s*target\b|(?:mount|createApp|createSSRApp|h)\(\s*%s\b)" % (name, name)
    return re.search(form, code) is not None and _renders(code)


def _scripts(project: Project) -> list[str]:
    """All scripts but tests, in one order, so that the same place is named each time."""
    return sorted(path for path in project.code.paths() if not is_test(path))


def _has_router(project: Project) -> bool:
    return any(_ROUTER.search(project.code.text(path)) for path in project.memo(_scripts))


def stem_of(path: str) -> str:
    """What a file is called after: its own name, or its folder's."""
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    return folder.rpartition("/")[2] if stem == "index" else stem


def _knows(project: Project, user: str, path: str, component: str) -> bool:
    text = project.code.text(user)
    return component.encode() in text or stem_of(path).encode() in text


def _names(code: bytes, path: str, component: str, own: bool) -> set[bytes]:
    """What a script calls a component: its name, and that of a default import of its file."""
    names = {component.encode()}
    if not own:
        taken = rb"\bimport\s+([A-Z]\w*)[^;\"']*from\s*[\"'][^\"'\n]*(?<![\w-])%s(?:/index)?(?:\.\w+)?[\"']"
        names |= set(re.findall(taken % re.escape(stem_of(path).encode()), code))
    return {n for n in names if re.fullmatch(rb"[\w$]+", n)}


def _loads(code: bytes, path: str) -> int:
    """`() => import("./views/Card.vue")`."""
    form = rb"\bimport\(\s*[^()\"'`]*[\"'`][^\"'`\n]*(?<![\w-])%s(?:/index)?(?:\.\w+)?[\"'`]"
    found = re.search(form % re.escape(stem_of(path).encode()), code)
    return found.start() if found else -1


def _uses(code: bytes, name: bytes, path: str) -> Iterator[tuple[int, str]]:
    """Where a script shows a component, and why it goes away there; "" where it stays."""
    if name.startswith(b"use"):
        for found in re.finditer(rb"(?<![\w$.])%s\s*(?:<[^<>()]*>)?\(" % name, code):
            if not re.search(rb"function\s+$", code[: found.start()][-20:]):
                yield found.start(), ""
        return
    for found in re.finditer(rb"\b(?:[cC]omponent|element|page|view|content)\s*[:=]\s*\{?\s*<?%s\b" % name, code):
        yield found.start(), "a route or a table of components shows it here"
    dashed = re.sub(rb"(?<=[a-z0-9])(?=[A-Z])", b"-", name).lower()
    for found in re.finditer(rb"<(?:%s|%s)(?=[\s/>])" % (name, dashed), code):
        yield found.start(), _why(code, found.start(), path)


def _why(code: bytes, at: int, path: str) -> str:
    if re.search(rb"\b(?:render|hydrate|hydrateRoot)\([^;?&]*$", code[max(at - 400, 0) : at]) and _renders(code):
        return ""
    own = _TAG.match(code, at)
    said = own[3] if own else code[at : at + 200]
    if _KEY.search(said):
        return "it is shown here under a condition, in a list, or with a key"
    name = code[at + 1 : at + 80].split()[0].split(b"/")[0].split(b">")[0].decode("utf-8", "replace")
    for parent in _around(code[:at]):
        if _PARENT.search(parent[0]) or _KEY.search(parent[1]):
            return f"<{parent[0].decode()}> shows it here"
    cut = code[:at].decode("utf-8", "replace")
    rest = code[at:].decode("utf-8", "replace").replace(f"<{name}", "<_", 1)
    only = re.sub(rf"<{re.escape(name)}(?=[\s/>])", "<_", cut) + rest.replace("<_", f"<{name}", 1)
    suffix = path.rpartition(".")[2]
    if not shows_always(only, name, suffix):
        return "it is shown here under a condition or in a list"
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
    if re.search(rb"\b(?:render|hydrate|hydrateRoot)\([^;?&]*$", code[max(at - 400, 0) : at]) and _renders(code):
        return ""
    heads = [*_HEAD.finditer(code, 0, at)]
    return heads[-1][1].decode() if heads else "?"
