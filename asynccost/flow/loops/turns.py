"""Is a loop's next turn independent of the last? Asked of loops that await."""

import re
from dataclasses import dataclass, field

from asynccost.flow.around import above, function_of
from asynccost.flow.file import File
from asynccost.flow.intent import shown, spoken
from asynccost.flow.loops.depend import held
from asynccost.flow.loops.turn_shape import shape_against, source_words
from asynccost.flow.loops.turn_ties import deep, looked_at_through, looked_into, memo_of
from asynccost.flow.touches import Touches, touches
from asynccost.flow.tree import (
    Await,
    Call,
    Closure,
    Comprehension,
    Expr,
    Function,
    Handler,
    Loop,
    Member,
    Name,
    Node,
    With,
)
from asynccost.flow.turn import gone_through, turn_body, turn_names
from asynccost.flow.waits.acts import to_one_receiver
from asynccost.flow.waits.awaits import waits_in
from asynccost.flow.waits.wait import Wait
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

WHY = {
    "conn": "every turn uses one database session or connection ({}), which takes one statement at a time",
    "message": "the turns send messages that are seen in their order ({})",
    "ordered": "every turn drives the same stateful thing ({})",
    "wait": "the loop paces itself or takes turns by {}",
    "gather": "each turn already runs its work together by {}",
    "value": "what is awaited ({}) runs already",
    "memory": "what is awaited ({}) is answered from memory",
    "carries": "one turn changes {}, which the next one reads",
    "measures": "the time that each turn takes is measured ({})",
}
_ORDER = ("value", "gather", "conn", "message", "ordered", "wait", "memory")


@dataclass(slots=True)
class Turns:
    """The answer. independent None: nothing is against it, but the project must say what the calls do.

    doubts: why the confidence is low at most. waits: what the turns wait for. made: the names that a turn binds itself.
    contract: the turns are tool calls of one model answer, which are independent by the APIs' contract.
    """

    independent: bool | None
    reason: str = ""
    doubts: list[str] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    made: set[str] = field(default_factory=set)
    contract: bool = False


def turns(loop: "Loop | Comprehension", file: File, function: Function) -> Turns:
    """Whether the turns of a loop could run side by side."""
    body = turn_body(loop)
    waits = _waits(loop, file, function)
    if reason := shape_against(loop, file):
        return Turns(False, reason, waits=waits)
    setup = loop.setup if isinstance(loop, Loop) else []
    bound = turn_names(loop) | {n.id for n in walk(*setup) if isinstance(n, Name)}
    said = touches(body, bound)
    waits = [_fresh(w, said.made) for w in waits]
    if reason := _kinds(waits):
        return Turns(False, reason, waits=waits)
    if reason := held(loop):
        return Turns(False, reason, waits=waits)
    if reason := _carried(said):
        return Turns(False, reason, waits=waits)
    if name := looked_into(body, bound | said.made, file):
        return Turns(False, WHY["carries"].format(f"`{name}`"), waits=waits)
    if name := looked_at_through(body, bound | said.made, file, function):
        return Turns(False, WHY["carries"].format(f"`{name}`"), waits=waits)
    if reason := _same(body, said):
        return Turns(False, reason, waits=waits)
    if label := to_one_receiver(waits, bound | said.made, file):
        return Turns(False, WHY["message"].format(label), waits=waits)
    if memo := memo_of(body, file, function):
        return Turns(False, f"`{memo}` carries from one turn into the next", waits=waits)
    if reason := _state(body):
        return Turns(False, reason, waits=waits)
    if reason := spoken((loop.start, loop.end), file, function):
        return Turns(False, reason, waits=waits)
    return Turns(None, "", _doubts(loop, file), waits, said.made, _tool_calls(loop, file))


def _waits(loop: "Loop | Comprehension", file: File, function: Function) -> list[Wait]:
    """What the turns wait for; a sleep of a polling loop inside a turn ties no turns together."""
    polls = [n for n in walk(*turn_body(loop)) if isinstance(n, Loop) and n.kind in ("while", "do")]
    inside = [(p.start, p.end) for p in polls]
    return [
        w
        for w in waits_in(turn_body(loop), file, function)
        if not (w.kind == "wait" and any(a <= w.node.start < b for a, b in inside))
    ]


def _fresh(wait: Wait, made: set[str]) -> Wait:
    """A connection, page or unknown thing that the turn made itself ties it to no other turn."""
    if wait.root in made and wait.kind in ("conn", "ordered", "unknown", "memory", "file"):
        return Wait("fresh", wait.label, wait.node, wait.root)
    return wait


