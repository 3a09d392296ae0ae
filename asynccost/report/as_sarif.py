"""SARIF 2.1.0 as GitHub's code scanning wants it; other viewers read the same."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from asynccost import __version__
from asynccost.model import Finding, Problem, Safety, Severity, Span, Status
from asynccost.report import About, Report, by_weight

MOST = 25_000  # what GitHub takes of one run
Json = dict[str, Any]
_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEM = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_STATE = {Status.NEW: "new", Status.KNOWN: "unchanged", Status.MOVED: "updated"}
_PRECISION = ("high", "medium", "low")


def render(report: Report) -> str:
    """One run, as JSON."""
    shown = by_weight(report.findings)[:MOST]
    notes = [_note(report, p) for p in report.problems]
    if len(report.findings) > len(shown):
        text = f"{len(report.findings) - len(shown)} findings were left out: GitHub reads {MOST:,} at most."
        notes.append({"level": "warning", "message": {"text": text}})
    run = {
        "tool": {"driver": _driver(report, shown)},
        "automationDetails": {"id": "asynccost/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The top of the repository."}}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "results": _results(report, shown),
    }
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _driver(report: Report, findings: Sequence[Finding]) -> Json:
    about = report.rules()
    sure: dict[str, set[str]] = defaultdict(set)
    for f in findings:
        sure[f.rule].add(f.confidence)
    rules = [_rule(name, about[name], sure[name]) for name in sorted(sure) if name in about]
    return {"name": "asynccost", "semanticVersion": __version__, "version": __version__, "rules": rules}


def _rule(name: str, about: About, sure: set[str]) -> Json:
    page = about.page.strip() or about.summary
    return {
        "id": name,
        "name": "".join(word.title() for word in name.split("-")),
        "shortDescription": {"text": about.summary},
        "fullDescription": {"text": _cut(_prose(page) or about.summary)},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": _LEVEL[about.severity]},
        "properties": {
            "tags": sorted({"performance", "async", "cost", about.family, *about.languages}),
            "precision": max(sure, key=_PRECISION.index),  # the least sure of what is shown
            "problem.severity": _PROBLEM[about.severity],
        },
    }


def _results(report: Report, findings: Sequence[Finding]) -> list[Json]:
    lines: dict[str, set[int]] = defaultdict(set)
    for f in findings:
        lines[f.path].add(f.span.line)
    hashes = {path: line_hashes(report.read(path), wanted) for path, wanted in lines.items()}
    return [_result(report, f, hashes[f.path].get(f.span.line)) for f in findings]


def _result(report: Report, f: Finding, line_hash: str | None) -> Json:
    result: Json = {
        "ruleId": f.rule,
        "level": _LEVEL[f.severity],
        "message": {"text": _message(f)},
        "locations": [{"physicalLocation": _location(report, f.path, f.span)}],
        "partialFingerprints": {"asynccost/v1": f.fingerprint},
        "properties": {"confidence": str(f.confidence), "function": f.function},
    }
    if report.against:
        result["baselineState"] = _STATE[f.status]
    if line_hash:
        result["partialFingerprints"]["primaryLocationLineHash"] = line_hash
    if f.related:
        result["relatedLocations"] = [
            {
                "id": number,
                "message": {"text": r.message},
                "physicalLocation": _location(report, r.path, r.span),
            }
            for number, r in enumerate(f.related, 1)
        ]
    if f.fix and f.fix.edits and f.fix.safety is not Safety.DISPLAY_ONLY:
        result["fixes"] = [_fix(report, f)]
    return result


def _message(f: Finding) -> str:
    """The message, then links to the related places; a literal link in it must not become one."""
    text = re.sub(r"([\\\[\]])", r"\\\1", f.message) if "](" in f.message else f.message
    links = ", ".join(f"[line {r.span.line}]({n})" for n, r in enumerate(f.related[:5], 1))
    if not text.endswith((".", "!", "?")):
        text += "."
    return f"{text} See {links}." if links else text


def _location(report: Report, path: str, span: Span) -> Json:
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    return {"artifactLocation": _artifact(report, path), "region": region}


def _artifact(report: Report, path: str) -> Json:
    return {"uri": quote(report.prefix + path), "uriBaseId": "%SRCROOT%"}


def _fix(report: Report, f: Finding) -> Json:
    changes: dict[str, list[Json]] = defaultdict(list)
    for e in f.fix.edits if f.fix else ():
        region = {"byteOffset": e.start_byte, "byteLength": e.end_byte - e.start_byte}
        changes[e.path].append({"deletedRegion": region, "insertedContent": {"text": e.text}})
    return {
        "description": {"text": f"{f.fix.safety}: {f.fix.reason}" if f.fix else ""},
        "artifactChanges": [
            {"artifactLocation": _artifact(report, path), "replacements": edits}
            for path, edits in changes.items()
        ],
    }


def _note(report: Report, p: Problem) -> Json:
    note: Json = {"level": "warning", "message": {"text": f"{p.path or 'asynccost'}: {p.message}"}}
    if p.path:
        place: Json = {"artifactLocation": _artifact(report, p.path)}
        if p.line > 0:
            place["region"] = {"startLine": p.line}
        note["locations"] = [{"physicalLocation": place}]
    return note


def _prose(page: str) -> str:
    """A page without its headings and code."""
    text = re.sub(r"^```.*?^```|^#.*?$|^ {4}.*?$", "", page, flags=re.M | re.S)
    return " ".join(text.split())


def _cut(text: str, most: int = 1000) -> str:
    return text if len(text) <= most else text[: most - 4].rsplit(" ", 1)[0] + " ..."


_BLOCK, _BASE, _MASK = 100, 37, (1 << 64) - 1
_END = "\uffff"


def line_hashes(data: bytes, wanted: Iterable[int]) -> dict[int, str]:
    """The hashes by which GitHub knows alerts again, by line: CodeQL's, so that its action finds ours to be right.

    A polynomial of base 37 in 64 bits over the 100 characters (UTF-16) from the start of a line, blanks dropped and
    line ends made one, then how often that value has been seen in the file. wanted: lines; those that exist have one.
    """
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    text = _utf16(text.replace(" ", "").replace("\t", "")) + _END
    padded = text + "\0" * _BLOCK
    lines, found = set(wanted), {}
    seen: Counter[str] = Counter()
    start = 0
    for line in range(1, text.count("\n") + 2):
        window = padded[start : start + _BLOCK]
        seen[window] += 1
        if line in lines:
            found[line] = f"{_hash(window):x}:{seen[window]}"
        start = text.find("\n", start) + 1
    return found


def _hash(window: str) -> int:
    value = 0
    for c in window:
        value = (value * _BASE + ord(c)) & _MASK
    return value


def _utf16(text: str) -> str:
    if text.isascii() or max(text) <= "\uffff":
        return text
    return "".join(
        chr(u) for c in text for u in ((ord(c),) if c <= "\uffff" else _surrogates(ord(c) - 0x10000))
    )


def _surrogates(code: int) -> tuple[int, int]:
    return 0xD800 + (code >> 10), 0xDC00 + (code & 0x3FF)
