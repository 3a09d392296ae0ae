"""What a name stands for: imports, aliases, instances and attributes as one dotted string.

The string reads like the code with every alias undone:

    aiohttp.ClientSession            the class, however it was imported
    aiohttp.ClientSession().get      a method of an instance: local, `with ... as`, attribute or annotated
    pkg.mod.Class.method             a definition in this or another file of the project (Python)
    src/api/client:fetchUser         the same in JavaScript; packages are "axios:create", "openai:default()"
    react:useState()[1]              a place of a result that was unpacked
    fetch, open                      a global that no scope binds

An await is looked through: `(await create_pool()).execute` is `asyncpg.create_pool().execute`.
"""

from collections.abc import Callable

from asynccost.flow.annotations import instance_of, noted
from asynccost.flow.around import class_around
from asynccost.flow.attributes import SELF, Attributes
from asynccost.flow.definitions import Definitions
from asynccost.flow.module import Module
from asynccost.flow.scopes import scopes
from asynccost.flow.tree import (
    Argument,
    Await,
    Bind,
    Call,
    Choice,
    Class,
    Closure,
    Constant,
    Expr,
    Function,
    Member,
    Name,
    Node,
    Subscript,
)
from asynccost.flow.words import handed_back

_DEPTH = 12
_NOBODY = {"python": "this", "javascript": "cls"}  # a name like any other there
_LEVELS = 10  # names and attributes on the way, each with expressions of its own
_GLOBAL_OBJECTS = frozenset({"window", "globalThis", "global", "self"})


