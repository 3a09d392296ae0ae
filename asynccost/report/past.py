"""The history of a project's scans, as text, JSON, CSV and as the page's trend."""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from io import StringIO

from asynccost import __version__
from asynccost.cost.words import KINDS, dollars
from asynccost.errors import SettingsError
from asynccost.history import Run
from asynccost.model import Severity
from asynccost.report import Report, count
from asynccost.report.money import money

_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?\Z")


def day(option: str, value: str) -> str:
    """A date as the option takes it: year, month or day."""
    if value and not _DAY.match(value):
        raise SettingsError(f'{option}: "{value}" is not a date such as 2026-11-25 or 2026-11')
    return value


def run_of(report: Report, *, time: str, revision: str, scope: str) -> Run:
    """What a report comes to, as a row of the history."""
    severities = [f.severity for f in report.findings]
    likely: Mapping[str, float] = {t.kind: t.likely for t in money(report.findings, "month").kinds}
    return Run(
        time=time,
        revision=revision,
        version=__version__,
        scope=scope,
        files=report.files,
        findings=len(report.findings),
        known=sum(f.status != "new" for f in report.findings),
        errors=severities.count(Severity.ERROR),
        warnings=severities.count(Severity.WARNING),
        notes=severities.count(Severity.INFO),
        infrastructure=likely.get("infrastructure"),
        llm=likely.get("llm"),
    )


def as_json(rows: Sequence[Run]) -> str:
    """A list of objects."""
    return json.dumps([row._asdict() for row in rows], indent=1) + "\n"


def as_csv(rows: Sequence[Run]) -> str:
    """With a header line."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(Run._fields)
    writer.writerows(rows)
    return out.getvalue()


def as_text(rows: Sequence[Run]) -> str:
    """A line a run, and what changed between the first and the last that can be compared."""
    if not rows:
        return (
            "No run is recorded here. `asynccost scan --output-format html=FILE` records one, and so does every "
            "scan of a project that has a folder .asynccost.\n"
        )
    lines = [f"{'time (UTC)':20} {'revision':10} {'files':>7} {'findings':>9} {'known':>6}  a month"]
    lines += [
        f"{row.time:20} {row.revision[:10]:10} {row.files:7,} {row.findings:9,} {row.known:6,}  {_month(row)}"
        for row in rows
    ]
    same = [row for row in rows if row.scope == rows[-1].scope]
    if len(same) > 1:
        lines.append(f"\n{change(same[0], same[-1])}")
    return "\n".join(lines) + "\n"


def change(old: Run, new: Run) -> str:
    """`3 findings fewer than on 2026-11-01 (12, now 9); model calls: -$12 a month`."""
    less = old.findings - new.findings
    day = old.time[:10]
    said = f"{count(new.findings, 'finding')}, as many as on {day}"
    if less:
        more = "fewer" if less > 0 else "more"
        said = f"{count(abs(less), 'finding')} {more} than on {day} ({old.findings:,}, now {new.findings:,})"
    parts = [said]
    for name, was, now in (
        (KINDS["infrastructure"], old.infrastructure, new.infrastructure),
        (KINDS["llm"], old.llm, new.llm),
    ):
        if was is not None and now is not None and dollars(was) != dollars(now):
            sign = "+" if now > was else "-"
            parts.append(f"{name}: {sign}{dollars(abs(now - was))} a month (from {dollars(was)} to {dollars(now)})")
    return "; ".join(parts) + "."


def _month(row: Run) -> str:
    parts = [(row.infrastructure, KINDS["infrastructure"]), (row.llm, KINDS["llm"])]
    return ", ".join(f"{dollars(amount)} {kind}" for amount, kind in parts if amount is not None) or "not priced"
