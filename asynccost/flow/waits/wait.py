"""One thing that code waits for.

The kinds are those of rules/knowledge/awaits.toml, and besides

    maybe     a request to another machine, as far as a word can tell
    value     a promise or task that runs already (`await task`)
    heavy     long work of this machine, beside the event loop
    thread    blocking work in a thread, of a kind that its name does not tell
    project   a function of the scanned project: `ref` names it, what it waits for is in its facts
    doubt     it is handed something that may tie it to other calls
    fresh     a thing that the same turn made or was handed: a response being read
    unknown   nothing is known
"""

from dataclasses import dataclass

from asynccost.flow.tree import Call, Node
from asynccost.flow.words import chain

SELF = frozenset({"self", "cls", "this"})
THREADS = frozenset(
    {
        "to_thread",
        "run_in_executor",
        "run_in_threadpool",
        "run_sync",
        "async_add_executor_job",
        "run_in_thread",
        "call_in_thread",
    }
)


@dataclass(slots=True, frozen=True)
class Wait:
    """One thing that is waited for. label: how the source spells it; root: the name that it starts from.

    ref: the project-wide name where kind is "project" or "thread"; otherwise: the kind to assume when the project
    does not know that name. target: the table or bucket that a request is about. held: it is entered by `async with`.
    """

    kind: str
    label: str
    node: Node
    root: str = ""
    ref: str = ""
    otherwise: str = "unknown"
    target: str = ""
    held: bool = False

    @property
    def name(self) -> str:
        """The last name of the call."""
        return self.label.rpartition(".")[2]

    @property
    def shares_self(self) -> bool:
        """Whether a thread runs a method of the object at hand, so that several of them would share what it holds."""
        own = self.root in SELF and self.label.count(".") == 1
        return own and isinstance(self.node, Call) and chain(self.node.callee)[-1] in THREADS
