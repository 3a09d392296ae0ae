"""Reads rules/: one folder a rule, with its card and its check.

A rule's folder holds `rule.md` (a TOML card between +++ lines, then the page that `explain` prints) and
`check.py`, or `python.py` / `javascript.py` where a language needs its own. Such a module has

    check(file)              yields a Finding or a Silence for every place it looks at
    settle(finding, project) optional: answers what only the whole project knows; may return a list
    facts(file)              optional: JSON values that `settle` finds under project.row(rule, path)
    worth(text)              optional, JavaScript: whether `check` may find anything in a script, by javascript.text;
                             it may say yes too often, never no where there is something
    ask(text)                optional, JavaScript: findings that a script's text alone leaves open, for `settle`
    batch(sources)           optional: runs an outside tool over many files at once, {path: rows}

`fix_python.py` / `fix_javascript.py` (or `fix.py` for both) may stand beside them, with

    fix(finding, file)       an Offer, or None where there is no fix

It is asked twice. In the first pass, right behind `check`, only safety and reason are taken, and kept with the
finding; then `finding.pending` is still there, and `file` may hold only some functions (a card with
`whole = false`). When the fix is made, the finding has been settled, its offsets are those of `file`, which is
whole, and `build()` is called. So what a fix needs from the check, the check puts into `finding.hint` (JSON values):
it is kept. A finding that `settle` makes anew has no fix unless `settle` sets `finding.fix`; then `fix` is
asked about it as well, with the file that it is in. `settle` may also take a fix away: `finding.fix = None`.
"""

import os
import re
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from asynccost.errors import RuleError
from asynccost.model import Finding, Offer, Severity
from asynccost.rules import ROOT

if TYPE_CHECKING:
    from asynccost.flow.file import File

LANGUAGES = ("python", "javascript")
_CARD = re.compile(r"\A\+\+\+\n(.*?)\n\+\+\+\n(.*)\Z", re.S)
_KEYS = {"summary": str, "action": str, "family": str, "severity": str, "tokens": dict, "languages": list}
_MAY = {"whole": bool}


class Rule(NamedTuple):
    """One rule: its card, its page, and for each language the module that checks.

    summary: the waste, in a few words; action: what to do about it, as a heading.
    tokens: for each language a list of words (see asynccost.tokens); a file without them cannot hold a
    finding of this rule and is not shown to it. whole: the rule needs the classes around its functions,
    so that a file with its tokens is never read in slices.
    """

    name: str
    summary: str
    action: str
    family: str
    severity: Severity
    languages: tuple[str, ...]
    page: str
    folder: str
    tokens: dict[str, tuple[str, ...]]
    whole: bool = True

    def module(self, language: str) -> ModuleType:
        """The module that checks a language; imported when first asked for."""
        found = _module(self.folder, (language, "check"))
        if found is None:
            raise RuleError(f"{self.folder}: a rule without a module that checks {language}")
        return found

    def fixer(self, language: str) -> Callable[[Finding, "File"], Offer | None] | None:
        """The function that offers fixes in a language; imported when first asked for."""
        found = _module(self.folder, (f"fix_{language}", "fix"))
        made: Callable[[Finding, File], Offer | None] | None = getattr(found, "fix", None)
        return made

    def hook(self, language: str, name: str) -> Callable[..., Any] | None:
        """An optional function of the rule's module."""
        found = getattr(self.module(language), name, None)
        return found if callable(found) else None


@cache
def _module(folder: str, names: tuple[str, ...]) -> ModuleType | None:
    """The first of some modules that a rule's folder has; None where it has none of them."""
    found = next((name for name in names if _has(folder, f"{name}.py")), None)
    return import_module(f"asynccost.rules.{os.path.basename(folder)}.{found}") if found else None


@cache
def load(root: str = ROOT) -> dict[str, Rule]:
    """Every rule by name, sorted. Raises RuleError with the card's path and a sentence."""
    folders = [os.path.join(root, name) for name in sorted(os.listdir(root))]
    for folder in folders:
        if _has(folder, "check.py") and not _has(folder, "rule.md"):
            raise RuleError(f"{folder}: a rule without a card; add rule.md")
    return {rule.name: rule for rule in map(_read, folders) if rule is not None}


def _has(folder: str, name: str) -> bool:
    return os.path.isfile(os.path.join(folder, name))


def families(rules: Iterable[Rule]) -> list[str]:
    """The families that rules belong to, sorted."""
    return sorted({rule.family for rule in rules})


def _read(folder: str) -> Rule | None:
    path = os.path.join(folder, "rule.md")
    try:
        with open(path, encoding="utf-8") as file:
            match = _CARD.match(file.read())
    except (FileNotFoundError, NotADirectoryError):
        return None
    if match is None:
        raise RuleError(f"{path}:1: a card begins with TOML between two lines of +++")
    try:
        card = tomllib.loads(match[1])
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{path}: {error}") from None
    for key, kind in _KEYS.items():
        if not isinstance(card.get(key), kind):
            raise RuleError(f"{path}: the card needs {key!r} as {kind.__name__}")
    if unknown := set(card) - set(_KEYS) - set(_MAY):
        raise RuleError(f"{path}: the card has an unknown key {min(unknown)!r}")
    try:
        severity = Severity(card["severity"])
    except ValueError:
        raise RuleError(f"{path}: severity {card['severity']!r} is not one of error, warning, info") from None
    languages = tuple(card["languages"])
    for language in languages:
        if not any(_has(folder, f"{name}.py") for name in (language, "check")):
            raise RuleError(f"{path}: knows {language} but there is neither {language}.py nor check.py")
    return Rule(
        name=os.path.basename(folder).replace("_", "-"),
        summary=card["summary"],
        action=card["action"],
        family=card["family"],
        severity=severity,
        languages=languages,
        page=match[2].strip() + "\n",
        folder=folder,
        tokens={language: tuple(words) for language, words in card["tokens"].items()},
        whole=bool(card.get("whole", True)),
    )
