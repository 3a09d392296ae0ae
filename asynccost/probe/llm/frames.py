"""Cuts an answer into JSON texts as its bytes come in; keeps no more than a frame, and of a long body its two ends."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 1 << 20  # bytes of one frame; a longer one is dropped
END = 1 << 16  # bytes kept of either end of a body without frames
_USAGE = re.compile(rb'"(usage|usageMetadata|meta)"\s*:\s*\{')
_EVENT = re.compile(rb"^(data|event|id|retry|:)")


class Lines:
    """Server-sent events, and JSON a line."""

    def __init__(self, *, events: bool) -> None:
        self._events = events
        self._rest = b""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The texts that are complete now."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LONGEST:
            self._rest = b""
        for line in lines:
            yield from self._text(line)

    def end(self) -> Iterator[bytes]:
        """What stands after the last line end."""
        yield from self._text(self._rest)
        self._rest = b""

    def _text(self, line: bytes) -> Iterator[bytes]:
        text = line.strip()
        if self._events:
            text = text[5:].strip() if text.startswith(b"data:") else b""
        if text.startswith(b"{"):
            yield text


class EventStream:
    """Bedrock's frames: two lengths and a checksum, headers, payload, a checksum. The payload is JSON."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The payloads that are complete now."""
        self._rest += chunk
        while len(self._rest) >= 12:
            size = int.from_bytes(self._rest[:4], "big")
            headers = int.from_bytes(self._rest[4:8], "big")
            if not 16 + headers <= size <= LONGEST:
                self._rest = b""  # no frame of ours
                return
            if len(self._rest) < size:
                return
            yield from _inner(self._rest[12 + headers : size - 4])
            self._rest = self._rest[size:]

    def end(self) -> Iterator[bytes]:
        """Nothing: a frame that is not complete says nothing."""
        self._rest = b""
        yield from ()


class Body:
    """A body in one piece: JSON as a whole, or, of one that is too long, what its ends say of usage."""

    def __init__(self) -> None:
        self._head = b""
        self._tail = b""
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Nothing before the end."""
        self._size += len(chunk)
        room = END - len(self._head)
        if room > 0:
            self._head, chunk = self._head + chunk[:room], chunk[room:]
        if chunk:
            self._tail = (self._tail + chunk)[-END:]
        yield from ()

    def end(self) -> Iterator[bytes]:
        """The whole text, each text of a list, or an object made of what is known."""
        if self._size <= len(self._head) + len(self._tail):
            whole = (self._head + self._tail).strip()
            yield from _members(whole) if whole.startswith(b"[") else [whole]
        else:
            yield from _ends(self._head, self._tail)
        self._head = self._tail = b""


Frames = Lines | EventStream | Body


def frames(start: bytes, wire: str) -> Frames:
    """What cuts an answer that begins so."""
    if start[:1] == b"\x00" and wire in ("converse", "invoke"):
        return EventStream()
    if _EVENT.match(start.lstrip()):
        return Lines(events=True)
    return Lines(events=False) if wire == "ollama" else Body()


def _inner(payload: bytes) -> Iterator[bytes]:
    """`invoke` wraps the model's own event once more: {"bytes": "<base64>"}."""
    if payload.startswith(b'{"bytes"'):
        try:
            payload = base64.b64decode(json.loads(payload)["bytes"])
        except (ValueError, KeyError, TypeError, binascii.Error):
            return
    if payload.startswith(b"{"):
        yield payload


def _members(whole: bytes) -> Iterator[bytes]:
    try:
        members = json.loads(whole)
    except ValueError:
        return
    for member in members:
        yield json.dumps(member).encode()


def _ends(head: bytes, tail: bytes) -> Iterator[bytes]:
    """The last object of usage in either end, and the model's name."""
    for part in (head, tail):
        if found := re.search(rb'"model"\s*:\s*"([^"\\]+)"', part):
            yield json.dumps({"model": found[1].decode("utf-8", "replace")}).encode()
        for found in list(_USAGE.finditer(part))[-1:]:
            try:
                value, _ = json.JSONDecoder().raw_decode(part[found.end() - 1 :].decode("utf-8", "replace"))
            except ValueError:
                continue
            yield json.dumps({found[1].decode(): value}).encode()
