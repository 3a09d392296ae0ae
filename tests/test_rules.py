"""Judges every rule against its card and its fixtures; never edited for a new rule."""

import re

import pytest

from asynccost.model import Confidence
from asynccost.rulebook import Rule, load
from tests.fixtures import LANGUAGE, Fixture, fixtures, scan

FIXTURES = fixtures()
SUFFIX = {"python": "py", "javascript": "jsx", "typescript": "ts", "js": "jsx", "ts": "ts", "tsx": "tsx", "vue": "vue"}
HEADINGS = ["Why it costs", "Example", "Instead", "When it stays silent"]


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda f: f.name)
def test_exactly_the_marked_lines_are_found(fixture: Fixture) -> None:
    """Findings of high and medium confidence stand on the marked lines, and nowhere else."""
    findings, _ = scan(fixture.files)
    sure = {(f.path, f.span.line, f.rule) for f in findings if f.confidence is not Confidence.LOW}
    rules = {rule for _, _, rule in fixture.expected | fixture.todo} | {fixture.rule}

    assert {place for place in sure if place[2] in rules} == fixture.expected


@pytest.mark.parametrize("rule", load().values(), ids=lambda r: r.name)
def test_every_language_has_fixtures(rule: Rule) -> None:
    """A rule shows in each of its languages what it finds and what it leaves alone."""
    mine = [f for f in FIXTURES if f.rule == rule.name]
    for language in rule.languages:
        here = [f for f in mine if any(LANGUAGE["." + p.rpartition(".")[2]] == language for p in f.files)]
        assert any(f.expected for f in here), f"no before fixture in {language}"
        assert any(not f.expected for f in here), f"no ok fixture in {language}"


@pytest.mark.parametrize("rule", load().values(), ids=lambda r: r.name)
def test_the_page_has_its_headings_and_its_examples_hold(rule: Rule) -> None:
    """The page's example is found, its cure is not."""
    sections = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", rule.page, re.S | re.M))
    assert [h for h in HEADINGS if h not in sections] == []
    for heading, wanted in (("Example", True), ("Instead", False)):
        blocks = re.findall(r"^```(\w+)\n(.*?)^```", sections[heading], re.S | re.M)
        assert blocks, f"no code under {heading}"
        for language, code in blocks:
            findings, _ = scan({f"example.{SUFFIX[language]}": code.encode()})
            assert any(f.rule == rule.name for f in findings) is wanted, (heading, language, code)
