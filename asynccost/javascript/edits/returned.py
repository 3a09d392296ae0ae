"""A cleanup that a set-up returns though its framework does not look at it: it is registered instead."""

from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.file import File
from asynccost.flow.tree import Closure
from asynccost.javascript.edits.imports import imported
from asynccost.javascript.edits.patch import Patch

_HOOKS = {"Vue": ("onUnmounted", "vue"), "Solid": ("onCleanup", "solid-js")}


def registers(effect: Effect, file: File, patch: Patch) -> bool:
    """Turn `return () => stop()` into `onCleanup(() => stop())`; False where the set-up does not end so.

    Both frameworks take registrations while a hook runs, as long as nothing was awaited before.
    """
    setup = effect.setups[0]
    returned = [r for r in (setup.index.returns if setup.index else []) if r.value is not None]
    if effect.framework not in _HOOKS or effect.returned or setup.is_async or len(returned) != 1:
        return False
    (last,) = returned
    if not isinstance(last.value, Closure) or not setup.body or setup.body[-1] is not last or last.end == setup.end:
        return False
    if effect.framework == "Vue" and not effect.once:
        return False
    name, module = _HOOKS[effect.framework]
    used = imported(name, module, file, patch) or name
    patch.replace(last.start, last.value.start, f"{used}(")
    patch.insert(last.value.end, ")")
    return True
