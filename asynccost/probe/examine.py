"""What the probe can see in one Python: run there as a program, it answers on standard output with JSON.

The libraries that are installed are imported under a probe, and after them the modules that were named (which may set
up an instrumentation or a mock of their own); then every hook is asked whether it is in its place, and who else is
wrapped around the same attribute.
"""

import contextlib
import importlib
import importlib.util
import inspect
import json
import sys
from collections.abc import Iterator
from typing import Any

from asynccost.probe.engine import ENGINE
from asynccost.probe.importing import HOOKS
from asynccost.probe.patching import Patch

# Packages that send requests by themselves, past everything that is hooked -> what is lost.
UNSEEN = {
    "pycurl": "its requests",
    "curl_cffi": "its requests",
    "niquests": "its requests",
    "grpc": "its calls (Google and other SDKs use it)",
    "websockets": "its connections",
    "asyncpg": "its connections",
    "psycopg": "its connections",
    "redis": "its connections",
    "pymongo": "its connections",
    "uvloop": "TLS and DNS phases where it opens connections itself",
    "trio": "tasks and timers of its loops",
}


def main(modules: list[str]) -> None:
    """Look, and print."""
    ENGINE.start()
    found: dict[str, Any] = {"python": ".".join(map(str, sys.version_info[:3])), "libraries": [], "failed": {}}
    for name in HOOKS:
        if importlib.util.find_spec(name.partition(".")[0]):
            _load(name, found["failed"])
    for name in modules:
        _load(name, found["failed"])
    for name in HOOKS:
        if name in sys.modules:
            found["libraries"].append(_library(name))
    found["unseen"] = {name: lost for name, lost in UNSEEN.items() if importlib.util.find_spec(name)}
    json.dump(found, sys.stdout)


def _load(name: str, failed: dict[str, str]) -> None:
    """Import a module; what it prints is not for our reader."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            importlib.import_module(name)
    except Exception as error:
        failed[name] = f"{type(error).__name__}: {error}"


def _library(name: str) -> dict[str, Any]:
    mine = [patch for patch in ENGINE.patches.made if _module(patch).partition(".")[0] == name.partition(".")[0]]
    return {
        "name": name,
        "version": ENGINE.hooked.get(name, ""),
        "hooked": name in ENGINE.hooked,
        "alias": sys.modules[name].__name__ != name,
        "hooks": [_hook(patch) for patch in mine],
    }


def _hook(patch: Patch) -> dict[str, Any]:
    """One hooked attribute. reached: whether a call of it still comes to us; others: whose wrappers it passes, too."""
    chain = _chain(vars(patch.owner).get(patch.name))
    ours = ("asynccost", _module(patch).partition(".")[0], "aiohappyeyeballs")
    reached = any(step is patch.after or step is getattr(patch.after, "__func__", None) for step in chain)
    others = dict.fromkeys(package for step in chain if (package := _package(step)) not in ours)
    others = {name: None for name in others if name not in sys.stdlib_module_names}
    return {"attribute": f"{_owner(patch)}.{patch.name}", "reached": reached, "others": list(others)}


def _chain(wrapper: Any) -> list[Any]:
    """A wrapper and what it says it wraps, down to the library's own."""
    found: list[Any] = []
    while wrapper is not None and len(found) < 20:
        found.append(wrapper)
        wrapper = next((inner for inner in _wrapped(wrapper) if callable(inner)), None)
    return found


def _wrapped(wrapper: Any) -> Iterator[Any]:
    """What a wrapper may stand around: what it says so itself, else a function that it closes over."""
    for name in ("__wrapped__", "__func__", "func"):
        yield getattr(wrapper, name, None)
    for cell in getattr(wrapper, "__closure__", None) or ():
        with contextlib.suppress(ValueError):  # not filled yet
            if inspect.isfunction(cell.cell_contents):
                yield cell.cell_contents


def _package(wrapper: Any) -> str:
    """Whose code a wrapper is: by the file of its function, since names are copied from what is wrapped."""
    inner = getattr(wrapper, "_self_wrapper", wrapper)  # wrapt
    inner = getattr(inner, "__func__", inner)
    code = getattr(inner, "__code__", None)
    module = getattr(inner, "__globals__", {}).get("__name__") if code else type(inner).__module__
    return str(module).partition(".")[0]


def _module(patch: Patch) -> str:
    return str(getattr(patch.owner, "__module__", None) or getattr(patch.owner, "__name__", ""))


def _owner(patch: Patch) -> str:
    return f"{_module(patch)}.{patch.owner.__qualname__}" if hasattr(patch.owner, "__qualname__") else _module(patch)


if __name__ == "__main__":
    main(sys.argv[1:])
