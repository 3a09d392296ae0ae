"""Removing a listener: the same target, type, function and phase, each under a name that the cleanup sees."""

import re

from tree_sitter import Node as Cst

from asynccost.flow.around import above, use_of
from asynccost.flow.effects.acquisitions import Acquisition
from asynccost.flow.effects.listeners import option_of, receiver_of
from asynccost.flow.handles import constant_text
from asynccost.flow.reach import binder
from asynccost.flow.tree import Call, Closure, Collection, Constant, Do, Expr, Function, If, Member, Name, Node
from asynccost.flow.walk import walk
from asynccost.flow.words import chain
from asynccost.javascript.edits.endings import UnfixableError
from asynccost.javascript.edits.handler_types import event_type, parameters
from asynccost.javascript.edits.names import camel, spoken
from asynccost.javascript.edits.releasing import Releasing
from asynccost.javascript.edits.script import Script


def unlisten(got: Acquisition, keep: Releasing) -> None:
    """Note what removes a listener; its handler and target get names first. Raises UnfixableError."""
    call, patch, script = got.call, keep.patch, keep.script
    statement = script.statement(call)
    top = _top_level(statement, keep)
    if any(a.star for a in call.arguments) or not 1 <= len(call.arguments) <= 3:
        raise UnfixableError
    at = 1 if len(call.arguments) > 1 else 0
    handler, kind = call.arguments[at].value, constant_text(call.arguments[0].value) if at else None
    if got.function is not keep.setup and keep.end.variables:
        raise UnfixableError
    receiver = receiver_of(call)
    if got.function is not keep.setup and not all(_seen_alike(e, got, keep) for e in (receiver, handler)):
        raise UnfixableError
    target = "" if receiver is None else _target(receiver, keep, top)
    name = _handler(handler, kind, keep, top, typed=event_type(kind or "") if _is_dom(call) else "")
    arguments = [script.text(call.arguments[0].value), name] if at else [name]
    if at and not _seen(call.arguments[0].value, keep):
        raise UnfixableError
    if len(call.arguments) == 3 and (phase := _phase(call)) is not None:
        arguments.append(re.sub(r",? *\n *}$|\s+", lambda m: " }" if "}" in m[0] else " ", script.text(phase)))
    dot = "?." if isinstance(call.callee, Member) and call.callee.optional else "."
    word = got.pair.release[0]
    prefix = f"{target}{dot}" if target else ""
    text = f"{prefix}{word}({', '.join(arguments)}){patch.semi}"
    keep.releases.append(text)


def _top_level(statement: Cst, keep: Releasing) -> Cst:
    """The statement of the set-up's own list that a statement stands in: what is named goes before it."""
    body = keep.script.body(keep.setup)
    here = statement
    while here.parent is not None and here.parent != body and here != body:
        here = here.parent
    return here


def _phase(call: Call) -> Expr | None:
    """The third argument, where it tells the phase: a removal looks at nothing else."""
    option = call.arguments[2].value
    if isinstance(option, Collection):
        return option if option_of(call, "capture") is not None or None in option.keys else None
    if isinstance(option, Constant):
        return option if option.value else None
    return option


def _seen(expr: Expr, keep: Releasing) -> bool:
    """Whether an expression means the same in the cleanup: only names that it sees and nothing reassigns."""
    for node in walk(expr):
        if isinstance(node, (Call, Closure)):
            return False
        if isinstance(node, Name) and not _steady(node.id, keep):
            return False
    return True


def _seen_alike(expr: Expr | None, got: Acquisition, keep: Releasing) -> bool:
    """Whether an expression of another method means the same where the effect ends.

    A function written there does not: each call of the method would add one, and only the newest has a name.
    """
    if isinstance(expr, (Call, Closure)):
        return False
    names = (n.id for n in walk(expr) if isinstance(n, Name)) if expr is not None else ()
    return all(n == "this" or binder(n, got.function) is binder(n, keep.setup) for n in names)


def _steady(name: str, keep: Releasing) -> bool:
    scope = binder(name, keep.setup)
    if name == "this":
        return not keep.end.variables
    if scope is not keep.setup:
        return True
    if not keep.end.variables or getattr(keep.end, "inside", True) is False:
        return False
    return _declared_on_top(name, keep) and len(scope.index.bound.get(name, [])) == 1 if scope.index else False


