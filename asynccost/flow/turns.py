"""Is a loop's next turn independent of the last? Asked of loops that await."""

import re
from dataclasses import dataclass, field

from asynccost.flow.awaits import Wait, waits_in
from asynccost.flow.around import above
from asynccost.flow.depend import held
from asynccost.flow.exits import exits
from asynccost.flow.file import File
from asynccost.flow.intent import shown, spoken
from asynccost.flow.touches import Touches, touches
from asynccost.flow.tree import (
    Await, Bind, Break, Call, Closure, Collection, Comprehension, Constant, Expr, Function, Handler, Loop, Member, Name, Node, Other,
    Return, Subscript, With, Yield,
)
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
_UNWRAP = frozenset({"enumerate", "list", "tuple", "sorted", "reversed", "set", "iter", "zip", "tqdm", "AsyncIter", "from", "entries",
                     "keys", "values", "items", "slice", "filter", "reverse", "sort", "toReversed", "track"})


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
    body = _body(loop)
    waits = _waits(loop, file, function)
    if reason := _shape(loop, file, waits):
        return Turns(False, reason, waits=waits)
    bound = _targets(loop)
    said = touches(body, bound)
    waits = [_fresh(w, said.made) for w in waits]
    if reason := _kinds(waits):
        return Turns(False, reason, waits=waits)
    if reason := held(loop):
        return Turns(False, reason, waits=waits)
    if reason := _carried(said):
        return Turns(False, reason, waits=waits)
    if reason := _same(body, said):
        return Turns(False, reason, waits=waits)
    if reason := _state(body):
        return Turns(False, reason, waits=waits)
    if reason := spoken((loop.start, loop.end), file, function):
        return Turns(False, reason, waits=waits)
    return Turns(None, "", _doubts(loop, file), waits, said.made, _tool_calls(loop, file))


def _body(loop: "Loop | Comprehension") -> list[Node]:
    if isinstance(loop, Loop):
        return list(loop.body)
    first, *rest = loop.clauses
    return [*first.conditions, *rest, loop.element]


def _waits(loop: "Loop | Comprehension", file: File, function: Function) -> list[Wait]:
    """What the turns wait for; a sleep of a polling loop inside a turn ties no turns together."""
    polls = [n for n in walk(*_body(loop)) if isinstance(n, Loop) and n.kind in ("while", "do")]
    inside = [(p.start, p.end) for p in polls]
    return [
        w for w in waits_in(_body(loop), file, function)
        if not (w.kind == "wait" and any(a <= w.node.start < b for a, b in inside))
    ]


def _targets(loop: "Loop | Comprehension") -> set[str]:
    roots = [loop.target, *loop.setup] if isinstance(loop, Loop) else [c.target for c in loop.clauses]
    return {n.id for n in walk(*roots) if isinstance(n, Name)}


# -------------------------------------------------------------------- shape


def _shape(loop: "Loop | Comprehension", file: File, waits: list[Wait]) -> str:
    """What the loop's own form says against it."""
    if isinstance(loop, Comprehension):
        if any(c.is_async for c in loop.clauses):
            return "it takes items as they come (async for)"
        return "it is lazy: whoever consumes it sets the pace" if loop.kind == "generator" else _source(loop.clauses[0].iter, file)
    if loop.is_async:
        return "it takes items as they come (for await)" if file.language == "javascript" else "it takes items as they come (async for)"
    if loop.kind in ("while", "do"):
        return "it ends by a condition that its own turns decide: polling, paging, retrying or consuming"
    if loop.kind == "count" and not _counts_up(loop):
        return "its counter is no plain index: it goes in chunks, retries or ends by what a turn found"
    if reason := _leaves(loop, file):
        return reason
    return _source(loop.iter, file) if loop.iter is not None else ""


def _leaves(loop: Loop, file: File) -> str:
    for way in exits(loop, file):
        line = file.span(way).line
        if isinstance(way, Yield):
            return f"each turn hands a value to its consumer (yield in line {line}), who sets the pace"
        how = "break" if isinstance(way, Break) else "return" if isinstance(way, Return) else "continue of an outer loop"
        return f"a turn may end the loop early ({how} in line {line}): the later ones must not have started"
    if loop.orelse:
        return "it has an else: it looks for something and stops there"
    return ""


