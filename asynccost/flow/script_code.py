"""What the scripts of a project say: as they stand, without comments, and without the imports that they do not use."""

import re
from collections.abc import Callable, Iterator, Mapping

from asynccost.flow.idle_imports import used_imports
from asynccost.flow.linking import Names

_PROSE = re.compile(  # only what begins a line: a glob such as `src/**/*.ts` begins no comment
    rb"^[ \t]*//[^\n]*|^[ \t]*\{?/\*.*?\*/|<!--.*?-->", re.M | re.S
)


def without_prose(text: bytes) -> bytes:
    """A script's text, comments aside."""
    return _PROSE.sub(b" ", text)


class ScriptCode:
    """Each script is read and stripped once. texts: reads every script, also those that no rule looks at."""

    def __init__(self, names: Names, texts: Mapping[str, Callable[[], bytes]]) -> None:
        self._names = names
        self._texts = texts
        self._whole: dict[str, bytes] = {}
        self._code: dict[str, bytes] = {}
        self._used: dict[str, bytes] = {}

    def text(self, path: str) -> bytes:
        """A file as it stands."""
        if path not in self._whole:
            script = self._names.scripts.by_path.get(path)
            self._whole[path] = script.source if script is not None else self._texts[path]()
        return self._whole[path]

    def code(self, path: str) -> bytes:
        """What stands in a file, comments aside."""
        if path not in self._code:
            self._code[path] = without_prose(self.text(path))
        return self._code[path]

    def used(self, path: str) -> bytes:
        """What stands in a file, without comments and the imports that it does not use."""
        if path not in self._used:
            self._used[path] = used_imports(self.code(path), path)
        return self._used[path]

    def holding(self, word: bytes) -> list[str]:
        """The scripts that hold a word."""
        return [path for path in self._texts if word in self.text(path)]

    def near(self, path: str) -> Iterator[str]:
        """All scripts: those that import a file first, then those that were read before."""
        first = self._names.scripts.importers(path)
        yield from first
        read = [one for one in self._texts if one in self._whole and one not in first]
        rest = [one for one in self._texts if one not in self._whole and one not in first]
        yield from read
        yield from rest
