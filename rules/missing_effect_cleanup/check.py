"""missing-effect-cleanup: what an effect acquires and its cleanup does not give back."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from asynccost.flow.around import above, holds
from asynccost.flow.effects import vue
from asynccost.flow.effects.going import STAYS, going
from asynccost.flow.effects.leaks import Verdict, verdicts
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.made_once import made_by_modules
from asynccost.flow.effects.rendered import given_plainly, is_unhanded
from asynccost.flow.effects.renderers import stem_of
from asynccost.flow.effects.standing import PERHAPS
from asynccost.flow.file import File
from asynccost.flow.linked.project import Project
from asynccost.flow.tree import Call, Class, Collection, Function, If, Name, Node
from asynccost.javascript.words import may_acquire, may_set_up
from asynccost.model import Confidence, Finding, Fix, Related, Silence, Span

if TYPE_CHECKING:
    from asynccost.javascript.text import Text


def worth(text: "Text") -> bool:
    """Whether a script has an effect of any kind, and acquires something."""
    return may_set_up(text) and may_acquire(text)


def check(file: File) -> Iterator[Finding | Silence]:
    """One finding an effect, for the surest of its leaks; the others are related places."""
    open_ends: dict[int, list[Verdict]] = {}
    for verdict in verdicts(file):
        if verdict.sure is None:
            yield file.silence(verdict.got.call, f"{verdict.got.pair.what}: {verdict.why}")
        else:
            open_ends.setdefault(id(verdict.effect), []).append(verdict)
    for found in open_ends.values():
        yield _finding(file, found)


_ORDER = {Confidence.HIGH: 0, Confidence.MEDIUM: 1, Confidence.LOW: 2}


def _finding(file: File, found: list[Verdict]) -> Finding:
    found.sort(key=lambda v: (_ORDER[v.sure or Confidence.LOW], v.got.call.start))
    first = found[0]
    pair = first.got.pair
    article = "an" if pair.what[0].lower() in "aeiou" else "a"
    message = (
        f"{_title(first.effect)} starts {article} {pair.what} that its cleanup does not give back, so {pair.cost} after"
        f" the {_whole(first.effect)} has gone: {first.why}"
    )
    sure, related = first.sure or Confidence.LOW, tuple(_related(file, found))
    finding = file.finding(_anchor(first), message, sure, related=related)
    if _may_stay(first) or _needs_going(first):
        named = getattr(first.effect.scope, "name", "")
        finding.pending["goes"] = stem_of(file.path) if file.path.endswith(_FILES) else named
    if _needs_going(first):
        finding.pending["seen"] = True
    if first.sure is not Confidence.LOW and (asked := _asked(file, found)):
        finding.pending["asked"] = asked
    if first.effect.plain and first.sure is not Confidence.LOW and isinstance(first.effect.scope, Class):
        finding.pending["made"] = True
    if isinstance(first.effect.scope, Collection) and not first.effect.cleanups:
        finding.pending["unended"] = True
    return finding


def _may_stay(first: Verdict) -> bool:
    """Whether what a component starts once does harm only if the component goes away.

    A removal that misses what it was written for is wrong wherever it stands.
    """
    left_whole = first.sure is not Confidence.LOW and first.at in (None, first.got.call)
    return left_whole and not first.effect.plain and (first.effect.once or first.effect.deps == [])


def _needs_going(first: Verdict) -> bool:
    """Whether what hears may be over with what it hears of: worth a word where the component is seen to go away."""
    pair = first.got.pair
    return first.sure is Confidence.MEDIUM and first.at in (None, first.got.call) and pair.handle in _HEARS


_HEARS = ("same", "disposer")
_FILES = (".vue", ".svelte")


def _asked(file: File, found: list[Verdict]) -> list[list[str]]:
    """The component and the property under whose test each of an effect's leaks stands; [] where one has none."""
    asked: list[list[str]] = []
    for verdict in found:
        scope = verdict.effect.scope
        if verdict.sure is Confidence.LOW:
            continue
        if verdict.effect.framework != "React" or not isinstance(scope, Function):
            return []
        tests = [up.test for up in above(verdict.got.call) if isinstance(up, If) and holds(up, verdict.got.call)]
        keys = [given_plainly(scope, test.id, file) for test in tests if isinstance(test, Name)]
        if not any(keys):
            return []
        asked.append(next(key for key in keys if key))
    return asked


def facts(file: File) -> dict[str, bool]:
    """Which Vue a component is written for."""
    return vue.ends(file)


def settle(finding: Finding, project: Project) -> Finding:
    if said := _does_no_harm(finding, project):
        finding.confidence = Confidence.LOW
        finding.message += f" (but {said})"
    elif "goes" in finding.pending:
        finding = _going(finding, project)
    if "unended" in finding.pending and (version := project.memo(vue.version)):
        finding.hint["vue"] = version
        if finding.fix is not None:
            reason = finding.fix.reason.replace(vue.SAYS[0], vue.SAYS[version])
            finding.fix = Fix(finding.fix.safety, reason)
    return finding


def _going(finding: Finding, project: Project) -> Finding:
    """With the place where the component goes away; of low confidence where it stays as long as the page.

    What may be over with its source is of low confidence as well where it is not seen to go.
    """
    where = going(project, finding.path, finding.pending["goes"])
    if "seen" in finding.pending and (where is None or where.why == PERHAPS):
        finding.confidence = Confidence.LOW
    if where is STAYS:
        finding.confidence = Confidence.LOW
        finding.message += f" (but {where.why})"
    if where is None or where is STAYS:
        return finding
    line = project.code.text(where.path).count(b"\n", 0, where.start) + 1
    span = Span(where.start, where.start, line, 1, line, 1)
    return replace(finding, related=(*finding.related, Related(where.path, span, where.why)))


def _does_no_harm(finding: Finding, project: Project) -> str:
    """Why what is left behind is never started, or lives as long as the page, as the whole project says."""
    pending, path = finding.pending, finding.path
    if (asked := pending.get("asked")) and all(is_unhanded(project, path, *given) for given in asked):
        return f"nobody in sight hands {asked[0][0]} any {asked[0][1]}"
    if "made" in pending and made_by_modules(path, project):
        return "a module makes it when it is read, so that it lives as long as the page"
    return ""


def _anchor(verdict: Verdict) -> Node:
    anchor = verdict.effect.anchor
    return verdict.got.call if isinstance(anchor, Function) and anchor.kind == "module" else anchor


def _title(effect: Effect) -> str:
    return f"{effect.name}()" if isinstance(effect.anchor, (Call, Function)) else effect.name


def _whole(effect: Effect) -> str:
    return "object" if effect.plain else "component"


def _related(file: File, found: list[Verdict]) -> Iterator[Related]:
    for verdict in found:
        yield file.related(verdict.got.call, f"the {verdict.got.pair.what} starts here: {verdict.why}")
        if verdict.at is not None and verdict.at is not verdict.got.call:
            yield file.related(verdict.at, verdict.why)
