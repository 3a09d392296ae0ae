"""All facts of a file at once, for comparison with those that are made one by one or of an outline."""

from asynccost.flow.facts.late_facts import COSTLY
from asynccost.flow.facts.summary import FileFacts, FunctionFacts, head_of, outer_of
from asynccost.flow.file import File
from asynccost.flow.tree import Function


def facts_of(file: File) -> FileFacts:
    """Every fact of every function."""
    return {**head_of(file), "path": file.path, "functions": [_facts(file, f) for f in file.module.functions]}


def _facts(file: File, function: Function) -> FunctionFacts:
    span = file.span(function)
    return FunctionFacts(
        qualname=function.qualname,
        line=span.line,
        column=span.column,
        end_line=span.end_line,
        start=function.start,
        end=function.end,
        is_async=function.is_async,
        kind=function.kind,
        owner=function.owner.qualname if function.owner else "",
        outer=outer_of(function),
        **{key: make(file, function) for key, make in COSTLY.items()},  # type: ignore[typeddict-item]
    )
