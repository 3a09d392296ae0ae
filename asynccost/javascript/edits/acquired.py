"""Keeping the handle of what an effect starts, where its cleanup can give it back."""

import re

from tree_sitter import Node as Cst

from asynccost.flow.around import class_around, use_of
from asynccost.flow.effects.acquisitions import Acquisition
from asynccost.flow.handles import Place, kept_in, mentions, same_text
from asynccost.flow.reach import binder
from asynccost.flow.scopes import stands_in
from asynccost.flow.tree import Assign, Bind, Call, Do, Function, Loop, Member, Name, Node, With
from asynccost.javascript.edits.endings import UnfixableError
from asynccost.javascript.edits.handle_texts import release_text, wanted_name
from asynccost.javascript.edits.late import runs_late
from asynccost.javascript.edits.releasing import Releasing
from asynccost.javascript.edits.script import Script

_PLAIN_TYPE = re.compile(r":\s*\w+(?:\.\w+)*")
_MEDIA = frozenset({"getUserMedia", "getDisplayMedia"})


def keep_handle(got: Acquisition, keep: Releasing) -> None:
    """Keep the handle of an acquisition and note its release. Raises UnfixableError."""
    if got.pair.handle == "same":
        raise UnfixableError
    what, places = kept_in(got.call)
    word = got.pair.name.rpartition(":")[2].rpartition(".")[2] if ":" not in got.pair.name else "io"
    word = "WebSocket" if got.pair.name.startswith(("ws:", "reconnecting")) else word
    if word in _MEDIA:
        raise UnfixableError
    if what == "kept":
        handle = _kept(keep, got, places[0], word)
    elif what == "dropped" or what == "chained":
        handle = _dropped(keep, got, word, chained=what == "chained")
    elif use_of(got.call).kind == "argument":
        handle = _taken_out(keep, got, word)
    else:
        raise UnfixableError
    certain = handle in keep.certain() or handle.startswith("const ")
    keep.releases.append(release_text(got, handle, word, keep.script, certain=certain) + keep.patch.semi)


def _place(keep: Releasing, got: Acquisition) -> str:
    """"direct": a statement of the set-up; "branch": under a test of it; "nested": in a function written there."""
    function = got.function
    if function is keep.setup:
        statement = keep.script.statement(got.call)
        for up in _around(got.call):
            if isinstance(up, (Loop, With)):
                raise UnfixableError
        body = keep.script.body(keep.setup)
        block = statement.parent
        return "direct" if block == body or statement == body else "branch"
    if keep.end.variables and not stands_in(function, keep.setup):
        raise UnfixableError  # a helper of the component, which more than one effect may call
    return "nested"


def _dropped(keep: Releasing, got: Acquisition, word: str, *, chained: bool) -> str:
    script, patch = keep.script, keep.patch
    place = _place(keep, got)
    if any(isinstance(up, (Loop, With)) for up in _around(got.call)):
        raise UnfixableError
    statement = script.statement(got.call)
    value: Node = got.call
    if chained:
        member = got.call.parent
        if not isinstance(member, Member) or not isinstance(member.parent, Call):
            raise UnfixableError
        value = member.parent
    at = script.of(value)
    alone = isinstance(value.parent, Do) or (at == statement) or at.parent == statement
    body = place == "direct" and at.start_byte == got.call.start and _is_body(at, script, keep.setup)
    if not body and (not alone or at.start_byte != statement.start_byte):
        raise UnfixableError
    name = wanted_name(word, got, keep.file)
    start = at.start_byte
    if not keep.end.variables:
        keep.needs_this(got.function)
        handle = keep.member(name, got, word)
        patch.insert(start, f"{keep.guard(got)}{handle} = ")
    elif place == "direct" and not keep.outside():
        handle = keep.name(name)
        patch.insert(start, f"const {handle} = ")
    else:
        handle = keep.name(name)
        keep.end.declare(keep.let(handle, got, word))
        keep.nested = keep.nested or place == "nested"
        patch.insert(start, f"{keep.guard(got)}{handle} = ")
        if place == "nested" and not chained:
            _first_of(keep, got, handle)
    if chained:
        if script.text((at.start_byte, at.start_byte + 3)) != "new":
            raise UnfixableError
        indent = script.indent(start)
        patch.insert(got.call.end, f"{patch.semi}\n{indent}{handle}")
    return handle


