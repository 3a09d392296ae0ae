"""What every row of a Trace is: a place and other values that tell it from others, and counts that add up.

A row is its key (the fields in `KEY`) and its counts; rows with the same key add up (`PEAKS` are maxima).
"""

from dataclasses import dataclass, fields
from functools import cache
from typing import Any, ClassVar, Self


@dataclass(slots=True, frozen=True, order=True)
class Place:
    """A line of code: path relative to the run's folder (/), qualified name, line, keyless hash of the file's bytes.

    file_hash: blake2b-64 of the file as it lay on disk, hex; empty where it could not be read. line_hash: blake2b-32 of
    the line without its margins, by which it is found again once the file has changed. A line outside the
    user's own code has the path it was found at from its package on ("openai/_base_client.py").
    """

    path: str
    function: str
    line: int
    file_hash: str = ""
    line_hash: str = ""


@dataclass(slots=True, repr=False, eq=False)
class Row:
    """What every kind of row shares: a key, counts that add up, and what a dataclass would compile for each anew."""

    KIND: ClassVar[str] = ""
    KEY: ClassVar[tuple[str, ...]] = ()
    PEAKS: ClassVar[tuple[str, ...]] = ()
    EXAMPLE: ClassVar[str] = ""  # a field that is no count: it goes with the first of PEAKS

    def key(self) -> tuple[Any, ...]:
        """The values that tell this row from others of its kind."""
        return tuple(getattr(self, name) for name in self.KEY)

    def __eq__(self, other: object) -> bool:
        """Whether key and counts are the same."""
        if type(other) is not type(self):
            return NotImplemented
        names: tuple[str, ...] = self.__slots__
        return all(getattr(self, name) == getattr(other, name) for name in names)

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        """As a dataclass is shown."""
        names: tuple[str, ...] = self.__slots__
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    @classmethod
    @cache
    def measures(cls) -> tuple[str, ...]:
        """The names of the counts."""
        return tuple(f.name for f in fields(cls) if f.name not in cls.KEY and f.name != cls.EXAMPLE)

    def copy(self) -> Self:
        """A row of its own: nothing that is shared changes later."""
        names: tuple[str, ...] = self.__slots__
        values = (getattr(self, name) for name in names)
        return type(self)(*(dict(v) if isinstance(v, dict) else v for v in values))

    def add(self, other: Self, sign: int = 1) -> None:
        """Add another row's counts to these; sign -1 takes them away (peaks stay)."""
        if self.EXAMPLE and sign > 0:
            mine, theirs = getattr(self, self.EXAMPLE), getattr(other, self.EXAMPLE)
            if theirs and (not mine or getattr(other, self.PEAKS[0]) > getattr(self, self.PEAKS[0])):
                setattr(self, self.EXAMPLE, theirs)
        for name in self.measures():
            mine, theirs = getattr(self, name), getattr(other, name)
            if name in self.PEAKS:
                mine = max(mine, theirs) if sign > 0 else mine
            elif isinstance(mine, dict):
                for key, n in theirs.items():
                    mine[key] = mine.get(key, 0) + sign * n
            else:
                mine += sign * theirs
            setattr(self, name, mine)
