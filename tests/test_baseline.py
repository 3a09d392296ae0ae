"""The baseline's file, its merge, and the commands that write it."""

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from asynccost.baseline import NAME, store
from asynccost.baseline.entry import Entry
from asynccost.baseline.match import match
from asynccost.baseline.three_way import merged
from asynccost.errors import BaselineError
from asynccost.fingerprints import digest
from tests.gate_cases import PYTHON, TYPESCRIPT
from tests.test_cli import run
from tests.test_gate_matrix import git, put


def entry(text: str, function: str = "f", path: str = "a.py", ordinal: int = 0) -> Entry:
    shape = digest(text)
    made = Entry(path, "await-in-loop", function, shape, 0, "", "high", tuple(text.split()))
    return made.at(ordinal) if ordinal else made


A, B, C = entry("a one"), entry("b two"), entry("c three")


def always(_path: str, _scope: str) -> bool:
    return True


class TestMerge:
    """Three-way: what either side removed is gone, what either side added is there, counts never grow loose."""

    def test_each_side_removes_and_adds(self) -> None:
        assert merged([A, B], [A, C], [B]) == sorted([C])

    def test_both_add_the_same(self) -> None:
        assert merged([], [A], [A]) == [A]

    def test_two_copies_of_which_each_side_removed_one(self) -> None:
        assert merged([A, A.at(1)], [A], [A]) == []

    def test_one_side_removes_a_copy_and_the_other_adds_one(self) -> None:
        assert len(merged([A], [], [A, A.at(1)])) == 1

    def test_what_one_side_adds_goes_along_where_the_other_renames_the_function(self) -> None:
        renamed, added = A.within("a.py", "g"), B.within("a.py", "g")
        assert merged([A], [renamed], [A, B]) == sorted([renamed, added])

    def test_is_symmetric(self) -> None:
        assert merged([A, B], [A, C], [B, C]) == merged([A, B], [B, C], [A, C])


class TestFile:
    """Sorted lines; conflict markers; one sentence for what cannot be read."""

    def test_the_same_whatever_the_order(self) -> None:
        text = store.text([C, A, B])
        assert text == store.text([B, C, A])
        assert store.parse(text, "x").entries == tuple(sorted([A, B, C]))
        assert json.loads(text.splitlines()[0])["asynccost_baseline"] == store.SCHEMA

    @pytest.mark.parametrize("base", [False, True], ids=["merge", "diff3"])
    def test_a_conflict_counts_as_what_both_sides_hold(self, base: bool) -> None:
        a, b, c = (store.text([e]).splitlines()[1] for e in (A, B, C))
        old = ["||||||| old", a] if base else []
        lines = [store.text([]).rstrip(), "<<<<<<< ours", a, b, *old, "=======", a, c, ">>>>>>> theirs"]
        read = store.parse("\n".join(lines), "x")
        assert read.entries == (A,)
        assert read.conflicts == 1

    @pytest.mark.parametrize(
        ("line", "sentence"),
        [
            ("{", "base.jsonl:2: not a line of a baseline: '{' is no JSON"),
            ("[]", "base.jsonl:2: not a line of a baseline: not an object"),
            ('{"path": "a"}', 'base.jsonl:2: not a line of a baseline: "rule" is missing'),
            ('{"asynccost_baseline": 9}', "written by another version of asynccost"),
            ("<<<<<<< ours", "base.jsonl:2: a merge conflict begins here and does not end"),
        ],
    )
    def test_what_cannot_be_read(self, line: str, sentence: str) -> None:
        with pytest.raises(BaselineError, match=r"base\.jsonl") as caught:
            store.parse(f"{store.text([])}{line}\n", "base.jsonl")
        assert sentence in str(caught.value)


def test_a_fixed_finding_pays_for_no_other_in_its_function() -> None:
    """Statements that name nothing alike are two findings, not one that was edited."""
    assert match([A], [B], always).fresh == [B]
    edited = entry("a one timeout")
    assert match([A], [edited], always).pairs == [(A, edited)]


def test_copies_of_one_function_are_counted() -> None:
    said = match([A, A.at(1)], [A, A.at(1), A.at(2)], always)
    assert Counter(map(len, (said.pairs, said.stale, said.fresh))) == Counter([2, 0, 1])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    put(tmp_path, PYTHON.files | TYPESCRIPT.files)
    git(tmp_path, "init", "-q")
    return tmp_path


SELECT = ("--select", "blocking-call,await-in-loop")


