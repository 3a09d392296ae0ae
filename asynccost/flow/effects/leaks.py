"""What an effect acquires and does not give back, and how much that matters."""

from collections.abc import Iterator
from dataclasses import dataclass

from asynccost.flow.around import function_of
from asynccost.flow.effects.acquisitions import Acquisition, Fate, acquisition, begins
from asynccost.flow.effects.angular import own_service
from asynccost.flow.effects.bounded import bounded
from asynccost.flow.effects.each_run import of_each_run
from asynccost.flow.effects.effect_code import component_cleanups, own_functions
from asynccost.flow.effects.elements import is_page
from asynccost.flow.effects.flags import stopped_by_flag
from asynccost.flow.effects.goes_along import goes_along, moves_on
from asynccost.flow.effects.lasting import has_base, loads_anew, of_the_process, pushed, reloads, stays
from asynccost.flow.effects.lifecycle import Effect, effects
from asynccost.flow.effects.made_once import kept_by_module, kept_once, made_with_the_page, one_of_its_kind
from asynccost.flow.effects.page_roots import frames_the_page, is_app_element, is_root_file
from asynccost.flow.effects.race_settled import once_by_ref
from asynccost.flow.effects.release import WANDERS, fate, handed_back, let_go
from asynccost.flow.effects.state import SETTER, root_name, state_of
from asynccost.flow.effects.targets import needs_no_release, on_element
from asynccost.flow.effects.timers import Timer, counted, may_end, rearms, timer
from asynccost.flow.file import File
from asynccost.flow.handles import constant_text
from asynccost.flow.paths import ways_out
from asynccost.flow.reach import binder, within
from asynccost.flow.tree import Call, Class, Collection, Constant, Function, Member, Name, Node, Return
from asynccost.flow.words import word_of
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
    return {id(v.got.call) for v in verdicts(file)} if file.language == "javascript" else set()


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


# ------------------------------------------------------------------- judgement


def judge(effect: Effect, got: Acquisition, file: File) -> Verdict:
    """Whether what an effect acquires is given back, and whether that matters."""

    def say(sure: Confidence | None, why: str, at: Node | None = None) -> Verdict:
        return Verdict(effect, got, sure, why, at)

    if reason := needs_no_release(effect, got, file):
        return say(None, reason)
    cleanups = component_cleanups(effect, file)
    end = fate(got, cleanups, file)
    if end.kind == "elsewhere":
        end = handed_back(got, end, cleanups, file) or end
    if end.kind == "released":
        left = _left_early(effect, got, end, file)
        if left is not None:
            return say(MEDIUM, "the effect can return before it returns its cleanup", left)
        return say(None, end.why, end.at)
    if got.pair.name in WANDERS:
        return say(*let_go(effect, got, file))
    if end.kind == "handed on":
        return say(None, end.why, end.at)
    if effect.opaque and end.kind != "mismatch":
        return say(None, "the effect returns a cleanup that is made elsewhere")
    if end.kind == "mismatch":
        reason = goes_along(effect, got, file) if on_element(effect, got, file) else ""
        return say(LOW if reason else HIGH, reason or end.why, end.at)
    if _of_the_module(effect, file):
        return say(LOW, f"{effect.name} stands in the module itself, and lives as long as the page")
    ticking = timer(file.site(got.call), file)
    if ticking is not None and not ticking.repeats:
        return _one_shot(effect, got, ticking, end, file)
    return _kept_or_dropped(effect, got, end, file)


# -------------------------------------------------------------------- one-shots


def _one_shot(effect: Effect, got: Acquisition, ticking: Timer, end: Fate, file: File) -> Verdict:
    """A timeout that fires once: worth a word where it starts itself again or works on something that goes on."""

    def say(sure: Confidence | None, why: str) -> Verdict:
        return Verdict(effect, got, sure, why, end.at)

    if stopped_by_flag(effect, ticking, file):
        return say(None, "a flag that the cleanup sets stops it")
    again = rearms(ticking, file)
    short = ticking.delay is not None and ticking.delay < 1000
    if again and end.kind in ("dropped", "kept", "itself"):
        if counted(ticking) or bounded(ticking, file):
            return say(LOW, "it starts itself again, and stops by itself after a while")
        if may_end(ticking):
            return say(LOW, "it starts itself again for some time")  # most ask what the end of the component sets
        if not _leads_back(ticking, file):
            return say(LOW, "it starts itself again by way of others, which may end it")
        return say(HIGH, "it starts itself again and nothing can stop it")
    if ticking.frame:
        return say(None, "it runs once, on the next frame")
    if end.kind == "elsewhere":
        return say(None, "it is cleared elsewhere")
    if ticking.delay is not None and ticking.delay <= _A_MOMENT and _flips(ticking, effect, file):
        return say(LOW, "it only turns a flag, a moment later")
    changing = (
        not effect.once and effect.deps != [] and isinstance(effect.anchor, Call) and got.function is effect.setups[0]
    )
    if changing and once_by_ref(effect):
        return say(LOW, "a ref lets the effect begin once")
    if changing and not short and end.kind in ("dropped", "kept"):
        if setter := of_each_run(got, effect, file):
            return say(LOW, f"what {setter}() does for this run is to be done, whatever the next one brings")
        if _acts(ticking, effect, file):
            return say(MEDIUM, "the effect runs again while the old one still waits, and then both act")
        if moves_on(ticking, effect, file):
            return say(MEDIUM, "it fires once, over whatever state is newer by then")
    return say(None if short else LOW, "it fires once and can do little harm")


