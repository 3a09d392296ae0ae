"""A loop that waits together, where the awaited calls are handed to gather as they are."""

from asynccost.flow.tree import Argument, Assign, Await, Call, Collection, Do, Member, Name, Node, Subscript, Try
from asynccost.python.codemod.arguments import hangs, inner
from asynccost.python.codemod.fan_writer import Writer
from asynccost.python.codemod.turns import deferred, needed


class Calls(Writer):
    """The awaited calls go to gather; the loop walks their results, or is gone."""

    _gone = False  # whether the statement of the call is taken away

    def write(self) -> None:
        """Rewrite the loop."""
        limited, helper = self.limiter()
        call = self._call(limited)
        if self.shape.before:
            self._behind(call, helper)
        elif self._is_whole() and self.layout.bare(self.loop.start, self.layout.line_end(self.loop.end)):
            self._replace(call, helper)
        else:
            self._walk(call, helper)

    def _call(self, limited: str) -> str:
        awaited = self.shape.awaited
        assert awaited is not None
        deeper = self.indent + 2 * self.unit
        if limited and isinstance(awaited.value, Call) and hangs(awaited.value, self.layout):
            return f"{limited}({inner(awaited.value, self.layout, deeper, self.unit)})"
        text = self.layout.shifted(
            awaited.value.start, awaited.value.end, self.layout.indent(awaited.value.start), deeper
        )
        return f"{limited}({text})" if limited else text

    def _is_whole(self) -> bool:
        """`await f(x)` or `xs.append(await f(x))` is all that a turn does."""
        if self._named() is not None:
            return True
        only = self.shape.core[0] if len(self.shape.core) == 1 and not self.shape.rest else None
        if not isinstance(only, Do):
            return False
        sink = self.shape.sink
        return only.value is self.shape.awaited or (
            sink is not None and only.value is sink and sink.arguments[0].value is self.shape.awaited
        )

    def _named(self) -> Call | None:
        """`x = await f(y)` and `xs.append(x)` are all that a turn does: the call that appends."""
        core, rest = self.shape.core, self.shape.rest
        given, last = (core[0], rest[0]) if len(core) == len(rest) == 1 else (None, None)
        call = last.value if isinstance(last, Do) else None
        if not isinstance(given, Assign) or given.value is not self.shape.awaited or given.annotation is not None:
            return None
        target = given.targets[0] if len(given.targets) == 1 and given.op == "=" else None
        appends = isinstance(call, Call) and isinstance(call.callee, Member) and call.callee.attr == "append"
        if not appends or not isinstance(call, Call) or len(call.arguments) != 1 or not isinstance(target, Name):
            return None
        value, index = call.arguments[0].value, self.shape.function.index
        same = isinstance(value, Name) and value.id == target.id and self.text(call.arguments[0]) == target.id
        uses = [n for n in (index.names if index else ()) if n.id == target.id and n is not target and n is not value]
        plain = isinstance(call.callee, Member) and isinstance(call.callee.value, (Name, Member))
        return call if same and plain and not uses else None

    def _replace(self, call: str, helper: list[str]) -> None:
        sink = self.shape.sink or self._named()
        walked, lines = self.items(wanted=False)
        start = self.loop.start
        if sink is None:
            text = self.awaiting("", call, walked)
        else:
            assert isinstance(sink.callee, Member)
            name = self.text(sink.callee.value)
            above = self.list_above(name)
            if above is not None:
                start = above.start
                text = self.awaiting(self.until_value(above), call, walked)
            else:
                text = self.awaiting(f"{name}.extend(", call, walked, ")")
        body = [*helper, *lines, *text]
        joined = ("\n" + self.indent).join(body).replace(f"\n{self.indent}\n", "\n\n")
        self.patch.replace(start, self.loop.end, joined)

    def _walk(self, call: str, helper: list[str]) -> None:
        """The loop stays, and walks the results."""
        names = [n for n in self._needed() if n in self.shape.bound]
        result = self._result()
        said = self._comments()
        walked, lines = self.items(wanted=bool(names) or not result)
        lines += said
        more = ", return_exceptions=True" if self._guarded() else ""
        if not result:  # the rest asks nothing of it
            self.above(*helper, *lines, *self.awaiting("", call, walked))
            self.header([self.grouped()], walked)
            return
        if names:
            results = self.fresh("results", "answers", "outcomes")
            self.above(*helper, *lines, *self.awaiting(f"{results} = ", call, walked, more=more))
            self.header([self.grouped(), result], f"zip({walked}, {results})")
            return
        results = self.fresh("results", "answers", "outcomes")
        self.above(*helper, *lines, *self.awaiting(f"{results} = ", call, walked, more=more))
        self.header([result.strip("()")], results)

    def _comments(self) -> list[str]:
        """The comments above the call where it goes away: they go with it."""
        start = self.shape.core[0].start
        at, end = self.layout.with_comments(start), self.layout.line_start(start)
        if at == end or not self._gone:
            return []
        self.patch.replace(at, end, "")
        return [line.strip() for line in self.layout.text(at, end).splitlines()]

    def _behind(self, call: str, helper: list[str]) -> None:
        """The loop goes as far as the call; a second one does the rest."""
        names = self._needed()
        calls = self.fresh("calls", "pending")
        result = self._result()
        first = self.shape.core[0].start  # comments above what goes away stay above what comes in its place
        at = self.layout.line_start(first) if self._gone else self.layout.with_comments(first)
        if self._gone:
            self._close_up(self.shape.core[-1].end)
        deeper = self.indent + 2 * self.unit
        head, *others = call.split("\n")
        call = "\n".join([head, *(self.inner + line.removeprefix(deeper) for line in others)])
        started = [f"{calls}.append({call})"]
        lines = [f"{calls} = []"]
        waiting = f"await {self.gather}(*{calls}{', return_exceptions=True' if self._guarded() else ''})"
        second = [f"for {result.strip('()')} in {waiting}:"]
        if names:
            kept, results = self.fresh("kept"), self.fresh("results", "answers", "outcomes")
            stash = f"({', '.join(names)})" if len(names) > 1 else names[0]
            lines.append(f"{kept} = []")
            started.append(f"{kept}.append({stash})")
            second = [f"{results} = {waiting}", f"for {stash}, {result} in zip({kept}, {results}):"]
            if not result:
                second = [waiting, f"for {stash} in {kept}:"]
        self.above(*helper, *lines)
        starting = [self.inner + line for line in started]
        self.patch.insert_lines(at, "", *starting, *(self.indent + line for line in second))

    def _put(self, awaited: Await, result: str) -> None:
        """Put a name in the place of an await; alone in a call of several lines, it needs but one."""
        call = awaited.parent.parent if isinstance(awaited.parent, Argument) else None
        if isinstance(call, Call) and len(call.arguments) == 1 and call.arguments[0].keyword is None:
            before = self.layout.text(call.callee.end, awaited.start)
            behind = self.layout.text(awaited.end, call.end)
            if "\n" in before and before.strip() == "(" and behind.replace(",", "").strip() == ")":
                self.patch.replace(call.callee.end, call.end, f"({result})")
                return
        bare = self.layout.source[awaited.start - 1 : awaited.start], self.layout.source[awaited.end : awaited.end + 1]
        if isinstance(awaited.parent, (Member, Subscript)) and bare == (b"(", b")"):
            self.patch.replace(awaited.start - 1, awaited.end + 1, result)
            return
        self.patch.replace(awaited.start, awaited.end, result)

    def _close_up(self, end: int) -> None:
        """Take out the blank lines behind what goes away."""
        start = at = self.layout.next_line(end - 1)
        while at < len(self.layout.source) and self.layout.blank_above(self.layout.next_line(at)):
            at = self.layout.next_line(at)
        if at > start:
            self.patch.replace(start, at, "")

    def _needed(self) -> list[str]:
        """The names of the turn that the rest of it reads."""
        return needed(self.shape, [*self.shape.core, *self.shape.rest], but=self.shape.awaited)

    def _guarded(self) -> bool:
        """Whether the turn catches errors of the call: then each result is looked at in its own turn."""
        return any(isinstance(s, Try) for s in self.shape.core)

    def _result(self) -> str:
        """Put a name in the place of the await; the statement goes where that leaves nothing to do."""
        awaited, core = self.shape.awaited, self.shape.core
        assert awaited is not None
        first = core[0]
        plain = len(core) == 1 and isinstance(first, Assign) and first.value is awaited and first.annotation is None
        taken = _names(first) if plain and isinstance(first, Assign) and self.shape.rest else []
        if taken and isinstance(first, Assign):
            behind = self.layout.line_end(first.end)
            alone = self.layout.bare(first.start, awaited.value.start) and self.layout.bare(awaited.value.end, behind)
            if alone and self.shape.bound.isdisjoint(taken):
                self.patch.remove_lines(first)
                self._gone = True
                return taken[0] if len(taken) == 1 else f"({', '.join(taken)})"
        result = self.fresh("result", "answer", "outcome")
        statement = _simple_above(awaited)
        if isinstance(statement, Do) and statement.value is awaited:
            self.patch.remove_lines(statement)
            self._gone = True
            if not self._guarded():
                return "_" if self.shape.before and not self._needed() else ""
        else:
            self._put(awaited, result)
        if self._guarded():
            indent = self.layout.indent(statement.start)
            self.patch.insert_lines(
                self.layout.with_comments(statement.start), indent,
                f"if isinstance({result}, BaseException):", f"{self.unit}raise {result}",
            )
        return result


