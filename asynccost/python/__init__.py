"""The Python front end: source bytes in, flow tree out. tree-sitter is loaded by the first `lower`."""

from asynccost.flow.module import Module


def lower(path: str, source: bytes, *, whole: bool = False) -> Module:
    """Lower one file: all of it, or only the functions worth it (see `slices`)."""
    from asynccost.python.lowering import lower_slices, lower_whole

    if whole:
        return lower_whole(path, source)
    return lower_slices(path, source) or lower_whole(path, source)


def imported_names(path: str, source: bytes) -> set[str]:
    """The absolute dotted names that a file imports, as its lines show them."""
    from asynccost.python.imports import imported_names
    from asynccost.python.paths import package_name

    return imported_names(source, package_name(path))


def may_matter(source: bytes) -> bool:
    """Whether a function of a file has neighbouring awaits or awaits in a loop, as far as its text can tell."""
    from asynccost.python.shapes import NONE, shape
    from asynccost.python.slices import cut

    slices = cut(source)
    return slices is None or any(shape(source[piece.start : piece.end]) != NONE for piece in slices)
