"""What an annotation says of a name: the class that it names, as an instance."""

from collections.abc import Callable

from asynccost.flow.tree import Constant, Expr, Function, Member, Name, Node, Other, Subscript

_WRAPPERS = ("Optional", "Annotated", "Final", "ClassVar")


def instance_of(note: Node | None, resolve: Callable[[Node], str | None]) -> str | None:
    """`X | None`, Optional[X], Annotated[X, ...], "X" -> "X()". resolve: the dotted name of an expression."""
    if isinstance(note, Constant) and isinstance(note.value, str):
        note = _dotted(note.value, note)
    if isinstance(note, Subscript):
        outer = resolve(note.value) or ""
        if outer.rpartition(".")[2] in _WRAPPERS:
            return instance_of(getattr(note.index, "items", [note.index])[0], resolve)
        return f"{outer}()" if outer else None
    if isinstance(note, Other) and note.op == "|":
        known = [p for p in note.parts if not (isinstance(p, Constant) and p.value is None)]
        return instance_of(known[0], resolve) if len(known) == 1 else None
    name = resolve(note) if note is not None else None
    return f"{name}()" if name and not name.endswith("()") else None


def noted(name: str, scope: Function) -> Expr | None:
    """The annotation with which a scope declares a local name."""
    for assign in scope.index.assigns if scope.index else ():
        note: Expr | None = getattr(assign, "annotation", None)
        if note is not None and any(isinstance(t, Name) and t.id == name for t in getattr(assign, "targets", ())):
            return note
    return None


def _dotted(text: str, at: Node) -> Expr | None:
    """A quoted annotation as an expression, where it is a plain dotted name."""
    parts = text.split("|")[0].strip().split(".")
    if not all(p.isidentifier() for p in parts):
        return None
    expr: Expr = Name(at.start, at.end, parts[0])
    for part in parts[1:]:
        expr = Member(at.start, at.end, expr, part)
    return expr
