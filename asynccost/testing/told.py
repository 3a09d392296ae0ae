"""What is said about a test: why it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asynccost.testing.counts import MEASURES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asynccost.testing.counts import Counts
    from asynccost.testing.limits import Limits


def failure(found: Counts, allowed: Limits, over: Sequence[str], was: Mapping[str, float] | None) -> str:
    """Each measure that was overdone, with its lines and what to do."""
    lines = ["this test wastes more than it may:"]
    for measure in over:
        what, step = MEASURES[measure]
        said = f"the marker allows {shown(measure, allowed.most[measure])}"
        if measure not in allowed.by_marker:
            said = f"recorded {shown(measure, (was or {}).get(measure, 0))}"
            if allowed.most[measure] != (was or {}).get(measure, 0):
                said += f", up to {shown(measure, allowed.most[measure])} is let pass"
        lines.append(f"  {shown(measure, found[measure])} {what} ({said})")
        lines += [
            f"    {place.path}:{place.line} in {place.function or 'the module'}: {shown(measure, number)}"
            for place, number in found.worst(measure)
        ]
        if step:
            lines.append(f"    next: {step}")
    if set(over) - allowed.by_marker:
        lines.append("  if this is meant: pytest --asynccost-update records it")
    return "\n".join(lines)


def shown(measure: str, number: float) -> str:
    """A number as people read it."""
    return f"${number:.4g}" if measure == "usd" else f"{number:,.0f}"
