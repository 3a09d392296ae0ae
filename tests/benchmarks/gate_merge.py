"""git merge of branches that each fix and add findings: is the merged baseline ever looser than the merged code's?

    python -m tests.benchmarks.gate_merge [--cases 50]
"""

import argparse
import sys
import tempfile
from collections import Counter
from itertools import count
from pathlib import Path

from tests.gate_merge import merge


def main() -> int:
    """Merge until enough cases are clean; count how the two baselines compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=50)
    wanted = parser.parse_args().cases
    outcomes: Counter[str] = Counter()
    for seed in count():
        with tempfile.TemporaryDirectory() as folder:
            said = merge(Path(folder), seed, python=seed % 2 == 0)
        if said is None:
            outcomes["conflict in the code"] += 1
            continue
        outcome = "looser" if said.stale else "stricter" if said.fresh else "equal"
        outcomes[outcome] += 1
        if said.stale:
            print(f"seed {seed}: {said.stale}")
        if outcomes.total() - outcomes["conflict in the code"] == wanted:
            print(", ".join(f"{n} {what}" for what, n in outcomes.most_common()))
            return int(outcomes["looser"] > 0)
    raise AssertionError("unreachable")


if __name__ == "__main__":
    sys.exit(main())
