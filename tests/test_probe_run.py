"""`asynccost run`: programs of all kinds, their children and their ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from asynccost.probe import tracefile
from asynccost.probe.trace import Calls, Tasks, Trace
from tests.probe_server import Server, running

pytest.importorskip("aiohttp")

FETCH = """
import asyncio, aiohttp, sys

async def main(url, times):
    async with aiohttp.ClientSession() as session:
        for number in range(times):
            async with session.get(f"{url}/ok/{number}") as response:
                await response.read()

def fetch(url, times=3):
    asyncio.run(main(url, times))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a module that makes requests."""
    (tmp_path / "fetching.py").write_text(FETCH)
    return tmp_path


def _run(folder: Path, *words: str, **env: str) -> tuple[subprocess.CompletedProcess[str], Trace]:
    command = [sys.executable, "-m", "asynccost", "run", "--trace", "t.jsonl", "--", *words]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **env}, capture_output=True, text=True, check=False, timeout=60
    )
    return done, tracefile.read(str(folder / "t.jsonl"))


def _requests(trace: Trace) -> int:
    return sum(call.requests for call in trace.rows(Calls))


@pytest.fixture(scope="module")
def server() -> Server:
    with running() as server:
        yield server


def _script(folder: Path, text: str) -> str:
    (folder / "app.py").write_text(f"import sys\nimport fetching\nurl = sys.argv[1]\n{text}\n")
    return "app.py"


def test_a_script_keeps_its_output_and_its_exit_code(folder: Path, server: Server) -> None:
    """The summary goes to standard error, with the place that is responsible."""
    done, trace = _run(folder, _script(folder, "fetching.fetch(url)\nprint('out')\nsys.exit(7)"), server.url)

    assert (done.returncode, done.stdout) == (7, "out\n")
    assert "watched 1 process" in done.stderr
    assert [(c.place.path, c.place.function, c.new, c.reused) for c in trace.rows(Calls)] == [
        ("fetching.py", "main", 1, 2)
    ]
    assert trace.processes[0].finished


def test_a_module_and_any_command(folder: Path, server: Server) -> None:
    """`-m module`, and a Python that is named."""
    _script(folder, "fetching.fetch(url)")

    assert _requests(_run(folder, "-m", "app", server.url)[1]) == 3
    assert _requests(_run(folder, sys.executable, "app.py", server.url)[1]) == 3


def test_children_by_fork_spawn_and_subprocess_are_counted(folder: Path, server: Server) -> None:
    """Each once, in a process of its own."""
    text = """
import multiprocessing, os, subprocess
if __name__ == "__main__":
    fetching.fetch(url, 1)
    for method in ("fork", "spawn"):
        child = multiprocessing.get_context(method).Process(target=fetching.fetch, args=(url, 2))
        child.start()
        child.join()
    subprocess.run([sys.executable, "-c", f"import fetching; fetching.fetch({url!r}, 4)"], check=True)
    if not os.fork():
        fetching.fetch(url, 8)
        sys.exit(0)
    os.wait()
"""
    done, trace = _run(folder, _script(folder, text), server.url)

    assert done.stderr.startswith("asynccost: watched "), done.stderr
    assert _requests(trace) == 1 + 2 + 2 + 4 + 8
    assert len(trace.processes) == 5
    assert [process for process in trace.processes if not process.finished] == []


@pytest.mark.parametrize("method", ["spawn", "fork"])
@pytest.mark.parametrize("ended", ["", "pool.close(); pool.join()"], ids=["terminated", "joined"])
def test_a_pool_is_counted_whole_although_a_with_kills_its_processes(
    folder: Path, server: Server, method: str, ended: str
) -> None:
    """`with Pool() as pool` ends by SIGTERM: what led to a result is written before the result is given away."""
    text = f"""
import multiprocessing
if __name__ == "__main__":
    with multiprocessing.get_context("{method}").Pool(2) as pool:
        pool.starmap(fetching.fetch, [(url, 2)] * 4, 1)
        {ended}
"""
    done, trace = _run(folder, _script(folder, text), server.url)
    clean = [process.finished for process in trace.processes]

    assert _requests(trace) == 8
    assert len(clean) == 3, done.stderr
    assert all(clean) or (not ended and "up to 1 s of it is missing" in done.stderr)


def test_a_child_that_is_killed_at_once_is_known(folder: Path, server: Server) -> None:
    """It had no second in which to write."""
    text = """
