"""The node that a finding is about, found again by its place."""

from collections.abc import Callable
from typing import TypeVar

from asynccost.flow.file import File, Site
from asynccost.flow.tree import Comprehension, Function, Loop, Node
from asynccost.model import Span

T = TypeVar("T", bound=Node)


def _holds(span: Span) -> Callable[[Function], bool]:
    return lambda function: function.start <= span.start < function.end


def site_at(file: File, span: Span) -> Site | None:
    """The call at a place."""
    holds = _holds(span)
    functions = (f for f in file.functions_if(holds) if holds(f) or f.kind == "module")
    sites = (site for function in functions for site in file.calls_of(function))
    return next((s for s in sites if s.call.start == span.start and s.call.end == span.end), None)


def loop_at(file: File, span: Span) -> tuple[Loop | Comprehension, Function] | None:
    """The loop at a place, and the function it stands in."""
    for function in file.functions_if(_holds(span)):
        for loop in function.index.loops if function.index else ():
            if loop.start == span.start and loop.end == span.end:
                return loop, function
    return None


def function_at(file: File, span: Span) -> Function | None:
    """The innermost function that holds a place; the module's top level aside."""
    functions = file.functions_if(_holds(span))
    around = [f for f in functions if f.kind != "module" and f.start <= span.start and span.end <= f.end]
    return min(around, key=lambda f: f.end - f.start, default=None)
