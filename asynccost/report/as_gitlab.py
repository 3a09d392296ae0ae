"""GitLab's Code Quality report."""

import json
from collections import Counter
from hashlib import blake2b
from typing import Any

from asynccost.model import Severity
from asynccost.report import Report, by_weight

_SEVERITY = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def render(report: Report) -> str:
    """A list of issues. GitLab hides `check_name`, so the text begins with the rule."""
    issues = [
        _issue(f.rule, f.message, _SEVERITY[f.severity], report.prefix + f.path, f.span.line, f.fingerprint)
        for f in by_weight(report.findings)
    ]
    issues += [
        _issue(
            "not-read", p.message, "major", report.prefix + p.path, max(p.line, 1), _mark(p.path, p.message)
        )
        for p in report.problems
    ]
    seen: Counter[str] = Counter()
    for issue in issues:  # GitLab merges issues of equal fingerprints
        mark = issue["fingerprint"]
        seen[mark] += 1
        if seen[mark] > 1:
            issue["fingerprint"] = _mark(mark, str(seen[mark]))
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"


def _issue(rule: str, message: str, severity: str, path: str, line: int, mark: str) -> dict[str, Any]:
    return {
        "description": f"{rule}: {message}",
        "check_name": rule,
        "fingerprint": mark,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": line}},
    }


def _mark(*parts: str) -> str:
    return blake2b("\0".join(parts).encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