import glob, os, signal
if not os.fork():
    fetching.fetch(url)
    while not glob.glob(f"{os.environ['ASYNCCOST_RUN_FOLDER']}/{os.getpid()}-*.jsonl"):
        pass
    os.kill(os.getpid(), signal.SIGKILL)
os.wait()
"""
    done, trace = _run(folder, _script(folder, text), server.url)

    assert sorted(process.finished for process in trace.processes) == [False, True]
    assert "up to 1 s of it is missing" in done.stderr


def test_pytest_and_its_workers(folder: Path, server: Server) -> None:
    """A console script or a module; what tests do is counted in the process that ran them."""
    (folder / "test_it.py").write_text(
        "import os, fetching, pytest\n"
        "@pytest.mark.parametrize('times', [1, 2])\n"
        "def test_fetch(times):\n    fetching.fetch(os.environ['SERVER'], times)\n"
        "def test_fails():\n    assert not 'as it would without'\n"
    )
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {"SERVER": server.url, "PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PATH": path}
    for words, processes in (("-m", "pytest", "-q"), 1), (("pytest", "-q", "-p", "xdist", "-n", "2"), 3):
        done, trace = _run(folder, *words, **env)
        assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout
        assert "1 failed, 2 passed" in done.stdout
        assert _requests(trace) == 3
        assert [process.finished for process in trace.processes] == [True] * processes


@pytest.mark.parametrize(
    "end", ["os._exit(3)", "os.kill(os.getpid(), signal.SIGKILL)", "os.kill(os.getpid(), signal.SIGTERM)"]
)
def test_what_a_killed_program_had_written_stands_and_the_summary_says_what_may_be_missing(
    folder: Path, server: Server, end: str
) -> None:
    """The last line is at most a second old; no signal handler is ours."""
    text = f"""
import os, signal, glob
assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
fetching.fetch(url)
from asynccost.probe.engine import ENGINE
for _ in range(2):  # the second that the writer is in, and a whole one
    size = ENGINE._writer._size
    while ENGINE._writer._size == size:
        pass
{end}
"""
    done, trace = _run(folder, _script(folder, text), server.url)

    assert done.returncode == {"o": 3, "9": 137, "T": 143}["o" if "_exit" in end else "9" if "KILL" in end else "T"]
    assert _requests(trace) == 3
    assert "up to 1 s of it is missing" in done.stderr


def test_an_existing_sitecustomize_runs_too(folder: Path, server: Server) -> None:
    """Ours stands before it and calls it."""
    (folder / "site").mkdir()
    (folder / "site" / "sitecustomize.py").write_text("import builtins; builtins.customized = 5\n")
    script = _script(folder, "fetching.fetch(url)\nprint(customized, any('start' in p for p in sys.path))")
    done, trace = _run(folder, script, server.url, PYTHONPATH="site")

    assert done.stdout == "5 False\n"
    assert _requests(trace) == 3


def test_a_python_without_anything_of_ours_is_watched(folder: Path) -> None:
    """The probe needs nothing but the standard library; here it sees the tasks of a bare interpreter."""
    code = "import asyncio\nasync def f():\n t = asyncio.create_task(asyncio.sleep(9))\nasyncio.run(f())\n"
    (folder / "bare.py").write_text(code)
    _, trace = _run(folder, sys.executable, "-S", "bare.py")
    assert trace.processes == []  # -S reads no sitecustomize: told, not hidden

    done, trace = _run(folder, os.path.realpath(sys.executable), "bare.py")
    assert [(t.place.path, t.place.line, t.left) for t in trace.rows(Tasks)] == [("bare.py", 3, 1)], done.stderr


def test_what_cannot_be_run_is_said_in_one_sentence(folder: Path) -> None:
    """Exit code 2."""
    command = [sys.executable, "-m", "asynccost", "run", "--", "no-such-command"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr.startswith("asynccost: no-such-command: no such command")


def test_a_signal_for_the_run_reaches_the_program(folder: Path, server: Server) -> None:
    """The program may end in its own way; its exit code is the run's."""
    text = """
import signal
def end(*_):
    print("ended in its own way")
    sys.exit(5)
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
signal.pause()
"""
    script = _script(folder, text)
    command = [sys.executable, "-m", "asynccost", "run", "-q", "--", script, server.url]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)

    assert process.communicate(timeout=30)[0] == "ended in its own way\n"
    assert process.returncode == 5
