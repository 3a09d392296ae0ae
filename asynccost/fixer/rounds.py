"""Rounds of fixing: scan, make the fixes that keep clear of each other, scan again, undo what did not help.

After every round each file is read by a second parser, and the whole project is scanned with the changed texts:
the findings that were fixed must be gone, and no other may have come, unless it is fixed next: a call that blocked in a
loop is waited for in a thread, and then the turns need not wait for each other. What lies around a fix and asks the
user something may come as well: it was hidden by what is fixed. A fix that fails is undone and named,
and the round is made again without it. It ends when nothing is left that may be fixed; where a finding that a fix
brought is left after all, everything is done again without that fix.

A round that changes little looks at what that concerns, and takes the rest from the look before. The whole project is
looked at in the end: where that says anything else, everything is done again with looks at all of it.
"""

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace

from asynccost.fixer.brought import Change, inside, owners, strange
from asynccost.fixer.looks import Looks
from asynccost.fixer.making import Making
from asynccost.fixer.proposals import Proposal
from asynccost.fixer.task import Left, Outcome, Place, Task
from asynccost.fixer.texts import Texts
from asynccost.model import Finding, Safety

MOST = 20  # rounds; each makes at least one fix, and a nest of overlapping ones is not that deep


def fix(task: Task) -> Outcome:
    """Fix what may be fixed; nothing is written."""
    with ExitStack() as stack:
        if not task.settings.cache:  # the rounds would read every file anew
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="asynccost-"))
            task = replace(task, settings=replace(task.settings, cache=True, cache_dir=folder))
        refused: dict[Place, Left] = {}
        near = True
        while True:
            rounds = _Rounds(task, dict(refused), Looks(task, near=near))
            outcome = rounds.run()
            near = near and rounds.holds
            if rounds.holds and not rounds.led:
                return outcome
            if not rounds.holds:
                continue
            refused |= {place: left for lefts in rounds.led.values() for place, left in lefts.items()}


