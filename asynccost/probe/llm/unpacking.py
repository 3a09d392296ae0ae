"""Undoes the compression of a body as it comes in, with what this process has loaded already."""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Callable

ENOUGH = 16  # bytes by which an encoding is told
_PLAIN = re.compile(rb"\s*([{\[\":]|data|event|id|retry)[^\x00-\x08\x0e-\x1f]*$")
Unpack = Callable[[bytes], bytes]


class UnreadableError(Exception):
    """A body that cannot be read here; the text says why."""


def unpacker(start: bytes) -> Unpack:
    """What turns chunks of a body into plain ones, judged by its first bytes. Raises UnreadableError."""
    if _PLAIN.match(start[:ENOUGH]) or start[:1] == b"\x00":  # Bedrock's event stream begins with a length
        return bytes
    if start[:2] == b"\x1f\x8b" or start[:1] == b"\x78":
        return _guarded(zlib.decompressobj(47).decompress, zlib.error)
    if start[:4] == b"\x28\xb5\x2f\xfd":
        return _zstd()
    return _brotli()


def _zstd() -> Unpack:
    if module := sys.modules.get("zstandard"):
        return _guarded(module.ZstdDecompressor().decompressobj().decompress, module.ZstdError)
    if module := sys.modules.get("compression.zstd"):
        return _guarded(module.ZstdDecompressor().decompress, module.ZstdError)
    raise UnreadableError("the answer is compressed with zstd, which nothing here can read")


def _brotli() -> Unpack:
    """Brotli has no mark of its own: where the program can read it, it is tried."""
    if module := sys.modules.get("brotli") or sys.modules.get("brotlicffi"):
        decompressor = module.Decompressor()
        return _guarded(getattr(decompressor, "process", None) or decompressor.decompress, module.error)
    raise UnreadableError("the answer is in an encoding that nothing here can read")


def _guarded(unpack: Unpack, error: type[Exception]) -> Unpack:
    def guarded(chunk: bytes) -> bytes:
        try:
            return unpack(chunk)
        except error:
            raise UnreadableError("the answer's encoding is broken") from None

    return guarded
