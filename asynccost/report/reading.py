"""A JSON result as a Report again, so that any format can be made of it later or elsewhere."""

from collections.abc import Callable
from typing import Any

from asynccost.errors import ResultError
from asynccost.model import (
    Confidence,
    Cost,
    Edit,
    Figure,
    Finding,
    Fix,
    Problem,
    Related,
    Safety,
    Severity,
    Span,
    Status,
)
from asynccost.report import Report, ordered
from asynccost.report.merging import Result


def report(result: Result, where: str, read: Callable[[str], bytes]) -> Report:
    """The report of a result. where: its file, for the error; read: a source file's bytes, b"" if it is gone."""
    try:
        summary = result["summary"]
        owners = {row["path"]: tuple(map(str, row.get("owners", ()))) for row in result["findings"]}
        return ordered(
            Report(
                findings=[finding(row) for row in result["findings"]],
                problems=[Problem(p["path"], p["line"], p["message"], p["kind"]) for p in result["errors"]],
                scanned=summary["languages"],
                skipped={reason: [""] * n for reason, n in summary["skipped"].items()},
                suppressed=summary["suppressed"],
                read=read,
                owners=lambda path: owners.get(path, ()),
            )
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ResultError(f"{where}: not a result of asynccost scan --format json: {error!r}") from None


def finding(row: dict[str, Any]) -> Finding:
    """One finding; offsets in bytes are not in a result and are 0."""
    fix, cost = row["fix"], row["cost"]
    return Finding(
        rule=row["rule"],
        path=row["path"],
        span=_span(row),
        message=row["message"],
        confidence=Confidence(row["confidence"]),
        function=row["function"],
        severity=Severity(row["severity"]),
        family=row["family"],
        fingerprint=row["fingerprint"],
        related=tuple(Related(r["path"], _span(r), r["message"]) for r in row["related"]),
        fix=None if fix is None else Fix(Safety(fix["safety"]), fix["reason"], tuple(Edit(**e) for e in fix["edits"])),
        cost=None if cost is None else Cost(**{**cost, "basis": tuple(Figure(**f) for f in cost["basis"])}),
        evidence=row["evidence"],
        status=Status(row["status"]),
    )


def _span(row: dict[str, Any]) -> Span:
    return Span(0, 0, row["line"], row["column"], row["end_line"], row["end_column"])
