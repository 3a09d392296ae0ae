"""What the callers of a function hand in: the client that it would build for itself, the address that it asks."""

import re
from collections.abc import Sequence

from asynccost.flow.around import above
from asynccost.flow.file import File, Site, site_at
from asynccost.flow.life import Life
from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.sessions.addresses import address_of, request_of
from asynccost.flow.sessions.recreated import is_test
from asynccost.flow.tree import Call, Constant, Expr, Function, If, Name, Node, Other
from asynccost.flow.words import chain, words

_SELF = frozenset({"self", "cls"})


def stands_in(file: File, site: Site) -> Sequence[str | int]:
    """The parameter that a client stands in for, and how many a caller may put before it; nothing where it does not.

    The parameter is named after what is built: `session` for a `ClientSession`.
    """
    built = frozenset(words(site.name.rpartition(".")[2])) if site.name else frozenset()
    params = [p for p in site.function.params if p.name not in _SELF]
    for at, param in enumerate(params):
        is_client = param.default is not None and not built.isdisjoint(words(param.name))
        if is_client and any(_where_missing(file, up, site.call, param.name) for up in above(site.call)):
            return [param.name, at]
    return []


def _where_missing(file: File, up: Node, call: Call, name: str) -> bool:
    """Whether a branch around a call is taken only where a name holds nothing."""
    if isinstance(up, If):
        then = any(s.start <= call.start < s.end for s in up.body)
        other = any(s.start <= call.start < s.end for s in up.orelse)
        test = " ".join(file.text(up.test).split()).strip("()")
        missing = (f"{name} is None", f"not {name}", f"{name} == None")
        return (then and test in missing) or (other and test in (name, f"{name} is not None", f"{name} != None"))
    return False


def left_out(instead: Sequence[str | int], made: Def, project: Project) -> bool:
    """Whether a call in sight, of a test or a script aside, leaves out the parameter that a client stands in for."""
    name, at = str(instead[0]), int(instead[1])
    callers = project.calls.callers(made)
    return any(not is_test(caller, project) and not _hands_in(caller, name, at, project) for caller in callers)


def _hands_in(caller: Caller, name: str, at: int, project: Project) -> bool:
    """Whether a call gives a parameter a value."""
    asked = project.names.asked.get(caller.by.file["path"])
    site = site_at(asked.file, caller.related("").span) if asked is not None else None
    if site is None:
        return False
    value = _given(site, name, at)
    return any(a.star for a in site.call.arguments) or not _is_missing(value)


def _is_missing(value: Expr | None) -> bool:
    return value is None or (isinstance(value, Constant) and value.value is None)


def _given(site: Site, name: str, at: int) -> Expr | None:
    """What a call hands in for a parameter."""
    plain = [a for a in site.call.arguments if a.keyword is None]
    named = (a.value for a in site.call.arguments if a.keyword == name)
    return next(named, plain[at].value if at < len(plain) else None)


def handed_address(function: Function, life: Life) -> Sequence[str | int]:
    """The parameter that is the whole address of all that a client asks, and its place; nothing where none is."""
    sent = [call for read in life.reads if (call := request_of(read)) is not None and call.arguments]
    names = {expr.id if isinstance(expr := address_of(call), Name) else "" for call in sent}
    params = [p.name for p in function.params if p.name not in _SELF]
    only = names.pop() if len(names) == 1 else ""
    return [only, params.index(only)] if only in params else []


def asks_one_service(address: Sequence[str | int], made: Def, project: Project) -> bool:
    """Whether all calls in sight hand in an address that begins with a host, or with that of the object's settings."""
    callers = [c for c in project.calls.callers(made) if not is_test(c, project)] if address else []
    return bool(callers) and all(_names_a_host(c, str(address[0]), int(address[1]), project) for c in callers)


def _names_a_host(caller: Caller, name: str, at: int, project: Project) -> bool:
    asked = project.names.asked.get(caller.by.file["path"])
    site = site_at(asked.file, caller.related("").span) if asked is not None else None
    if asked is None or site is None:
        return False
    value = _given(site, name, at)
    return value is not None and _is_of_host(value, site.function, asked.file, 0)


_HOST = re.compile(r"""[fFrRbBuU]*["'`]+https?://[\w-]""")
_OWN = frozenset({"self", "cls", "settings", "config"})


def _is_of_host(expr: Expr, function: Function, file: File, depth: int) -> bool:
    if isinstance(expr, Name):
        if expr.id.isupper():
            return True
        values = function.index.bound.get(expr.id, []) if function.index and depth < 2 else []
        return bool(values) and all(v is not None and _is_of_host(v, function, file, depth + 1) for v in values)
    if isinstance(expr, Other) and expr.parts:
        opens = expr.op == "+" or expr.parts[0].start - expr.start == len('f"{')
        return _HOST.match(file.text(expr)) is not None or (opens and _is_base(expr.parts[0]))
    return isinstance(expr, Constant) and _HOST.match(file.text(expr)) is not None


def _is_base(part: Node) -> bool:
    """`self.base` of f"{self.base}/send", `BASE_URL`."""
    names = chain(part.callee if isinstance(part, Call) else part)
    return names[0].isupper() or (names[0] in _OWN and len(names) > 1)
