"""Timers: what they call back, after how long, how they are stopped, and whether firing arms them again."""

import re
from dataclasses import dataclass
from typing import Any

from asynccost.flow.around import above, class_around
from asynccost.flow.effects.acquisitions import Acquisition, Pair
from asynccost.flow.file import File, Site
from asynccost.flow.reach import local_function, reach
from asynccost.flow.tree import (
    Argument,
    Assign,
    Call,
    Collection,
    Constant,
    Expr,
    Function,
    If,
    Member,
    Name,
    Node,
    Other,
    Raise,
    Return,
)
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_LAST = re.compile(r"[.:]")  # `threading.Timer`, `timers:setTimeout`
_COUNTERS = frozenset({"attempt", "attempts", "try", "tries", "retry", "retries", "count", "counter", "remaining"})

_OVER = frozenset({"max", "reached", "exceeded", "exhausted", "left", "over"})


@dataclass(slots=True, eq=False)
class Timer:
    """A call that starts a timer. delay: as the source writes it, where it is a literal (JavaScript: milliseconds).

    frame: it waits for a frame or an idle moment, not for a time. holds: it keeps the process from ending.
    """

    got: Acquisition
    name: str
    repeats: bool
    frame: bool
    holds: bool
    delay: float | None
    callback: Function | None
    handler: Expr | None

    @property
    def call(self) -> Call:
        return self.got.call

    @property
    def function(self) -> Function:
        return self.got.function


def timer(site: Site, file: File) -> Timer | None:
    """The timer that a call starts, if it starts one."""
    table = file.knowledge.table("timers")
    row: dict[str, Any] | None = table["calls"].get(site.name or "")
    if row is None and isinstance(site.call.callee, Member) and _of_loop(site, file):
        row = table["methods"].get(site.call.callee.attr)
    if row is None:
        return None
    handler, delay = _argument(site.call, row["callback"]), _argument(site.call, row["delay"])
    name = chain(site.call.callee)[-1] if isinstance(site.call.callee, Member) else _LAST.split(site.name or "")[-1]
    pair = Pair(name, tuple(row["stop"]), row["handle"], "timer", "it still fires", "high")
    return Timer(
        Acquisition(site.call, site.function, pair),
        name,
        bool(row.get("repeats")),
        bool(row.get("frame")),
        bool(row.get("holds")),
        0.0 if delay is None and file.language == "javascript" else number(delay),
        local_function(handler, site.function, file),
        handler,
    )


def _of_loop(site: Site, file: File) -> bool:
    """Whether a method is called on an event loop: by its name, or by what it was made of."""
    last = chain(site.call.callee)[-2:-1]
    if last and last[0] in file.knowledge.table("tasks")["loop"]["names"]:
        return True
    return (site.name or "").startswith(("asyncio.", "uvloop."))


def _argument(call: Call, place: int) -> Expr | None:
    """An argument by position; `function=` and `interval=` of threading.Timer are named the same everywhere."""
    plain = [a for a in call.arguments if a.keyword is None]
    if len(plain) > place:
        return plain[place].value
    word = {0: "interval", 1: "function"}.get(place)
    return next((a.value for a in call.arguments if a.keyword == word), None)


def number(expr: Node | None) -> float | None:
    """The value of a number, also of a product such as `10 * 60 * 1000`."""
    if isinstance(expr, Constant) and isinstance(expr.value, (int, float)) and not isinstance(expr.value, bool):
        return float(expr.value)
    if isinstance(expr, Other) and expr.op == "*":
        product = 1.0
        for part in expr.parts:
            value = number(part)
            if value is None:
                return None
            product *= value
        return product
    return None


_CLEARS = re.compile(rb"\bclear(?:Interval|Timeout)\(\s*this\[")


def cleared_by_name(one: Timer, file: File) -> bool:
    """`for (const name of ["_tick", "_beat"]) clearInterval(this[name])`: an attribute is found by its name.

    So is that of one of many: `session.beat = setInterval(...)`, and `clearInterval(sessions.get(id).beat)` elsewhere.
    """
    holder = one.call.parent
    if isinstance(holder, Assign) and any(_is_of_another(t, one, file) for t in holder.targets):
        return True
    cls = class_around(one.function)
    if not isinstance(holder, Assign) or cls is None or not _CLEARS.search(file.module.source, cls.start, cls.end):
        return False
    kept = {t.attr.encode() for t in holder.targets if isinstance(t, Member)}
    source = file.module.source[cls.start : cls.end]
    return any(re.search(rb"[\"'`]%s[\"'`]" % re.escape(name), source) for name in kept)


def _is_of_another(target: Expr, one: Timer, file: File) -> bool:
    """Whether what is cleared elsewhere is the same attribute of an object that goes by another name there."""
    if not isinstance(target, Member) or not isinstance(target.value, Name) or target.value.id in ("this", "self"):
        return False
    cleared = (s for s in file.calls if chain(s.call.callee)[-1] in one.got.pair.release and s.call.arguments)
    given = [site.call.arguments[0].value for site in cleared if site.function is not one.callback]
    return any(isinstance(value, Member) and value.attr == target.attr for value in given)


