"""stale-effect-capture: a cleanup or handler reads state that the effect's dependencies leave out."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from asynccost.flow.effects.lifecycle import Effect, effects
from asynccost.flow.effects.stale import Stale, stale_reads
from asynccost.flow.effects.state import STATE
from asynccost.flow.file import File
from asynccost.javascript.words import may_hook
from asynccost.model import Confidence, Finding, Silence

if TYPE_CHECKING:
    from asynccost.javascript.text import Text

_REGISTERS = re.compile(rb"\bsetInterval\b|\baddEventListener\b|\.\s*(?:addListener|on|subscribe)\b|\.\s*on\w+\s*=[^=]")
_WHERE = {"cleanup": "its cleanup", "interval": "its interval", "handler": "its handler"}


def worth(text: "Text") -> bool:
    """Whether a script has an effect, state, and code that outlives a render."""
    if text.is_test or not may_hook(text) or STATE.isdisjoint(text.words):
        return False
    cleanups = text.knowledge.table("lifecycles")["cleanup_calls"]
    return _REGISTERS.search(text.source) is not None or not text.words.isdisjoint(cleanups) or text.ends_something


def check(file: File) -> Iterator[Finding | Silence]:
    """One finding an effect: the surest of its stale reads."""
    for effect in effects(file):
        reads = stale_reads(effect, file)
        if not reads:
            continue
        if file.is_test:
            yield file.silence(effect.anchor, "it is part of a test")
            continue
        mattering = [r for r in reads if r.matters]
        if not mattering:
            yield file.silence(effect.anchor, f"{reads[0].name.id} is only logged")
            continue
        yield _finding(effect, mattering, file)


def _finding(effect: Effect, reads: list[Stale], file: File) -> Finding:
    reads.sort(key=lambda r: (r.kind != "cleanup", r.kind != "interval", not r.lost, r.name.start))
    first = reads[0]
    names = ", ".join(dict.fromkeys(r.name.id for r in reads))
    when = "the first render" if not effect.deps else "the render that last ran the effect"
    message = (
        f"{effect.name}() does not list {names}, so {_WHERE[first.kind]} goes on reading the value of {when}: "
        + (
            "what was opened since is never given back"
            if first.kind == "cleanup"
            else "it acts on what is long out of date"
        )
    )
    related = tuple(file.related(r.name, f"{r.name.id} is read here, {_reader(r)}") for r in reads[:4])
    return file.finding(effect.anchor, message, _sure(first), related=related)


def _sure(read: Stale) -> Confidence:
    """What a handler only tests is often right by then, or decides nothing: a value that is set again is the same."""
    if read.kind == "interval":
        return Confidence.HIGH
    return Confidence.MEDIUM if read.kind == "cleanup" or read.lost else Confidence.LOW


def _reader(read: Stale) -> str:
    name = read.function.name
    return f"in {name}()" if name else f"in the {read.kind}"