def _taken_out(keep: Releasing, got: Acquisition, word: str) -> str:
    """What is handed to a call gets a name before it: `const url = make(); show(url)`."""
    script, patch = keep.script, keep.patch
    statement, outer = script.statement(got.call), use_of(got.call).node
    plain = isinstance(outer, Call) and isinstance(outer.parent, Do) and isinstance(outer.callee, Name)
    if _place(keep, got) != "direct" or not plain or keep.outside() or not keep.end.variables:
        raise UnfixableError
    if script.body(keep.setup) == statement:
        raise UnfixableError
    handle = keep.name("objectUrl" if word == "createObjectURL" else wanted_name(word, got, keep.file))
    patch.before(statement, f"const {handle} = {script.flat(got.call)}{patch.semi}")
    patch.replace(got.call.start, got.call.end, handle)
    return handle


def _first_of(keep: Releasing, got: Acquisition, handle: str) -> None:
    """The call of the set-up that starts what then starts itself again: its handle is kept as well."""
    for call in keep.setup.index.calls if keep.setup.index else ():
        same = same_text(call.callee, got.call.callee, keep.file) and call.arguments and got.call.arguments
        if same and isinstance(call.parent, Do) and same_text(call.arguments[0], got.call.arguments[0], keep.file):
            keep.patch.insert(call.start, f"{handle} = ")


def _kept(keep: Releasing, got: Acquisition, place: Place, word: str) -> str:
    script = keep.script
    target = _target(got.call)
    if place.many or target is None:
        return _many(keep, got, place)
    if place.root in ("this", "self") or not isinstance(target, Name):
        return _member(keep, got, place, target)
    scope = binder(place.root, got.function)
    inside = scope is not None and _within_setup(keep, scope)
    if not inside:
        if not keep.end.variables or not _around_setup(keep, scope):
            raise UnfixableError
        return place.root
    declared = script.statement(target)
    if declared.type not in ("lexical_declaration", "variable_declaration"):
        declared = _declaration(keep, place.root, scope)
    visible = declared.parent == script.body(keep.setup) and not keep.outside() and keep.end.variables
    if visible:
        return place.root
    return _hoisted(keep, got, place, declared, word, scope)


def _within_setup(keep: Releasing, scope: Function) -> bool:
    if stands_in(scope, keep.setup):
        return True
    return scope.owner is None and not keep.end.variables and class_around(scope) is keep.effect.scope


def _around_setup(keep: Releasing, scope: Function | None) -> bool:
    """Whether the set-up, and so its cleanup, sees the variables of a function; None: the globals."""
    return scope is None or (scope.start <= keep.setup.start and keep.setup.end <= scope.end)


def _declaration(keep: Releasing, name: str, scope: Function | None) -> Cst:
    for assign in scope.index.assigns if scope is not None and scope.index else ():
        if isinstance(assign, Assign) and assign.declares and any(
            isinstance(t, Name) and t.id == name for t in assign.targets
        ):
            return keep.script.statement(assign)
    raise UnfixableError


