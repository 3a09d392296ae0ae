"""The flow tree: one small model of function bodies that both front ends lower to.

A front end builds it, `flow.indexing` sets every `parent` and collects calls, awaits and loops, rules read
it. Nothing here knows a language: `for x of xs` and `for x in xs` are the same Loop, `this` and `self`
are Names, `new X()` and `X()` are Calls. `start` and `end` are byte offsets into the source file.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from typing import Literal as OneOf

from asynccost.flow.late_bodies import OF_THE_BODY

if TYPE_CHECKING:
    from asynccost.flow.index import Index
    from asynccost.flow.late_bodies import Late


@dataclass(slots=True, eq=False)
class Node:
    """A place in the source. `parent` is set by `flow.indexing` and crosses no function boundary:
    the parent of a function's outermost statements is the Function itself."""

    start: int
    end: int
    parent: "Node | None" = field(default=None, init=False, repr=False)


# ---------------------------------------------------------------- expressions


@dataclass(slots=True, eq=False)
class Name(Node):
    """An identifier; `self`, `cls`, `this` and `super` too."""

    id: str


@dataclass(slots=True, eq=False)
class Member(Node):
    """`value.attr`, `value?.attr`, `value.#attr` (attr is then "#attr")."""

    value: "Expr"
    attr: str
    optional: bool = False


@dataclass(slots=True, eq=False)
class Subscript(Node):
    """`value[index]`; slices are an Other as index."""

    value: "Expr"
    index: "Expr | None"


@dataclass(slots=True, eq=False)
class Argument(Node):
    """One argument: positional (keyword None), `keyword=value`, `*value` (star 1), `**value` (star 2)."""

    value: "Expr"
    keyword: str | None = None
    star: int = 0


@dataclass(slots=True, eq=False)
class Call(Node):
    """`callee(arguments)`; `new` for JavaScript's new; tagged templates are calls as well."""

    callee: "Expr"
    arguments: list[Argument]
    new: bool = False


@dataclass(slots=True, eq=False)
class Await(Node):
    """`await value`."""

    value: "Expr"


@dataclass(slots=True, eq=False)
class Yield(Node):
    """`yield value`, `yield from value`."""

    value: "Expr | None"


@dataclass(slots=True, eq=False)
class Constant(Node):
    """A literal: str (no interpolation), int, float, bool, None (also undefined and null)."""

    value: str | int | float | bool | None


@dataclass(slots=True, eq=False)
class Collection(Node):
    """A literal list, tuple, set or dict/object, also as a target of unpacking.

    For a dict `keys` runs beside `items`: a key expression (Constant str for plain names), None for a
    `**spread`. For the others `keys` is empty. A default in a pattern is a Choice(target, default).
    """

    kind: OneOf["list", "tuple", "set", "dict"]
    items: "list[Expr]"
    keys: "list[Expr | None]" = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Choice(Node):
    """One of several values: `test ? a : b` (test set), `a or b`, `a ?? b`, `a && b` (test None; op tells)."""

    test: "Expr | None"
    options: "list[Expr]"
    op: str = ""  # "?:", "or", "and", "??"


@dataclass(slots=True, eq=False)
class Bind(Node):
    """An assignment used as an expression: `(x := v)`, `x = v`, `x ??= v` inside an expression."""

    target: "Expr"
    value: "Expr"
    op: str = "="


@dataclass(slots=True, eq=False)
class Closure(Node):
    """A function written as an expression: lambda, arrow, function expression, object method."""

    function: "Function"


@dataclass(slots=True, eq=False)
class Clause(Node):
    """`for target in iter if conditions` of a comprehension."""

    target: "Expr"
    iter: "Expr"
    conditions: "list[Expr]"
    is_async: bool = False


@dataclass(slots=True, eq=False)
class Comprehension(Node):
    """`[element for ...]`, also set, dict (element is a tuple Collection of key and value), generator."""

    kind: OneOf["list", "set", "dict", "generator"]
    element: "Expr"
    clauses: list[Clause]


@dataclass(slots=True, eq=False)
class Other(Node):
    """Any other expression; `op` names it ("+", "==", "template", "jsx", "spread", "not", "slice", ...).

    JSX: op "jsx", or "jsx:Tag"; attribute values are Argument children with the attribute as keyword.
    """

    op: str
    parts: "list[Expr]"


# ----------------------------------------------------------------- statements


@dataclass(slots=True, eq=False)
class Do(Node):
    """An expression as a statement. An arrow's expression body is a Return, not a Do."""

    value: "Expr"


@dataclass(slots=True, eq=False)
class Assign(Node):
    """`targets[0] = targets[1] = value`; `let x` has value None. One per declarator.

    op "=" or "+=", "??=" ...; declares "const", "let", "var", "using", "await using" or "" (Python, plain).
    """

    targets: "list[Expr]"
    value: "Expr | None"
    op: str = "="
    declares: str = ""
    annotation: "Expr | None" = None


@dataclass(slots=True, eq=False)
class Return(Node):
    value: "Expr | None"


@dataclass(slots=True, eq=False)
class Raise(Node):
    value: "Expr | None"


@dataclass(slots=True, eq=False)
class Break(Node):
    label: str | None = None


@dataclass(slots=True, eq=False)
class Continue(Node):
    label: str | None = None


