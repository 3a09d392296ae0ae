"""What an effect acquires and does not give back, and how much that matters."""

from collections.abc import Iterator
from dataclasses import dataclass

from asynccost.flow.around import above, class_around
from asynccost.flow.file import File
from asynccost.flow.lifecycle import Effect, component_cleanups, effects, registered_cleanups
from asynccost.flow.paths import ways_out
from asynccost.flow.reach import binder, inner_functions, mentioned, values, within
from asynccost.flow.release import Acquisition, Fate, acquisition, bound_by, fate, option_of
from asynccost.flow.state import root_name, state_of
from asynccost.flow.timers import Timer, may_end, rearms, timer
from asynccost.flow.tree import (
    Bind, Call, Choice, Class, Closure, Collection, Constant, Expr, Function, If, Loop, Member, Name, Node, Return, Subscript,
)
from asynccost.model import Confidence

HIGH, MEDIUM, LOW = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW


@dataclass(slots=True, eq=False)
class Verdict:
    """What is to be said of one acquisition: a confidence (None: nothing), and why."""

    effect: Effect
    got: Acquisition
    sure: Confidence | None
    why: str
    at: Node | None = None


def verdicts(file: File) -> list[Verdict]:
    """One verdict for every resource that an effect of the file acquires."""
    return file.memo(_verdicts)


def covered(file: File) -> set[int]:
    """The ids of the calls that belong to an effect: other rules leave them to missing-effect-cleanup."""
    return file.memo(_covered)


def _covered(file: File) -> set[int]:
    return {id(v.got.call) for v in verdicts(file)}


def _verdicts(file: File) -> list[Verdict]:
    found: list[Verdict] = []
    seen: set[int] = set()
    for effect in effects(file):
        for got in acquired(effect, file):
            if id(got.call) in seen:
                continue
            if effect.plain and timer(file.site(got.call), file) is not None:
                continue  # a plain class's timers belong to unstored-timer
            seen.add(id(got.call))
            found.append(judge(effect, got, file))
    return found


def acquired(effect: Effect, file: File) -> Iterator[Acquisition]:
    """What an effect's own code acquires, helpers of its component that it calls included."""
    for function in own_functions(effect, file):
        for call in function.index.calls if function.index else ():
            got = acquisition(file.site(call), file)
            if got is not None:
                yield got


def own_functions(effect: Effect, file: File) -> list[Function]:
    """The functions that run for an effect: not those of other effects, not its cleanups."""
    avoid = {id(f) for e in effects(file) for f in (e.setups if e is not effect else ())}
    avoid |= {id(f) for f in component_cleanups(effect, file)}
    avoid |= {id(f) for _, f, _ in registered_cleanups(file) if f is not None}
    found: list[Function] = []
    pending = list(effect.setups)
    while pending:
        one = pending.pop(0)
        if id(one) in avoid:
            continue
        avoid.add(id(one))
        found.append(one)
        pending += file.memo(inner_functions).get(id(one), [])
        pending += [f for f, called in mentioned(one, file) if called and _belongs(f, effect)]
    return found


def _belongs(function: Function, effect: Effect) -> bool:
    if not isinstance(effect.scope, Function):
        return True
    scope: Function | None = function
    while scope is not None:
        if scope is effect.scope:
            return True
        scope = scope.scope
    return False


# ------------------------------------------------------------------- judgement


def judge(effect: Effect, got: Acquisition, file: File) -> Verdict:
    """Whether what an effect acquires is given back, and whether that matters."""
    def say(sure: Confidence | None, why: str, at: Node | None = None) -> Verdict:
        return Verdict(effect, got, sure, why, at)

    if reason := _needs_no_release(effect, got, file):
        return say(None, reason)
    end = fate(got, component_cleanups(effect, file), file)
    if end.kind == "released":
        left = _left_early(effect, got, end)
        if left is not None:
            return say(MEDIUM, "the effect can return before it returns its cleanup", left)
        return say(None, end.why, end.at)
    if got.pair.name in _ANYWHERE:
        return _by_word(effect, got, file, say(None, "a release stands in the same component"))
    if end.kind == "handed on":
        return say(None, end.why, end.at)
    if effect.opaque and end.kind != "mismatch":
        return say(None, "the effect returns a cleanup that is made elsewhere")
    if end.kind == "mismatch":
        return say(HIGH, end.why, end.at)
    ticking = timer(file.site(got.call), file)
    if ticking is not None and not ticking.repeats:
        return _one_shot(effect, got, ticking, end, file)
    return _kept_or_dropped(effect, got, end, file)


