"""What an old run of an effect does once its answers are dropped: which writes it leaves, and what it still does."""

from collections.abc import Iterator

from asynccost.flow.around import above
from asynccost.flow.effects.effect_code import own_functions
from asynccost.flow.effects.late import waits_from
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.races import Late
from asynccost.flow.effects.state import SETTER
from asynccost.flow.file import File
from asynccost.flow.tree import Assign, Await, Call, Constant, Do, Expr, Function, If, Loop, Member, Name, Node
from asynccost.flow.words import chain, word_of
from asynccost.javascript.edits.guards import REPORTS


def leaves_between(setup: Function, writes: list[Late]) -> bool:
    """`if (one) { load(one).then(setText); return; }`: that way comes to no cleanup."""
    bare = (r for r in (setup.index.returns if setup.index else ()) if r.value is None)
    blocks = (up for r in bare if isinstance(up := r.parent, If))
    return any(up.start < w.node.start < up.end for up in blocks for w in writes)


def goes_on(effect: Effect, file: File, writes: list[Late]) -> str:
    """What an old run does beside its writes, behind the first of them: `clearHistory()`, `await save()`; "" if it
    does nothing."""
    for function in own_functions(effect, file):
        late = [w.node.start for w in writes if w.function is function]
        for call in function.index.calls if function.index and late else ():
            word, root = word_of(call), chain(call.callee)[0]
            up = call.parent.parent if isinstance(call.parent, Await) else call.parent
            done = isinstance(up, Do) and call.start > min(late)
            if done and not SETTER.match(word) and REPORTS.isdisjoint((word, root)):
                return word
    return ""


def left_open(effect: Effect, file: File, writes: list[Late]) -> str:
    """How an old run would still end a wait, though a newer one has begun it again; "" where it does not."""
    functions, guarded = own_functions(effect, file), {id(w.node) for w in writes}
    for function in functions:
        start = waits_from(function, functions)
        for call in function.index.calls if function.index and start is not None else ():
            word = call.callee.id if isinstance(call.callee, Name) else ""
            setter = SETTER.match(word) is not None and is_end(call) and id(call) not in guarded
            if setter and start is not None and call.end > start and not only_ends(word, functions):
                return f"{word}(false)"
        for assign in function.index.assigns if function.index and start is not None else ():
            if not isinstance(assign, Assign) or id(assign) in guarded or start is None or assign.end <= start:
                continue
            state, value = vue_state(assign.targets[0]), assign.value
            if state and isinstance(value, Constant) and value.value is False and _is_begun(state, functions):
                return f"{state} = false"
    return ""


def _is_begun(state: str, functions: list[Function]) -> bool:
    """Whether an effect sets a state of Vue to true as well."""
    assigns = (a for f in functions for a in (f.index.assigns if f.index else ()) if isinstance(a, Assign))
    return any(
        vue_state(a.targets[0]) == state and isinstance(a.value, Constant) and a.value.value is True for a in assigns
    )


def follows_wait(write: Late) -> bool:
    """Whether a write of a function that waits comes behind a wait: not where the other arm of a test has it."""
    index = write.function.index
    if not write.function.is_async or index is None or not index.awaits:
        return True  # a callback: it runs when the answer is there
    around = [up for up in above(write.node) if isinstance(up, (If, Loop))]
    return any(
        (wait.end <= write.node.end or any(isinstance(up, Loop) and _holds(up, wait) for up in around))
        and not any(isinstance(up, If) and _apart(up, wait, write.node) for up in around)
        for wait in index.awaits
    )


def _apart(test: If, wait: Node, node: Node) -> bool:
    """Whether two places stand in the two arms of one test."""
    arms = [any(_holds(s, one) for s in test.orelse) for one in (wait, node)]
    return arms[0] != arms[1] and _holds(test, wait) and not _holds(test.test, wait)


def _holds(outer: Node, inner: Node) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def is_end(call: Call) -> bool:
    """`setLoading(false)`."""
    value = call.arguments[0].value if len(call.arguments) == 1 else None
    return isinstance(value, Constant) and value.value is False


def only_ends(word: str, functions: list[Function]) -> bool:
    """Whether an effect sets a state to nothing but false: it was true at first, and the newest run ends that."""
    return all(is_end(call) for call in calls_of(word, functions))


def calls_of(word: str, functions: list[Function]) -> Iterator[Call]:
    for function in functions:
        for call in function.index.calls if function.index else ():
            if isinstance(call.callee, Name) and call.callee.id == word:
                yield call


def vue_state(target: Expr) -> str:
    """`loading.value` as its text, where a target is state of Vue."""
    if isinstance(target, Member) and target.attr == "value" and isinstance(target.value, Name):
        return f"{target.value.id}.value"
    return ""
