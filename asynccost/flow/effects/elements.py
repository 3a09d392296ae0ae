"""What listeners stand on: elements, which go away with their component, and what lives as long as the page."""

import re
from collections.abc import Sequence

from asynccost.flow.file import File
from asynccost.flow.reach import binder, values
from asynccost.flow.tree import Call, Class, Expr, Function, Member, Name, Node, Subscript
from asynccost.flow.words import word_of

OF_ELEMENT = "the target is an element that goes away with the component"
_ELEMENT_CALLS = frozenset({"querySelector", "getElementById", "closest", "querySelectorAll"})
_PAGE = frozenset({
    "window", "document", "globalThis", "self", "top", "parent", "navigator", "matchMedia", "history", "screen",
    "visualViewport", "process", "chrome", "browser", "speechSynthesis", "caches", "performance",
})
_REF = rb"\bref=\{\s*\(?\s*\w+[^=>{}]*=>\s*[({]?\s*this\.%s\s*=[^=]"
_REF_BY_NAME = re.compile(rb"\bref=\{\s*this\.([\w$]+)")


def is_page(target: Expr, function: Function, file: File) -> bool:
    """Whether a target lives as long as the page or the process."""
    name = file.resolve(target, function) or ""
    bare = name.partition(".")[0].removesuffix("()")
    made = "()." in name or (name.endswith("()") and bare != "matchMedia")
    return bare in _PAGE and ":" not in name and not made


def root_of(expr: Expr) -> Name | None:
    """The name that a target is read from; None for what an expression makes."""
    here: Node = expr
    while isinstance(here, (Member, Call, Subscript)):
        here = here.callee if isinstance(here, Call) else here.value
    return here if isinstance(here, Name) else None


def held_by_ref(cls: Class, attr: str, file: File) -> bool:
    """`ref={(node) => { this.node = node; }}`, `ref={this.setNode}`: an attribute that React fills in."""
    source, keeps = file.module.source, re.escape(attr.encode())
    if re.compile(_REF % keeps).search(source, cls.start, cls.end):
        return True
    named = [m[1].decode() for m in _REF_BY_NAME.finditer(source, cls.start, cls.end)]
    sets = re.compile(rb"\bthis\.%s\s*=[^=]" % keeps)
    return any(sets.search(source, m.start, m.end) for name in named if (m := cls.methods.get(name)) is not None)


def is_ref(known: Sequence[Expr]) -> bool:
    """`const box = useRef()`."""
    return any(
        isinstance(v, Call) and word_of(v) in ("useRef", "createRef", "ref", "useTemplateRef", "shallowRef")
        for v in known
    )


def is_element(value: Expr) -> bool:
    """`document.getElementById("box")`."""
    return isinstance(value, Call) and word_of(value) in _ELEMENT_CALLS


def is_ref_read(value: Expr, scope: Function) -> bool:
    """`box.current` of such a ref."""
    if isinstance(value, Member) and value.attr in ("current", "value") and isinstance(value.value, Name):
        home = binder(value.value.id, scope)
        return home is not None and is_ref([v for v in values(value.value.id, home) if v is not None])
    return False
