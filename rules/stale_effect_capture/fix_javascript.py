"""What outlives a render reads the newest value: by a functional update, or from a variable of the effect."""

from asynccost.flow.effects.lifecycle import Effect, effects
from asynccost.flow.effects.stale import stale_reads
from asynccost.flow.effects.state import state_of
from asynccost.flow.file import File
from asynccost.flow.reach import binder, within
from asynccost.flow.tree import Argument, Assign, Call, Closure, Collection, Do, Function, Name, Node
from asynccost.javascript.edits.bodies import Body
from asynccost.javascript.edits.imports import imported
from asynccost.javascript.edits.names import fresh
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.script import script
from asynccost.model import Finding, Offer, Safety


def fix(finding: Finding, file: File) -> Offer | None:
    """A functional update, a variable of the effect, or, to look at only, a ref."""
    span = finding.span
    effect = next((e for e in effects(file) if (e.anchor.start, e.anchor.end) == (span.start, span.end)), None)
    if effect is None or not isinstance(effect.scope, Function):
        return None
    names = list(dict.fromkeys(r.name.id for r in stale_reads(effect, file) if r.matters))
    if len(names) != 1:
        return None
    component = effect.scope
    reads = _reads(names[0], effect, component, file)
    setters = {s for s, value in state_of(component, file).setters.items() if value == names[0]}
    if not reads or not setters:
        return None
    return (
        _functional(names[0], reads, setters, file)
        or _own(names[0], reads, setters, effect, file)
        or _by_ref(names[0], reads, component, effect, file)
    )


def _reads(name: str, effect: Effect, component: Function, file: File) -> list[Name]:
    """Every read of the state in functions that the set-up makes; none where the set-up's own code reads it too."""
    setup = effect.setups[0]
    found = []
    for function in within(setup, file):
        for read in function.index.names if function.index else ():
            if read.id == name and binder(name, function) is component:
                if function is setup:
                    return []
                found.append(read)
    return found


# ------------------------------------------------------------ functional update


def _functional(name: str, reads: list[Name], setters: set[str], file: File) -> Offer | None:
    """`setCount(count + 1)` -> `setCount((count) => count + 1)`, where nothing else reads it."""
    calls = {id(c): c for r in reads if (c := _setting(r, setters)) is not None}
    if not calls or any(_setting(r, setters) is None for r in reads):
        return None
    patch = Patch(script(file), reads[0].start)
    for call in calls.values():
        value = call.arguments[0].value
        text = patch.script.text(value)
        patch.insert(value.start, f"{patch.script.arrow(name)} " + ("(" if text.startswith("{") else ""))
        if text.startswith("{"):
            patch.insert(value.end, ")")
    edits = patch.edits()
    reason = "the update starts from the newest value, not from that of the render that made the effect"
    return Offer(Safety.UNSAFE, reason, lambda: edits)


def _setting(read: Name, setters: set[str]) -> Call | None:
    """The call of the state's own setter whose value a read stands in."""
    up: Node | None = read
    while up is not None and not isinstance(up, Function):
        call = up.parent if isinstance(up, Argument) else None
        if isinstance(call, Call) and isinstance(call.callee, Name) and call.callee.id in setters:
            alone = len(call.arguments) == 1 and not isinstance(call.arguments[0].value, Closure)
            return call if alone else None
        up = up.parent
    return None


# ------------------------------------------------------------- the effect's own


def _own(name: str, reads: list[Name], setters: set[str], effect: Effect, file: File) -> Offer | None:
    """What the effect makes and puts into the state, its cleanup takes from a variable of the effect."""
    setup = effect.setups[0]
    cleanups = {id(f) for c in effect.cleanups for f in within(c, file)}
    if not all(any(id(f) in cleanups and _holds(f, r) for f in within(setup, file)) for r in reads):
        return None
    puts = [
        call
        for function in within(setup, file)
        if id(function) not in cleanups
        for call in (function.index.calls if function.index else ())
        if isinstance(call.callee, Name) and call.callee.id in setters and isinstance(call.parent, Do)
    ]
    if len(puts) != 1 or len(puts[0].arguments) != 1:
        return None
    patch, put = Patch(script(file), effect.anchor.start), puts[0]
    holder = _holder(name, put, setup, patch, file)
    if holder is None:
        return None
    sure = holder == _new(name) and patch.script.text(put.arguments[0].value).startswith("new ")
    for read in reads:
        asks = sure and file.module.source.startswith(b"?.", read.end)  # it is always there by then
        patch.replace(read.start, read.end + 2 * asks, f"{holder}." if asks else holder)
    edits = patch.edits()
    reason = "the cleanup gives back what this run of the effect made, not what the state was when it began"
    if holder == _new(name) and _read_nowhere_else(name, reads, effect.scope, file):
        asked = f"nothing else reads {name}: should the variable take the place of the state?"
        return Offer(Safety.DISPLAY_ONLY, f"{reason}; {asked}", lambda: edits)
    return Offer(Safety.UNSAFE, reason, lambda: edits)


def _new(name: str) -> str:
    """What a variable is called that is to become a state; the state's own name would be hidden by it."""
    return f"new{name[:1].upper()}{name[1:]}"


def _read_nowhere_else(name: str, reads: list[Name], component: object, file: File) -> bool:
    """Whether a component reads its state in these places alone, where it is made aside."""
    if not isinstance(component, Function):
        return False
    others = [n for f in within(component, file) for n in (f.index.names if f.index else ()) if n.id == name]
    return all(any(n is read for read in reads) or isinstance(n.parent, (Collection, Assign)) for n in others)


def _holds(function: Function, read: Name) -> bool:
    return function.index is not None and any(n is read for n in function.index.names)


def _holder(name: str, put: Call, setup: Function, patch: Patch, file: File) -> str | None:
    tree, value = patch.script, put.arguments[0].value
    statement = tree.statement(put)
    direct = statement.parent == tree.body(setup)
    if direct and isinstance(value, Name):
        return value.id
    if direct and isinstance(value, Call):
        made = _new(name)
        if made in setup.bindings or binder(made, setup) is not None:
            return None
        patch.before(statement, f"const {made} = {tree.flat(value)}{patch.semi}")
        patch.replace(value.start, value.end, made)
        return made
    if not isinstance(value, Name) or tree.typed:
        return None
    made = fresh(f"active{value.id[:1].upper()}{value.id[1:]}", setup, file)
    body = Body(setup, patch)
    body.first(f"let {made} = null{patch.semi}")
    patch.after(statement, f"{made} = {value.id}{patch.semi}")
    body.close()
    return made


# -------------------------------------------------------------------------- ref


def _by_ref(name: str, reads: list[Name], component: Function, effect: Effect, file: File) -> Offer | None:
    """A ref that follows the state: shown, as the effect may be meant to run again instead."""
    patch = Patch(script(file), effect.anchor.start)
    use = imported("useRef", "react", file, patch)
    if use is None or patch.script.body(component) is None:
        return None
    ref = fresh(f"{name}Ref", component, file)
    statement, semi = patch.script.statement(effect.anchor), patch.semi
    patch.before(statement, f"const {ref} = {use}({name}){semi}", f"{ref}.current = {name}{semi}")
    for read in reads:
        patch.replace(read.start, read.end, f"{ref}.current")
    edits = patch.edits()
    reason = f"does the effect need the newest {name}, as this ref gives it, or should it run again with {name}?"
    return Offer(Safety.DISPLAY_ONLY, reason, lambda: edits)
