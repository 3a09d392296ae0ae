"""Traces on disk: JSON lines.

    {"format": "asynccost-trace", "version": 1}                          the first line
    {"process": {"pid": 7, "started": 1700000000.0, ...}}                the fields of trace.Process
    {"place": [0, "app/main.py", "fetch", 12, "9f0c...", "1d2e..."]}     number, then the fields of trace.Place
    {"row": "clients", "id": 3, "place": 0, "library": "aiohttp", ...}   a row: its fields; zeros are left out

Places are named by their number. A process appends to a file of its own: a later line of the same process, or of a row
with the same id, replaces the earlier one; rows of different ids with the same key add up. Whatever a reader of
version 1 does not know it ignores; a field is never given another meaning without another version. The last line may be
torn where a process was killed while it wrote: it is left out.
"""

from __future__ import annotations

import json
import os
from dataclasses import MISSING, asdict, astuple, fields
from math import isfinite
from typing import TYPE_CHECKING, Any

from asynccost.errors import PathError, ResultError
from asynccost.probe.row import Place, Row
from asynccost.probe.rows import ROWS, Counts, Requests
from asynccost.probe.trace import Process, Samples, Trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

FORMAT = "asynccost-trace"
VERSION = 1
HEADER = json.dumps({"format": FORMAT, "version": VERSION}) + "\n"
PLACES = ("place", "client_place", "previous")  # fields that hold a Place
KINDS = {kind.KIND: kind for kind in ROWS}


def is_trace(path: str) -> bool:
    """Whether a file begins as a trace does."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return FORMAT in file.readline(200)
    except OSError:
        return False


class Lines:
    """Rows and processes -> lines; numbers the places as they come."""

    def __init__(self) -> None:
        """No place has a number yet."""
        self._numbers: dict[Place, int] = {}

    def process(self, process: Process) -> str:
        """The line of a process."""
        return _line({"process": asdict(process)})

    def row(self, row: Row, identity: int) -> str:
        """The line of a row, after those of places that had no number."""
        text = ""
        values: dict[str, Any] = {"row": row.KIND, "id": identity}
        for name in (f.name for f in fields(row)):
            value = getattr(row, name)
            if isinstance(value, Place):
                text += self._place(value)
                value = self._numbers[value]
            elif not value:
                continue
            values[name] = round(value, 6) if isinstance(value, float) else value
        return text + _line(values)

    def _place(self, place: Place) -> str:
        if place in self._numbers:
            return ""
        number = self._numbers[place] = len(self._numbers)
        return _line({"place": [number, *astuple(place)]})


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n"


def dumps(trace: Trace) -> str:
    """A whole trace as text."""
    return "".join(lines(trace.processes, enumerate(trace)))


def lines(processes: Iterable[Process], rows: Iterable[tuple[int, Row]]) -> Iterator[str]:
    """A whole trace as lines."""
    made = Lines()
    yield HEADER
    for process in processes:
        yield made.process(process)
    for identity, row in rows:
        yield made.row(row, identity)


def check_place(path: str) -> None:
    """Raise PathError where no file could be written: before a long run, not after it."""
    folder = os.path.dirname(os.path.abspath(path))
    if os.path.isdir(path) or not os.path.isdir(folder) or not os.access(folder, os.W_OK):
        raise PathError(f"{path}: cannot be written: {folder} is no folder that may be written to")


def write(path: str, text: str) -> None:
    """Put text in a file's place in one step: a reader sees the old file or the new one."""
    draft = f"{path}.{os.getpid()}.new"
    with open(draft, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(draft, path)


def read(path: str) -> Trace:
    """Load a trace; refuses what is none of ours, with file and line."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.readlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise ResultError(f"{path}: cannot be read: {reason}") from None
    return parse(text, path)


def parse(text: Sequence[str], path: str = "trace") -> Trace:
    """The trace that lines hold; `path` is for messages."""
    _check_header(text[0] if text else "", path)
    if not text[-1].endswith("\n"):
        text = text[:-1]
    places: dict[int, Place] = {}
    processes: dict[tuple[int, float], Process] = {}
    rows: dict[tuple[str, int], Row] = {}
    for number, line in enumerate(text[1:], 2):
        try:
            value = json.loads(line)
            if "place" in value and "row" not in value:
                places[value["place"][0]] = Place(*value["place"][1:6])
            elif "process" in value:
                process = _made(Process, value["process"])
                processes[process.identity] = process
            elif value.get("row") in KINDS:
                rows[value["row"], value["id"]] = _row(value, places)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise ResultError(f"{path}:{number}: not a line of a trace: {error}") from None
    return Trace(processes.values(), rows.values())


def _check_header(line: str, path: str) -> None:
    try:
        header = json.loads(line)
    except ValueError:
        header = None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ResultError(f"{path}: not a trace of asynccost run (its first line does not say {FORMAT})")
    if header.get("version") != VERSION:
        raise ResultError(f"{path}: a trace of version {header.get('version')}; this asynccost reads {VERSION}")


def _row(value: dict[str, Any], places: dict[int, Place]) -> Row:
    kind = KINDS[value["row"]]
    found = {n: places[v] if n in PLACES else v for n, v in value.items()}
    for name in PLACES:
        if name in kind.KEY:
            found.setdefault(name, None)
    row: Row = _made(kind, found)
    return row


def _made(kind: Any, values: dict[str, Any]) -> Any:
    """An object of its known fields; what a newer minor version added is left out, an empty text is the default."""
    known = {f.name: values[f.name] for f in fields(kind) if f.name in values}
    for f in fields(kind):
        if f.name not in known and f.default is MISSING and f.default_factory is MISSING:
            known[f.name] = ""
        elif f.name in known and not _fits(f.type, known[f.name]):
            raise ValueError(f"{f.name} is {known[f.name]!r:.60}")
    return kind(**known)


def _fits(kind: Any, value: Any) -> bool:
    """Whether a value is of a field's kind: whoever reads a trace need not look again."""
    if kind in (int, float):
        return _number(value)
    if kind is str:
        return isinstance(value, str)
    if kind == Counts:
        return isinstance(value, dict) and all(map(_number, value.values()))
    if kind == Samples:
        return isinstance(value, list) and all(map(_sample, value))
    if kind == Requests:
        return isinstance(value, list) and all(map(_request, value))
    return True


def _sample(value: Any) -> bool:
    return isinstance(value, list) and len(value) >= 4 and all(map(_number, value))


def _request(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 4 and all(map(_number, value[:2]))


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and isfinite(value)
