"""The whole scanned tree, as the second pass sees it: names, calls and heat, linked from the files' facts.

What the whole project says of a fix that one file offered.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from asynccost.flow.facts.asked import Asked
from asynccost.flow.facts.scripts import Script
from asynccost.flow.linked.calls import Calls
from asynccost.flow.linked.heat import Heats
from asynccost.flow.linked.importers import Importers
from asynccost.flow.linked.linking import Names
from asynccost.flow.linked.python_code import PythonCode
from asynccost.flow.linked.script_code import ScriptCode
from asynccost.flow.linked.unmentioned import Unmentioned
from asynccost.flow.linked.unmentioned_scripts import UnmentionedScripts
from asynccost.knowledge import Knowledge
from asynccost.model import Fix, Safety

T = TypeVar("T")


class Project:
    """All files' facts, linked. Every answer is a function of the facts alone, in no particular order.

    imports: what every Python file imports, by path, also where no facts are kept of it. words: their vocabularies;
    texts: reads them. script_texts: reads every script.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        asked: Iterable[Asked] = (),
        imports: Mapping[str, Sequence[str]] | None = None,
        scripts: Iterable[Script] = (),
        words: Mapping[str, str] | None = None,
        texts: Mapping[str, Callable[[], bytes]] | None = None,
        script_texts: Mapping[str, Callable[[], bytes]] | None = None,
    ) -> None:
        self.knowledge = knowledge
        self.imports = imports or {}
        self.names = Names(asked, scripts)
        self.calls = Calls(self.names)
        self.heats = Heats(self.names, self.calls)
        self.files = self.names.files
        self.importers = Importers(self.imports)
        self.python = PythonCode(self.names, words or {}, texts or {})
        self.unmentioned = Unmentioned(self.names, self.importers, self.python)
        self.code = ScriptCode(self.names, script_texts or {})
        self.unmentioned_scripts = UnmentionedScripts(self.names, script_texts or {}, self.code)
        self._answers: dict[Any, Any] = {}
        self._rows: dict[str, dict[str, Any]] = {}

    def memo(self, question: "Callable[[Project], T]") -> T:
        """The answer to a question about the whole project, asked once."""
        if question not in self._answers:
            self._answers[question] = question(self)
        answer: T = self._answers[question]
        return answer

    def rows(self, rule: str) -> dict[str, Any]:
        """What a rule's `facts` hook said in the first pass, by path: of JavaScript of few files (see `row`)."""
        if rule not in self._rows:
            self._rows[rule] = {p: f["rules"][rule] for p, f in self.files.items() if rule in f["rules"]}
        return self._rows[rule]

    def row(self, rule: str, path: str) -> Any:
        """What a rule's `facts` hook says of one file; None where the rule does not look at it."""
        script = self.names.scripts.by_path.get(path)
        return script.row(rule) if script is not None else self.rows(rule).get(path)


def shown_only(fix: Fix | None, question: str) -> Fix | None:
    """A fix that is not applied before somebody has answered a question."""
    if fix is None or fix.safety is Safety.DISPLAY_ONLY:
        return fix
    return Fix(Safety.DISPLAY_ONLY, f"{fix.reason}; {question}", fix.edits)