def _leads_back(ticking: Timer, file: File) -> bool:
    """Whether a callback is or names a function around the place where its timer is started."""
    inner = [f for f in within(ticking.callback, file) if f.index] if ticking.callback is not None else []
    called = {word_of(c) for one in inner if one.index for c in one.index.calls}
    called |= {n.id for one in inner if one.index for n in one.index.names}
    around: Function | None = ticking.function
    while around is not None and around is not ticking.callback and around.name not in called:
        around = around.scope
    return around is not None


_A_MOMENT = 1000  # milliseconds of an animation


def _flips(ticking: Timer, effect: Effect, file: File) -> bool:
    """Whether all that a callback does is to set state to true or false: `() => setMoving(false)`."""
    if ticking.callback is None or ticking.callback.index is None or not isinstance(effect.scope, Function):
        return False
    setters = state_of(effect.scope, file).setters
    calls = [c for one in within(ticking.callback, file) for c in (one.index.calls if one.index else ())]
    return bool(calls) and all(word_of(c) in setters and all(_is_flag(a.value) for a in c.arguments) for c in calls)


def _is_flag(value: Node) -> bool:
    return isinstance(value, Constant) and isinstance(value.value, bool)


def _acts(ticking: Timer, effect: Effect, file: File) -> bool:
    """Whether a callback sets state, asks a server or calls a function that it was given."""
    if ticking.callback is None or ticking.callback.index is None or not isinstance(effect.scope, Function):
        return False
    state = state_of(effect.scope, file)
    listed = {root_name(d) for d in effect.deps or ()}
    for one in within(ticking.callback, file):
        for call in one.index.calls if one.index else ():
            word = word_of(call)
            if state.setters.get(word) in listed:
                return False  # the change that it makes is what it waits for
            fixed = SETTER.match(word) and all(_is_fixed(a.value) for a in call.arguments)
            if fixed and (may_end(ticking) or _always_sets(word, call, effect, file)):
                continue  # what is shown in some case only may go early; to set the same twice changes nothing
            if isinstance(call.callee, Name) and (
                word.startswith(("set", "on", "fetch", "handle", "dispatch")) and len(word) > 3
            ):
                return True
            if file.site(call).name == "fetch":
                return True
    return False


def _is_fixed(value: Node) -> bool:
    """`false`, `undefined`, `[]`: what is set back or shown for a moment, not what an older run has made."""
    empty = isinstance(value, Collection) and not value.items
    return empty or isinstance(value, Constant) or (isinstance(value, Name) and value.id == "undefined")


def _always_sets(word: str, call: Call, effect: Effect, file: File) -> bool:
    """Whether every call of a setter in an effect's own code sets what this one sets."""
    own = [one for setup in effect.setups for one in within(setup, file)]
    calls = [c for one in own for c in (one.index.calls if one.index else ()) if word_of(c) == word]
    return len({tuple(file.text(a.value) for a in one.arguments) for one in (call, *calls)}) == 1


# --------------------------------------------------------------- everything else


def _is_handed(function: Function, call: Call) -> bool:
    """Whether a call is given a function by its name: `on("ready", start)`."""
    return any(isinstance(a.value, Name) and a.value.id == function.name for a in call.arguments)


def _of_the_module(effect: Effect, file: File) -> bool:
    """A watch() of a module, which belongs to no component: the script of a .vue file is a component's set-up."""
    top = isinstance(effect.scope, Function) and effect.scope.kind == "module"
    return top and not file.path.endswith((".vue", ".svelte"))


