"""Removals that cannot match what was added: another function, another target, another phase."""

from asynccost.flow.around import statement_of
from asynccost.flow.file import File
from asynccost.flow.leaks import Verdict
from asynccost.flow.listeners import receiver_of
from asynccost.flow.tree import Call, Node
from asynccost.javascript.edits.acquired import Releasing
from asynccost.javascript.edits.endings import UnfixableError, ending
from asynccost.javascript.edits.listening import unlisten
from asynccost.javascript.edits.patch import Patch


def match(verdict: Verdict, file: File, patch: Patch) -> bool:
    """Write a removal anew so that it takes away what was added; False where there is none to mend."""
    removal = _removal(verdict)
    if removal is None:
        return False
    keep = Releasing(verdict.effect, file, patch, ending(verdict.effect, file, patch))
    unlisten(verdict.got, keep)
    (text,) = keep.releases
    patch.replace(removal.start, removal.end, text.removesuffix(";"))
    return True


def _removal(verdict: Verdict) -> Call | None:
    at: Node | None = verdict.at
    if not isinstance(at, Call) or at is verdict.got.call or verdict.got.pair.handle != "same":
        return None
    own = [*verdict.effect.setups, *verdict.effect.cleanups]
    if not any(f.start <= at.start < f.end for f in own):
        return None  # another effect's
    if receiver_of(at) is None and receiver_of(verdict.got.call) is not None:
        raise UnfixableError
    return at if statement_of(at) is not None else None
