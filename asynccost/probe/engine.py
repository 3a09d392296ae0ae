"""Turns the probe of this process on and off; however many ask for it, there is one."""

import os
from types import ModuleType

from asynccost.probe.calls import Ledger
from asynccost.probe.importing import Finder, hook_of
from asynccost.probe.on import ON
from asynccost.probe.patching import Patches
from asynccost.probe.recorder import Recorder


class Engine:
    """The hooks of this process, and how many probes want them."""

    def __init__(self) -> None:
        """Off."""
        self.users = 0
        self.patches = Patches()
        self.hooked: dict[str, str] = {}
        self._finder: Finder | None = None
        self._forks_seen = False

    def start(self, root: str = "", key: bytes = b"") -> Recorder:
        """Hook, if nobody has yet; the recorder that counts."""
        self.users += 1
        if ON.recorder is None:
            self._on(Recorder(root or os.getcwd(), key or os.urandom(16)))
            self._finder = Finder(self._install)
            self._finder.start()
        if not self._forks_seen:
            os.register_at_fork(after_in_child=self._forked)
            self._forks_seen = True
        assert ON.recorder is not None
        return ON.recorder

    def stop(self) -> None:
        """Unhook once nobody is left who wants it; everything is as it was before."""
        self.users -= 1
        if self.users == 0:
            if self._finder is not None:
                self._finder.stop()
            ON.recorder = ON.ledger = None
            self.patches.restore()
            self.hooked = {}

    def _on(self, recorder: Recorder) -> None:
        recorder.process.hooked = self.hooked
        ON.ledger = Ledger(recorder)
        ON.recorder = recorder

    def _install(self, name: str, module: ModuleType) -> None:
        if ON.recorder is not None:
            ON.recorder.sites.hook(module)
            hook_of(name).install(module, self.patches)
            self.hooked[name] = str(getattr(module, "__version__", ""))

    def _forked(self) -> None:
        """A child counts for itself, from zero."""
        if ON.recorder is not None:
            old = ON.recorder
            self._on(Recorder(old.root, old.key, old.process.interval))
            assert ON.recorder is not None
            ON.recorder.sites = old.sites


ENGINE = Engine()
