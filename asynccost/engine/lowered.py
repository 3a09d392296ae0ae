"""Lowered files that are handed on: what checks, the second pass and fixes of one process ask is made of them once."""

from asynccost.flow.file import File


class Lowered:
    """Files by path, each of one content; the latest takes the place of the one before."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}

    def keep(self, file: File) -> None:
        """Hand a file on."""
        self._files[file.path] = file

    def drop(self, path: str) -> None:
        """Hand a file on no longer."""
        self._files.pop(path, None)

    def find(self, path: str, source: bytes, *, whole: bool = True) -> File | None:
        """The file of this path if it is of this source, byte for byte, and lowered whole where that is needed."""
        file = self._files.get(path)
        fits = file is not None and file.module.source == source and (file.module.whole or not whole)
        return file if fits else None
