"""Foreign test suites give the same outcome for every test with the probe on as without it.

    python -m tests.benchmarks.probe_suites httpx httpx2 aiohttp anthropic openai
    python -m tests.benchmarks.probe_suites aiohttp-master --checkout CHECKOUT

fetches each suite's source from PyPI, makes an environment with what it needs (suites.toml; kept in --folder for the
next time), runs it first without and then with the probe, and compares the outcome of each test; where some differ,
once more without, and what differs from itself is left out. Exit 1 where the probe changed an outcome, a part of it
failed, or it saw no request. pytest reads PYTEST_ADDOPTS, say for `-k`. A suite takes 1 to 25 minutes; httpx's serves
on a fixed port, so that it and httpx2's run beside no other of their kind.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks import suites
from tests.benchmarks.suites import Suite

HERE = Path(__file__).parent
Outcomes = dict[str, str]


@dataclass
class Seen:
    """What the probe counted, and where it failed, how often."""

    clients: int = 0
    requests: int = 0
    new: int = 0
    reused: int = 0
    faults: dict[str, int] = field(default_factory=dict)


def main() -> None:
    """Run and compare each suite; exit 1 where one was not the same."""
    known = suites.known()
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="+", choices=known, metavar="NAME", help=", ".join(known))
    parser.add_argument("--checkout", type=Path, help="the source, for a suite that is of no release")
    parser.add_argument("--folder", type=Path, default=suites.FOLDER)
    given = parser.parse_args()
    if given.checkout is None and (unreleased := [name for name in given.names if not known[name].source]):
        parser.error(f"{unreleased[0]} is of no release: say with --checkout where its source is")
    given.folder.mkdir(parents=True, exist_ok=True)
    same = True
    for name in given.names:
        suite, folder = known[name], given.folder.resolve()
        source = suites.checkout(suite, folder) if suite.source else given.checkout.resolve()
        same &= compared(name, suite, source, suites.environment(name, suite, source, folder))
    sys.exit(not same)


def compared(name: str, suite: Suite, source: Path, python: str) -> bool:
    """Run it without and with the probe and say what differs; whether nothing does."""
    without, _ = outcomes(suite, source, python, probe=False)
    watched, seen = outcomes(suite, source, python, probe=True)
    differing = _differing(without, watched)
    unsteady: set[str] = set()
    if differing:
        unsteady = _differing(without, outcomes(suite, source, python, probe=False)[0])  # from themselves
        differing -= unsteady
    print(f"{name}: {len(without)} tests without, {len(watched)} with the probe, {len(differing)} differ")
    print(f"  seen: {seen.clients} clients, {seen.requests} requests, {seen.new} new connections, {seen.reused} reused")
    print(f"  faults of the probe: {seen.faults or 'none'}; differ without it: {sorted(unsteady) or 'none'}")
    for kind in sorted({*without.values(), *watched.values()}):
        print(f"  {kind}: {sum(v == kind for v in without.values())} / {sum(v == kind for v in watched.values())}")
    for test in sorted(differing):
        print(f"  {test}: {without.get(test)} without, {watched.get(test)} with the probe")
    sys.stdout.flush()
    return not differing and not seen.faults and seen.requests > 0


def _differing(left: Outcomes, right: Outcomes) -> set[str]:
    return {name for name in left.keys() | right.keys() if left.get(name) != right.get(name)}


def outcomes(suite: Suite, source: Path, python: str, *, probe: bool) -> tuple[Outcomes, Seen]:
    """Test -> outcome, and what the probe saw."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        env = {**os.environ, "PYTHONPATH": str(HERE), "ASYNCCOST_SUITE_TRACE": folder}
        env |= {"ASYNCCOST_SUITE_PROBE": "1"} if probe else {}
        env |= {"ASYNCCOST_SUITE_ALIAS": suite.alias} if suite.alias else {}
        command = [python, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "probe_plugin"]
        command += [f"--junitxml={report}", *suite.arguments]
        subprocess.run(command, cwd=source, env=env, stdout=subprocess.DEVNULL, check=False)
        cases = [*ET.parse(report).iter("testcase")]
        return {f"{case.get('classname')}::{case.get('name')}": _outcome(case) for case in cases}, _seen(Path(folder))


def _outcome(case: ET.Element) -> str:
    return next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "passed")


def _seen(folder: Path) -> Seen:
    from asynccost.probe import tracefile
    from asynccost.probe.trace import Calls, Clients, merged

    trace = merged(tracefile.read(str(path)) for path in folder.glob("*.jsonl"))
    calls = trace.rows(Calls)
    seen = Seen(sum(c.created for c in trace.rows(Clients)), sum(c.requests for c in calls))
    seen.new, seen.reused = sum(c.new for c in calls), sum(c.reused for c in calls)
    for process in trace.processes:
        for place, n in process.errors.items():
            seen.faults[place] = seen.faults.get(place, 0) + n
    return seen


if __name__ == "__main__":
    main()
