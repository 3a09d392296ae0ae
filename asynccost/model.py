"""The vocabulary of every part: places, findings, silences, fixes and costs.

Plain data; imports nothing of ours. Where nothing is set later it is a NamedTuple, which a start makes ten times
as fast as a frozen dataclass. Offsets are bytes into the file as it lies on disk; lines and
columns count from 1, columns in code points, ends are exclusive.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple


class Severity(StrEnum):
    """How much a finding matters; stands on the rule's card."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Confidence(StrEnum):
    """How sure a rule is that this is waste; low is shown only when asked for."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Status(StrEnum):
    """Whether a finding is in the baseline: not, at its place, or at another place."""

    NEW = "new"
    KNOWN = "known"
    MOVED = "moved"


class Safety(StrEnum):
    """Whether a fix may be applied: always, when asked for, or never (shown as a diff only)."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY_ONLY = "display-only"


class Span(NamedTuple):
    """A stretch of one file: bytes, and the same as lines and columns."""

    start: int
    end: int
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0


class Related(NamedTuple):
    """Another place that a finding is about: the loop, a sibling await, the caller that makes it hot."""

    path: str
    span: Span
    message: str


class Edit(NamedTuple):
    """Replace the bytes [start_byte, end_byte) of a file by text."""

    path: str
    start_byte: int
    end_byte: int
    text: str


class Fix(NamedTuple):
    """What could be done about a finding, how safe that is, and why it is no safer."""

    safety: Safety
    reason: str
    edits: tuple[Edit, ...] = ()


class Offer(NamedTuple):
    """What a rule's `fix` offers for one of its findings.

    Safety and reason are known from flow alone, so that a scan can tell them; `build` makes the edits, and only
    it may load a codemod library. Its offsets count in `File.module.source`, decoded and without a byte order
    mark; the fixer maps them to the file as it lies on disk.
    """

    safety: Safety
    reason: str
    build: Callable[[], Iterable[Edit]]


@dataclass(slots=True, frozen=True)
class Figure:
    """One number of a formula, and where it comes from.

    origin: "measured" (by the probe), "usage" (the user's usage file or option), "price" (a price table) or
    "default" (documented). source: a trace, a file with its line, or an address; date: ISO, of prices and traces.
    low, high: between what the value may lie, where that is known; a cost's own range comes from them.
    """

    name: str
    value: float
    unit: str
    origin: str
    source: str
    date: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(slots=True, frozen=True)
class Cost:
    """What a place costs, with its receipt: `formula` over the names in `basis` gives `likely`.

    low and high are the least and the most that the formula gives while each figure stays within its own range.
    low, likely, high: in `currency`, per `per` ("month", "run", "million calls"). kind: "infrastructure" or
    "llm", whose totals are never added. scope: savings within one scope overlap, so that only the largest counts.
    """

    low: float
    likely: float
    high: float
    per: str
    formula: str
    basis: tuple[Figure, ...]
    kind: str = "infrastructure"
    scope: str = ""
    currency: str = "USD"


@dataclass(slots=True)
class Finding:
    """One place that wastes money, as a rule reports it.

    `pending` carries what only the whole project can settle (JSON values); it is gone once the rule's
    `settle` has run. `hint` is what the check tells the rule's fix (JSON values); it stays. `resource` says for
    pricing what is wasted: the `cost` class of a client in the knowledge tables ("certificates", "pool"), or the
    model that is called. `scope` (the function, where an anonymous one is named by the call that holds it), `shape`
    and `ordinal` identify the place across edits; see `fingerprints`. `cost`, `evidence` (what the probe measured
    here, JSON values) and `status` are joined to it after the scan.
    """

    rule: str
    path: str
    span: Span
    message: str
    confidence: Confidence
    function: str = ""
    severity: Severity = Severity.WARNING
    family: str = ""
    shape: str = ""
    ordinal: int = 0
    fingerprint: str = ""
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    cost: Cost | None = None
    evidence: dict[str, Any] | None = None
    status: Status = Status.NEW
    resource: str = ""
    scope: str = ""
    pending: dict[str, Any] = field(default_factory=dict)
    hint: dict[str, Any] = field(default_factory=dict)


class Silence(NamedTuple):
    """A place where a rule looked and found nothing to say, and why. Shown by `explain FILE:LINE`."""

    rule: str
    path: str
    span: Span
    reason: str


class Problem(NamedTuple):
    """A file, or part of one, that could not be read or parsed. Never skipped in silence."""

    path: str
    line: int
    message: str
    kind: str = "parse"  # parse | read | decode | tool
