"""What is to be fixed, and what became of it: plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from asynccost.config.settings import Settings
from asynccost.files.sources import Source
from asynccost.model import Finding, Problem

Place = tuple[str, str, int]  # rule, path and the offset that the finding had before anything was changed


@dataclass(slots=True)
class Task:
    """What to fix: a project, the paths of it (None: all), how far to go, and which fixes to leave out.

    without: places of fixes that must not be made, each with the reason.
    """

    sources: Sequence[Source]
    targets: set[str] | None
    settings: Settings
    texts: Mapping[str, bytes] = field(default_factory=dict)
    unsafe: bool = False
    without: Mapping[Place, str] = field(default_factory=dict)


@dataclass(slots=True, frozen=True)
class Left:
    """A finding that is left, and why.

    kind: "no fix", "unsafe", "display-only", "left out", "undone", "overlapping". why: a clause, "" if kind says it.
    """

    finding: Finding
    kind: str
    why: str = ""


@dataclass(slots=True)
class Outcome:
    """What became of it. fixed: the findings as they were at first, each with its place.

    One that came to light as another was fixed is as it was then. before, after: the bytes of the changed files.
    problems: files that could not be read or changed.
    """

    fixed: list[tuple[Place, Finding]] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    before: dict[str, bytes] = field(default_factory=dict)
    after: dict[str, bytes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
