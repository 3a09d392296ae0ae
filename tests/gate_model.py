"""A small project as a model that can be edited at random, so that what is new after an edit is known by construction.

A statement keeps its identity through every edit of its text, its function and its file; a copy is a new one. Where
the function that a copy was made of is deleted, nobody can tell that from a move: then the copy is the old one.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from random import Random

from tests.node_programs import laid_out

WORDS = (
    *("order", "user", "invoice", "letter", "row", "image", "report", "coin", "vehicle", "event", "price", "flower"),
    *("task", "tenant", "query", "label", "crate", "photo", "video", "bucket", "parcel", "ticket", "member", "agent"),
    *("survey", "ledger", "basket", "course", "branch", "record"),
)
VERBS = ("get", "post", "put", "patch", "head")


@dataclass
class Statement:
    """One line. flagged: a finding; made of a verb and words, so that edits can change a part of it."""

    id: int
    flagged: bool
    verb: str
    words: list[str]
    origin: int  # the statement that it was copied from, or itself
    edited: int = 0


@dataclass
class Function:
    """A function, its statements and what happened to it as a whole."""

    id: int
    name: str
    body: list[Statement]
    origin: int  # the function that it was copied from, or itself
    done: Counter[str] = field(default_factory=Counter)


@dataclass
class File:
    """A file: functions, comments above them, and whether it was laid out anew."""

    path: str
    functions: list[Function]
    comments: int = 0
    neat: bool = False
    done: Counter[str] = field(default_factory=Counter)


class Project:
    """Two files at the start. `edit` changes it once; `render` writes it down."""

    def __init__(self, random: Random, python: bool) -> None:
        self.random = random
        self.python = python
        self._ids = iter(range(1, 1_000_000))  # which can be copied
        self.removed: list[tuple[str, int, Statement]] = []  # (how, function, statement)
        self.renamed: dict[str, str] = {}  # old path -> new path, as git would tell
        self.files = [self._file(), self._file()]
        self.old = {s.id for _, _, s in self.findings()}

    def findings(self) -> list[tuple[File, Function, Statement]]:
        """Every flagged statement with where it stands."""
        return [(file, f, s) for file in self.files for f in file.functions for s in f.body if s.flagged]

    def edit(self, only: Collection[str] = ()) -> str:
        """Change one thing; say which kind of edit it was. only: the kinds to choose from, if not all."""
        kinds = [
            self.comment, self.plain_statement, self.add_finding, self.fix_finding, self.edit_argument, self.duplicate,
            self.rename_function, self.reorder, self.move_function, self.copy_function, self.delete_function,
            self.add_function, self.rename_file, self.copy_file, self.lay_out,
        ]  # fmt: skip
        kind = self.random.choice([k for k in kinds if not only or k.__name__ in only])
        kind()
        return kind.__name__

    def comment(self) -> None:
        self._any_file().comments += 1

    def plain_statement(self) -> None:
        self._insert(self._any_function()[1], self._statement(flagged=False))

    def add_finding(self) -> None:
        self._insert(self._any_function()[1], self._statement(flagged=True))

    def fix_finding(self) -> None:
        if found := self.findings():
            _, function, statement = self.random.choice(found)
            function.body.remove(statement)
            self.removed.append(("fixed", function.id, statement))

    def edit_argument(self) -> None:
        if found := self.findings():
            statement = self.random.choice(found)[2]
            statement.words[self.random.randrange(len(statement.words))] = self.random.choice(WORDS)
            statement.edited += 1

    def duplicate(self) -> None:
        if found := self.findings():
            _, function, statement = self.random.choice(found)
            function.body.insert(function.body.index(statement) + 1, self._copy(statement))

    def rename_function(self) -> None:
        function = self._any_function()[1]
        function.name = self._name()
        function.done["renamed"] += 1

    def reorder(self) -> None:
        self.random.shuffle(self._any_file().functions)

    def move_function(self) -> None:
        file, function = self._any_function()
        if len(file.functions) > 1:
            file.functions.remove(function)
            self._any_file(beside=file).functions.append(function)
            function.done["moved"] += 1

    def copy_function(self) -> None:
        function = self._any_function()[1]
        self._any_file().functions.append(self._copy_of(function, self._name()))

    def delete_function(self) -> None:
        file, function = self._any_function()
        if len(file.functions) > 1:
            file.functions.remove(function)
            self.removed += [("deleted", function.id, s) for s in function.body if s.flagged]
            self._inherit(function)

    def add_function(self) -> None:
        self._any_file().functions.append(self._function(flagged=1))

    def rename_file(self) -> None:
        file = self._any_file()
        old, file.path = file.path, self._path()
        file.done["renamed"] += 1
        self.renamed = {was: file.path if now == old else now for was, now in (self.renamed | {old: old}).items()}

    def copy_file(self) -> None:
        file = self._any_file()
        copies = [self._copy_of(f, f.name) for f in file.functions]
        self.files.append(File(self._path(), copies, file.comments, file.neat))

    def lay_out(self) -> None:
        file = self._any_file()
        file.neat = not file.neat

    def _any_file(self, beside: File | None = None) -> File:
        return self.random.choice([f for f in self.files if f is not beside])

    def _any_function(self) -> tuple[File, Function]:
        return self.random.choice([(file, f) for file in self.files for f in file.functions])

    def _insert(self, function: Function, statement: Statement) -> None:
        function.body.insert(self.random.randrange(len(function.body) + 1), statement)

    def _statement(self, *, flagged: bool) -> Statement:
        words = [self.random.choice(WORDS) for _ in range(self.random.randint(2, 3))]
        number = next(self._ids)
        return Statement(number, flagged, self.random.choice(VERBS), words, number)

    def _copy(self, s: Statement) -> Statement:
        return Statement(next(self._ids), s.flagged, s.verb, list(s.words), s.origin)

    def _copy_of(self, function: Function, name: str) -> Function:
        function.done["copied"] += 1
        return Function(next(self._ids), name, [self._copy(s) for s in function.body], function.origin)

    def _inherit(self, gone: Function) -> None:
        """What a deleted function held lives on in a copy of it, if there is one."""
        for s in gone.body:
            heirs = [h for _, f, h in self.findings() if h.origin == s.origin and f.origin == gone.origin]
            if s.id in self.old and (heir := next((h for h in heirs if h.id not in self.old), None)):
                self.old.add(heir.id)

    def _function(self, flagged: int) -> Function:
        body = [self._statement(flagged=n < flagged) for n in range(flagged + self.random.randint(0, 2))]
        self.random.shuffle(body)
        number = next(self._ids)
        return Function(number, self._name(), body, number)

    def _name(self) -> str:
        return f"{self.random.choice(('load', 'send', 'sync', 'check'))}_{self.random.choice(WORDS)}_{next(self._ids)}"

    def _path(self) -> str:
        return f"app/{self.random.choice(WORDS)}{next(self._ids)}.{'py' if self.python else 'ts'}"

    def _file(self) -> File:
        return File(self._path(), [self._function(flagged=self.random.randint(0, 3)) for _ in range(3)])

    def render(self) -> tuple[dict[str, str], dict[tuple[str, int], Statement]]:
        """The files' texts, and which flagged statement begins on which line."""
        texts: dict[str, str] = {}
        places: dict[tuple[str, int], Statement] = {}
        for file in self.files:
            lines = _python_lines(file) if self.python else _typescript_lines(file)
            text = "".join(f"{line}\n" for line, _ in lines)
            if file.neat:
                text = _formatted(text) if self.python else laid_out(text)
                begins = " requests." if self.python else " for ("
                flagged = iter([s for _, s in lines if s is not None])
                lines = [(line, next(flagged) if begins in line else None) for line in text.split("\n")]
            texts[file.path] = text
            places |= {(file.path, n): s for n, (_, s) in enumerate(lines, 1) if s is not None}
        return texts, places


