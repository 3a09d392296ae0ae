"""Starts the probe in every Python that `asynccost run` starts, directly or not: its folder stands in PYTHONPATH.

The Python may be another one, with nothing of ours installed, or one too old: so this file keeps to old syntax, loads
the package by its place, and then runs the sitecustomize that would have been found without it.
"""

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
_FOLDER = os.environ.get("ASYNCCOST_RUN_FOLDER", "")


def _begin():
    # type: () -> None
    if sys.version_info < (3, 11):  # noqa: UP036 - whatever Python is started reads this file
        name = "{}-{}.{}.unseen".format(os.getpid(), *sys.version_info[:2])
        open(os.path.join(_FOLDER, name), "w").close()
        return
    import importlib.util

    package = os.path.dirname(os.path.dirname(_HERE))
    place = os.path.join(package, "__init__.py")
    spec = importlib.util.spec_from_file_location("asynccost", place, submodule_search_locations=[package])
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules["asynccost"] = module
    spec.loader.exec_module(module)
    from asynccost.probe.child import begin

    begin(_FOLDER)


def _chain():
    # type: () -> None
    """Run the sitecustomize that stands behind this one, as if this one were not there."""
    from importlib.machinery import PathFinder

    paths = [path for path in sys.path if os.path.abspath(path) != _HERE]
    sys.path[:] = paths
    spec = PathFinder.find_spec("sitecustomize", paths)
    if spec is not None and spec.loader is not None:
        from importlib.util import module_from_spec

        module = module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


if _FOLDER and os.path.isdir(_FOLDER):
    try:
        _begin()
    except Exception as error:
        sys.stderr.write(f"asynccost: this process is not watched: {type(error).__name__}: {error}\n")
_chain()
