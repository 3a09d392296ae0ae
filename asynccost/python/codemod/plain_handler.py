"""A handler of FastAPI that awaits nothing, as a plain function: FastAPI then runs it in a thread.

Source: fastapi.tiangolo.com/async, "Path operation functions".
"""

import re

from asynccost.flow.file import File
from asynccost.flow.mentions import STRINGS, places
from asynccost.flow.tree import Call, Expr, Function, Member
from asynccost.flow.walk import walk
from asynccost.python.codemod.patch import Patch

_ROUTES = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "api_route"})
_ASYNC = re.compile(rb"\basync[ \t]+(?=def\b)")
_OF_LOOP = re.compile(  # what asks for the event loop of its thread, or may only be touched in it
    rb"\b(?:asyncio|anyio|trio)\b|create_task|_nowait\(|get_(?:running|event)_loop|call_soon|\bcontextvars\b|\.set\(\)"
)


def could_be_plain(function: Function, file: File) -> bool:
    """Whether nothing but its `async` makes a handler a coroutine, and nothing but its routes names it."""
    if not function.is_async or function.is_generator or function.index is None or not function.decorators:
        return False
    if not all(_is_route(d) for d in function.decorators) or not _knows_fastapi(file):
        return False
    waits = any(getattr(n, "is_async", False) for n in walk(*function.body))
    if function.index.awaits or waits or any(f.is_async for f in function.inner):
        return False
    source = file.module.source
    if _OF_LOOP.search(source, function.start, function.end):
        return False
    code = STRINGS.sub(b'""', source)
    return sum(1 for _ in places(code, function.name.encode())) == 1


def make_plain(patch: Patch, function: Function) -> None:
    """Take its `async` away."""
    begin = max(d.end for d in function.decorators)
    found = _ASYNC.search(patch.layout.source, begin)
    assert found is not None
    patch.replace(found.start(), found.end(), "")


def _is_route(decorator: Expr) -> bool:
    callee = decorator.callee if isinstance(decorator, Call) else None
    return isinstance(callee, Member) and callee.attr in _ROUTES


def _knows_fastapi(file: File) -> bool:
    return any(name.partition(".")[0] == "fastapi" for name in file.module.imports.values())

