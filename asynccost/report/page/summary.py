"""What the one who pays reads first: the headline, where it lies, what to do, what it rests on."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

from asynccost.cost.totals import Total
from asynccost.cost.words import KINDS, dollars
from asynccost.model import Finding
from asynccost.report import About, Report, by_weight, count
from asynccost.report.context import Context
from asynccost.report.money import Money, money, spread
from asynccost.report.page.cards import NOBODY, folder_of, number
from asynccost.report.page.data import Action, Bar, Chart
from asynccost.report.page.links import chosen

if TYPE_CHECKING:
    from asynccost.probe.trace import Trace

_MOST_BARS, _MOST_ACTIONS, _MOST_OWNERS = 8, 5, 2
_SEVERITIES = {"error": 9.0, "warning": 3.0, "info": 1.0}


def headline(report: Report, total: Money) -> str:
    """One sentence: what is spent and what can be taken back, or how much was found."""
    places = f"{count(len(report.findings), 'place')} in {count(report.files, 'file')}"
    if not report.findings:
        return f"Nothing was found in {count(report.files, 'file')}"
    if total.small or not total:
        fixable = sum(f.fix is not None and f.fix.safety != "display-only" for f in report.findings)
        fixes = f"; {fixable:,} can be fixed by a command" if fixable else ""
        return f"{places} waste work, connections or waiting time{fixes}"
    safe = money((f for f in report.findings if f.fix is not None and f.fix.safety == "safe"), total.per)
    saved = f"; safe fixes take back {safe.words()}" if safe else ""
    words = total.words()
    return f"{words[0].upper()}{words[1:]} is wasted in {places}{saved}"


def sureness(report: Report, total: Money) -> str:
    """How sure the headline is, and what it leaves out."""
    if not report.findings:
        return ""
    sure = Counter(str(f.confidence) for f in report.findings)
    found = ", ".join(f"{sure[c]:,} of {c} confidence" for c in ("high", "medium", "low") if sure[c])
    if not total:
        return (
            f"{found}. No total in dollars: nothing says how often this code runs. "
            "asynccost usage init writes a file to fill in; asynccost run measures."
        )
    if total.small:
        return f"{found}. What has a price, {total.priced:,} of them, comes to less than $1 a month."
    overlaps = [
        f"overlaps are taken out, the parts add to {dollars(t.parts)} of {KINDS.get(t.kind, t.kind)}"
        for t in total.kinds
        if dollars(t.parts) != dollars(t.likely)
    ]
    defaults = [
        f"{t.defaults:.0%} of the {KINDS.get(t.kind, t.kind)} rests on documented defaults"
        for t in total.kinds
        if t.defaults
    ]
    priced = f"{total.priced:,} of {len(report.findings):,} findings are priced by the {total.per}"
    return f"An estimate, {total.range()}: {'; '.join([priced, *overlaps, *defaults, found])}."


def strip(report: Report) -> list[tuple[str, str, str]]:
    """Counts for the strip at the top: value, word, kind."""
    found = report.findings
    severities = Counter(str(f.severity) for f in found)
    fixes = Counter(str(f.fix.safety) for f in found if f.fix)
    known = sum(f.status != "new" for f in found)
    rows = [(f"{len(found) - known:,}", "new" if known else count(len(found), "finding").partition(" ")[2], "all")]
    rows += [(f"{known:,}", "known", "known")] if known else []
    rows += [
        (f"{n:,}", word if n == 1 else f"{word}s", severity)
        for severity, word in (("error", "error"), ("warning", "warning"), ("info", "note"))
        if (n := severities[severity])
    ]
    rows += [
        (f"{fixes[safety]:,}", f"with {article} {safety} fix", "good")
        for safety, article in (("safe", "a"), ("unsafe", "an"))
        if fixes[safety]
    ]
    if report.suppressed:
        rows.append((f"{report.suppressed:,}", "suppressed by comments", "dim"))
    return rows


def charts(report: Report, total: Money) -> list[Chart]:
    """Bars by kind of waste, by folder and by owner: dollars where there are any, findings otherwise."""
    findings = report.findings
    if not findings:
        return []
    dear = bool(total) and not total.small
    by: list[tuple[str, str, Callable[[Finding], str]]] = [
        ("rule", "kind of waste" if dear else "rule", attrgetter("rule")),
        ("folder", "folder", lambda f: folder_of(f.path)),
    ]
    if any(report.owners(f.path) for f in findings):
        by.append(("owner", "owner", lambda f: " ".join(report.owners(f.path)) or NOBODY))
    if not dear:
        return [
            _chart(f"Findings by {name}", "findings", _counts(Counter(map(of, findings))), key) for key, name, of in by
        ]
    kinds = [KINDS.get(t.kind, t.kind) for t in total.kinds]
    unit = f"US dollars a {total.per}" + (f" of {kinds[0]}" if len(kinds) == 1 else "")
    return [
        _chart(f"By {name}, {unit}", unit, _dollars(findings, of, total.per, one_kind=len(kinds) == 1), key)
        for key, name, of in by
    ]


def _dollars(
    findings: Sequence[Finding], key: Callable[[Finding], str], per: str, *, one_kind: bool
) -> list[tuple[str, float, str]]:
    """A bar for each kind of cost that a group has; kinds are never added."""
    return [
        (name, t.likely, _amount(t) + ("" if one_kind else f" {KINDS.get(t.kind, t.kind)}"))
        for name, group in spread(findings, key, per)
        for t in group.kinds
    ]


def _amount(total: Total) -> str:
    return dollars(total.likely) if total.likely else f"up to {dollars(total.high)}"


def _counts(counts: Counter[str]) -> list[tuple[str, float, str]]:
    return [(name, n, f"{n:,}") for name, n in sorted(counts.items(), key=lambda row: (-row[1], row[0]))]


def _chart(caption: str, unit: str, rows: Sequence[tuple[str, float, str]], key: str) -> Chart:
    top = max((value for _, value, _ in rows), default=0.0) or 1.0
    bars = [Bar(name, text, round(100 * value / top, 1), chosen(key, name)) for name, value, text in rows[:_MOST_BARS]]
    if left := rows[_MOST_BARS:]:
        caption += f" (the first {_MOST_BARS} of {len(rows)})" if left else ""
    return Chart(caption, unit, bars)


def actions(report: Report, about: Mapping[str, About]) -> list[Action]:
    """The best things to do, a rule's findings together: by saving, then by gravity, what fixes itself first."""
    groups: dict[str, list[Finding]] = {}
    for f in by_weight(report.findings):
        if f.rule in about and f.status == "new":
            groups.setdefault(f.rule, []).append(f)
    ranked = sorted(groups.items(), key=lambda row: (*_worth(row[1]), row[0]))
    return [_action(rule, group, about[rule], _owners(report, group)) for rule, group in ranked[:_MOST_ACTIONS]]


