"""The scripts of Vue and Svelte components, cut out so that every byte keeps its place."""

import re

SUFFIXES = (".vue", ".svelte")

_OPENING = re.compile(rb"<!--[\s\S]*?(?:-->|\Z)|<script\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE)
_CLOSING = re.compile(rb"</script\s*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"([\w:-]+)\s*(?:=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_CODE_TYPES = frozenset({"", "module", "text/javascript", "application/javascript", "text/typescript", "ts"})
_LANGUAGES = {"ts": "typescript", "typescript": "typescript", "text/typescript": "typescript", "tsx": "tsx"}


def script(source: bytes) -> tuple[str, bytes]:
    """Return the dialect of a component's scripts, and the source with all else blanked."""
    blocks: list[tuple[int, int]] = []
    dialects: set[str] = set()
    place = 0
    while opening := _OPENING.search(source, place):
        place = opening.end()
        if opening[1] is None or opening[1].rstrip().endswith(b"/"):
            continue
        closing = _CLOSING.search(source, place)
        end = closing.start() if closing else len(source)
        attributes = _attributes(opening[1])
        if attributes.get("type", "") in _CODE_TYPES:
            blocks.append((place, end))
            dialects.add(_LANGUAGES.get(attributes.get("lang", attributes.get("type", "")), "javascript"))
        place = closing.end() if closing else len(source)
    return _widest(dialects), _blanked(source, blocks)


def _attributes(tag: bytes) -> dict[str, str]:
    return {
        m[1].decode(errors="replace").lower(): (m[2] or m[3] or m[4] or b"").decode(errors="replace").lower()
        for m in _ATTRIBUTE.finditer(tag)
    }


def _widest(dialects: set[str]) -> str:
    """Return the dialect that reads all blocks."""
    if len(dialects - {"javascript"}) > 1:
        return "tsx"
    return next(iter(dialects - {"javascript"}), "javascript")


def _blanked(source: bytes, blocks: list[tuple[int, int]]) -> bytes:
    """Replace all but the blocks by spaces; a line end before each block ends the statement before it."""
    out = bytearray(b" ") * len(source)
    for start, end in blocks:
        out[start:end] = source[start:end]
        out[start - 1 : start] = b"\n"
    return bytes(out)