class TestCommands:
    """create, update, prune, show, and a scan that obeys."""

    def test_create_then_only_new_findings_count(self, here: Path) -> None:
        run("scan", *SELECT, code=1)
        assert "Accepted 2 findings in .asynccost/baseline.jsonl" in run("baseline", "create", *SELECT).stdout
        assert "0 new findings in 4 files; 2 known from .asynccost/baseline.jsonl." in run("scan", *SELECT).stdout
        run("scan", *SELECT, "--no-baseline", code=1)
        assert "is there already" in run("baseline", "create", *SELECT, code=2).stderr

        path = here / PYTHON.main
        path.write_text(path.read_text().replace(PYTHON.nothing, PYTHON.different))
        text = run("scan", *SELECT, "--format", "concise", code=1).stdout
        assert text.startswith("app/media.py:10:5: blocking-call")
        assert "1 new finding in 4 files; 2 known" in text

    def test_machine_formats_show_known_findings_and_say_so(self, here: Path) -> None:
        run("baseline", "create", *SELECT)
        path = here / PYTHON.main
        path.write_text(path.read_text().replace("convert(", "convert_all(").replace(PYTHON.nothing, PYTHON.different))
        done = run("scan", *SELECT, "--format", "json", "--output-format", "sarif=x.sarif", code=1)
        said = json.loads(done.stdout)
        assert [f["status"] for f in said["findings"]] == ["moved", "new", "known"]
        assert said["summary"]["by_status"] == {"new": 1, "known": 1, "moved": 1}
        assert said["summary"]["compared_with"] == [".asynccost/baseline.jsonl"]
        results = json.loads((here / "x.sarif").read_text())["runs"][0]["results"]
        assert sorted(r["baselineState"] for r in results) == ["new", "unchanged", "updated"]

    def test_update_adds_nothing_unless_allowed(self, here: Path) -> None:
        run("baseline", "create", *SELECT)
        path = here / PYTHON.main
        path.write_text(path.read_text().replace(PYTHON.flagged, PYTHON.different * 2))
        said = run("baseline", "update", *SELECT).stdout
        assert "left out" in said
        run("scan", *SELECT, code=1)
        assert "added" in run("baseline", "update", *SELECT, "--allow-new").stdout
        run("scan", *SELECT)
        before = (here / NAME).read_bytes()
        run("baseline", "update", *SELECT)
        assert (here / NAME).read_bytes() == before

    def test_stale_entries_are_told_and_pruned(self, here: Path) -> None:
        run("baseline", "create", *SELECT)
        path = here / PYTHON.main
        path.write_text(path.read_text().replace(PYTHON.flagged, PYTHON.fixed))
        done = run("scan", *SELECT)
        assert "1 finding of .asynccost/baseline.jsonl can no longer be found; asynccost baseline prune" in done.stderr
        assert "--fail-on-stale: the baseline holds 1 finding" in run("scan", *SELECT, "--fail-on-stale", code=1).stderr
        assert run("scan", "--select", "await-in-loop", "--fail-on-stale").stderr == ""
        assert "dropped 1 finding, 1 left" in run("baseline", "prune", *SELECT).stdout
        run("scan", *SELECT, "--fail-on-stale")

    def test_a_conflict_in_the_file_is_told_and_counts_against_both_sides(self, here: Path) -> None:
        run("baseline", "create", *SELECT)
        path = here / NAME
        head, *rows = path.read_text().splitlines(keepends=True)
        path.write_text(f"{head}<<<<<<< ours\n{rows[0]}=======\n{rows[1]}>>>>>>> theirs\n")
        done = run("scan", *SELECT, code=1)
        assert "2 new findings" in done.stdout
        assert "has merge conflicts (1); only what stands on both sides of them counts as known" in done.stderr

    def test_a_part_of_the_project_gets_the_same_answer(self, here: Path) -> None:
        run("baseline", "create", *SELECT)
        (here / PYTHON.main).rename(here / "app" / "moved.py")
        run("scan", *SELECT, "app/moved.py")
        run("scan", *SELECT, "--shard", "1/2")
        moved = (here / "app" / "moved.py").read_text()
        (here / PYTHON.main).write_text(moved)
        run("scan", *SELECT, "app/moved.py", code=1)

    def test_show_lists_what_is_accepted(self) -> None:
        assert "there is no baseline" in run("baseline", "show", code=2).stderr

    @pytest.mark.usefixtures("here")
    def test_show(self) -> None:
        run("baseline", "create", *SELECT)
        text = run("baseline", "show").stdout
        assert "app/media.py blocking-call in convert: " in text
        assert "     1  await-in-loop\n" in text
        assert "No such option" in run("baseline", "show", *SELECT, code=2).stderr  # it shows all of it

    def test_git_merges_with_the_driver(self, here: Path) -> None:
        run("baseline", "create", *SELECT)
        (here / ".gitattributes").write_text(f"{NAME} merge=asynccost\n")
        driver = f"{sys.executable} -m asynccost baseline merge %O %A %B"
        git(here, "config", "merge.asynccost.driver", driver)
        git(here, "add", "-A")
        git(here, "commit", "-qm", "base")
        git(here, "checkout", "-qb", "fix")
        lines = (here / NAME).read_text().splitlines(keepends=True)
        (here / NAME).write_text("".join(lines[:2]))
        git(here, "commit", "-qam", "fix one")
        git(here, "checkout", "-q", "-")
        (here / NAME).write_text(lines[0] + lines[2])
        git(here, "commit", "-qam", "fix the other")
        git(here, "merge", "-q", "--no-edit", "fix")
        assert store.load(str(here / NAME)).entries == ()


class TestRefusals:
    """Options that contradict each other, and baselines that cannot be read."""

    @pytest.mark.usefixtures("here")
    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("--baseline", "x", "--no-baseline"), "use one of them"),
            (("--since", "HEAD", "--staged"), "use one of them"),
            (("--scope", "lines"), "add --since REF or --staged"),
            (("--baseline", "gone.jsonl"), "gone.jsonl: cannot be read"),
            (("--baseline", "app/media.py"), "app/media.py:1: not a line of a baseline"),
        ],
    )
    def test_refused(self, arguments: tuple[str, ...], sentence: str) -> None:
        assert sentence in run("scan", *arguments, code=2).stderr
