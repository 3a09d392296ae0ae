"""Which rules a run asks for, and which of their findings a file's settings hide."""

from collections.abc import Iterable, Mapping

from asynccost.config.settings import Settings
from asynccost.errors import RuleError, nearest
from asynccost.model import Confidence, Finding
from asynccost.patterns import Patterns

SUPPRESSION = {"unused-suppression": "suppression", "bare-suppression": "suppression"}
_RANK = {Confidence.LOW: 0, Confidence.MEDIUM: 1, Confidence.HIGH: 2}


def chosen(settings: Settings, families: Mapping[str, str]) -> frozenset[str]:
    """The names of the selected rules. `families` says of every rule in rules/ which family it is of."""
    known = {**families, **SUPPRESSION}
    wanted: set[str] = set()
    for name in ("select", "extend_select"):
        wanted |= _named(getattr(settings, name), known, settings.origin(name))
    for name in ("ignore", "extend_ignore"):
        wanted -= _named(getattr(settings, name), known, settings.origin(name))
    return frozenset(wanted)


def sure_enough(confidence: str, settings: Settings) -> bool:
    """Whether the settings ask for findings of this confidence."""
    return _RANK[Confidence(confidence)] >= _RANK[settings.confidence]


def visible(findings: Iterable[Finding], settings: Settings, families: Mapping[str, str]) -> list[Finding]:
    """The findings of selected rules that are sure enough and that no per-file-ignore hides."""
    known = {**families, **SUPPRESSION}
    rules = chosen(settings, families)
    where = settings.origin("per_file_ignores")
    hidden = [
        (Patterns([glob]), _named(names, known, where)) for glob, names in settings.per_file_ignores.items()
    ]
    return [
        f
        for f in findings
        if f.rule in rules
        and sure_enough(f.confidence, settings)
        and not any(f.rule in names and globs.within(f.path) for globs, names in hidden)
    ]


def _named(names: Iterable[str], known: Mapping[str, str], origin: str) -> set[str]:
    found: set[str] = set()
    for name in names:
        rules = {rule for rule, family in known.items() if name in (rule, family, "all")}
        if not rules:
            hint = nearest(name, [*known, *known.values(), "all"])
            raise RuleError(f'{origin}: there is no rule or family "{name}"{hint}')
        found |= rules
    return found