_ANYWHERE = frozenset({"navigator.mediaDevices.getUserMedia", "navigator.mediaDevices.getDisplayMedia", "URL.createObjectURL"})


def _by_word(effect: Effect, got: Acquisition, file: File, silent: Verdict) -> Verdict:
    """Resources that wander (streams, object URLs): any release in the component will do."""
    for function in component_functions(effect, file):
        for call in function.index.calls if function.index else ():
            if isinstance(call.callee, Member) and call.callee.attr in got.pair.release:
                return silent
    return Verdict(effect, got, MEDIUM, "nothing in the component releases it")


def component_functions(effect: Effect, file: File) -> list[Function]:
    """Every function of the component that an effect belongs to."""
    if isinstance(effect.scope, Function):
        return within(effect.scope, file)
    if isinstance(effect.scope, Class):
        return [f for f in file.functions if class_around(f) is effect.scope]
    return file.functions


def _needs_no_release(effect: Effect, got: Acquisition, file: File) -> str:
    call, handle = got.call, got.pair.handle
    if handle in ("same", "disposer"):
        if option_of(call, "signal") is not None:
            return "an AbortSignal removes it"
        if isinstance(once := option_of(call, "once"), Constant) and once.value is True:
            return "it is taken away after its first event"
        return _target_reason(effect, got, file)
    if got.pair.starts and not _is_started(got, file):
        return f"nothing is {got.pair.starts}d"
    return ""


def _is_started(got: Acquisition, file: File) -> bool:
    return got.pair.starts in file.text(got.function) or got.pair.starts.encode() in file.module.source


# -------------------------------------------------------------- listeners' targets

_MAKES = frozenset({"createElement", "createElementNS"})
_ELEMENT_CALLS = frozenset({"querySelector", "getElementById", "closest", "querySelectorAll"})
_STREAMS = ("interval", "timer", "fromEvent", "merge", "combineLatest")
_ENDING_OPERATORS = frozenset({
    "takeUntil", "takeUntilDestroyed", "take", "first", "untilDestroyed", "last", "takeWhile", "untilComponentDestroyed", "single",
})


def _target_reason(effect: Effect, got: Acquisition, file: File) -> str:
    """Why a listener or subscription on this target needs no release; "" where it does."""
    call, name = got.call, got.pair.name
    target = call.callee.value if isinstance(call.callee, Member) else None
    if not _listens(call, got, file):
        return "no function of this code is handed to it"
    if name == "subscribe":
        return _subscription_reason(effect, got, target, file)
    if target is None or _is_page(target, got.function, file):
        return ""
    if isinstance(target, Call) and name != "addEventListener" and name != "addListener":
        return "the target is made by the same expression"
    root = _root(target)
    if root is None:
        return "the target is made by the same expression"
    if root.id in ("this", "self"):
        return _own_member(effect, target, got, file)
    scope = bound_by(call, got.function)
    if scope is None:
        return ""
    return _bound_target(effect, got, root.id, scope, target, file)


def _listens(call: Call, got: Acquisition, file: File) -> bool:
    handler = call.arguments[-1].value if len(call.arguments) == 1 else call.arguments[1].value
    if got.pair.name in ("on", "addListener") and len(call.arguments) > 1:
        first = call.arguments[0].value
        if isinstance(first, Constant) and not isinstance(first.value, str):
            return False
    if isinstance(handler, (Closure, Name, Member)):
        return True
    if isinstance(handler, Call):
        return True
    if got.pair.handle == "disposer":
        return any(isinstance(a.value, Closure) for a in call.arguments) or (
            isinstance(handler, Collection)
            and any(isinstance(k, Constant) and k.value in ("next", "error", "complete") for k in handler.keys)
        )
    return False


def _is_page(target: Expr, function: Function, file: File) -> bool:
    """Whether a target lives as long as the page or the process."""
    name = file.resolve(target, function) or ""
    bare = name.partition(".")[0].removesuffix("()")
    made = "()." in name or (name.endswith("()") and bare != "matchMedia")
    return bare in _PAGE and ":" not in name and not made


_PAGE = frozenset({
    "window", "document", "globalThis", "self", "top", "parent", "navigator", "matchMedia", "history", "screen", "visualViewport",
    "process", "chrome", "browser", "speechSynthesis", "caches", "performance",
})


def _root(expr: Expr) -> Name | None:
    here: Node = expr
    while isinstance(here, (Member, Call, Subscript)):
        here = here.callee if isinstance(here, Call) else here.value
    return here if isinstance(here, Name) else None


