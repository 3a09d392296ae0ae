"""Paths -> source files: the whole project's, and which of them were asked for."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from asynccost.config.config_file import shown
from asynccost.config.settings import Settings
from asynccost.errors import PathError, nearest
from asynccost.files.gitignore import Chain, extended, ignored, outside
from asynccost.files.kinds import is_minified, language_of, why_not
from asynccost.files.listings import Listings
from asynccost.model import Problem
from asynccost.patterns import Patterns

# nobody keeps sources there, and some come and go with a scan: not counted
_NOISE = {
    ".git",
    ".hg",
    ".svn",
    "__pycache__",
    ".asynccost_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
}
EXCLUDED, GITIGNORED, LINK = "excluded", ".gitignore", "symbolic link"


class Source(NamedTuple):
    """A file of a language that we read. `path` is relative to the project's root, with /."""

    path: str
    absolute: str
    language: str
    size: int
    mtime_ns: int
    inode: int


@dataclass(slots=True)
class Project:
    """Every source below the root; `targets` are the paths that were asked for (None: all of them)."""

    root: str
    sources: list[Source] = field(default_factory=list)
    targets: set[str] | None = None
    skipped: dict[str, list[str]] = field(default_factory=dict)  # reason -> paths; folders end in /
    problems: list[Problem] = field(default_factory=list)
    texts: dict[str, bytes] = field(default_factory=dict)  # what stands on standard input, not on disk
    listings: Listings = field(default_factory=Listings)

    def asked(self) -> list[Source]:
        """The sources to report on."""
        return [s for s in self.sources if self.targets is None or s.path in self.targets]


def find(
    paths: Sequence[str],
    settings: Settings,
    texts: Mapping[str, bytes] | None = None,
    listings: Listings | None = None,
) -> Project:
    """Walk the project and mark what was asked for. `texts` are files whose content was handed in.

    listings: what is known of its folders; what is found is added to it.
    """
    named = [*map(os.path.abspath, paths)]
    for path, absolute in zip(paths, named, strict=True):
        if not os.path.exists(absolute):
            raise _missing(path, absolute)
    project = Project(settings.root, listings=listings or Listings())
    walk = _Walk(project, settings)
    walk.folder(settings.root)
    for name, text in (texts or {}).items():
        named.append(walk.text(name, text))
    if named and named != [settings.root]:
        _ask(project, walk, named, settings)
    project.sources.sort(key=itemgetter(0))
    return project


def belongs(path: str, settings: Settings) -> bool:
    """Whether a file that need not be on disk would be scanned if it were."""
    walk = _Walk(Project(settings.root), settings)
    named = language_of(path) is not None and not any(map(is_minified, path.split("/"))) and _speakable(path)
    return named and not walk.leaves_out(path) and (walk.includes is None or bool(walk.includes.within(path)))


def shard(project: Project, part: int, parts: int) -> None:
    """Narrow what was asked for to every n-th file, so that the parts together are the whole."""
    project.targets = {s.path for s in project.asked()[part - 1 :: parts]}
    if part > 1:
        project.skipped.clear()


