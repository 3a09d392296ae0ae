"""What a test may do: by its marker where that says so, by its record with some room otherwise; and why it failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asynccost.errors import SettingsError, nearest
from asynccost.testing.counts import MEASURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asynccost.testing.counts import Counts

Numbers = Mapping[str, float]
# What may differ from run to run although nobody changed anything: how many more are no finding.
_MORE = {"connections": 2, "tokens": 50, "block_ms": 100, "usd": 0.0001}
_GROWS = ("connections", "tokens", "usd")  # by the tolerance, in percent
_BLOCKS = 0.5  # how much longer a loop may stand still than on the machine of the record
_FREE = ("reused",)  # more of it is no waste
_MARKS = {f"max_{name}": name for name in MEASURES if name not in _FREE}


@dataclass(frozen=True, slots=True)
class Limits:
    """Of each measure the most that is allowed, and who says so; measures that are not here are free."""

    most: Numbers = field(default_factory=dict)
    by_marker: frozenset[str] = frozenset()

    def over(self, done: Numbers, measures: tuple[str, ...]) -> list[str]:
        """The measures among these that a test overdid."""
        return [m for m in measures if m in self.most and done.get(m, 0) > self.most[m]]


def marked(said: Mapping[str, object]) -> dict[str, float]:
    """The arguments of the marker: `max_` and a measure. Raises SettingsError for others."""
    found = {}
    for key, value in said.items():
        if key not in _MARKS:
            raise SettingsError(f'@pytest.mark.asynccost: there is no limit "{key}"{nearest(key, _MARKS)}')
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise SettingsError(f"@pytest.mark.asynccost: {key}={value!r} is not a number from 0 on")
        found[_MARKS[key]] = float(value)
    return found


def limits(marks: Mapping[str, float], recorded: Numbers | None, tolerance: float) -> Limits:
    """What holds for a test. recorded: what it did when that was accepted, None if it is not recorded."""
    most = {} if recorded is None else {m: _room(m, recorded.get(m, 0), tolerance) for m in MEASURES if m not in _FREE}
    return Limits({**most, **marks}, frozenset(marks))


def steady(was: Numbers, now: Numbers, tolerance: float) -> dict[str, float]:
    """What to record of a test that is recorded already: a number that differs by no more than chance stays."""
    kept = dict(now)
    for measure in _MORE:
        old, new = was.get(measure, 0), now.get(measure, 0)
        if new <= _room(measure, old, tolerance) and old <= _room(measure, new, tolerance):
            kept.pop(measure, None)
            if old:
                kept[measure] = old
    return {m: kept[m] for m in MEASURES if m in kept}


def _room(measure: str, was: float, tolerance: float) -> float:
    grown = was * tolerance / 100 if measure in _GROWS else was * _BLOCKS if measure == "block_ms" else 0.0
    return was + max(grown, _MORE.get(measure, 0))


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
