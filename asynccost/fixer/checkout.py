"""What a fix asks of git: whether its changes could be told from yours, and a copy of the checkout to try them in."""

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copy2
from tempfile import TemporaryDirectory

from asynccost.config.config_file import git_root
from asynccost.errors import AsynccostError

_LINKED = (".venv", "venv", "node_modules")  # ignored, and too large to copy


class CheckoutError(AsynccostError):
    """A git checkout that a fix cannot work in; nothing was changed."""


def refuse_dirty(root: str, changed: Iterable[str]) -> None:
    """Raise CheckoutError where tracked files are changed already, or where git does not know a file to be changed.

    changed: paths relative to `root`. Outside of a git checkout there is nothing to ask.
    """
    if git_root(root) is None:
        return
    mine = sorted(changed)
    dirty = [row[3:] for row in _rows(root, "status", "--porcelain", "-z", "--untracked-files=no", "--no-renames")]
    if dirty:
        raise CheckoutError(
            f"{_some(dirty)} changed since the last commit, and fixes would mix with that;"
            " commit or stash it, or say --allow-dirty"
        )
    if mine and (new := _rows(root, "ls-files", "--others", "--exclude-standard", "-z", "--", *mine)):
        raise CheckoutError(
            f"{_some(new)} not known to git, so that a fix could not be undone; commit it, or say --allow-dirty"
        )


@contextmanager
def copy(root: str) -> Iterator[str]:
    """A copy of the checkout around a folder, as it is now, gone afterwards: the copy's top."""
    top = git_root(root)
    if top is None or not _succeeds(root, "rev-parse", "--verify", "--quiet", "HEAD"):
        raise CheckoutError(f"{root}: --verify works on a copy of the last commit, and there is no git commit here")
    with TemporaryDirectory(prefix="asynccost-verify-") as folder:
        place = os.path.join(folder, os.path.basename(top))
        _rows(top, "-c", "core.hooksPath=/dev/null", "worktree", "add", "--quiet", "--detach", place, "HEAD")
        try:
            _bring_up_to_date(top, place)
            _link_ignored(top, place)
            yield place
        finally:
            _succeeds(top, "worktree", "remove", "--force", place)


def _bring_up_to_date(top: str, place: str) -> None:
    """Copy what is not committed yet."""
    for row in _rows(top, "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames"):
        path = row[3:]
        old, new = os.path.join(top, path), os.path.join(place, path)
        if os.path.isfile(old):
            os.makedirs(os.path.dirname(new), exist_ok=True)
            copy2(old, new, follow_symlinks=False)
        elif os.path.lexists(new) and not os.path.lexists(old):
            os.unlink(new)


def _link_ignored(top: str, place: str) -> None:
    """Link the folders of installed packages, wherever they lie."""
    for path in _rows(top, "ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"):
        folder = path.rstrip("/")
        here = Path(place, folder)
        if os.path.basename(folder) in _LINKED and not here.exists() and here.parent.is_dir():
            here.symlink_to(os.path.join(top, folder), target_is_directory=True)


def _some(paths: Sequence[str]) -> str:
    names = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
    return f"{names} {'is' if len(paths) == 1 else 'are'}"


def _rows(folder: str, *arguments: str) -> list[str]:
    done = _run(folder, arguments)
    if done.returncode:
        said = os.fsdecode(done.stderr).strip().partition("\n")[0]
        raise CheckoutError(f"git {arguments[0]} failed in {folder}: {said}")
    return [row for row in os.fsdecode(done.stdout).split("\0") if row]


def _succeeds(folder: str, *arguments: str) -> bool:
    return _run(folder, arguments).returncode == 0


def _run(folder: str, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    try:
        return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, env=environment)
    except FileNotFoundError:
        raise CheckoutError("this needs git, and there is no command `git` here") from None