def _own_member(effect: Effect, target: Expr, got: Acquisition, file: File) -> str:
    """Listeners on `this` and on what an object made itself go away with it."""
    cls = class_around(got.function)
    if isinstance(target, Name):
        return "it listens to itself"
    first: Expr = target
    while isinstance(first, (Member, Call)) and not _is_this(first):
        first = first.callee if isinstance(first, Call) else first.value
    attr = first.attr if isinstance(first, Member) else ""
    if cls is None:
        return "the target belongs to the component"
    known = [v for v in file.names.attribute(cls, attr) if v is not None and not isinstance(v, Constant)]
    if known and all(isinstance(v, (Call, Closure)) for v in known) and not _is_page(target, got.function, file):
        return f"{attr} is made by the same object"
    if effect.plain or effect.framework in ("custom element", "Stencil", "Ember"):
        return "the target belongs to the object"
    if not known and not any(p.name == attr for m in (cls.methods.get("constructor"),) if m for p in m.params):
        return "the target belongs to the object"
    return ""


def _is_this(expr: Expr) -> bool:
    return isinstance(expr, Member) and isinstance(expr.value, Name) and expr.value.id in ("this", "self")


def _bound_target(effect: Effect, got: Acquisition, name: str, scope: Function, target: Expr, file: File) -> str:
    bound = values(name, scope)
    known = [v for v in bound if v is not None and not isinstance(v, Constant)]
    own = {id(f) for f in own_functions(effect, file)}
    if any(p.name == name for p in scope.params) and id(scope) in own:
        return "the target is handed in"
    if id(scope) in own and any(isinstance(v, Call) and _callee(v) in _MAKES for v in known):
        return f"{name} is made by the effect itself"
    if _is_ref(known) or any(_is_element(v) for v in known):
        return "" if effect.deps != [] and not effect.once else "the target is an element that goes away with the component"
    if any(_is_page(v, scope, file) for v in known):
        return ""
    if id(scope) in own and known and all(isinstance(v, (Call, Choice)) for v in known):
        made = [v for v in known if isinstance(v, Call)]
        if any(v.new for v in made) or got.pair.name == "on":
            return f"{name} is made by the effect itself"
    if id(scope) in own and any(_is_ref_read(v, scope) for v in known):
        return "" if effect.deps != [] and not effect.once else "the target is an element that goes away with the component"
    if got.pair.name == "addEventListener" and id(scope) in own:
        return f"{name} is found by the effect itself"
    if scope is effect.scope and any(isinstance(v, Call) and _callee(v) in _STATEFUL for v in known):
        return f"{name} is state of the component"
    return ""


_STATEFUL = frozenset({"useState", "$state", "createSignal", "shallowRef", "ref", "useMemo"})


def _is_ref(known: list[Expr]) -> bool:
    return any(isinstance(v, Call) and _callee(v) in ("useRef", "createRef", "ref", "useTemplateRef", "shallowRef") for v in known)


def _is_element(value: Expr) -> bool:
    return isinstance(value, Call) and _callee(value) in _ELEMENT_CALLS


def _is_ref_read(value: Expr, scope: Function) -> bool:
    if isinstance(value, Member) and value.attr in ("current", "value") and isinstance(value.value, Name):
        home = binder(value.value.id, scope)
        return home is not None and _is_ref([v for v in values(value.value.id, home) if v is not None])
    return False


def _callee(call: Call) -> str:
    callee = call.callee
    return callee.id if isinstance(callee, Name) else callee.attr if isinstance(callee, Member) else ""


def _subscription_reason(effect: Effect, got: Acquisition, target: Expr | None, file: File) -> str:
    """Why a subscription ends by itself; Angular's are silent unless the source is known to go on."""
    if target is None:
        return "it is no subscription that is known"
    here: Expr | None = target
    while isinstance(here, (Member, Call)):
        if isinstance(here, Call) and _callee(here) == "pipe":
            if any(isinstance(a.value, Call) and _callee(a.value) in _ENDING_OPERATORS for a in here.arguments):
                return "its pipe ends it"
        here = here.callee if isinstance(here, Call) else here.value
    if isinstance(effect.scope, Class):
        return "" if _goes_on(target, got.function, file) else "nothing shows that its source goes on"
    return "" if _root(target) is not None and not _made_here(effect, got, target, file) else "its source is made by the effect itself"


