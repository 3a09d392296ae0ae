"""Where lowering stands: the file, the function and class around, and what they bind."""

from sys import intern

from asynccost.flow.tree import Class, Collection, Expr, Function, Name, Other
from asynccost.python.grammar import Tree

MOST_NAMES = 100_000  # about 15 MB
DEEPEST = 200  # levels; Python's own parser stops at about as many


class Names(dict[bytes, str]):
    """Identifiers by their bytes, each decoded once in a process; files share most of theirs."""

    def __missing__(self, raw: bytes) -> str:
        if len(self) > MOST_NAMES:
            self.clear()
        text = intern(raw.decode("utf-8", "replace"))
        if text not in ("None", "True", "False"):  # names in broken code only
            self[raw] = text
        return text


NAMES = Names()


class Lowering:
    """The state of one file's lowering; handlers read it and definitions move it."""

    __slots__ = (
        "bindings",
        "broken",
        "classes",
        "functions",
        "imports",
        "names",
        "nested_imports",
        "owner",
        "package",
        "prefix",
        "scope",
        "source",
        "top",
        "tree",
    )

    def __init__(self, source: bytes, package: str, top: Function, tree: Tree) -> None:
        self.source = source
        self.tree = tree  # bodies that wait hold no node of it
        self.package = package  # what a relative import starts from
        self.names = NAMES
        self.top = top
        self.functions = [top]
        self.classes: list[Class] = []
        self.imports: dict[str, str] = {}
        self.nested_imports: list[tuple[str, str]] = []
        self.broken: list[tuple[int, int]] = []
        self.scope = top
        self.owner: Class | None = None
        self.prefix = ""  # of the qualname of what is defined here
        self.bindings = top.bindings  # of the function, or of the class body, that is being lowered

    def text(self, start: int, end: int) -> str:
        """Return a stretch of the source as text."""
        return self.source[start:end].decode("utf-8", "replace")

    def bind(self, target: Expr) -> None:
        """Note the names that an assignment to a target binds."""
        if isinstance(target, Name):
            self.bindings.add(target.id)
        elif isinstance(target, Collection):
            for item in target.items:
                self.bind(item)
        elif isinstance(target, Other) and target.op == "spread":
            self.bind(target.parts[0])

    def give_up(self, start: int, end: int) -> Other:
        """Note a stretch that is not lowered, and stand in for it."""
        self.broken.append((start, end))
        return Other(start, end, "broken", [])

    def import_name(self, local: str, dotted: str) -> None:
        """Note an import; the first of a name counts, those of the module itself before others."""
        self.bindings.add(local)
        if self.scope.kind == "module" and self.owner is None:
            self.imports.setdefault(local, dotted)
        else:
            self.nested_imports.append((local, dotted))


Inside = tuple[Function, Class | None, str, set[str]]


def enter_function(low: Lowering, function: Function) -> Inside:
    """Step into a function's body; `leave` steps back with what this returns."""
    outside = (low.scope, low.owner, low.prefix, low.bindings)
    low.functions.append(function)
    low.scope = function
    low.owner = None
    low.prefix = function.qualname + ".<locals>."
    low.bindings = function.bindings
    return outside


def enter_class(low: Lowering, klass: Class) -> Inside:
    """Step into a class's body, whose names are nobody's but its own."""
    outside = (low.scope, low.owner, low.prefix, low.bindings)
    low.owner = klass
    low.prefix = klass.qualname + "."
    low.bindings = set()
    return outside


def leave(low: Lowering, outside: Inside) -> None:
    """Step back out of a function or class."""
    low.scope, low.owner, low.prefix, low.bindings = outside
