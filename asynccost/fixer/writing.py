"""Files replaced whole: whoever reads one, or kills us, finds the old text or the new one."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from asynccost.errors import PathError

_MARK = ".asynccost-"  # in the names of temporary files


def replace_file(path: str, before: bytes, after: bytes, root: str) -> None:
    """Replace a file's bytes and keep its mode. Raises PathError, with nothing changed."""
    _refuse(path, root)
    try:
        with _beside(path) as (descriptor, temporary):
            _fill(descriptor, after, path)
            if _read(path) != before:
                raise PathError(f"{path}: was changed while it was fixed; nothing was written to it, run again")
            os.replace(temporary, path)
    except OSError as error:
        raise PathError(f"{path}: cannot be written, and is as it was: {error.strerror}") from None


def sweep(folder: str) -> None:
    """Remove what a killed run left in a folder; a run that still lives holds a lock on its file."""
    try:
        import fcntl
    except ImportError:  # no locks here: what is left stays
        return
    with suppress(OSError):
        for name in os.listdir(folder):
            if name.startswith(".") and _MARK in name:
                path = os.path.join(folder, name)
                with suppress(OSError), open(path, "rb") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    os.unlink(path)


def _refuse(path: str, root: str) -> None:
    if os.path.islink(path):
        target = os.path.realpath(path)
        raise PathError(f"{path}: is a symbolic link and was left alone; name the file itself: {target}")
    if os.path.commonpath([os.path.realpath(root), os.path.realpath(path)]) != os.path.realpath(root):
        raise PathError(f"{path}: is outside of the project at {root} and was left alone")
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        raise PathError(f"{path}: cannot be written: {error.strerror}") from None
    if not mode & stat.S_IWUSR or not os.access(path, os.W_OK):
        raise PathError(f"{path}: is read-only and was left alone")


@contextmanager
def _beside(path: str) -> Iterator[tuple[int, str]]:
    """A temporary file in the same folder, locked while we live; gone afterwards unless it took the file's place."""
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name}{_MARK}{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        _lock(descriptor)
        yield descriptor, temporary
    finally:
        os.close(descriptor)
        with suppress(FileNotFoundError):
            os.unlink(temporary)


def _lock(descriptor: int) -> None:
    with suppress(ImportError):
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _fill(descriptor: int, data: bytes, path: str) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    old = os.stat(path)
    if hasattr(os, "fchown"):  # not on Windows
        with suppress(PermissionError):  # somebody else's file that we may write
            os.fchown(descriptor, old.st_uid, old.st_gid)
        os.fchmod(descriptor, stat.S_IMODE(old.st_mode))


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
