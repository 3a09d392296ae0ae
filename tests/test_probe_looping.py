"""What runs again within a function, on every Python: judged by the loops that the source says."""

from __future__ import annotations

import ast
import asyncio
import http
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from asynccost.probe.looping import stretches

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, ModuleType

_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _lines(code: CodeType) -> set[int]:
    """Those of the loops' instructions."""
    line = {at: number for start, end, number in code.co_lines() if number for at in range(start, end, 2)}
    return {line[at] for start, end in stretches(code) for at in range(start, end, 2) if at in line}


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if inspect.iscode(constant):
            yield from _codes(constant)


async def once(ask: Any) -> Any:
    async with ask() as first:
        if await first.read():
            async with ask(first) as second:
                return await second.read()
        try:
            await ask()
        finally:
            with ask():
                await ask()
    return await ask()


async def again(ask: Any, items: list[Any]) -> None:
    async with ask():
        pass
    for item in items:  # these six lines
        try:
            async with ask() as asked:
                await asked(item)
        except ValueError:
            await ask(item)
    await ask()


def test_waiting_is_no_loop() -> None:
    """An await, and a `with` that swallows an error or returns, may jump back from behind a function's end."""
    assert stretches(once.__code__) == ()
    first = again.__code__.co_firstlineno
    assert _lines(again.__code__) == set(range(first + 3, first + 9))


@pytest.mark.parametrize("package", [asyncio, http])
def test_a_loop_is_what_the_source_calls_so(package: ModuleType) -> None:
    for file in sorted(Path(package.__path__[0]).glob("*.py")):
        source = file.read_text("utf-8")
        loops = [node for node in ast.walk(ast.parse(source)) if isinstance(node, _LOOPS)]
        said = {line for node in loops for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
        found = {line for code in _codes(compile(source, str(file), "exec")) for line in _lines(code)}
        assert found <= said, file.name
        assert bool(found) == bool(said), file.name