class _Walk:
    """Goes through folders; keeps what it found in a project."""

    def __init__(self, project: Project, settings: Settings) -> None:
        self.project = project
        self.gitignore = settings.respect_gitignore
        self.excludes = Patterns([*settings.exclude, *settings.extend_exclude])
        self.includes = Patterns(settings.include) if settings.include else None

    def folder(self, top: str) -> None:
        """Add all sources below a folder."""
        stack = [(top, self._prefix(top), self._outside(top))]
        while stack:
            folder, prefix, chain = stack.pop()
            try:
                found = self.project.listings.of(folder, prefix)
            except OSError as error:
                self._problem(prefix.rstrip("/"), f"cannot be listed: {error.strerror}")
                continue
            inside = os.path.join(folder, "")
            if found.gitignore and self.gitignore:
                chain = extended(chain, inside + ".gitignore", len(prefix))
            for name in found.files:
                path = prefix + name
                if self._passes(path, name, False, chain):
                    self._file(path, inside + name, name in found.links)
            for name in found.folders:
                path = prefix + name
                if self._passes(path, name, True, chain):
                    stack.append((inside + name, path + "/", chain))

    def _file(self, path: str, absolute: str, link: bool) -> None:
        if self.includes and not self.includes.within(path):
            self._skip("not in include", path)
        elif link:
            self._skip(LINK, path)
        else:
            self.add(path, absolute)

    def add(self, path: str, absolute: str) -> None:
        """Add one file, or say why it is none of ours."""
        language = language_of(path)
        if language is None:
            return self._skip(why_not(path), path)
        if not path.isascii() and not _speakable(path):
            shown = os.fsencode(path).decode("utf-8", "backslashreplace")
            return self._problem(shown, "has a name that is not UTF-8")
        try:
            s = os.stat(absolute)
        except OSError as error:
            return self._problem(path, f"cannot be read: {error.strerror}")
        self.project.sources.append(Source(path, absolute, language, s.st_size, s.st_mtime_ns, s.st_ino))
        return None

    def text(self, name: str, text: bytes) -> str:
        """Add a file whose content was handed in; it need not exist."""
        absolute = os.path.abspath(name)
        path = self.relative(absolute)
        language = language_of(path)
        if language is None:
            raise PathError(f"{name}: not a name of a Python, JavaScript or TypeScript file")
        if not any(s.path == path for s in self.project.sources):
            self.project.sources.append(Source(path, absolute, language, len(text), 0, 0))
        self.project.texts[path] = text
        return absolute

    def leaves_out(self, path: str) -> bool:
        """Whether settings or a .gitignore leave this file or a folder around it out; says so if they do."""
        if self.excludes.within(path):
            self._skip(EXCLUDED, path)
            return True
        parts = path.split("/")
        chain = self._outside(self.project.root)
        for count in range(len(parts)):
            prefix = "".join(f"{p}/" for p in parts[:count])
            if self.gitignore:
                file = os.path.join(self.project.root, prefix, ".gitignore")
                chain = extended(chain, file, len(prefix))
            if ignored(prefix + parts[count], parts[count], count < len(parts) - 1, chain):
                self._skip(GITIGNORED, path)
                return True
        return False

    def _passes(self, path: str, name: str, folder: bool, chain: Chain) -> bool:
        if self.excludes.verdict(path, name, folder):
            if name in _NOISE:
                return False
            reason = EXCLUDED
        elif is_minified(name):
            reason = "minified"
        elif chain and ignored(path, name, folder, chain):
            reason = GITIGNORED
        else:
            return True
        self._skip(reason, path + "/" if folder else path)
        return False

    def _skip(self, reason: str, path: str) -> None:
        self.project.skipped.setdefault(reason, []).append(path)

    def _problem(self, path: str, message: str) -> None:
        self.project.problems.append(Problem(path, 1, message, "read"))

    def relative(self, absolute: str) -> str:
        """A path as findings name it."""
        return os.path.relpath(absolute, self.project.root).replace(os.sep, "/")

    def _outside(self, folder: str) -> Chain:
        return outside(folder, self.project.root) if self.gitignore else ()

    def _prefix(self, folder: str) -> str:
        relative = self.relative(folder)
        return "" if relative == "." else relative + "/"


def _ask(project: Project, walk: _Walk, named: Sequence[str], settings: Settings) -> None:
    """Mark the named files and what lies below the named folders, adding those that the walk left out."""
    targets: set[str] = set()
    asked: list[str] = []
    known = {s.path for s in project.sources}
    for absolute in named:
        path = walk.relative(absolute)
        asked.append(path)
        if os.path.isdir(absolute):
            prefix = "" if path == "." else path + "/"
            if not any(p.startswith(prefix) for p in known) and not settings.force_exclude:
                walk.folder(absolute)
                known = {s.path for s in project.sources}
            targets.update(p for p in known if p.startswith(prefix))
        elif path in known or not (settings.force_exclude and walk.leaves_out(path)):
            if path not in known:
                walk.add(path, absolute)
            targets.add(path)
    project.sources = [*{s.path: s for s in project.sources}.values()]
    project.targets = targets & {s.path for s in project.sources}
    project.problems = [p for p in project.problems if _below(p.path, asked)]
    for reason, paths in [*project.skipped.items()]:
        kept = [p for p in dict.fromkeys(paths) if p not in project.targets and _below(p, asked)]
        project.skipped[reason] = kept
        if not kept:
            del project.skipped[reason]


def _speakable(path: str) -> bool:
    """Whether a name is text; a file system takes any bytes."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _below(path: str, asked: Sequence[str]) -> bool:
    return any(a in (".", path) or path.startswith(a + "/") for a in asked)


def _missing(path: str, absolute: str) -> PathError:
    folder, name = os.path.split(absolute)
    while not os.path.isdir(folder):
        folder, name = os.path.split(folder)
    try:
        names = os.listdir(folder)
    except OSError:
        names = []
    beside = {shown(os.path.join(folder, n)): n for n in names}
    hint = nearest(name, beside.values())
    for full, n in beside.items():
        hint = hint.replace(f'"{n}"', f'"{full}"')
    return PathError(f"{path}: there is no such file or folder{hint}")
