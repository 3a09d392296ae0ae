"""What neighbouring waits may rely on each other for, though none uses what another gives."""

from collections.abc import Iterator, Sequence

from asynccost.flow.tree import Assign, Await, Call, Name, Node
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_OVER = frozenset({
    "finished", "done", "completed", "complete", "ready", "ended", "closed", "stopped", "cancelled", "canceled",
    "expired", "drained", "settled", "failed", "finalized", "processed",
})


def question(run: Sequence[Node]) -> str:
    """A question about waits that would start together; "" where nothing is asked."""
    for step in run[:-1]:
        if name := _tells_of_end(step):
            return f"must {name} be known before the others are read, so that nothing comes between?"
    return ""


def _calls(step: Node) -> Iterator[Call]:
    return (n.value for n in walk(step) if isinstance(n, Await) and isinstance(n.value, Call))


def _tells_of_end(step: Node) -> str:
    """What a step asks or keeps, where that is whether something is over: what it wrote is there only then."""
    kept = [t.id for t in step.targets if isinstance(t, Name)] if isinstance(step, Assign) else []
    asked = [chain(call.callee)[-1] for call in _calls(step)]
    return next((name for name in (*asked, *kept) if not _OVER.isdisjoint(words(name)[-1:])), "")
