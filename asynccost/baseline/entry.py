"""An Entry: what must be remembered of a finding to know it again after its file was edited."""

import re
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from asynccost.fingerprints import digest, scope_of
from asynccost.model import Finding

NAMES = 16  # kept of a statement; more tell no more, and a row should fit a screen
_WORD = re.compile(r"[A-Za-z_$#][\w$#]*")
_CALLED = re.compile(r"([\w$#.]+)\(\)")  # messages name calls as `session.get()`
# what `flow.shape` adds to the names of a statement
_STRUCTURE = frozenset(
    re.findall(
        r"\w+",
        """Argument Assign Await Bind Break Call Case Choice Class Clause Collection Comprehension Continue Define Do
        Drop If Loopcount Loopdo Loopfor Loopkeys Loopwhile Member Name Other Raise Return Subscript Switch Try With
        WithItem Yield closure not and or bool float int str NoneType True False list tuple set dict generator
        template""",
    )
)


class Place(NamedTuple):
    """A statement by its text: where equals of one place are counted, this is what they share."""

    rule: str
    path: str
    scope: str
    shape: str


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One finding as a baseline holds it.

    path: relative to the project, with /. scope: the function, see `flow.shape`. shape: 16 hex digits of
    the statement's canonical text. ordinal: counts equals of one function from 0. names: what the statement and its
    message name, to tell an edited statement from another one.
    """

    path: str
    rule: str
    scope: str
    shape: str
    ordinal: int
    id: str
    confidence: str = "high"
    names: tuple[str, ...] = ()
    message: str = ""

    @property
    def place(self) -> Place:
        """All but the ordinal."""
        return Place(self.rule, self.path, self.scope, self.shape)

    def within(self, path: str, scope: str) -> "Entry":
        """The same in another function."""
        moved = replace(self, path=path, scope=scope)
        return replace(moved, id=digest(*moved.place, str(moved.ordinal)))

    def at(self, ordinal: int) -> "Entry":
        """The same with another ordinal; its id is then what a finding there has."""
        if ordinal == self.ordinal:
            return self
        return replace(self, ordinal=ordinal, id=digest(*self.place, str(ordinal)))


def entry_of(f: Finding) -> Entry:
    """The entry of a finding."""
    return Entry(
        path=f.path,
        rule=f.rule,
        scope=scope_of(f),
        shape=digest(f.shape),
        ordinal=f.ordinal,
        id=f.fingerprint,
        confidence=str(f.confidence),
        names=_names(f),
        message=f.message,
    )


def as_row(e: Entry) -> dict[str, Any]:
    """An entry as the baseline file and the JSON output write it."""
    return {
        "path": e.path,
        "rule": e.rule,
        "function": e.scope,
        "shape": e.shape,
        "ordinal": e.ordinal,
        "id": e.id,
        "confidence": e.confidence,
        "names": " ".join(e.names),
        "message": e.message,
    }


def of_row(row: Any) -> Entry:
    """The entry that a row was made of; ValueError names the field that is missing or of a wrong kind."""
    if not isinstance(row, dict):
        raise ValueError("not an object")
    for name in ("path", "rule", "function", "shape", "ordinal", "id", "confidence", "names"):
        kind = int if name == "ordinal" else str
        if not isinstance(row.get(name), kind):
            raise ValueError(f'"{name}" is missing or no {"number" if kind is int else "text"}')
    return Entry(
        row["path"], row["rule"], row["function"], row["shape"], row["ordinal"], row["id"],
        row["confidence"], tuple(row["names"].split()), str(row.get("message", "")),
    )  # fmt: skip


def _names(f: Finding) -> tuple[str, ...]:
    called = [word for dotted in _CALLED.findall(f.message) for word in dotted.split(".")]
    words = [*(w for w in _WORD.findall(f.shape) if w not in _STRUCTURE), *called]
    return tuple(dict.fromkeys(w for w in words if w))[:NAMES]