class _Rounds:
    def __init__(self, task: Task, refused: dict[Place, Left], looks: Looks) -> None:
        self.texts = Texts(task.texts)
        self.looks = looks
        self.making = Making(task, self.texts, looks.handed, refused)
        # findings that fixes brought and that should be fixed next, by where they are; and the fixes to blame otherwise
        self.led: dict[Place, dict[Place, Left]] = {}
        self.coming: dict[Place, dict[Place, Left]] = {}  # those of the round at hand
        self.first: dict[Place, Finding] = {}  # before anything was changed
        self.out = Outcome()
        self.holds = True  # whether a look at the whole project said the same afterwards

    def run(self) -> Outcome:
        found, taken = self.looks.first(), False
        self.first = {(f.rule, f.path, f.span.start): f for f in found}
        for _ in range(MOST):
            asked = self.looks.asked(found)
            changes = self.making.changes(asked)
            while changes:
                after = self.looks.after(self.texts.with_changes(changes))
                bad = self._bad(found, after, changes)
                if not bad:
                    break
                changes = self.making.without(bad, changes, asked)
            if not changes:
                break
            self._keep(changes)
            self._follow(after, changes)
            found, taken = after, self.looks.was_near
        if taken:
            self.holds = found == self.looks.whole(self.texts.changed)
        self.out.problems = self.looks.problems
        self.out.left = [self._left(f) for f in self.looks.asked(found)]
        before = self.texts.before
        self.out.after = {p: d for p, d in self.texts.changed.items() if d != before[p]}
        self.out.before = {p: before[p] for p in self.out.after}
        return self.out

    def _keep(self, changes: Mapping[str, Change]) -> None:
        for change in changes.values():
            places = [(self.making.place(p.finding), p.finding) for p in change.made]
            self.out.fixed += [(place, self.first.get(place, finding)) for place, finding in places]
        self.texts.keep(changes)

    # ----------------------------------------------------------------- checking

    def _bad(
        self, before: Sequence[Finding], after: Sequence[Finding], changes: Mapping[str, Change]
    ) -> list[tuple[Finding, str]]:
        """The fixes of a round that did not help, or did harm, and how."""
        bad: list[tuple[Finding, str]] = []
        leads: dict[Place, dict[Place, Left]] = {}
        for finding, at, untouched in strange(before, after, changes):
            around = owners(finding.path, at, changes)
            same = [p for p in around if p.finding.rule == finding.rule and p.finding.span.start == at]
            if same:
                bad += [(p.finding, "the finding is still there afterwards") for p in same]
                continue
            if untouched and self._revealed(finding, at, changes):
                continue
            place = f"{finding.path}:{finding.span.line}"
            why = f"it brings a new finding: {finding.rule} at {place}"
            if not around and (around := inside(finding, at, changes)) and self._asks(finding):
                continue
            if around and self.looks.asked([finding]) and self.making.may(finding, self.texts.place(finding, at)):
                lefts = {self.making.place(p.finding): Left(p.finding, "undone", why) for p in around}
                leads[finding.rule, finding.path, finding.span.start] = lefts
                continue
            made = around or self._culprits(finding, at, [p for c in changes.values() for p in c.made], before)
            if all(p.finding.path != finding.path for p in made):
                self.looks.missed()
            bad += [(p.finding, why) for p in made]
        if not bad:
            self.coming = leads
        return bad

    def _asks(self, finding: Finding) -> bool:
        """Whether a finding's fix waits for somebody's answer: no reason to leave what hid the finding as it was."""
        return finding.fix is not None and finding.fix.safety is Safety.DISPLAY_ONLY

    def _follow(self, after: Sequence[Finding], changes: Mapping[str, Change]) -> None:
        """Keep in sight what fixes brought, wherever it has moved by now, until it is fixed."""
        led, self.led = self.led, self.coming
        for finding in after if led else ():
            at, _ = changes[finding.path].moved.before(finding.span.start) if finding.path in changes else (
                finding.span.start, True)
            if (lefts := led.get((finding.rule, finding.path, at))) is not None:
                self.led[finding.rule, finding.path, finding.span.start] = lefts

    def _revealed(self, finding: Finding, at: int, changes: Mapping[str, Change]) -> bool:
        """Whether a finding was there before, behind one that is fixed now, and comes next.

        Some rules report the first of several places that are alike: its text is as it was, and it can be fixed.
        """
        made = changes[finding.path].made if finding.path in changes else []
        alike = any(p.finding.rule == finding.rule for p in made)
        return alike and bool(self.looks.asked([finding])) and self.making.may(finding, self.texts.place(finding, at))

    def _culprits(
        self, finding: Finding, at: int, made: list[Proposal], before: Sequence[Finding]
    ) -> list[Proposal]:
        """The fix that brings a finding elsewhere, by halving; all of them where no half brings it alone."""
        here = sorted((p for p in made if p.finding.path == finding.path), key=lambda p: abs(p.finding.span.start - at))
        near = here[:1]  # most likely
        parts = [near, here if here != near else [], [p for p in made if p.finding.path != finding.path]]
        while len(made) > 1:
            for part in filter(None, parts):
                changes = self.making.only(part)
                after = self.looks.whole(self.texts.with_changes(changes), {finding.path})
                names = {(f.rule, f.path, f.function, f.shape) for f, *_ in strange(before, after, changes)}
                if (finding.rule, finding.path, finding.function, finding.shape) in names:
                    made = part
                    break
            else:
                return made
            parts = [made[: len(made) // 2], made[len(made) // 2 :]]
        return made

    # ---------------------------------------------------------------- answering

    def _left(self, finding: Finding) -> Left:
        if finding.fix is None:
            return Left(finding, "no fix")
        if (known := self.making.refused.get(self.making.place(finding))) is not None:
            return replace(known, finding=finding)
        if not self.making.permits(finding.fix.safety):
            return Left(finding, str(finding.fix.safety), finding.fix.reason)
        return Left(finding, "overlapping")
