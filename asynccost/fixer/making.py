"""The fixes of one round: what the rules propose and may be made, less what overlaps or breaks a file."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from asynccost.engine.rereading import Handed
from asynccost.files.decoding import decode
from asynccost.files.splice import Moved, SpliceError, on_disk, splice
from asynccost.fixer.brought import Change
from asynccost.fixer.choosing import apart, joined
from asynccost.fixer.proposals import Proposal, lowered, offer, propose
from asynccost.fixer.task import Left, Place, Task
from asynccost.fixer.texts import Texts, UnreadError
from asynccost.knowledge import Knowledge
from asynccost.model import Finding, Safety


class Making:
    """Makes changes of findings. refused: the places whose fixes are not made, with the reason; it adds to them.

    handed: what scans of the project know of its files.
    """

    def __init__(self, task: Task, texts: Texts, handed: Handed, refused: dict[Place, Left]) -> None:
        self.refused = refused
        self._task = task
        self._texts = texts
        self._handed = handed
        self._sources = {s.path: s for s in task.sources}
        self._knowledge = Knowledge(task.settings.knowledge)

    def changes(self, found: Sequence[Finding]) -> dict[str, Change]:
        """What the fixes of some findings make of their files, as many of them as go together."""
        by_path: dict[str, list[Finding]] = {}
        for finding in found:
            if self.may(finding, self.place(finding)):
                by_path.setdefault(finding.path, []).append(finding)
        made = {path: self._change(path, findings) for path, findings in by_path.items()}
        return {path: change for path, change in made.items() if change is not None}

    def without(
        self, bad: Sequence[tuple[Finding, str]], changes: Mapping[str, Change], found: Sequence[Finding]
    ) -> dict[str, Change]:
        """The changes made again where a fix of theirs is refused; the other files' stay as they are."""
        self.refuse(bad)
        paths = {f.path for f, _ in bad}
        again = self.changes([f for f in found if f.path in paths])
        return {path: change for path, change in changes.items() if path not in paths} | again

    def only(self, made: Sequence[Proposal]) -> dict[str, Change]:
        """The changes of these fixes alone."""
        by_path: dict[str, list[Proposal]] = {}
        for proposal in made:
            by_path.setdefault(proposal.finding.path, []).append(proposal)
        return {path: self._made(path, proposals) for path, proposals in by_path.items()}

    def may(self, finding: Finding, place: Place) -> bool:
        """Whether a finding may be fixed that was at a place at first."""
        if finding.fix is None or place in self.refused:
            return False
        if (why := self._task.without.get(place)) is not None:
            self.refused[place] = Left(finding, "left out", why)
            return False
        return self.permits(finding.fix.safety)

    def permits(self, safety: Safety) -> bool:
        """Whether fixes of a safety are asked for."""
        return safety is Safety.SAFE or (self._task.unsafe and safety is Safety.UNSAFE)

    def place(self, finding: Finding) -> Place:
        """Where a finding was before anything was changed."""
        return self._texts.place(finding, finding.span.start)

    def refuse(self, bad: Sequence[tuple[Finding, str]]) -> None:
        """Make these fixes no more, each for its reason."""
        for finding, why in bad:
            self.refused[self.place(finding)] = Left(finding, "undone", why)

    def _change(self, path: str, findings: Sequence[Finding]) -> Change | None:
        source = self._sources[path]
        try:
            data = self._texts.now(source)
        except UnreadError as error:
            self.refuse([(f, str(error)) for f in findings])
            return None
        text = decode(data, path, source.language).data
        if text is None:
            return None
        proposals = list(self._proposals(path, source.language, text, findings))
        broken = _judging(path, source.language, data, text)
        chosen = apart(proposals, text)
        if broken(chosen) is not None:
            chosen = self._sound(chosen, broken)
        return self._made(path, chosen) if chosen else None

    def _made(self, path: str, chosen: list[Proposal]) -> Change:
        data, language = self._texts.known(path), self._sources[path].language
        text = decode(data, path, language).data or b""
        edits = joined(chosen)
        return Change(text, chosen, on_disk(data, text, language, edits), Moved(edits))

    def _proposals(
        self, path: str, language: str, text: bytes, findings: Sequence[Finding]
    ) -> Iterator[Proposal]:
        file = self._handed.lowered.find(path, text) or lowered(path, language, text, self._knowledge)
        for finding in findings:
            try:
                made = offer(finding, file)
                proposal = propose(finding, made, file) if made is not None and self.permits(made.safety) else None
            except Exception as error:  # a mistake of one fix must not cost the others; it is named
                why = f"the fix failed ({type(error).__name__}: {error}); please report it"
                self.refuse([(finding, why)])
                continue
            if proposal is not None:
                yield proposal
            elif made is not None and not self.permits(made.safety):
                self.refused[self.place(finding)] = Left(finding, str(made.safety), made.reason)
            else:
                self.refused[self.place(finding)] = Left(finding, "no fix")

    def _sound(
        self, chosen: Sequence[Proposal], broken: Callable[[Sequence[Proposal]], str | None]
    ) -> list[Proposal]:
        """The fixes that leave the file sound; those that break it alone are refused, the others wait."""
        sound: list[Proposal] = []
        for proposal in chosen:
            if (why := broken([proposal])) is not None:
                self.refuse([(proposal.finding, why)])
            elif broken([*sound, proposal]) is None:
                sound.append(proposal)
        return sound


def _judging(path: str, language: str, data: bytes, text: bytes) -> Callable[[Sequence[Proposal]], str | None]:
    """What says why a file with some fixes made is broken, by the second parser and by its encoding."""
    if language == "python":
        from asynccost.python.second_opinion import broken
    else:
        from asynccost.javascript.second_opinion import broken

    def judge(proposals: Sequence[Proposal]) -> str | None:
        edits = joined(proposals)
        try:
            on_disk(data, text, language, edits)
        except SpliceError as error:
            return f"the file {error}"
        said = broken(path, text, splice(text, edits))
        return said and f"it breaks the file: {said}"

    return judge
