"""The pytest plugin, run as people run it: planted waste fails the test that meets it, with the line."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from asynccost.errors import BaselineError, SettingsError
from asynccost.probe.calls import Ledger
from asynccost.probe.recorder import Recorder, Table
from asynccost.probe.trace import Blocking, Calls, Clients, Place, Trace
from asynccost.testing import record
from asynccost.testing.counts import MEASURES, counts
from asynccost.testing.limits import limits, marked, steady
from tests.plugin_sample import AIOHTTP, FASTAPI, PLANTED, Sample

QUIET = ("-q", "-p", "no:cacheprovider", "-W", "ignore")


def run(
    folder: Path, *arguments: str, plant: bool = False, backwards: bool = False, quiet: tuple[str, ...] = QUIET
) -> subprocess.CompletedProcess[str]:
    """Run pytest in a project."""
    paths = (str(folder), os.environ.get("PYTHONPATH", ""))  # of the tree that is under test
    environment = {**os.environ, "PYTEST_ADDOPTS": "", "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    environment |= {"PLANT": "1" if plant else "", "REVERSED": "1" if backwards else ""}
    command = [sys.executable, "-m", "pytest", *quiet, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def failed(run: subprocess.CompletedProcess[str]) -> set[str]:
    """The names of the tests that did not pass."""
    return set(re.findall(r"^(?:FAILED|ERROR) test_service\.py::(\w+)", run.stdout, re.M))


Recorded = Callable[[Sample], Path]
both_samples = pytest.mark.parametrize("sample", [AIOHTTP, FASTAPI], ids=["aiohttp", "FastAPI and httpx"])


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Lays down a project whose tests are recorded as they are without planted waste, once."""
    made: dict[str, Path] = {}

    def lay_down(sample: Sample) -> Path:
        if sample is FASTAPI:
            pytest.importorskip("fastapi")
        if folder := made.get(sample.service):
            return folder
        folder = made[sample.service] = tmp_path_factory.mktemp("project")
        sample.write(folder)
        first = run(folder, "--asynccost-update")
        assert "the run fails once" in first.stdout.lower(), first.stdout
        assert first.returncode == 1
        assert failed(first) == set()
        again = run(folder, "--asynccost-update")
        assert again.returncode == 0, again.stdout
        return folder

    return lay_down


@pytest.fixture
def project(recorded: Recorded) -> Path:
    """The recorded project that asks by aiohttp."""
    return recorded(AIOHTTP)


@both_samples
def test_planted_waste_fails_the_test_that_meets_it(recorded: Recorded, sample: Sample) -> None:
    """Each with its line; what is not planted passes, and taking the waste out again makes all pass."""
    planted = run(recorded(sample), "--asynccost", "--asynccost-no-scan", plant=True)
    assert failed(planted) == set(sample.planted), planted.stdout
    for what, place in sample.planted.values():
        assert re.search(rf"[\d,]+ {what} \(recorded .*\)\n(    .*\n)*    {re.escape(place)}", planted.stdout), what
    reverted = run(recorded(sample), "--asynccost", "--asynccost-no-scan")
    assert reverted.returncode == 0, reverted.stdout


def test_what_a_run_tells(project: Path) -> None:
    """In its summary, as JSON, as a page and in JUnit's properties."""
    files = ("--asynccost-json=a/r.json", "--asynccost-html=r.html", "--junitxml=junit.xml")
    reverted = run(project, "--asynccost", "--asynccost-no-scan", *files)
    assert reverted.returncode == 0, reverted.stdout
    assert "8 tests watched: 9 clients built" in reverted.stdout
    told = json.loads((project / "a" / "r.json").read_text())
    assert told["totals"]["clients"] == 9
    assert {t["test"] for t in told["tests"]} >= {f"test_service.py::{name}" for name in PLANTED}
    assert '<property name="asynccost.serial" value="7"' in (project / "junit.xml").read_text()
    assert "What 8 tests did" in (project / "r.html").read_text()


@both_samples
def test_workers_of_xdist_find_the_same(recorded: Recorded, sample: Sample) -> None:
    pytest.importorskip("xdist")
    found = run(recorded(sample), "--asynccost", "--asynccost-no-scan", "-n", "2", plant=True)
    assert failed(found) == set(PLANTED), found.stdout
    assert "8 tests watched" in found.stdout


