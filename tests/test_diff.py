"""`asynccost diff`: commits, results, money, the comment and the gates."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from asynccost.model import Cost, Figure
from asynccost.report.difference import Difference, Row, difference
from asynccost.report.difference_formats import MARKER, as_json, markdown, text
from tests.gate_cases import PYTHON, TYPESCRIPT
from tests.test_cli import run
from tests.test_gate_git import WORSE
from tests.test_gate_matrix import git, put

CLIENT = """import httpx


async def crawl(urls):
    for url in urls:
        async with httpx.AsyncClient() as client:
            await client.get(url)
"""
SELECT = ("--select", "blocking-call,await-in-loop")


def cost(likely: float, per: str = "month", kind: str = "llm", scope: str = "") -> dict[str, Any]:
    figure = Figure("calls", likely, "calls", "measured", "trace.json")
    return asdict(Cost(likely, likely, likely, per, "calls", (figure,), kind, scope))


def row(name: str, price: dict[str, Any] | None = None) -> Row:
    return {
        "rule": "await-in-loop", "path": "a.py", "line": 1, "column": 1, "confidence": "high", "message": name,
        "fingerprint": name, "cost": price,
        "identity": {"function": name, "shape": name, "ordinal": 0, "names": name},
    }


def compared(before: list[Row], after: list[Row]) -> Difference:
    return difference(before, after, lambda _path, _scope: True, {}, ("main", "the work tree"))


class TestMoney:
    """Sums a month, each kind by itself; unit prices where nothing can be added up."""

    def test_what_a_change_adds(self) -> None:
        said = compared([row("a", cost(410))], [row("a", cost(410)), row("b", cost(38))])
        assert said.headline() == (
            "1 new finding, 0 fixed, 0 moved, 1 unchanged; +$38 a month for model calls (from $410 to $450)"
        )

    def test_savings_of_one_scope_overlap(self) -> None:
        one, other = row("a", cost(410, scope="s")), row("b", cost(38, scope="s"))
        said = compared([one], [one, other])
        assert [(m.before, m.after) for m in said.money] == [(410, 410)]

    def test_kinds_are_never_added(self) -> None:
        said = compared([], [row("a", cost(5)), row("b", cost(7, kind="infrastructure"))])
        assert [(m.kind, m.after) for m in said.money] == [("infrastructure", 7), ("llm", 5)]

    def test_unit_prices_stand_at_the_finding(self) -> None:
        said = compared([], [row("a", cost(0.42, per="million calls"))])
        assert said.money == []
        assert "about $0.42 per million calls" in text(said)
        assert "about $0.42 per million calls" in markdown(said)


class TestComment:
    """The markdown of a pull request's one comment."""

    def test_begins_with_the_marker(self) -> None:
        said = compared([row("gone")], [row("come")])
        assert markdown(said).startswith(f"{MARKER}\n### asynccost: 1 new finding, 1 fixed")
        assert "<details><summary>1 fixed</summary>" in markdown(said)

    def test_is_silent_where_nothing_changes(self) -> None:
        assert markdown(compared([row("a", cost(3))], [row("a", cost(3))])) == ""
        assert markdown(compared([row("a", cost(3))], [row("a", cost(4))])) != ""

    def test_fits_whatever_happens(self) -> None:
        many = [row(f"finding {n} <script> @all [x](y) `z` " + "long " * 30) for n in range(5_000)]
        for said in (compared([], many), compared(many, []), compared(many[:2_500], many[2_500:])):
            comment = markdown(said)
            assert len(comment) <= 60_000
            assert "findings did not fit here" in comment

    def test_text_of_others_stays_text(self) -> None:
        said = markdown(compared([], [row("</details><img src=x> @team")]))
        assert "<img" not in said
        assert "@team" not in said.replace("\\@team", "")

    def test_json(self) -> None:
        said = json.loads(as_json(compared([row("a")], [row("b", cost(2))])))
        assert [f["message"] for f in said["new"]] == ["b"]
        assert said["money"] == [{"kind": "llm", "per": "month", "currency": "USD", "before": 0.0, "after": 2}]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose branch `work` fixes one finding and adds another, committed."""
    monkeypatch.chdir(tmp_path)
    put(tmp_path, PYTHON.files | TYPESCRIPT.files)
    (tmp_path / ".gitignore").write_text(".asynccost_cache\n*.json\n")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "one")
    git(tmp_path, "checkout", "-qb", "work")
    put(tmp_path, PYTHON.files | {PYTHON.main: WORSE} | TYPESCRIPT.files)
    text = TYPESCRIPT.files[TYPESCRIPT.main].replace(TYPESCRIPT.flagged, TYPESCRIPT.fixed)
    (tmp_path / TYPESCRIPT.main).write_text(text)
    git(tmp_path, "commit", "-qam", "two")
    return tmp_path


@pytest.mark.usefixtures("here")
class TestCommand:
    """Arguments, outputs and gates."""

    def test_a_branch_against_the_default_one(self) -> None:
        said = run("diff", *SELECT).stdout.splitlines()
        assert said[0].startswith("new    app/media.py:10:5: blocking-call (high) ")
        assert said[1].startswith("fixed  app/media.ts:4:3: await-in-loop (high) ")
        assert said[2].startswith("1 new finding, 1 fixed, 0 moved, 1 unchanged (main (")

    def test_two_commits_and_two_results_say_the_same(self, here: Path) -> None:
        by_commit = json.loads(run("diff", "main", "work", "--format", "json", *SELECT).stdout)
        run("scan", *SELECT, "--format", "json=new.json", code=1)
        git(here, "checkout", "-q", "main")
        run("scan", *SELECT, "--format", "json=old.json", code=1)
        assert json.loads(run("diff", "main", "work", "--format", "json", *SELECT).stdout) == by_commit
        by_result = json.loads(run("diff", "old.json", "new.json", "--format", "json").stdout)
        assert {k: by_result[k] for k in ("new", "fixed")} == {k: by_commit[k] for k in ("new", "fixed")}
        assert json.loads(run("diff", "new.json", "--format", "json", *SELECT).stdout)["fixed"] == by_commit["new"]

    def test_money_follows_the_usage_that_is_said(self, here: Path) -> None:
        (here / "app" / "clients.py").write_text(CLIENT)
        rule = ("--select", "session-recreation")
        assert "about $" in run("diff", "main", *rule).stdout  # a unit price
        said = run("diff", "main", *rule, "--calls-per-month", "1e9", "--max-cost-increase", "0.01", code=1)
        assert " a month for machine time (from $0 to $" in said.stdout
        assert "--max-cost-increase 0.01: the change adds $" in said.stderr

    def test_gates(self) -> None:
        said = run("diff", "main", *SELECT, "--max-new", "0", code=1).stderr
        assert "--max-new 0: the change has 1 new finding" in said
        run("diff", "main", *SELECT, "--max-new", "1", "--max-cost-increase", "10")

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("nain",), 'there is no commit "nain" in this clone; run: git fetch origin nain'),
            (("main", "nain"), 'there is no commit "nain"'),
            (("gone.json",), "gone.json: cannot be read"),
            (("gone.json", "main"), "compare two of a kind"),
            (("main", "--format", "sarif"), 'there is no output format "sarif"; they are text, markdown, json'),
        ],
    )
    def test_refused(self, arguments: tuple[str, ...], sentence: str) -> None:
        assert sentence in run("diff", *arguments, code=2).stderr


def test_a_cost_gate_names_what_rises() -> None:
    from asynccost.cli.diff_job import Gates

    said = compared([], [row("a", cost(38))])
    assert Gates(None, 10).failed(said) == ["--max-cost-increase 10: the change adds $38 a month for model calls"]
    assert Gates(1, 40).failed(said) == []