def _declared_on_top(name: str, keep: Releasing) -> bool:
    setup = keep.setup
    if any(p.name == name for p in setup.params):
        return True
    return any(n is not None for n in [_declaration(name, setup)])


def _declaration(name: str, setup: Function) -> Node | None:
    for statement in setup.body:
        targets = getattr(statement, "targets", [])
        bound = (n for t in targets for n in walk(t) if isinstance(n, Name))
        if getattr(statement, "declares", "") and any(n.id == name for n in bound):
            return statement
        what = getattr(statement, "what", None)
        if what is not None and what.name == name:
            return statement
    return None


def _target(receiver: Expr, keep: Releasing, top: Cst) -> str:
    script = keep.script
    text = script.text(receiver)
    if not isinstance(receiver, (Name, Member)):
        if not (keep.end.variables and getattr(keep.end, "inside", True)) or _binds_inside(receiver, keep):
            raise UnfixableError
        return _named(receiver, "target", keep, top)
    root: Node = receiver
    while isinstance(root, Member):
        root = root.value
    if not isinstance(root, Name):
        raise UnfixableError
    is_ref = isinstance(receiver, Member) and receiver.attr in ("current", "value") and keep.end.variables
    if is_ref and getattr(keep.end, "inside", True):
        return _named(receiver, "element", keep, top)
    if not _steady(root.id, keep):
        raise UnfixableError
    return text


def _binds_inside(expr: Expr, keep: Releasing) -> bool:
    """Whether an expression needs what is bound between the top of the set-up and its own place."""
    setup = keep.setup
    for node in walk(expr):
        if isinstance(node, Name) and binder(node.id, setup) is setup and not _declared_on_top(node.id, keep):
            return True
    return False


def _named(expr: Expr, wanted: str, keep: Releasing, top: Cst) -> str:
    """Give an expression a name before the statement that uses it."""
    script, patch = keep.script, keep.patch
    text, end = _joined(expr, script), _to_dot(expr, script)
    for start, last, new in patch.changes():
        if start == expr.start and last == end:
            return new
    for _, _, new in patch.changes():  # the same element again
        if new.startswith("const ") and f" = {text}{patch.semi}\n" in new:
            name = new.split()[1]
            patch.replace(expr.start, end, name)
            return name
    name = keep.name(wanted)
    keep.patch.before(top, f"const {name} = {text}{patch.semi}")
    patch.replace(expr.start, end, name)
    return name


def _joined(expr: Expr, script: Script) -> str:
    """The text of an expression: in one line, where it was broken off for the call that was around it."""
    text = script.flat(expr)
    line = re.sub(r"\s*\n\s*(?=\??\.)", "", text)
    plain = "//" not in text and "`" not in text and "\n" not in line
    return line if plain and len(line) + len(script.indent(expr.start)) <= script.width - 20 else text


def _to_dot(expr: Expr, script: Script) -> int:
    """Where an expression ends, with the line break before the dot behind it where the expression had others."""
    between = re.compile(rb"[ \t]*\r?\n\s*(?=\??\.)").match(script.source, expr.end)
    broken = "\n" in script.text((expr.start, expr.end)) or script.starts_line(expr.start)
    return between.end() if between is not None and broken else expr.end


def _is_dom(call: Call) -> bool:
    return isinstance(call.callee, (Name, Member)) and chain(call.callee)[-1] == "addEventListener"


def _handler(handler: Expr, kind: str | None, keep: Releasing, top: Cst, *, typed: str) -> str:
    script = keep.script
    if isinstance(handler, Name):
        if not _steady(handler.id, keep):
            raise UnfixableError
        return handler.id
    if isinstance(handler, Member):
        if not _seen(handler, keep):
            raise UnfixableError
        return script.text(handler)
    if isinstance(handler, Closure):
        inner = handler.function
        if inner.kind == "function" and inner.index is not None and any(n.id == "this" for n in inner.index.names):
            raise UnfixableError
    elif not isinstance(handler, Call):
            raise UnfixableError
    name = camel("handle", spoken(kind)) if kind and re.fullmatch(r"[\w:.-]+", kind) else "handleEvent"
    if not keep.end.variables:
        return _as_attribute(handler, _bound_name(handler) or name, keep, top)
    return _as_constant(handler, name, keep, top, typed)