def _hoisted(keep: Releasing, got: Acquisition, place: Place, declared: Cst, word: str, scope: Function | None) -> str:
    """A variable further out takes the handle: it replaces the inner one, or is set beside it."""
    script, patch = keep.script, keep.patch
    at = _place(keep, got)
    keep.nested = keep.nested or at == "nested"
    if runs_late(got.function, keep.setup, keep.file, got):
        keep.return_early(got)
    declarators = [c for c in declared.named_children if c.type == "variable_declarator"]
    if not keep.end.variables:
        keep.needs_this(got.function)
        only = re.findall(rf"(?<![\w$]){re.escape(place.root)}(?![\w$])", script.text(keep.effect.scope))
        if len(declarators) == 1 and len(only) == 1 and declared.end_byte >= got.call.end > declared.start_byte:
            handle = keep.member(place.root.lstrip("_") or place.root, got, word, own=place.root)
            patch.replace(declared.start_byte, script.of(got.call).start_byte, f"{handle} = ")
            return handle
        handle = keep.member(place.root, got, word)
        patch.after(script.statement(got.call), f"{handle} = {place.root}{patch.semi}")
        return handle
    others = [
        m for m in mentions(place, got.function, keep.file) if m.function is not got.function
    ]
    simple = len(declarators) == 1 and got.call.start > declared.start_byte and got.call.end <= declared.end_byte
    said = declarators[0].child_by_field_name("type") if simple else None
    noted = said is not None and _PLAIN_TYPE.fullmatch(script.text(said)) is None
    if simple and not noted and (not others or at != "nested"):
        home = keep.effect.scope if isinstance(keep.effect.scope, Function) else keep.setup
        outer = keep.setup if not keep.outside() else home
        alone = scope is outer and len((outer.index.bound if outer.index else {}).get(place.root, [])) == 1
        if alone or place.root not in outer.bindings:
            if said is None:
                keep.end.declare(keep.let(place.root, got, word))
            else:
                keep.end.declare(f"let {place.root}{script.text(said)} | undefined{patch.semi}")
                patch.replace(said.start_byte, said.end_byte, "")
            patch.replace(declared.start_byte, declarators[0].start_byte, "")
            keep.names.add(place.root)
            return place.root
    handle = keep.name(_beside(place.root))
    keep.end.declare(keep.let(handle, got, word))
    patch.after(script.statement(got.call), f"{handle} = {place.root}{patch.semi}")
    return handle


def _member(keep: Releasing, got: Acquisition, place: Place, target: Node) -> str:
    text = keep.script.text(target)
    if place.root in ("this", "self"):
        keep.needs_this(got.function)
        _guarded(keep, got, target)
        return text
    scope = binder(place.root, got.function)
    if scope is not keep.setup and not _around_setup(keep, scope):
        raise UnfixableError
    _guarded(keep, got, target)
    return text


def _guarded(keep: Releasing, got: Acquisition, target: Node) -> None:
    """What a late callback would start again is started only while the effect lasts."""
    guard = keep.guard(got)
    if guard:
        statement = keep.script.statement(got.call)
        if statement.start_byte != target.start:
            raise UnfixableError
        keep.patch.insert(statement.start_byte, guard)


def _many(keep: Releasing, got: Acquisition, place: Place) -> str:
    scope = binder(place.root, got.function)
    if scope is keep.setup and keep.outside():
        raise UnfixableError
    if scope is not None and _within_setup(keep, scope) and scope is not keep.setup:
        raise UnfixableError
    use = use_of(got.call)
    if not (use.kind == "argument" and isinstance(use.node, Call) and isinstance(use.node.callee, Member)):
        raise UnfixableError
    if use.node.callee.attr not in ("push", "add"):
        raise UnfixableError
    return ".".join((place.root, *place.path)) + "[]"


def _beside(name: str) -> str:
    return f"active{name[:1].upper()}{name[1:]}"


def _around(node: Node) -> list[Node]:
    found: list[Node] = []
    up = node.parent
    while up is not None and not isinstance(up, Function):
        found.append(up)
        up = up.parent
    return found


def _target(call: Call) -> Node | None:
    """What a call's value is assigned to."""
    use = use_of(call)
    if use.kind != "assigned":
        return None
    node = use.node
    targets = node.targets if isinstance(node, Assign) else [node.target] if isinstance(node, Bind) else []
    return targets[0] if len(targets) == 1 else None


def _is_body(node: Cst, script: Script, function: Function) -> bool:
    body = script.body(function)
    return body is not None and body.start_byte == node.start_byte and body.end_byte == node.end_byte
