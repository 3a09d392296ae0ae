"""Lists of patterns as in .gitignore: the last that matches decides, `!` takes back.

Ours because a scan asks this of every file: names, whole paths and `*.ext` are looked up, only what is
left is a regular expression. (pathspec takes longer to import than a tree of 6,725 files to walk.)
"""

import re
from collections.abc import Iterable

Entry = tuple[int, bool, bool]  # position in the list, what it says, whether it is for folders only


class Patterns:
    """A list of patterns, relative to the folder that holds it."""

    __slots__ = ("_deep", "_loose", "_names", "_only_names", "_paths", "_suffixes", "empty")

    def __init__(self, lines: Iterable[str]) -> None:
        self._names: dict[str, list[Entry]] = {}
        self._paths: dict[str, list[Entry]] = {}
        self._suffixes: dict[str, list[Entry]] = {}
        self._loose: list[tuple[re.Pattern[str], Entry]] = []  # on the name
        self._deep: list[tuple[re.Pattern[str], Entry]] = []  # on the path
        for position, line in enumerate(lines):
            self._add(position, line)
        self._only_names = not (self._paths or self._suffixes or self._loose or self._deep)
        self.empty = self._only_names and not self._names

    def _add(self, position: int, line: str) -> None:
        line = re.sub(r"(?<!\\)[ \t\r\n]+$", "", line)
        if not line or line.startswith("#"):
            return
        says = not line.startswith("!")
        body = line if says else line[1:]
        folders_only = body.endswith("/")
        body = body.rstrip("/") if folders_only else body
        anchored = "/" in body
        body = body.removeprefix("/")
        entry = (position, says, folders_only)
        plain = re.sub(r"\\(.)", r"\1", body)
        if not re.search(r"(?<!\\)[*?\[]", body):
            (self._paths if anchored else self._names).setdefault(plain, []).append(entry)
        elif not anchored and re.fullmatch(r"\*\.[\w-]+", body):
            self._suffixes.setdefault(body[1:], []).append(entry)
        elif (pattern := _compiled(body)) is not None:
            (self._deep if anchored else self._loose).append((pattern, entry))

    def verdict(self, path: str, name: str, folder: bool) -> bool | None:
        """True: matched; False: taken back by a later `!`; None: nothing here is about it."""
        if self._only_names and name not in self._names:
            return None
        best, says = -1, None
        for found in (
            self._names.get(name),
            self._paths.get(path) if self._paths else None,
            self._suffixes.get(name[name.rfind(".") :]) if self._suffixes else None,
        ):
            if found is not None:
                for position, value, folders_only in found:
                    if position > best and (folder or not folders_only):
                        best, says = position, value
        for patterns, text in ((self._loose, name), (self._deep, path)):
            for pattern, (position, value, folders_only) in patterns:
                if position > best and (folder or not folders_only) and pattern.match(text):
                    best, says = position, value
        return says

    def within(self, path: str) -> bool:
        """Whether a file or one of the folders that hold it matches."""
        parts = path.split("/")
        for count in range(1, len(parts)):
            if self.verdict("/".join(parts[:count]), parts[count - 1], folder=True):
                return True
        return self.verdict(path, parts[-1], folder=False) is True


def _compiled(glob: str) -> re.Pattern[str] | None:
    """A pattern as a regular expression; None where it is malformed, and so matches nothing."""
    out, i = "", 0
    while i < len(glob):
        c = glob[i]
        i += 1
        if c == "\\" and i < len(glob):
            out += re.escape(glob[i])
            i += 1
        elif c == "?":
            out += "[^/]"
        elif c == "[":
            end = glob.find("]", i + 2 if glob[i : i + 1] in ("!", "^") else i + 1)
            if end < 0:
                return None
            body = glob[i:end].replace("\\", "\\\\").replace("[", r"\[")
            out += f"(?!/)[{'^' + body[1:] if body[0] in '!^' else body}]"
            i = end + 1
        elif c != "*":
            out += re.escape(c)
        elif glob[i : i + 1] == "*" and (i == 1 or glob[i - 2] == "/") and glob[i + 1 : i + 2] in ("", "/"):
            last = i + 1 == len(glob)
            out += ".+" if last else "(?:.*/)?"
            i += 1 if last else 2
        else:
            i += len(glob[i:]) - len(glob[i:].lstrip("*"))
            out += "[^/]*"
    try:
        return re.compile(out + r"\Z", re.S)
    except re.error:
        return None
