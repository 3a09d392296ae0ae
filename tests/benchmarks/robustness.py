"""Thousands of damaged files and whole corpora: `python -m tests.benchmarks.robustness FOLDER...`.

Mutates files of the folders (--mutants), scans the mutants and the folders themselves, and times every file
that takes long by itself. Prints what crashes, what is skipped in silence and what takes more than --seconds.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from asynccost.engine import workers
from asynccost.engine.cache import digest
from asynccost.files.kinds import language_of
from tests.mutations import Limits, Mutant, mutants
from tests.test_robustness import judged, with_tail

_LONG = 20 * 1024 * 1024


def main() -> int:
    """Mutate, look at each, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--mutants", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    bad = 0
    for folder in options.folders:
        files = [p for p in sorted(folder.rglob("*")) if p.is_file() and language_of(p.name)]
        bad += _judge(str(folder), ((p, None) for p in files), options.seconds)
        with tempfile.TemporaryDirectory() as scratch:
            made = _mutants(files, options.mutants // len(options.folders), Random(options.seed), Path(scratch))
            bad += _judge(f"mutants of {folder}", made, options.seconds)
    with tempfile.TemporaryDirectory() as scratch:
        bad += _judge("20 MB", _large(Path(scratch)), options.seconds)
    return int(bad > 0)


def _judge(name: str, files: Iterator[tuple[Path, Mutant | None]], seconds: float) -> int:
    """Read every file as a scan does; count and print what must not be."""
    bad, count, listed, slowest = 0, 0, 0, (0.0, "")
    began = time.perf_counter()
    for path, mutant in files:
        count += 1
        try:
            spent, row = _look(path)
        except Exception as error:
            bad += 1
            print(f"CRASH {path}: {type(error).__name__}: {error} at {_where(error)}", flush=True)
            continue
        slowest = max(slowest, (spent, str(path)))
        problem, found = judged(row)
        listed += problem
        if spent > seconds:
            bad += 1
            print(f"SLOW {path}: {spent:.1f} s", flush=True)
        if mutant is not None and not problem and (mutant.loud or not found):
            bad += 1
            print(f"SILENT {mutant.name}", flush=True)
            Path(tempfile.gettempdir(), "silent_" + mutant.name.replace("/", "_")).write_bytes(path.read_bytes())
    spent = time.perf_counter() - began
    print(f"{name}: {count} files, {listed} listed, {bad} bad, {spent:.0f} s; slowest {slowest[0]:.2f} s {slowest[1]}")
    return bad


def _look(path: Path) -> tuple[float, str]:
    language = language_of(path.name) or "python"
    task = workers.Task(path.name, str(path), language, path.stat().st_size, digest(b"never"))
    began = time.process_time()
    row = next(iter(workers.read_all([task], {}, 1, {}))).row
    return time.process_time() - began, row or ""


def _where(error: BaseException) -> str:
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last else "?"


def _mutants(files: list[Path], count: int, random: Random, scratch: Path) -> Iterator[tuple[Path, Mutant | None]]:
    some = random.sample(files, min(len(files), 400))
    corpus = [(p.name, p.read_bytes()) for p in some if p.stat().st_size < 200_000]
    for mutant in mutants(corpus, count, random, Limits(depth=10_000, line=1_000_000)):
        path = scratch / mutant.name
        path.parent.mkdir(exist_ok=True)
        tailed = with_tail(mutant)
        path.write_bytes(tailed)
        yield path, mutant if tailed != mutant.data or mutant.loud else None
        path.unlink()


def _large(scratch: Path) -> Iterator[tuple[Path, None]]:
    for suffix in (".py", ".js", ".tsx", ".vue"):
        for size, name in ((_LONG, "20mb"), (3_900_000, "4mb")):
            for row in (b"1, ", b"await f(x), ", b"fetch('a'), "):
                path = scratch / f"{name}{suffix}"
                path.write_bytes(b"async function f() { x = [" + row * (size // len(row)) + b"] }\n")
                if suffix == ".py":
                    path.write_bytes(b"async def f():\n    x = [" + row * (size // len(row)) + b"]\n")
                yield path, None


if __name__ == "__main__":
    raise SystemExit(main())
