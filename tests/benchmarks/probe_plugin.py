"""A pytest plugin: the probe is on from the first import of a library to the end of the session.

    PYTHONPATH=.../tests/benchmarks python -m pytest -p probe_plugin ...

The package is loaded from this checkout, whatever the environment has. With ASYNCCOST_SUITE_TRACE=FOLDER each process
leaves its trace there, as the proof that something was watched.
"""

import importlib.util
import os
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "asynccost"
ALIAS = os.environ.get("ASYNCCOST_SUITE_ALIAS")  # "httpx2=httpx": the first stands in for the second


def _load() -> None:
    """Our package by its place, with nothing else of this checkout on the path."""
    place = PACKAGE / "__init__.py"
    spec = importlib.util.spec_from_file_location("asynccost", place, submodule_search_locations=[str(PACKAGE)])
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["asynccost"] = module
    spec.loader.exec_module(module)


if os.environ.get("ASYNCCOST_SUITE_PROBE"):
    _load()
    from asynccost.probe.engine import ENGINE

    ENGINE.start(folder=os.environ["ASYNCCOST_SUITE_TRACE"])

if ALIAS:
    stand_in, _, name = ALIAS.partition("=")
    module = importlib.import_module(stand_in)
    for known in [known for known in sys.modules if known == stand_in or known.startswith(f"{stand_in}.")]:
        sys.modules[name + known.removeprefix(stand_in)] = sys.modules[known]


def pytest_unconfigure() -> None:
    """Write the trace."""
    if os.environ.get("ASYNCCOST_SUITE_PROBE"):
        ENGINE.finish()
