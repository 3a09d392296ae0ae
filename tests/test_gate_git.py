"""What counts as new against a commit and in git's index: dirty trees, renames, shallow clones, partial staging."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from asynccost import gate, scanning
from asynccost.config import settings
from asynccost.errors import GitError
from asynccost.gate import Question
from tests.gate_cases import PYTHON, TYPESCRIPT, Files
from tests.test_cli import run
from tests.test_gate_matrix import git, put

RULES = ["blocking-call", "await-in-loop"]
OTHER = PYTHON.main.replace("media", "copy")


def new(root: Path, question: Question, paths: Sequence[str] = ()) -> list[tuple[str, int]]:
    """The places of new findings."""
    asked = [str(root / path) for path in paths] or [str(root)]
    chosen = settings.load(asked, isolated=True, options={"select": RULES, "jobs": 1})
    report = gate.scan(scanning.project(scanning.Input(asked), chosen), chosen, question)
    return [(f.path, f.span.line) for f in report.fresh]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one commit, which has a finding in each language."""
    put(tmp_path, PYTHON.files | TYPESCRIPT.files)
    (tmp_path / ".gitignore").write_text(".asynccost_cache\n")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "one")
    return tmp_path


def write(root: Path, files: Files) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def worse(text: str) -> str:
    """The Python file with one more finding, on line 10."""
    return text.replace(PYTHON.nothing, PYTHON.different)


WORSE = worse(PYTHON.files[PYTHON.main])
SINCE, STAGED = Question(since="main"), Question(staged=True)


class TestSince:
    """Against where the branch left another one."""

    def test_a_dirty_tree_counts(self, root: Path) -> None:
        write(root, {PYTHON.main: WORSE})
        assert new(root, SINCE) == [(PYTHON.main, 10)]

    def test_what_the_other_branch_did_since_is_not_ours(self, root: Path) -> None:
        git(root, "checkout", "-qb", "work")
        write(root, {PYTHON.main: WORSE})
        git(root, "commit", "-qam", "worse")
        git(root, "checkout", "-q", "main")
        write(root, {PYTHON.main: PYTHON.files[PYTHON.main].replace(PYTHON.flagged, PYTHON.fixed)})
        git(root, "commit", "-qam", "better")
        git(root, "checkout", "-q", "work")
        assert new(root, SINCE) == [(PYTHON.main, 10)]

    def test_untracked_files_are_new_and_deleted_ones_can_have_moved(self, root: Path) -> None:
        write(root, {OTHER: PYTHON.files[PYTHON.main]})
        assert new(root, SINCE) == [(OTHER, 5)]
        (root / PYTHON.main).unlink()
        assert new(root, SINCE) == []

    def test_a_file_list_gets_the_answer_of_the_whole(self, root: Path) -> None:
        write(root, {PYTHON.main: WORSE, OTHER: PYTHON.files[PYTHON.main]})
        assert new(root, SINCE, [OTHER]) == [(OTHER, 5)]
        assert new(root, SINCE, [PYTHON.main]) == [(PYTHON.main, 10)]
        assert new(root, SINCE, ["app/media.ts"]) == []

    def test_scopes(self, root: Path) -> None:
        write(root, {PYTHON.main: WORSE})
        assert new(root, Question(since="main", scope="files")) == [(PYTHON.main, 5), (PYTHON.main, 10)]
        assert new(root, Question(since="main", scope="lines")) == [(PYTHON.main, 10)]
        write(root, {PYTHON.main: WORSE.replace("    return name\n\n\nasync", "\n    return name\n\n\nasync")})
        assert new(root, Question(since="main", scope="lines")) == [(PYTHON.main, 11)]

    def test_lines_that_look_like_a_diff(self, root: Path) -> None:
        tricky = '"""\n++ b/app/nothing.py\n@@ -1,9 +1,9 @@\n"""\n'
        write(root, {PYTHON.main: tricky + WORSE})
        assert new(root, Question(since="main", scope="lines")) == [(PYTHON.main, 14)]

    def test_an_unknown_branch(self, root: Path) -> None:
        with pytest.raises(GitError, match='there is no commit "nain" in this clone; run: git fetch origin nain'):
            new(root, Question(since="nain"))

    def test_a_folder_without_git(self, tmp_path: Path) -> None:
        write(tmp_path, PYTHON.files)
        with pytest.raises(GitError, match="needs a git checkout"):
            new(tmp_path, SINCE)

    def test_a_shallow_clone_says_what_to_run_and_that_helps(self, root: Path, tmp_path: Path) -> None:
        git(root, "checkout", "-qb", "work")
        write(root, {PYTHON.main: WORSE})
        git(root, "commit", "-qam", "worse")
        clone = tmp_path / "clone"
        git(root, "clone", "-q", "--depth=1", "--branch=work", root.as_uri(), str(clone))
        with pytest.raises(GitError) as caught:
            new(clone, Question(since="origin/main"))
        assert "origin/main" in str(caught.value)
        _, _, command = str(caught.value).partition("run: git ")
        git(clone, *command.split())
        assert new(clone, Question(since="origin/main")) == [(PYTHON.main, 10)]

    def test_a_project_in_a_folder_of_the_checkout(self, root: Path) -> None:
        (root / "app" / "asynccost.toml").write_text(f"select = {RULES}\n")
        write(root, {PYTHON.main: WORSE, "outside.py": WORSE})
        chosen = settings.load([str(root / "app")], options={"cache": False})
        report = gate.scan(scanning.project(scanning.Input([str(root / "app")]), chosen), chosen, SINCE)
        assert [(f.path, f.span.line) for f in report.fresh] == [("media.py", 10)]


