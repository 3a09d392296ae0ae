"""Requests of a script that nobody waits for: one that never ends holds nobody."""

from asynccost.flow.file import Site
from asynccost.flow.scopes import scopes
from asynccost.flow.tree import Assign, Bind, Call, Closure, Constant, Do, Function, Member, Name, Node
from asynccost.flow.walk import walk
from asynccost.flow.words import root, words

_THEN = frozenset({"then", "catch", "finally"})
_BUSY = frozenset({"loading", "busy", "pending", "progress", "running", "working", "lock", "locked"})


def nobody_waits(site: Site) -> bool:
    """Whether a request stands by itself, `axios.post(url).then(log).catch(log)`, and what follows it tells nobody."""
    call, handlers = site.call, list[Function]()
    while isinstance(call.parent, Member) and call.parent.attr in _THEN and isinstance(call.parent.parent, Call):
        call = call.parent.parent
        given = [argument.value for argument in call.arguments]
        if not all(isinstance(one, Closure) for one in given):
            return False  # `.then(resolve)`
        handlers += [one.function for one in given if isinstance(one, Closure)]
    if not handlers or not isinstance(call.parent, Do):
        return False
    return not any(_tells(node, site.function) for one in handlers for node in walk(*one.body))


def _tells(node: Node, around: Function) -> bool:
    """Whether somebody waits for what a handler does: it calls what its function was handed, or takes a flag back."""
    if isinstance(node, Call):
        of = root(node.callee)
        return isinstance(of, Name) and of.id in _handed(around)
    if isinstance(node, (Assign, Bind)):
        targets = node.targets if isinstance(node, Assign) else [node.target]
        said = {word for target in targets for part in walk(target) for word in _words(part)}
        return (isinstance(node.value, Constant) and isinstance(node.value.value, bool)) or not said.isdisjoint(_BUSY)
    return False


def _words(part: Node) -> tuple[str, ...]:
    return words(part.id if isinstance(part, Name) else part.attr if isinstance(part, Member) else "")


def _handed(function: Function) -> set[str]:
    """The parameters of a function and of those around it: `resolve`, `callback`, `response`."""
    return {param.name for one in scopes(function) for param in one.params}
