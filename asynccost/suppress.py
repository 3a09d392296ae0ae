"""Comments `asynccost: ignore[rule, rule] reason`: finding and obeying them, and saying what is amiss.

What is said about comments are findings of two rules that live here and not in rules/, since they judge
the use of this tool and no code: `unused-suppression` and `bare-suppression`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from asynccost.errors import nearest
from asynccost.fingerprints import number
from asynccost.model import Confidence, Finding, Severity, Span

UNUSED, BARE, FAMILY = "unused-suppression", "bare-suppression", "suppression"
SUMMARIES = {
    UNUSED: "an `asynccost: ignore[...]` comment that hides nothing or names no rule of ours",
    BARE: "an `asynccost: ignore` comment that names no rule, or gives no reason where one is required",
}

PAGE = """
    # asynccost: ignore[await-in-loop] the vendor allows one call at a time

The comment stands on the line of the finding or on a line of its own above it, in any form that the
language has (`#`, `//`, `/* */`, `{/* */}`, `<!-- -->`). Between the brackets: rules, families or `all`.
With `ignore-file` it holds for the whole file. A comment without brackets hides nothing and is reported,
as is one that hides nothing any more, so that suppressions do not outlive their reason.
`require-reason = true` in the settings asks for a reason behind the bracket.
"""

_MARK = re.compile(rb"asynccost:[ \t]*(ignore-file|ignore)(?![\w-])[ \t]*(\[[^\]\n]*\])?([^\n]*)")
_OPENS = re.compile(rb"#|//|/\*|<!--|\A[ \t]*\*")
_ALONE = re.compile(rb"[ \t]*(?:\{[ \t]*)?(?:#|//|/\*|\*|<!--)")
# a reason ends where the comment ends or another one begins
_REASON_ENDS = re.compile(rb"(?:\*/|-->|\s#\s|\s//\s).*\Z", re.S)


class Comment(NamedTuple):
    """One suppression comment. `covers`: the line whose findings it hides; 0 for the whole file."""

    line: int
    covers: int
    rules: tuple[str, ...]
    reason: str
    start: int
    end: int
    column: int
    end_column: int

    @classmethod
    def of(cls, row: Sequence[Any]) -> "Comment":
        """The comment that was kept as a JSON value."""
        return cls(*row)._replace(rules=tuple(row[2]))


@dataclass(slots=True)
class Applied:
    """Findings after the comments had their say."""

    kept: list[Finding] = field(default_factory=list)
    suppressed: list[tuple[Finding, Comment]] = field(default_factory=list)


def comments(data: bytes) -> list[Comment]:
    """Every suppression comment of a file; quick where there is none."""
    if b"asynccost:" not in data:
        return []
    return [c for match in _MARK.finditer(data) if (c := _comment(data, match)) is not None]


def apply(
    findings: Iterable[Finding],
    found: Mapping[str, Sequence[Comment]],
    *,
    families: Mapping[str, str],
    ran: Iterable[str],
    require_reason: bool = False,
) -> Applied:
    """Split findings by the comments of their files and add what there is to say about the comments.

    `families`: every rule in rules/ and its family; `ran`: the rules that were looked for, since a comment
    is not unused because its rule was left out.
    """
    applied = Applied()
    used: dict[tuple[str, Comment], set[str]] = {}
    here: dict[tuple[str, int], list[str]] = {}
    for finding in findings:
        comment = _hidden_by(finding, found.get(finding.path, ()), families)
        if comment is None:
            applied.kept.append(finding)
        else:
            applied.suppressed.append((finding, comment))
            used.setdefault((finding.path, comment), set()).add(finding.rule)
        here.setdefault((finding.path, finding.span.line), []).append(finding.rule)
    asked = frozenset(ran)
    said: list[Finding] = []
    for path in sorted(found):
        for comment in found[path]:
            did = used.get((path, comment), set())
            rules = here.get((path, comment.covers), [])
            for rule, text in _complaints(comment, did, rules, families, asked, require_reason):
                said.append(_finding(path, comment, rule, text))
    number(said)
    applied.kept += said
    return applied


def _comment(data: bytes, match: re.Match[bytes]) -> Comment | None:
    start = data.rfind(b"\n", 0, match.start()) + 1
    before = data[max(start, match.start() - 400) : match.start()]
    opening = _OPENS.search(before)
    if opening is None or _in_string(before, data[match.start() : match.start() + 400]):
        return None
    line = data.count(b"\n", 0, match.start()) + 1
    names = tuple(n.strip().decode("utf-8", "replace") for n in (match[2] or b"").strip(b"[]").split(b","))
    alone = _ALONE.match(data, start)
    covers = line if alone is None else _next_code_line(data, line, match.end())
    end = match.end(2) if match[2] else match.end(1)
    return Comment(
        line=line,
        covers=0 if match[1] == b"ignore-file" else covers,
        rules=tuple(n for n in names if n),
        reason=_REASON_ENDS.sub(b"", match[3]).strip().decode("utf-8", "replace"),
        start=match.start(),
        end=end,
        column=len(data[start : match.start()].decode("utf-8", "replace")) + 1,
        end_column=len(data[start:end].decode("utf-8", "replace")) + 1,
    )


def _in_string(before: bytes, after: bytes) -> bool:
    """Whether a quote that stands open before the mark is closed behind it, on the same line.

    Both, since an apostrophe in the text of a template opens nothing.
    """
    quote = b""
    for c in re.findall(rb"""\\.|["'`]""", before):
        if not quote:
            quote = c if len(c) == 1 else b""
        elif c == quote:
            quote = b""
    return bool(quote) and quote in after.partition(b"\n")[0]


