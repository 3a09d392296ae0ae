"""Work that nobody waits for, or that is done seldom, by the names of its function, its file and its folders.

The words stand in `rules/knowledge/seldom.toml`.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from asynccost.flow.file import File
from asynccost.flow.project import Project
from asynccost.flow.tree import Argument, Call, Closure, Collection, Constant, Function, Member, Node
from asynccost.flow.words import chain, words

_NEAR = 3  # parts of a path that say what its functions are for
_FEW = 2


def asides(known: File | Project) -> "Asides":
    """What names say, by the tables of a file or a project."""
    return Asides(known.knowledge.table("seldom")["aside"])


class Asides:
    """Asked what names say of look-ups."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._words = {key: frozenset(said) for key, said in table.items()}

    def _met(self, key: str, said: Iterable[str]) -> bool:
        return not self._words[key].isdisjoint(said)

    def aside(self, path: str, function: str) -> str:
        """Why nobody waits for two look-ups of a function to be quick; "" where its names say nothing of it."""
        parts = [part.partition(".")[0] for part in path.split("/")[-_NEAR:]]
        own = words(function.rpartition(".")[2])
        stem = words(parts[-1])
        if any(self._met("tells", words(part)) for part in parts) or "track" in (own[:1] + stem[:1]):
            return "nobody waits for what only tells how the program is used"
        if any(said[:1] and said[0] in self._words["sends"] and self._met("notices", said) for said in (own, stem)):
            return "nobody waits for the look-ups before a notice is sent"
        if self.sweeps(function):
            return "it goes through all of its kind in the background, where nobody waits for it"
        if self._met("exports", (*own, *stem)):
            return "an import or an export takes long, whatever it looks up first"
        return ""

    def seldom_changed(self, function: str, steps: int) -> str:
        """Why two look-ups before a change are of no account: an administrator's, or one that people make seldom."""
        own = words(function.rpartition(".")[2])
        own = own[1:] if own[:1] == ("handle",) else own
        if steps > _FEW:
            return ""
        right = next((word for word in own if word in self._words["rights"]), "")
        if self._met("changes", own[:1]) and right:
            return f"{right} says that an administrator changes it now and then"
        if self._met("seldom", own[:1]):
            return f"{own[0]} says that somebody does it now and then"
        return self.before_a_change(function)

    def before_a_change(self, function: str) -> str:
        """Why look-ups in a database are of no account where a function's name says that it does more than look up."""
        own = words(function.rpartition(".")[2])
        own = own[1:] if own[:1] == ("handle",) else own
        if own in ((), ("execute",)):  # `SaveRecordHandler.execute`
            own = words(function.rpartition(".")[0].rpartition(".")[2])
        return f"{own[0]} says that a change follows, which takes longer" if self._met("does", own[:1]) else ""

    def sweeps(self, function: str) -> bool:
        """`processThresholdsForAllOrgs`: what goes through all of its kind, in the background."""
        return any(one == "all" and other in self._words["owners"] for one, other in pairwise(words(function)))

    def left_to_itself(self, function: Function) -> list[str]:
        """A doubt where code stands in what `waitUntil(...)` or `after(...)` is given: the answer is sent already."""
        here: Function | None = function
        while here is not None and here.closure is not None:
            up = here.closure.parent
            if isinstance(up, Call) and up.callee is here.closure:  # `waitUntil((async () => {})())`
                up = up.parent
            call = up.parent if isinstance(up, Argument) else None
            if isinstance(call, Call) and chain(call.callee)[-1] in self._words["after"]:
                return ["it runs when the answer is sent, where nobody waits for it"]
            here = here.scope
        return []


def keyed(function: Function) -> str:
    """The key that a nameless function stands under: `delete` of `{ delete: procedure.mutation(async () => ...) }`."""
    here: Node | None = function.closure
    while isinstance(here, (Closure, Argument, Call, Member)):
        up = here.parent
        if isinstance(up, Collection) and up.kind == "dict":
            keys = (k for k, v in zip(up.keys, up.items, strict=False) if v is here and isinstance(k, Constant))
            return next((str(key.value) for key in keys), "")
        here = up
    return ""
