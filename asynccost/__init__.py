"""asynccost finds async code that wastes money. Importing it loads nothing else.

`asynccost.probe()` watches a running program (asynccost/probe/api.py), `asynccost.step(name)` names a stretch of it,
`asynccost.CostLimitExceeded` is what a limit on its model calls raises (asynccost/errors.py has the tree of errors).
What a type checker should know stands in __init__.pyi, because the probe's package is callable.
"""

__version__ = "0.1.0"
_PUBLIC = {"probe": "asynccost.probe", "step": "asynccost.probe.steps", "CostLimitExceeded": "asynccost.errors"}


def __getattr__(name: str) -> object:
    """Import what is asked for, when it is."""
    if name in _PUBLIC:
        from importlib import import_module

        module = import_module(_PUBLIC[name])
        return module if name == "probe" else getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
