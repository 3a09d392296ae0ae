"""Whether a call is given a timeout, or may be."""

from collections.abc import Mapping
from typing import Any

from asynccost.flow.around import above, class_around
from asynccost.flow.file import File, Site
from asynccost.flow.reach import binder
from asynccost.flow.tree import Argument, Call, Class, Collection, Constant, Expr, Function, Member, Name, With
from asynccost.flow.words import last_word

_SCOPES = frozenset({"timeout", "timeout_at", "fail_after", "move_on_after", "wait_for", "async_timeout"})


def bounded_by(file: File, site: Site, row: Mapping[str, Any]) -> str | None:
    """Why a call is bounded, or may be for all that one sees; None where nothing bounds it."""
    call = site.call
    if "keyword" in row:
        return _by_keyword(call, row)
    return _by_options(file, call, site.function, row)


def _by_keyword(call: Call, row: Mapping[str, Any]) -> str | None:
    given = next((a for a in call.arguments if a.keyword == row["keyword"]), None)
    if given is not None:
        none = isinstance(given.value, Constant) and given.value.value is None
        return None if none else "it is given a timeout"
    if any(a.star for a in call.arguments):
        return "a timeout may be among the arguments that it passes on"
    place = row.get("place")
    positional = [a for a in call.arguments if a.keyword is None]
    if place is not None and len(positional) > place:
        return "it is given a timeout"
    return None


def none_by_default(file: File, site: Site, row: Mapping[str, Any]) -> tuple[str, str] | None:
    """(a clause, the parameter) where what is given as the timeout is None unless somebody says otherwise.

    The parameter is "" where it is an attribute: whoever makes the object decides, once.
    """
    given = next((a.value for a in site.call.arguments if a.keyword and a.keyword == row.get("keyword")), None)
    if isinstance(given, Name):
        return _none_name(given, site.function)
    cls = class_around(site.function)
    if not isinstance(given, Member) or not isinstance(given.value, Name) or cls is None:
        return None
    if given.value.id != "self" or not _none_attribute(file, cls, given.attr):
        return None
    return f"self.{given.attr} is None unless somebody sets it", ""


def _none_name(name: Name, function: Function) -> tuple[str, str] | None:
    scope = binder(name.id, function)
    if scope is None or scope.index is None or len(scope.index.bound.get(name.id, ())) != 1:
        return None
    if scope.kind == "module":
        return (f"{name.id} is None", "") if _is_none(scope.index.bound[name.id][0]) else None
    if _has_none_default(scope, name.id):
        return f"the parameter {name.id} is None by default", name.id if scope is function else ""
    return None


def _none_attribute(file: File, cls: Class, attr: str) -> bool:
    """Whether a class assigns an attribute nothing but None, or a parameter of its constructor that defaults to it."""
    made = cls.methods.get("__init__")
    values = file.names.attribute(cls, attr)
    if not values:
        return made is not None and _hands_up(made, attr)
    given = [v for v in values if not _is_none(v)]
    if not given:
        return True
    return made is not None and all(isinstance(v, Name) and _has_none_default(made, v.id) for v in given)


def _hands_up(made: Function, attr: str) -> bool:
    """`super().__init__(timeout=timeout)`, where the parameter defaults to None."""
    for call in made.index.calls if made.index else ():
        callee = call.callee
        if isinstance(callee, Member) and callee.attr == "__init__" and isinstance(callee.value, Call):
            return any(
                a.keyword == attr and isinstance(a.value, Name) and _has_none_default(made, a.value.id)
                for a in call.arguments
            )
    return False


def _has_none_default(function: Function, name: str) -> bool:
    """Whether a parameter defaults to None and is not given another value."""
    if function.index is None or len(function.index.bound.get(name, ())) != 1:
        return False
    return any(p.name == name and _is_none(p.default) for p in function.params)


def _is_none(expr: Expr | None) -> bool:
    return isinstance(expr, Constant) and expr.value is None


def hands_on(file: File, site: Site) -> bool:
    """`def _request(path, **kwargs): requests.get(BASE + path, **kwargs)`: only its callers can set a timeout."""
    stars = [a for a in site.call.arguments if a.star]
    function = site.function
    if len(stars) != 1 or stars[0].star != 2 or not isinstance(stars[0].value, Name) or function.kind == "module":
        return False
    name = stars[0].value.id
    rest = any(p.name == name and p.star == 2 for p in function.params)
    return rest and not function.decorators and "timeout" not in file.text(function).lower()




def may_set(call: Call) -> bool:
    """Whether a call passes something on that may be a timeout."""
    return any(a.star or "timeout" in (a.keyword or "") or "timeout" in _word(a.value) for a in call.arguments)


def _word(expr: Expr) -> str:
    return last_word(expr).lower()


def _by_options(file: File, call: Call, function: Function, row: Mapping[str, Any]) -> str | None:
    """JavaScript: a `timeout` or `signal` among the options."""
    if any(a.star for a in call.arguments):
        return "a timeout may be among the arguments that it passes on"
    names = file.knowledge.table("requests")["bounds"]["options"]
    at = row["options"]
    given = call.arguments[at:] if at >= 0 else call.arguments[-1:]
    if at >= 0 and len(call.arguments) <= at:
        given = []
    for argument in given:
        if (reason := _bounds(argument, function, names)) is not None:
            return reason
    return None


def _bounds(argument: Argument, function: Function, names: list[str]) -> str | None:
    options = _literal(argument.value, function)
    if isinstance(options, Constant) or (
        options is not None and not isinstance(options, (Collection, Name)) and not _opaque(options)
    ):
        return None
    if not isinstance(options, Collection):
        return "a timeout may be among the options that it is given"
    for key in options.keys:
        if key is None:
            return "a timeout may be among the options that are spread into it"
        if isinstance(key, Constant) and key.value in names:
            return f"its options set {key.value}"
    return None


def _opaque(expr: Expr) -> bool:
    """Whether an expression may stand for an object of options; a template or a string cannot."""
    op = getattr(expr, "op", "")
    return op not in ("template", "+")


def _literal(expr: Expr, function: Function) -> Expr | None:
    """The one literal that a local name holds."""
    if not isinstance(expr, Name):
        return expr
    scope = binder(expr.id, function)
    values = scope.index.bound.get(expr.id, []) if scope is not None and scope.index else []
    if len(values) == 1 and isinstance(values[0], Collection):
        return values[0]
    return None


def in_scope(call: Call) -> bool:
    """`async with asyncio.timeout(9):` around a call."""
    return any(isinstance(up, With) and any(_is_scope(i.value) for i in up.items) for up in above(call))


def _is_scope(expr: Expr) -> bool:
    callee = expr.callee if isinstance(expr, Call) else None
    last = last_word(callee)
    return last in _SCOPES