def _next_code_line(data: bytes, line: int, at: int) -> int:
    """The line that a comment on its own line is about: the next that is no comment itself."""
    while True:
        line += 1
        at = data.find(b"\n", at) + 1
        if at == 0 or _ALONE.match(data, at) is None:
            return line


def _names(comment: Comment, rule: str, families: Mapping[str, str]) -> bool:
    return any(name in (rule, families.get(rule), "all") for name in comment.rules)


def _hidden_by(finding: Finding, found: Sequence[Comment], families: Mapping[str, str]) -> Comment | None:
    for comment in found:
        near = comment.covers in (0, finding.span.line) or comment.line == finding.span.line
        if near and _names(comment, finding.rule, families):
            return comment
    return None


def _complaints(
    comment: Comment,
    used: set[str],
    here: Sequence[str],
    families: Mapping[str, str],
    ran: frozenset[str],
    require_reason: bool,
) -> Iterator[tuple[str, str]]:
    if not comment.rules:
        verb = "ignore" if comment.covers else "ignore-file"
        names = ", ".join(sorted(set(here))) or "rule"
        yield (
            BARE,
            f"This comment names no rule and hides nothing; write `asynccost: {verb}[{names}] reason`.",
        )
    elif require_reason and not comment.reason:
        yield BARE, "This comment gives no reason, and the settings of this project ask for one behind the ]."
    for name in comment.rules:
        rules = {rule for rule, family in families.items() if name in (rule, family, "all")}
        if not rules and name not in (*SUMMARIES, FAMILY):
            hint = nearest(name, [*families, *families.values(), "all"])
            yield UNUSED, f'There is no rule or family "{name}"{hint or "."}'
        elif rules and not rules & used and rules <= ran:
            yield UNUSED, f'No finding of "{name}" is hidden by this comment; remove it.'


def _finding(path: str, comment: Comment, rule: str, message: str) -> Finding:
    span = Span(comment.start, comment.end, comment.line, comment.column, comment.line, comment.end_column)
    return Finding(
        rule,
        path,
        span,
        message,
        Confidence.HIGH,
        severity=Severity.INFO,
        family=FAMILY,
        shape=f"{comment.covers == 0} {','.join(comment.rules)} {message}",
    )
