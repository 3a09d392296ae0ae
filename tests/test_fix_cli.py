"""`asynccost fix` as people call it: exit codes, git, questions, and a command that judges."""

import json
import os
import pty
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from asynccost.cli.group import group
from asynccost.cost import words
from tests.test_fixer import git

DROPPED = "import asyncio\n\n\ndef start(work):\n    asyncio.create_task(work())\n"
HELD = """import asyncio

_background_tasks = set()


def start(work):
    task = asyncio.create_task(work())
    _background_tasks.add(task)
    task.add_done_callback(_background_tasks.discard)
"""
# floating promises of a page are reported, and nobody can say for their author how they should end
UNFIXED = "function f(xs) { xs.forEach(async (x) => { await fetch(x); throw x; }); }\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one finding that can be fixed, and the current folder in it."""
    (tmp_path / "asynccost.toml").write_text("")
    (tmp_path / ".gitignore").write_text("__pycache__\n.venv\n.asynccost_cache\n")
    (tmp_path / "app.py").write_text(DROPPED)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    """The command, its exit code as the shell would see it."""
    result = CliRunner().invoke(group, ["fix", *arguments], standalone_mode=False)
    if result.exception is None:
        result.exit_code = result.return_value or 0
    return result


def test_exit_codes_are_those_of_ruff(project: Path) -> None:
    """0 nothing left, 1 findings left, unless --exit-zero; --diff: 1 where there is something to change."""
    diff = run("--diff")
    assert (diff.exit_code, (project / "app.py").read_text()) == (1, DROPPED)
    assert run("--diff", "--exit-zero").exit_code == 0
    done = run()
    assert (done.exit_code, (project / "app.py").read_text()) == (0, HELD)
    assert done.stdout == "Fixed 1 finding in 1 file: 1 dropped-task.\n"
    assert (run("--diff", "--allow-dirty").exit_code, run("--allow-dirty").stdout) == (0, "Fixed nothing.\n")
    git(project, "checkout", "-q", ".")
    git(project, "apply", "-", stdin=diff.stdout_bytes)
    assert (project / "app.py").read_text() == HELD


def test_what_is_left_is_said_with_its_reason(project: Path) -> None:
    (project / "page.js").write_text(UNFIXED)
    git(project, "add", ".")
    git(project, "commit", "-qm", "two")
    left = run("--select", "dropped-task", "page.js")

    assert left.exit_code == 1
    assert left.stdout.startswith("page.js:1:18 dropped-task has ")
    assert "Fixed nothing.\nLeft 1 finding: 1 has " in left.stdout
    assert run("--exit-zero", "page.js").exit_code == 0
    assert run("--ignore", "dropped-task").exit_code == 0
    assert (project / "app.py").read_text() == DROPPED


def test_a_thread_is_only_shown_where_the_project_runs_on_a_python_without_to_thread(project: Path) -> None:
    """Python 3.8 has no asyncio.to_thread, and would evaluate `set[Task]`."""
    (project / "app.py").write_text(
        "import asyncio\nimport requests\n\n\nasync def ask(url):\n    asyncio.create_task(tell(url))\n"
        "    return requests.get(url, timeout=5)\n\n\nasync def tell(url):\n    await asyncio.open_connection(url)\n"
    )
    (project / "Dockerfile").write_text("FROM python:3.8-slim\n")
    result = run("--unsafe", "--allow-dirty", "--select", "blocking-call,dropped-task")

    assert "asyncio.to_thread() is of Python 3.9, and this project runs on 3.8" in result.stdout
    text = (project / "app.py").read_text()
    assert "to_thread" not in text
    assert '_background_tasks: "set[' in text or "_background_tasks = set()" in text


def test_a_set_says_what_it_holds_where_types_are_checked(project: Path) -> None:
    """mypy and pyright ask for that, also in a file whose functions say nothing of what they take."""
    (project / "pyproject.toml").write_text('[project]\nrequires-python = ">=3.10"\n[tool.mypy]\npretty = true\n')
    assert run("--allow-dirty").exit_code == 0
    assert (project / "app.py").read_text() == HELD.replace("_tasks = set()", "_tasks: set[asyncio.Task] = set()")


