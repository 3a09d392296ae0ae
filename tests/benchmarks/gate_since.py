"""Is `--since` a full comparison of two trees, and what does it cost? Over a repository's own history.

    python -m tests.benchmarks.gate_since CLONE [--commits 100] [--skip 0]

CLONE is a git clone that may be checked out anew at will. For each of the last commits of its first-parent history
the commit before it is scanned, which fills a cache; then the commit is checked out and scanned with a copy of that
cache, once plainly (a warm scan plus the changed files) and once with `--since` that commit before it. The
findings that `--since` calls new must be those that are left when the findings of both trees, each scanned on disk, are
matched. CPU seconds with children; the machine may be shared.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from asynccost.baseline.entry import Entry, of_row
from asynccost.baseline.functions import standing
from asynccost.baseline.match import match
from asynccost.git import Git


class Timed(NamedTuple):
    """A scan's findings and the CPU seconds that it took."""

    findings: list[dict[str, Any]]
    cpu: float


def scan(clone: Path, cache: Path, *more: str) -> Timed:
    """Scan a clone as it is checked out."""
    command = [sys.executable, "-m", "asynccost", "scan", "--isolated", "--exit-zero", "--no-baseline", "--format=json"]
    before = os.times()
    done = subprocess.run(
        [*command, "--cache-dir", str(cache), *more], cwd=clone, capture_output=True, text=True, check=True
    )
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Timed(json.loads(done.stdout)["findings"], cpu)


def git(clone: Path, *arguments: str) -> str:
    """Run git in the clone."""
    done = subprocess.run(["git", *arguments], cwd=clone, capture_output=True, text=True, check=True)
    return done.stdout


def entries(findings: list[dict[str, Any]]) -> list[Entry]:
    """What findings of a JSON result are known by."""
    return [of_row({**f, **f["identity"], "id": f["fingerprint"]}) for f in findings]


def fully_compared(clone: Path, before: list[dict[str, Any]], after: list[dict[str, Any]], parent: str) -> set[str]:
    """The fingerprints of what is new between two scanned trees; the later one is checked out."""
    here = Git(str(clone))
    paths = [p for p in here.files("HEAD") if (clone / p).is_file()]
    stands = standing(lambda path: (clone / path).read_bytes(), paths)
    said = match(entries(before), entries(after), stands, here.changed(parent).renamed)
    return {e.id for e in said.fresh}


def main() -> int:
    """Walk over the history; print what differs and what it costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clone", type=Path)
    parser.add_argument("--commits", type=int, default=100)
    parser.add_argument("--skip", type=int, default=0)
    chosen = parser.parse_args()
    clone: Path = chosen.clone.resolve()
    wanted = ("rev-list", "--first-parent", f"--skip={chosen.skip}", f"--max-count={chosen.commits + 1}")
    history = git(clone, *wanted, "HEAD").split()[::-1]
    top = git(clone, "rev-parse", "--abbrev-ref", "HEAD").strip()
    ratios, new, wrong = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder, "cache")
        git(clone, "checkout", "-q", history[0])
        before = scan(clone, cache).findings
        for parent, commit in pairwise(history):
            git(clone, "checkout", "-q", commit)
            copy = Path(folder, "copy")
            shutil.copytree(cache, copy)
            since = scan(clone, copy, "--since", parent)
            plain = scan(clone, cache)
            shutil.rmtree(copy)
            said = {f["fingerprint"] for f in since.findings if f["status"] == "new"}
            right = fully_compared(clone, before, plain.findings, parent)
            ratios.append(since.cpu / plain.cpu)
            new += len(right)
            if said != right:
                wrong += 1
                print(f"{commit[:12]}: --since says {sorted(said)}, the trees say {sorted(right)}")
            before = plain.findings
    git(clone, "checkout", "-q", top)
    print(f"{len(ratios)} commits, {new} new findings, {wrong} commits where --since differs from the full comparison")
    print("CPU of --since, as a multiple of a warm scan with the changed files:", end=" ")
    print(f"median {median(ratios):.2f}, most {max(ratios):.2f}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
