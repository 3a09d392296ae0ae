"""The type of what a turn returns in the place of pushing it, where TypeScript would not see it by itself."""

from asynccost.flow.reach import binder
from asynccost.flow.tree import Assign, Call, Collection, Constant, Expr, Function, Member, Name, Subscript
from asynccost.flow.words import chain
from asynccost.javascript.edits.endings import UnfixableError
from asynccost.javascript.edits.script import Script


def has_literals(value: Expr) -> bool:
    """Whether a value is an object with a text or a truth among its values: `{ status: "ok" }`."""
    if not isinstance(value, Collection):
        return False
    return any(
        has_literals(item) or (isinstance(item, Constant) and isinstance(item.value, (str, bool)))
        for item in value.items
    )


def returned_note(push: Call, one: bool, function: Function, script: Script) -> str:
    """`: Promise<Row>` of a callback that returns what `rows: Row[]` was to get; "" where the list has no type.

    one: whether it returns the value itself, not a list of it. Raises UnfixableError where the type is not in sight.
    """
    listed = push.callee.value if isinstance(push.callee, Member) else None
    scope = binder(listed.id, function) if isinstance(listed, Name) else None
    if scope is None or not isinstance(listed, Name):
        raise UnfixableError
    notes = [p.annotation for p in scope.params if p.name == listed.id]
    assigns = scope.index.assigns if scope.index else []
    notes += [a.annotation for a in assigns if isinstance(a, Assign) and a.declares and _binds(a, listed.id)]
    if len(notes) != 1 or (notes[0] is None and any(p.name == listed.id for p in scope.params)):
        raise UnfixableError
    note = notes[0]
    if note is None:
        return ""
    if not isinstance(note, Subscript) or chain(note.value)[-1] != "Array" or note.index is None:
        raise UnfixableError
    kind = script.text(note.index)
    many = f"Array<{kind}>" if " " in kind else f"{kind}[]"
    return f": Promise<{kind if one else many}>"


def _binds(assign: Assign, name: str) -> bool:
    return any(isinstance(target, Name) and target.id == name for target in assign.targets)
