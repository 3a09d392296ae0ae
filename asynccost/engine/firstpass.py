"""The first pass: one file by itself, from bytes to facts and findings that may still be open."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from asynccost import python
from asynccost.engine.concerns import found_in, tokens_of
from asynccost.engine.lowered import Lowered
from asynccost.engine.lowering import Again, lower
from asynccost.engine.seen import LateRow, Seen
from asynccost.flow.facts.entry_table import in_main_guard, is_script
from asynccost.flow.facts.outline import outline_of
from asynccost.flow.facts.scripts import TextRow
from asynccost.flow.facts.vocabulary import vocabulary
from asynccost.flow.file import File
from asynccost.knowledge import Knowledge
from asynccost.model import Finding, Fix, Problem, Silence
from asynccost.rulebook import Rule, load
from asynccost.tokens import Found

if TYPE_CHECKING:
    from asynccost.javascript.text import Text


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


def get_ready(language: str, knowledge: Knowledge) -> None:
    """Load all that looking at files of a language takes, so that processes that are forked have it."""
    tokens_of(language, knowledge)
    for rule in load().values():
        if language in rule.languages:
            rule.module(language)
            rule.fixer(language)
    lower("", language, b"", knowledge)


def look_at(files: Sequence[tuple[str, str, bytes]], knowledge: Knowledge) -> list[Seen]:
    """Look at files, each (path, language, source), with every rule that may have something to say of it."""
    held = [(path, language, source, found_in(language, source, knowledge)) for path, language, source in files]
    rows, failed = batches([(path, lang, source, found.rules if found else ()) for path, lang, source, found in held])
    seen = [
        look_with(found, path, lang, source, knowledge, rows.get(path), explained=True)
        for path, lang, source, found in held
    ]
    for first in seen[:1]:
        first.problems += failed
    again = Again(lambda: knowledge)
    for (_, _, source), one in zip(files, seen, strict=True):
        again.ask(one, partial(_same, source))
    return seen


def _same(source: bytes) -> bytes:
    return source


def unread(path: str, language: str, source: bytes) -> Seen:
    """What is kept of a file that no rule looks at: what it imports, in order, and its words."""
    if language != "python":
        return Seen(path)
    return Seen(path, imports=sorted(python.imported_names(path, source)), words=vocabulary(source))


def look_with(
    found: Found | None,
    path: str,
    language: str,
    source: bytes,
    knowledge: Knowledge,
    rows: dict[str, list[Any]] | None = None,
    *,
    explained: bool = False,
    lowered: Lowered | None = None,
) -> Seen:
    """Look at one file with the rules that `found_in` names; None: do not look at all. explained: see `flow.file`.

    lowered: where the file is left for others if it has a finding that can be fixed.
    """
    if found is None:
        return unread(path, language, source)
    try:
        return _look(found, path, language, source, knowledge, rows, explained, lowered)
    except RecursionError:
        return Seen(path, problems=[Problem(path, 1, "is nested too deeply to be read; nothing of it was scanned")])
    except Exception as error:  # a mistake of ours must not cost the other files; it is listed, never hidden
        what = f"made a rule fail ({type(error).__name__}: {error}); nothing of it was scanned, please report it"
        return Seen(path, problems=[Problem(path, 1, what, "internal")])


def _look(
    found: Found,
    path: str,
    language: str,
    source: bytes,
    knowledge: Knowledge,
    rows: dict[str, list[Any]] | None,
    explained: bool,
    lowered: Lowered | None,
) -> Seen:
    rules = [load()[name] for name in found.rules]
    if language != "python":
        return _script(rules, found, path, source, knowledge, explained, lowered)
    whole = not rules or any(r.whole for r in rules)
    seen = unread(path, language, source)
    seen.late = LateRow(whole=whole, rules={})
    if not rules or (not whole and not python.may_matter(source)):
        return seen
    # that a body lies too deep is found where a rule wakes it, so silences are as good as explained
    file = File(lower(path, language, source, knowledge, whole=whole, found=found), knowledge, rows)
    for rule in rules:
        _apply(rule, file, seen)
    seen.problems += _broken(file)
    if lowered is not None and any(finding.fix for finding in seen.findings):
        lowered.keep(file)
    return seen


def _script(
    rules: Sequence[Rule],
    found: Found,
    path: str,
    source: bytes,
    knowledge: Knowledge,
    explained: bool,
    lowered: Lowered | None,
) -> Seen:
    """Look at a script with the rules that its text may concern. explained: with all of them."""
    from asynccost.javascript.text import Text

    text = Text(path, source, knowledge)
    seen = Seen(path, text=TextRow(imports=text.modules, drops=[] if text.is_test else text.drops, rules={}))
    for rule in rules:
        for finding in (ask(text) if (ask := rule.hook("javascript", "ask")) else ()):
            seen.findings.append(_signed(finding, rule))
    looking = [rule for rule in rules if explained or _may_find(rule, text)]
    if not looking:
        return seen
    file = File(lower(path, "javascript", source, knowledge, found=found), knowledge, explained=explained)
    for rule in looking:
        _apply(rule, file, seen)
    seen.outline = outline_of(file)
    seen.problems += _broken(file)
    if lowered is not None and any(finding.fix for finding in seen.findings):
        lowered.keep(file)
    return seen


def _may_find(rule: Rule, text: "Text") -> bool:
    worth = rule.hook("javascript", "worth")
    return worth is None or bool(worth(text))


def _broken(file: File) -> Iterable[Problem]:
    broken = sorted(set(file.module.broken))
    for start, end in broken[:1]:
        first, last = file.lines.place(start)[0], file.lines.place(end)[0]
        more = len(broken) - 1
        lines = f"line {first}" if first == last else f"lines {first} to {last}"
        rest = f" (and {more} more place{'s' if more > 1 else ''})" if more else ""
        yield Problem(file.path, first, f"{lines} could not be parsed{rest}; the rest of the file was scanned")


def _apply(rule: Rule, file: File, seen: Seen) -> None:
    fixer = rule.fixer(file.language)
    for said in rule.module(file.language).check(file):
        if isinstance(said, Finding) and said.pending.pop("dead", False):
            said = Silence("", said.path, said.span, "this code is never reached")
        if isinstance(said, Silence):
            if file.explained:
                seen.silences.append(said._replace(rule=rule.name))
        else:
            seen.findings.append(_signed(said, rule))
            if file.memo(is_script) or in_main_guard(file, said.span.start):
                said.pending.setdefault("by hand", True)
            if fixer is not None and (offer := fixer(said, file)) is not None:
                said.fix = Fix(offer.safety, offer.reason)
    gather = rule.hook(file.language, "facts")
    known = seen.late or seen.text
    if gather is not None and known is not None and (value := gather(file)):
        known["rules"][rule.name] = value


def _signed(finding: Finding, rule: Rule) -> Finding:
    finding.rule, finding.family, finding.severity = rule.name, rule.family, rule.severity
    return finding
