"""How long a thread was ready to run and did not, since the machine ran others: that is no doing of its program's."""

from __future__ import annotations


def queued(thread: int) -> float:
    """Seconds so far of a thread of this process, by the identity that the kernel gives it; 0 where it does not tell.

    Source: the second field of /proc/self/task/THREAD/schedstat, in nanoseconds (Linux, Documentation/scheduler/
    sched-stats.rst).
    """
    try:
        with open(f"/proc/self/task/{thread}/schedstat", "rb", buffering=0) as told:
            return int(told.read(100).split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0
