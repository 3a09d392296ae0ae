"""The history of scans: rows in order, several writers, a file that is no history, and who records."""

import json
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from asynccost import history
from asynccost.errors import ResultError, SettingsError
from asynccost.history import Run
from asynccost.report.past import as_csv, as_text, change, day


def _run(day: int, findings: int, machines: float | None = None) -> Run:
    return Run(f"2026-11-{day:02}T10:00:00Z", "a" * 40, "0.1", "x", 9, findings, 1, 0, findings, 0, machines, None)


def _write(root: str, writer: int) -> None:
    for number in range(20):
        history.record(root, _run(writer + 1, number))


def test_rows_come_back_oldest_first_and_by_day(tmp_path: Path) -> None:
    root = str(tmp_path)
    assert history.runs(root) == []
    for number in (3, 1, 2):
        history.record(root, _run(number, number))
    assert [r.findings for r in history.runs(root)] == [1, 2, 3]
    assert [r.findings for r in history.runs(root, date="2026-11-02")] == [2]
    assert [r.findings for r in history.runs(root, date="2026-11")] == [1, 2, 3]
    assert [r.findings for r in history.runs(root, since="2026-11-02")] == [2, 3]
    assert (tmp_path / ".asynccost" / ".gitignore").read_text() == "history.sqlite*\n"


def test_several_writers_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(str(tmp_path), n)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(history.runs(str(tmp_path))) == 80


def test_a_file_that_is_no_history_is_told_and_kept(tmp_path: Path) -> None:
    file = Path(history.path(str(tmp_path)))
    file.parent.mkdir()
    file.write_bytes(b"not a database " * 100)
    with pytest.raises(ResultError, match=r"history\.sqlite: the history cannot be used \(.*\); move the file away"):
        history.record(str(tmp_path), _run(1, 1))
    assert file.read_bytes().startswith(b"not a database")


def test_words() -> None:
    assert change(_run(1, 5, 40.0), _run(2, 7, 52.0)) == (
        "2 findings more than on 2026-11-01 (5, now 7); machine time: +$12 a month (from $40 to $52)."
    )
    assert "2 findings fewer" in as_text([_run(1, 5), _run(2, 3)])
    assert "No run is recorded here" in as_text([])
    assert as_csv([_run(1, 5)]).splitlines()[0].startswith("time,revision,version,scope,files,findings")
    with pytest.raises(SettingsError, match='--since: "yesterday" is not a date'):
        day("--since", "yesterday")


def _asynccost(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "asynccost", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_commands_that_look_back(tmp_path: Path) -> None:
    """A scan with a page is recorded, a part of a project is not; results become a page later."""
    (tmp_path / "asynccost.toml").write_text("")
    (tmp_path / "one.py").write_text("import asyncio\n\n\nasync def f():\n    asyncio.create_task(g())\n")
    _asynccost(tmp_path, "scan", "--format", "json=r.json")
    assert not (tmp_path / ".asynccost").exists()
    _asynccost(tmp_path, "scan", "--format", "html=a.html")
    _asynccost(tmp_path, "scan", "--shard", "1/2", "-q")
    _asynccost(tmp_path, "scan", "-q")
    rows = json.loads(_asynccost(tmp_path, "stats", "--format", "json").stdout)
    assert [row["findings"] for row in rows] == [1, 1]
    assert _asynccost(tmp_path, "report", "r.json", "-o", "b.html").returncode == 0
    assert "create_task(g())" in (tmp_path / "b.html").read_text()
    odd = '{"schema_version": 1, "findings": [{}], "errors": [], "summary": 1}'
    for name, text in (("no.json", "[]"), ("odd.json", odd)):
        (tmp_path / name).write_text(text)
        run = _asynccost(tmp_path, "report", name, "-o", "c.html")
        assert run.returncode == 2
        assert f"asynccost: {name}: not a result of asynccost scan --format json" in run.stderr
    assert not (tmp_path / "c.html").exists()


def test_pages_are_reproducible(tmp_path: Path) -> None:
    (tmp_path / "asynccost.toml").write_text("")
    (tmp_path / "one.py").write_text("import asyncio\n\n\nasync def f():\n    asyncio.create_task(g())\n")
    _asynccost(tmp_path, "scan", "--format", "json=r.json")
    pages = []
    for _ in range(2):
        subprocess.run(
            [sys.executable, "-m", "asynccost", "report", "r.json", "-o", "p.html"],
            cwd=tmp_path,
            env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"},
            check=True,
        )
        pages.append((tmp_path / "p.html").read_bytes())
    assert pages[0] == pages[1]
    assert b"2023-11-14T22:13:20Z" in pages[0]
