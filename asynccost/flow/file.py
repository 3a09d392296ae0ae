"""A lowered file as rules see it: its calls by resolved name, and the means to report.

The node that a finding is about, found again by its place.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from asynccost.flow.around import function_of, statement_of
from asynccost.flow.dead import asks, is_dead, left_over
from asynccost.flow.indexing import index_module
from asynccost.flow.layout import Lines
from asynccost.flow.module import Module
from asynccost.flow.names import Names
from asynccost.flow.shape import scope_name, shape
from asynccost.flow.tree import Call, Comprehension, Function, Loop, Node
from asynccost.knowledge import Knowledge
from asynccost.model import Confidence, Finding, Related, Silence, Span

T = TypeVar("T")

_TEST = re.compile(
    r"(^|/)(_?tests?|tests?_\w+|_?smoke_tests?|testing|(?!ab[-_])[\w-]+[-_](?:tests?|testing)|tests?[-_](?:integ|integration|e2e|unit|functional|system)|tests?-(?:plugin|app|project|fixture|shim|helper|util|utilitie|support|setup|mock|harness|resource|lib|package)s?|__tests__|__mocks__|mock_\w+|spec|e2e|cypress|playwright|fixtures)/|(^|/)(test_[^/]*|[^/]*_test|conftest|mock_[^/]*|pytest_plugin)\.py$"
    r"|(?:\.(test|spec|stories|e2e|cy)|(^|/)test)\.[cm]?[jt]sx?$"
)


_NOWHERE = Span(0, 0)  # of silences that nobody asks for


@lru_cache(maxsize=4096)  # the project asks it of a file for every place in it
def is_test(path: str) -> bool:
    """Whether a path says that its file is a test, a fixture or a story."""
    return _TEST.search(path) is not None


@dataclass(slots=True, frozen=True)
class Site:
    """A call with the function that makes it and the resolved name of what it calls (None: unknown)."""

    call: Call
    function: Function
    name: str | None


class File:
    """One indexed module. `rows` holds what a rule's batch tool said about this file, by rule.

    explained: somebody asks why rules stay silent here; else a rule may leave out what can only be a Silence.
    """

    def __init__(
        self,
        module: Module,
        knowledge: Knowledge,
        rows: dict[str, list[Any]] | None = None,
        *,
        explained: bool = True,
    ) -> None:
        index_module(module)
        self.module = module
        self.path = module.path
        self.language = module.language
        self.knowledge = knowledge
        self.rows = rows or {}
        self.explained = explained
        self.names = Names(module)
        self._sites: dict[int, list[Site]] = {}
        self._by_call: dict[int, Site] = {}
        self._answers: dict[Any, Any] = {}

    def memo(self, question: Callable[["File"], T]) -> T:
        """The answer to a question about this file, asked once."""
        if question not in self._answers:
            self._answers[question] = question(self)
        answer: T = self._answers[question]
        return answer

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.module.source)

    @cached_property
    def is_test(self) -> bool:
        """Whether the path says that this is a test, a fixture or a story."""
        return is_test(self.path)

    @cached_property
    def functions(self) -> list[Function]:
        """Every function of the file; lowers them all (see `functions_if`)."""
        return self.module.functions

    def functions_if(self, worth: Callable[[Function], object]) -> Iterator[Function]:
        """The functions of the file, those aside whose bodies wait and of which `worth` is false."""
        for function in self.module.outer:
            if function.asleep and not worth(function):
                continue
            function.wake()
            yield function
            yield from function.inner

    @cached_property
    def calls(self) -> list[Site]:
        """Every call of the file, in source order within its function."""
        return [site for function in self.functions for site in self.calls_of(function)]

    def calls_if(self, worth: Callable[[Function], object]) -> list[Site]:
        """The calls of `functions_if`."""
        return [site for function in self.functions_if(worth) for site in self.calls_of(function)]

    def calls_of(self, function: Function) -> list[Site]:
        """The calls of one function's own body."""
        key = id(function)
        if key not in self._sites:
            resolve = self.names.resolve
            calls = function.index.calls if function.index else ()
            self._sites[key] = [Site(call, function, resolve(call.callee, function)) for call in calls]
            self._by_call.update((id(site.call), site) for site in self._sites[key])
        return self._sites[key]

    def site(self, call: Call) -> Site:
        """The site of a call of this file."""
        if id(call) not in self._by_call:
            self.calls_of(function_of(call))
        return self._by_call[id(call)]

    def calls_to(self, *names: str) -> Iterator[Site]:
        """The calls whose resolved name is one of these."""
        wanted = set(names)
        return (site for site in self.calls if site.name in wanted)

    def resolve(self, expr: Node | None, function: Function | None = None) -> str | None:
        """What an expression stands for; see flow.names."""
        if expr is None:
            return None
        return self.names.resolve(expr, function or function_of(expr))

    def text(self, node: Node) -> str:
        """The source text of a node."""
        return self.module.source[node.start : node.end].decode("utf-8", "replace")

    def span(self, at: Node | tuple[int, int]) -> Span:
        start, end = at if isinstance(at, tuple) else (at.start, at.end)
        return self.lines.span(start, end)

    def related(self, at: Node | tuple[int, int], message: str) -> Related:
        """Another place of this file that a finding is about."""
        return Related(self.path, self.span(at), message)

    def finding(
        self,
        at: Node,
        message: str,
        confidence: Confidence = Confidence.HIGH,
        *,
        span: tuple[int, int] | None = None,
        related: tuple[Related, ...] = (),
        **pending: Any,
    ) -> Finding:
        """A finding at a node; `span` where the anchor is not the node itself (a run of awaits, a loop).

        The engine adds the rule's name, family and severity, the ordinal and the fingerprint.
        """
        try:
            function = at if isinstance(at, Function) else function_of(at)
        except ValueError:
            function = self.module.top
        what = at if isinstance(at, Function) else statement_of(at)
        if unused := left_over(function, self.module.source):
            pending["unused"] = unused
        if not isinstance(at, Function) and is_dead(at, function, self.module.source):
            pending["dead"] = True
        elif not isinstance(at, Function) and asks(at, function, self.module):
            pending["may hang"] = True
        return Finding(
            rule="",
            path=self.path,
            span=self.span(span or at),
            message=message,
            confidence=confidence,
            function="" if function.kind == "module" else function.qualname,
            scope=scope_name(function),
            shape=shape(what) if not isinstance(what, Function) else what.qualname,
            related=related,
            pending=pending,
        )

    def silence(self, at: Node | tuple[int, int], reason: str) -> Silence:
        """Say why a place that a rule looked at is left alone. `reason` completes "silent because ..."."""
        return Silence("", self.path, self.span(at) if self.explained else _NOWHERE, reason)


Sort = TypeVar("Sort", bound=Node)


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
