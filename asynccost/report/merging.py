"""JSON results -> one. What two of them say of the same place counts once."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from asynccost.cost.totals import cost_of, total_rows
from asynccost.errors import ResultError
from asynccost.report.as_json import SCHEMA_VERSION, text

Result = dict[str, Any]


def read(path: str) -> Result:
    """Load a result; refuses what is none of ours."""
    try:
        with open(path, encoding="utf-8") as file:
            result = json.load(file)
    except OSError as error:
        raise ResultError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ResultError(f"{path}: not JSON: {error}") from None
    ours = isinstance(result, dict) and result.get("schema_version") == SCHEMA_VERSION
    if not ours or not {"findings", "errors", "summary"} <= set(result):
        what = f"a result of asynccost scan --format json (schema_version {SCHEMA_VERSION})"
        raise ResultError(f"{path}: not {what}")
    return dict(result)


def merged(results: Sequence[Result]) -> str:
    """One result as JSON text, in the order in which a single scan would print it."""
    findings = {
        (f["fingerprint"], f["path"], f["line"], f["column"]): f for r in results for f in r["findings"]
    }
    errors = {(e["path"], e["line"], e["message"]): e for r in results for e in r["errors"]}
    rows = sorted(findings.values(), key=_order)
    document = {
        **results[0],
        "findings": rows,
        "errors": [errors[key] for key in sorted(errors)],
        "summary": {
            "files": sum(r["summary"]["files"] for r in results),
            "languages": _added(results, "languages"),
            "findings": len(rows),
            "by_severity": {s: sum(f["severity"] == s for f in rows) for s in ("error", "warning", "info")},
            "by_rule": dict(sorted(Counter(f["rule"] for f in rows).items())),
            "suppressed": sum(r["summary"]["suppressed"] for r in results),
            "errors": len(errors),
            "skipped": _added(results, "skipped"),
            "by_status": {s: sum(f["status"] == s for f in rows) for s in ("new", "known", "moved")},
            "compared_with": sorted({name for r in results for name in r["summary"].get("compared_with", ())}),
            "stale": None,  # no share of a scan can judge that
            "costs": total_rows(cost_of(f["cost"]) for f in rows if f.get("cost")),
        },
    }
    return text(document)


def _order(f: Result) -> tuple[Any, ...]:
    return f["path"], f["line"], f["column"], f["rule"], f["end_line"], f["end_column"], f["message"]


def _added(results: Sequence[Result], key: str) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for result in results:
        counts.update(result["summary"][key])
    return dict(sorted(counts.items()))
