"""missing-effect-cleanup: what an effect acquires and its cleanup does not give back."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from asynccost.flow import vue
from asynccost.flow.file import File
from asynccost.flow.lasting import is_app_root
from asynccost.flow.leaks import Verdict, verdicts
from asynccost.flow.lifecycle import Effect
from asynccost.flow.project import Project
from asynccost.flow.tree import Call, Collection, Function, Node
from asynccost.javascript.effect_words import may_acquire, may_set_up
from asynccost.model import Confidence, Finding, Fix, Related, Silence

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
    if _may_be_of_root(file, first):
        finding.pending["module"] = file.module.name
    if isinstance(first.effect.scope, Collection) and not first.effect.cleanups:
        finding.pending["unended"] = True
    return finding


def _may_be_of_root(file: File, first: Verdict) -> bool:
    """Whether it is a listener of a mixin or composable, which the root component alone may use."""
    plain = file.path.endswith((".js", ".ts", ".mjs", ".mts")) and not first.effect.plain
    return plain and first.sure is not Confidence.LOW and first.got.pair.handle in ("same", "disposer")


def facts(file: File) -> dict[str, bool]:
    """Which Vue a component is written for."""
    return vue.ends(file)


def settle(finding: Finding, project: Project) -> Finding:
    """What only the root component uses lives as long as the page; Vue 2 has other names for a component's end."""
    users = project.names.importers(finding.pending["module"]) if "module" in finding.pending else []
    if users and all(is_app_root(path) for path in users):
        finding.confidence = Confidence.LOW
        finding.message += " (but only the root component uses it, which lives as long as the page)"
    if "unended" in finding.pending and (version := project.memo(vue.version)):
        finding.hint["vue"] = version
        if finding.fix is not None:
            reason = finding.fix.reason.replace(vue.SAYS[0], vue.SAYS[version])
            finding.fix = Fix(finding.fix.safety, reason)
    return finding


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
