"""Whether a changed script is still one: oxc for every dialect, and esprima2, which is stricter, for JavaScript."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from types import ModuleType

from asynccost.javascript import components, dialect

Opinion = Callable[[bytes], str | None]


def broken(path: str, before: bytes, after: bytes) -> str | None:
    """Why `after` is no JavaScript or TypeScript though `before` was; None where it is. Both are UTF-8.

    Every parser that takes `before` must take `after`. Where none takes it (Flow, a newer proposal), the fix
    must at least not leave more for our own parser to stumble over.
    """
    name, before = _script(path, before)
    after = _script(path, after)[1]
    judged = False
    for opinion in _opinions(name):
        said = opinion(after)
        if said is not None and opinion(before) is None:
            return said
        judged = judged or said is None
    if judged or _stumbles(name, after) <= _stumbles(name, before):
        return None
    return "the parser stumbles where it did not before"


def _script(path: str, source: bytes) -> tuple[str, bytes]:
    if path.endswith(components.SUFFIXES):
        return components.script(source)
    return dialect.dialect_name(path), source


def _opinions(name: str) -> Iterator[Opinion]:
    yield partial(_by_oxc, kind={"javascript": "jsx", "typescript": "ts"}.get(name, name))
    if name == "javascript" and _esprima() is not None:
        yield _by_esprima


def _by_oxc(source: bytes, *, kind: str) -> str | None:
    import oxc_python

    parsed = oxc_python.parse(source.decode(), source_type=kind)
    return None if parsed.is_valid else "; ".join(e.message for e in parsed.errors[:1]) or "is not valid"


@cache
def _esprima() -> ModuleType | None:
    """esprima2; None where another package of the same import name shadows it."""
    import esprima

    return esprima if getattr(esprima, "__version__", (0,))[0] >= 6 else None


def _by_esprima(source: bytes) -> str | None:
    import esprima

    said = None
    for parse in (esprima.parseModule, esprima.parseScript):
        try:
            parse(source.decode(), jsx=True, tolerant=False)
        except esprima.Error as error:
            said = said or str(error)
        except RecursionError:
            said = said or "is nested too deeply"
        else:
            return None
    return said


def _stumbles(name: str, source: bytes) -> int:
    return len(dialect.parse(name, source).broken)
