"""JUnit XML: a suite a file, a failed case a finding, an error a file that could not be read."""

import re
from collections.abc import Iterable
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from asynccost.model import Finding, Problem
from asynccost.report import Report

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """The whole document; a scan without findings is one case that passed."""
    cases = [(f.path, _failure(f)) for f in report.findings] + [(p.path, _error(p)) for p in report.problems]
    suites = []
    for path, group in groupby(sorted(cases), key=lambda case: case[0]):
        rows = [case for _, case in group]
        suites.append(_suite(path or "asynccost", rows))
    if not suites:
        suites = [_suite("asynccost", [f'<testcase classname="asynccost" name="{report.files} files"/>'])]
    total = _counts(case for _, case in cases) if cases else _counts(["<testcase/>"])
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<testsuites name="asynccost" {total}>\n{"".join(suites)}</testsuites>\n'
    )


def _suite(name: str, cases: list[str]) -> str:
    body = "".join(f"    {case}\n" for case in cases)
    return f"  <testsuite name={_attribute(name)} {_counts(cases)}>\n{body}  </testsuite>\n"


def _counts(cases: Iterable[str]) -> str:
    rows = list(cases)
    failures, errors = sum("<failure " in c for c in rows), sum("<error " in c for c in rows)
    return f'tests="{len(rows)}" failures="{failures}" errors="{errors}"'


def _failure(f: Finding) -> str:
    text = f"{f.path}:{f.span.line}:{f.span.column}: {f.message}"
    failure = f"<failure type={_attribute(f.rule)} message={_attribute(f.message)}>{_text(text)}</failure>"
    return _case(f.path, f"{f.rule} at line {f.span.line}, column {f.span.column}", f.span.line, failure)


def _error(p: Problem) -> str:
    error = f'<error type="not-read" message={_attribute(p.message)}>{_text(f"{p.path}:{p.line}")}</error>'
    return _case(p.path, "not read", p.line, error)


def _case(path: str, name: str, line: int, body: str) -> str:
    at = f"classname={_attribute(path)} name={_attribute(name)} file={_attribute(path)}"
    return f'<testcase {at} line="{line}">{body}</testcase>'


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", text))
