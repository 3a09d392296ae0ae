"""The Python front end: source bytes in, flow tree out. tree-sitter is loaded by the first `lower`."""

import re

from asynccost.flow.tree import Module


def lower(path: str, source: bytes, *, whole: bool = False, tokens: re.Pattern[bytes] | None = None) -> Module:
    """Lower one file: all of it, or only the functions worth it (see `slices`) unless `tokens` match."""
    from asynccost.python.lowering import lower_slices, lower_whole

    if whole or (tokens is not None and tokens.search(source)):
        return lower_whole(path, source)
    return lower_slices(path, source) or lower_whole(path, source)
