"""The first pass: one file by itself, from bytes to facts and findings that may still be open."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from asynccost.flow.facts import FileFacts, facts_of
from asynccost.flow.file import File
from asynccost.flow.tree import Module
from asynccost.knowledge import Knowledge
from asynccost.model import Finding, Fix, Problem, Silence
from asynccost.rows import finding_of, finding_row, problem_of, problem_row
from asynccost.rulebook import Rule, load
from asynccost.tokens import Tokens


@dataclass(slots=True)
class Seen:
    """What the first pass says of one file."""

    path: str
    facts: FileFacts | None = None
    findings: list[Finding] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def row(self) -> list[Any]:
        """This as a JSON value, silences aside: they are asked for one file at a time."""
        return [self.facts, [finding_row(f) for f in self.findings], [problem_row(p) for p in self.problems]]

    @classmethod
    def of(cls, path: str, row: list[Any]) -> "Seen":
        """What `row` was made of."""
        facts, findings, problems = row
        return cls(path, facts, [finding_of(f) for f in findings], [], [problem_of(p) for p in problems])


@cache
def _tokens(language: str, knowledge: Knowledge) -> Tokens:
    """What a file must contain for a rule to look at it."""
    return Tokens({r.name: r.tokens[language] for r in load().values() if language in r.languages}, knowledge)


_RE_EXPORTS = {  # files that only hand names on: without them a name cannot be followed to its definition
    "python": re.compile(rb"^from[ \t]+\.?[\w.]+[ \t]+import[ \t(]", re.M),
    "javascript": re.compile(rb"^export\s*(?:\*|\{[^}]*\})\s*(?:as\s+\w+\s*)?from\b", re.M),
}


def rules_for(language: str, source: bytes, knowledge: Knowledge) -> list[str] | None:
    """The rules that may have something to say of a file; None if there are none and no names pass through it."""
    names = _tokens(language, knowledge).found(source).rules
    return names if names or _hands_on(language, source) else None


def _hands_on(language: str, source: bytes) -> bool:
    """Whether a file does little else than hand names on."""
    if language == "python" and (b"\ndef " in source or b"\nclass " in source):
        return False
    return len(source) < 20_000 and _RE_EXPORTS[language].search(source) is not None


def batches(
    files: Sequence[tuple[str, str, bytes, Sequence[str]]],
) -> tuple[dict[str, dict[str, list[Any]]], list[Problem]]:
    """What the rules' outside tools say of (path, language, source, rules): path -> rule -> rows, and what failed."""
    rows: dict[str, dict[str, list[Any]]] = {}
    problems: list[Problem] = []
    for rule in load().values():
        for language in rule.languages:
            mine = [(p, s) for p, lang, s, names in files if lang == language and rule.name in names]
            run = rule.hook(language, "batch") if mine else None
            if run is None:
                continue
            try:
                said = run(mine)
            except OSError as error:
                problems.append(Problem("", 0, f"{rule.name} could not run its tool: {error}", "tool"))
                continue
            for path, found in said.items():
                rows.setdefault(path, {})[rule.name] = found
    return rows, problems


def lower(path: str, language: str, source: bytes, knowledge: Knowledge, *, whole: bool = True) -> Module:
    """Parse and lower one file by its language's front end; `whole`: a rule needs the classes around functions."""
    if language == "python":
        from asynccost import python

        return python.lower(path, source, whole=whole)
    from asynccost import javascript

    return javascript.lower(path, source, tokens=_tokens("javascript", knowledge).found(source))


def look_at(files: Sequence[tuple[str, str, bytes]], knowledge: Knowledge) -> list[Seen]:
    """Look at files, each (path, language, source), with every rule that may have something to say of it."""
    named = [(path, language, source, rules_for(language, source, knowledge)) for path, language, source in files]
    rows, failed = batches([(path, language, source, names or ()) for path, language, source, names in named])
    seen = [look_with(names, p, language, source, knowledge, rows.get(p)) for p, language, source, names in named]
    for first in seen[:1]:
        first.problems += failed
    return seen


def look_with(
    names: list[str] | None,
    path: str,
    language: str,
    source: bytes,
    knowledge: Knowledge,
    rows: dict[str, list[Any]] | None = None,
) -> Seen:
    """Look at one file with these rules; None: do not look at all (see `rules_for`)."""
    if names is None:
        return Seen(path)
    try:
        return _look([load()[name] for name in names], path, language, source, knowledge, rows)
    except RecursionError:
        return Seen(path, problems=[Problem(path, 1, "is nested too deeply to be read; nothing of it was scanned")])
    except Exception as error:  # a mistake of ours must not cost the other files; it is listed, never hidden
        what = f"made a rule fail ({type(error).__name__}: {error}); nothing of it was scanned, please report it"
        return Seen(path, problems=[Problem(path, 1, what, "internal")])


def _look(
    rules: list[Rule],
    path: str,
    language: str,
    source: bytes,
    knowledge: Knowledge,
    rows: dict[str, list[Any]] | None,
) -> Seen:
    whole = not rules or any(r.whole for r in rules)
    file = File(lower(path, language, source, knowledge, whole=whole), knowledge, rows)
    seen = Seen(path, facts_of(file))
    seen.problems += _broken(file)
    for rule in rules:
        _apply(rule, file, seen)
    return seen


def _broken(file: File) -> Iterable[Problem]:
    for start, end in file.module.broken[:1]:
        first, last = file.lines.place(start)[0], file.lines.place(end)[0]
        more = len(file.module.broken) - 1
        lines = f"line {first}" if first == last else f"lines {first} to {last}"
        rest = f" (and {more} more places)" if more else ""
        yield Problem(file.path, first, f"{lines} could not be parsed{rest}; the rest of the file was scanned")


def _apply(rule: Rule, file: File, seen: Seen) -> None:
    fixer = rule.fixer(file.language)
    for said in rule.module(file.language).check(file):
        if isinstance(said, Silence):
            seen.silences.append(replace(said, rule=rule.name))
        else:
            said.rule, said.family, said.severity = rule.name, rule.family, rule.severity
            seen.findings.append(said)
            if fixer is not None and (offer := fixer(said, file)) is not None:
                said.fix = Fix(offer.safety, offer.reason)
    gather = rule.hook(file.language, "facts")
    if gather is not None and seen.facts is not None and (value := gather(file)):
        seen.facts["rules"][rule.name] = value
