"""One embedding a request, in a loop, where the API takes a list."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from asynccost.flow.around import loops_around
from asynccost.flow.facts.entry_table import dotted
from asynccost.flow.file import File, Site
from asynccost.flow.repeat import ends_at_success
from asynccost.flow.tree import (
    Call,
    Collection,
    Comprehension,
    Constant,
    Expr,
    Function,
    Loop,
    Member,
    Name,
    Other,
    Subscript,
)
from asynccost.flow.turn import turn_names
from asynccost.flow.walk import walk
from asynccost.flow.words import words
from asynccost.model import Confidence, Finding, Silence

if TYPE_CHECKING:
    from asynccost.javascript.text import Text

_MANY = frozenset({"batch", "batches", "group", "slice", "window", "bucket", "texts", "inputs", "documents", "lines"})
_TEXT = frozenset({"strip", "lstrip", "rstrip", "lower", "replace", "trim", "toLowerCase", "replaceAll", "encode"})
_STEPS = frozenset({"chunked", "batched", "batch", "batches", "chunks", "grouper", "chunk", "split", "minibatch"})


def worth(text: "Text") -> bool:
    """Whether a script names a call of the table."""
    last = (name.rpartition(".")[2] for name in text.knowledge.table("embeddings")["one_text"])
    return not text.is_test and not text.words.isdisjoint(last)


def check(file: File) -> Iterator[Finding | Silence]:
    """Every call of the table that a loop repeats."""
    table: Mapping[str, Any] = file.knowledge.table("embeddings")["one_text"]
    for site in file.calls:
        written = dotted(site.call.callee)
        row = table.get(written.rpartition(".")[2]) or table.get(".".join(written.split(".")[-2:]))
        if row is not None and "." in written:
            yield _look(file, site, row)


def _look(file: File, site: Site, row: Mapping[str, Any]) -> Finding | Silence:
    call = site.call
    if file.is_test:
        return file.silence(call, "it is part of a test")
    loops = [loop for loop in loops_around(call) if not ends_at_success(file, loop, call)]
    if not loops:
        return file.silence(call, "no loop of this function repeats it")
    given = _given(call, row)
    if given is None:
        return file.silence(call, "what it sends is not seen here")
    loop = next((loop for loop in loops if _is_one(given, loop, site.function)), None)
    if loop is None:
        return file.silence(call, "it may send a list, or the same text each time")
    header = loop.header_end if isinstance(loop, Loop) else loop.end
    message = f"every turn of the loop sends one text to {dotted(call.callee)}(): {row['many']}"
    sure = Confidence(row.get("sure", "high"))
    place = file.related((loop.start, header), "every turn of this loop sends another request")
    return file.finding(call, message, sure, related=(place,))


def _given(call: Call, row: Mapping[str, Any]) -> Expr | None:
    """The argument that holds the text: by keyword, by a key of an options object, or by its place."""
    names = row.get("keywords", ())
    for argument in call.arguments:
        if argument.keyword in names:
            return argument.value
        if isinstance(argument.value, Collection) and argument.value.kind == "dict":
            for key, value in zip(argument.value.keys, argument.value.items, strict=False):
                if isinstance(key, Constant) and key.value in names:
                    return value
    plain = [a for a in call.arguments if a.keyword is None and not a.star]
    return plain[row["place"]].value if "place" in row and len(plain) > row["place"] else None


def _is_one(given: Expr, loop: Loop | Comprehension, function: Function, depth: int = 0) -> bool:
    """Whether an expression is one text of this turn."""
    if isinstance(given, Collection):
        return given.kind == "list" and len(given.items) == 1 and _is_one(given.items[0], loop, function)
    if isinstance(given, Name):
        if _MANY & set(words(given.id)):
            return False
        if given.id in turn_names(loop):
            return not _steps(loop) and not _sliced(loop, function)
        values = function.index.bound.get(given.id, []) if function.index and depth < 2 else []
        inside = [v for v in values if v is not None and loop.start <= v.start < loop.end]
        return len(inside) == len(values) > 0 and all(_is_one(v, loop, function, depth + 1) for v in inside)
    if isinstance(given, Subscript):
        if isinstance(given.index, Name) and given.index.id in turn_names(loop):
            return not _steps(loop) and not _strides(loop)
        return isinstance(given.index, Constant) and _is_one(given.value, loop, function, depth)
    if isinstance(given, Member):
        return not _MANY & set(words(given.attr)) and _is_one(given.value, loop, function, depth)
    if isinstance(given, Call) and isinstance(given.callee, Member):
        return given.callee.attr in _TEXT and _is_one(given.callee.value, loop, function, depth)
    return isinstance(given, Other) and given.op in ("template", "+", "f-string") and _mentions(given, loop)


def _steps(loop: Loop | Comprehension) -> bool:
    """Whether the loop goes over batches: `chunked(texts, 100)`, `range(0, n, 100)`, `batches`."""
    iters = [c.iter for c in loop.clauses] if isinstance(loop, Comprehension) else [loop.iter]
    named = {word for it in iters if it is not None for n in walk(it) for word in _words(n)}
    return not named.isdisjoint(_STEPS - {"chunks", "chunk"}) or any(
        isinstance(it, Call) and not _STEPS.isdisjoint(words(dotted(it.callee))) for it in iters
    )


def _sliced(loop: Loop | Comprehension, function: Function) -> bool:
    """`for part in [texts[i : i + size] for i in range(0, len(texts), size)]`, under a name as well."""
    iters = [c.iter for c in loop.clauses] if isinstance(loop, Comprehension) else [loop.iter]
    bound = function.index.bound if function.index else {}
    made = [v for it in iters for v in (bound.get(it.id, []) if isinstance(it, Name) else [it])]
    return any(isinstance(v, Comprehension) and (_strides(v) or _is_slice(v.element)) for v in made)


def _is_slice(element: Expr) -> bool:
    return isinstance(element, Subscript) and isinstance(element.index, Other)


def _strides(loop: Loop | Comprehension) -> bool:
    """`range(0, n, 100)`: what stands at the index may be a part of a list."""
    iters = [c.iter for c in loop.clauses] if isinstance(loop, Comprehension) else [loop.iter]
    return any(isinstance(it, Call) and len(it.arguments) > 2 for it in iters)


def _words(node: object) -> list[str]:
    if isinstance(node, Name):
        return list(words(node.id))
    return list(words(node.attr)) if isinstance(node, Member) else []


def _mentions(given: Expr, loop: Loop | Comprehension) -> bool:
    return any(isinstance(n, Name) and n.id in turn_names(loop) for n in walk(given))
