"""Changes to a class: an attribute that begins as None, more methods, a longer close()."""

from asynccost.flow.effects.ends import ends_of
from asynccost.flow.file import File
from asynccost.flow.reach import class_functions
from asynccost.flow.tree import Assign, Call, Class, Constant, Do, Expr, Function, Member, Name, Return, Stmt
from asynccost.flow.walk import walk
from asynccost.python.codemod.annotating import evaluated, optional
from asynccost.python.codemod.layout import Layout
from asynccost.python.codemod.names import set_attributes
from asynccost.python.codemod.patch import Patch

_NO_STATE = frozenset({"Protocol", "Enum", "IntEnum", "StrEnum", "NamedTuple", "TypedDict", "Flag"})
_PLAIN = frozenset({"object", "abc.ABC", "ABC", "typing.Generic"})


def can_own(cls: Class, file: File) -> bool:
    """Whether objects of a class can hold one more attribute, and its lines can be told apart."""
    bases = {(file.resolve(b.value, cls.scope or file.module.top) or "").rpartition(".")[2] for b in cls.bases}
    names = {t.id for s in cls.body if isinstance(s, Assign) for t in s.targets if isinstance(t, Name)}
    frozen = any("frozen" in file.text(d) for d in cls.decorators)
    methods = list(cls.methods.values())
    layout = Layout(file.module.source)
    own_lines = bool(methods) and all(layout.begins_line(m.start) for m in methods)
    return own_lines and not (bases & _NO_STATE or "__slots__" in names or frozen)


def attributes_set_late(cls: Class, file: File) -> frozenset[str]:
    """The attributes that methods set between the constructor and the end: what they hold may change."""
    settled = {"__init__", "__post_init__", *ends_of(cls, file)}
    functions = [f for f in class_functions(cls, file) if f.name not in settled]
    return frozenset(a for f in functions for a in set_attributes(*f.body))


def family(cls: Class, file: File) -> list[Class]:
    """A class and its bases of this file."""
    found = [cls]
    for one in found:
        for base in one.bases:
            known = file.names.cls(file.resolve(base.value, one.scope or file.module.top))
            if known is not None and known not in found:
                found.append(known)
    return found


def unknown_bases(cls: Class, file: File) -> list[str]:
    """The bases whose methods are not in sight."""
    found = []
    for one in family(cls, file):
        for base in one.bases:
            inner: Expr = getattr(base.value, "value", base.value) if _is_generic(base.value) else base.value
            name = file.resolve(inner, one.scope or file.module.top) or file.text(base)
            if base.keyword is None and file.names.cls(name) is None and name not in _PLAIN:
                found.append(name)
    return found


def _is_generic(expr: Expr) -> bool:
    return expr.__class__.__name__ == "Subscript"


def taken(cls: Class, file: File, name: str) -> bool:
    """Whether a class or its bases of this file use a name."""
    for one in family(cls, file):
        fields = {t.id for s in one.body if isinstance(s, Assign) for t in s.targets if isinstance(t, Name)}
        if name in one.methods or name in fields or file.names.has_attribute(one, name):
            return True
    return False


def has_fields(cls: Class, file: File) -> bool:
    """Whether annotated attributes of a class are fields, as pydantic makes them: a base that is not in sight may."""
    annotated = (s for one in family(cls, file) for s in one.body if isinstance(s, Assign) and s.annotation is not None)
    return bool(unknown_bases(cls, file)) and any("ClassVar" not in file.text(s) for s in annotated)


def is_annotated(cls: Class) -> bool:
    """Whether the methods of a class are annotated."""
    return any(m.returns is not None or any(p.annotation for p in m.params) for m in cls.methods.values())


def first_line(function: Function, layout: Layout) -> int:
    """Where a method begins, with its decorators and the comments right above it."""
    start = min([function.start, *(d.start for d in function.decorators)])
    return layout.with_comments(start)


def behind(end: int, indent: str, layout: Layout) -> int:
    """The first line behind a block, and behind the comments that are indented like it."""
    at = layout.next_line(end - 1)
    last = at
    while at < len(layout.source):
        line = layout.source[at : layout.next_line(at)]
        if line.strip() and not line.startswith(f"{indent}#".encode()):
            break
        at = layout.next_line(at)
        if line.strip():
            last = at
    return last


