"""What lives as long as the page, by who imports it: what only the root shows, and what modules make."""

import re

from asynccost.flow.file import is_test
from asynccost.flow.lasting import is_app_root
from asynccost.flow.project import Project

_TAG = re.compile(r"<(/?)([A-Za-z][\w.-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)(/?)>", re.S)
_VOID = frozenset({"img", "input", "br", "hr", "meta", "link", "source"})
_SOMETIMES = re.compile(r"\bv-(?:if|else|else-if|for|slot)\b|(?:^|\s)(?::|v-bind:)?(?:key|is)\s*=|(?:^|\s)#\w")
_SUFFIX = re.compile(r"\.(?:vue|svelte|[cm]?[jt]sx?)$")
_BLOCK = re.compile(r"\{([#/])(?:if|each|await|key|snippet)\b")


def only_in_root(path: str, project: Project, shown: bool) -> bool:
    """Whether, as far as is seen, only the root imports a file; shown: and, as it is a component, always shows it."""
    users = _importers(path, project)
    roots = bool(users) and all(is_app_root(user) for user in users)
    return roots and (not shown or all(_shows(user, refs, project) for user, refs in users.items()))


def made_by_modules(path: str, project: Project) -> bool:
    """Whether other modules make a file's objects, each when it is read: `window.backend = new Backend(store)`."""
    users = {user: refs for user, refs in _importers(path, project).items() if not is_test(user)}
    made = [
        one.facts["kind"]
        for user, refs in users.items()
        for one in project.names.functions_of(user)
        for call in one.facts["calls"]
        if call["name"] in refs
    ]
    return bool(made) and all(kind == "module" for kind in made)


def _importers(path: str, project: Project) -> dict[str, set[str]]:
    """The scripts that import a file, and by which names they know what is in it."""
    stem = path.rpartition("/")[2].partition(".")[0]
    last = path.split("/")[-2:-1] if stem == "index" else [stem]
    found: dict[str, set[str]] = {}
    for user, script in project.names.scripts.by_path.items():
        modules = {m for m in script.modules if m.rpartition("/")[2].partition(".")[0] in (stem, *last)}
        meant = {m for m in modules if project.names.module(_SUFFIX.sub("", m), user, "javascript") == path}
        if meant and user != path:
            names = project.names.files[user]["imports"].values()
            found[user] = {name for name in names if name.partition(":")[0] in meant}
    return found


def _shows(path: str, refs: set[str], project: Project) -> bool:
    imports = project.names.files[path]["imports"]
    names = [local for local, name in imports.items() if name in refs]
    source = project.names.scripts.by_path[path].source.decode("utf-8", "replace")
    return len(names) == 1 and shows_always(source, names[0], path.rpartition(".")[2])


def shows_always(source: str, name: str, suffix: str) -> bool:
    """Whether a component's text shows another at one place, under no condition, loop, route or slot."""
    dashed = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()
    places = list(re.finditer(rf"<(?:{re.escape(name)}|{re.escape(dashed)})(?=[\s/>])", source))
    if len(places) != 1:
        return False
    at = places[0].start()
    if suffix == "vue":
        return _in_template(source, at)
    if suffix == "svelte":
        before = [m[1] for m in _BLOCK.finditer(source, 0, at)]
        return before.count("#") == before.count("/")
    return _in_markup(source[source.rfind("return", 0, at) : at])


def _in_markup(before: str) -> bool:
    """Whether what stands before an element of JSX, from its return on, puts it under no condition."""
    inner = re.compile(r"\{[^{}]*\}")
    while inner.search(before):
        before = inner.sub("", before)
    return before.startswith("return") and not re.search(r"[{?]|&&|\|\|", before)


def _in_template(source: str, at: int) -> bool:
    """Whether no element around a place of a Vue template, nor the one that begins there, comes and goes."""
    around: list[tuple[str, str]] = []
    for tag in _TAG.finditer(source, max(source.find("<template"), 0)):
        closes, name, attributes, closed = tag.groups()
        if tag.start() == at:
            return not any(_SOMETIMES.search(said) for said in (attributes, *(said for _, said in around)))
        if closes:
            while around and around.pop()[0] != name:
                pass
        elif not closed and name not in _VOID:
            around.append((name, attributes))
    return False
