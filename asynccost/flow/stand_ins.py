"""A client opened only where the caller handed in none: `if session is None: async with Client() as session`."""

from collections.abc import Sequence

from asynccost.flow.around import above
from asynccost.flow.at import site_at
from asynccost.flow.calls import Caller
from asynccost.flow.file import File, Site
from asynccost.flow.linking import Def
from asynccost.flow.project import Project
from asynccost.flow.recreated import is_test
from asynccost.flow.tree import Call, Constant, If, Node
from asynccost.flow.words import words

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
    given = site.call.arguments
    if any(a.star for a in given):
        return True
    plain = [a for a in given if a.keyword is None]
    value = next((a.value for a in given if a.keyword == name), plain[at].value if at < len(plain) else None)
    return value is not None and not (isinstance(value, Constant) and value.value is None)
