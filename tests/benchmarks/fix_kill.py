"""Kills `fix` while it writes, again and again: `python -m tests.benchmarks.fix_kill [--files 300] [--runs 200]`.

The fixes are worked out once; each run then writes them all and gets SIGKILL at a random moment of its writing, whose
length is measured first. After each, every file must be the old or the new one, whole, with its mode; every fiftieth
time `asynccost fix` is run for real on what was left, and must finish the work.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.kills import tree


def main() -> int:
    """Kill and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random = Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        project = tree(Path(folder), options.files)
        project.reset()
        with project.start() as process:
            began = time.monotonic()
        longest = time.monotonic() - began
        assert (process.returncode, project.judge()) == (0, len(project.outcome.after))
        partly = 0
        for number in range(1, options.runs + 1):
            project.reset()
            with project.start() as process:
                time.sleep(random.random() * longest)
                process.kill()
            partly += 0 < project.judge() < len(project.outcome.after)
            if number % 50 == 0:
                project.finish()
    count = len(project.outcome.after)
    print(f"{options.runs} runs killed over {count} files, {partly} of them half way; no file was torn")
    return 0


if __name__ == "__main__":
    sys.exit(main())
