"""The pytest plugin's face: options, settings and the marker. Everything else is imported once it is asked for.

    pytest --asynccost                 new findings of a scan, and tests that waste more than they did, fail the run
    @pytest.mark.asynccost(max_connections=1, max_leaked_sessions=0)
    def test_it(asynccost_probe): ...  the fixture tells what the test did so far

See `asynccost explain testing`.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.machinery import ModuleSpec

    from asynccost.testing.watch import Watched

MARKER = (
    "asynccost(max_connections=..., max_leaked_sessions=..., ...): limits on what a test may waste; "
    "they hold with --asynccost. `asynccost explain testing` lists them"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options, and `asynccost = true` for those who want it always."""
    group = parser.getgroup("asynccost", "wasteful async code (asynccost)")
    group.addoption("--asynccost", action="store_true", help="Scan the project, and watch every test.")
    group.addoption("--asynccost-update", action="store_true", help="Record what tests do now; fails the run once.")
    group.addoption("--asynccost-no-scan", action="store_true", help="Watch tests, but do not scan the project.")
    group.addoption("--asynccost-json", metavar="FILE", help="Write what each test did as JSON.")
    group.addoption("--asynccost-html", metavar="FILE", help="Write what each test did as an HTML page.")
    parser.addini("asynccost", "Scan the project and watch every test.", type="bool", default=False)
    parser.addini("asynccost_paths", "What to scan, relative to the rootdir.", type="args", default=[])
    parser.addini("asynccost_tolerance", "Percent by which connections and tokens may grow.", default="25")


def pytest_configure(config: pytest.Config) -> None:
    """Say what the marker is; load the rest if it is asked for."""
    config.addinivalue_line("markers", MARKER)
    option = config.option
    wanted = option.asynccost or option.asynccost_update or option.asynccost_json or option.asynccost_html
    if wanted or config.getini("asynccost"):
        _Plainly.start(config)
        from asynccost.testing.plugin import register

        register(config)


class _Plainly:
    """Imports our modules as Python does: pytest, as for any plugin's package, would parse each to rewrite asserts."""

    @classmethod
    def start(cls, config: pytest.Config) -> None:
        """From now on, until the run ends."""
        if cls not in sys.meta_path:
            sys.meta_path.insert(0, cls)
            config.add_cleanup(cls.stop)

    @classmethod
    def stop(cls) -> None:
        """No longer."""
        if cls in sys.meta_path:
            sys.meta_path.remove(cls)

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG004
        """Where the module lies; None for anybody else's."""
        return PathFinder.find_spec(name, path) if name.startswith("asynccost.") else None


@pytest.fixture
def asynccost_probe(request: pytest.FixtureRequest) -> Iterator[Watched]:
    """What the test has done so far: `.counts` as numbers, `.trace` in full. Works without --asynccost too."""
    _Plainly.start(request.config)
    from asynccost.testing.watch import fixture

    yield from fixture(request)
