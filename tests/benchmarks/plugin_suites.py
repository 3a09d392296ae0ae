"""A foreign suite under `--asynccost --asynccost-no-scan`: no outcome changes, and what it costs in CPU.

    python -m tests.benchmarks.plugin_suites --python VENV/bin/python [--rounds 3] CHECKOUT -- PYTEST ARGUMENTS

runs the suite in CHECKOUT without and with the plugin, in turn; VENV has what the suite needs and this package. Suites
and what they need stand in probe_suites.py. Exits 1 where an outcome differs that did not differ between runs without.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

from tests.benchmarks.probe_suites import Outcomes, _outcome


def main() -> None:
    """Run in turn, compare outcomes and the user and system seconds of each round."""
    parser = argparse.ArgumentParser()
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("arguments", nargs="*")
    given = parser.parse_args()
    python = os.path.abspath(given.python)
    without, watched = [], []
    for _ in range(given.rounds):
        without.append(_run(given.checkout, python, given.arguments))
        watched.append(_run(given.checkout, python, ["--asynccost", "--asynccost-no-scan", *given.arguments]))
        print(f"CPU {without[-1][1]:.2f} s without, {watched[-1][1]:.2f} s with the plugin", flush=True)
    before, after = (statistics.median(seconds for _, seconds in runs) for runs in (without, watched))
    print(f"median {before:.2f} s, {after:.2f} s: {100 * (after / before - 1):+.1f} %")
    usual = [outcomes for outcomes, _ in without]
    names = {name for outcomes, _ in [*without, *watched] for name in outcomes}
    changed = {n for n in names if {o.get(n) for o, _ in watched} - {o.get(n) for o in usual}}
    print(f"{len(usual[0])} tests, {len(changed)} with an outcome that they did not have without: {sorted(changed)}")
    sys.exit(bool(changed))


def _run(checkout: Path, python: str, arguments: list[str]) -> tuple[Outcomes, float]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [python, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *arguments]
        began = _cpu()
        subprocess.run(command, cwd=checkout, stdout=subprocess.DEVNULL, check=False)
        seconds = _cpu() - began
        cases = [*ET.parse(report).iter("testcase")]
    return {f"{case.get('classname')}::{case.get('name')}": _outcome(case) for case in cases}, seconds


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
