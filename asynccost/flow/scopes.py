"""What a function is called where findings are known again: also an anonymous one has a name there."""

from asynccost.flow.tree import Argument, Call, Constant, Expr, Function, Member, Module, Name


def scope_name(function: Function) -> str:
    """The qualified name of a function; an anonymous one takes the call that holds it: `>app.get(/users)`.

    Handlers and callbacks are most functions of many services: without this they would all be one place.
    """
    if function.kind == "module":
        return ""
    outer = function.scope
    if outer is None or outer.kind == "module":
        around, prefix = "", ""
    else:
        around, prefix = scope_name(outer), outer.qualname
    if function.name in ("", "<lambda>"):
        return f"{around}>{_holder(function)}"
    return around + function.qualname.removeprefix(prefix)


def scope_names(module: Module) -> frozenset[str]:
    """Those of all functions of an indexed module."""
    return frozenset(map(scope_name, module.functions))


def _holder(function: Function) -> str:
    up = function.closure.parent if function.closure else None
    if isinstance(up, Argument):
        up = up.parent
    if not isinstance(up, Call):
        return ""
    said = [a.value.value for a in up.arguments if isinstance(a.value, Constant) and isinstance(a.value.value, str)]
    return f"{_dotted(up.callee)}({','.join(said[:2])})"


def _dotted(expr: Expr) -> str:
    if isinstance(expr, Name):
        return expr.id
    if isinstance(expr, Member):
        return f"{_dotted(expr.value)}.{expr.attr}"
    return ""
