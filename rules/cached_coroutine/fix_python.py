"""cached-coroutine in Python: a cache that knows coroutines; only shown, since it is a package of its own."""

from collections.abc import Iterator

from asynccost.flow.file import File
from asynccost.flow.tree import Call, Expr, Node
from asynccost.model import Edit, Finding, Offer, Safety, Span
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.top import import_from

_REASON = "alru_cache keeps what the coroutine returns, in one event loop; is the package async-lru welcome here?"
_LRU = ("functools.lru_cache", "functools.lru_cache()", "functools.cache", "functools.cache()")


def fix(finding: Finding, file: File) -> Offer | None:
    """Cache what the coroutine returns."""
    decorator = _decorator(finding, file)
    if decorator is None:
        return None
    return Offer(Safety.DISPLAY_ONLY, _REASON, lambda: _changed(file, decorator))


def _decorator(finding: Finding, file: File) -> Expr | None:
    span = finding.span
    near = file.functions_if(lambda f: f.start < span.start < f.end or any(_is(d, span) for d in f.decorators))
    for function in near:
        for decorator in function.decorators if function.is_async and not function.is_generator else ():
            if _is(decorator, span) and file.resolve(decorator, function.scope) in _LRU:
                return decorator
    return None


def _is(node: Node, span: Span) -> bool:
    return node.start == span.start and node.end == span.end


def _changed(file: File, decorator: Expr) -> Iterator[Edit]:
    patch = Patch(file)
    name = import_from(patch, "async_lru", "alru_cache")
    called = isinstance(decorator, Call)
    callee = decorator.callee if isinstance(decorator, Call) else decorator
    bare = (file.resolve(callee) or "").endswith(".cache")
    patch.replace(callee.start, callee.end, f"{name}(maxsize=None)" if bare and not called else name)
    return patch.edits()
