"""What `asynccost fix` says at the end: what was fixed and what that saves, what is left and why."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from asynccost.fixer import Left, Outcome
from asynccost.model import Finding
from asynccost.report import count
from asynccost.report.frame import visible
from asynccost.report.money import money

_WHY = {
    "no fix": "has no fix",
    "unsafe": "has an unsafe fix, which --unsafe makes",
    "display-only": "has a fix that needs a decision of yours; explain shows it",
    "left out": "was left out",
    "undone": "was undone",
    "overlapping": "overlaps another fix",
}


def render(outcome: Outcome, failed: Mapping[str, str]) -> str:
    """The summary as text. failed: the files that could not be written, each with a sentence."""
    lines = [f"not written: {visible(said)}" for said in failed.values()]
    lines += [f"{visible(p.path)}:{p.line} not read: {visible(p.message)}" for p in outcome.problems]
    lines += [_left(left) for left in outcome.left]
    fixed = [finding for _, finding in outcome.fixed if finding.path not in failed]
    lines.append(f"Fixed {_counted(fixed, len(outcome.after) - len(failed))}.")
    lines += _saving(fixed)
    if outcome.left:
        kinds = Counter(left.kind for left in outcome.left)
        reasons = "; ".join(f"{n} {_plural(kind, n)}" for kind, n in kinds.most_common())
        lines.append(f"Left {count(len(outcome.left), 'finding')}: {reasons}.")
    return "\n".join(lines) + "\n"


def _counted(fixed: list[Finding], files: int) -> str:
    if not fixed:
        return "nothing"
    rules = ", ".join(f"{n} {rule}" for rule, n in Counter(f.rule for f in fixed).most_common())
    return f"{count(len(fixed), 'finding')} in {count(files, 'file')}: {rules}"


def _saving(fixed: Sequence[Finding]) -> Iterator[str]:
    """What the fixes save a month or a run, where that is known; of savings that overlap, the largest counts."""
    saved = money(fixed)
    if saved:
        rest = sum(f.cost is None or f.cost.per != saved.per for f in fixed)
        unpriced = f"; {count(rest, 'finding')} {'has' if rest == 1 else 'have'} no price" if rest else ""
        yield f"That saves {saved.words()} ({saved.range()}{unpriced})."


def _left(left: Left) -> str:
    f = left.finding
    why = f"{_WHY[left.kind]}: {left.why}" if left.why else _WHY[left.kind]
    return f"{visible(f.path)}:{f.span.line}:{f.span.column} {f.rule} {visible(why)}"


def _plural(kind: str, number: int) -> str:
    """`3 have no fix`: the reason behind a count."""
    words = _WHY[kind].partition(";")[0].partition(",")[0]
    verb, _, rest = words.partition(" ")
    verb = {"has": "have", "was": "were", "overlaps": "overlap"}[verb] if number != 1 else verb
    return f"{verb} {rest}"
