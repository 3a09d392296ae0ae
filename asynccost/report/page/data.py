"""What the page shows, as plain data: numbers and words, no markup. The template only arranges it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A line of code: `marked` is what the finding is about. A number of 0 stands for lines left out."""

    number: int
    before: str
    marked: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a change. kind: "same" (lines that stay), "change" (`new` in place of `old`) or "at" (where it is)."""

    kind: str
    old: Sequence[str]
    new: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Another place that belongs to a finding, with links to it."""

    where: str
    message: str
    host: str = ""
    editor: str = ""


@dataclass(frozen=True, slots=True)
class Price:
    """A cost in words, with its receipt. figures: (name, value with unit, origin, source, date)."""

    likely: str
    range: str
    formula: str
    figures: Sequence[tuple[str, str, str, str, str]]


@dataclass(frozen=True, slots=True)
class FixView:
    """What could be done about a finding."""

    safety: str
    reason: str
    diff: Sequence[Piece] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """One finding. `id` is unique in the page; `link` is the permanent one, by fingerprint."""

    id: str
    link: str
    rule: str
    family: str
    severity: str
    rank: int
    confidence: str
    message: str
    where: str
    function: str
    language: str
    folder: str
    status: str
    code: Sequence[CodeLine]
    related: Sequence[Place]
    commands: Sequence[str]
    ignore: str
    why: str = ""
    owners: Sequence[str] = ()
    host: str = ""
    editor: str = ""
    fix: FixView | None = None
    price: Price | None = None
    measured: str = ""  # the evidence in a sentence
    evidence: Sequence[tuple[str, str]] = ()
    seen: bool = False  # by a trace


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: its length in percent of the longest; `more`: that of a second part, drawn after it."""

    label: str
    text: str
    percent: float
    link: str = ""
    more: float = 0.0


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars with a caption; the words stand beside the bars, so that the drawing is never needed.

    parts: what the two parts of a bar are, where bars have two.
    """

    caption: str
    unit: str
    bars: Sequence[Bar]
    parts: tuple[str, str] | tuple[()] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """Something worth doing: the findings of one rule together."""

    rule: str
    title: str
    places: int
    saving: str
    effort: str
    risk: str
    command: str
    owners: str = ""


@dataclass(frozen=True, slots=True)
class RulePage:
    """A rule's page, rendered to safe HTML."""

    name: str
    summary: str
    count: int
    html: Markup


@dataclass(slots=True)
class Page:
    """Everything that the template shows. `first` are rendered in place, `rest` are packed, `left` left out."""

    title: str
    headline: str
    sure: str
    version: str
    strip: Sequence[tuple[str, str, str]]  # value, word, kind
    where: str
    charts: Sequence[Chart]
    actions: Sequence[Action]
    assumptions: Sequence[str]
    figures: Sequence[str]
    scanned: Sequence[tuple[str, str]]
    problems: Sequence[tuple[str, str]]
    first: Sequence[Card]
    rest: Sequence[Card]
    left: int
    choices: Sequence[tuple[str, str, Sequence[tuple[str, int]]]]  # key, label, (value, count)
    rules: Sequence[RulePage]
    change: str = ""
    trend: "Trend | None" = None
    runtime: "Runtime | None" = None
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Trend:
    """A line of values over runs or time: `points` as SVG coordinates in a box of 300 by 60 that begins at nought.

    top, begin, end: what the edges of the box stand for. rows: some values in words; columns: what they are.
    """

    caption: str
    points: str
    rows: Sequence[tuple[str, str]]
    top: str = ""
    begin: str = ""
    end: str = ""
    columns: tuple[str, str] = ("run", "value")


@dataclass(frozen=True, slots=True)
class Stretch:
    """When a request ran: begin and length in percent of the chart's width, and in words."""

    begin: float
    length: float
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a waterfall: as it ran, and as it could have run beside the others."""

    what: str
    where: str
    ran: Stretch
    could: Stretch


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Requests of one task that waited for each other without need. ran, could: how long all took, would take."""

    caption: str
    note: str
    ran: str
    could: str
    requests: Sequence[Asked]


@dataclass(frozen=True, slots=True)
class Life:
    """One process over time."""

    title: str
    lines: Sequence[Trend]


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a trace measured."""

    facts: Sequence[tuple[str, str]]
    charts: Sequence[Chart]
    waterfalls: Sequence[Waterfall]
    lives: Sequence[Life]
