"""What speaks against running the turns of a loop together, in the loop's own text and in the names around it.

What would be lost if the turns of a loop ran side by side: the last word on a record, what came before a failure.
"""

import re
from collections.abc import Sequence

from asynccost.flow.around import above, function_of
from asynccost.flow.file import File
from asynccost.flow.loops.in_turn import written_to
from asynccost.flow.loops.turn_few import few_turns, selects
from asynccost.flow.loops.turn_seldom import few_or_seldom
from asynccost.flow.loops.turn_ties import deep, ties
from asynccost.flow.loops.turns import Turns
from asynccost.flow.loops.unhurried import unhurried
from asynccost.flow.reach import local_function
from asynccost.flow.tree import (
    Assign,
    Bind,
    Call,
    Comprehension,
    Function,
    Loop,
    Member,
    Name,
    Node,
    Raise,
    Return,
    Try,
)
from asynccost.flow.waits.acts import acts_only, only_checks, tells
from asynccost.flow.waits.wait import Wait
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_CLOSES = frozenset({
    "close", "aclose", "terminate", "dispose", "shutdown", "disconnect", "stop", "kill", "destroy", "cancel", "abort",
})
_LETTERS = frozenset({
    "email", "emails", "mail", "mails", "newsletter", "sms", "notification", "notifications", "comment", "comments",
    "log", "logs", "invite", "invitation",
})
_CHANGES = frozenset({
    "send", "post", "put", "patch", "write", "save", "update", "insert", "create", "delete", "execute",
})
_PUTS = (("post",), ("put",), ("patch",))
_ONE_PLACE = frozenset({"config", "configuration", "settings"})


def doubts_of(loop: Loop | Comprehension, said: Turns, first: Wait, file: File) -> list[str]:
    """Why the confidence is low at most, the weightiest first. first: what the finding names."""
    doubts = list(said.doubts)
    if selects(loop, first.node):
        doubts.append("only the items that match get as far as the wait")
    told = file.knowledge.table("turns")["progress"]
    if any(w in told for name in (*_set_in(loop), *(wait.name for wait in said.waits)) for w in words(name)):
        doubts.append("each turn tells how far the work is")
    if all(words(wait.name)[:1] and words(wait.name)[0] in _CLOSES for wait in said.waits):
        doubts.append("it only closes what is no longer needed")
    if any(wait.shares_self for wait in said.waits):
        doubts.append(f"several threads would run {first.label}() of one object")
    if acts_only(loop) and any(not _LETTERS.isdisjoint(words(wait.name)) for wait in said.waits):
        doubts.append("whoever takes letters and entries one by one limits their rate, as a rule")
    if tells(loop):
        doubts.append("each turn tells somebody how it went")
    if only_checks(loop):
        doubts.append("each answer only decides whether to go on: the next turn is to come after it")
    if any("import" in words(wait.name) for wait in said.waits):
        doubts.append("what is imported goes into a store that the turns share")
    if any(words(wait.name)[-1:] == ("post",) and not _LETTERS.isdisjoint(_sent_to(wait, file)) for wait in said.waits):
        doubts.append("whoever takes letters and entries one by one limits their rate, as a rule")
    if any(words(wait.name)[-1:] in _PUTS and not _ONE_PLACE.isdisjoint(_sent_to(wait, file)) for wait in said.waits):
        doubts.append("settings lie in one place, which takes one change after another")
    if any(not _CHANGES.isdisjoint(words(wait.name)) and _goes_round(wait, loop) for wait in said.waits):
        doubts.append("each turn goes round until it has changed something, as what came back has it")
    if tie := ties(loop, file, function_of(loop)):
        doubts.append(tie)
    if calm := unhurried(loop, said.waits, file, function_of(loop)):
        doubts.append(calm)
    if few := few_turns(loop, file, function_of(loop)):
        doubts.append(few)
    if seldom := few_or_seldom(loop, first.node, file, function_of(loop)):
        doubts.append(seldom)
    return doubts