def test_a_dirty_tree_is_refused(project: Path) -> None:
    """Fixes must not mix with work that is not committed, and must be undoable by git."""
    (project / "asynccost.toml").write_text("# mine\n")
    refused = run()
    assert "asynccost.toml is changed since the last commit" in str(refused.exception)
    git(project, "checkout", "-q", ".")
    (project / "new.py").write_text(DROPPED)
    refused = run()
    assert "new.py is not known to git, so that a fix could not be undone" in str(refused.exception)
    assert (project / "app.py").read_text() == (project / "new.py").read_text() == DROPPED
    assert run("app.py").exit_code == 0
    assert run("--allow-dirty").exit_code == 0
    assert (project / "new.py").read_text() == HELD


def test_what_cannot_be_written_is_said(project: Path) -> None:
    """The other files are fixed all the same; exit code 2."""
    (project / "locked.py").write_text(DROPPED)
    git(project, "add", ".")
    git(project, "commit", "-qm", "two")
    (project / "locked.py").chmod(0o444)
    said = run("--allow-dirty")

    assert said.exit_code == 2
    assert f"not written: {project}/locked.py: is read-only and was left alone\n" in said.stdout
    assert "Fixed 1 finding in 1 file" in said.stdout
    assert ((project / "app.py").read_text(), (project / "locked.py").read_text()) == (HELD, DROPPED)


def test_interactive_needs_a_terminal(project: Path) -> None:
    assert "--interactive asks before each fix, and this is no terminal" in str(run("--interactive").exception)
    assert (project / "app.py").read_text() == DROPPED


@pytest.mark.parametrize(
    ("answers", "fixed"),
    [("n\ny\n", [False, True]), ("?\na\n", [True, True]), ("y\nq\n", [True, False]), ("q\n", [False, False])],
)
def test_interactive_makes_what_is_answered_with_yes(project: Path, answers: str, fixed: list[bool]) -> None:
    """On a terminal; each fix is shown first."""
    (project / "other.py").write_text(DROPPED)
    near, far = pty.openpty()
    os.write(near, answers.encode())
    code = "from asynccost.cli import main; main()"
    command = [sys.executable, "-c", code, "fix", "--interactive", "--allow-dirty"]
    with subprocess.Popen(command, stdin=far, stdout=far, stderr=far) as process:
        os.close(far)
        said = b""
        try:
            while part := os.read(near, 4096):
                said += part
        except OSError:  # the other side has gone
            pass
    os.close(near)

    assert process.returncode == int(not all(fixed)), said
    assert b"+    task = asyncio.create_task(work())" in said
    assert [(project / name).read_text() == HELD for name in ("app.py", "other.py")] == fixed


REBUILT = """import httpx

from app import start


class Provider:
    async def complete(self, url):
        async with httpx.AsyncClient() as client:
            return (await client.get(f"https://api.example.org/{url}")).text

    async def list(self):
        async with httpx.AsyncClient() as client:
            return (await client.get("https://api.example.org/models")).text

    async def check(self):
        async with httpx.AsyncClient() as client:
            return (await client.get("https://api.example.org/health")).text

    async def close(self):
        pass
"""


@pytest.mark.parametrize(
    ("options", "saves"),
    [
        ((), ""),
        (("--calls-per-month", "1e8"), "That saves about ${} a month of machine time ({}; 1 finding has no price).\n"),
    ],
)
def test_what_fixes_save_is_said_where_it_is_known(project: Path, options: tuple[str, ...], saves: str) -> None:
    """As a scan prices them: the fixed ones alone, added up; and how many of them have no price."""
    (project / "provider.py").write_text(REBUILT)
    run_scan = ["scan", "--format", "json", "--exit-zero", "provider.py", *options]
    cost = json.loads(CliRunner().invoke(group, run_scan).stdout)["findings"][0]["cost"]
    said = run("--allow-dirty", "--unsafe", *options)

    dollars = [words.dollars(cost[key]) for key in ("likely", "low", "high")]
    assert "Fixed 2 findings in 2 files: 1 dropped-task, 1 session-recreation.\n" in said.stdout, said.exception
    assert said.stdout.partition("session-recreation.\n")[2] == saves.format(dollars[0][1:], " to ".join(dollars[1:]))