class TestStaged:
    """The index, not the work tree, against the last commit."""

    def test_what_is_not_staged_does_not_count(self, root: Path) -> None:
        write(root, {PYTHON.main: WORSE})
        assert new(root, STAGED) == []
        git(root, "add", "-A")
        assert new(root, STAGED) == [(PYTHON.main, 10)]

    def test_what_is_repaired_in_the_work_tree_only_still_counts(self, root: Path) -> None:
        write(root, {PYTHON.main: WORSE})
        git(root, "add", "-A")
        write(root, {PYTHON.main: PYTHON.files[PYTHON.main]})
        assert new(root, STAGED) == [(PYTHON.main, 10)]
        (root / PYTHON.main).unlink()
        assert new(root, STAGED) == [(PYTHON.main, 10)]

    def test_a_staged_file_that_is_gone_from_disk_and_an_untracked_one(self, root: Path) -> None:
        write(root, {OTHER: WORSE})
        git(root, "add", "-A")
        (root / OTHER).unlink()
        write(root, {"app/untracked.py": WORSE})
        assert new(root, STAGED) == [(OTHER, 5), (OTHER, 10)]

    def test_fixes_are_shown_for_what_is_in_the_index_alone(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(root, {"app/task.py": "import asyncio\n\n\ndef start(work):\n    asyncio.create_task(work())\n"})
        git(root, "add", "-A")
        (root / "app" / "task.py").unlink()
        monkeypatch.chdir(root)
        assert "add_done_callback" in run("scan", "--staged", "--format", "sarif", code=1).stdout

    def test_before_the_first_commit(self, tmp_path: Path) -> None:
        git(tmp_path, "init", "-q")
        write(tmp_path, PYTHON.files)
        git(tmp_path, "add", "-A")
        assert new(tmp_path, STAGED) == [(PYTHON.main, 5)]

    def test_scopes(self, root: Path) -> None:
        write(root, {PYTHON.main: WORSE})
        git(root, "add", "-A")
        assert new(root, Question(staged=True, scope="lines")) == [(PYTHON.main, 10)]
        assert new(root, Question(staged=True, scope="files")) == [(PYTHON.main, 5), (PYTHON.main, 10)]
