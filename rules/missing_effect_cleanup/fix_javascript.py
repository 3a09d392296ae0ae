"""Gives back in an effect's cleanup what the effect starts."""

from dataclasses import replace

from asynccost.flow.around import method_around
from asynccost.flow.effects import vue
from asynccost.flow.effects.goes_along import begins_again
from asynccost.flow.effects.leaks import Verdict, verdicts
from asynccost.flow.effects.race_settled import moves_itself
from asynccost.flow.file import File
from asynccost.flow.tree import Class, Collection, Function, Node, Return
from asynccost.javascript.edits.acquired import keep_handle
from asynccost.javascript.edits.before_giving_back import of_the_edit, of_what_starts
from asynccost.javascript.edits.destroyed import takes_until_destroyed
from asynccost.javascript.edits.endings import UnfixableError, ending
from asynccost.javascript.edits.handle_texts import assumed_of
from asynccost.javascript.edits.listening import unlisten
from asynccost.javascript.edits.mismatch import match
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.releasing import Releasing
from asynccost.javascript.edits.returned import registers
from asynccost.javascript.edits.script import script
from asynccost.javascript.edits.timers_ended import beside
from asynccost.model import Confidence, Edit, Finding, Offer, Safety


def fix(finding: Finding, file: File) -> Offer | None:
    """Keep the handle and release it where the effect ends; listeners get a name for their handler."""
    found = [v for v in verdicts(file) if v.sure is not None and _is_of(v, finding)]
    if not found:
        return None
    surer = [v for v in found if v.sure is not Confidence.LOW]
    tries = [found, surer]
    if surer and any(beside(v, found, file) or _takes_field(v) for v in found if v not in surer):
        tries = [surer, found]  # one of the steps of a callback is not worth a variable, what fires once no field
    for wanted in tries:
        try:
            offer = _offer(wanted, file, finding.hint.get("vue", 0))
        except UnfixableError:
            continue
        left = next((v for v in found if v not in wanted and not v.got.pair.once), None)
        if left is None:
            return offer
        reason = f"{offer.reason}; what of {left.got.pair.what} that starts in line {file.span(left.got.call).line}?"
        return Offer(Safety.DISPLAY_ONLY, reason, offer.build)
    return None


def _is_of(verdict: Verdict, finding: Finding) -> bool:
    places: tuple[Node, ...] = (verdict.effect.anchor, verdict.got.call)
    return any((p.start, p.end) == (finding.span.start, finding.span.end) for p in places)


def _offer(found: list[Verdict], file: File, version: int) -> Offer:
    """version: of Vue; 0 where that is not known."""
    if not found:
        raise UnfixableError
    effect = found[0].effect
    if version == vue.OLDER:
        effect = replace(effect, ends=tuple(end for end in effect.ends if end not in vue.NEWER_ENDS))
    if isinstance(effect.scope, Class) and any(begins_again(effect.scope, e, method_around(v.got.function), file)
                                               for e in effect.ends for v in found):
        raise UnfixableError
    patch = Patch(script(file), effect.anchor.start)
    mended = [v for v in found if match(v, file, patch) or takes_until_destroyed(v, file, patch)]
    rest = [v for v in found if v not in mended]
    nested, keep = False, None
    if rest and registers(effect, file, patch):
        rest = []
    if rest:
        if any(isinstance(v.at, Return) for v in rest):
            raise UnfixableError
        keep = Releasing(effect, file, patch, ending(effect, file, patch))
        for verdict in sorted(rest, key=lambda v: v.got.call.start):
            if verdict.got.pair.handle == "same":
                unlisten(verdict.got, keep)
            else:
                keep_handle(verdict.got, keep)
        keep.end.finish([*dict.fromkeys(keep.releases)])
        nested = keep.nested
    edits: tuple[Edit, ...] = patch.edits()
    what = " and ".join(dict.fromkeys(f"the {v.got.pair.what}" for v in found))
    assumed = next((a for v in rest if (a := assumed_of(v.got, file))), "")
    if any(v.got.pair.once and v.sure is Confidence.LOW for v in rest):
        assumed = assumed or "what it was to do once does not happen any more when the component goes before"
    if rest and isinstance(effect.scope, Collection) and not effect.cleanups:
        assumed = assumed or vue.SAYS[version]
    if moved := moves_itself(effect, effect.setups, file):
        reason = f"{moved} changes what the effect depends on, so that its next run ends this one: is it to go on?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: edits)
    question = assumed if assumed.endswith("?") else next(of_what_starts(rest, effect, file), "")
    question = question or next(of_the_edit(rest, found, effect, file, keep), "")
    if question:  # nobody but its authors knows
        safety = Safety.DISPLAY_ONLY
    elif nested and not assumed:
        safety, assumed = Safety.UNSAFE, "only the newest that a callback starts is held"
    else:
        safety = Safety.UNSAFE if assumed else Safety.SAFE
    told = f"; {question or assumed}" if question or assumed else " and changes nothing else"
    return Offer(safety, f"the cleanup gives back {what}{told}", lambda: edits)


def _takes_field(verdict: Verdict) -> bool:
    """Whether a timeout that fires once would take an attribute of a class or of a component's options."""
    return verdict.got.pair.once and not isinstance(verdict.effect.scope, Function)
