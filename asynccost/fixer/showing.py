"""Fixes to be shown, not made: the edits that a finding's fix would make of its file as it lies on disk."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from asynccost.config.settings import Settings
from asynccost.files.decoding import decode
from asynccost.files.splice import SpliceError, places_on_disk
from asynccost.fixer.proposals import lowered, offer, propose
from asynccost.flow.file import File
from asynccost.knowledge import Knowledge
from asynccost.model import Edit, Finding, Fix, Offer, Safety


def with_edits(
    findings: Sequence[Finding], languages: Mapping[str, str], settings: Settings, read: Callable[[str], bytes]
) -> list[Finding]:
    """The findings, those with a fix along with its edits. Each stands for itself: they may overlap each other's."""
    knowledge = Knowledge(settings.knowledge)
    files: dict[str, tuple[bytes, File]] = {}
    for path in dict.fromkeys(f.path for f in findings if f.fix is not None):
        data = read(path)
        text = decode(data, path, languages[path]).data
        if text is not None:
            files[path] = data, lowered(path, languages[path], text, knowledge)
    return [replace(f, fix=_shown(f, *files[f.path])) if f.fix and f.path in files else f for f in findings]


def _shown(finding: Finding, data: bytes, file: File) -> Fix | None:
    try:
        made = offer(finding, file)
        proposal = propose(finding, made, file) if made is not None else None
    except Exception as error:  # a mistake of one fix must not cost the report; it is named
        why = f"the fix failed ({type(error).__name__}: {error}); please report it"
        return Fix(finding.fix.safety, why) if finding.fix else None
    if proposal is None:
        return None
    said = _said(finding.fix, proposal.offer)
    try:
        edits: Iterable[Edit] = places_on_disk(data, file.module.source, file.language, proposal.edits)
    except SpliceError as error:
        return Fix(said.safety, f"{said.reason}; but the file {error}")
    return Fix(said.safety, said.reason, tuple(edits))


def _said(settled: Fix | None, offer: Offer) -> Fix:
    """What the whole project says of a fix, unless its own file says less of it."""
    order = list(Safety)
    if settled is None or order.index(settled.safety) < order.index(offer.safety):
        return Fix(offer.safety, offer.reason)
    if settled.safety is offer.safety and not settled.reason.startswith(offer.reason):
        return Fix(offer.safety, offer.reason)  # the project did not know yet how the file would be fixed
    return settled