class Names:
    """Resolves expressions of one indexed module."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self._colon = ":" if module.language == "javascript" else "."
        self._seen: dict[tuple[int, str], str | None] = {}
        self._level = 0
        self._attributes = Attributes(module)
        self.definitions = Definitions(module)

    def ref(self, what: Function | Class) -> str:
        """The project-wide name of a definition in this module."""
        return f"{self.module.name}{self._colon}{what.qualname}"

    def resolve(self, expr: Node | None, function: Function, depth: int = 0) -> str | None:
        """The dotted name of an expression seen from a function, or None where it is unknown."""
        if expr is None or depth > _DEPTH:
            return None
        if isinstance(expr, Name):
            return self._name(expr.id, function)
        if isinstance(expr, Member):
            return self._member(expr, function, depth)
        if isinstance(expr, Call):
            return self._call(expr, function, depth)
        if isinstance(expr, (Await, Argument)):
            return self.resolve(expr.value, function, depth + 1)
        if isinstance(expr, Subscript):
            return self._place(expr, function, depth)
        if isinstance(expr, Bind):
            return self.resolve(expr.value, function, depth + 1)
        if isinstance(expr, Choice):
            return self._choice(expr, function, depth)
        return None

    def attribute(self, cls: Class, attr: str) -> list[Expr | None]:
        """Every expression that a class's code assigns to `self.attr`; None for what is no one expression."""
        found = self._attributes.get(cls, attr)
        return [value for value, _ in found.values] if found else []

    def has_attribute(self, cls: Class, attr: str) -> bool:
        """Whether a class's code assigns `self.attr`, or notes its type."""
        return self._attributes.get(cls, attr) is not None

    def function(self, ref: str | None) -> Function | None:
        """The function of this module that a resolved name stands for."""
        return self.definitions.function(self._local(ref))

    def cls(self, ref: str | None) -> Class | None:
        """The class of this module that a resolved name stands for."""
        return self.definitions.cls(self._local(ref))

    def _local(self, ref: str | None) -> str:
        prefix = self.module.name + self._colon
        return ref[len(prefix) :] if ref and ref.startswith(prefix) else ""

    # ------------------------------------------------------------------ names

    def _name(self, name: str, function: Function) -> str | None:
        key = (id(function), name)
        if key in self._seen:
            return self._seen[key]
        return self._kept(key, lambda: self._lookup(name, function, 0))

    def _kept(self, key: tuple[int, str], ask: Callable[[], str | None]) -> str | None:
        """An answer that is kept, so that it must not hang on how deep in another question it was first asked."""
        if self._level >= _LEVELS:
            return None
        self._seen[key] = None  # a cycle resolves to nothing
        self._level += 1
        try:
            self._seen[key] = found = ask()
        finally:
            self._level -= 1
        return found

    def _lookup(self, name: str, function: Function, depth: int) -> str | None:
        if name in SELF:
            cls = class_around(function)
            if cls is not None and name != _NOBODY[self.module.language]:
                return self.ref(cls) + ("" if name == "cls" else "()")
        scope: Function | None = function
        while scope is not None:
            if name in scope.bindings or scope.kind == "module":
                found, known = self._bound(name, scope, depth)
                if known:
                    return found
            scope = scope.scope
        if name in self.module.imports:
            return self.module.imports[name]
        return None if name in SELF else name

    def _bound(self, name: str, scope: Function, depth: int) -> tuple[str | None, bool]:
        """What a scope binds a name to, and whether it binds it at all."""
        for define in scope.index.defines if scope.index else ():
            if define.what.name == name:
                return self.ref(define.what), True
        values = scope.index.bound.get(name, []) if scope.index else []
        if name in self.module.imports and (not values or scope.kind == "module"):
            return self.module.imports[name], True
        if not values:
            return None, scope.kind != "module"
        for param in scope.params:
            if param.name == name:
                note = param.annotation if len(values) == 1 and not param.star else None
                return self._noted(note, scope, depth), True
        found = self._values(values, scope, depth)
        if found is None:
            found = self._noted(noted(name, scope), scope, depth)
        if found is None and scope.kind == "module":
            found = f"{self.module.name}{self._colon}{name}"
        return found, True

    def _noted(self, note: Expr | None, scope: Function, depth: int) -> str | None:
        """The instance that an annotation stands for."""
        return instance_of(note, lambda expr: self.resolve(expr, scope, depth + 2))

    def _values(self, values: "list[Expr | None]", function: Function, depth: int) -> str | None:
        """The one thing that all bindings agree on, None values aside."""
        found: str | None = None
        for value in values:
            if value is None:
                return None
            if isinstance(value, Constant) and value.value is None:
                continue
            if isinstance(value, Closure):
                name = self.ref(value.function)
            else:
                name = self.resolve(value, function, depth + 1) or ""
            if not name or (found and name != found):
                return None
            found = name
        return found

    # ---------------------------------------------------------------- members

    def _member(self, expr: Member, function: Function, depth: int) -> str | None:
        value = expr.value
        if isinstance(value, Name) and value.id in _GLOBAL_OBJECTS and self._is_global(value.id, function):
            return expr.attr
        base = self.resolve(value, function, depth + 1)
        if base is None:
            return None
        if base.endswith("()"):
            cls = self.cls(base[:-2])
            if cls is not None:
                return self._of_instance(cls, expr.attr)
        if base.endswith(":*"):
            return f"{base[:-1]}{expr.attr}"
        if base.endswith(":default"):
            return f"{base[:-7]}{expr.attr}"
        return f"{base}.{expr.attr}"

    def _is_global(self, name: str, function: Function) -> bool:
        return self.module.language == "javascript" and not any(name in f.bindings for f in scopes(function))

    def _of_instance(self, cls: Class, attr: str) -> str | None:
        if attr in cls.methods:
            return f"{self.ref(cls)}.{attr}"
        key = (id(cls), attr)
        return self._seen[key] if key in self._seen else self._kept(key, lambda: self._attribute(cls, attr, 0))

    def _attribute(self, cls: Class, attr: str, depth: int) -> str | None:
        """What all assignments to an attribute agree on, else what it is annotated with."""
        made = self._attributes.get(cls, attr)
        if made is None:
            return f"{self.ref(cls)}.{attr}"
        known: str | None = None
        for value, home in made.values:
            if value is None or (isinstance(value, Constant) and value.value is None):
                if value is None and made.note is None:
                    return None
                continue
            name = self.resolve(value, home, depth + 1)
            if name is None or (known and known != name):
                known = None
                break
            known = name
        if known is None and made.note is not None:
            return self._noted(*made.note, depth)
        return known

    def _place(self, expr: Subscript, function: Function, depth: int) -> str | None:
        """A place of a known result: `const [x, setX] = useState()` makes setX "react:useState()[1]"."""
        at = expr.index.value if isinstance(expr.index, Constant) else None
        base = self.resolve(expr.value, function, depth + 1) if type(at) is int else None
        return f"{base}[{at}]" if base else None

    # ------------------------------------------------------------------ calls

    def _call(self, expr: Call, function: Function, depth: int) -> str | None:
        first = expr.arguments[0].value if expr.arguments else None
        if isinstance(first, Closure) and handed_back(first) is not None:
            return self.ref(first.function)
        callee = self.resolve(expr.callee, function, depth + 1)
        if callee is None:
            return None
        if callee == "functools.partial":  # `Client = partial(AsyncClient, timeout=5)`: to call it makes an AsyncClient
            return self.resolve(first, function, depth + 1)
        if callee == "require" and self.module.language == "javascript" and expr.arguments:
            module = expr.arguments[0].value
            if isinstance(module, Constant) and isinstance(module.value, str):
                return f"{module.value.removeprefix('node:')}:*"
        if callee.endswith(":*"):  # `const X = require("x"); new X()`
            callee = callee[:-1] + "default"
        return f"{callee}()"

    def _choice(self, expr: Choice, function: Function, depth: int) -> str | None:
        """`a or X()`, `test ? X() : None`: what the known options agree on."""
        known = {self.resolve(o, function, depth + 1) for o in expr.options if not isinstance(o, Constant)}
        if expr.op in ("or", "??"):  # `given or Session()`: nothing contradicts what is known
            known.discard(None)
        return known.pop() if len(known) == 1 else None
