"""JSON, schema_version 1: fields may be added, never changed or removed. `asynccost schema` describes it."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from asynccost import __version__
from asynccost.model import Cost, Finding, Fix, Problem, Related, Span, Status
from asynccost.report import Report, per_rule

SCHEMA_VERSION = 1
_IDENTITY = ("function", "shape", "ordinal", "names")  # what a finding is known by across edits, beside rule and path


def render(report: Report) -> str:
    """The whole report as one JSON object."""
    return text(document(report))


def text(document: Mapping[str, Any]) -> str:
    """A result as text: a line for each finding and error (and much quicker than `indent`)."""
    fields = []
    for name, value in document.items():
        said = json.dumps(value, ensure_ascii=False)
        if isinstance(value, list) and value:
            said = "[\n" + ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in value) + "\n]"
        fields.append(f"{json.dumps(name)}: {said}")
    return "{\n" + ",\n".join(fields) + "\n}\n"


def document(report: Report) -> dict[str, Any]:
    """The object that `render` prints."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "asynccost", "version": __version__},
        "findings": findings(report),
        "errors": [error(p) for p in report.problems],
        "summary": summary(report),
    }


def summary(report: Report) -> dict[str, Any]:
    """Counts; what was skipped stands under its reason."""
    severities = dict.fromkeys(("error", "warning", "info"), 0)
    for f in report.findings:
        severities[f.severity] += 1
    return {
        "files": report.files,
        "languages": dict(sorted(report.scanned.items())),
        "findings": len(report.findings),
        "by_severity": severities,
        "by_rule": dict(sorted(per_rule(report.findings))),
        "suppressed": report.suppressed,
        "errors": len(report.problems),
        "skipped": {reason: len(paths) for reason, paths in sorted(report.skipped.items())},
        "by_status": {str(status): sum(f.status is status for f in report.findings) for status in Status},
        "compared_with": list(report.against),
        "stale": None if report.stale is None else len(report.stale),
        "costs": _costs(report),
    }


def _costs(report: Report) -> list[dict[str, Any]]:
    costs = [f.cost for f in report.findings if f.cost]
    if not costs:
        return []
    from asynccost.cost.totals import total_rows

    return total_rows(costs)


def findings(report: Report) -> list[dict[str, Any]]:
    """The findings of a report, with who owns their files."""
    return [{**finding(f), "owners": list(report.owners(f.path))} for f in report.findings]


def finding(f: Finding) -> dict[str, Any]:
    """One finding, flat."""
    return {
        "rule": f.rule,
        "family": f.family,
        "severity": str(f.severity),
        "confidence": str(f.confidence),
        "message": f.message,
        "path": f.path,
        **_place(f.span),
        "function": f.function,
        "fingerprint": f.fingerprint,
        "fix": None if f.fix is None else _fix(f.fix),
        "cost": None if f.cost is None else _cost(f.cost),
        "evidence": f.evidence,
        "status": str(f.status),
        "related": [_related(r) for r in f.related],
        "identity": _identity(f),
    }


def _identity(f: Finding) -> dict[str, Any]:
    from asynccost.baseline.entry import as_row, entry_of  # a scan that finds nothing loads nothing for that

    return {k: v for k, v in as_row(entry_of(f)).items() if k in _IDENTITY}


def error(p: Problem) -> dict[str, Any]:
    """One file, or part of one, that could not be read."""
    return {"path": p.path, "line": p.line, "kind": p.kind, "message": p.message}


def _place(span: Span) -> Mapping[str, int]:
    return {
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _related(r: Related) -> dict[str, Any]:
    return {"path": r.path, **_place(r.span), "message": r.message}


def _cost(cost: Cost) -> dict[str, Any]:
    return {**asdict(cost), "basis": [asdict(figure) for figure in cost.basis]}


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [
        {"path": e.path, "start_byte": e.start_byte, "end_byte": e.end_byte, "text": e.text}
        for e in fix.edits
    ]
    return {"safety": str(fix.safety), "reason": fix.reason, "edits": edits}
