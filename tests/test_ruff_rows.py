"""Running ruff: its rows come back by path and place, and its absence is said."""

import subprocess
import sys
from pathlib import Path

import pytest

from asynccost.flow.layout import Lines
from asynccost.python import ruff

SLEEPS = b'import time\n\n\nasync def f():\n    name = "\xc3\xa9"; time.sleep(1)\n'


def test_a_row_names_code_and_place() -> None:
    rows = ruff.rows([("pkg/a.py", SLEEPS)])

    assert [row["code"] for row in rows["pkg/a.py"]] == ["ASYNC251"]
    row = rows["pkg/a.py"][0]
    start = Lines(SLEEPS).offset(row["line"], row["column"])
    assert SLEEPS[start:].startswith(b"time.sleep")


def test_the_text_counts_not_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_bytes(b"")

    assert "a.py" in ruff.rows([("a.py", SLEEPS)])


def test_files_of_one_name_are_kept_apart() -> None:
    rows = ruff.rows([("a/x.py", SLEEPS), ("b/x.py", SLEEPS), ("c/x.py", b"import time\nasync def g(): ...\n")])

    assert sorted(rows) == ["a/x.py", "b/x.py"]


def test_no_configuration_reaches_ruff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ruff.toml").write_text('lint.ignore = ["ASYNC"]\nexclude = ["*.py"]\n')

    assert ruff.rows([("a.py", SLEEPS)])


def test_noqa_is_ruffs_affair() -> None:
    assert ruff.rows([("a.py", SLEEPS.replace(b"(1)", b"(1)  # noqa: ASYNC251"))]) == {}


@pytest.mark.parametrize("source", [b"", b"import time\ntime.sleep(1)\n", b"async def f():\n    return 1\n"])
def test_ruff_is_not_run_for_nothing(source: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("ruff was run"))

    assert ruff.rows([("a.py", source)]) == {}


@pytest.mark.parametrize("source", [b"async def f(:\n    time.sleep(1)\n", b"async def f():\n    open(\xff\xfe)\n"])
def test_broken_sources_give_no_rows_and_no_error(source: bytes) -> None:
    assert ruff.rows([("a.py", source)]) == {}


def test_a_missing_ruff_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(ruff, "import_module", _absent)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(OSError, match="ruff is not installed"):
        ruff.rows([("a.py", SLEEPS)])


def _absent(name: str) -> None:
    raise ImportError(name)


def test_a_failing_ruff_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ruff, "CODES", ("NOSUCHRULE1",))

    with pytest.raises(OSError, match="ruff ended with 2"):
        ruff.rows([("a.py", SLEEPS)])
