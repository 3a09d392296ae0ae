"""What the rules offer for findings of one file: it is lowered once, and each finding's rule is asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

from asynccost.engine.lowering import lower
from asynccost.files.splice import with_line_ends
from asynccost.flow.file import File
from asynccost.knowledge import Knowledge
from asynccost.model import Edit, Finding, Offer
from asynccost.rulebook import load

_COMMENT = re.compile(rb"#[^\r\n]*")


@dataclass(slots=True, frozen=True, eq=False)
class Proposal:
    """A fix that could be made: its finding, what the rule says of it, and the edits, sorted."""

    finding: Finding
    offer: Offer
    edits: tuple[Edit, ...]


def lowered(path: str, language: str, source: bytes, knowledge: Knowledge) -> File:
    """A file as fixes see it: whole."""
    return File(lower(path, language, source, knowledge), knowledge)


def offer(finding: Finding, file: File) -> Offer | None:
    """What the finding's rule offers for it."""
    fixer = load()[finding.rule].fixer(file.language) if finding.rule in load() else None
    return fixer(finding, file) if fixer is not None else None


def propose(finding: Finding, made: Offer, file: File) -> Proposal | None:
    """The edits of an offer; None where they change nothing or lose a comment. Raises ValueError for senseless ones."""
    source = file.module.source
    edits = _sorted(with_line_ends(source, list(made.build())), file)
    edits = [e for e in edits if source[e.start_byte : e.end_byte] != e.text.encode()]
    kept = made._replace(build=lambda: edits)  # the rule's own holds the lowered file for as long as a round lasts
    return Proposal(finding, kept, tuple(edits)) if edits and not _loses_comment(edits, file) else None


def _loses_comment(edits: Sequence[Edit], file: File) -> bool:
    """Whether a comment of a Python file would be gone: somebody wrote it for a reason that we do not know."""
    if file.language != "python":
        return False
    new = "".join(edit.text for edit in edits).encode()
    gone = b"\n".join(file.module.source[e.start_byte : e.end_byte] for e in edits)
    return any(comment.rstrip() not in new for comment in _COMMENT.findall(gone))


def _sorted(edits: Sequence[Edit], file: File) -> list[Edit]:
    ordered = sorted(edits, key=attrgetter("start_byte", "end_byte"))
    for edit in ordered:
        if edit.path != file.path:
            raise ValueError(f"it would change {edit.path}, which is not the file of the finding")
        if not 0 <= edit.start_byte <= edit.end_byte <= len(file.module.source):
            raise ValueError("it would change what is not in the file")
    if any(a.end_byte > b.start_byte for a, b in pairwise(ordered)):
        raise ValueError("its edits overlap")
    return ordered
