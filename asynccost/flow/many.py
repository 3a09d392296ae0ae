"""Lists that are as long as whoever fills them likes, by what their items are called: addresses, files, messages."""

import re

from asynccost.flow.tree import (
    Argument,
    Await,
    Call,
    Choice,
    Closure,
    Comprehension,
    Expr,
    Member,
    Name,
    Other,
    Subscript,
)
from asynccost.flow.words import chain, words

_DEPTH = 8
_MANY = frozenset({
    "urls", "links", "uris", "hrefs", "files", "filenames", "filepaths", "paths", "attachments", "images", "photos",
    "videos", "uploads", "downloads", "documents", "docs", "messages", "emails", "jobs", "sitemaps", "articles",
    "posts", "comments", "records", "rows", "ids", "uids", "uuids", "keys",
})  # fmt: skip
_LIST = frozenset({"list", "array", "set", "queue"})
_LOOKS_THROUGH = frozenset({
    "filter", "sorted", "list", "set", "tuple", "enumerate", "reversed", "flat", "from", "concat", "zip", "sort",
    "reverse", "toSorted", "map", "uniq", "unique", "compact",
})  # fmt: skip


def many(items: Expr | None, depth: int = 0) -> str:
    """What a list of many is called: `urls`, `payload.files`, `selected_ids`; "" where its name says nothing."""
    if items is None or depth > _DEPTH:
        return ""
    if isinstance(items, (Await, Argument, Subscript)):
        return many(items.value, depth + 1)
    if isinstance(items, Choice) and items.options:
        return many(items.options[0], depth + 1)
    if isinstance(items, Other) and len(items.parts) == 1:
        return many(items.parts[0], depth + 1)
    if isinstance(items, Comprehension):
        return many(items.clauses[0].iter, depth + 1)
    if isinstance(items, (Name, Member)):
        last = chain(items)[-1]
        return last if _speaks_of_many(last) else ""
    return _of_call(items, depth) if isinstance(items, Call) else ""


def has_most(name: str, source: bytes) -> bool:
    """Whether a file says how many there may be: `maxFiles: 25`, `urls: z.array(z.string()).max(20)`."""
    field, word = re.escape(name.encode()), re.escape((words(name) or (name,))[-1].encode())
    schema = rb"\b%s\??\s*:[^\n]{0,200}(?:\.max\(|\bmax_(?:length|items)\b)" % field
    return re.search(rb"(?i:max_?%s\b|max_%s_|max_?results\b)|%s" % (word, word, schema), source) is not None


def _of_call(call: Call, depth: int) -> str:
    if chain(call.callee)[-1] not in _LOOKS_THROUGH:
        return ""
    if isinstance(call.callee, Member) and chain(call.callee)[0] not in ("Object", "Array", "itertools"):
        return many(call.callee.value, depth + 1)
    inner = [a.value for a in call.arguments if not isinstance(a.value, Closure)]
    return many(inner[0], depth + 1) if inner else ""


def _speaks_of_many(name: str) -> bool:
    said = words(name)
    while said and said[-1] in _LIST:
        said = (*said[:-2], f"{said[-2]}s") if len(said) > 1 else ()
    return said[-1:] != () and said[-1] in _MANY