def _kinds(waits: list[Wait]) -> str:
    kinds = {w.kind: w for w in reversed(waits)}
    if not any(w.kind != "fresh" for w in waits):
        return f"nothing shows that {waits[0].label}() waits for another machine" if waits else "it awaits nothing"
    others = [w for w in waits if w.kind not in ("memory", "fresh")]
    for kind in _ORDER:
        if kind in kinds and not (kind == "memory" and others):
            return WHY[kind].format(kinds[kind].label)
    return ""


def _carried(said: Touches) -> str:
    """A value that one turn leaves behind after an await and the next reads before its last await."""
    if not said.awaits:
        return ""
    first, last = said.awaits[0], max(said.ends.values(), default=said.awaits[-1])
    for key, _ in sorted(said.late_writes(first).items(), key=lambda kv: kv[1]):
        base = key.partition(".")[0]
        reads = said.reads.get(key, [])
        if base != key and base not in ("self", "this"):
            reads = [*reads, *said.reads.get(base, [])]
        reads += [p for k, places in said.reads.items() if k.startswith(key + ".") for p in places]
        if any(p <= last for p in reads):
            return f"`{key}` carries from one turn into the next"
    return ""


def _same(body: list[Node], said: Touches) -> str:
    """Awaits that take nothing of the turn's own: the same thing again and again."""
    awaited = [n for n in walk(*body) if isinstance(n, Await)]
    entered = [i.value for n in walk(*body) if isinstance(n, With) and n.is_async for i in n.items]
    for node in (*awaited, *entered):
        for inner in deep([node]):
            if isinstance(inner, Name) and inner.id in said.made:
                return ""
    return "every turn awaits the same thing: it repeats, or the await belongs above the loop"


def _state(body: list[Node]) -> str:
    """React's `setItems([...items, item])`: every turn writes from what it captured."""
    read = {n.id for n in walk(*body) if isinstance(n, Name)}
    for node in walk(*body):
        if not (isinstance(node, Call) and isinstance(node.callee, Name) and len(node.arguments) == 1):
            continue
        setter = node.callee.id
        name = setter[3:4].lower() + setter[4:]
        if re.match(r"set[A-Z]", setter) and not isinstance(node.arguments[0].value, Closure) and name in read:
            return f"each turn sets `{name}` from what it was before"
    return ""


_ONE_AT_A_TIME = re.compile(rb"""\bparallel_?tool_?calls["']?\s*[=:]\s*false\b""", re.I)


def _tool_calls(loop: "Loop | Comprehension", file: File) -> bool:
    source = gone_through(loop)
    asked = file.knowledge.table("turns")["tool_calls"]
    named = source is not None and any(isinstance(n, (Name, Member)) and chain(n)[-1] in asked for n in walk(source))
    return named and not _read_from_text(source, function_of(loop))


_PARSES = frozenset({"extract", "parse", "find", "detect", "get"})
_TEXT = frozenset({"text", "content", "string", "xml", "markdown", "regex", "output", "raw"})


def _read_from_text(source: Expr | None, function: Function) -> bool:
    """`calls = extract_tool_calls_from_text(content)`: no API says that they are independent."""
    values = function.index.bound.get(source.id, []) if isinstance(source, Name) and function.index else [source]
    for call in (v for v in values if isinstance(v, Call)):
        said = words(chain(call.callee)[-1])
        given = [word for a in call.arguments if isinstance(a.value, Name) for word in words(a.value.id)]
        if not _PARSES.isdisjoint(said[:1]) and not _TEXT.isdisjoint((*said, *given)):
            return True
    return False


def _by_need(source: Expr | None, function: Function) -> bool:
    """`const sorted = topologicalSort(nodes)`: what comes later needs what came before."""
    bound = function.index.bound.get(source.id, []) if isinstance(source, Name) and function.index else [source]
    made = (chain(one.callee)[-1] for one in bound if isinstance(one, Call))
    return any(not {"topological", "toposort", "topologically"}.isdisjoint(words(name)) for name in made)


def _doubts(loop: "Loop | Comprehension", file: File) -> list[str]:
    """What keeps the confidence low."""
    found = shown(file)
    source = gone_through(loop)
    if _read_from_text(source, function_of(loop)):
        found.append("what a model wrote into its text may rely on its order")
    if _by_need(source, function_of(loop)):
        found.append("it goes in the order in which one needs another")
    if _tool_calls(loop, file) and _ONE_AT_A_TIME.search(file.module.source):
        found.append("the model is asked for one tool call at a time")
    if any(isinstance(up, Handler) for up in above(loop)):
        found.append("it is a fallback after a failure")
    if isinstance(source, Call) and chain(source.callee)[-1] == "range":
        found.append("it counts, and nothing shows how far")
    table = file.knowledge.table("turns")
    found += [f"the order of `{w}` may matter" for w in source_words(source) if w in table["ordered"]]
    return found
