"""Regular expressions mean the same in every Python that we run on."""

import ast
import re
from pathlib import Path

import pytest

import asynccost
from asynccost.rules import ROOT

FILES = [
    path for folder in (Path(asynccost.__file__).parent, Path(ROOT)) for path in sorted(folder.rglob("*.py"))
    if "sample" not in path.parts
]  # fmt: skip
POSSESSIVE = re.compile(r"\)(?:[*+?]|\{[\d,]+\})\+|\(\?>")


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_no_group_is_possessive(path: Path) -> None:
    """Python 3.11.0 to 3.11.4 match a possessive group wrongly (gh-106052); a possessive set of characters is sound."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
            text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
            assert not POSSESSIVE.search(text), f"{path}:{node.lineno}"
