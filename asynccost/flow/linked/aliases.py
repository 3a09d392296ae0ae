"""What an import that names no relative path may mean in the project: `@/api`, `$lib/api`, `@shop/api/orders/orders`.

A bundler's or compiler's settings say what such a head stands for. They are not read: the path behind the head finds
the module, and where the head is a package's scope it has to be the only one of that path.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_ROOTS = ("@/", "~/", "#/", "/", "~", "@@/")
_EXTENSION = re.compile(r"\.(?:[cm]?[jt]s|[jt]sx|vue|svelte)$")


class Spelling(NamedTuple):
    """One way to read a specifier: the end of a module's path. folder: lies on that path; only: no other ends so."""

    suffix: str
    folder: str = ""
    only: bool = False


def spellings(specifier: str) -> Iterator[Spelling]:
    """The ways to read a specifier, the nearest to its own words first."""
    if specifier.startswith(_ROOTS):
        specifier = specifier.lstrip("@~#/")
        yield Spelling(specifier)
    else:
        yield Spelling(specifier)
        head, slash, rest = specifier.partition("/")
        if slash and head[:1] in ("$", "#") and head[1:]:
            yield Spelling(specifier[1:])
        elif slash and head[:1] == "@" and rest:
            yield from _scoped(head[1:], rest)
    if "/" in specifier and (bare := _EXTENSION.sub("", specifier)) != specifier:
        yield from spellings(bare)


def _scoped(scope: str, path: str) -> Iterator[Spelling]:
    """`@components/Menu`, `@shop/api/orders/orders`, `@shop/api`: a folder, or a package of the same workspace."""
    yield Spelling(f"{scope}/{path}", only=True)
    package, slash, rest = path.partition("/")
    if not slash:
        yield Spelling(f"{package}/src", only=True)
        return
    yield Spelling(f"{package}/{rest}", only=True)
    yield Spelling(f"{package}/src/{rest}", only=True)
    yield Spelling(rest, folder="" if "/" in rest else package, only=True)
