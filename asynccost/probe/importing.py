"""Hooks libraries when they are imported, and at once where they have been already.

A finder at the front of sys.meta_path asks the others for the module and wraps its loader's exec_module once.
httpcore has an entry of its own: httpx imports it late, and its users rely on that.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Any

from asynccost.probe.guards import guarded

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

HOOKS = {  # module that has been imported -> module of asynccost.probe.hooks
    "asyncio": "asyncio",
    "multiprocessing.util": "multiprocessing",
    "multiprocessing.queues": "multiprocessing",
    "signal": "signal",
    "socket": "names",
    "anyio._core._sockets": "names",
    "aiohttp": "aiohttp",
    "requests": "requests",
    "urllib3": "urllib3",
    "starlette.routing": "entries",
    "fastapi.routing": "entries",
    "aiohttp.web_app": "entries",
    "_pytest.runner": "entries",
    "httpx": "httpx",
    "httpx2": "httpx",
    "httpcore": "httpcore",
    "httpcore2": "httpcore",
}
SENDS = frozenset({"aiohttp", "httpx", "requests", "urllib3"})  # the hooks of libraries that may ask a model
# SDKs that do ask one
MODELS = frozenset({"anthropic", "cohere", "google.genai", "groq", "litellm", "mistralai", "ollama", "openai"})
Install = Callable[[str, ModuleType], object]


class Finder(MetaPathFinder):
    """Tells `install` of each module of HOOKS and MODELS when it has been executed."""

    def __init__(self, install: Install) -> None:
        """Not yet on sys.meta_path."""
        self.install = install
        self._looking: set[str] = set()

    def start(self) -> None:
        """Hook what is there; watch for the rest."""
        sys.meta_path.insert(0, self)
        for name in (*HOOKS, *MODELS):
            module = sys.modules.get(name)
            if module is not None:
                self.loaded(name, module)

    def stop(self) -> None:
        """Watch no longer."""
        while self in sys.meta_path:
            sys.meta_path.remove(self)

    @guarded
    def loaded(self, name: str, module: ModuleType) -> None:
        """Hook one module, unless it is another one under an alias."""
        if module.__name__ == name:
            self.install(name, module)

    @guarded
    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        """The spec that the other finders give, with a loader that tells us; None for everything else."""
        if (name not in HOOKS and name not in MODELS) or name in self._looking:
            return None
        self._looking.add(name)
        try:
            spec = self._others(name, path, target)
        finally:
            self._looking.discard(name)
        if spec is not None and spec.loader is not None:
            self._tap(name, spec.loader)
        return spec

    def _others(self, name: str, path: Sequence[str] | None, target: Any) -> ModuleSpec | None:
        for finder in list(sys.meta_path):
            found = None if finder is self else finder.find_spec(name, path, target)
            if found is not None:
                return found
        return None

    def _tap(self, name: str, loader: Any) -> None:
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            self.loaded(name, module)

        loader.exec_module = exec_module


def hook_of(name: str) -> Any:
    """The module of hooks for a library; imported only when the library is."""
    return importlib.import_module(f"asynccost.probe.hooks.{HOOKS[name]}")