def _set_in(loop: Loop | Comprehension) -> list[str]:
    """The names that a turn sets."""
    set_: list[Node | None] = []
    for node in walk(*loop.body) if isinstance(loop, Loop) else ():
        set_ += node.targets if isinstance(node, Assign) else [node.target] if isinstance(node, Bind) else []
    return [target.id for target in set_ if isinstance(target, Name)]


def _goes_round(wait: Wait, loop: Loop | Comprehension) -> bool:
    """Whether a loop without a list stands between a wait and the loop: it tries again, or reads page by page."""
    inner = (up for up in above(wait.node) if isinstance(up, Loop) and loop.start < up.start and up.end <= loop.end)
    return any(one.kind in ("while", "do") for one in inner)


def _sent_to(wait: Wait, file: File) -> tuple[str, ...]:
    """The words of a request's address as it is written, the names in it included."""
    first = wait.node.arguments[:1] if isinstance(wait.node, Call) else []
    return words(" ".join(file.text(argument.value) for argument in first))


_APPENDS = frozenset({"append", "extend", "push"})
_TELLING = frozenset({"console.log", "print", "process.stdout.write", "click.echo", "console.print"})


def alike(calls: Sequence[Call], body: Sequence[Node], made: set[str]) -> str:
    """A question where all turns change one record; "" where they do not."""
    own = made | {
        n.id for s in deep(list(body)) if isinstance(s, Assign) for n in walk(*s.targets) if isinstance(n, Name)
    }
    for call in calls:
        names, record = chain(call.callee), written_to(call)
        if record and record.partition(".")[0] not in own and names[0] not in own:
            return f"which turn is to come last in {names[-1]}(), where all of them change {record}?"
    return ""


_ACKNOWLEDGES = frozenset({"ack", "xack", "nack", "acknowledge", "reject", "requeue"})
_HANDLES = re.compile(
    r"on[A-Z]\w*$|(?:handle|process|dispatch)_?(?:[mM]essage|[eE]vent|[uU]pdate)\w*$|\w*(?:[hH]andler|[cC]allback)$"
)


def consumed(calls: Sequence[Call]) -> str:
    """A question where turns hand on what a queue or stream gave, in its order; "" where they do not."""
    names = [chain(call.callee)[-1] for call in calls]
    name = next((n for n in names if _HANDLES.match(n) or n in _ACKNOWLEDGES), "")
    return f"may {name}() be called of several messages at once, in any order?" if name else ""


def kept_on_failure(loop: Loop | Comprehension, body: Sequence[Node], function: Function) -> str:
    """A list that turns fill one by one in a `try` which goes on where one of them fails; "" where there is none."""
    around = [up for up in above(loop) if isinstance(up, Try) and up.body[0].start <= loop.start < up.body[-1].end]
    ends = [h.body[-1] for h in around[0].handlers if h.body] if around else []
    if not ends or any(isinstance(end, (Raise, Return)) for end in ends):
        return ""
    tried = around[0]
    assigns = function.index.assigns if function.index else []
    own = {t.id for a in assigns if isinstance(a, Assign) and tried.start <= a.start < tried.end
           for t in a.targets if isinstance(t, Name)}
    callees = (n.callee for n in deep(list(body)) if isinstance(n, Call) and isinstance(n.callee, Member))
    return next((chain(c)[0] for c in callees if c.attr in _APPENDS and chain(c)[0] not in own), "")


def tells_progress(body: Sequence[Node], file: File) -> str:
    """What tells somebody at a terminal how far a script is: its file starts itself; "" where nothing does."""
    called = (".".join(chain(n.callee)) for n in deep(list(body)) if isinstance(n, Call))
    told = next((name for name in called if name in _TELLING), "")
    top = file.module.top
    begun = (local_function(c.callee, top, file) for c in (top.index.calls if told and top.index else ()))
    return told if any(f is not None and f.is_async for f in begun) else ""
