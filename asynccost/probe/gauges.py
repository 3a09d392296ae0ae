"""Memory, descriptors and threads over time, and how fast they grow. psutil where it is installed, else /proc."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 240
MOST_SAMPLES = 120
Gauge = list[float]  # Unix time, RSS in bytes, open descriptors, threads


def gauge() -> Gauge | None:
    """The values of now; None where nothing tells them."""
    try:
        with open("/proc/self/statm", "rb") as file:
            rss = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        descriptors, threads = len(os.listdir("/proc/self/fd")) - 1, len(os.listdir("/proc/self/task"))
    except OSError:
        return _by_psutil()
    return [time.time(), float(rss), float(descriptors), float(threads)]


def _by_psutil() -> Gauge | None:
    try:
        import psutil
    except ImportError:
        return None
    process = psutil.Process()
    descriptors = process.num_fds() if hasattr(process, "num_fds") else process.num_handles()
    return [time.time(), float(process.memory_info().rss), float(descriptors), float(process.num_threads())]


def keep(gauges: list[Gauge], new: Gauge) -> None:
    """Add a gauge; once there are too many, every second one goes."""
    gauges.append(new)
    if len(gauges) > MOST:
        del gauges[1:-1:2]


class Timeline:
    """Samples of counts over time. Where there are too many, two become one, so that hours take no more.

    A sample is [seconds, most since the sample before, so far in all, now].
    """

    def __init__(self, samples: list[list[float]]) -> None:
        """Samples are put into the list."""
        self._samples = samples
        self._step = 0.0

    def add(self, seconds: float, most: int, so_far: int, now: int, every: float) -> bool:
        """Add a sample, unless it comes too soon after the last; whether it was added."""
        samples = self._samples
        if every and samples and seconds - samples[-1][0] < max(every, self._step):
            return False
        samples.append([round(seconds, 3), most, so_far, now])
        if len(samples) > MOST_SAMPLES:
            samples[:] = [
                [later[0], max(earlier[1], later[1]), *later[2:]]
                for earlier, later in zip(samples[::2], samples[1::2], strict=False)
            ] + samples[len(samples) // 2 * 2 :]
            self._step = 2 * (samples[-1][0] - samples[0][0]) / MOST_SAMPLES
        return True


def slope(gauges: Sequence[Gauge], column: int, warm_up: float = 0.25) -> float:
    """Growth per second of a column by the Theil-Sen median of slopes, after the first quarter of the time.

    Zero where there are fewer than eight values; a median, so that one jump (a cache that fills) is no leak.
    """
    if len(gauges) < 8:
        return 0.0
    begin = gauges[0][0] + warm_up * (gauges[-1][0] - gauges[0][0])
    late = [g for g in gauges if g[0] >= begin][:: max(1, len(gauges) // 60)]
    slopes = sorted(
        (b[column] - a[column]) / (b[0] - a[0]) for i, a in enumerate(late) for b in late[i + 1 :] if b[0] > a[0]
    )
    return slopes[len(slopes) // 2] if slopes else 0.0
