"""Names that a program puts together while it runs: where `"get_"` stands, whatever begins so may be meant."""

import re

from asynccost.flow.facts.vocabulary import may_be_known
from asynccost.flow.linked.python_code import PythonCode
from asynccost.flow.mentions import is_letter

DISPATCHES = re.compile(  # names that are made while the program runs
    rb"\bgetattr\([^,()]+(?:\([^()]*\))?,\s*+(?![\"'])|(?<![\"'] in )\b(?:globals|locals|vars|getmembers)\("
    rb"|\b__dict__\b|\bdir\("
)
_QUOTES = frozenset({b'"', b"'"})
_OPENING = _QUOTES | {b"}"}


class MadeUp:
    """Asked whether a name may be put together."""

    def __init__(self, python: PythonCode) -> None:
        self._python = python
        self._known: dict[str, bool] = {}

    def may_be(self, name: str) -> bool:
        """Whether a file that makes names up while it runs says the beginning or the end of one."""
        if name not in self._known:
            self._known[name] = any(map(self._is_made_of, _parts(name)))
        return self._known[name]

    def _is_made_of(self, part: str) -> bool:
        word = part.encode()
        asked = (path for path in self._python.holding(part) if _is_quoted(self._python.code(path), word))
        return any(DISPATCHES.search(self._python.text(path)) for path in asked)


def _parts(name: str) -> list[str]:
    """The beginnings and ends of a name, of which a program may put it together."""
    cuts = [at for at, char in enumerate(name) if char == "_" and 0 < at < len(name) - 1]
    return [part for at in cuts for part in (name[: at + 1], name[at:]) if may_be_known(part)]


def _is_quoted(code: bytes, part: bytes) -> bool:
    """Whether names are put together that begin or end so: `"get_" + name`, `f"get_{name}"`, `f"{name}_view"`."""
    begins, at = part.endswith(b"_"), code.find(part)
    while at >= 0:
        before, after = code[max(at - 1, 0) : at], code[at + len(part) : at + len(part) + 1]
        if begins and before in _OPENING and not is_letter(after):
            return True
        if not begins and after in _QUOTES and not is_letter(before):
            return True
        at = code.find(part, at + 1)
    return False
