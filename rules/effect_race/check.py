"""effect-race: an effect's late answer can overwrite a newer one."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from asynccost.flow.around import function_of
from asynccost.flow.effects.lifecycle import Effect, effects
from asynccost.flow.effects.mounted import is_anew
from asynccost.flow.effects.race_changes import from_address, is_chosen
from asynccost.flow.effects.race_covers import over_bridge
from asynccost.flow.effects.race_settled import source_of
from asynccost.flow.effects.races import Race, asked_elsewhere, race_of
from asynccost.flow.effects.rendered import Fate, fate_of, given_by, given_plainly, is_unhanded
from asynccost.flow.effects.state import root_name, state_of
from asynccost.flow.file import File
from asynccost.flow.linked.project import Project
from asynccost.flow.linked.verdicts import open_rows
from asynccost.flow.linked.verdicts import settle as verdict_of
from asynccost.flow.reach import local_function, values
from asynccost.flow.tree import Call, Function, Name
from asynccost.flow.waits.awaits import classify
from asynccost.flow.waits.wait import Wait
from asynccost.flow.words import chain, verb, words
from asynccost.javascript.words import may_hook
from asynccost.model import Confidence, Finding, Silence

if TYPE_CHECKING:
    from asynccost.javascript.text import Text

_ASKS = frozenset({"search", "query", "request", "api", "suggest", "lookup", "refresh", "call"})
_LANDING = frozenset({
    "callback", "oauth", "verify", "verification", "unsubscribe", "invitation", "activate", "landing", "invite", "saml",
})
_AS_IT_IS = frozenset({Fate.STAYS, Fate.UNKNOWN, Fate.UNSEEN})
_KEYS = re.compile(r"(?<![\w$.])[A-Za-z_$][\w$]*")
_WAITS = frozenset({"await", "then", "finally", "catch"})
_COMPUTES = frozenset({
    "has", "is", "can", "should", "parse", "format", "compute", "calculate", "validate", "check", "digest", "hash",
})


def worth(text: "Text") -> bool:
    """Whether a script has an effect, and something that waits; of React alone, state that is set behind a wait."""
    waits = not text.is_test and not _WAITS.isdisjoint(text.words) and may_hook(text)
    return waits and (may_hook(text, aside="React") or text.sets_late)


def check(file: File) -> Iterator[Finding | Silence]:
    """Judge every effect that writes state after a wait."""
    for effect in effects(file):
        race = race_of(effect, file)
        if race is None:
            continue
        if isinstance(race, str):
            yield file.silence(effect.anchor, race)
            continue
        if file.is_test:
            yield file.silence(effect.anchor, "it is part of a test")
        elif race.guard:
            yield file.silence(effect.anchor, race.guard)
        elif not race.listed and asked_elsewhere(race, effect, file):
            yield file.silence(effect.anchor, "another effect asks for the same and is judged there")
        else:
            yield _finding(effect, race, file)


def _finding(effect: Effect, race: Race, file: File) -> Finding:
    if race.listed:
        message = (
            f"{effect.name}() asks again whenever {race.key} changes, and nothing keeps an older answer that comes"
            f" later from overwriting {_what(race)}: the wrong data is shown, and the request for it was wasted"
        )
    else:
        message = (
            f"{effect.name}() asks by {race.key} and writes the answer to state that other views share: when this"
            f" view is left early, its late answer overwrites {_what(race)} for the next one"
        )
    related = (
        file.related(race.request, f"asked with {race.key} here"),
        file.related(race.write.node, "written here, without asking whether it is still wanted"),
    )
    direct = race.listed and file.site(race.request).name in ("fetch", "axios:default", "axios:get")
    sure = Confidence.HIGH if direct else Confidence.MEDIUM
    if race.settled or race.error or (_is_landing(file) and from_address(race.key, effect)):
        sure = Confidence.LOW
    waits = _waits(race.request, file)
    asks = any(_asks(w.name, file) for w in waits)
    handed = _handed_in(effect, race, file)
    props = file.path.endswith(".vue") and source_of(race.key, effect).startswith("props.")
    return file.finding(
        effect.anchor, message, sure, related=related, waits=open_rows(waits), computes=not asks, handed=handed,
        props=props, asks=_handed_function(effect, race, file), told="" if direct else _only_told(effect, race, file),
        holds=_is_file(race.key, effect),
    )


def _waits(request: Call, file: File) -> list[Wait]:
    """What a request waits for; a helper that is no async function waits by what it hands to `then`."""
    around = function_of(request)
    helper = local_function(request.callee, around, file)
    calls = helper.index.calls if helper is not None and helper.index is not None and not helper.is_async else []
    asked = [w for call in calls if chain(call.callee)[-1] == "then" for w in classify(call, file, helper or around)]
    return asked or classify(request, file, around)


def _is_file(key: str, effect: Effect) -> bool:
    """Whether a key is what a person has dropped or picked: `droppedFile`, not the `selectedFile` of a list."""
    held = not {"file", "blob"}.isdisjoint(words(key)[-1:])
    return held and not (isinstance(effect.scope, Function) and is_chosen(key, effect.scope))


def _only_told(effect: Effect, race: Race, file: File) -> str:
    """The key of a request all of whose keys a context, a store or another hook tells, and none says it is chosen.

    Who shows the component mostly shows another one for another value: a skeleton, a page, a drawer.
    """
    if effect.framework != "React" or not isinstance(effect.scope, Function):
        return ""
    asked = {word.partition(".")[0] for word in _KEYS.findall(file.text(race.request))}
    keys = {race.key, *(race.moving & asked)}
    told = all(_is_told(key, effect.scope, file) and not from_address(key, effect) for key in keys)
    return race.key if told and not any(is_chosen(key, effect.scope) for key in keys) else ""


def _is_told(key: str, component: Function, file: File) -> bool:
    """Whether a hook tells a key, or an object that it hands out (`client.userId()`); what is handed a state follows
    that: `useDebounce(text)`."""
    root, state = re.split(r"\W", key)[0], state_of(component, file)
    bound = values(root, component)
    given = [a.value for value in bound if isinstance(value, Call) for a in value.arguments]
    told = root in state.hooked or (bool(bound) and all(root_name(value) in state.hooked for value in bound))
    return told and not any(root_name(one) in state.values | state.inputs for one in given)


def _handed_function(effect: Effect, race: Race, file: File) -> list[str]:
    """The component that is handed the function which it asks, and as what: `await onSearch?.(text)`."""
    callee = race.request.callee
    if effect.framework != "React" or not isinstance(effect.scope, Function) or not isinstance(callee, Name):
        return []
    return given_plainly(effect.scope, callee.id, file)


def _handed_in(effect: Effect, race: Race, file: File) -> list[list[str]]:
    """The component or hook that is handed the key, and as what, and so of others that the request says.

    [] where one says that it is chosen, or the key is not handed in.
    """
    scope = effect.scope
    if effect.framework not in ("React", "Svelte") or not isinstance(scope, Function):
        return []
    first = given_by(scope, race.key, file)
    asked = {word.partition(".")[0] for word in _KEYS.findall(file.text(race.request))}
    others = (race.moving & asked) - {race.key.partition(".")[0]} if first else set()
    if not first or any(is_chosen(key, scope) for key in (race.key, *others)):
        return []
    return [first, *(given for key in sorted(others) if (given := given_by(scope, key, file)) and given[1])]


def _is_landing(file: File) -> bool:
    """Whether a page is where a link leads once: `/auth/verify-email`, `/oauth/callback`."""
    parts = [set(words(part.partition(".")[0])) for part in file.path.split("/")]
    return any(said & _LANDING and not said & {"modal", "dialog"} for said in parts)


def _asks(name: str, known: File | Project) -> bool:
    """Whether a call says by its name that it asks somebody else; `hasPrompts` or `parse` may be answered here."""
    said = words(name)
    reads = verb(name, known.knowledge) in ("read", "add", "write") and said[0] not in _COMPUTES
    return reads or not _ASKS.isdisjoint(said)


def settle(finding: Finding, project: Project) -> Finding | Silence:
    """Whether what is asked waits for anything: what is computed here comes back in the order that it was asked."""
    verdict = verdict_of(finding.pending["waits"], finding.path, project)
    kept = verdict.memory and not (verdict.bad or verdict.good or verdict.likely or verdict.others or verdict.unknown)
    if kept and finding.pending["computes"]:  # `search()` may wait for something else than what is in sight
        return Silence(finding.rule, finding.path, finding.span, f"{verdict.memory[0]} is answered from memory")
    asks: list[str] = finding.pending["asks"]
    if asks and is_unhanded(project, finding.path, *asks):
        finding.confidence = Confidence.LOW
        finding.message += f" (but nobody in sight hands {asks[0]} any {asks[1]})"
        return finding
    known = verdict.good or verdict.likely or verdict.bad or verdict.others
    ends = [w.rpartition(" -> ")[2].removesuffix("()") for w in verdict.unknown]  # `api.log`
    said = any(_asks(end.rpartition(".")[2], project) or not _ASKS.isdisjoint(words(end)) for end in ends)
    near = [w for w in verdict.unknown if not said or over_bridge(w) or finding.pending["holds"]] or (
        [] if verdict.unknown else verdict.memory
    )
    if finding.confidence is Confidence.LOW:
        return finding
    if not known and near:
        finding.confidence = Confidence.LOW
        finding.message += f" (not sure: nothing shows that {near[0]} waits for another machine)"
    elif told := finding.pending["told"]:
        finding.confidence = Confidence.LOW
        finding.message += f" (not sure: nothing in sight shows that {told} changes while this is shown)"
    elif finding.pending["handed"]:
        name = finding.pending["handed"][0][0]
        fates = {fate_of(project, finding.path, *given) for given in finding.pending["handed"]}
        if fates <= ({Fate.STAYS} if finding.path.endswith(".svelte") else _AS_IT_IS):
            finding.confidence = Confidence.LOW
            finding.message += f" (not sure: nothing in sight shows that what {name} is handed changes while it stays)"
    elif finding.pending["props"] and is_anew(project, finding.path):
        finding.confidence = Confidence.LOW
        finding.message += " (not sure: those who show it mount it anew for each)"
    return finding


def _what(race: Race) -> str:
    target = race.write.target
    return f"what {target}() set" if target.startswith("set") else f"{target}"
