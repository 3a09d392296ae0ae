"""Findings, silences and problems as JSON values, for the cache and between processes."""

from typing import Any

from asynccost.model import Confidence, Edit, Finding, Fix, Problem, Related, Safety, Severity, Span

Row = list[Any]


def finding_row(f: Finding) -> Row:
    """A finding as a JSON value."""
    return [
        f.rule, f.path, span_row(f.span), f.message, f.confidence.value, f.function, f.severity.value, f.family,
        f.shape, f.ordinal, f.fingerprint, [[r.path, span_row(r.span), r.message] for r in f.related],
        _fix_row(f.fix), f.pending, f.resource, f.hint, f.scope,
    ]  # fmt: skip


def finding_of(row: Row) -> Finding:
    """The finding that a row was made of."""
    return Finding(
        row[0], row[1], Span(*row[2]), row[3], Confidence(row[4]), row[5], Severity(row[6]), row[7], row[8], row[9],
        row[10], tuple(Related(p, Span(*s), m) for p, s, m in row[11]), _fix_of(row[12]), pending=row[13],
        resource=row[14], hint=row[15], scope=row[16],
    )  # fmt: skip


def path_of(row: Row) -> str:
    """The path of the finding that a row was made of."""
    path: str = row[1]
    return path


def problem_row(problem: Problem) -> Row:
    """A problem as a JSON value."""
    return [problem.path, problem.line, problem.message, problem.kind]


def problem_of(row: Row) -> Problem:
    """The problem that a row was made of."""
    return Problem(*row)


def span_row(span: Span) -> Row:
    """A span as a JSON value."""
    return [span.start, span.end, span.line, span.column, span.end_line, span.end_column]


def _fix_row(fix: Fix | None) -> Row | None:
    if fix is None:
        return None
    return [fix.safety.value, fix.reason, [[e.path, e.start_byte, e.end_byte, e.text] for e in fix.edits]]


def _fix_of(row: Row | None) -> Fix | None:
    return None if row is None else Fix(Safety(row[0]), row[1], tuple(Edit(*e) for e in row[2]))