def _counts_up(loop: Loop) -> bool:
    """`for (let i = 0; i < xs.length; i++)`: an index over a list."""
    update, test = loop.update, loop.test
    if not (isinstance(update, Bind) and isinstance(update.target, Name) and isinstance(update.value, Constant) and update.value.value == 1):
        return False
    name = update.target.id
    if not (isinstance(test, Other) and test.op in ("<", "<=") and len(test.parts) == 2):
        return False
    left, right = test.parts
    if not (isinstance(left, Name) and left.id == name and isinstance(right, (Member, Name))):
        return False
    written = [a for a in walk(*loop.body) if isinstance(a, Bind) and isinstance(a.target, Name) and a.target.id == name]
    used = any(isinstance(s, Subscript) and isinstance(s.index, Name) and s.index.id == name for s in walk(*loop.body))
    return used and not written


def _source(expr: Expr, file: File) -> str:
    """What is walked through."""
    name = file.resolve(expr.callee) if isinstance(expr, Call) else ""
    last = chain(expr)[-1]
    if name == "asyncio.as_completed" or last == "as_completed":
        return "its tasks run already and are taken as they finish"
    if last == "range" and isinstance(expr, Call) and len(expr.arguments) == 3:
        return "it goes in steps: each turn takes a chunk, which bounds the load"
    table = file.knowledge.table("turns")
    for word in source_words(expr):
        if word in table["chunks"]:
            return f"it goes chunk by chunk (`{word}`), which bounds the load"
        if word in ("attempts", "attempt", "retries", "retry", "tries"):
            return "it tries the same thing again (retry)"
    return ""


def source_words(expr: Node | None) -> list[str]:
    """The last words of what a loop walks through, wrappers like enumerate() looked through."""
    found: list[str] = []
    depth = 0
    while expr is not None and depth < 6:
        depth += 1
        if isinstance(expr, (Await, Subscript)):
            expr = expr.value
            continue
        if isinstance(expr, Call):
            last = chain(expr.callee)[-1]
            if last in _UNWRAP and expr.arguments:
                expr = expr.arguments[0].value
                continue
            if last in _UNWRAP and isinstance(expr.callee, Member):
                expr = expr.callee.value
                continue
            found += words(last)[-1:]
            found += words(last)[:1] if last in ("chunked", "batched", "chunk", "pagify") else []
            return found
        if isinstance(expr, Member):
            return [*found, *words(expr.attr)[-1:]]
        if isinstance(expr, Name):
            return [*found, *words(expr.id)[-1:]]
        return found
    return found


# -------------------------------------------------------------------- waits


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


# -------------------------------------------------------------------- state


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
        for inner in _deep(node):
            if isinstance(inner, Name) and inner.id in said.made:
                return ""
    return "every turn awaits the same thing: it repeats, or the await belongs above the loop"


def _deep(node: Node) -> list[Node]:
    found: list[Node] = []
    stack: list[Node] = [node]
    while stack:
        for inner in walk(stack.pop()):
            found.append(inner)
            if isinstance(inner, Closure):
                stack += inner.function.body
    return found


def _state(body: list[Node]) -> str:
    """React's `setItems([...items, item])`: every turn writes from what it captured."""
    for node in walk(*body):
        if isinstance(node, Call) and isinstance(node.callee, Name) and re.match(r"set[A-Z]", node.callee.id) and len(node.arguments) == 1:
            name = node.callee.id[3].lower() + node.callee.id[4:]
            value = node.arguments[0].value
            if not isinstance(value, Closure) and any(isinstance(n, Name) and n.id == name for n in walk(*body)):
                return f"each turn sets `{name}` from what it was before"
    return ""


def _tool_calls(loop: "Loop | Comprehension", file: File) -> bool:
    source = loop.iter if isinstance(loop, Loop) else loop.clauses[0].iter
    asked = file.knowledge.table("turns")["tool_calls"]
    return source is not None and any(isinstance(n, (Name, Member)) and chain(n)[-1] in asked for n in walk(source))


def _doubts(loop: "Loop | Comprehension", file: File) -> list[str]:
    """What keeps the confidence low."""
    found = shown(file)
    if any(isinstance(up, Handler) for up in above(loop)):
        found.append("it is a fallback after a failure")
    source = loop.iter if isinstance(loop, Loop) else loop.clauses[0].iter
    if isinstance(source, Collection) and len(source.items) <= 2 and source.kind != "dict":
        found.append("it has at most two turns")
    if isinstance(source, Call) and chain(source.callee)[-1] == "range":
        found.append("it counts, and nothing shows how far")
    table = file.knowledge.table("turns")
    found += [f"the order of `{w}` may matter" for w in source_words(source) if w in table["ordered"]]
    return found

