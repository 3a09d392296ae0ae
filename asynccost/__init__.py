"""asynccost finds async code that wastes money. Importing it loads nothing else.

`asynccost.probe()` watches a running program (asynccost/probe/api.py), `asynccost.step(name)` names a stretch of it.
What a type checker should know stands in __init__.pyi, because the probe's package is callable.
"""

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import the probe when it is asked for."""
    if name in ("probe", "step"):
        from importlib import import_module

        return import_module("asynccost.probe") if name == "probe" else import_module("asynccost.probe.steps").step
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
