"""What would be lost if the turns of a loop ran side by side: the last word on a record, what came before a failure."""

import re
from collections.abc import Sequence

from asynccost.flow.around import above
from asynccost.flow.file import File
from asynccost.flow.in_turn import written_to
from asynccost.flow.reach import local_function
from asynccost.flow.tree import (
    Assign,
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
from asynccost.flow.turn_keys import deep
from asynccost.flow.walk import walk
from asynccost.flow.words import chain

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


def tells(body: Sequence[Node], file: File) -> str:
    """What tells somebody at a terminal how far a script is: its file starts itself; "" where nothing does."""
    called = (".".join(chain(n.callee)) for n in deep(list(body)) if isinstance(n, Call))
    told = next((name for name in called if name in _TELLING), "")
    top = file.module.top
    begun = (local_function(c.callee, top, file) for c in (top.index.calls if told and top.index else ()))
    return told if any(f is not None and f.is_async for f in begun) else ""