def _kept_or_dropped(effect: Effect, got: Acquisition, end: Fate, file: File) -> Verdict:
    def say(sure: Confidence | None, why: str) -> Verdict:
        return Verdict(effect, got, sure, why, end.at)

    sure = {"high": HIGH, "medium": MEDIUM}.get(got.pair.sure, LOW)
    if effect.framework == "custom element" and (stays(file) or is_app_element(file.path)):
        return say(LOW, "the element is put into the page once, and stays there")
    if kept_once(got):
        return say(LOW, "the module keeps one for all")
    if (kept := pushed(end, effect, file)) is not None:
        return say(None, f"its release is pushed to {kept}, which the component empties when it ends")
    if effect.plain:
        return _plain_class(effect, got, end, sure, file)
    lasts = got.pair.handle in ("same", "disposer") or effect.once or effect.deps == []
    if is_root_file(file.path) and lasts:
        return say(LOW, "the component lives as long as the page")
    if end.kind in ("elsewhere", "itself"):
        if effect.wasted:
            return say(HIGH, f"{effect.name} does not use the cleanup that this set-up returns")
        if end.kind == "itself" and got.pair.handle != "argument":
            return say(LOW, end.why)
        if end.at is not None and function_of(end.at) is got.function:
            return say(LOW, "the code that starts it also stops it when its work is done")
        if end.at is not None and _is_handed(function_of(end.at), got.call):
            return say(LOW, "the listener takes itself off when it has heard once")
        always = effect.once or effect.deps == []
        ticks = (of := timer(file.site(got.call), file)) is not None and of.repeats
        sure = MEDIUM if ticks and always and _inside_setup(effect, got) else LOW
        return say(sure, "it is not stopped when the component ends")
    if end.kind == "kept" and end.place is not None and end.place.root in ("this", "self") and has_base(effect):
        return say(LOW, f"the base class may stop {end.place.text}")
    if sure is MEDIUM and got.pair.starts:
        return say(LOW, "what it watches goes away with the object")
    if end.kind == "kept" and end.place is not None and kept_by_module(effect, got, end.place.root):
        return say(LOW, f"{end.place.text} is kept by the module")
    if isinstance(got.call.callee, Member) and (own := own_service(effect, got.call.callee.value, file)):
        return say(LOW, f"the component provides {own} for itself, which ends with it")
    if reason := goes_along(effect, got, file):
        return say(LOW, reason)
    if reloads(got, file):
        return say(LOW, "the page is loaded anew when it fires")
    if any(loads_anew(one) for one in component_cleanups(effect, file)):
        return say(LOW, "the page is loaded anew when the component ends")
    if frames_the_page(file.path, effect) and (effect.once or effect.deps == []):
        return say(LOW, "what lays out or provides for a page lives as long as it, as a rule")
    if effect.wasted:
        return say(sure, f"{effect.name} does not use the cleanup that this set-up returns")
    return say(sure, end.why)


def _inside_setup(effect: Effect, got: Acquisition) -> bool:
    """Whether the set-up's own text acquires it, not a helper that others call as well."""
    return any(s.start <= got.call.start and got.call.end <= s.end for s in effect.setups)


def _plain_class(effect: Effect, got: Acquisition, end: Fate, sure: Confidence, file: File) -> Verdict:
    """A class that can be ended: what it starts and its end method leaves alone."""

    def say(confidence: Confidence | None, why: str) -> Verdict:
        return Verdict(effect, got, confidence, why, end.at)

    if end.kind in ("elsewhere", "itself"):
        return say(LOW, "it is released, but not by a method that ends the object")
    if got.call.arguments and constant_text(got.call.arguments[0].value) in _LEAVING:
        return say(LOW, "it is heard once, when the page is left")
    if isinstance(effect.scope, Class) and one_of_its_kind(effect.scope, file):
        return say(LOW, "its one object lives as long as the module")
    if isinstance(effect.scope, Class) and made_with_the_page(effect.scope, file):
        return say(LOW, "its one object lives as long as the page")
    if of_the_process(got):
        return say(LOW, "it listens for the whole program")
    if got.pair.handle == "same" and not _is_page_target(got, file):
        return say(LOW, "the target may end with the object")
    if got.pair.handle == "disposer":
        return say(LOW, "the source may end with the object")
    # what only listens does no harm where the object is the only one, and ends with the page
    connects = got.pair.handle == "method" and not got.pair.starts
    return say(MEDIUM if sure is HIGH and connects else LOW, f"{effect.ends[0]}() leaves it")


_LEAVING = frozenset({"beforeunload", "unload", "pagehide"})


def _is_page_target(got: Acquisition, file: File) -> bool:
    target = got.call.callee.value if isinstance(got.call.callee, Member) else None
    return target is None or is_page(target, got.function, file)


def _left_early(effect: Effect, got: Acquisition, end: Fate, file: File) -> Node | None:
    """A way out of the set-up, after the acquisition, that does not return the cleanup."""
    setup = effect.setups[0]
    if not effect.returned or got.function is not setup or setup.index is None or end.place is None or end.place.path:
        return None
    if binder(end.place.root, setup) is not setup:
        return None
    cleaning: list[Node] = [r for r in setup.index.returns if r.value is not None]
    for way in sorted(ways_out(begins(got, end.place.root, setup, file), cleaning), key=lambda w: w.at.start):
        if way.kind == "return" and isinstance(way.at, Return):
            return way.at
    return None
