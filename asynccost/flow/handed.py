"""JavaScript callbacks that run once, and for nobody who waits: as a component is shown, as a program starts."""

from asynccost.flow.around import callback_call
from asynccost.flow.tree import Call, Constant, Expr, Function, Member, Node
from asynccost.flow.words import chain

_MOUNTS = frozenset({
    "onBeforeMount", "onMounted", "onActivated", "beforeMount", "mounted", "created", "activated", "componentDidMount",
    "useEffect", "useLayoutEffect", "ngOnInit", "ngAfterViewInit", "onMount",
})
_STARTS = frozenset({"listen", "whenReady"})


def mounts(function: Function) -> bool:
    """Whether a function runs as a component is shown: nobody waits for it."""
    handed = callback_call(function)
    return function.name in _MOUNTS or (handed is not None and _last(handed[0].callee) in _MOUNTS)


def starts(function: Function) -> bool:
    """`app.listen(port, async () => { ... })`, `app.on("ready", ...)`: it runs once, and a failure is seen there."""
    handed = callback_call(function)
    if handed is None:
        return False
    call = handed[0]
    first = call.arguments[0].value
    if isinstance(first, Constant) and first.value == "ready":
        return _last(call.callee) in ("on", "once")
    callee: Expr = call.callee
    if isinstance(callee, Member) and callee.attr == "then" and isinstance(callee.value, Call):
        callee = callee.value.callee
    return _last(callee) in _STARTS


def _last(callee: Node) -> str:
    return "".join(chain(callee)[-1:])