def _made_here(effect: Effect, got: Acquisition, target: Expr, file: File) -> bool:
    root = _root(target)
    if root is None or isinstance(target, Call):
        return _root(target) is None or (isinstance(target, Call) and _callee(target) in ("from", "of", "defer", "ajax"))
    scope = bound_by(got.call, got.function)
    return scope is not None and any(scope is f for f in own_functions(effect, file)) and any(
        isinstance(v, Call) and v.new for v in values(root.id, scope)
    )


def _goes_on(target: Expr, function: Function, file: File) -> bool:
    """Whether an observable outlives who subscribes: timers, events, router, store, `x$` of an injected service."""
    while isinstance(target, Call) and _callee(target) == "pipe" and isinstance(target.callee, Member):
        target = target.callee.value
    name = file.resolve(target, function) or ""
    if isinstance(target, Call) and name.startswith("rxjs:"):
        return name.removeprefix("rxjs:").removesuffix("()") in _STREAMS
    text = file.text(target)
    if text.endswith("router.events") or "store.select" in text or "store$" in text:
        return True
    parts = text.split("(")[0].split(".")
    return len(parts) == 3 and parts[0] == "this" and parts[2].endswith("$") and "route" not in parts[1].lower()


# -------------------------------------------------------------------- one-shots


def _one_shot(effect: Effect, got: Acquisition, ticking: Timer, end: Fate, file: File) -> Verdict:
    """A timeout that fires once: worth a word where it starts itself again or works on something that goes on."""
    def say(sure: Confidence | None, why: str) -> Verdict:
        return Verdict(effect, got, sure, why, end.at)

    if stopped_by_flag(effect, ticking, file):
        return say(None, "a flag that the cleanup sets stops it")
    again = rearms(ticking, file)
    if again and end.kind in ("dropped", "kept", "itself"):
        if may_end(ticking):
            return say(LOW if ticking.frame or _inside_setup(effect, got) else MEDIUM, "it starts itself again for some time")
        return say(HIGH, "it starts itself again and nothing can stop it")
    if ticking.frame:
        return say(None, "it runs once, on the next frame")
    if end.kind == "elsewhere":
        return say(None, "it is cleared elsewhere")
    changing = not effect.once and effect.deps != [] and isinstance(effect.anchor, Call) and got.function is effect.setups[0]
    short = ticking.delay is not None and ticking.delay < 1000
    if changing and not short and end.kind in ("dropped", "kept") and _acts(ticking, effect, file):
        return say(MEDIUM, "the effect runs again while the old one still waits, and then both act")
    return say(None if short else LOW, "it fires once and can do little harm")


def stopped_by_flag(effect: Effect, ticking: Timer, file: File) -> bool:
    """Whether the cleanup sets something that the timer's code tests."""
    flags = flags_set(effect, file)
    if not flags:
        return False
    functions = [ticking.function, *( [ticking.callback] if ticking.callback else [])]
    for function in functions:
        for one in within(function, file):
            if tests_any(one, flags):
                return True
    return False


def flags_set(effect: Effect, file: File) -> set[str]:
    """The names that an effect's cleanups assign, and those of the controllers that they abort."""
    found: set[str] = set()
    for cleanup in component_cleanups(effect, file):
        for one in within(cleanup, file):
            if one.index is None:
                continue
            for assign in one.index.assigns:
                for target in [assign.target] if isinstance(assign, Bind) else assign.targets:
                    found |= {target.id} if isinstance(target, Name) else {file.text(target)} if isinstance(target, Member) else set()
            for call in one.index.calls:
                if isinstance(call.callee, Member) and call.callee.attr in ("abort", "cancel"):
                    root = _root(call.callee)
                    found |= {root.id} if root is not None else set()
    return found


def tests_any(function: Function, flags: set[str]) -> bool:
    """Whether a function's own code tests one of these names."""
    if function.index is None:
        return False
    for name in function.index.names:
        if name.id in flags or (isinstance(name.parent, Member) and any(
            f == f"{name.id}.{name.parent.attr}" for f in flags
        )):
            here: Node | None = name
            while here is not None and not isinstance(here, Function):
                up = here.parent
                if isinstance(up, If) and up.test is here:
                    return True
                if isinstance(up, Choice) and (up.test is here or (up.test is None and up.options[0] is here)):
                    return True
                if isinstance(up, Loop) and up.test is here:
                    return True
                here = up
    return False


