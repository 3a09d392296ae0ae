"""Resources that wander (streams, object URLs): any release in their component will do."""

from asynccost.flow.acquisitions import Acquisition
from asynccost.flow.around import use_of
from asynccost.flow.effect_code import component_functions, own_functions
from asynccost.flow.file import File
from asynccost.flow.lifecycle import Effect
from asynccost.flow.reach import within
from asynccost.flow.state import SETTER
from asynccost.flow.tree import Assign, Bind, Call, Member, Name
from asynccost.model import Confidence

WANDERS = frozenset(
    {"navigator.mediaDevices.getUserMedia", "navigator.mediaDevices.getDisplayMedia", "URL.createObjectURL"}
)


def let_go(effect: Effect, got: Acquisition, file: File) -> tuple[Confidence | None, str]:
    """How sure it is that nobody releases such a resource (None: somebody may), and why."""
    if taker := _taken_by(got.call):
        return None, f"{taker}() takes it, which may release it"
    for function in component_functions(effect, file):
        for call in function.index.calls if function.index else ():
            said = (call.callee, *(a.value for a in call.arguments))  # `urls.forEach(URL.revokeObjectURL)`
            if any(isinstance(one, Member) and one.attr in got.pair.release for one in said):
                return None, "a release stands in the same component"
    sure = Confidence.LOW if _of_others(effect, got, file) else Confidence.MEDIUM
    return sure, "nothing in the component releases it"


def _taken_by(call: Call) -> str:
    """The function that a resource is handed to, no setter of state: `replaceUrl(URL.createObjectURL(blob))`."""
    use = use_of(call)
    callee = use.node.callee if use.kind == "argument" and isinstance(use.node, Call) else None
    return callee.id if isinstance(callee, Name) and not SETTER.match(callee.id) else ""


def _of_others(effect: Effect, got: Acquisition, file: File) -> bool:
    """Whether a helper acquires it that others than the effect name as well."""
    helper = got.function
    while helper.scope is not None and helper.scope is not effect.scope:
        helper = helper.scope
    if helper in effect.setups or helper.scope is None or not helper.name:
        return False
    own = {id(f) for f in own_functions(effect, file)}
    names = (n for f in within(helper.scope, file) if id(f) not in own for n in (f.index.names if f.index else ()))
    return any(n.id == helper.name and not isinstance(n.parent, (Assign, Bind)) for n in names)
