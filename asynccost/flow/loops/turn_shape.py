"""What a loop's own form says: how it counts, what it walks through, how a turn may leave it."""

from asynccost.flow.file import File
from asynccost.flow.repeat import exits
from asynccost.flow.tree import (
    Await,
    Bind,
    Break,
    Call,
    Comprehension,
    Constant,
    Expr,
    If,
    Loop,
    Member,
    Name,
    Node,
    Other,
    Return,
    Subscript,
    Yield,
)
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_UNWRAP = frozenset(
    {
        "enumerate",
        "list",
        "tuple",
        "sorted",
        "reversed",
        "set",
        "iter",
        "zip",
        "tqdm",
        "AsyncIter",
        "from",
        "entries",
        "keys",
        "values",
        "items",
        "slice",
        "filter",
        "reverse",
        "sort",
        "toReversed",
        "track",
    }
)


def shape_against(loop: "Loop | Comprehension", file: File) -> str:
    """What the loop's own form says against it."""
    if isinstance(loop, Comprehension):
        if any(c.is_async for c in loop.clauses):
            return "it takes items as they come"
        if loop.kind == "generator":
            return "it is lazy: whoever consumes it sets the pace"
        return _source(loop.clauses[0].iter, file)
    if loop.is_async:
        return "it takes items as they come"
    if loop.kind in ("while", "do"):
        return "it ends by a condition that its own turns decide: polling, paging, retrying or consuming"
    if loop.kind == "count" and not _counts_up(loop):
        return "its counter is no plain index: it goes in chunks, retries or ends by what a turn found"
    if reason := _leaves(loop, file):
        return reason
    if line := _finishes(loop, file):
        return f"its last turn finishes what the others have left (line {line})"
    table = file.knowledge.table("turns")
    if isinstance(loop.target, Name) and words(loop.target.id)[-1:] and words(loop.target.id)[-1] in table["pieces"]:
        return f"it goes chunk by chunk (`{loop.target.id}`), which bounds the load"
    return _source(loop.iter, file) if loop.iter is not None else ""


def _leaves(loop: Loop, file: File) -> str:
    for way in exits(loop, file):
        line = file.span(way).line
        if isinstance(way, Yield):
            return f"each turn hands a value to its consumer (yield in line {line}), who sets the pace"
        how = "break" if isinstance(way, Break) else "return" if isinstance(way, Return) else "continue outside"
        return f"a turn may end the loop early ({how} in line {line}): the later ones must not have started"
    if loop.orelse:
        return "it has an else: it looks for something and stops there"
    return ""


def _finishes(loop: Loop, file: File) -> int:
    """The line of a test for the last turn which then waits: `if (i === files.length - 1) await zip.finish()`."""
    if loop.kind != "count" or not (isinstance(loop.update, Bind) and isinstance(loop.update.target, Name)):
        return 0
    for node in walk(*loop.body):
        if isinstance(node, If) and any(isinstance(n, Await) for n in walk(*node.body)):
            test = node.test
            parts = test.parts if isinstance(test, Other) and test.op in ("==", "===") and len(test.parts) == 2 else []
            names = [part.id for part in parts if isinstance(part, Name)]
            if loop.update.target.id in names and any(_is_last(part) for part in parts):
                return file.span(node).line
    return 0


def _is_last(expr: Expr) -> bool:
    """`files.length - 1`."""
    if not isinstance(expr, Other) or expr.op != "-" or len(expr.parts) != 2:
        return False
    length, one = expr.parts
    return isinstance(length, Member) and length.attr == "length" and isinstance(one, Constant) and one.value == 1


def _counts_up(loop: Loop) -> bool:
    """`for (let i = 0; i < xs.length; i++)`: an index over a list."""
    update, test = loop.update, loop.test
    if not (isinstance(update, Bind) and isinstance(update.target, Name)):
        return False
    if not (isinstance(update.value, Constant) and update.value.value == 1):
        return False
    name = update.target.id
    if not (isinstance(test, Other) and test.op in ("<", "<=") and len(test.parts) == 2):
        return False
    left, right = test.parts
    if not (isinstance(left, Name) and left.id == name and isinstance(right, (Member, Name))):
        return False
    body = list(walk(*loop.body))
    written = any(isinstance(a, Bind) and isinstance(a.target, Name) and a.target.id == name for a in body)
    used = any(isinstance(s, Subscript) and isinstance(s.index, Name) and s.index.id == name for s in body)
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
