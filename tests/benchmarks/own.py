"""asynccost itself as a contestant, cold and warm, and what its start costs."""

import os
import shutil
import sys
from pathlib import Path
from statistics import median

from tests.benchmarks.measure import Contestant, Runs, measure_all
from tests.benchmarks.table import Budget

COLD, WARM = "asynccost, cold", "asynccost, warm"
MEMORY = 400.0  # MiB
_BARE, _VERSION = "python -c pass", "asynccost --version"
_ALONE, _AMONG = "one file by itself, warm", "one file of the tree, warm"


def asynccost() -> list[str]:
    """The command: the console script beside this interpreter, as users start it."""
    script = Path(sys.executable).with_name("asynccost")
    return [str(script)] if script.exists() else [sys.executable, "-m", "asynccost"]


def jobs() -> str:
    """How many processes everybody may use."""
    return str(os.cpu_count() or 1)


def contestants(folder: Path) -> list[Contestant]:
    """A scan with an empty cache and one with a full cache; both write JSON."""
    command = [*asynccost(), "scan", ".", "--format", "json", "--exit-zero", "--jobs", jobs()]
    cold, warm = folder / "cold", folder / "warm"
    return [
        Contestant(COLD, command, _cache(cold), before=lambda: shutil.rmtree(cold, ignore_errors=True), codes=(0,)),
        Contestant(WARM, command, _cache(warm), warm=True, codes=(0,)),
    ]


def memory(measured: dict[str, Runs]) -> list[Budget]:
    """What a scan may take of memory, with all its processes."""
    return [Budget(f"peak memory, {name}", measured[name].peak(), MEMORY, "MiB") for name in (COLD, WARM)]


def start(tree: Path, suffix: str, folder: Path, runs: int) -> tuple[list[Runs], list[Budget]]:
    """What a start costs over a bare interpreter: --version, and one file while the cache is warm."""
    one = max(tree.rglob(f"*{suffix}"), key=lambda p: (p.stat().st_size < 20_000, p.stat().st_size, p))
    alone = folder / "alone"
    shutil.rmtree(alone, ignore_errors=True)
    alone.mkdir(parents=True)
    shutil.copy2(one, alone / one.name)
    scan = [*asynccost(), "scan", "--exit-zero", "--format", "json"]
    measured = measure_all(
        [
            Contestant(_BARE, [sys.executable, "-c", "pass"], codes=(0,)),
            Contestant(_VERSION, [*asynccost(), "--version"], codes=(0,)),
            Contestant(_ALONE, [*scan, str(alone / one.name)], _cache(folder / "one"), warm=True, codes=(0,)),
            Contestant(_AMONG, [*scan, str(one)], _cache(folder / "warm"), warm=True, codes=(0,)),
        ],
        tree,
        runs,
        lambda _: None,
    )
    walls = [median(r.wall for r in m.runs) * 1000 for m in measured]
    over = [wall - walls[0] for wall in walls]
    return measured, [
        Budget(f"{_VERSION}, over a bare interpreter", over[1], 60, "ms"),
        Budget(f"{_ALONE}, over a bare interpreter", over[2], 120, "ms"),
        Budget(f"{_AMONG}, over a bare interpreter", over[3], 120, "ms"),
    ]


def _cache(folder: Path) -> dict[str, str]:
    return {"ASYNCCOST_CACHE_DIR": str(folder), "PYTHONDONTWRITEBYTECODE": ""}