class Defer(Writer):
    """The loop stays as it is and only collects its calls; what they give is appended behind it."""

    def write(self) -> None:
        """Rewrite the loop."""
        limited, helper = self.limiter()
        found = deferred(self.shape)
        assert found is not None
        statement, awaited = found
        calls = self.fresh("calls", "pending")
        self.above(*helper, f"{calls} = []")
        self.patch.replace(statement.start, awaited.value.start, f"{calls}.append({limited}{'(' if limited else ''}")
        self.patch.replace(awaited.value.end, statement.end, "))" if limited else ")")
        waiting = f"await {self.gather}(*{calls})"
        if statement.value is not awaited:
            assert isinstance(statement.value, Call)
            assert isinstance(statement.value.callee, Member)
            waiting = f"{self.text(statement.value.callee.value)}.extend({waiting})"
        self.patch.insert_lines(self.layout.next_line(self.loop.end - 1), self.indent, waiting)


def _names(statement: Assign) -> list[str]:
    """What `x = ...` and `x, y = ...` bind; nothing for any other form."""
    target = statement.targets[0]
    items = target.items if isinstance(target, Collection) and target.kind in ("tuple", "list") else [target]
    names = [item.id for item in items if isinstance(item, Name)]
    plain = len(statement.targets) == 1 and statement.op == "=" and len(names) == len(items)
    return names if plain and (len(items) > 1 or items == [target]) else []


def _simple_above(node: Node) -> Node:
    """The statement that holds an expression."""
    while not isinstance(node, (Do, Assign)) and node.parent is not None:
        node = node.parent
    return node
