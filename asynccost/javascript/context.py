"""What every part of the lowering shares: source, tables, and the function and class being lowered."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tree_sitter import Node as Cst

from asynccost.flow.module import Module
from asynccost.flow.tree import Class, Define, Expr, Function, Other, Stmt

if TYPE_CHECKING:
    from asynccost.tokens import Found

DEEPEST = 200  # flow nodes on the way from the module to a leaf; what lies deeper is recorded as broken

LowerExpr = Callable[["Context", Cst], Expr]
LowerStmt = Callable[["Context", Cst, list[Stmt]], None]
LowerNamed = Callable[["Context", Cst, str], Expr]
LowerTarget = Callable[["Context", Cst, "set[str] | None"], Expr]

T = TypeVar("T")

EXTRA = frozenset({"comment", "html_comment", "ERROR"})


class Table(dict[int, T]):
    """Handlers by kind id, with one for all other kinds."""

    def __init__(self, by_name: dict[str, T], kinds: dict[int, str], other: T) -> None:
        super().__init__((i, by_name[kind]) for i, kind in kinds.items() if kind in by_name)
        self._other = other

    def __missing__(self, kind_id: int) -> T:
        return self._other


class Tables:
    """The handlers of one grammar."""

    def __init__(
        self,
        kinds: dict[int, str],
        expr: Table[LowerExpr],
        stmt: Table[LowerStmt],
        target: Table[LowerTarget],
        named: dict[int, LowerNamed],
    ) -> None:
        self.kinds = kinds
        self.expr = expr
        self.stmt = stmt
        self.target = target
        self.named = named
        self.extra = frozenset(i for i, kind in kinds.items() if kind in EXTRA)
        ids = {kind: i for i, kind in kinds.items()}
        self.optional_chain = ids["optional_chain"]
        self.arguments = ids["arguments"]
        self.spread_element = ids["spread_element"]


class Texts(dict[bytes, str]):
    """Decoded source text, the same string for the same bytes."""

    def __missing__(self, raw: bytes) -> str:
        text = self[raw] = raw.decode(errors="replace")
        return text


_TEXTS = Texts()  # shared by all files: they use the same words
_MANY_TEXTS = 100_000


class Context:
    """One file being lowered.

    `shallow`: no rule can fire here, so function bodies are left empty. `pending`: definitions that belong
    before the statement being lowered (classes written as expressions).
    """

    __slots__ = (
        "bindings",
        "depth",
        "exporting",
        "expr",
        "extra",
        "function",
        "kinds",
        "module",
        "named_table",
        "owner",
        "pending",
        "prefix",
        "shallow",
        "source",
        "stmt",
        "tables",
        "target",
        "texts",
        "tokens",
    )

    def __init__(self, tables: Tables, module: Module, tokens: "Found | None") -> None:
        self.source = module.source
        self.module = module
        self.function = module.top
        self.bindings = module.top.bindings
        self.owner: Class | None = None
        self.prefix = ""
        self.pending: list[Stmt] = []
        self.depth = 0
        if len(_TEXTS) > _MANY_TEXTS:
            _TEXTS.clear()
        self.texts = _TEXTS
        self.kinds = tables.kinds
        self.extra = tables.extra
        self.expr = tables.expr
        self.stmt = tables.stmt
        self.target = tables.target
        self.named_table = tables.named
        self.tables = tables
        self.tokens = tokens
        self.shallow = False
        self.exporting = True

    def reset(self) -> None:
        """Return to the module's top, whatever was being lowered."""
        self.function = self.module.top
        self.bindings = self.function.bindings
        self.owner, self.prefix, self.pending, self.depth, self.exporting = None, "", [], 0, True

    def text(self, node: Cst) -> str:
        """Return a node's source text."""
        return self.texts[self.source[node.start_byte : node.end_byte]]

    def parts(self, node: Cst) -> list[Cst]:
        """Return a node's named children without comments and errors."""
        extra = self.extra
        return [child for child in node.named_children if child.kind_id not in extra]

    def second(self, node: Cst) -> Cst | None:
        """Return what a node like `(x)` or `return x` holds after its first token."""
        children = node.children
        if len(children) > 1 and children[1].kind_id not in self.extra:
            return children[1] if children[1].is_named else None
        parts = self.parts(node)
        return parts[0] if parts else None

    def named(self, node: Cst, name: str) -> Expr:
        """Lower a value; a function or class without a name of its own takes this one."""
        lower = self.named_table.get(node.kind_id)
        return lower(self, node, name) if lower is not None else self.expr[node.kind_id](self, node)

    def block(self, node: Cst) -> list[Stmt]:
        """Lower the statements of a block, or the one statement that stands for it."""
        out: list[Stmt] = []
        self.statements(node.named_children if self.kinds[node.kind_id] == "statement_block" else [node], out)
        return out

    def statements(self, nodes: list[Cst], out: list[Stmt]) -> None:
        """Lower statements in order onto `out`."""
        stmt = self.stmt
        for node in nodes:
            mark = len(out)
            stmt[node.kind_id](self, node, out)
            if self.pending:
                self.flush(mark, out)

    def flush(self, mark: int, out: list[Stmt]) -> None:
        """Put pending definitions before the statement that began at `mark`."""
        out[mark:mark] = self.pending
        self.pending = []

    def qualname(self, name: str) -> str:
        """Return a name with the named functions and classes around it."""
        return f"{self.prefix}.{name}" if self.prefix and name else self.prefix or name

    def quiet(self, start: int, end: int) -> bool:
        """Tell whether no token that a rule looks for stands in a range."""
        return self.tokens is not None and not self.tokens.search(self.source, start, end)

    def too_deep(self, node: Cst) -> Expr:
        """Record a range that is nested too deep to lower, and stand for it."""
        self.module.broken.append((node.start_byte, node.end_byte))
        return Other(node.start_byte, node.end_byte, "broken", [])

    def define(self, node: Cst, what: Function | Class) -> Define:
        """Declare a function or class in the current scope."""
        if what.name:
            self.bindings.add(what.name)
        return Define(node.start_byte, node.end_byte, what)


def nested(lower: LowerExpr) -> LowerExpr:
    """Bound the depth of an expression that holds others."""

    def bounded(cx: Context, node: Cst) -> Expr:
        if cx.depth >= DEEPEST:
            return cx.too_deep(node)
        cx.depth += 1
        lowered = lower(cx, node)
        cx.depth -= 1
        return lowered

    return bounded


def nested_statement(lower: LowerStmt) -> LowerStmt:
    """Bound the depth of a statement that holds others."""

    def bounded(cx: Context, node: Cst, out: list[Stmt]) -> None:
        if cx.depth >= DEEPEST:
            cx.too_deep(node)
            return
        cx.depth += 1
        lower(cx, node, out)
        cx.depth -= 1

    return bounded


def nested_target(lower: LowerTarget) -> LowerTarget:
    """Bound the depth of a pattern that holds others."""

    def bounded(cx: Context, node: Cst, binds: set[str] | None) -> Expr:
        if cx.depth >= DEEPEST:
            return cx.too_deep(node)
        cx.depth += 1
        lowered = lower(cx, node, binds)
        cx.depth -= 1
        return lowered

    return bounded
