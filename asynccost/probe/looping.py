"""The instructions of a function that run again: its natural loops.

A jump back is a loop's where its goal dominates it: no way from the function's start to the jump avoids that goal. What
the compiler lays behind a function's end (from Python 3.12 on: what is thrown into an await, an error that a `with`
swallows, the end of a `with` that returns) jumps back too and is no loop.
Source: Aho, Lam, Sethi and Ullman, Compilers, second edition, 9.6.
"""

from __future__ import annotations

import dis
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

Ways = dict[int, list[int]]
Stretch = tuple[int, int]
_JUMPS = frozenset([*dis.hasjrel, *dis.hasjabs])
_ENDS = frozenset({"RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE"})
_ALWAYS = frozenset({"JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT"})


def stretches(code: CodeType) -> tuple[Stretch, ...]:
    """Each unbroken part of a loop, from its first instruction to the one behind its last, in bytes.

    An await's own waiting, its jump back without interrupt, is no loop.
    """
    listing = list(dis.get_instructions(code))
    back = [one for one in listing if "JUMP_BACKWARD" in one.opname and "NO_INTERRUPT" not in one.opname]
    if not back:
        return ()
    ways = _ways(code, listing)
    sources: Ways = {}
    for source, goals in ways.items():
        for goal in goals:
            sources.setdefault(goal, []).append(source)
    again: set[int] = set()
    for jump in back:
        if jump.offset not in _reached(0, ways, avoiding=jump.argval):
            again |= _reached(jump.offset, sources, avoiding=jump.argval) | {jump.argval}
    return tuple(_unbroken([one.offset for one in listing] + [len(code.co_code)], again))


def _ways(code: CodeType, listing: list[dis.Instruction]) -> Ways:
    """Where each instruction may lead: to the next one, to its jump's goal, to what handles its error."""
    ways: Ways = {one.offset: [] for one in listing}
    for one, following in pairwise(listing):
        if one.opname not in _ENDS and one.opname not in _ALWAYS:
            ways[one.offset].append(following.offset)
    for one in listing:
        if one.opcode in _JUMPS:
            ways[one.offset].append(one.argval)
    for start, end, handler in _guarded(code.co_exceptiontable):
        for offset in range(start, end, 2):
            if offset in ways:  # else it belongs to an instruction's cache
                ways[offset].append(handler)
    return ways


def _guarded(table: bytes) -> Iterator[tuple[int, int, int]]:
    """Start, end and handler of each stretch that a handler guards, in bytes.

    Source: CPython, Objects/exception_handling_notes.txt: numbers of six-bit digits, the highest first, of which bit 6
    says that another follows; start, length, handler (in instructions of two bytes) and depth.
    """
    numbers, number = [], 0
    for byte in table:
        number = number << 6 | byte & 63
        if not byte & 64:
            numbers.append(number)
            number = 0
    for at in range(0, len(numbers) - 3, 4):
        start, length, handler = numbers[at : at + 3]
        yield start * 2, (start + length) * 2, handler * 2


def _reached(start: int, ways: Ways, avoiding: int) -> set[int]:
    seen, left = {start}, [start]
    while left:
        for goal in ways.get(left.pop(), ()):
            if goal != avoiding and goal not in seen:
                seen.add(goal)
                left.append(goal)
    return seen


def _unbroken(offsets: list[int], chosen: set[int]) -> Iterator[Stretch]:
    begun = None
    for offset in offsets:
        if begun is None and offset in chosen:
            begun = offset
        elif begun is not None and offset not in chosen:
            yield begun, offset
            begun = None