def _bound_name(handler: Expr) -> str:
    """`boundClose` for `this.close.bind(this)`; "" for anything else."""
    names = chain(handler.callee) if isinstance(handler, Call) else []
    return camel("bound", names[1]) if len(names) == 3 and names[0] == "this" and names[2] == "bind" else ""


def _as_attribute(handler: Expr, name: str, keep: Releasing, top: Cst) -> str:
    script, patch = keep.script, keep.patch
    if (method := _bound_method(handler, keep)) is not None:
        patch.replace(handler.start, handler.end, script.text(method))
        return script.text(method)
    if script.typed:
        raise UnfixableError  # the field's type is not to be had from the text
    attribute = keep.attribute(name)
    if isinstance(handler, Closure) and handler.function.kind != "arrow":
        raise UnfixableError
    patch.before(top, f"{attribute} = {script.flat(handler)}{patch.semi}")
    patch.replace(handler.start, handler.end, attribute)
    return attribute


def _bound_method(handler: Expr, keep: Releasing) -> Member | None:
    """`this.move` of `(event) => this.move(event)` in a component of Vue, whose methods are bound to it already."""
    of_vue = keep.effect.framework == "Vue" and isinstance(keep.effect.scope, Collection)
    body = handler.function.body if isinstance(handler, Closure) else []
    call = getattr(body[0], "value", None) if len(body) == 1 else None
    if not of_vue or not isinstance(handler, Closure) or not isinstance(call, Call):
        return None
    callee = call.callee
    given = [a.value.id for a in call.arguments if isinstance(a.value, Name) and not a.star]
    params = [p.name for p in handler.function.params]
    same = given == params and len(given) == len(call.arguments) and len(params) == 1
    return callee if same and isinstance(callee, Member) and chain(callee)[:-1] == ["this"] else None


def _as_constant(handler: Expr, name: str, keep: Releasing, top: Cst, typed: str) -> str:
    script, patch = keep.script, keep.patch
    if _free_of_inner(handler, keep, top) or (script.typed and _is_narrowed(handler, keep)):
        raise UnfixableError
    old, new = parameters(handler, script, typed) if script.typed else ("", "")
    made = keep.name(name)
    base = script.indent(top.start_byte)
    line = f"const {made} = {script.flat(handler).replace(old, new, 1)}{patch.semi}"
    short = re.sub(r"=>\n\s*(?=[^\s{])", "=> ", line)  # broken off for the call that was around it
    line = short if len(base) + len(short) <= script.width and "\n" not in short else line
    if getattr(keep.end, "inside", True) is False or top == script.body(keep.setup):
        keep.end.declare(line)
    else:
        patch.before(top, line)
    patch.replace(handler.start, _to_bracket(handler, script), made)
    return made


def _to_bracket(handler: Expr, script: Script) -> int:
    """Where a handler ends, with the line break before the bracket that was needed for its length alone."""
    after = script.of(handler).next_sibling
    begins = script.of(handler).parent
    if after is None or after.type != ")" or begins is None or not script.starts_line(after.start_byte):
        return handler.end
    same = script.line_start(begins.start_byte) == script.line_start(handler.start)
    return after.start_byte if same else handler.end


def _free_of_inner(handler: Expr, keep: Releasing, top: Cst) -> bool:
    """Whether a handler uses a name that is bound in a block further in than where it would be named."""
    script = keep.script
    if not isinstance(handler, Closure) or handler.function.index is None:
        return False
    if top.type == "expression_statement":
        return False
    names = {n.id for n in handler.function.index.names}
    block = script.source[top.start_byte : top.end_byte].decode("utf-8", "replace")
    return any(
        binder(n, keep.setup) is keep.setup and _declaration(n, keep.setup) is None for n in names if n in block
    )


def _is_narrowed(handler: Expr, keep: Releasing) -> bool:
    """Whether a handler uses what an `if` around it has looked at: before the `if`, TypeScript takes it for null."""
    tested = {n.id for up in above(handler) if isinstance(up, If) for n in walk(up.test) if isinstance(n, Name)}
    used = handler.function.index.names if isinstance(handler, Closure) and handler.function.index else ()
    return any(n.id in tested and binder(n.id, keep.setup) is keep.setup for n in used)


def is_statement(call: Call) -> bool:
    """Whether a call is a statement of its own."""
    return isinstance(call.parent, Do) or use_of(call).kind in ("dropped", "returned")
