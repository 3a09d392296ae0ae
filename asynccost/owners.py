"""CODEOWNERS: who owns a path, by the rules of GitHub and of GitLab.

The last pattern that matches decides; a pattern without owners means nobody. GitLab's sections (`[Docs][2] @default`)
decide each for itself, and their owners add up. Patterns are those of .gitignore, but `!` and `[a-z]` are not among
them, and `docs/*` is about files right in docs/ alone.
"""

import os
import re
from collections.abc import Callable, Iterable
from functools import cache

from asynccost.patterns import Patterns

PLACES = (".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")  # the first that is there counts
Owners = tuple[str, ...]
Lookup = Callable[[str], Owners]
_SECTION = re.compile(r"\^?\[([^\]]+)\](?:\[\d+\])?(?P<owners>(?:\s+.*)?)\Z")
_PATTERN = re.compile(r"((?:\\.|[^\s\\])+)(.*)", re.S)
_OWNER = re.compile(r"@?[^\s@]+(?:@[^\s@]+)?\Z")


class CodeOwners:
    """One file. Paths are relative to the top of the repository, with /."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Read it; a line that says nothing is no error there either."""
        self._sections: dict[str, list[tuple[Patterns, bool, Owners]]] = {"": []}
        here, default = "", Owners()
        for line in lines:
            text = line.strip()
            section = _SECTION.match(text)
            if section:
                here, default = section[1].strip().lower(), _owners(section["owners"])
                self._sections.setdefault(here, [])
            elif text and not text.startswith(("#", "!")):
                self._add(here, text, default)

    def _add(self, section: str, text: str, default: Owners) -> None:
        match = _PATTERN.match(text)
        if match is None:
            return
        pattern, owners = match[1], _owners(match[2]) or default
        literal = re.sub(r"(?<!\\)\[", r"\\[", pattern)
        self._sections[section].append((Patterns([literal]), pattern.endswith("/*"), owners))

    def of(self, path: str) -> Owners:
        """The owners of a file; none where nobody is named."""
        name = path.rpartition("/")[2]
        found: dict[str, None] = {}
        for rules in self._sections.values():
            for patterns, files_only, owners in reversed(rules):
                if patterns.verdict(path, name, folder=False) if files_only else patterns.within(path):
                    found.update(dict.fromkeys(owners))
                    break
        return tuple(found)


def _owners(text: str) -> Owners:
    words = text.partition(" #")[0].split()
    return tuple(word for word in words if _OWNER.match(word) and "@" in word)


def lookup(top: str, prefix: str = "") -> Lookup:
    """Who owns a path; the file is read when this is first asked.

    top: of the repository. prefix: from there to what paths are relative to, "" or with / at its end.
    """
    read = cache(lambda: _read(top))
    return cache(lambda path: read().of(prefix + path))


def _read(top: str) -> CodeOwners:
    for place in PLACES:
        try:
            with open(os.path.join(top, place), encoding="utf-8", errors="replace") as file:
                return CodeOwners(file)
        except OSError:
            continue
    return CodeOwners(())
