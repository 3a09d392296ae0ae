"""Rounds that look only at what a change concerns come to the same end as rounds that look at everything."""

from collections.abc import Mapping

import pytest

from asynccost.engine import passes
from asynccost.engine.rereading import Handed
from asynccost.fixer import Outcome, looks
from asynccost.model import Finding
from asynccost.rulebook import load
from tests import fixable
from tests.fixtures import fixtures
from tests.test_fixes import fix

FAR = 10**9  # of no project a part that small changes


def _said(outcome: Outcome) -> tuple[object, ...]:
    return outcome.after, outcome.fixed, [(left.finding, left.kind, left.why) for left in outcome.left]


def _both(files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> tuple[Outcome, Outcome, list[bool]]:
    """Fixed with every later look at what is near, and with every look at all; which of the former were near."""
    near: list[bool] = []
    scan = passes.scan

    def counted(*args: object, handed: Handed, **options: object) -> object:
        near.append(handed.near)
        return scan(*args, handed=handed, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(passes, "scan", counted)
    monkeypatch.setattr(looks, "LITTLE", 1)
    one = fix(files, *load())
    were = [*near]
    monkeypatch.setattr(looks, "LITTLE", FAR)
    return one, fix(files, *load()), were


@pytest.mark.parametrize("language", fixable.BOTH)
def test_near_looks_end_as_looks_at_everything_do(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other, near = _both(dict(fixable.sources(90, (language,))), monkeypatch)
    assert any(near)
    assert not near[-1]  # the last word has a look at everything
    assert _said(one) == _said(other)


@pytest.mark.parametrize("rule", sorted(load()))
def test_near_looks_at_files_that_ask_about_each_other(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixtures of several files, where one file's findings rest on another."""
    files = {
        f"{number}/{path}": text
        for number, fixture in enumerate(f for f in fixtures() if f.rule == rule and len(f.files) > 1)
        for path, text in fixture.files.items()
    }
    one, other, _ = _both(files, monkeypatch)
    assert _said(one) == _said(other)


def test_what_a_near_look_missed_is_seen_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """All is done again then, with looks at everything."""
    untouched = Handed.untouched

    def forgetful(handed: Handed, marks: Mapping[str, str]) -> dict[str, list[Finding]]:
        return {path: found[1:] for path, found in untouched(handed, marks).items()}

    monkeypatch.setattr(Handed, "untouched", forgetful)
    one, other, near = _both(dict(fixable.sources(90, ("python",))), monkeypatch)
    assert any(near)
    assert _said(one) == _said(other)
