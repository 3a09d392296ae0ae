"""Judges every fix against the fixtures; never edited for a new one."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from asynccost import fixer
from asynccost.cli.group import group
from asynccost.config.settings import Settings
from asynccost.files.sources import Source
from asynccost.fixer import making
from asynccost.model import Confidence, Finding
from asynccost.rulebook import Rule, load
from tests.fixtures import LANGUAGE, ROOT, Fixture, after, fixtures, scan, shown

FIXTURES = fixtures()
FIXED = [f for f in FIXTURES if after(f) is not None]
SHOWN = [f for f in FIXTURES if shown(f) is not None]


def fix(files: Mapping[str, bytes], *rules: str, unsafe: bool = True, **options: Any) -> fixer.Outcome:
    """What `fix` makes of sources that lie in memory, by these rules alone."""
    sources = [Source(p, f"/nowhere/{p}", LANGUAGE["." + p.rpartition(".")[2]], len(t), 0, 0) for p, t in files.items()]
    settings = Settings("/nowhere", select=rules, cache=False, jobs=1)
    return fixer.fix(fixer.Task(sources, None, settings, files, unsafe=unsafe, **options))


def show(files: Mapping[str, bytes], *rules: str) -> fixer.Outcome:
    """What sources would be, were every fix made that is only shown."""
    with patch.object(making.Making, "permits", lambda _making, _safety: True):
        return fix(files, *rules)


def sure(findings: Sequence[Finding]) -> Counter[str]:
    """How many findings of each rule are shown without asking."""
    return Counter(f.rule for f in findings if f.confidence is not Confidence.LOW)


@pytest.mark.parametrize("fixture", FIXED, ids=lambda f: f.name)
def test_a_fix_writes_what_the_fixture_says(fixture: Fixture) -> None:
    """`after` is the exact result; a second run changes nothing; what was fixed is gone, and nothing new has come."""
    outcome = fix(fixture.files, fixture.rule)
    result = {**fixture.files, **outcome.after}

    assert {p: t.decode() for p, t in result.items()} == {p: t.decode() for p, t in (after(fixture) or {}).items()}
    assert [left for left in outcome.left if left.kind in ("undone", "overlapping")] == []
    assert fix(result, fixture.rule).after == {}
    before, now = sure(scan(fixture.files)[0]), sure(scan(result)[0])
    assert now[fixture.rule] == before[fixture.rule] - len(outcome.fixed)
    assert now - before == Counter()


@pytest.mark.parametrize("fixture", SHOWN, ids=lambda f: f.name)
def test_a_fix_that_is_only_shown_is_one_that_could_be_made(fixture: Fixture) -> None:
    """`shown` is what the fixes make with those that are only shown: each could be committed once it is answered."""
    outcome = show(fixture.files, fixture.rule)

    said = shown(fixture) or {}
    assert {p: t.decode() for p, t in outcome.after.items()} == {p: t.decode() for p, t in said.items()}
    assert [left for left in outcome.left if left.kind in ("undone", "overlapping")] == []


def test_every_after_belongs_to_a_before() -> None:
    """A fixture that nothing is compared with would prove nothing."""
    known = {f"{f.name.partition('/')[0]}/{p}" for f in FIXED for p in after(f) or {}}
    alone = {f"{p.parent.name}/before{p.name.removeprefix('after')}" for p in ROOT.glob("*/after*") if p.is_file()}
    assert alone <= known
    asked = {f"{p.parent.name}/before{p.name.removeprefix('shown')}" for p in ROOT.glob("*/shown.*")}
    assert asked == {f.name for f in SHOWN}


@pytest.mark.parametrize(
    ("rule", "language"),
    [(r, lang) for r in load().values() for lang in r.languages if r.fixer(lang) is not None],
    ids=lambda v: v if isinstance(v, str) else v.name,
)
def test_every_fix_has_a_fixture(rule: Rule, language: str) -> None:
    """A rule that fixes in a language shows so, and its page says what it does and how safe that is."""
    shown = {LANGUAGE["." + p.rpartition(".")[2]] for f in FIXED if f.rule == rule.name for p in after(f) or {}}
    assert "\n## Fix\n" in rule.page, "no section ## Fix"
    assert language in shown, f"no after fixture in {language}"


def test_a_report_shows_what_fix_would_write(tmp_path: Path) -> None:
    """Edits in JSON count in the file as it lies on disk, a byte order mark and other encodings included."""
    text = "# coding: latin-1\n'caf\u00e9'\nimport asyncio\n\n\ndef start(do):\n    asyncio.create_task(do('\u00e9'))\n"
    files = {"latin.py": text.encode("latin-1"), "bom.py": b"\xef\xbb\xbf" + text.partition("\n")[2].encode()}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "asynccost.toml").write_text("")
    said = CliRunner().invoke(group, ["scan", str(tmp_path), "--format", "json", "--show-fixes"], standalone_mode=False)
    plain = CliRunner().invoke(group, ["scan", str(tmp_path), "--format", "json"], standalone_mode=False)

    assert [f["fix"]["edits"] for f in json.loads(plain.stdout)["findings"]] == [[], []]
    for finding in json.loads(said.stdout)["findings"]:
        data = files[finding["path"]]
        encoding = "latin-1" if finding["path"] == "latin.py" else "utf-8"
        for edit in reversed(finding["fix"]["edits"]):
            data = data[: edit["start_byte"]] + edit["text"].encode(encoding) + data[edit["end_byte"] :]
        assert data == fix(files, "dropped-task").after[finding["path"]]


def test_a_report_asks_the_whole_project_how_safe_a_fix_is(tmp_path: Path) -> None:
    """A client that a class could keep, but for what another file shows, is shown and said not to be applied."""
    fixture = next(f for f in FIXTURES if f.name == "session_recreation/kin_elsewhere/before")
    for path, text in fixture.files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(text)
    (tmp_path / "asynccost.toml").write_text("")
    said = CliRunner().invoke(group, ["scan", str(tmp_path), "--format", "json", "--show-fixes"], standalone_mode=False)

    shown = [f["fix"] for f in json.loads(said.stdout)["findings"] if f["function"] == "Maps.ask_route"]
    assert [(fix["safety"], bool(fix["edits"])) for fix in shown] == [("display-only", True)]
