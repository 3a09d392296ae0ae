"""What lives as long as the page, the module or another object, so that an effect need not give it back itself.

What lives as long as the page, by who imports it: what only the root shows, and what modules make.
"""

import re

from asynccost.flow.around import function_of
from asynccost.flow.effects.acquisitions import Acquisition, Fate
from asynccost.flow.effects.effect_code import component_cleanups
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.file import File, is_test
from asynccost.flow.handles import constant_text
from asynccost.flow.linked.project import Project
from asynccost.flow.reach import local_function
from asynccost.flow.tree import Argument, Call, Class, Function, Member
from asynccost.flow.words import chain, words


def stays(file: File) -> bool:
    """Whether a file puts an element of its own into the page's body: one for all that come after it."""
    return re.search(rb"\bbody\.(?:appendChild|append|prepend)\(", file.module.source) is not None


def pushed(end: Fate, effect: Effect, file: File) -> str | None:
    """`this.listeners.push(() => window.removeEventListener("x", f))`, where the end reads that list."""
    closure = function_of(end.at).closure if end.at is not None else None
    call = closure.parent.parent if closure is not None and isinstance(closure.parent, Argument) else None
    callee = call.callee if isinstance(call, Call) else None
    if not isinstance(callee, Member) or callee.attr not in ("push", "add") or not isinstance(callee.value, Member):
        return None
    kept = file.text(callee.value)
    ends = component_cleanups(effect, file)
    return kept if any(kept in file.text(one) for one in ends) else None


_FRAMEWORK_BASES = frozenset(
    {"Component", "PureComponent", "HTMLElement", "LitElement", "ReactiveElement", "Object", "EventEmitter"}
)


def has_base(effect: Effect) -> bool:
    """Whether a class extends one that may end what this one starts."""
    if not isinstance(effect.scope, Class):
        return False
    names = [b.value.attr if isinstance(b.value, Member) else getattr(b.value, "id", "") for b in effect.scope.bases]
    return any(n not in _FRAMEWORK_BASES for n in names)


def reloads(got: Acquisition, file: File) -> bool:
    """Whether a listener's handler loads the page anew, which ends every listener."""
    handlers = [local_function(a.value, got.function, file) for a in got.call.arguments[1:2]]
    return any(h is not None and loads_anew(h) for h in handlers)


def loads_anew(function: Function) -> bool:
    """`() => window.location.reload()`."""
    calls = function.index.calls if function.index is not None else []
    return any(chain(c.callee)[-2:] == ["location", "reload"] for c in calls)


def is_app_root(path: str) -> bool:
    """Whether a file is the one root of an application, by its name: `App.vue`, `providers/App/index.js`."""
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0].lower()
    if stem == "index":
        stem = folder.rpartition("/")[2].lower()
    return stem in ("app", "_app", "main", "root", "approot", "app-root")


def is_app_element(path: str) -> bool:
    """Whether a file holds the one element of an application, by its name: `weather-app.ts`."""
    return words(path.rpartition("/")[2].partition(".")[0])[-1:] == ("app",)


_FRAMES = frozenset({"layout", "layouts", "provider", "providers"})


def frames_the_page(path: str, effect: Effect) -> bool:
    """Whether a file lies with a page's layout or providers, by its folders and its name, or a hook makes them."""
    said = words(effect.scope.name) if isinstance(effect.scope, Function) else ()
    parts = [words(part.partition(".")[0]) for part in path.split("/")]
    return {"app", "context"}.issubset(said) or any(not _FRAMES.isdisjoint(part[-1:]) for part in (*parts, said))


_WHOLE = frozenset({"error", "unhandledrejection", "uncaughtException", "unhandledRejection"})


def of_the_process(got: Acquisition) -> bool:
    """`window.addEventListener("error", f)`, `chrome.alarms.onAlarm.addListener(f)`: what a program hears."""
    names = chain(got.call.callee)
    said = constant_text(got.call.arguments[0].value) if got.call.arguments else None
    return said in _WHOLE or (names[0] in ("chrome", "browser") and names[-1] == "addListener")


_TAG = re.compile(r"<(/?)([A-Za-z][\w.-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)(/?)>", re.S)
_VOID = frozenset({"img", "input", "br", "hr", "meta", "link", "source"})
_SOMETIMES = re.compile(r"\bv-(?:if|else|else-if|for|slot)\b|(?:^|\s)(?::|v-bind:)?(?:key|is)\s*=|(?:^|\s)#\w")
_LOADED_FIRST = re.compile(r"\bv-if=\"\w+\"")
_SUFFIX = re.compile(r"\.(?:vue|svelte|[cm]?[jt]sx?)$")
_BLOCK = re.compile(r"\{([#/])(?:if|each|await|key|snippet)\b")


