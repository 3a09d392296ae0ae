"""Turns of a loop that make something public, and loops that only tests run: who fixes them has to ask first."""

import re
from itertools import takewhile

from asynccost.flow.file import File
from asynccost.flow.scopes import scopes
from asynccost.flow.tree import Call, Constant, Function
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_PUBLIC = frozenset({
    "comment", "comments", "post", "posts", "message", "messages", "reply", "replies", "tweet", "tweets", "thread",
    "threads", "order", "orders", "payment", "payments", "charge", "refund", "invoice", "trade", "note", "notes",
    "story", "stories", "article", "issue", "issues", "review", "reviews",
})
_WRITES = frozenset({"post", "put", "create", "add", "submit", "place", "insert", "write", "upload", "make", "save"})
_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_FOR_TESTS = re.compile(rb"(?i)(?:#|//|\*)[^\n]*\b(?:tests?[ -](?:only|purposes?|helpers?)|only (?:for|in) tests?)\b")


def published(call: Call, function: Function) -> str:
    """What a call makes public, by the word of its name, its address or its function: a comment, an order."""
    names = chain(call.callee)
    said = words(names[-1])
    if not _WRITES.isdisjoint(said[:1]) and (found := next((w for w in said[1:] if w in _PUBLIC), "")):
        return found
    if not writes(call):
        return ""
    texts = [n.value for a in call.arguments for n in walk(a.value) if isinstance(n, Constant)]
    places = [part for text in texts if isinstance(text, str) for part in re.split(r"[^A-Za-z]+", text)]
    around = [word for name in (function.qualname, *names[:-1]) for word in words(name)]
    return next((word for word in (*places, *around) if word in _PUBLIC), "")


def writes(call: Call) -> bool:
    """Whether a request writes: by the name of its method, or as `fetch` is told."""
    names = chain(call.callee)
    if len(names) > 1 and names[-1] in ("post", "put", "patch"):
        return True
    return any(isinstance(n, Constant) and n.value in _METHODS for a in call.arguments for n in walk(a.value))


def for_tests(function: Function, file: File) -> str:
    """A function of the program that is there for tests, as the comment above it says; "" for any other."""
    source = file.module.source
    for here in takewhile(lambda one: one.name, scopes(function)):
        above = source[max(source.rfind(b"\n\n", 0, here.start), 0) : here.start]
        if _FOR_TESTS.search(above):
            return here.name
    return ""
