"""A loop that waits together, where the turn, or the part of it that waits, becomes a function of its own."""

from asynccost.flow.tree import Assign, Await, Call, Collection, Member, Name
from asynccost.python.codemod.fan_writer import Writer
from asynccost.python.codemod.outcomes import Outcome
from asynccost.python.codemod.turns import handed_on, needed, whole_turn


class Body(Writer):
    """The turn, or its part that waits, becomes a coroutine function where the loop stood."""

    def write(self) -> None:
        """Rewrite the loop."""
        whole = whole_turn(self.shape, self.patch.file)
        call = self._function(self.loop.body[-1].end if whole else self.shape.core[-1].end)
        if whole is not None:
            self._outcomes(whole[1])
            self._end(call, whole[0])
        elif self.shape.rest:
            self._answer(self.shape.core[-1].end)
            self._rest(call)
        else:
            self._answer(self.shape.core[-1].end)
            sink = self.shape.sink
            self._end(call, self.text(sink.callee.value) if sink and isinstance(sink.callee, Member) else "")

    def _function(self, end: int) -> str:
        """Turn the loop's header into that of a function; returns the call of it."""
        layout = self.layout
        one = self.fresh(f"process_{self.target}" if isinstance(self.loop.target, Name) else "process_item")
        assert self.loop.iter is not None
        head = f"async def {one}({self._parameters()}):"
        if self.bounded:
            semaphore, line = self.semaphore()
            self.above(line, "")
            head += f"\n{self.indent}{self.unit}async with {semaphore}:"
            self.patch.reindent(layout.next_line(self.loop.header_end), end, self.inner, self.inner + self.unit)
        else:
            self.above("")
        self.patch.replace(self.loop.start, self.loop.header_end, head)
        return f"{one}({self._parameters()})"

    def _outcomes(self, found: list[Outcome]) -> None:
        """Each way through the turn returns what it used to append."""
        for outcome in found:
            self._returned(outcome.call)
            if outcome.jump is not None:
                self.patch.remove_lines(outcome.jump)

    def _parameters(self) -> str:
        target = self.loop.target
        items = target.items if isinstance(target, Collection) else [target]
        return ", ".join(n.id for n in items if isinstance(n, Name))

    def _answer(self, end: int) -> None:
        """What the coroutine returns."""
        sink = self.shape.sink if not self.shape.rest else None
        if sink is not None:
            self._returned(sink)
        elif (only := self._only_wait(end)) is not None:
            self.patch.replace(*only, "return ")
        elif names := self._given():
            extra = self.unit if self.bounded else ""
            self.patch.insert_lines(self.layout.next_line(end - 1), self.inner + extra, f"return {', '.join(names)}")

    def _only_wait(self, end: int) -> tuple[int, int] | None:
        """Where `price = ` of `price = await fetch(name)` stands, if that is all that is handed on."""
        last = self.shape.core[-1]
        if not isinstance(last, Assign) or last.end != end or last.annotation is not None:
            return None
        named = [t.id for t in last.targets if isinstance(t, Name)]
        alone = len(last.targets) == 1 and named == self._given()
        return (last.start, last.value.start) if alone and isinstance(last.value, Await) else None

    def _returned(self, sink: Call) -> None:
        """`xs.append(value)` becomes `return value`."""
        value = sink.arguments[0].value
        around = self.layout.text(sink.callee.end, value.start) + self.layout.text(value.end, sink.end)
        ends = self.layout.source[value.end - 1 : value.end]
        closed = isinstance(value, (Await, Call, Collection)) and ends in b")]}"
        many = "\n" in self.text(value) and not closed
        bare = "\n" not in self.text(value) and "#" not in around  # what stood on a line of its own
        if "\n" in around and closed and "#" not in around and "\n" in self.text(value):
            layout = self.layout
            self.patch.replace(sink.start, value.start, "return ")
            self.patch.replace(value.end, sink.end, "")
            old, new = layout.indent(value.start), layout.indent(sink.start)
            self.patch.reindent(layout.next_line(value.start), value.end, old, new)
        elif ("\n" in around and not bare) or many:  # the parentheses stay
            self.patch.replace(sink.start, sink.callee.end, "return ")
            comma = self.layout.source.find(b",", value.end, sink.end)
            if comma >= 0:
                self.patch.replace(comma, comma + 1, "")
        else:
            self.patch.replace(sink.start, value.start, "return ")
            self.patch.replace(value.end, sink.end, "")

    def _given(self) -> list[str]:
        """The names that the rest of the turn needs of this part."""
        return handed_on(self.shape)

    def _rest(self, call: str) -> None:
        """A second loop does the rest, in order."""
        first = self.shape.rest[0]
        at = self.layout.with_comments(first.start)
        given = self._given()
        mine = [n for n in needed(self.shape, self.shape.rest) if n in self.shape.bound]
        walked, lines = self.items(wanted=bool(mine))
        result = ", ".join(given) if given else "_"
        results = self.fresh("results", "answers", "outcomes")
        lines += self.awaiting(f"{results} = ", call, walked)
        source = results
        if mine:
            result = f"({result})" if len(given) > 1 else result
            result, source = f"{self.grouped()}, {result}", f"zip({walked}, {results})"
        lines.append(f"for {result} in {source}:")
        blank = [] if self.layout.blank_above(at) else [""]
        self.patch.insert_lines(at, "", *blank, *(self.indent + line for line in lines))

    def _end(self, call: str, kept: str) -> None:
        walked, _ = self.items(wanted=False)
        begun = self.list_above(kept) if kept else None
        if begun is not None:
            lines = self.awaiting(self.until_value(begun), call, walked)
            self.patch.remove_lines(begun, gap=True)
        else:
            lines = self.awaiting(f"{kept}.extend(", call, walked, ")") if kept else self.awaiting("", call, walked)
        at = self.layout.next_line(self.loop.end - 1)
        self.patch.insert_lines(at, "", "", *(self.indent + line for line in lines))
