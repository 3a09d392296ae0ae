"""Whether a function that a finding once stood in is still there: asked only where a finding seems to be gone."""

from collections.abc import Callable, Iterable
from functools import cache

from asynccost.baseline.match import Stands
from asynccost.files.decoding import decode
from asynccost.files.kinds import language_of


def standing(read: Callable[[str], bytes], paths: Iterable[str]) -> Stands:
    """Answers for the files of these paths as `read` gives them.

    Of a file that cannot be read or parsed every function still stands: a doubt must not let a finding pass.
    """
    there = frozenset(paths)

    @cache
    def scopes(path: str) -> frozenset[str] | None:
        return _scopes(path, read(path)) if path in there else frozenset()

    def stands(path: str, scope: str) -> bool:
        found = scopes(path)
        return found is None or scope in found

    return stands


def _scopes(path: str, data: bytes) -> frozenset[str] | None:
    """The names of all functions of a file and, for its top level, an empty one; None where they cannot be told."""
    from asynccost.flow.indexing import index_module
    from asynccost.flow.shape import scope_names

    language = language_of(path)
    source = decode(data, path, language).data if language else None
    if source is None:
        return None
    try:
        if language == "python":
            from asynccost import python

            module = python.lower(path, source, whole=True)
        else:
            from asynccost import javascript

            module = javascript.lower(path, source)
        index_module(module)
    except RecursionError:
        return None
    return None if module.broken else scope_names(module)
