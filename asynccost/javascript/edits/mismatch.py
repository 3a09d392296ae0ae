"""Removals that cannot match what was added: another function, another target, another phase."""

import re

from asynccost.flow.around import statement_of
from asynccost.flow.effects.acquisitions import Acquisition
from asynccost.flow.effects.effect_code import registered_cleanups
from asynccost.flow.effects.leaks import Verdict, verdicts
from asynccost.flow.effects.listeners import receiver_of
from asynccost.flow.file import File
from asynccost.flow.tree import Call, Closure, Member, Name, Node
from asynccost.flow.words import chain
from asynccost.javascript.edits.endings import UnfixableError, ending
from asynccost.javascript.edits.listening import unlisten
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.releasing import Releasing


def match(verdict: Verdict, file: File, patch: Patch) -> bool:
    """Write a removal anew so that it takes away what was added; False where there is none to mend."""
    if (again := _added_again(verdict, file)) is not None:
        end = again.callee.end
        patch.replace(end - len(chain(again.callee)[-1]), end, verdict.got.pair.release[0])
        return True
    removal = _removal(verdict, file) or _unmatched(verdict, file)
    if removal is None:
        return False
    if _of_other_phase(removal, verdict.got, file):
        added, removed = verdict.got.call.arguments, removal.arguments
        patch.replace(removed[0].start, removed[-1].end, patch.script.text((added[0].start, added[-1].end)))
        return True
    keep = Releasing(verdict.effect, file, patch, ending(verdict.effect, file, patch))
    unlisten(verdict.got, keep)
    (text,) = keep.releases
    if isinstance(removal.callee, Member) and removal.callee.optional:
        text = re.sub(rf"(?<!\?)\.(?={removal.callee.attr}\()", "?.", text, count=1)
    patch.replace(removal.start, removal.end, text.removesuffix(";"))
    return True


def _added_again(verdict: Verdict, file: File) -> Call | None:
    """`addEventListener("drop", end)` of a cleanup, which is written as the effect has it: a removal was meant."""
    got = verdict.got
    if got.pair.handle != "same" or not isinstance(got.call.callee, Member):
        return None
    calls = [c for f in verdict.effect.cleanups for c in (f.index.calls if f.index else ())]
    alike = [c for c in calls if file.text(c) == file.text(got.call)]
    return alike[0] if len(alike) == 1 and not any(isinstance(a.value, Closure) for a in got.call.arguments) else None


def _removal(verdict: Verdict, file: File) -> Call | None:
    at: Node | None = verdict.at
    if not isinstance(at, Call) or at is verdict.got.call or verdict.got.pair.handle != "same":
        return None
    own = [*verdict.effect.setups, *verdict.effect.cleanups]
    if verdict.effect.framework == "Vue":  # `onBeforeUnmount(f)` beside it
        own += [function for _, function, _ in registered_cleanups(file) if function is not None]
    if not any(f.start <= at.start < f.end for f in own):
        return None  # another effect's
    if receiver_of(at) is None and receiver_of(verdict.got.call) is not None:
        raise UnfixableError
    return at if statement_of(at) is not None else None


def _unmatched(verdict: Verdict, file: File) -> Call | None:
    """A removal of the cleanup for what was added that is given a function written anew, which takes nothing away."""
    got = verdict.got
    if got.pair.handle != "same" or len(got.call.arguments) < 2:
        return None
    calls = [c for f in verdict.effect.cleanups for c in (f.index.calls if f.index else ())]
    alike = [c for c in calls if _of_same(c, verdict, file)]
    if len(alike) == 1 and (isinstance(alike[0].arguments[1].value, Closure) or _of_other_phase(alike[0], got, file)):
        return alike[0]
    idle = [c for c in calls if not alike and _is_idle(c, verdict, file)]
    return idle[0] if len(idle) == 1 else None


def _of_other_phase(call: Call, got: Acquisition, file: File) -> bool:
    """`removeEventListener("drop", end)` for what was added with `true`: the same handler, of another phase."""
    both = (call, got.call)
    same = all(len(c.arguments) > 1 and isinstance(c.arguments[1].value, (Name, Member)) for c in both)
    return same and _handled(call, file) == _handled(got.call, file)


def _is_idle(call: Call, verdict: Verdict, file: File) -> bool:
    """Whether a call is to remove a listener of the same event, and nothing of the effect was added like that."""
    if chain(call.callee)[-1] not in verdict.got.pair.release or len(call.arguments) < 2:
        return False
    event = file.text(verdict.got.call.arguments[0].value)
    added = [v.got.call for v in verdicts(file) if v.effect is verdict.effect and len(v.got.call.arguments) > 1]
    same = (_handled(one, file) == _handled(call, file) for one in added)
    return file.text(call.arguments[0].value) == event and not any(same)


def _handled(call: Call, file: File) -> list[str]:
    """The target, the event and the handler of what adds or removes a listener, as they are spelled."""
    on = receiver_of(call)
    return [file.text(on) if on is not None else "", *(file.text(a.value) for a in call.arguments[:2])]


def _of_same(call: Call, verdict: Verdict, file: File) -> bool:
    """Whether a call is to remove a listener of the same kind from the same target."""
    added = verdict.got.call
    if chain(call.callee)[-1] not in verdict.got.pair.release or len(call.arguments) < 2:
        return False
    ours, theirs = receiver_of(added), receiver_of(call)
    targets = [file.text(e) if e is not None else "" for e in (ours, theirs)]
    return targets[0] == targets[1] and file.text(call.arguments[0].value) == file.text(added.arguments[0].value)
