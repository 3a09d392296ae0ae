"""The bases of a class whose body is not parsed, by its header: `class Events(bus.Bus, metaclass=Meta):`."""

import re
from collections.abc import Iterator
from sys import intern

from asynccost.flow.tree import Argument, Expr, Member, Name

_HEADER = re.compile(rb"class[ \t]+\w+[ \t]*\(([^()\[\]#\"'\\]*)\)[ \t]*:")
_BASE = re.compile(rb"(?:\A|,)\s*([^\W\d]\w*(?:\.[^\W\d]\w*)*)\s*(?=,|\Z)")


def bases(source: bytes, start: int) -> Iterator[Argument]:
    """Those that are plain names, of the class that starts at a byte; where anything is called or subscribed, none."""
    header = _HEADER.match(source, start)
    for found in _BASE.finditer(source[header.start(1) : header.end(1)] if header is not None else b""):
        at = header.start(1) + found.start(1) if header is not None else start
        yield _argument(found[1].decode("utf-8", "replace"), at)


def _argument(dotted: str, start: int) -> Argument:
    first, *rest = dotted.split(".")
    end = start + len(first.encode())
    value: Expr = Name(start, end, intern(first))
    for attr in rest:
        end += 1 + len(attr.encode())
        value = Member(start, end, value, intern(attr))
    return Argument(start, end, value)
