"""JavaScript callbacks that run once, and for nobody who waits: as a component is shown."""

from asynccost.flow.around import callback_call
from asynccost.flow.tree import Function, Node
from asynccost.flow.words import chain

_MOUNTS = frozenset({
    "onBeforeMount", "onMounted", "onActivated", "beforeMount", "mounted", "created", "activated", "componentDidMount",
    "useEffect", "useLayoutEffect", "ngOnInit", "ngAfterViewInit", "onMount",
})


def mounts(function: Function) -> bool:
    """Whether a function runs as a component is shown: nobody waits for it."""
    handed = callback_call(function)
    return function.name in _MOUNTS or (handed is not None and _last(handed[0].callee) in _MOUNTS)


def _last(callee: Node) -> str:
    return "".join(chain(callee)[-1:])
