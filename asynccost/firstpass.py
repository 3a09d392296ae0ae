"""The first pass: one file by itself, from bytes to facts and findings that may still be open."""

import gc
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any, TypedDict

from asynccost import python
from asynccost.flow.asked import Asked
from asynccost.flow.entry_table import is_script
from asynccost.flow.file import File
from asynccost.flow.outline import Outline, outline_of
from asynccost.flow.scripts import Script, TextRow
from asynccost.flow.tree import Module
from asynccost.flow.vocabulary import vocabulary
from asynccost.knowledge import Knowledge
from asynccost.lowered import Lowered
from asynccost.model import Finding, Fix, Problem, Silence
from asynccost.python.paths import module_name
from asynccost.rows import finding_of, finding_row, problem_of, problem_row
from asynccost.rulebook import Rule, load
from asynccost.tokens import Found, Tokens

if TYPE_CHECKING:
    from asynccost.javascript.text import Text


class LateRow(TypedDict):
    """What the first pass keeps of a file whose facts are made when they are asked for.

    whole: how it is lowered. rules: what the rules' `facts` hooks say, by rule.
    """

    whole: bool
    rules: dict[str, Any]


@dataclass(slots=True)
class Seen:
    """What the first pass says of one file.

    What others may need to know of it is there to be asked for: of Python `late` says how to read the file again,
    `asked` is it; of JavaScript `text` says what its text tells, `script` is it, `outline` what lowering it has told.
    imports: what a Python file imports, by absolute dotted names, whether or not any rule looks at it; None for others.
    words: the vocabulary of a Python file. read: reads its source again, where it can be asked for.
    """

    path: str
    outline: Outline | None = None
    late: LateRow | None = None
    text: TextRow | None = None
    script: Script | None = None
    asked: Asked | None = None
    findings: list[Finding] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    imports: list[str] | None = None
    words: str = ""
    read: Callable[[], bytes] | None = None

    def row(self) -> list[Any]:
        """This as a JSON value, silences aside: they are asked for one file at a time."""
        findings, problems = [finding_row(f) for f in self.findings], [problem_row(p) for p in self.problems]
        return [self.outline, self.late, findings, problems, self.imports, self.text, self.words]

    @classmethod
    def of(cls, path: str, row: list[Any]) -> "Seen":
        """What `row` was made of."""
        outline, late, findings, problems, imports, text, words = row
        said, amiss = [finding_of(f) for f in findings], [problem_of(p) for p in problems]
        return cls(path, outline, late, text, findings=said, problems=amiss, imports=imports, words=words)


_LATEST = 32  # JavaScript files that stay lowered while others ask about them


@cache
def _tokens(language: str, knowledge: Knowledge) -> Tokens:
    """What a file must contain for a rule to look at it."""
    return Tokens({r.name: r.tokens[language] for r in load().values() if language in r.languages}, knowledge)


_RE_EXPORTS = {  # files that only hand names on: without them a name cannot be followed to its definition
    "python": re.compile(rb"^from[ \t]+\.?[\w.]+[ \t]+import[ \t(]", re.M),
    "javascript": re.compile(rb"^export\s*[*{]", re.M),
}


def found_in(language: str, source: bytes, knowledge: Knowledge) -> Found | None:
    """The rules that may have something to say of a file; None if there are none and no names pass through it."""
    found = _tokens(language, knowledge).found(source)
    return found if found.rules or _hands_on(language, source) else None


_RUNS = re.compile(rb"\b(?:asyncio|anyio|trio|uvloop)\.run\(|\brun_until_complete\(")


def _hands_on(language: str, source: bytes) -> bool:
    """Whether a file does little else than hand names on, or runs coroutines, its own or others'.

    Its own may call what blocks elsewhere; those that it gives a loop of their own keep nobody waiting.
    """
    if language == "python" and (b"async def " in source or _RUNS.search(source)):
        return True
    if language == "python" and (b"\ndef " in source or b"\nclass " in source):
        return False
    passes_on = language == "python" or b"from" in source  # `import { a } from "./a"; export { a }`
    return passes_on and len(source) < 20_000 and _RE_EXPORTS[language].search(source) is not None


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


def lower(
    path: str, language: str, source: bytes, knowledge: Knowledge, *, whole: bool = True, found: Found | None = None
) -> Module:
    """Parse and lower one file by its language's front end.

    whole: a rule needs the classes around functions. found: what the source holds, if that is known.
    """
    if language == "python":
        return python.lower(path, source, whole=whole)
    from asynccost import javascript

    return javascript.lower(path, source, tokens=found or _tokens("javascript", knowledge).found(source))


def get_ready(language: str, knowledge: Knowledge) -> None:
    """Load all that looking at files of a language takes, so that processes that are forked have it."""
    _tokens(language, knowledge)
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


class Again:
    """Lowers files again of which more is asked than the first pass kept."""

    def __init__(self, knowledge: Callable[[], Knowledge], lowered: Lowered | None = None) -> None:
        self._knowledge = knowledge
        self._kept = lowered or Lowered()
        self._latest = lru_cache(maxsize=_LATEST)(self._javascript)
        self._lowered = 0

    def ask(self, seen: Seen, read: Callable[[], bytes]) -> None:
        """Make what others may need to know of a file there to be asked for. read: its source, of the same content."""
        path, seen.read = seen.path, read
        if (late := seen.late) is not None:
            lowered = partial(self._python, path, late["whole"])
            name, rules = module_name(path), late["rules"]
            seen.asked = Asked(path, name, seen.imports or [], rules, read, lowered, self._knowledge)
        elif seen.text is not None:
            lower = partial(self._latest, path, read)
            name = path[: path.rindex(".")]
            seen.script = Script(path, name, seen.text, seen.outline, read, lower, self._gather)

    def _python(self, path: str, whole: bool, source: bytes) -> File:
        if (file := self._kept.find(path, source, whole=whole)) is not None:
            return file
        knowledge = self._knowledge()
        return File(lower(path, "python", source, knowledge, whole=whole), knowledge)

    def _gather(self, name: str, file: File) -> Any:
        """What a rule's `facts` hook says of a script that holds its tokens."""
        gather = load()[name].hook("javascript", "facts")
        found = _tokens("javascript", self._knowledge()).found(file.module.source)
        return gather(file) if gather is not None and name in found.rules else None

    def _javascript(self, path: str, read: Callable[[], bytes]) -> File:
        knowledge = self._knowledge()
        self._lowered += 1
        if self._lowered % _LATEST == 0:  # nodes know their parents: only the collector frees them, which a scan stops
            self._latest.cache_clear()
            gc.collect(0)
        return File(lower(path, "javascript", read(), knowledge), knowledge)


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
        if isinstance(said, Silence):
            if file.explained:
                seen.silences.append(said._replace(rule=rule.name))
        else:
            seen.findings.append(_signed(said, rule))
            if file.memo(is_script):
                said.pending["by hand"] = True
            if fixer is not None and (offer := fixer(said, file)) is not None:
                said.fix = Fix(offer.safety, offer.reason)
    gather = rule.hook(file.language, "facts")
    known = seen.late or seen.text
    if gather is not None and known is not None and (value := gather(file)):
        known["rules"][rule.name] = value


def _signed(finding: Finding, rule: Rule) -> Finding:
    finding.rule, finding.family, finding.severity = rule.name, rule.family, rule.severity
    return finding