def start_attribute(patch: Patch, cls: Class, attr: str, kind: str, accessor: list[str]) -> None:
    """Let an attribute begin as None, in `__init__` or the class body, and put a method after that."""
    layout = patch.layout
    said = optional(kind, patch.file) if kind else ""
    note = f": {said}" if kind else ""
    init = cls.methods.get("__init__")
    if init is not None and _is_block(init, layout) and not any(isinstance(n, Return) for n in walk(*init.body)):
        inner, outer = layout.indent(init.body_start), layout.indent(init.start)
        at = behind(init.end, inner, layout)
        lines = ["", *(outer + line for line in accessor)] if accessor else []
        patch.insert_lines(at, "", f"{inner}self.{attr}{note} = None", *lines)
        return
    first = min(cls.methods.values(), key=lambda m: m.start)
    outer = layout.indent(first.start)
    if kind and not said.endswith("]"):
        note = f": {evaluated(said, patch.file, since=(3, 10))}"  # of a class, not of an object: it is evaluated
    note = "" if any("dataclass" in patch.file.text(d) for d in cls.decorators) else note
    lines = [*accessor, ""] if accessor else []
    fields = [s for s in cls.body if isinstance(s, Assign) and s.end < first.start and layout.alone(s)]
    if fields:
        patch.insert_lines(layout.next_line(fields[-1].end - 1), outer, f"{attr}{note} = None")
    else:
        lines = [f"{attr}{note} = None", "", *lines]
    patch.insert_lines(first_line(first, layout), "", *(outer + line if line else "" for line in lines))


def _is_block(function: Function, layout: Layout) -> bool:
    return bool(function.body) and layout.begins_line(function.body[0].start)


def add_to_end(patch: Patch, cls: Class, lines: list[str]) -> None:
    """Put methods at the end of a class."""
    layout = patch.layout
    outer = layout.indent(next(iter(cls.methods.values())).start)
    patch.insert_lines(behind(cls.end, outer, layout), "", "", *(outer + line if line else "" for line in lines))


def extend_method(patch: Patch, method: Function, lines: list[str], *, first: bool = False) -> None:
    """Do something more at the end of a method, before what it returns; first of all if wanted, or where it may return
    early. A body that does nothing gives way."""
    layout = patch.layout
    apart = layout.begins_line(method.body_start)
    indent = layout.indent(method.body_start) if apart else _own_lines(patch, method)
    does = [s for s in method.body if layout.text(s.start, s.end) != "..." and not _is_docstring(s)]
    last = method.body[-1] if method.body else None
    early = [n for n in walk(*method.body) if isinstance(n, Return) and n is not last]
    filler = next((w for w in ("pass", "...") if layout.text(method.body_start, method.end).endswith(w)), "")
    if not does and filler:
        patch.replace(method.end - len(filler), method.end, f"\n{indent}".join(lines))
    elif (does and (early or first)) or isinstance(last, Return) or (len(does) > 1 and _is_said(does[-1])):
        before = does[0] if early or first else does[-1]
        if apart:
            patch.insert_lines(before.start, indent, *lines)
        else:
            patch.insert(before.start, "".join(f"{line}\n{indent}" for line in lines))
    else:
        patch.insert_lines(behind(method.end, indent, layout), indent, *lines)


_SAYS = frozenset({"debug", "info", "warning"})


def _is_said(statement: Stmt) -> bool:
    """Whether a statement only logs that something is over: what is done goes before it."""
    value = statement.value if isinstance(statement, Do) else None
    return isinstance(value, Call) and isinstance(value.callee, Member) and value.callee.attr in _SAYS


def _is_docstring(statement: Stmt) -> bool:
    value = statement.value if isinstance(statement, Do) else None
    return isinstance(value, Constant) and isinstance(value.value, str)


def _own_lines(patch: Patch, method: Function) -> str:
    """Put a body that stands behind the colon on a line of its own; its indentation."""
    layout, at = patch.layout, method.body_start
    indent = layout.indent(method.start) + layout.unit(method)
    start = at - (len(layout.text(0, at)) - len(layout.text(0, at).rstrip()))
    patch.replace(start, at, f"\n{indent}")
    return indent
