"""Values of literals: strings, bytes and numbers, read from their text."""

import re

QUOTES = frozenset(b"'\"")
HEAD = re.compile(rb"([A-Za-z]*)(\"\"\"|'''|\"|')")
ESCAPE = re.compile(
    r"\\(?:(\r?\n)|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}]*)\}|([\\'\"abfnrtv]))"
)
SIMPLE = {
    "\\": "\\",
    "'": "'",
    '"': '"',
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
REPLACEMENT = "\ufffd"  # also for lone surrogates, which nobody downstream could encode


def string(raw: bytes) -> str:
    """Return the text that a string or bytes literal stands for."""
    if raw[0] in QUOTES and raw[1:3] != raw[:1] * 2 and b"\\" not in raw and raw[-1] == raw[0] and len(raw) > 1:
        return raw[1:-1].decode("utf-8", "replace")
    head = HEAD.match(raw)
    if head is None:
        return raw.decode("utf-8", "replace")
    quote = head[2]
    end = len(raw) - len(quote) if raw.endswith(quote, head.end()) else len(raw)
    text = raw[head.end() : end].decode("utf-8", "replace")
    if "\\" in text and b"r" not in head[1].lower():
        return unescape(text)
    return text


def unescape(text: str) -> str:
    """Resolve backslash escapes; unknown ones stay, as in Python."""
    return ESCAPE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    newline, octal, *codes, name, simple = match.groups()
    if simple:
        return SIMPLE[simple]
    if newline:
        return ""
    if name is not None:
        return _named(name)
    code = int(octal, 8) if octal else int(next(filter(None, codes)), 16)
    return chr(code) if code < 0xD800 or 0xDFFF < code <= 0x10FFFF else REPLACEMENT


def _named(name: str) -> str:
    import unicodedata  # 1 MB that hardly any file needs

    try:
        return unicodedata.lookup(name)
    except KeyError:
        return REPLACEMENT


def number(raw: bytes) -> int | float | None:
    """Return the value of a number, None for one that is not real or not Python 3."""
    try:
        return int(raw) if raw.isdigit() else _rare_number(raw.decode("ascii", "replace"))
    except ValueError:
        return None


def _rare_number(text: str) -> int | float:
    try:
        return int(text, 0)
    except ValueError:
        return float(text)
