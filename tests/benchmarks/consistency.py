"""Random subsets and random edits of a real repository: `python -m tests.benchmarks.consistency REPO`.

Works on a copy. Prints every question whose answer differs from that of a full, cold scan; exit 1 if any. How far
it is stands on standard error.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from random import Random

from tests.consistency import Said, edited, subset
from tests.small_project import scan


def main() -> int:
    """Ask, compare, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repo", type=Path)
    parser.add_argument("--subsets", type=int, default=300)
    parser.add_argument("--edits", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random, wrong = Random(options.seed), 0
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch, "repo")
        shutil.copytree(options.repo, root, symlinks=True, ignore=shutil.ignore_patterns(".git", "node_modules"))
        (root / "asynccost.toml").write_text("")
        whole = scan(root)
        print(f"{len(whole.findings)} findings, {len(whole.problems)} problems")
        for number in range(options.subsets):
            wrong += _differs(number, subset(root, whole, random, Path(scratch, "cache")))
            _tell(number + 1, options.subsets, "subsets", wrong)
        for step in range(options.edits):
            wrong += _differs(step, edited(root, random, step, Path(scratch, "cache")))
            _tell(step + 1, options.edits, "edits", wrong)
    print(f"{options.subsets} subsets and {options.edits} edits: {wrong} differ")
    return int(wrong > 0)


def _tell(done: int, of: int, what: str, wrong: int) -> None:
    end = "\n" if done == of or not sys.stderr.isatty() else ""
    print(f"\r{done} of {of} {what}, {wrong} differ", end=end, file=sys.stderr, flush=True)


def _differs(number: int, said: Said) -> bool:
    if said.got == said.wanted:
        return False
    missing = set(said.wanted.findings) - set(said.got.findings)
    extra = set(said.got.findings) - set(said.wanted.findings)
    print(f"{number}: {said.what}\n  missing {sorted(missing)[:2]}\n  extra {sorted(extra)[:2]}", flush=True)
    if not missing and not extra:
        print(f"  problems {said.wanted.problems[:3]} != {said.got.problems[:3]}")
    return True


if __name__ == "__main__":
    raise SystemExit(main())
