"""The probe in a process of `asynccost run`: on from the start, written to a file of its own until the end."""

import atexit
import os
import sys
from types import ModuleType
from typing import Any

from asynccost.probe.engine import ENGINE
from asynccost.probe.on import ON
from asynccost.probe.purse import LIMIT

FOLDER, KEY, ROOT = "ASYNCCOST_RUN_FOLDER", "ASYNCCOST_RUN_KEY", "ASYNCCOST_RUN_ROOT"


def begin(folder: str) -> None:
    """Start; called by start/sitecustomize.py."""
    if any(word.startswith("from multiprocessing.resource_tracker") for word in sys.orig_argv):
        return  # a helper of the standard library, which outlives the program
    ENGINE.start(os.environ.get(ROOT, ""), bytes.fromhex(os.environ.get(KEY, "")), folder)
    if os.path.exists(os.path.join(folder, LIMIT)):
        from asynccost.probe.limits import of_run

        ON.limits = (of_run(folder),)
    atexit.register(ENGINE.finish)
    ON.wake()


def finish_with(module: ModuleType) -> None:
    """Children of multiprocessing leave without atexit; theirs are its finalizers, emptied at each of their starts."""
    util: Any = module

    def started(_: object) -> None:
        util.Finalize(None, ENGINE.finish, exitpriority=-100)

    util.register_after_fork(ENGINE, started)
