"""effect-race: an effect's late answer can overwrite a newer one."""

from collections.abc import Iterator

from asynccost.flow.file import File
from asynccost.flow.lifecycle import Effect, effects
from asynccost.flow.races import Race, asked_elsewhere, race_of
from asynccost.model import Confidence, Finding, Silence


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
    sure = Confidence.LOW if race.settled else Confidence.HIGH if direct else Confidence.MEDIUM
    return file.finding(effect.anchor, message, sure, related=related)


def _what(race: Race) -> str:
    target = race.write.target
    return f"what {target}() set" if target.startswith("set") else f"{target}"
