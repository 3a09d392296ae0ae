"""A comparison of two traces as text and as JSON."""

import json
from dataclasses import asdict
from typing import Any

from asynccost.cost.totals import cost_row
from asynccost.cost.words import dollars
from asynccost.pricing.comparing import Comparison, Side

_VERDICTS = {
    "paid": "The change paid",
    "cost more": "The change cost more",
    "mixed": "The change paid in part",
    "no difference": "The change made no difference that these runs show",
}


def as_text(found: Comparison) -> str:
    """A line a figure, then the verdict."""
    rows = [("", found.before.source, found.after.source), *_rows(found)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    first, second, third = widths
    lines = [f"{name:{first}}  {was:>{second}}  {now:>{third}}" for name, was, now in rows]
    reasons = f": {'; '.join(found.reasons)}" if found.reasons else ""
    lines += ["", f"{_VERDICTS[found.verdict]}{reasons}."]
    if not found.same_work:
        lines.append("The runs did not make the same number of requests: compare runs of one workload.")
    if missing := sorted({*found.before.unpriced, *found.after.unpriced}):
        names = ", ".join(missing)
        lines.append(f'No price is known for {names}; add [prices.models."NAME"] to asynccost-usage.toml.')
    return "\n".join(lines) + "\n"


def _rows(found: Comparison) -> list[tuple[str, str, str]]:
    one, two = found.before, found.after
    rows = [(name, f"{one.counts[name]:,}", f"{two.counts[name]:,}") for name in one.counts]
    if one.counts["input tokens"] or two.counts["input tokens"]:
        rows.append(("prompt-cache hit rate", f"{one.hit_rate:.1%}", f"{two.hit_rate:.1%}"))
    rows += [(f"seconds: {name}", f"{one.seconds[name]:,.2f}", f"{two.seconds[name]:,.2f}") for name in one.seconds]
    said = [row for row in rows if {row[1], row[2]} - {"0", "0.00"}]
    was, now = (dollars(side.dollars("infrastructure")) for side in (one, two))
    said.append(("machine time, by CPU", was, now))
    if any(c.kind == "llm" for c in (*one.costs, *two.costs)):
        said.append(("model calls, USD", f"{one.dollars('llm'):,.6f}", f"{two.dollars('llm'):,.6f}"))
    return said


def as_json(found: Comparison) -> str:
    """Everything, with the receipts."""
    return json.dumps(document(found), ensure_ascii=False, indent=2) + "\n"


def document(found: Comparison) -> dict[str, Any]:
    """The object that `as_json` prints."""
    return {
        "schema_version": 1,
        "before": _side(found.before),
        "after": _side(found.after),
        "verdict": found.verdict,
        "reasons": list(found.reasons),
        "same_work": found.same_work,
    }


def _side(one: Side) -> dict[str, Any]:
    return {**asdict(one), "costs": [cost_row(c) for c in one.costs], "prompt_cache_hit_rate": one.hit_rate}