@dataclass(slots=True, eq=False)
class If(Node):
    test: "Expr"
    body: "list[Stmt]"
    orelse: "list[Stmt]"


@dataclass(slots=True, eq=False)
class Loop(Node):
    """Any loop. kind "for" (target, iter), "while" and "do" (test), "count" (C-style: setup, test, update).

    `header_end` is the byte after the header (before the body). `is_async`: `async for`, `for await`.
    `for (k in o)` has kind "keys".
    """

    kind: OneOf["for", "keys", "while", "do", "count"]
    target: "Expr | None"
    iter: "Expr | None"
    test: "Expr | None"
    body: "list[Stmt]"
    orelse: "list[Stmt]"
    header_end: int
    is_async: bool = False
    label: str | None = None
    setup: "list[Stmt]" = field(default_factory=list)
    update: "Expr | None" = None


@dataclass(slots=True, eq=False)
class Handler(Node):
    """`except types as name:` or `catch (name)`."""

    types: "Expr | None"
    name: "str | None"
    body: "list[Stmt]"


@dataclass(slots=True, eq=False)
class Try(Node):
    body: "list[Stmt]"
    handlers: list[Handler]
    orelse: "list[Stmt]"
    final: "list[Stmt]"


@dataclass(slots=True, eq=False)
class WithItem(Node):
    value: "Expr"
    target: "Expr | None"


@dataclass(slots=True, eq=False)
class With(Node):
    items: list[WithItem]
    body: "list[Stmt]"
    is_async: bool = False


@dataclass(slots=True, eq=False)
class Case(Node):
    """A case of switch or match; `test` None for default. Falls through where the source does."""

    test: "Expr | None"
    body: "list[Stmt]"


@dataclass(slots=True, eq=False)
class Switch(Node):
    subject: "Expr"
    cases: list[Case]


@dataclass(slots=True, eq=False)
class Define(Node):
    """A function or class declared here."""

    what: "Function | Class"


@dataclass(slots=True, eq=False)
class Drop(Node):
    """`del targets`, `delete x.y`."""

    targets: "list[Expr]"


Expr = (
    Name | Member | Subscript | Call | Await | Yield | Constant | Collection | Choice | Bind | Closure
    | Comprehension | Other | Argument
)
Stmt = (
    Do | Assign | Return | Raise | Break | Continue | If | Loop | Try | With | Switch | Define | Drop
)


# -------------------------------------------------------- functions and classes


@dataclass(slots=True, eq=False)
class Param(Node):
    """A parameter. `pattern` when it is destructured (name is then ""); star 1 for *args/...rest, 2 for **kw."""

    name: str
    default: Expr | None = None
    annotation: Expr | None = None
    pattern: Expr | None = None
    star: int = 0


@dataclass(slots=True, eq=False)
class Function(Node):
    """A function body, with how it is entered. The module's own top level is a Function of kind "module".

    qualname: Python's `co_qualname`; in JavaScript the dotted names of the enclosing named functions and
    classes, where an anonymous function takes the name of the variable or property that it is assigned to.
    bindings: names that this scope binds itself (parameters, assignments, nested definitions, imports);
    Python's `global` and `nonlocal` names stand in `outer_names` instead.

    A body may wait: it is lowered and indexed as soon as anybody asks for something of it, so that nobody need know.
    late: how, and where its text stands. inner: the functions written in such a body, outer before inner.
    """

    name: str
    qualname: str
    kind: OneOf["module", "function", "method", "lambda", "arrow", "getter", "setter", "constructor"]
    is_async: bool
    is_generator: bool
    params: list[Param]
    decorators: list[Expr]
    body: list[Stmt]
    body_start: int  # byte of the first statement, for edits
    scope: "Function | None" = None  # the function around it; None for a module
    owner: "Class | None" = None  # the class whose method it is
    closure: "Closure | None" = None  # the expression that holds it, where it is one
    bindings: set[str] = field(default_factory=set)
    outer_names: set[str] = field(default_factory=set)
    is_static: bool = False
    returns: Expr | None = None  # return annotation
    index: "Index | None" = field(default=None, repr=False)
    inner: "list[Function]" = field(default_factory=list, repr=False)
    late: "Late | None" = field(default=None, repr=False)

    def wait(self, late: "Late") -> None:
        """Leave the body to be lowered when something of it is asked for."""
        self.late = late
        late.take_from(self)

    @property
    def asleep(self) -> bool:
        """Whether the body waits still."""
        return self.late is not None and self.late.waits

    def wake(self) -> None:
        """Lower and index a body that waits."""
        if self.late is not None and self.late.waits:
            self.late.give_to(self)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name not in OF_THE_BODY:  # only what `wait` has taken away is missing
                raise AttributeError(name)
            self.wake()
            return getattr(self, name)


@dataclass(slots=True, eq=False)
class Class(Node):
    """A class: methods are in `methods` by name, fields (also Python class attributes) are Assigns in `body`.

    A JavaScript field's target is Member(Name("this"), field), a static one's Member(Name(class name), field);
    a Python class attribute's target is Name(attribute).
    """

    name: str
    qualname: str
    bases: list[Argument]
    decorators: list[Expr]
    body: list[Stmt]
    methods: dict[str, Function]
    scope: Function | None = None
