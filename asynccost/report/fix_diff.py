"""A finding's fix as the lines of a diff, for formats that show it."""

import re
from collections.abc import Iterator
from difflib import unified_diff

from asynccost.files.decoding import decode, encoding_of
from asynccost.files.kinds import language_of
from asynccost.model import Finding
from asynccost.report import Report
from asynccost.report.frame import visible

_CONTEXT = 2  # lines around a change


def diff(report: Report, finding: Finding) -> list[str]:
    """Lines that begin with @@, a space, + or -; none where the fix was not asked for or changes nothing."""
    if finding.fix is None or not finding.fix.edits:
        return []
    data = report.read(finding.path)
    language = language_of(finding.path) or "python"
    _, encoding = encoding_of(data, language)
    parts, at = list[bytes](), 0
    for edit in finding.fix.edits:
        parts += [data[at : edit.start_byte], edit.text.encode(encoding, "replace")]
        at = edit.end_byte
    old, new = (_lines(text, finding.path, language) for text in (data, b"".join([*parts, data[at:]])))
    return [visible(line) for line in _differing(old, new)]


def _differing(old: list[str], new: list[str]) -> Iterator[str]:
    """A unified diff without its first two lines; only what lies from the first change to the last is compared."""
    most = min(len(old), len(new))
    begin = next((n for n in range(most) if old[n] != new[n]), most)
    left = most - begin
    end = next((n for n in range(left) if old[-1 - n] != new[-1 - n]), left)
    begin, end = max(begin - _CONTEXT, 0), max(end - _CONTEXT, 0)
    was, comes = old[begin : len(old) - end], new[begin : len(new) - end]
    for line in [*unified_diff(was, comes, n=_CONTEXT, lineterm="")][2:]:
        yield re.sub(r"(?<=[-+])\d+", lambda m: str(int(m[0]) + begin), line) if line.startswith("@@") else line


def _lines(data: bytes, path: str, language: str) -> list[str]:
    text = decode(data, path, language).data or b""
    return [line.removesuffix("\r") for line in text.decode("utf-8", "replace").split("\n")]
