"""How often does identity fail? Random sequences of one to five edits in both languages, by class of edit.

    python -m tests.benchmarks.gate_rate [--sequences 1000] [--no-git]

--no-git: nobody tells of renamed files.
"""

import argparse
from collections import Counter

from tests.gate_edits import judge


def main() -> None:
    """Print one line a language."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sequences", type=int, default=1000)
    parser.add_argument("--no-git", action="store_true")
    chosen = parser.parse_args()
    for python in (True, False):
        classes: Counter[str] = Counter()
        edits = failing = alarms = misses = 0
        for seed in range(chosen.sequences):
            said = judge(seed, 1 + seed % 5, python=python, git=not chosen.no_git)
            edits += len(said.edits)
            failing += bool(said.failures)
            alarms, misses = alarms + said.alarms, misses + said.misses
            classes.update(said.failures)
            if "" in said.failures:
                print(f"in no listed class: seed {seed}: {said}")
        share = f"{failing} of {edits} edits ({failing / edits:.2%})"
        by_class = ", ".join(f"{name or 'in no listed class'} {n}" for name, n in classes.most_common())
        language = "python" if python else "typescript"
        print(f"{language}: {share}; findings: {alarms} alarms, {misses} misses; {by_class}")


if __name__ == "__main__":
    main()
