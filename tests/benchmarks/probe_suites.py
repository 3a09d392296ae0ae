"""Foreign test suites give the same outcome for every test with the probe on as without it.

    python -m tests.benchmarks.probe_suites --python VENV/bin/python CHECKOUT -- PYTEST ARGUMENTS

runs the suite in CHECKOUT with the Python that has what it needs, first without and then with the probe, and compares
the outcome of each test; where some differ, once more without, and what differs from itself is left out. Exit 1 where
the probe changed an outcome or a part of it failed. The suites that count, with what they need:

httpx (its repository): `pip install httpx[http2,socks,brotli,zstd,cli] pytest anyio trio trustme uvicorn chardet`
    -- -m "not network"
httpx2 through httpx's suite: ASYNCCOST_SUITE_ALIAS=httpx2=httpx, and
    -- -m "not network" --ignore tests/test_config.py --ignore tests/test_decoders.py
aiohttp 3.14 (its source distribution, its aiohttp/ renamed so that the wheel is used): `pip install aiohttp==3.14.5
    pytest pytest-mock pytest-timeout pytest-xdist pytest-aiohttp pytest-asyncio re-assert proxy.py trustme blockbuster
    freezegun ...`
    -- -o addopts= -W ignore::pytest.PytestDeprecationWarning -o asyncio_default_fixture_loop_scope=function -n 2
       -m "not dev_mode and not autobahn and not internal" tests/test_client_session.py tests/test_connector.py ...
    (nine tests of test_client_session.py put a mock in the place of the request: a fault each, of the mock's URL)
anthropic, openai (their repositories, at the release that is installed): `pip install pytest pytest-asyncio respx ...`
    -- -o addopts= tests --ignore tests/api_resources
"""

import argparse
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from functools import partial
from pathlib import Path

HERE = Path(__file__).parent
Outcomes = dict[str, str]
Faults = dict[str, int]


def main() -> None:
    """Run and compare; exit 1 where the probe changed an outcome, or where a part of it failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("arguments", nargs="*")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = partial(outcomes, given.checkout, given.python, given.arguments, Path(folder))
        without, _, _ = run(probe=False)
        with_probe, seen, faults = run(probe=True)
        differing = _differing(without, with_probe)
        again = run(probe=False)[0] if differing else without
    unsteady = _differing(without, again)  # they differ from themselves
    differing -= unsteady
    print(f"{len(without)} tests without, {len(with_probe)} with the probe, {len(differing)} differ; it saw {seen}")
    print(f"faults of the probe: {faults or 'none'}; left out, as they differ without it: {sorted(unsteady) or 'none'}")
    for kind in sorted({*without.values(), *with_probe.values()}):
        print(f"  {kind}: {sum(v == kind for v in without.values())} / {sum(v == kind for v in with_probe.values())}")
    for name in sorted(differing):
        print(f"  {name}: {without.get(name)} without, {with_probe.get(name)} with the probe")
    sys.exit(bool(differing or faults))


def _differing(left: Outcomes, right: Outcomes) -> set[str]:
    return {name for name in left.keys() | right.keys() if left.get(name) != right.get(name)}


def outcomes(
    checkout: Path, python: str, arguments: list[str], folder: Path, *, probe: bool
) -> tuple[Outcomes, str, Faults]:
    """Test -> outcome, what the probe counted, and where it failed, how often."""
    report = folder / f"{probe}.xml"
    env = {**os.environ, "PYTHONPATH": str(HERE), "ASYNCCOST_SUITE_TRACE": str(folder)}
    env |= {"ASYNCCOST_SUITE_PROBE": "1"} if probe else {}
    command = [python, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "probe_plugin"]
    command += [f"--junitxml={report}", *arguments]
    subprocess.run(command, cwd=checkout, env=env, stdout=subprocess.DEVNULL, check=False)
    cases = ET.parse(report).iter("testcase")
    found = {f"{case.get('classname')}::{case.get('name')}": _outcome(case) for case in cases}
    return (found, *_seen(folder)) if probe else (found, "", {})


def _outcome(case: ET.Element) -> str:
    return next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "passed")


def _seen(folder: Path) -> tuple[str, Faults]:
    from asynccost.probe import tracefile
    from asynccost.probe.trace import Calls, Clients, merged

    trace = merged(tracefile.read(str(path)) for path in folder.glob("*.jsonl"))
    calls = trace.rows(Calls)
    faults: Faults = {}
    for process in trace.processes:
        for place, n in process.errors.items():
            faults[place] = faults.get(place, 0) + n
    return (
        f"{sum(c.created for c in trace.rows(Clients))} clients, {sum(c.requests for c in calls)} requests, "
        f"{sum(c.new for c in calls)} new connections, {sum(c.reused for c in calls)} reused"
    ), faults


if __name__ == "__main__":
    main()
