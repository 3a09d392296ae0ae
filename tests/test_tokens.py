"""The fast way to ask for tokens says what the patterns themselves say."""

import re
from random import Random

import pytest

from asynccost.rulebook import load
from asynccost.tokens import Tokens, split
from tests.mutations import mutants
from tests.small_project import JAVASCRIPT, PYTHON

SOURCES = [(path, text.encode()) for path, text in {**PYTHON, **JAVASCRIPT}.items()]


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_the_rules_of_a_file_are_those_whose_pattern_matches(language: str) -> None:
    """For every rule, on sound files and on damaged ones, in whole and in part."""
    patterns = {r.name: r.tokens[language] for r in load().values() if language in r.languages}
    tokens = Tokens(patterns)
    for _, source in [*SOURCES, *((m.name, m.data[:20_000]) for m in mutants(SOURCES, 150, Random(3)))]:
        wanted = [name for name, pattern in patterns.items() if re.search(pattern.encode(), source)]
        assert tokens.rules(source) == wanted
        half = len(source) // 2
        part = any(re.search(pattern.encode(), source[half:]) for pattern in patterns.values())
        assert bool(tokens.search(source, half)) is part


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (r"\bword\b", b"a word", True),
        (r"\bword\b", b"a sword", False),
        (r"\bword\b", b"w\xc3\xb6rd", False),
        (r"\bword\b", b"\xffword\xff", True),
        (r"\b(?:one|two(?:ish)?|three)\b", b"twoish", True),
        (r"\b(?:one|two)\b", b"twoish", False),
        (r"(?i:client|pool)[\w.]*\(", b"MyClientFactory.of(", True),
        (r"(?i:client|pool)[\w.]*\(", b"MyClientFactory .of(", False),
        (r"use\w*Effect", b"x useLayoutEffect", True),
        (r"[Ee]ffect", b"an effect", True),
        (r"[Ee]ffect", b"an affect", False),
        (r"new \w*(?:Observer|Worker)", b"new MyWorker", True),
        (r"\n[ \t]*@[\w.]+\.(?:get|post)\b", b"\n  @app.get('/')", True),
        (r"@(?:\w+\.)*cache\b", b"@a.b.cache", True),
        (r"total\s*=\s*None|x[|)]y", b"total =\n None", True),
        (r"total\s*=\s*None|x[|)]y", b"x|y", True),
        (r"a\|b|cde", b"a|b", True),
        (r"(?:ab|cd)?efg", b"zefg", True),
        (r"x*yz\b", b"yz", True),
        (r"", b"anything", True),
    ],
)
def test_one_pattern(pattern: str, text: bytes, matches: bool) -> None:
    """Words, prefixes, any case, alternatives, and patterns that have no literal to go by."""
    assert bool(re.search(pattern.encode(), text)) is matches
    assert Tokens({"rule": pattern}).rules(text) == (["rule"] if matches else [])


def test_alternatives_are_split_at_the_top_only() -> None:
    """Not in groups, classes or behind a backslash."""
    assert split(r"a|b(?:c|d)|[|\]|]|\||e") == ["a", "b(?:c|d)", r"[|\]|]", r"\|", "e"]
