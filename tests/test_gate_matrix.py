"""The baseline passes every ordinary edit, in both languages: by file, by commit, with git and without."""

import json
import subprocess
from pathlib import Path

import pytest

from asynccost import gate, scanning
from asynccost.baseline import NAME, store
from asynccost.baseline.entry import entry_of
from asynccost.config import settings
from asynccost.gate import Question
from asynccost.model import Finding
from tests.gate_cases import CASES, LANGUAGES, Case, Files, Language


def put(root: Path, files: Files) -> None:
    """Make a folder hold just these files, beside what git and the baseline keep there."""
    for path in [p for p in root.rglob("*") if p.is_file() and not p.relative_to(root).parts[0].startswith(".")]:
        path.unlink()
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")


def git(root: Path, *arguments: str) -> str:
    """Run git in a folder, as somebody whose own settings do not matter."""
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *who, *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout


def found(root: Path, language: Language, question: Question) -> list[Finding]:
    """The new findings of a language's rule."""
    chosen = settings.load([str(root)], isolated=True, options={"select": [language.rule], "cache": False})
    report = gate.scan(scanning.project(scanning.Input([str(root)]), chosen), chosen, question)
    assert report.problems == []
    return report.fresh


@pytest.mark.parametrize("way", ["baseline", "baseline and git", "since"])
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
@pytest.mark.parametrize("language", LANGUAGES, ids=lambda lang: lang.name)
def test_matrix(tmp_path: Path, language: Language, case: Case, way: str) -> None:
    """A finding that was accepted passes wherever it went; one that was not fails, whatever was fixed for it."""
    put(tmp_path, language.files)
    question = Question(since="HEAD", use_baseline=False) if way == "since" else Question()
    if way != "since":
        accepted = found(tmp_path, language, Question(use_baseline=False))
        assert len(accepted) == 1
        (tmp_path / ".asynccost").mkdir()
        (tmp_path / NAME).write_text(store.text(map(entry_of, accepted)))
    if way != "baseline":
        git(tmp_path, "init", "-q")
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", "before")
    put(tmp_path, case.edit(language, language.files))
    if way != "baseline":
        git(tmp_path, "add", "-AN")  # git sees a rename only once it knows of the new file

    assert len(found(tmp_path, language, question)) == case.new


def test_a_case_changes_what_it_says() -> None:
    """No edit of the matrix is one that did nothing."""
    for language in LANGUAGES:
        texts = [json.dumps(case.edit(language, language.files)) for case in CASES]
        assert len(set(texts)) == len(CASES)
