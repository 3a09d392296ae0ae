"""`asynccost init`: shows what it would write, writes what is not there, and replaces nothing."""

import json
import re
from pathlib import Path

import pytest

from asynccost.adopting.plans import PLANS, fitting
from tests.gate_cases import PYTHON
from tests.test_cli import run
from tests.test_gate_matrix import git, put

CONFIG = """repos:
  - repo: https://example.org/hooks
    rev: v1
    hooks:
      - id: other
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "-q")
    return tmp_path


def test_shows_the_diff_and_asks_first(here: Path) -> None:
    done = run("init", code=2)
    assert "+++ b/.pre-commit-config.yaml" in done.stdout
    assert "nothing was written: there is no terminal to ask at; add --yes" in done.stderr
    assert [p.name for p in here.iterdir()] == [".git"]


def test_everything_at_once_and_then_nothing(here: Path) -> None:
    run("init", "--pre-commit", "--ci", "github", "--ci", "gitlab", "--merge-driver", "--yes")
    assert git(here, "config", "merge.asynccost.driver") == "asynccost baseline merge %O %A %B\n"
    before = {p: p.read_bytes() for p in here.rglob("*.y*ml")}
    assert len(before) == 3
    done = run("init", "--pre-commit", "--ci", "github", "--ci", "gitlab")
    assert done.stdout == ""
    assert done.stderr.endswith("asynccost: there is nothing to write\n")
    assert {p: p.read_bytes() for p in here.rglob("*.y*ml")} == before


def test_what_fits_a_project(here: Path) -> None:
    assert fitting(here, "") == ["pre-commit"]
    assert fitting(here, "origin https://gitlab.com/a/b (fetch)") == ["pre-commit", "gitlab"]
    put(here, PYTHON.files)
    run("baseline", "create")
    (here / ".github").mkdir()
    assert fitting(here, "") == ["pre-commit", "github", "merge-driver"]


class TestFilesThatAreThere:
    """They get lines at their end where that is safe, and advice where it is not."""

    def test_a_hook_joins_the_others(self, here: Path) -> None:
        path = here / ".pre-commit-config.yaml"
        path.write_text(CONFIG)
        run("init", "--pre-commit", "--yes")
        assert path.read_text().startswith(CONFIG + "  - repo: local\n    hooks:\n    - id: asynccost\n")

    def test_a_list_that_does_not_end_the_file_is_left_alone(self, here: Path) -> None:
        path = here / ".pre-commit-config.yaml"
        path.write_text(f"{CONFIG}ci:\n  autofix_prs: false\n")
        assert "put this into its list of repos by hand:\n- repo: local" in run("init", "--pre-commit", "--yes").stderr
        assert path.read_text() == f"{CONFIG}ci:\n  autofix_prs: false\n"

    def test_pytest_options_get_a_line(self, here: Path) -> None:
        path = here / "pyproject.toml"
        path.write_text('[tool.pytest.ini_options]\naddopts = "-q"\n\n[tool.x]\ny = 1\n')
        assert fitting(here, "") == ["pre-commit", "pytest"]
        run("init", "--pytest", "--yes")
        now = '[tool.pytest.ini_options]\nasynccost = true\naddopts = "-q"\n\n[tool.x]\ny = 1\n'
        assert path.read_text() == now
        assert "speaks of asynccost already" in run("init", "--pytest", "--yes").stderr
        assert path.read_text() == now
        path.write_text("[tool.x]\n")
        assert "has no [tool.pytest.ini_options]" in run("init", "--pytest", "--yes").stderr

    def test_a_workflow_is_not_replaced(self, here: Path) -> None:
        path = here / ".github" / "workflows" / "asynccost.yml"
        path.parent.mkdir(parents=True)
        path.write_text("mine\n")
        assert "is there already; left as it is" in run("init", "--ci", "github", "--yes").stderr
        assert path.read_text() == "mine\n"

    def test_gitlab_gets_a_file_to_include(self, here: Path) -> None:
        (here / ".gitlab-ci.yml").write_text("test:\n  script: [x]\n")
        assert "include: [{local: .gitlab/asynccost.yml}]" in run("init", "--ci", "gitlab", "--yes").stderr
        assert (here / ".gitlab-ci.yml").read_text() == "test:\n  script: [x]\n"
        assert (here / ".gitlab" / "asynccost.yml").is_file()

    def test_attributes_keep_their_lines(self, here: Path) -> None:
        (here / ".gitattributes").write_text("*.png binary")
        run("init", "--merge-driver", "--yes")
        assert (here / ".gitattributes").read_text() == "*.png binary\n.asynccost/baseline.jsonl merge=asynccost\n"


@pytest.mark.parametrize("name", PLANS)
def test_every_command_in_what_is_written_is_one(tmp_path: Path, name: str) -> None:
    """The commands and options that files call exist; actions are pinned; nothing is left to fill in."""
    text = PLANS[name](tmp_path).after or ""
    assert "@VERSION@" not in text
    joined = re.sub(r"\\\n *|\n +(?=--)", " ", text)
    for command, rest in re.findall(r"asynccost (scan|diff)\b([^\n]*)", joined):
        known = run(command, "--help").stdout
        assert all(option in known for option in re.findall(r"--[a-z-]+", rest))
    assert all(re.search(r"@[0-9a-f]{40}\b", line) for line in text.splitlines() if "uses:" in line)


@pytest.mark.parametrize("name", ["pre-commit", "github", "gitlab"])
def test_what_is_written_is_yaml(tmp_path: Path, name: str) -> None:
    yaml = pytest.importorskip("yaml")
    assert json.loads(json.dumps(yaml.safe_load(PLANS[name](tmp_path).after), default=str))


def test_hooks_for_pre_commit_call_commands_that_exist() -> None:
    hooks = Path(__file__).parents[1] / ".pre-commit-hooks.yaml"
    if not hooks.exists():
        pytest.skip("only a checkout has hooks")
    for command, rest in re.findall(r"entry: asynccost (\w+)(.*)", hooks.read_text()):
        known = run(command, "--help").stdout
        assert all(option in known for option in rest.split())