def _owners(report: Report, group: Sequence[Finding]) -> str:
    """Who owns most of them."""
    owners = Counter(owner for f in group for owner in report.owners(f.path)).most_common()
    more = f" and {len(owners) - _MOST_OWNERS} more" if len(owners) > _MOST_OWNERS else ""
    return ", ".join(owner for owner, _ in owners[:_MOST_OWNERS]) + more


def _worth(group: Sequence[Finding]) -> tuple[list[float], float]:
    effort = 1.0 if all(f.fix and f.fix.safety != "display-only" for f in group) else 2.0
    return [-w / effort for w in money(group).weight], -sum(_SEVERITIES[f.severity] for f in group) / effort


def _action(rule: str, group: Sequence[Finding], about: About, owners: str) -> Action:
    fixes = Counter(str(f.fix.safety) for f in group if f.fix)
    usable = fixes["safe"] + fixes["unsafe"]
    effort = "by hand"
    if usable:
        effort = "a command" if usable == len(group) else f"a command for {usable}, the rest by hand"
    risk = "none known" if fixes["safe"] == len(group) else "read the diff" if usable else "needs a decision"
    command = f"asynccost explain {rule}"
    if usable:
        command = f"asynccost fix{' --unsafe' if fixes['unsafe'] else ''} --select {rule} --diff"
    saved = money(group)
    saving = f"{saved.words()} ({saved.range()})" if saved else "not priced"
    saving = "less than $1 a month" if saved and saved.small else saving
    return Action(rule, about.action or about.summary, len(group), saving, effort, risk, command, owners)


def assumptions(total: Money, trace: "Trace | None") -> list[str]:
    """What the figures rest on."""
    lines = []
    if not total:
        lines.append("Nothing is added up in dollars: no trace and no usage file says how often this code runs.")
    if trace is None:
        lines.append("The code was read, never run; a finding says what the code does, not how often it does it.")
    else:
        lines.append("What was seen at run time is of one run; of where it did not come, the code alone speaks.")
    lines.append("Savings within one place overlap; of those only the largest counts.")
    return lines


def origins(findings: Sequence[Finding]) -> list[str]:
    """Every figure that a cost rests on, once, with where it comes from."""
    figures = {figure for f in findings if f.cost is not None for figure in f.cost.basis if figure.origin != "measured"}
    return [
        f"{f.name}: {number(f.value)} {f.unit} ({f.origin}: {f.source}{f', {f.date}' if f.date else ''})"
        for f in sorted(figures, key=lambda f: (f.origin, f.name, f.value))
    ]


def scanned(report: Report, context: Context) -> list[tuple[str, str]]:
    """What was read, and what was not."""
    rows = [("time", context.time), ("commit", context.revision[:12])]
    rows = [*((name, value) for name, value in rows if value), ("files", f"{report.files:,}")]
    rows += [(language, f"{n:,}") for language, n in sorted(report.scanned.items())]
    rows += [(f"skipped, {why}", f"{len(paths):,}") for why, paths in sorted(report.skipped.items())]
    rows.append(("not read", f"{len(report.problems):,}"))
    return rows