def test_numbers_do_not_depend_on_what_ran_before(project: Path) -> None:
    """As recorded, in reversed order, and alone."""

    def numbers(*which: str, backwards: bool = False) -> dict[str, dict[str, float]]:
        options = ("--asynccost", "--asynccost-no-scan", "--asynccost-json=order.json")
        done = run(project, *options, *which, backwards=backwards)
        assert done.returncode == 0, done.stdout
        told = json.loads((project / "order.json").read_text())["tests"]
        return {t["test"]: {m: t[m] for m in MEASURES if m in t and m != "block_ms"} for t in told}

    recorded = record.load(str(project / record.NAME))
    assert recorded is not None
    assert numbers(backwards=True) == recorded.tests
    for test in (test for test, did in recorded.tests.items() if did.keys() - {"clients", "connections"}):
        assert numbers(test) == {test: recorded.tests[test]}


def test_a_client_of_many_tests_is_charged_for_what_a_pool_would_not_open() -> None:
    """Its first test opens the connections for all of them; one that opens more than it needs is still seen."""
    here, there = Place("a.py", "f", 1), Place("b.py", "g", 2)
    call = Calls(here, there, "httpx", "GET", "http://x", "/", requests=8, new=8)
    built = Clients(there, "httpx", "Client", created=1, live=1)
    assert counts(Trace([], [call])).numbers() == {}
    assert counts(Trace([], [replace(call, avoidable=7)])).numbers() == {"connections": 7}
    lazy = counts(Trace([], [call, built]))
    assert lazy.numbers() == {"clients": 1, "leaked_sessions": 1, "connections": 8}
    assert lazy.without({"b.py::g"}).numbers() == {}


def test_each_table_remembers_its_own_requests() -> None:
    """A table may come to lie where another lay."""
    recorder = Recorder("", b"key")
    plans = Ledger(recorder).plans
    first = plans.history
    recorder.rows = Table()
    plans._turn_to(recorder.rows)
    assert plans.history is not first
    assert recorder.rows.memory == (plans.scopes, plans.history, plans.tallies)


@both_samples
@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_pytest_asyncio(tmp_path: Path, sample: Sample, mode: str) -> None:
    pytest.importorskip("pytest_asyncio")
    if sample is FASTAPI:
        pytest.importorskip("fastapi")
    sample.write(tmp_path, own_loop=False)
    if mode == "strict":
        path = tmp_path / "test_service.py"
        with_mark = "import pytest\n\npytestmark = pytest.mark.asyncio\n"
        path.write_text(path.read_text().replace("import pytest\n", with_mark, 1))
    options = ("-o", f"asyncio_mode={mode}", "-o", "asyncio_default_fixture_loop_scope=function", "--asynccost-no-scan")
    run(tmp_path, *options, "--asynccost-update")
    assert failed(run(tmp_path, *options, "--asynccost", plant=True)) == set(PLANTED)


def test_anyio(tmp_path: Path) -> None:
    """Its plugin runs a test's coroutine in a task of its own."""
    pytest.importorskip("anyio")
    AIOHTTP.write(tmp_path, own_loop=False)
    path = tmp_path / "test_service.py"
    path.write_text(path.read_text().replace("import pytest\n", "import pytest\n\npytestmark = pytest.mark.anyio\n", 1))
    conftest = tmp_path / "conftest.py"
    conftest.write_text(conftest.read_text() + '\n\n@pytest.fixture\ndef anyio_backend():\n    return "asyncio"\n')
    options = ("-o", "asyncio_default_fixture_loop_scope=function", "--asynccost-no-scan")
    run(tmp_path, *options, "--asynccost-update")
    planted = run(tmp_path, *options, "--asynccost", plant=True)
    assert failed(planted) == set(PLANTED), planted.stdout + planted.stderr


def test_pytest_aiohttp(tmp_path: Path) -> None:
    pytest.importorskip("pytest_aiohttp")
    AIOHTTP.write(tmp_path, own_loop=False)
    scope = ("-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function")
    options = (*scope, "--asynccost-no-scan")
    run(tmp_path, *options, "--asynccost-update")
    assert failed(run(tmp_path, *options, "--asynccost", plant=True)) == set(PLANTED)