def in_promise(function: Function) -> bool:
    """Whether a function is, or stands in, what `new Promise(...)` is given."""
    here: Function | None = function
    while here is not None and here.closure is not None:
        argument = here.closure.parent
        if isinstance(argument, Argument) and isinstance(argument.parent, Call):
            call = argument.parent
            if call.new and isinstance(call.callee, Name) and call.callee.id == "Promise":
                return True
        here = here.scope
    return False


def started_once(one: Timer, file: File) -> bool:
    """`if (!state.timer) state.timer = setInterval(...)`: what is kept is asked for first."""
    holder = one.call.parent
    kept = {file.text(t) for t in holder.targets} if isinstance(holder, Assign) else set()
    tests = [n for up in above(one.call) if isinstance(up, If) for n in walk(up.test)]
    return any(isinstance(n, Other) and n.op in ("!", "not") and file.text(n.parts[0]) in kept for n in tests)


def rearms(one: Timer, file: File) -> bool:
    """Whether the callback leads back to the call that started the timer."""
    if one.callback is None or _hears(one.function):
        return False
    hearing = [f for f in file.functions if _hears(f)]
    return any(f is one.function for f in reach([one.callback], file, avoid=hearing))


def _hears(function: Function) -> bool:
    """Whether a function waits for an event, `view.on("drawn", () => ...)`: what arms its timer is the next event."""
    holder = function.closure.parent if function.closure is not None else None
    if isinstance(holder, Collection) and holder.kind == "dict":  # `{ text: "Try again", onPress: () => ... }`
        keys = [k for k, v in zip(holder.keys, holder.items, strict=False) if v is function.closure]
        return any(isinstance(k, Constant) and re.match(r"on[A-Z]", str(k.value)) for k in keys)
    if isinstance(holder, Assign) and function.scope is not None and function.scope.index is not None:
        own = {t.id for t in holder.targets if isinstance(t, Name)}
        handed = [n.parent for n in function.scope.index.names if n.id in own]  # `socket.once("close", restart)`
        return any(isinstance(a, Argument) and _listens(a.parent) for a in handed)
    return isinstance(holder, Argument) and _listens(holder.parent)


def _listens(call: Node | None) -> bool:
    callee = call.callee if isinstance(call, Call) else None
    return isinstance(callee, Member) and callee.attr in ("on", "once", "addEventListener", "addListener")


def may_end(one: Timer) -> bool:
    """Whether the timer is started under a test of its own function, or of its callback: then it may end by itself."""
    if any(isinstance(up, If) for up in above(one.call)) or _asked_again(one):
        return True
    body = one.function.body
    return any(isinstance(s, If) and s.end <= one.call.start and _leaves(s) for s in body)


def _asked_again(one: Timer) -> bool:
    """`const go = () => setTimeout(() => { if (tries < 8) go(); }, delay)`; also behind what the callback asks."""
    parts = [one.callback] if one.callback is not None and one.callback is not one.function else []
    for part in parts:
        parts += [c.function for c in (part.index.closures if part.index else ())]
    again = [c for p in parts for c in (p.index.calls if p.index else ()) if chain(c.callee)[-1] == one.function.name]
    return bool(again) and all(any(isinstance(up, If) for up in above(c)) for c in again)


def counted(one: Timer) -> bool:
    """Whether a timer that starts itself again ends by itself: it counts its turns, or asks for its element."""
    functions = [one.function, *([one.callback] if one.callback else [])]
    branches = [n for f in functions for s in f.body for n in walk(s) if isinstance(n, If)]
    return any(_counts(n.test) or _asks_element(n.test) or _nears(one, n) for n in branches)


def _nears(one: Timer, branch: If) -> bool:
    """`if (shown < wanted) step()` in the callback, where `step` is what arms the timer: it ends at its goal."""
    if not any(isinstance(n, Other) and n.op in ("<", "<=", ">", ">=") for n in walk(branch.test)):
        return False
    calls = [n for s in branch.body for n in walk(s) if isinstance(n, Call) and isinstance(n.callee, (Name, Member))]
    return any(chain(call.callee)[-1] == one.function.name for call in calls)


def _counts(test: Node) -> bool:
    """`attempts < MAX_ATTEMPTS`, `++tries > 10`, `!maxRetriesReached`."""
    for node in walk(test):
        said = _words_of(node)
        if not _OVER.isdisjoint(said) and not _COUNTERS.isdisjoint(said):
            return True
        compares = isinstance(node, Other) and node.op in ("<", "<=", ">", ">=")
        if compares and any(w in _COUNTERS for n in walk(*node.parts) for w in _words_of(n)):
            return True
    return False


def _asks_element(test: Node) -> bool:
    """`if (!ref.current) return`: the element goes with its component."""
    asked = test.parts[0] if isinstance(test, Other) and test.op in ("!", "not") and test.parts else test
    return isinstance(asked, Member) and asked.attr in ("current", "isConnected")


def _words_of(node: Node) -> tuple[str, ...]:
    return words(node.id) if isinstance(node, Name) else words(node.attr) if isinstance(node, Member) else ()


def _leaves(node: If) -> bool:
    return bool(node.body) and isinstance(node.body[-1], (Return, Raise))
