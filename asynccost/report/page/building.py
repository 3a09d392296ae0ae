"""A report as a Page: the costliest findings first, as many as a page can hold, and a line of values over runs."""

from collections import Counter
from collections.abc import Callable, Sequence

from markdown_it import MarkdownIt
from markupsafe import Markup

from asynccost import __version__
from asynccost.cost.words import dollars
from asynccost.history import Run
from asynccost.model import Finding
from asynccost.report import Report, by_weight, per_rule
from asynccost.report.frame import visible
from asynccost.report.money import UNITS, money
from asynccost.report.page import summary
from asynccost.report.page.cards import NOBODY, card
from asynccost.report.page.data import Card, Page, RulePage, Trend
from asynccost.report.page.links import Link, links
from asynccost.report.page.runtime import runtime
from asynccost.report.past import change

IN_PLACE = 50  # findings that are readable without JavaScript
MOST = 2_000  # findings in a page; the rest is counted
_CHOICES = (
    ("rule", "Rule"),
    ("family", "Family"),
    ("severity", "Severity"),
    ("confidence", "Confidence"),
    ("language", "Language"),
    ("folder", "Folder"),
    ("owner", "Owner"),
    ("status", "New or known"),
    ("fix", "Fix"),
    ("seen", "Seen at run time"),
)
_RUNS = 30  # of the line of values
_WIDTH, _HEIGHT, _EDGE = 300.0, 60.0, 4.0


def build(report: Report) -> Page:
    """Everything that the page shows."""
    total = money(report.findings)
    context = report.context()
    runs = report.history()
    cards = _cards(report, links(report, context))
    return Page(
        title=f"asynccost: {len(report.findings):,} findings",
        headline=summary.headline(report, total),
        sure=summary.sureness(report, total),
        version=__version__,
        strip=summary.strip(report),
        where="Where the findings are" if total.small or not total else "Where the money goes",
        charts=summary.charts(report, total),
        actions=summary.actions(report, report.rules()),
        assumptions=summary.assumptions(total, report.trace),
        figures=summary.origins(report.findings),
        scanned=summary.scanned(report, context),
        change=change(runs[-2], runs[-1]) if len(runs) > 1 else "",
        trend=_trend(runs),
        problems=[(f"{p.path}:{p.line}", p.message) for p in report.problems],
        first=cards[:IN_PLACE],
        rest=cards[IN_PLACE:],
        left=len(report.findings) - len(cards),
        choices=_choices(cards),
        rules=_rules(report),
        runtime=None if report.trace is None else runtime(report.trace, {f.path for f in report.findings}),
    )


def _cards(report: Report, to: tuple[Link, Link]) -> list[Card]:
    seen: Counter[str] = Counter()
    pages = {name: about.page for name, about in report.rules().items()}
    cards = []
    for f in sorted(by_weight(report.findings), key=_cost)[:MOST]:
        cards.append(card(report, f, seen[f.fingerprint], to, pages.get(f.rule, "")))
        seen[f.fingerprint] += 1
    return cards


def _cost(f: Finding) -> tuple[int, float, float]:
    """Costs of different units cannot be compared: those by the month stand first, unit prices last."""
    if f.cost is None or f.cost.per not in UNITS:
        return len(UNITS), 0.0, 0.0
    return UNITS.index(f.cost.per), -f.cost.likely, -f.cost.high


def _trend(runs: Sequence[Run]) -> Trend | None:
    """Dollars a month where every run has them and they are worth a line, else findings; nothing for a single run."""
    runs = runs[-_RUNS:]
    if len(runs) < 2:
        return None
    for caption, values in (
        ("Model calls, US dollars a month", [r.llm for r in runs]),
        ("Machines, US dollars a month", [r.infrastructure for r in runs]),
    ):
        priced = [v for v in values if v is not None]
        if len(priced) == len(values) and max(priced) >= 1:
            return _line(caption, runs, priced, dollars)
    return _line("Findings", runs, [r.findings for r in runs], lambda n: f"{n:,.0f}")


def _line(caption: str, runs: Sequence[Run], values: Sequence[float], words: Callable[[float], str]) -> Trend:
    caption = f"{caption}, last {len(runs)} runs"
    rows = [(f"{run.time} {run.revision[:10]}".strip(), words(value)) for run, value in zip(runs, values, strict=True)]
    return Trend(caption, _points(values), rows, words(max(values)), runs[0].time[:10], runs[-1].time[:10])


def _points(values: Sequence[float]) -> str:
    top = max(values) or 1.0
    step = (_WIDTH - 2 * _EDGE) / (len(values) - 1)
    room = _HEIGHT - 2 * _EDGE
    return " ".join(f"{_EDGE + n * step:.1f},{_EDGE + room * (1 - v / top):.1f}" for n, v in enumerate(values))


def _choices(cards: Sequence[Card]) -> list[tuple[str, str, list[tuple[str, int]]]]:
    rows = []
    for key, label in _CHOICES:
        counts = Counter(value for c in cards for value in _values(c, key))
        if len(counts) > 1:
            rows.append((key, label, sorted(counts.items())))
    return rows


def _values(c: Card, key: str) -> Sequence[str]:
    if key == "fix":
        return [c.fix.safety if c.fix else "none"]
    if key == "seen":
        return ["yes" if c.seen else "no"]
    if key == "owner":
        return c.owners or [NOBODY]
    return [str(getattr(c, key))]


def _rules(report: Report) -> list[RulePage]:
    about = report.rules()
    markdown = MarkdownIt("commonmark", {"html": False})
    return [
        RulePage(name, about[name].summary, n, _page(markdown, about[name].page))
        for name, n in per_rule(report.findings)
        if name in about
    ]


def _page(markdown: MarkdownIt, text: str) -> Markup:
    """A rule's page as HTML, its headings below the page's own; raw HTML in it stays text."""
    tokens = markdown.parse("\n".join(visible(line) for line in text.strip().splitlines()))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
        elif token.type == "fence":
            token.attrSet("tabindex", "0")
    return Markup(markdown.renderer.render(tokens, markdown.options, {}))
