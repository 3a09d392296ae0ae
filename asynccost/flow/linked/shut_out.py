"""Code that a condition on a parameter keeps from running, since no call of its function hands in what it asks for."""

from collections.abc import Iterator
from functools import partial

from asynccost.flow.arguments import handed, leaves_out
from asynccost.flow.conditions import Known, Value
from asynccost.flow.dead import hangs, is_dead
from asynccost.flow.file import File, function_at, site_at
from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.every_call import Made, every_call
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.tree import Function, Name, Node
from asynccost.flow.walk import walk
from asynccost.model import Span

_HOPS = 2  # functions that hand on what they are given


def shut_out(project: Project, path: str, span: Span) -> str:
    """Why the code at a place does not run for any call of the function that it stands in; "" where it may."""
    file = lowered(project, path)
    return next(filter(None, (_why(project, file, *one) for one in _around(file, span))), "") if file else ""


def given_by(project: Project, caller: Caller, target: Def) -> tuple[File, Function, Known] | None:
    """A function that is called, its file, and what the call hands in; None where one of them cannot be read."""
    file, by = lowered(project, target.file["path"]), lowered(project, caller.by.file["path"])
    if file is None or by is None:
        return None
    function = function_at(file, Span(target.facts["start"], target.facts["end"]))
    site = site_at(by, Span(caller.call["start"], caller.call["end"]))
    if function is None or site is None:
        return None
    return file, function, given(project, file, Made(by, site), function)


def lowered(project: Project, path: str) -> File | None:
    """A file of the project, lowered."""
    asked, script = project.names.asked.get(path), project.names.scripts.by_path.get(path)
    return asked.file if asked is not None else script.lowered() if script is not None else None


def _around(file: File, span: Span) -> Iterator[tuple[Node, Function]]:
    """The place, with the function that holds it, and each function on the way, with the one that it is written in."""
    node, function = node_at(file, span)
    while node is not None and function is not None and function.kind != "module":
        yield node, function
        node, function = function.closure or function.parent, function.scope


def node_at(file: File, span: Span) -> tuple[Node | None, Function | None]:
    """The smallest node that holds a place, or where it begins, if it is several statements; and its function."""
    functions = file.functions_if(lambda f: f.start <= span.start < f.end)
    holding = [f for f in functions if f.kind != "module" and f.start <= span.start < f.end]
    function = min(holding, key=_size, default=None)
    nodes = [n for n in walk(*function.body) if n.start <= span.start < n.end] if function is not None else []
    whole = min((n for n in nodes if span.end <= n.end), key=_size, default=None)
    several = whole is None or (whole.start < span.start and hasattr(whole, "body"))
    return min(nodes, key=_size, default=None) if several else whole, function


def _size(node: Node) -> int:
    return node.end - node.start


def _why(project: Project, file: File, node: Node, function: Function) -> str:
    if not hangs(node, function) or not (calls := every_call(project, file, function)):
        return ""
    source = file.module.source
    known = [given(project, file, one, function) for one in calls]
    if not all(is_dead(node, function, source, one) for one in known):
        return ""
    alone = partial(_alone, node, function, source, known)
    name = next(filter(alone, known[0]), "")
    if not name:
        return f"what {_title(function)} is called with keeps this from running"
    if all(leaves_out(one.site.call, function, name) for one in calls):
        return f"no caller of {_title(function)} hands in {name}"
    return f"what the callers of {_title(function)} hand in as {name} keeps this from running"


def _alone(node: Node, function: Function, source: bytes, known: list[dict[str, Value]], name: str) -> bool:
    """Whether one parameter is enough to keep a place from running in each call."""
    return all(name in one and is_dead(node, function, source, {name: one[name]}) for one in known)


def _title(function: Function) -> str:
    return f"{function.name}()"


def given(project: Project, file: File, made: Made, function: Function, hops: int = _HOPS) -> dict[str, Value]:
    """What a call hands in, also of what its own function is given."""
    caller = made.site.function
    asked = hops and caller is not function and _hands_on(made)
    outer = _agreed(project, made.file, caller, hops) if asked else {}
    return handed(file, made.site.call, made.file, caller, function, outer)


def _hands_on(made: Made) -> bool:
    """Whether a call is given a parameter of the function that it stands in."""
    own = {param.name for param in made.site.function.params}
    return any(isinstance(a.value, Name) and a.value.id in own for a in made.site.call.arguments)


def _agreed(project: Project, file: File, function: Function, hops: int) -> Known:
    """The parameters of a function for which all its calls hand in the same."""
    if not function.params or not (calls := every_call(project, file, function)):
        return {}
    first, *rest = (given(project, file, one, function, hops - 1) for one in calls)
    return {name: said for name, said in first.items() if all(name in one and _is(one[name], said) for one in rest)}


def _is(one: Value, other: Value) -> bool:
    return type(one) is type(other) and one == other