def test_a_usage_file_that_cannot_be_read_changes_nothing(project: Path) -> None:
    (project / "usage.toml").write_text("calls = ")
    assert "usage.toml: not valid TOML" in str(run("--allow-dirty", "--usage", "usage.toml").exception)
    assert (project / "app.py").read_text() == DROPPED


# ---------------------------------------------------------------------- verify

TEST = """
import asyncio, {modules}

async def work(): return 1

async def main():
{calls}

asyncio.run(main())
"""


def _judge(project: Path, *modules: str, also: str = "") -> str:
    """A command that imports modules and starts their tasks."""
    calls = "".join(f"    {m}.start(work)\n" for m in modules)
    (project / "judge.py").write_text(TEST.format(modules=", ".join(modules), calls=calls) + also)
    git(project, "add", ".")
    git(project, "commit", "-qm", "judge")
    return f"{shlex.quote(sys.executable)} judge.py"


def test_verify_keeps_what_the_command_accepts(project: Path) -> None:
    """Which fix it does not accept is found by halving; that one is left out, with what the command said."""
    names = [f"part{n}" for n in range(5)]
    for name in names:
        (project / f"{name}.py").write_text(DROPPED)
    also = "assert not hasattr(part3, '_background_tasks'), 'part3 must stay as it is'\n"
    said = run("--verify", _judge(project, *names, also=also))

    assert said.exit_code == 1
    assert [(project / f"{n}.py").read_text() == HELD for n in names] == [True, True, True, False, True]
    assert "part3.py:5:5 dropped-task was left out: " in said.stdout
    assert "AssertionError: part3 must stay as it is) with it" in said.stdout
    assert "Fixed 5 findings in 5 files" in said.stdout
    assert git(project, "worktree", "list").count("\n") == 1
    assert sorted(p.name for p in project.glob("*.py")) == ["app.py", "judge.py", *(f"{n}.py" for n in names)]


def test_verify_refuses_a_command_that_does_not_look_at_the_copy(project: Path) -> None:
    """As with an editable install: the modules come from somewhere else."""
    command = _judge(project, "app")
    elsewhere = f"PYTHONPATH={shlex.quote(str(project))} {command.replace('judge.py', str(project / 'judge.py'))}"
    for blind in ("true", elsewhere):
        said = run("--verify", blind)
        assert "passes even when what would be fixed raises: it does not exercise the copy" in str(said.exception)
    assert (project / "app.py").read_text() == DROPPED


def test_verify_refuses_a_command_that_fails_anyhow(project: Path) -> None:
    said = run("--verify", _judge(project, "app", also="raise SystemExit(3)\n"))
    assert "fails (exit 3) before anything is fixed, so it cannot judge fixes" in str(said.exception)
    assert (project / "app.py").read_text() == DROPPED


def test_verify_sees_what_is_not_committed_and_what_is_installed(project: Path) -> None:
    """The copy holds uncommitted work, and links to ignored environments."""
    command = _judge(project, "app")
    (project / "app.py").write_text(DROPPED + "\n\nREADY = True\n")
    (project / "judge.py").unlink()
    (project / "late.py").write_text(TEST.format(modules="app", calls="    app.start(work)\n") + "assert app.READY\n")
    (project / ".venv").mkdir()
    (project / ".venv" / "installed").write_text("")
    said = run("--allow-dirty", "--verify", command.replace("judge", "late") + " && test -f .venv/installed")

    assert said.exit_code == 0, said.exception
    assert "with 1 fix: passes" in said.stderr
    assert (project / "app.py").read_text() == HELD + "\n\nREADY = True\n"
