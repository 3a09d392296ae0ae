"""Turns the probe of this process on and off; however many ask for it, there is one."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from asynccost.probe.calls import Ledger
from asynccost.probe.guards import guarded
from asynccost.probe.importing import HOOKS, MODELS, SENDS, Finder, hook_of
from asynccost.probe.on import ON
from asynccost.probe.patching import Patches
from asynccost.probe.recorder import Recorder
from asynccost.probe.watcher import Watcher
from asynccost.probe.writer import Writer, file_of

if TYPE_CHECKING:
    from types import ModuleType

INTERVAL = 1.0
SAMPLE = 0.05  # seconds between two looks at the live clients, while the run is short


class Engine:
    """The hooks of this process, how many probes want them, and the folder it writes to under `asynccost run`."""

    def __init__(self) -> None:
        """Off."""
        self.users = 0
        self.folder = ""
        self.patches = Patches()
        self.hooked: dict[str, str] = {}
        self._finder: Finder | None = None
        self._writer: Writer | None = None
        self._knows_forks = False
        self._sparing = False

    def start(self, root: str = "", key: bytes = b"", folder: str = "", *, sparing: bool = False) -> Recorder:
        """Hook, if nobody has yet; the recorder that counts.

        folder: where this process writes its trace. sparing: what model calls need is loaded when an SDK of a model is,
        or at the first call, whose loop then stands still for some 20 ms; else when a library is that may make one.
        """
        self.users += 1
        if ON.recorder is None:
            self.folder, self._sparing = folder, sparing
            self._count(Recorder(root or os.getcwd(), key or os.urandom(16), INTERVAL))
            self._finder = Finder(self._install)
            self._finder.start()
        if not self._knows_forks:
            os.register_at_fork(before=self._forks, after_in_child=self._forked)
            self._knows_forks = True
        assert ON.recorder is not None
        return ON.recorder

    def stop(self) -> None:
        """Unhook once nobody is left who wants it; everything is as it was before."""
        self.users -= 1
        if self.users == 0:
            if ON.watcher is not None:
                ON.watcher.stop()
            if self._finder is not None:
                self._finder.stop()
            if ON.pulses is not None:
                ON.pulses.forget()
            ON.clear()
            self.patches.restore()
            self.hooked = {}

    @guarded
    def finish(self) -> None:
        """The process ends by itself: write the last lines."""
        if ON.watcher is not None:
            ON.watcher.stop()
            ON.asleep = True  # should it go on after all
        if self._writer is not None:
            self._writer.write(finished=True)

    @guarded
    def hand_over(self) -> None:
        """A child gives a result away: write what led to it."""
        if self._writer is not None:
            self._writer.hand_over()

    def _count(self, recorder: Recorder) -> None:
        recorder.process.hooked = self.hooked
        ON.ledger = Ledger(recorder)
        ON.recorder = recorder
        self._writer = Writer(file_of(self.folder, recorder), recorder) if self.folder else None
        ON.watcher = Watcher(self._look, self._write, recorder.process.interval)
        ON.asleep = True
        if "asyncio" in self.hooked:
            self._watch_loops(recorder)

    def _watch_loops(self, recorder: Recorder) -> None:
        import asyncio

        from asynccost.probe.pulse import Pulses
        from asynccost.probe.tasks import TaskWatch

        if ON.pulses is not None:
            ON.pulses.forget()
        ON.tasks, ON.pulses = TaskWatch(recorder), Pulses(recorder)
        if ON.ledger is not None:
            ON.ledger.running, ON.ledger.task = asyncio._get_running_loop, asyncio.current_task
            if sys.version_info < (3, 12):  # whose current_task is no C: what it looks at
                ON.ledger.task = asyncio.tasks._current_tasks.get  # type: ignore[attr-defined]

    def _look(self) -> None:
        if ON.pulses is not None:
            ON.pulses.look()
        if ON.ledger is not None:
            ON.ledger.clients.sample(SAMPLE)

    def _write(self) -> None:
        if self._writer is not None:
            self._writer.write()

    def _install(self, name: str, module: ModuleType) -> None:
        recorder = ON.recorder
        if recorder is not None and ON.ledger is not None:
            if name in MODELS or (HOOKS[name] in SENDS and not self._sparing):
                ON.ledger.meters.prepare()  # by now: a loop would wait for this import, or for another thread's
            if name in MODELS:
                return
            recorder.sites.hook(module)
            if name == "asyncio":
                self._watch_loops(recorder)
            hook_of(name).install(module, self.patches)
            self.hooked[name] = str(getattr(module, "__version__", ""))

    @guarded
    def _forks(self) -> None:
        if ON.watcher is not None:
            ON.watcher.stop()
            ON.asleep = True

    @guarded
    def _forked(self) -> None:
        """A child counts for itself, from zero."""
        old = ON.recorder
        if old is not None:
            self._count(Recorder(old.root, old.key, old.process.interval, old.sites))


ENGINE = Engine()
