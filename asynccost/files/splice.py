"""Edits put into a source: as it was decoded, and as it lies on disk, byte for byte the same outside of them."""

from bisect import bisect_right
from collections.abc import Sequence

from asynccost.files.decoding import encoding_of
from asynccost.model import Edit


class SpliceError(Exception):
    """An edit that the bytes on disk cannot take; its text completes "the fix was left out: the file ..."."""


def splice(source: bytes, edits: Sequence[Edit]) -> bytes:
    """A decoded source with its edits made; they are sorted and do not overlap."""
    parts, at = list[bytes](), 0
    for edit in edits:
        parts += [source[at : edit.start_byte], edit.text.encode()]
        at = edit.end_byte
    return b"".join([*parts, source[at:]])


def with_line_ends(source: bytes, edits: Sequence[Edit]) -> list[Edit]:
    """The edits with the line end that most lines of the source have."""
    if 2 * source.count(b"\r\n") <= source.count(b"\n"):
        return list(edits)
    return [
        Edit(e.path, e.start_byte, e.end_byte, e.text.replace("\r\n", "\n").replace("\n", "\r\n")) for e in edits
    ]


def on_disk(data: bytes, source: bytes, language: str, edits: Sequence[Edit]) -> bytes:
    """The bytes of a file with edits made that count in its decoded source. Raises SpliceError."""
    _, encoding = encoding_of(data, language)
    encoding = encoding if _known(encoding) else "utf-8"
    parts, at = list[bytes](), 0
    for edit in places_on_disk(data, source, language, edits):
        parts += [data[at : edit.start_byte], _encoded(edit.text, encoding)]
        at = edit.end_byte
    return b"".join([*parts, data[at:]])


def places_on_disk(data: bytes, source: bytes, language: str, edits: Sequence[Edit]) -> list[Edit]:
    """Edits that count in a decoded source, counted in the bytes of its file. Raises SpliceError."""
    mark, encoding = encoding_of(data, language)
    if encoding == "utf-8" or not _known(encoding):
        moved = [Edit(e.path, mark + e.start_byte, mark + e.end_byte, e.text) for e in edits]
        for old, new in zip(edits, moved, strict=True):
            if data[new.start_byte : new.end_byte] != source[old.start_byte : old.end_byte]:
                raise SpliceError("holds bytes that are not UTF-8 where it would be changed")
        return moved
    if data[:mark] + _encoded(source.decode(), encoding) != data:
        raise SpliceError(f"is encoded in {encoding}, in a way that cannot be kept")

    def place(offset: int) -> int:
        return mark + len(_encoded(source[:offset].decode(), encoding))

    return [Edit(e.path, place(e.start_byte), place(e.end_byte), e.text) for e in edits]


def _known(encoding: str) -> bool:
    try:
        "".encode(encoding)
    except LookupError:  # what decoding then reads as UTF-8
        return False
    return True


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        bad = error.object[error.start]
        raise SpliceError(f"is encoded in {encoding}, which has no U+{ord(bad):04X}") from None


class Moved:
    """Where a place of a changed source was before the edits."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._edits = list(edits)
        self._starts: list[int] = []
        shift = 0
        for edit in self._edits:
            self._starts.append(edit.start_byte + shift)
            shift += len(edit.text.encode()) - (edit.end_byte - edit.start_byte)

    def before(self, offset: int) -> tuple[int, bool]:
        """The offset that a byte had, and whether it was there; a new byte has that of what it replaced."""
        place = bisect_right(self._starts, offset) - 1
        if place < 0:
            return offset, True
        edit = self._edits[place]
        into = offset - self._starts[place] - len(edit.text.encode())
        return (edit.end_byte + into, True) if into >= 0 else (edit.start_byte, False)
