"""A finding's fix as the lines of a diff, for formats that show it."""

from difflib import unified_diff

from asynccost.decoding import decode, encoding_of
from asynccost.kinds import language_of
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
    return [visible(line) for line in [*unified_diff(old, new, n=_CONTEXT, lineterm="")][2:]]


def _lines(data: bytes, path: str, language: str) -> list[str]:
    text = decode(data, path, language).data or b""
    return [line.removesuffix("\r") for line in text.decode("utf-8", "replace").split("\n")]
