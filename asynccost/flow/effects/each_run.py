"""Timeouts that work for the run of an effect that started them, and are to fire whatever the next run brings."""

from asynccost.flow.effects.acquisitions import Acquisition
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.state import SETTER
from asynccost.flow.file import File
from asynccost.flow.reach import binder, within
from asynccost.flow.tree import Closure
from asynccost.flow.words import word_of


def of_each_run(got: Acquisition, effect: Effect, file: File) -> str:
    """What a timeout does for the run that starts it: `setTimeout(() => setJobs((all) => without(all, job)), 1000)`.

    The next run brings another job, and nobody else takes this one out; "" elsewhere.
    """
    handed = got.call.arguments[0].value if got.call.arguments else None
    if got.pair.name != "setTimeout" or not isinstance(handed, Closure) or effect.once or effect.deps == []:
        return ""
    for call in (c for f in within(handed.function, file) for c in (f.index.calls if f.index else ())):
        given = [a.value for a in call.arguments]
        if SETTER.match(word_of(call)) and len(given) == 1 and isinstance(given[0], Closure):
            inner = within(given[0].function, file)
            names = (n.id for f in inner for n in (f.index.names if f.index else ()))
            if any(binder(name, given[0].function) in effect.setups for name in names):
                return word_of(call)
    return ""
