"""Whether a changed Python file is still one: the interpreter's own parser where it is new enough, else libcst."""

import warnings
from collections.abc import Callable


def broken(path: str, before: bytes, after: bytes) -> str | None:  # noqa: ARG001 - as for the other language
    """Why `after` is no Python though `before` was; None where it is. Both are UTF-8.

    The strictest parser that takes `before` decides: the compiler, which also knows where `await`, `return` and
    `nonlocal` may stand; its parser, for what a notebook exports; libcst, for syntax newer than the interpreter.
    """
    for opinion in (_compiled, _parsed, _by_libcst):
        said = opinion(after)
        if said is None:
            return None
        if opinion(before) is None:
            return said
    return "no parser takes the file, so that nobody can tell whether a fix breaks it"


def _compiled(source: bytes) -> str | None:
    return _asked(lambda: compile(source, "<fixed>", "exec", dont_inherit=True))


def _parsed(source: bytes) -> str | None:
    from ast import PyCF_ONLY_AST

    return _asked(lambda: compile(source, "<fixed>", "exec", PyCF_ONLY_AST, dont_inherit=True))


def _asked(parse: Callable[[], object]) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of invalid escapes and the like: they were there before
        try:
            parse()
        except SyntaxError as error:
            return f"line {error.lineno}: {error.msg}"
        except (ValueError, RecursionError, MemoryError) as error:  # a NUL byte; nested too deeply
            return str(error) or type(error).__name__
    return None


def _by_libcst(source: bytes) -> str | None:
    import libcst

    try:
        libcst.parse_module(source)
    except libcst.ParserSyntaxError as error:
        return f"line {error.raw_line}: {error.message}"
    return None
