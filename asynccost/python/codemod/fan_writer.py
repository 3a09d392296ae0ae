"""What every form of a loop that waits together needs: indentation, names, `await asyncio.gather(...)`."""

from itertools import pairwise

from asynccost.flow.tree import Assign, Call, Collection, Comprehension, Function, Loop, Member, Name, Node
from asynccost.python.codemod.joining import width
from asynccost.python.codemod.names import fresh, names_in
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.top import member_of
from asynccost.python.codemod.turns import Shape, is_empty_list, is_short

_LISTS = frozenset({"list", "List", "Sequence", "tuple", "Tuple", "set", "Set", "frozenset", "dict", "Dict"})
LIMIT = 10  # calls at a time


class Writer:
    """What both forms need: indentation, names and the text of `await asyncio.gather(...)`."""

    def __init__(self, patch: Patch, shape: Shape) -> None:
        self.patch, self.shape, self.layout = patch, shape, patch.layout
        self.loop = shape.loop
        self.indent = self.layout.indent(self.loop.start)
        self.unit = self.layout.unit(shape.function)
        self.inner = self.layout.indent(self.loop.body[0].start)
        self.gather = member_of(patch, "asyncio", "gather")
        self.bounded = self.loop.iter is not None and not is_short(self.loop.iter)
        self.target = self.text(self.loop.target)
        self.iter = self.text(self.loop.iter)

    def text(self, node: Node | None) -> str:
        """The source of a node."""
        return self.layout.text(node.start, node.end) if node is not None else ""

    def fresh(self, *wanted: str) -> str:
        """A name that the function does not use yet."""
        return fresh(self.patch.file, *wanted, around=self.shape.function)

    def semaphore(self) -> tuple[str, str]:
        """The name of a semaphore, and the line that makes it."""
        name = self.fresh(*apart("semaphore", self.loop, self.shape.function))
        return name, f"{name} = {member_of(self.patch, 'asyncio', 'Semaphore')}({LIMIT})"

    def limiter(self) -> tuple[str, list[str]]:
        """What each call is wrapped in, and the lines that define it."""
        if not self.bounded:
            return "", []
        semaphore, line = self.semaphore()
        limited = self.fresh(*apart("limited", self.loop, self.shape.function))
        u = self.unit
        return limited, [
            line, "", f"async def {limited}(call):", f"{u}async with {semaphore}:", f"{u}{u}return await call", "",
        ]

    def items(self, wanted: bool) -> tuple[str, list[str]]:
        """What to walk, and the line that makes a list of it where it is walked twice."""
        if not wanted or _is_view(self.loop.iter) or self._is_kept():
            return self.iter, []
        name = self.fresh("items", "entries")
        return name, [f"{name} = {self.iter}" if _is_list(self.loop.iter) else f"{name} = list({self.iter})"]

    def _is_kept(self) -> bool:
        """Whether a parameter says that it is a list, or something as good: it may be walked twice."""
        name = self.loop.iter.id if isinstance(self.loop.iter, Name) else ""
        params = [p for p in self.shape.function.params if p.name == name and p.annotation is not None]
        function = self.shape.function
        once = function.index is not None and len(function.index.bound.get(name, ())) == 1
        written = self.text(params[0].annotation) if params else ""
        changed = any(n.id == name for n in names_in(*self.loop.body))
        return once and not changed and written.partition("[")[0].rpartition(".")[2] in _LISTS

    def awaiting(self, head: str, call: str, walked: str, tail: str = "", more: str = "") -> list[str]:
        """`head await asyncio.gather(*(call for target in walked)) tail`, over several lines if it is long."""
        line = f"{head}await {self.gather}(*({call} for {self.target} in {walked}){more}){tail}"
        if "\n" not in line and len(self.indent) + len(line) <= width(self.layout):
            return [line]
        u = self.unit
        line = f"*({call} for {self.target} in {walked}){more and ','}"
        if "\n" not in line and len(self.indent + u) + len(line) <= width(self.layout):
            extra = [f"{u}{more.removeprefix(', ')},"] if more else []
            return [f"{head}await {self.gather}(", f"{u}{line}", *extra, f"){tail}"]
        first, *others = call.split("\n")
        lines = [f"{head}await {self.gather}(", f"{u}*(", f"{u}{u}{first}"]
        lines += [line.removeprefix(self.indent) for line in others]
        lines += [f"{u}{u}for {self.target} in {walked}", f"{u})" + ("," if more else "")]
        if more:
            lines.append(f"{u}{more.removeprefix(', ')},")
        return [*lines, f"){tail}"]

    def grouped(self) -> str:
        """The loop's target as a part of a longer one."""
        bare = isinstance(self.loop.target, Collection) and self.target[:1] not in ("(", "[")
        return f"({self.target})" if bare else self.target

    def header(self, targets: list[str], source: str) -> None:
        """Let the loop walk the results."""
        assert self.loop.target is not None
        assert self.loop.iter is not None
        self.patch.replace(self.loop.target.start, self.loop.iter.end, f"{', '.join(targets)} in {source}")

    def list_above(self, name: str) -> Assign | None:
        """The statement right above the loop that begins an empty list of this name."""
        above = _statement_above(self.loop)
        if not isinstance(above, Assign) or not is_empty_list(above, name) or not self.layout.alone(above):
            return None
        between = self.layout.text(self.layout.next_line(above.end), self.layout.line_start(self.loop.start))
        return above if not between.strip() and self.layout.bare(above.end, self.layout.line_end(above.end)) else None

    def until_value(self, assign: Assign) -> str:
        """`xs: list[str] = ` of an assignment."""
        assert assign.value is not None
        return self.layout.text(assign.start, assign.value.start)

    def above(self, *lines: str) -> None:
        """Put lines above the loop, below its comments, which then stand above all that is made of it."""
        self.patch.insert_lines(self.loop.start, self.indent, *lines)


def _statement_above(loop: Loop) -> Node | None:
    """The statement right before a loop in its block."""
    up = loop.parent
    for name in ("body", "orelse", "final"):
        block = getattr(up, name, [])
        for before, here in pairwise(block):
            if here is loop:
                found: Node = before
                return found
    return None


def apart(word: str, loop: Loop | Comprehension, function: Function) -> list[str]:
    """A word for what belongs to a loop: with the name of its items, where a loop before it may need the same."""
    loops = function.index.loops if function.index else []
    awaits = function.index.awaits if function.index else []
    before = [one for one in loops if one.start < loop.start]
    if not any(one.start < a.start < one.end for one in before for a in awaits):
        return [word]
    target = loop.target if isinstance(loop, Loop) else loop.clauses[-1].target
    tag = target.id if isinstance(target, Name) and len(target.id) > 1 else "item"
    return [f"{tag}_{word}" if word == "semaphore" else f"{word}_{tag}"]


def _is_view(iterated: Node | None) -> bool:
    """`prices.items()` may be walked twice."""
    callee = iterated.callee if isinstance(iterated, Call) else None
    return isinstance(callee, Member) and callee.attr in ("items", "values", "keys")


def _is_list(iterated: Node | None) -> bool:
    """Whether an expression makes a list, or something as good, of its own."""
    if isinstance(iterated, Call) and isinstance(iterated.callee, Name):
        return iterated.callee.id in ("sorted", "list", "range")
    return isinstance(iterated, Collection) or (isinstance(iterated, Comprehension) and iterated.kind == "list")
