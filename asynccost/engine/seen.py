"""What the first pass says of one file, and how it is kept."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypedDict

from asynccost.engine.rows import finding_of, finding_row, problem_of, problem_row
from asynccost.flow.facts.asked import Asked
from asynccost.flow.facts.outline import Outline
from asynccost.flow.facts.scripts import Script, TextRow
from asynccost.model import Finding, Problem, Silence


class LateRow(TypedDict):
    """What the first pass keeps of a file whose facts are made when they are asked for.

    whole: how it is lowered. rules: what the rules' `facts` hooks say, by rule.
    """

    whole: bool
    rules: dict[str, Any]


@dataclass(slots=True)
class Seen:
    """What the first pass says of one file.

    What others may need to know of it is there to be asked for: of Python `late` says how to read the file again,
    `asked` is it; of JavaScript `text` says what its text tells, `script` is it, `outline` what lowering it has told.
    imports: what a Python file imports, by absolute dotted names, whether or not any rule looks at it; None for others.
    words: the vocabulary of a Python file. read: reads its source again, where it can be asked for.
    """

    path: str
    outline: Outline | None = None
    late: LateRow | None = None
    text: TextRow | None = None
    script: Script | None = None
    asked: Asked | None = None
    findings: list[Finding] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    imports: list[str] | None = None
    words: str = ""
    read: Callable[[], bytes] | None = None

    def row(self) -> list[Any]:
        """This as a JSON value, silences aside: they are asked for one file at a time."""
        findings, problems = [finding_row(f) for f in self.findings], [problem_row(p) for p in self.problems]
        return [self.outline, self.late, findings, problems, self.imports, self.text, self.words]

    @classmethod
    def of(cls, path: str, row: list[Any]) -> "Seen":
        """What `row` was made of."""
        outline, late, findings, problems, imports, text, words = row
        said, amiss = [finding_of(f) for f in findings], [problem_of(p) for p in problems]
        return cls(path, outline, late, text, findings=said, problems=amiss, imports=imports, words=words)