def _acts(ticking: Timer, effect: Effect, file: File) -> bool:
    """Whether a callback sets state, asks a server or calls a function that it was given."""
    if ticking.callback is None or ticking.callback.index is None or not isinstance(effect.scope, Function):
        return False
    state = state_of(effect.scope, file)
    listed = {root_name(d) for d in effect.deps or ()}
    for one in within(ticking.callback, file):
        for call in one.index.calls if one.index else ():
            word = _callee(call)
            if state.setters.get(word) in listed:
                return False  # the change that it makes is what it waits for
            if isinstance(call.callee, Name) and (word.startswith(("set", "on", "fetch", "handle", "dispatch")) and len(word) > 3):
                return True
            if file.site(call).name == "fetch":
                return True
    return False


# --------------------------------------------------------------- everything else


def _kept_or_dropped(effect: Effect, got: Acquisition, end: Fate, file: File) -> Verdict:
    def say(sure: Confidence | None, why: str) -> Verdict:
        return Verdict(effect, got, sure, why, end.at)

    sure = {"high": HIGH, "medium": MEDIUM}.get(got.pair.sure, LOW)
    if effect.plain:
        return _plain_class(effect, got, end, sure, file)
    if end.kind in ("elsewhere", "itself"):
        if effect.wasted:
            return say(HIGH, f"{effect.name} does not use the cleanup that this set-up returns")
        if end.kind == "itself" and got.pair.handle != "argument":
            return say(LOW, end.why)
        always = effect.once or effect.deps == []
        sure = MEDIUM if sure is HIGH and always and _inside_setup(effect, got) else LOW
        return say(sure, "it is not stopped when the component ends")
    if end.kind == "kept" and end.place is not None and _kept_by_module(effect, got, end.place.root):
        return say(LOW, f"{end.place.text} is kept by the module")
    if _is_app_root(file) and got.pair.handle in ("same", "disposer"):
        return say(LOW, "the component lives as long as the page")
    if effect.wasted:
        return say(sure, f"{effect.name} does not use the cleanup that this set-up returns")
    return say(sure, end.why)


def _inside_setup(effect: Effect, got: Acquisition) -> bool:
    """Whether the set-up's own text acquires it, not a helper that others call as well."""
    return any(s.start <= got.call.start and got.call.end <= s.end for s in effect.setups)


def _is_app_root(file: File) -> bool:
    stem = file.path.rpartition("/")[2].partition(".")[0].lower()
    return stem in ("app", "_app", "main", "root")


def _kept_by_module(effect: Effect, got: Acquisition, root: str) -> bool:
    """Whether the module keeps it as the one of its kind: `if (!socket) socket = new WebSocket(url)`."""
    scope = binder(root, got.function)
    if root in ("this", "self") or not (scope is None or (scope.kind == "module" and effect.scope is not scope)):
        return False
    tests = [up.test for up in above(got.call) if isinstance(up, If)]
    tests += [s.test for s in got.function.body if isinstance(s, If) and s.end <= got.call.start]
    names = got.function.index.names if got.function.index else []
    return any(n.id == root and t.start <= n.start < t.end for n in names for t in tests)


def _plain_class(effect: Effect, got: Acquisition, end: Fate, sure: Confidence, file: File) -> Verdict:
    """A class that can be ended: what it starts and its end method leaves alone."""
    def say(confidence: Confidence | None, why: str) -> Verdict:
        return Verdict(effect, got, confidence, why, end.at)

    if end.kind in ("elsewhere", "itself"):
        return say(LOW, "it is released, but not by a method that ends the object")
    if got.pair.handle == "same" and not _is_page_target(got, file):
        return say(LOW, "the target may end with the object")
    if got.pair.handle == "disposer":
        return say(LOW, "the source may end with the object")
    return say(MEDIUM if sure is HIGH else LOW, f"{effect.ends[0]}() leaves it")


def _is_page_target(got: Acquisition, file: File) -> bool:
    target = got.call.callee.value if isinstance(got.call.callee, Member) else None
    return target is None or _is_page(target, got.function, file)


def _left_early(effect: Effect, got: Acquisition, end: Fate) -> Node | None:
    """A way out of the set-up, after the acquisition, that does not return the cleanup."""
    setup = effect.setups[0]
    if not effect.returned or got.function is not setup or setup.index is None or end.place is None or end.place.path:
        return None
    if binder(end.place.root, setup) is not setup:
        return None
    cleaning: list[Node] = [r for r in setup.index.returns if r.value is not None]
    for way in sorted(ways_out(got.call, cleaning), key=lambda w: w.at.start):
        if way.kind == "return" and isinstance(way.at, Return):
            return way.at
    return None

