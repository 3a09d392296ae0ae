"""Components of React that a script renders into an element of the document, once, and never takes away.

What such a component always shows, by its one return, stays as well.
"""

import re

from asynccost.flow.effects.lasting import importers, shows_always
from asynccost.flow.file import is_test
from asynccost.flow.linked.project import Project

_INTO = rb"(?:createRoot\(\s*document\.|hydrateRoot\(\s*document\.|ReactDOM\.(?:render|hydrate)\()"
_GOES = re.compile(rb"unmount|\.remove\(\)|removeChild|replaceChildren|\.innerHTML\s*=")
_RENDERS = re.compile(rb"\b(?:render|hydrate|hydrateRoot)\(\s*(?=<|document\.|(?:React\.)?createElement\()")
_UNDER = re.compile(rb"[?;]|&&|=>|\bmap\(")
_HEAD = re.compile(rb"^(?:export\s+)?(?:default\s+)?(?:class|function|const)\s+([A-Z][\w$]*)", re.M)
_DEPTH = 3


def is_shown_by_root(project: Project, path: str, component: str, depth: int = 0) -> bool:
    """Whether a component is the root that a script renders, or what stands in such a one under no condition."""
    if depth > _DEPTH or not re.fullmatch(r"[A-Z][\w$]*", component):
        return False
    source = project.code.code(path)
    users: list[tuple[str, str]] = []
    for user, refs in importers(path, project).items():
        imports = project.names.files[user]["imports"]
        names = [local for local, name in imports.items() if name in refs]
        named = [local for local in names if _names(imports[local], component, source)]
        users += [(user, local) for local in named] if not is_test(user) else []
    own = _places(source, component)
    if users:
        return not own and all(_is_rendered(project.code.code(user), local) for user, local in users)
    if _is_rendered(source, component):
        return True
    if len(own) != 1 or not shows_always(source.decode("utf-8", "replace"), component, "jsx"):
        return False
    around = [*_HEAD.finditer(source, 0, own[0])][-1:]
    body = source[around[0].end() : own[0]] if around else b""
    body = body[max(body.rfind(b" render()"), 0) :]
    alone = len(re.findall(rb"\breturn\b", body)) == 1 and around and around[0][1].decode() != component
    return bool(alone) and is_shown_by_root(project, path, around[0][1].decode(), depth + 1)


def _names(imported: str, component: str, source: bytes) -> bool:
    by_default = rb"\bexport\s+default\s+(?:(?:class|function)\s+)?(?:[\w$.]+\(\s*)*%s(?![\w$])" % component.encode()
    name = imported.rpartition(":")[2]
    return name == component or (name in ("default", "*") and re.search(by_default, source) is not None)


def _places(source: bytes, component: str) -> list[int]:
    form = rb"(?:<|\bcreateElement\(\s*)%s(?![\w$.])" % re.escape(component.encode())
    return [found.start() for found in re.finditer(form, source)]


def _is_rendered(source: bytes, component: str) -> bool:
    """`const root = createRoot(document.getElementById("app")); root.render(<Page />);`, and no other use."""
    places, renders = _places(source, component), [*_RENDERS.finditer(source)]
    if len(places) != 1 or len(renders) != 1 or _GOES.search(source) or not re.search(_INTO, source):
        return False
    before = source[renders[0].end() : places[0]]
    return renders[0].end() <= places[0] and _UNDER.search(before) is None