Lines = list[tuple[str, Statement | None]]


@cache
def _formatted(text: str) -> str:
    """Python code as ruff lays it out."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def _python_lines(file: File) -> Lines:
    lines: Lines = [("import requests", None)] + [("# note", None)] * file.comments
    for f in file.functions:
        lines += [("", None), ("", None), (f"async def {f.name}(ctx):", None)]
        for s in f.body:
            first, *rest = (f"ctx.{word}" for word in s.words)
            if not s.flagged:
                lines.append((f"    print({first})", None))
            else:  # ruff puts each argument on a line of its own, since a comma ends them
                lines.append((f"    requests.{s.verb}( {first},'text', {''.join(f'{r},' for r in rest)} )", s))
        lines.append(("    return ctx", None))
    return lines


def _typescript_lines(file: File) -> Lines:
    lines: Lines = [('import axios from "axios";', None)] + [("// note", None)] * file.comments
    for f in file.functions:
        lines += [("", None), (f"export async function {f.name}(ctx: any): Promise<void> {{", None)]
        for s in f.body:
            first, *rest = s.words
            call = f"axios.{s.verb}({', '.join([f'ctx.{r}' for r in rest] + [first])})"
            if not s.flagged:
                lines.append((f"  console.log(ctx.{first});", None))
            else:  # prettier puts the body on a line of its own
                lines.append((f"  for (const {first} of ctx.{rest[0]}s) {{ ctx.found.push(await {call}); }}", s))
        lines.append(("}", None))
    return lines