def test_only_those_that_failed_last(project: Path) -> None:
    """`--lf` runs what went over its limits, and nothing else, until it holds them again."""
    options = ("--asynccost", "--asynccost-no-scan", "-o", "cache_dir=.cache")
    quiet = ("-q", "-W", "ignore")
    assert failed(run(project, *options, plant=True, quiet=quiet)) == set(PLANTED)
    again = run(project, *options, "--lf", plant=True, quiet=quiet)
    assert failed(again) == set(PLANTED)
    assert f"{len(PLANTED)} tests watched" in again.stdout
    assert run(project, *options, "--lf", quiet=quiet).returncode == 0


def test_a_test_that_is_run_again_is_counted_from_zero(project: Path) -> None:
    """rerunfailures: what is planted fails each time; what failed by chance is not charged for its first try."""
    pytest.importorskip("pytest_rerunfailures")
    options = ("--asynccost", "--asynccost-no-scan", "--reruns", "1")
    planted = run(project, *options, plant=True)
    assert failed(planted) == set(PLANTED), planted.stdout
    assert f"{len(PLANTED)} rerun" in planted.stdout
    assert run(project, *options).returncode == 0


def test_the_scan_is_an_item_of_the_run(tmp_path: Path) -> None:
    """It fails for a finding that the baseline lacks, passes once that is accepted, and -k holds for it."""
    (tmp_path / "asynccost.toml").write_text("")
    (tmp_path / "app.py").write_text("import asyncio\n\n\nasync def f():\n    asyncio.create_task(g())\n")
    (tmp_path / "test_a.py").write_text("def test_a():\n    pass\n")
    found = run(tmp_path, "--asynccost")
    assert "FAILED asynccost::new-findings" in found.stdout, found.stdout
    assert "app.py:5:5" in found.stdout
    assert "asynccost baseline create" in found.stdout
    assert run(tmp_path, "--asynccost", "-k", "test_a").returncode == 0
    create = [sys.executable, "-m", "asynccost", "baseline", "create"]
    subprocess.run(create, cwd=tmp_path, check=True, capture_output=True)
    assert run(tmp_path, "--asynccost").returncode == 0


def test_a_run_that_breaks_off_records_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text("import nothing_of_this_name\n")
    assert "is left as it was" in run(tmp_path, "--asynccost-update").stdout
    assert not (tmp_path / ".asynccost").exists()


def test_markers_and_the_fixture(tmp_path: Path) -> None:
    """A limit holds without a record; a wrong one is told; the fixture works with and without --asynccost."""
    AIOHTTP.write(tmp_path)
    (tmp_path / "test_service.py").write_text(
        (tmp_path / "test_service.py").read_text()
        + "\n\n@pytest.mark.asynccost(max_clients=0)\ndef test_limit(base):\n    asyncio.run(served(base, many))\n"
        "\n\n@pytest.mark.asynccost(max_conections=0)\ndef test_wrong(base):\n    asyncio.run(served(base, many))\n"
        "\n\ndef test_told(base, asynccost_probe):\n    asyncio.run(served(base, many))\n"
        "    told = asynccost_probe.counts\n"
        "    assert [told[m] for m in ('clients', 'connections', 'reused', 'leaked_sessions')] == [1, 1, 7, 0]\n"
    )
    plain = run(tmp_path, "-k", "told or limit or wrong")
    assert plain.returncode == 0, plain.stdout
    watched = run(tmp_path, "--asynccost", "-k", "told or limit or wrong")
    assert failed(watched) == {"test_limit", "test_wrong"}
    assert "1 clients built (the marker allows 0)" in watched.stdout
    assert 'there is no limit "max_conections"; did you mean "max_connections"?' in watched.stdout


