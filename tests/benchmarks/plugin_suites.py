"""A foreign suite under `--asynccost --asynccost-no-scan`: no outcome changes, and what it costs.

    python -m tests.benchmarks.plugin_suites --python VENV/bin/python [--rounds 5] CHECKOUT -- PYTEST ARGUMENTS

runs the suite in CHECKOUT without and with the plugin, in turn and in a new order each round, and compares wall time
and CPU (user and system, with children): the median of the pairs, and the least of each side, to which a busy machine
has added least. Then what pytest takes to start with this package installed but not asked for, against its start
without the package: pytest reads the list of files of each package that has a plugin, also under `-p no:asynccost`.
That takes 4 us a file with Python 3.11 and 16 with 3.12 and 3.13, which ask the disk for each; the plugin itself 1 ms.
VENV has what the suite needs and this package. Suites and what they need stand in suites.toml; one on a fixed port
(httpx's) runs beside no other of its kind, or under `unshare -n` with `lo` up. Exits 1 where an outcome differs that
did not differ between runs without, or where the least wall time grew by more than 5 %.
"""

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks.probe_suites import Outcomes, _outcome

PLUGIN = ("--asynccost", "--asynccost-no-scan")
BOUND = 5.0  # percent of wall time
STARTS = 15
METADATA = "from importlib import metadata; print(metadata.distribution('asynccost')._path)"


@dataclass(slots=True, frozen=True)
class Cost:
    """Seconds of one run."""

    wall: float
    cpu: float


def main() -> None:
    """Run in turn, compare outcomes and costs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("arguments", nargs="*")
    given = parser.parse_args()
    python = os.path.abspath(given.python)
    outcomes: tuple[list[Outcomes], list[Outcomes]] = [], []
    costs: tuple[list[Cost], list[Cost]] = [], []
    for _ in range(given.rounds):
        for watched in random.sample((0, 1), 2):
            found, cost = _run(given.checkout, python, [*(PLUGIN if watched else ()), *given.arguments])
            outcomes[watched].append(found)
            costs[watched].append(cost)
        print(*(f"wall {side[-1].wall:.2f} s, CPU {side[-1].cpu:.2f} s;" for side in costs), flush=True)
    worse = _told("wall", *([c.wall for c in side] for side in costs))
    _told("CPU", *([c.cpu for c in side] for side in costs))
    changed = _changed(*outcomes)
    print(f"{len(outcomes[0][0])} tests, {len(changed)} with an outcome that they did not have without: {changed}")
    print(f"not asked for, pytest starts {1000 * _starts(python):+.1f} ms later than without the package")
    sys.exit(bool(changed) or worse > BOUND)


def _told(what: str, without: list[float], watched: list[float]) -> float:
    """Say what a measure grew by; that of the least, in percent."""
    pairs = median(100 * (after / before - 1) for before, after in zip(without, watched, strict=True))
    least = 100 * (min(watched) / min(without) - 1)
    print(f"{what}: {pairs:+.1f} % (median of pairs), {least:+.1f} % (least: {min(without):.2f}, {min(watched):.2f} s)")
    return least


def _changed(without: list[Outcomes], watched: list[Outcomes]) -> list[str]:
    names = {name for found in (*without, *watched) for name in found}
    return sorted(n for n in names if {o.get(n) for o in watched} - {o.get(n) for o in without})


def _run(checkout: Path, python: str, arguments: list[str]) -> tuple[Outcomes, Cost]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        cost = _cost([python, "-P", "-m", "pytest", "-q", f"--junitxml={report}", *arguments], checkout)
        cases = [*ET.parse(report).iter("testcase")]
    return {f"{case.get('classname')}::{case.get('name')}": _outcome(case) for case in cases}, cost


def _starts(python: str) -> float:
    """Seconds of CPU by which pytest starts later where this package is installed and nobody asks for its plugin.

    Without it means that what pip says of it goes by another name meanwhile.
    """
    found = subprocess.run([python, "-P", "-c", METADATA], capture_output=True, text=True, check=True)
    installed = Path(found.stdout.strip())
    hidden = installed.with_name(f"{installed.name}.hidden")
    used: tuple[list[float], list[float]] = [], []
    with tempfile.TemporaryDirectory() as folder:
        command = [python, "-P", "-m", "pytest", "-q", f"--rootdir={folder}", folder]
        for _ in range(STARTS):
            for there in random.sample((0, 1), 2):
                if not there:
                    installed.rename(hidden)
                try:
                    used[there].append(_cost(command, Path(folder)).cpu)
                finally:
                    if not there:
                        hidden.rename(installed)
    return min(used[1]) - min(used[0])


def _cost(command: list[str], cwd: Path) -> Cost:
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*command, "-p", "no:cacheprovider"], cwd=cwd, stdout=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.perf_counter() - began, cpu)


if __name__ == "__main__":
    main()
