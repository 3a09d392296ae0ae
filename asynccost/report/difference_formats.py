"""A Difference as text, as JSON, and as the markdown of a comment that is updated in place."""

import json

from asynccost.cost.words import sentence
from asynccost.report.as_markdown import MOST, code, fitting, plain
from asynccost.report.difference import Difference, Row, cost_of
from asynccost.report.frame import visible

MARKER = "<!-- asynccost -->"  # by this whoever posts the comment finds the one to update


def text(d: Difference) -> str:
    """A line a finding, then the counts and the money."""
    lines = [f"new    {_line(row)}" for row in d.new] + [f"fixed  {_line(row)}" for row in d.fixed]
    lines += [f"moved  {_place(was)} -> {_line(now)}" for was, now in d.moved]
    return "\n".join([*lines, f"{d.headline()} ({d.before} -> {d.after})."]) + "\n"


def as_json(d: Difference) -> str:
    """One object; findings as `scan --format json` has them."""
    document = {
        "schema_version": 1,
        "before": d.before,
        "after": d.after,
        "new": d.new,
        "fixed": d.fixed,
        "moved": [{"before": was, "after": now} for was, now in d.moved],
        "unchanged": d.unchanged,
        "money": [
            {"kind": m.kind, "per": "month", "currency": "USD", "before": m.before, "after": m.after} for m in d.money
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def markdown(d: Difference) -> str:
    """A comment on a pull request, at most 60,000 characters; nothing at all where nothing changed."""
    if d.silent:
        return ""
    out = f"{MARKER}\n### asynccost: {plain(d.headline())}\n\n"
    if d.new:
        out += fitting([_item(row) for row in d.new], MOST * 2 // 3, "new findings")
    for what, rows in (("fixed", d.fixed), ("moved", [now for _, now in d.moved])):
        if rows:
            items = fitting([_item(row) for row in rows], (MOST - len(out)) // 2, f"{what} findings")
            out += f"\n<details><summary>{len(rows)} {what}</summary>\n\n{items}\n</details>\n"
    return f"{out}\nCompared with {plain(d.before)}. Costs are estimates.\n"


FORMATS = {"text": text, "markdown": markdown, "json": as_json}


def _place(row: Row) -> str:
    return visible(f"{row['path']}:{row['line']}:{row['column']}")


def _line(row: Row) -> str:
    cost = cost_of(row)
    price = f"; {sentence(cost)}" if cost else ""
    return f"{_place(row)}: {row['rule']} ({row['confidence']}) {visible(row['message'])}{price}"


def _item(row: Row) -> str:
    cost = cost_of(row)
    price = f" *{plain(sentence(cost))}.*" if cost else ""
    place = f"`{code(row['path'])}:{row['line']}`"
    return f"- **{row['rule']}** {place} ({row['confidence']} confidence) {plain(row['message'])}{price}\n"