def test_a_test_leaves_nothing_for_the_collector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A suite that calls gc.collect() is no slower for each test that has been watched before."""
    (tmp_path / "conftest.py").write_text(
        "import gc, pytest\n\n\ndef pytest_sessionfinish():\n    gc.collect()\n"
        "    print(f'tracked: {len(gc.get_objects())}')\n"
    )
    (tmp_path / "test_a.py").write_text(
        "import os, httpx, pytest\n\n\n@pytest.mark.parametrize('n', range(int(os.environ['TESTS'])))\n"
        "def test_a(n):\n"
        "    transport = httpx.MockTransport(lambda request: httpx.Response(200))\n"
        "    with httpx.Client(transport=transport) as client:\n"
        "        client.get(f'http://127.0.0.1:{8000 + n}/items')\n"  # as a server of its own would have another port
    )

    def tracked(tests: int, *options: str) -> int:
        monkeypatch.setenv("TESTS", str(tests))
        return int(re.findall(r"tracked: (\d+)", run(tmp_path, "-s", *options).stdout)[0])

    watch = ("--asynccost", "--asynccost-no-scan")
    ours = {tests: tracked(tests, *watch) - tracked(tests) for tests in (5, 305)}
    assert ours[305] - ours[5] < 200, ours  # the probe keeps up to 120 samples of how many clients were live


def test_ours_is_not_parsed_for_its_asserts(tmp_path: Path) -> None:
    """As pytest does with the package of a plugin."""
    (tmp_path / "conftest.py").write_text("import pytest\n\npytest.register_assert_rewrite('asynccost')\n")
    (tmp_path / "test_a.py").write_text(
        "import sys\n\n\ndef test_a():\n"
        "    it = {type(m.__loader__).__name__ for n, m in sys.modules.items() if n.startswith('asynccost.probe')}\n"
        "    assert it == {'SourceFileLoader'}\n"
    )
    done = run(tmp_path, "--asynccost", "--asynccost-no-scan")
    assert done.returncode == 0, done.stdout


def test_a_run_that_does_not_ask_loads_nothing() -> None:
    code = "import sys, pytest; pytest.main(['--co', '-q', '--version']); print(*sys.modules, sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    ours = {name for name in loaded if name.startswith("asynccost")}
    assert ours <= {"asynccost", "asynccost.pytest_plugin"}


@pytest.mark.parametrize(
    ("act", "loaded"),
    [
        ("ask('/v1/items')", False),
        ("ask('/v1/chat/completions')", True),
        ("import openai", True),
    ],
)
def test_what_model_calls_need_is_loaded_where_a_model_shows_up(tmp_path: Path, act: str, loaded: bool) -> None:
    """Most suites call none, and do not pay for it; the first call is metered all the same, and its wait is ours."""
    (tmp_path / "openai.py").write_text("")
    (tmp_path / "test_it.py").write_text(
        "import sys\n"
        "import httpx\n"
        "USED = {'model': 'gpt-4o', 'usage': {'prompt_tokens': 7, 'completion_tokens': 5}}\n"
        "def ask(path):\n"
        "    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=USED))\n"
        "    with httpx.Client(transport=transport) as client:\n"
        "        client.post('https://api.openai.com' + path, json={'model': 'gpt-4o', 'messages': []})\n"
        "def test_it(asynccost_probe):\n"
        "    assert 'asynccost.probe.metering' not in sys.modules\n"
        f"    {act}\n"
        f"    assert ('asynccost.probe.metering' in sys.modules) is {loaded}\n"
        f"    assert asynccost_probe.counts['tokens'] == {12 if 'completions' in act else 0}\n"
        "    assert asynccost_probe.counts['block_ms'] == 0\n"
    )
    done = run(tmp_path, "--asynccost", "--asynccost-no-scan")
    assert done.returncode == 0, done.stdout


def test_many_tests_fill_no_table(tmp_path: Path) -> None:
    """What is known of lines goes with the test: those of a late one are still told."""
    (tmp_path / "conftest.py").write_text("from asynccost.probe import sites\nsites.MOST_SPOTS = 10\n")
    one = (
        "def test_{n}(asynccost_probe):\n"
        "    httpx.Client(verify=False).close()\n"
        "    (clients,) = asynccost_probe.trace.rows(Clients)\n"
        "    assert clients.place.function == 'test_{n}'\n"
    )
    tests = (one.format(n=n) for n in range(20))
    (tmp_path / "test_it.py").write_text(
        "import httpx\nfrom asynccost.probe.trace import Clients\n\n\n" + "".join(tests)
    )
    done = run(tmp_path, "--asynccost", "--asynccost-no-scan")
    assert done.returncode == 0, done.stdout


def test_a_record_that_cannot_be_read_stops_the_run(tmp_path: Path) -> None:
    AIOHTTP.write(tmp_path)
    (tmp_path / ".asynccost").mkdir()
    (tmp_path / ".asynccost" / "tests.jsonl").write_text('{"asynccost_tests": 1}\n<<<<<<< ours\n')
    stopped = run(tmp_path, "--asynccost")
    assert stopped.returncode == pytest.ExitCode.USAGE_ERROR
    assert "tests.jsonl:2: not a line of a record of tests; resolve the merge conflict" in stopped.stderr


def test_limits() -> None:
    """A record leaves room where runs differ, a marker does not."""
    room = limits({}, {"connections": 40, "clients": 1}, 25)
    assert room.over({"connections": 50, "clients": 1}, ("connections", "clients")) == []
    assert room.over({"connections": 51, "clients": 2}, ("connections", "clients")) == ["connections", "clients"]
    assert limits({}, None, 25).over({"clients": 9}, ("clients",)) == []
    assert limits({"clients": 3}, {"clients": 1}, 25).over({"clients": 3}, ("clients",)) == []
    with pytest.raises(SettingsError, match="max_clients=-1 is not a number from 0 on"):
        marked({"max_clients": -1})


def test_chance_changes_no_record() -> None:
    """Numbers that differ from run to run are kept; others, and larger changes, are taken."""
    assert steady({"connections": 4, "clients": 1}, {"connections": 5, "clients": 2, "block_ms": 60}, 25) == {
        "clients": 2,
        "connections": 4,
    }
    assert steady({"connections": 40}, {"connections": 4}, 25) == {"connections": 4}
    assert steady({}, {"block_ms": 500}, 25) == {"block_ms": 500}


def test_a_record_survives_its_file(tmp_path: Path) -> None:
    path = str(tmp_path / "x" / "tests.jsonl")
    assert record.load(path) is None
    kept = record.updated(None, {"b": {"clients": 1}, "a": {}}, ["s.py::f"], whole=True)
    record.save(path, kept)
    assert record.load(path) == kept
    part = record.updated(kept, {"b": {"clients": 2}}, [], whole=False)
    assert part.tests == {"a": {}, "b": {"clients": 2}}
    assert part.shared == {"s.py::f"}
    Path(path).write_text("{}\n")
    with pytest.raises(BaselineError, match=r"tests\.jsonl:1: not a line"):
        record.load(path)


def test_a_wait_of_nobodys_line_is_charged_to_nobody() -> None:
    """The probe saw no line of the user's: an import of its own, or a machine that was elsewhere."""
    unseen, seen = Blocking(Place("(unseen)", "", 0), times=1, seconds=0.4), Blocking(Place("a.py", "f", 1), 1, 0.4)
    assert counts(Trace([], [unseen])).numbers() == {}
    assert counts(Trace([], [unseen, seen])).numbers() == {"block_ms": 400}


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="this kernel does not tell")
def test_what_a_test_waits_for_a_processor_hides_no_block(tmp_path: Path) -> None:
    """It shares one with another process while it works, and blocks its loop once it is alone."""
    (tmp_path / "test_it.py").write_text(
        "import asyncio\nimport os\nimport subprocess\nimport sys\nimport time\n\n"
        "SPIN = 'import signal; signal.alarm(60)\\nwhile True: pass'\n\n\n"
        "async def work():\n"
        "    with subprocess.Popen([sys.executable, '-S', '-c', SPIN]) as other:\n"
        "        until = time.process_time() + 0.5\n"
        "        while time.process_time() < until:\n"
        "            await asyncio.sleep(0)\n"
        "        other.kill()\n"
        "    time.sleep(0.3)\n\n\n"
        "def test_it(asynccost_probe):\n"
        "    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])\n"
        "    asyncio.run(work())\n"
        "    assert 250 <= asynccost_probe.counts['block_ms'] < 500\n"
    )
    done = run(tmp_path, "-p", "no:xdist")
    assert done.returncode == 0, done.stdout
