"""What is the root of a page: by the names of files, and by what scripts render into the document and never take away.

A function of a program without a router may render what it is handed: `renderPage("page-media", MediaPage)`.
"""

import re
from collections.abc import Iterator

from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.routers import has_router
from asynccost.flow.file import is_test
from asynccost.flow.linked.project import Project
from asynccost.flow.tree import Function
from asynccost.flow.words import words

# --------------------------------------------------------------------- by names

_STEMS = frozenset({"app", "_app", "main", "root", "approot", "app-root", "_document", "+layout"})
_NEXT = re.compile(r"(?:^|/)app/layout\.\w+$")


def is_root_file(path: str) -> bool:
    """Whether a file is the one root of an application, by its name: `App.vue`, `providers/App/index.js`."""
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0].lower()
    if stem == "index":
        stem = folder.rpartition("/")[2].lower()
    return stem in _STEMS or _NEXT.search(path) is not None


def is_app_element(path: str) -> bool:
    """Whether a file holds the one element of an application, by its name: `weather-app.ts`."""
    return words(path.rpartition("/")[2].partition(".")[0])[-1:] == ("app",)


_FRAMES = frozenset({"layout", "layouts", "provider", "providers"})


def frames_the_page(path: str, effect: Effect) -> bool:
    """Whether a file lies with a page's layout or providers, by its folders and its name, or a hook makes them."""
    said = words(effect.scope.name) if isinstance(effect.scope, Function) else ()
    parts = [words(part.partition(".")[0]) for part in path.split("/")]
    return {"app", "context"}.issubset(said) or any(not _FRAMES.isdisjoint(part[-1:]) for part in (*parts, said))


# ----------------------------------------------------------------- by what renders

_RENDERS = re.compile(
    rb"\b(?:createRoot|hydrateRoot)\(\s*(?P<root>document\.\w+\([^()]*\)|[\w$.]+)|\bReactDOM\.(?:render|hydrate)\("
    rb"|\bcreateApp\(|\bnew\s+Vue\(|\bfrom\s*[\"']solid-js/web[\"']|\btarget\s*:\s*document\b"
)
_ENDS = re.compile(rb"unmount|\$destroy\(")
_EMPTIES = rb"(?<![\w$.])%s[!?]*\.(?:innerHTML\s*=|remove\(|replaceChildren|removeChild)|\bremoveChild\(\s*%s(?![\w$])"
_AS_ROOT = re.compile(rb"\b(?:render|hydrate|hydrateRoot)\((?:\s*\(\)\s*=>)?(?:(?!=>|\bmap\()[^;?&])*$")
_BEFORE = 400  # bytes
_MOUNTS = rb"\b(?:new\s+%s\(\s*\{\s*target\b|(?:mount|create(?:SSR)?App|h)\(\s*%s\b)"


def renders(code: bytes) -> bool:
    """Whether a script renders into an element of the document, and never takes that away."""
    found = _RENDERS.search(code)
    if found is None or _ENDS.search(code):
        return False
    root = re.escape(found["root"] or b"")
    made = rb"(?<![\w$.])%s\b[^=\n]*=\s*document\." % root
    if root and not root.startswith(b"document") and not re.search(made, code):
        return False
    places = root or rb"[\w$.]+"  # ReactDOM.render() names its place last, others a selector
    named = root or found[0].startswith(b"ReactDOM")
    return not named or re.search(_EMPTIES % (places, places), code) is None


def is_rendered(code: bytes, at: int) -> bool:
    """`root.render(<App />)`."""
    return _AS_ROOT.search(code[max(at - _BEFORE, 0) : at]) is not None and renders(code)


def is_mounted(code: bytes, name: bytes) -> bool:
    """Whether a script mounts a component, and keeps it: `createApp(Import)`, `root.render(createElement(Import))`."""
    if re.search(_MOUNTS % (name, name), code):
        return renders(code)
    return any(is_rendered(code, made.start()) for made in re.finditer(rb"\bcreateElement\(\s*%s\b" % name, code))


_TAKES = re.compile(
    rb"\bfunction\s+(?P<f>\w+)\s*\((?P<a>[^()]*)\)|\b(?:const|let|var)\s+(?P<g>\w+)\s*=\s*(?:async\s*)?\((?P<b>[^()]*)\)"
    rb"[^=;{}]*=>"
)
_REACT = re.compile(rb"\bReactDOM\.(?:render|hydrate)\(|\bcreateRoot\(|\bhydrateRoot\(|\bfrom\s*[\"']react-dom")


def renderers(project: Project) -> frozenset[bytes]:
    """The functions that render a component which they are handed, and never take it away; none where a router may."""
    found: set[bytes] = set()
    for path in project.code.holding(b"react-dom"):
        code = project.code.code(path)
        if not is_test(path) and _REACT.search(code) and b"unmount" not in code:
            found.update(_handed_to(code))
    routed = bool(found) and project.memo(has_router)
    return frozenset() if routed else frozenset(found)


def _handed_to(code: bytes) -> Iterator[bytes]:
    heads = [*_TAKES.finditer(code)]
    ends = [*(head.start() for head in heads[1:]), len(code)]
    for head, end in zip(heads, ends, strict=False):
        body = code[head.end() : end]
        params = re.findall(rb"[A-Za-z_$][\w$]*", head["a"] or head["b"] or b"")
        if any(re.search(rb"<%s[\s/>]|\bcreateElement\(\s*%s\b" % (p, p), body) for p in params):
            yield head["f"] or head["g"]
