"""Runs a command and says what it cost: CPU time with children, wall time, peak memory of all its processes."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

_PAGE = os.sysconf("SC_PAGE_SIZE")
_EVERY = 0.02  # seconds between two looks at the memory
ENOUGH = 60.0  # what takes more seconds of CPU than this is run once


@dataclass(slots=True, frozen=True)
class Run:
    """One run of a command; peak in bytes: resident memory, summed over its processes (shared pages count twice)."""

    cpu: float
    wall: float
    peak: int
    code: int


@dataclass(slots=True)
class Runs:
    """All runs of one contestant."""

    name: str
    runs: list[Run] = field(default_factory=list)

    def cpu(self) -> float:
        """The least CPU time, in seconds: what else the machine did can only add to it."""
        return min(r.cpu for r in self.runs)

    def wall(self) -> float:
        """The least wall time, in seconds."""
        return min(r.wall for r in self.runs)

    def peak(self) -> float:
        """The most memory that any run took, in MiB."""
        return max(r.peak for r in self.runs) / 2**20

    def row(self) -> dict[str, float | int | str]:
        """This as a JSON object."""
        return {
            "name": self.name,
            "runs": len(self.runs),
            "cpu_min": round(self.cpu(), 3),
            "cpu_median": round(median(r.cpu for r in self.runs), 3),
            "wall_min": round(self.wall(), 3),
            "wall_median": round(median(r.wall for r in self.runs), 3),
            "peak_mib": round(self.peak(), 1),
            "exit_code": self.runs[-1].code,
        }


@dataclass(slots=True, frozen=True)
class Contestant:
    """A command to measure. before: runs ahead of each run, unmeasured. warm: run once, unmeasured, to begin with.

    codes: the exit codes that mean that it did its work.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], object] = lambda: None
    warm: bool = False
    codes: tuple[int, ...] = (0, 1)


def measure_all(contestants: Sequence[Contestant], cwd: Path, runs: int, say: Callable[[str], object]) -> list[Runs]:
    """Measure all, taking turns, so that a slow minute of the machine hits everybody."""
    measured = [Runs(c.name) for c in contestants]
    for turn in range(runs):
        for contestant, mine in zip(contestants, measured, strict=True):
            if mine.runs and mine.runs[0].cpu > ENOUGH:
                continue
            if turn == 0 and contestant.warm:
                once(contestant, cwd)
            mine.runs.append(once(contestant, cwd))
            say(f"{contestant.name}: {mine.runs[-1].cpu:.2f} s CPU")
    return measured


def once(contestant: Contestant, cwd: Path) -> Run:
    """Run a contestant once. Its output goes nowhere; a wrong exit code shows its last words."""
    contestant.before()
    env = {**os.environ, **contestant.env}
    began = time.perf_counter()
    process = subprocess.Popen(
        contestant.command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    watch = _Watch(process.pid)
    watch.start()
    try:
        assert process.stderr is not None
        words = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)  # whoever interrupts us means all of it
        raise
    wall = time.perf_counter() - began
    code = process.returncode = os.waitstatus_to_exitcode(status)
    peak = max(watch.finish(), usage.ru_maxrss * 1024)
    if code not in contestant.codes:
        raise SystemExit(f"{contestant.name} ended with {code}: {words[-2000:].decode('utf-8', 'replace')}")
    return Run(usage.ru_utime + usage.ru_stime, wall, peak, code)


class _Watch(threading.Thread):
    """Samples the memory of a session's processes (Linux; elsewhere only the largest process counts)."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self._session = str(session)
        self._over = threading.Event()
        self._peak = 0

    def run(self) -> None:
        while not self._over.wait(_EVERY):
            self._peak = max(self._peak, self._sum())

    def finish(self) -> int:
        """The most that was seen, in bytes."""
        self._over.set()
        self.join()
        return self._peak

    def _sum(self) -> int:
        pages = 0
        for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
            if name.isdigit():
                try:
                    stat = Path("/proc", name, "stat").read_text()
                except OSError:
                    continue
                fields = stat.rpartition(")")[2].split()
                if fields[3] == self._session:
                    pages += int(fields[21])
        return pages * _PAGE