def only_in_root(path: str, project: Project, shown: bool, depth: int = 0) -> bool:
    """Whether, as far as is seen, only the root imports a file; shown: and, as it is a component, always shows it.

    What the root always shows may show another in its turn, and a script may render it as the page's root itself.
    """
    users = {user: refs for user, refs in importers(path, project).items() if not is_test(user)}
    if not shown:
        return bool(users) and all(is_app_root(user) for user in users)
    return bool(users) and depth < _DEPTH and all(
        (
            (is_app_root(user) or (user.endswith(_COMPONENTS) and only_in_root(user, project, True, depth + 1)))
            and (_shows(user, refs, project) or _keeps_alive(user, refs, project))
        )
        or _renders_root(user, refs, project)
        for user, refs in users.items()
    )


_DEPTH = 3
_COMPONENTS = (".vue", ".tsx", ".jsx", ".svelte")
_ALIVE = re.compile(rb"<(?:keep-alive|KeepAlive)\s*>\s*<component\s[^<>]*:is=")


def _keeps_alive(path: str, refs: set[str], project: Project) -> bool:
    """Whether a component of Vue only shows another by turns, and keeps it: `<keep-alive><component :is="page" />`."""
    source = project.names.scripts.by_path[path].source
    names = [local for local, name in project.names.files[path]["imports"].items() if name in refs]
    shown = any(re.search(rb"<%s[\s/>]" % re.escape(name.encode()), source) for name in names)
    return _ALIVE.search(source) is not None and not shown


_ROOTS = re.compile(rb"\b(?:createRoot|hydrateRoot|ReactDOM\.render|ReactDOM\.hydrate)\b")
_UNDER = re.compile(rb"[?]|&&|=>|\.map\(")


def _renders_root(path: str, refs: set[str], project: Project) -> bool:
    """Whether a script renders a component of React into the page, and never takes it away: `root.render(<Page />)`."""
    source = project.names.scripts.by_path[path].source
    if _ROOTS.search(source) is None or b"unmount" in source:
        return False
    names = [local for local, name in project.names.files[path]["imports"].items() if name in refs]
    told = [re.search(rb"\b(?:render|hydrate)\(([^;]*?)<%s[\s/>]" % re.escape(n.encode()), source) for n in names]
    return any(said is not None and _UNDER.search(said[1]) is None for said in told)


_MOUNTS = rb"(?m)^(?:\S.*\b)?create(?:SSR)?App\(\s*%s\b|\brender\s*:\s*\(?\w+\)?\s*=>\s*\w+\(\s*%s\s*\)"


def is_mounted(path: str, project: Project) -> bool:
    """Whether a script mounts a component of Vue, and keeps it: `createApp(Import)`, `render: (h) => h(Import)`."""
    for user, refs in importers(path, project).items():
        names = [local for local, name in project.names.files[user]["imports"].items() if name in refs]
        source = project.names.scripts.by_path[user].source
        ends = b"unmount(" in source or b"$destroy(" in source or is_test(user)
        if not ends and any(re.search(_MOUNTS % ((re.escape(n.encode()),) * 2), source) for n in names):
            return True
    return False


def made_by_modules(path: str, project: Project) -> bool:
    """Whether other modules make a file's objects, each when it is read: `window.backend = new Backend(store)`."""
    users = {user: refs for user, refs in importers(path, project).items() if not is_test(user)}
    made = [
        one.facts["kind"]
        for user, refs in users.items()
        for one in project.names.functions_of(user)
        for call in one.facts["calls"]
        if call["name"] in refs
    ]
    return bool(made) and all(kind == "module" for kind in made)


def importers(path: str, project: Project) -> dict[str, set[str]]:
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
    return len(places) == 1 and stands_always(source, places[0].start(), suffix)


def stands_always(source: str, at: int, suffix: str) -> bool:
    """Whether an element of a component's text stands under no condition, loop, route or slot."""
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


_PHASE = re.compile(  # what a visit comes to once: `v-if="authenticated"`, `v-if="layout === 'embed'"`
    r"""\bv-(?:else-)?if\s*=\s*["'][!\s]*(?:\w+\.)?(?:(?:is_?)?(?:authenticated|logged_?in|signed_?in)"""
    r"""|(?:layout|mode|embed\w*)(?:\s*===?\s*(?:'\w+'|"\w+"))?)["']""",
    re.I,
)


def _in_template(source: str, at: int) -> bool:
    """Whether no element around a place of a Vue template, nor the one that begins there, comes and goes."""
    around: list[tuple[str, str]] = []
    for tag in _TAG.finditer(source, max(source.find("<template"), 0)):
        closes, name, attributes, closed = tag.groups()
        if tag.start() == at:
            outer = [said for _, said in around]
            outer[1:2] = [_LOADED_FIRST.sub("", said) for said in outer[1:2]]  # `<div v-if="config" id="app">`
            return not any(_SOMETIMES.search(_PHASE.sub("", said)) for said in (attributes, *outer))
        if closes:
            while around and around.pop()[0] != name:
                pass
        elif not closed and name not in _VOID:
            around.append((name, attributes))
    return False
