"""One JSON object a line: findings, then errors, then the summary, each with its `type`."""

import json

from asynccost.report import Report, as_json


def render(report: Report) -> str:
    """All lines."""
    rows = [{"type": "finding", **row} for row in as_json.findings(report)]
    rows += [{"type": "error", **as_json.error(p)} for p in report.problems]
    rows.append({"type": "summary", "schema_version": as_json.SCHEMA_VERSION, **as_json.summary(report)})
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
