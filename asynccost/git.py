"""What we ask git: where a checkout stands, what changed since, and what files held. Writes nothing but settings."""

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from asynccost.errors import GitError

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}


class Changes(NamedTuple):
    """The paths (relative to a folder) that differ between two states. renamed: old path -> new path."""

    paths: frozenset[str]
    renamed: Mapping[str, str]


class Git:
    """One checkout as seen from a folder in it: every path is relative to that folder, with /."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        if self._ask("rev-parse", "--git-dir") is None:
            raise GitError(f"{folder}: this needs a git checkout, and there is none here")

    def commit(self, name: str) -> str | None:
        """The commit that a name stands for."""
        found = self._ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        return found.strip() if found else None

    def head(self) -> str:
        """The commit that is checked out; before the first one, the empty tree."""
        return self.commit("HEAD") or EMPTY_TREE

    def merge_base(self, name: str) -> str:
        """Where the work that is checked out began to differ from a branch; says what to run if that is not here."""
        commit = self.commit(name)
        if commit is None:
            raise GitError(f'there is no commit "{name}" in this clone; run: {self.fetch_line(name)}')
        found = self._ask("merge-base", commit, "HEAD")
        if found:
            return found.split()[0]
        if self.is_shallow():
            raise GitError(
                f'this clone is shallow, and where HEAD and "{name}" parted is not in it; run: {self.fetch_line(name)}'
            )
        raise GitError(f'HEAD and "{name}" have no commit in common')

    def is_shallow(self) -> bool:
        """Whether history was cut when this was cloned."""
        return (self._ask("rev-parse", "--is-shallow-repository") or "").strip() == "true"

    def files(self, tree: str | None) -> dict[str, str]:
        """path -> mode of everything in a commit, or in the index (None)."""
        rows = self._rows("ls-tree", "-r", "-z", tree) if tree else self._rows("ls-files", "--stage", "-z")
        return {path: about.split(" ", 1)[0] for about, _, path in (row.partition("\t") for row in rows)}

    def changed(self, *states: str) -> Changes:
        """What differs: `(commit)` from the work tree, `(--cached, commit)` the index from it, `()` the work tree
        from the index, `(commit, commit)` one from the other."""
        rows = iter(self._rows("diff", "--relative", "--name-status", "-M", "-z", *states, "--"))
        paths, renamed = set(), {}
        for kind in rows:
            path = next(rows)
            paths.add(path)
            if kind[0] in "RC":
                other = next(rows)
                paths.add(other)
                if kind[0] == "R":
                    renamed[path] = other
        return Changes(frozenset(paths), renamed)

    def lines(self, *states: str) -> dict[str, list[range]]:
        """path -> the lines that are new or changed in the later of two states (see `changed`)."""
        found: dict[str, list[range]] = {}
        path, left = "", 0
        options = ("--relative", "--no-color", "--no-ext-diff", "--src-prefix=a/", "--dst-prefix=b/", "-M", "-U0")
        for line in self._must("diff", *options, *states, "--").split("\n"):
            if left:  # a line of code, whatever it looks like
                left -= line[:1] in ("+", "-")
            elif line.startswith("+++ "):
                path = _unquoted(line[4:].rstrip("\t"))
            elif line.startswith("@@ "):
                (_, gone), (first, count) = (_counted(part) for part in line.split(" ")[1:3])
                left = gone + count
                found.setdefault(path, []).append(range(first, first + count))
        return found

    def read(self, tree: str | None, paths: Iterable[str]) -> dict[str, bytes]:
        """The contents of files in a commit, or in the index (None); those that are not in it are left out."""
        wanted = [p for p in paths if "\n" not in p]
        if not wanted:
            return {}
        names = "".join(f"{tree or ''}:./{path}\n" for path in wanted)
        out = self._run("cat-file", "--batch", stdin=os.fsencode(names)).stdout
        found: dict[str, bytes] = {}
        at = 0
        for path in wanted:
            end = out.index(b"\n", at)
            head = out[at:end].split()
            at = end + 1
            if head[-1] == b"missing":
                continue
            size = int(head[-1])
            if head[-2] == b"blob":
                found[path] = out[at : at + size]
            at += size + 1
        return found

    def last_change(self, path: str) -> str | None:
        """The last commit that changed a file."""
        found = self._ask("log", "-1", "--format=%H", "--", path)
        return found.strip() if found else None

    def remotes(self) -> str:
        """The addresses that this clone is fetched from and pushed to."""
        return self._ask("remote", "--verbose") or ""

    def configure(self, name: str, value: str) -> None:
        """Set a value in this clone's own configuration."""
        self._must("config", name, value)

    def default_branch(self) -> str | None:
        """What work here is most likely compared with."""
        for name in ("origin/HEAD", "origin/main", "origin/master", "main", "master"):
            if self.commit(name):
                return name
        return None

    def fetch_line(self, name: str) -> str:
        """The command that brings a branch here, with the history that a comparison needs."""
        deepen = "--unshallow " if self.is_shallow() else ""
        remote, _, branch = name.partition("/")
        remotes = (self._ask("remote") or "").split()
        if remote in remotes and branch:
            return f"git fetch {deepen}{remote} +refs/heads/{branch}:refs/remotes/{remote}/{branch}"
        return f"git fetch {deepen}{remotes[0] if remotes else 'origin'} {name}".replace("HEAD", "").rstrip()

    def _rows(self, *arguments: str) -> Sequence[str]:
        text = self._must(*arguments)
        return text.rstrip("\0").split("\0") if text else []

    def _must(self, *arguments: str) -> str:
        done = self._run(*arguments)
        if done.returncode:
            said = os.fsdecode(done.stderr).strip().split("\n")[0]
            raise GitError(f"git {arguments[0]} failed: {said}")
        return os.fsdecode(done.stdout)

    def _ask(self, *arguments: str) -> str | None:
        done = self._run(*arguments)
        return None if done.returncode else os.fsdecode(done.stdout)

    def _run(self, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                ["git", *arguments], cwd=self.folder, input=stdin, capture_output=True, env={**os.environ, **_QUIET}
            )
        except FileNotFoundError:
            raise GitError("this needs git, and there is no command `git` here") from None


def _counted(part: str) -> tuple[int, int]:
    """`-3,2` or `+3` of a hunk's header -> first line and number of lines."""
    first, _, count = part[1:].partition(",")
    return int(first), int(count or 1)


def _unquoted(path: str) -> str:
    """A path of a diff's header: without its `b/`, and as bytes where git wrote it in quotes."""
    if path.startswith('"'):
        path = os.fsdecode(path[1:-1].encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1"))
    return path.removeprefix("b/")
