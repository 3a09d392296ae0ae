"""`.asynccost/tests.jsonl`: what each test did when that was accepted; sorted, a line a test, made to be reviewed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from asynccost import __version__
from asynccost.errors import BaselineError, PathError
from asynccost.testing.counts import MEASURES

NAME = ".asynccost/tests.jsonl"
SCHEMA = 1
Numbers = Mapping[str, float]


@dataclass(slots=True)
class Record:
    """tests: node id -> numbers. shared: lines that build what outlives a test, such as a client of the whole process;
    which test comes to build it depends on the order, so that no test is charged for it."""

    tests: dict[str, Numbers] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)


def load(path: str) -> Record | None:
    """The record; None if there is none. Raises BaselineError with file and line."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise PathError(f"{path}: cannot be read: {error}") from None
    record = Record()
    for number, line in enumerate(lines, 1):
        if line.strip():
            _take(record, line, f"{path}:{number}")
    return record


def _take(record: Record, line: str, where: str) -> None:
    try:
        row = json.loads(line)
    except ValueError:
        conflict = line.startswith(("<<<<<<<", "=======", ">>>>>>>"))
        hint = "resolve the merge conflict" if conflict else "record the tests anew"
        raise BaselineError(f"{where}: not a line of a record of tests; {hint}") from None
    if isinstance(row, dict) and row.get("asynccost_tests", SCHEMA) != SCHEMA:
        raise BaselineError(f"{where}: written by another version of asynccost; record the tests anew")
    if isinstance(row, dict) and isinstance(row.get("test"), str):
        record.tests[row["test"]] = {m: row[m] for m in MEASURES if isinstance(row.get(m), int | float)}
    elif isinstance(row, dict) and isinstance(row.get("shared"), str):
        record.shared.add(row["shared"])
    elif not (isinstance(row, dict) and "asynccost_tests" in row):
        raise BaselineError(f"{where}: not a line of a record of tests; record the tests anew")


def text(record: Record) -> str:
    """A record as it is written; equal records give equal bytes."""
    rows: list[Mapping[str, object]] = [{"asynccost_tests": SCHEMA, "version": __version__}]
    rows += [{"shared": place} for place in sorted(record.shared)]
    rows += [{"test": test, **numbers} for test, numbers in sorted(record.tests.items())]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def updated(old: Record | None, ran: Mapping[str, Numbers], shared: Iterable[str], *, whole: bool) -> Record:
    """The record after a run. whole: every test ran, so that those that are gone leave it."""
    if whole or old is None:
        return Record(dict(ran), set(shared))
    return Record({**old.tests, **ran}, old.shared | set(shared))


def save(path: str, record: Record) -> None:
    """Write it so that it is either the old file or the whole new one."""
    partial = f"{path}.{os.getpid()}.part"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(partial, "w", encoding="utf-8") as file:
            file.write(text(record))
        os.replace(partial, path)
    except OSError as error:
        raise PathError(f"{path}: cannot be written: {error.strerror}") from None
