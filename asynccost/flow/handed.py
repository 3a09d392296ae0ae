"""JavaScript callbacks that run once, and for nobody who waits: as a component is shown, as a program starts."""

from asynccost.flow.tree import Argument, Call, Constant, Expr, Function, Member, Node
from asynccost.flow.words import chain

_MOUNTS = frozenset({
    "onBeforeMount", "onMounted", "onActivated", "beforeMount", "mounted", "created", "activated", "componentDidMount",
    "useEffect", "useLayoutEffect", "ngOnInit", "ngAfterViewInit", "onMount",
})
_STARTS = frozenset({"listen", "whenReady"})


def mounts(function: Function) -> bool:
    """Whether a function runs as a component is shown: nobody waits for it."""
    call = _handed_to(function)
    return function.name in _MOUNTS or (call is not None and _last(call.callee) in _MOUNTS)


def starts(function: Function) -> bool:
    """`app.listen(port, async () => { ... })`, `app.on("ready", ...)`: it runs once, and a failure is seen there."""
    call = _handed_to(function)
    if call is None:
        return False
    first = call.arguments[0].value
    if isinstance(first, Constant) and first.value == "ready":
        return _last(call.callee) in ("on", "once")
    callee: Expr = call.callee
    if isinstance(callee, Member) and callee.attr == "then" and isinstance(callee.value, Call):
        callee = callee.value.callee
    return _last(callee) in _STARTS


def _handed_to(function: Function) -> Call | None:
    """The call that takes a callback."""
    argument = function.closure.parent if function.closure is not None else None
    call = argument.parent if isinstance(argument, Argument) else None
    return call if isinstance(call, Call) else None


def _last(callee: Node) -> str:
    return "".join(chain(callee)[-1:])
