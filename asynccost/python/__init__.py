"""The Python front end: source bytes in, flow tree out. tree-sitter is loaded by the first `lower`."""

from asynccost.flow.tree import Module


def lower(path: str, source: bytes, *, whole: bool = False) -> Module:
    """Lower one file: all of it, or only the functions worth it (see `slices`)."""
    from asynccost.python.lowering import lower_slices, lower_whole

    if whole:
        return lower_whole(path, source)
    return lower_slices(path, source) or lower_whole(path, source)
