"""What is shipped: the machine, its rules, tables and sample; no tests, nothing called `rules` at the top."""

import os
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from asynccost.rules import ROOT

CHECKOUT = Path(__file__).parents[1]
NEEDED = ("asynccost/py.typed", "asynccost/cli/__init__.py", "asynccost/demo/sample/service/app.py")


@pytest.fixture(scope="module")
def backend() -> object:
    if not (CHECKOUT / "asynccost").is_dir():
        pytest.skip("the tests run against an installed wheel; there is nothing to build here")
    return pytest.importorskip("poetry.core.masonry.api")


def _build(backend: object, kind: str, folder: Path) -> Path:
    old = Path.cwd()
    os.chdir(CHECKOUT)
    try:
        return Path(folder, getattr(backend, f"build_{kind}")(str(folder)))
    finally:
        os.chdir(old)


def _rules() -> set[str]:
    """Every file of the rules, as a path below rules/."""
    files = (p for p in Path(ROOT).rglob("*") if p.suffix in (".md", ".py", ".toml"))
    return {p.relative_to(ROOT).as_posix() for p in files}


def test_the_wheel_holds_the_machine_and_its_rules(backend: object, tmp_path: Path) -> None:
    """Rules lie below asynccost/; tests, fixtures and the rest of the checkout stay at home."""
    with zipfile.ZipFile(_build(backend, "wheel", tmp_path)) as wheel:
        names = {n for n in wheel.namelist() if not n.endswith("/")}

    assert {n.partition("/")[0].partition("-")[0] for n in names} == {"asynccost"}
    assert {f"asynccost/rules/{r}" for r in _rules()} | set(NEEDED) <= names
    assert [n for n in names if "__pycache__" in n or "/tests/" in n] == []


def test_the_source_distribution_can_build_and_test_itself(backend: object, tmp_path: Path) -> None:
    """Rules, fixtures, tests and what README needs are in it."""
    with tarfile.open(_build(backend, "sdist", tmp_path)) as archive:
        names = {n.partition("/")[2] for n in archive.getnames()}

    assert {f"rules/{r}" for r in _rules()} | set(NEEDED) <= names
    for name in ("README.md", "LICENSE", "pyproject.toml", "tests/test_rules.py", "tests/benchmarks/semgrep.yml"):
        assert name in names
    fixtures = {p.relative_to(CHECKOUT).as_posix() for p in (CHECKOUT / "fixtures").rglob("*") if p.is_file()}
    assert {f for f in fixtures if "__pycache__" not in f} <= names
    assert [n for n in names if "__pycache__" in n or n.startswith(".")] == []


def test_what_is_installed_starts_by_its_name() -> None:
    """One command, one version, no `rules` at the top."""
    installed = metadata.distribution("asynccost")
    scripts = {e.name: e.value for e in installed.entry_points if e.group == "console_scripts"}
    tops = {f.parts[0] for f in installed.files or ()}

    assert scripts == {"asynccost": "asynccost.cli:main"}
    assert "rules" not in tops
    assert "tests" not in tops
