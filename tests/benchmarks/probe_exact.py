"""The probe's counts of random programs are the server's and the programs' own, exactly.

    python -m tests.benchmarks.probe_exact [--workloads 200]

runs so many different programs (tests/probe_workload.py) against the counting server, compares each
(tests/exactness.py), and says what occurred in how many of them, and how often in all. Exit 1 where a count differs
(with the smallest such program), or where something that the programs are to hold never occurred.
"""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from tests.exactness import Secured, compare, occurred, secured, watched
from tests.probe_workload import WORKLOADS, Workload


def main() -> None:
    """Run and compare; exit 1 where they differ."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workloads", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        times, works = _run(given.workloads, secured(Path(folder)))
    print(f"{works['workloads']} workloads, all counts equal")
    for what in sorted(times):
        print(f"  {what}: {times[what]:,} in {works[what]} workloads")
    missing = sorted(what for what, n in times.items() if not n)
    if missing:
        sys.exit(f"never occurred: {', '.join(missing)}")


def _run(examples: int, tls: Secured) -> tuple[Counter[str], Counter[str]]:
    """How often each thing occurred, and in how many workloads. Raises AssertionError where a count differs."""
    times: Counter[str] = Counter()
    works: Counter[str] = Counter()

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(work=WORKLOADS)
    def run(work: Workload) -> None:
        trace, server = watched(work, tls)
        compare(work, trace, server)
        works["workloads"] += 1
        for what, n in occurred(work, trace, server).items():
            times[what] += n
            works[what] += n > 0

    run()
    return times, works


if __name__ == "__main__":
    main()
