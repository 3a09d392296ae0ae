"""The cache never changes an answer: whatever happened to files, settings or the cache itself."""

import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

import asynccost
from asynccost.engine import firstpass, workers
from asynccost.engine.cache import Cache, Stamp, folders, signature
from asynccost.files import listings
from asynccost.model import Problem
from asynccost.rules import ROOT
from tests.small_project import Answer, put, scan, write

SLOW = b"import aiohttp\n\nasync def load(urls, http):\n    for url in urls:\n        await http.get(url)\n"
KEPT = b"import aiohttp\n\nasync def load(urls, http):\n    for url in urls:\n        print(http, url)   \n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path / "project")


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "cache")


def cached(root: Path, folder: str, **options: Any) -> Answer:
    return scan(root, cache=True, cache_dir=folder, **options)


def test_warm_equals_cold(root: Path, folder: str) -> None:
    """The first, the second and the third scan say the same, as does one without a cache."""
    cold = scan(root)

    assert cold.findings
    assert [cached(root, folder) for _ in range(3)] == [cold] * 3


def test_processes_do_not_matter(root: Path, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process or several, with a cache or without."""
    monkeypatch.setattr(workers, "_INLINE_BYTES", 0)
    alone = scan(root, jobs=1)

    assert scan(root, jobs=2) == alone
    assert cached(root, folder, jobs=3) == alone
    assert cached(root, folder, jobs=1) == alone


def test_what_no_rule_looks_at_still_says_who_is_loose(root: Path, folder: str) -> None:
    """A package whose `__init__` is empty is one, and a plain file may be all that imports another: cold and warm."""
    waits = b'import requests\n\n\ndef run():\n    return requests.get("https://a.example/").text\n'
    for path in ("plugs/mail.py", "flat/used.py", "flat/loose.py"):
        put(root, path, waits)
    put(root, "plugs/__init__.py", b"")
    put(root, "flat/menu.py", b"import used\n\n\ndef show():\n    return used.run()\n")

    for _ in range(3):
        found = [(path, row) for rule, path, row in cached(root, folder).findings if rule == "missing-timeout"]
        sure = {path for path, row in found if '"low"' not in row}
        assert sure & {"plugs/mail.py", "flat/used.py", "flat/loose.py"} == {"plugs/mail.py", "flat/used.py"}


def test_a_script_that_no_rule_looks_at_brings_a_component_back(root: Path, folder: str) -> None:
    """Nothing is kept of a plain script, and yet an import that comes or goes there decides: cold and warm."""
    for name in ("Badge", "Button", "Dialog"):
        put(root, f"web/components/{name}/index.jsx", b"export default function %s() {}\n" % name.encode())
    put(
        root,
        "web/components/Card/index.jsx",
        b'import { useEffect, useState } from "react";\nexport default function Card() {\n'
        b"  const [page, setPage] = useState(1);\n  const [card, setCard] = useState(null);\n  useEffect(() => {\n"
        b"    fetch(`/api/card/${page}`).then((r) => r.json()).then((answer) => setCard(answer));\n  }, [page]);\n"
        b"  return <p onClick={() => setPage(page + 1)}>{card}</p>;\n}\n",
    )
    used = b"".join(b'import %s from "./components/%s";\n' % (n, n) for n in (b"Badge", b"Button", b"Dialog"))

    for more in (b"", b'import Card from "./components/Card";\n', b""):
        shown = b"Badge, Button, Dialog, Card" if more else b"Badge, Button, Dialog"
        put(root, "web/main.js", used + more + b"export const all = [" + shown + b"];\n")
        rows = [row for rule, path, row in cached(root, folder).findings if rule == "effect-race" and "Card" in path]
        assert ['"low"' not in row for row in rows] == [bool(more)]


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_files_does_not_matter(root: Path, folder: str, seed: int) -> None:
    """Files may come in any order, also when some of them come from the cache."""
    whole = scan(root)
    put(root, "app/slow.py", (root / "app/slow.py").read_bytes() + b"# seen anew\n")

    assert scan(root, order=Random(seed)) == scan(root)
    assert cached(root, folder, order=Random(seed)) == scan(root)
    assert whole.findings == scan(root).findings


def test_a_file_written_just_now_is_read_again(root: Path, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Same size, same time, same inode, other content: a file system may not tell these apart for two seconds."""
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now)  # however long a busy machine takes
    for text in (SLOW, KEPT, SLOW):
        assert len(text) == len(SLOW)
        (root / "app/new.py").write_bytes(text)
        os.utime(root / "app/new.py", ns=(now, now))
        assert cached(root, folder) == scan(root)


def test_a_file_from_the_future_is_read_again(root: Path, folder: str) -> None:
    """A clock that was set back must not freeze an answer."""
    later = time.time_ns() + 3600 * 10**9
    for text in (SLOW, KEPT):
        (root / "app/new.py").write_bytes(text)
        os.utime(root / "app/new.py", ns=(later, later))
        assert cached(root, folder) == scan(root)


def test_check_cache_reads_contents(root: Path, folder: str) -> None:
    """A change that hides behind old times is found by --check-cache, and stays found."""
    put(root, "app/new.py", SLOW)
    before = cached(root, folder)
    put(root, "app/new.py", KEPT)

    assert cached(root, folder) == before
    assert cached(root, folder, check_cache=True) == scan(root) != before
    assert cached(root, folder) == scan(root)


def test_a_file_that_could_not_be_read_is_tried_again(
    root: Path, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rights change without a trace in size and time; the problem is listed, and gone when it is."""
    real = workers._bytes

    def refuse(task: workers.Task) -> bytes:
        if task.path == "app/crawl.py":
            raise PermissionError(13, "Permission denied")
        return real(task)

    monkeypatch.setattr(workers, "_bytes", refuse)
    refused = cached(root, folder)
    assert [p[0] for p in refused.problems] == ["app/crawl.py"]
    assert cached(root, folder) == refused
    monkeypatch.setattr(workers, "_bytes", real)
    assert cached(root, folder) == scan(root) != refused


def test_what_a_failing_tool_left_out_is_not_remembered(
    root: Path, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the tool of a rule works again, its findings are there."""
    monkeypatch.setattr(workers, "batches", lambda _: ({}, [Problem("", 0, "ruff did not run", "tool")]))
    failed = cached(root, folder)
    assert [p[3] for p in failed.problems] == ["tool"]
    monkeypatch.setattr(workers, "batches", firstpass.batches)
    assert cached(root, folder) == scan(root) != failed


def test_another_run_that_saves_meanwhile_spoils_nothing(
    root: Path, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the stamps and the look at the rows another scan, with other files, saves."""
    cold = cached(root, folder)
    put(root, "app/crawl.py", b"")
    stamps = Cache.stamps

    def interrupted(cache: Cache) -> dict[str, Stamp]:
        known = stamps(cache)
        monkeypatch.setattr(Cache, "stamps", stamps)
        cached(root, folder, extend_exclude=["app"])
        return known

    monkeypatch.setattr(Cache, "stamps", interrupted)
    assert cached(root, folder) == scan(root) != cold
    assert cached(root, folder) == scan(root)


def test_files_come_and_go(root: Path, folder: str) -> None:
    """A file that is gone takes its findings, and what others knew from it, along."""
    cached(root, folder)
    for path in ("app/crawl.py", "web/server.ts", "app/__init__.py"):
        (root / path).unlink()
        assert cached(root, folder) == scan(root)
    write(root)
    assert cached(root, folder) == scan(root)
    (root / "app/clients.py").rename(root / "app/others.py")
    assert cached(root, folder) == scan(root)


def test_content_that_comes_back_is_known_again(root: Path, folder: str) -> None:
    """There and back again, by time stamps that only grow."""
    first = cached(root, folder)
    old = (root / "app/clients.py").read_bytes()
    put(root, "app/clients.py", b"", at=1_700_000_100)
    assert cached(root, folder) == scan(root)
    put(root, "app/clients.py", old, at=1_700_000_200)
    assert cached(root, folder) == first


def _garbage(file: Path) -> None:
    file.write_bytes(b"not a data base" * 1000)


def _truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _no_json(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("update kept set value = '[[\"app/clients.py\", 1' where name != 'signature'")
        db.execute("update row set value = '{'")
        db.commit()


def _other_json(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("update kept set value = '[1, 2, 3]' where name != 'signature'")
        db.execute("update row set value = '{}'")
        db.commit()


def _other_tables(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as db:
        db.execute("create table row (other text)")
        db.commit()


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    "damage", [_garbage, _truncated, _empty, _no_json, _other_json, _other_tables, _folder], ids=lambda d: d.__name__
)
def test_a_damaged_cache_is_as_none(root: Path, folder: str, damage: object) -> None:
    """And where it can be made anew, it is."""
    cold = cached(root, folder)
    for left in Path(folder).glob("cache.db-*"):
        left.unlink()
    assert callable(damage)
    damage(Path(folder, "cache.db"))

    assert cached(root, folder) == cold
    put(root, "app/crawl.py", b"")
    assert cached(root, folder) == scan(root) != cold


def test_a_folder_that_cannot_be_written_is_as_none(root: Path, folder: str) -> None:
    """Here a file stands where the folder should be; that stops root as well."""
    Path(folder).write_text("")

    assert cached(root, folder) == scan(root)
    assert Path(folder).read_text() == ""


def test_a_read_only_cache_is_as_none(root: Path, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """sqlite may open a file and then refuse to write to it."""
    cold = cached(root, folder)
    connect = sqlite3.connect

    def read_only(path: str, **options: object) -> sqlite3.Connection:
        return connect(f"file:{path}?mode=ro", uri=True, **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(sqlite3, "connect", read_only)
    put(root, "app/crawl.py", b"")
    assert cached(root, folder) == scan(root) != cold


def test_a_locked_cache_is_as_none_and_stays(root: Path, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another scan is writing: this one goes without, and does not remove what is not broken."""
    cold = cached(root, folder)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, **options: connect(path, **{**options, "timeout": 0}))
    with closing(connect(Path(folder, "cache.db"), isolation_level=None)) as other:
        other.execute("begin exclusive")
        put(root, "app/crawl.py", b"")
        assert cached(root, folder) == scan(root) != cold
        other.execute("rollback")
    assert cached(root, folder) == scan(root)


def test_other_settings_give_other_answers(root: Path, folder: str) -> None:
    """What a cache holds does not depend on which rules, files or confidences were asked for."""
    whole = cached(root, folder)
    rule = whole.findings[0][0]

    for options in ({"ignore": [rule]}, {"select": [rule]}, {"confidence": "high"}, {"extend_exclude": ["web"]}):
        assert cached(root, folder, **options) == scan(root, **options)
        assert cached(root, folder) == whole


def test_other_tables_begin_anew() -> None:
    """Rows of the user's own knowledge are part of what a cache was made with."""
    known: dict[str, object] = {"clients": {"python": {"app.clients.make": {}}}}

    assert signature({}) != signature(known)
    assert signature(known) == signature(dict(known))


def test_rows_are_of_the_whole_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of any module, and of any rule or table, begins anew: each is looked at."""
    real, looked = os.stat, set()
    monkeypatch.setattr(os, "stat", lambda path, **options: looked.add(str(path)) or real(path, **options))
    signature({})

    package = Path(asynccost.__file__).parent
    modules = {str(path) for path in package.rglob("*.py")} | {str(p) for p in Path(ROOT).rglob("*.toml")}
    assert modules <= looked


def test_a_moved_project_is_the_same_project(root: Path, folder: str, tmp_path: Path) -> None:
    """A copy elsewhere with the same cache: other inodes, other folders, the same answers."""
    cold = cached(root, folder)
    copy = tmp_path / "copy"
    shutil.copytree(root, copy)
    (copy / "app/slow.py").write_bytes(b"")

    assert cached(copy, folder) == scan(copy)
    assert cached(root, folder) == cold


def test_folders_that_are_as_they_were_are_not_listed_again(
    root: Path, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old folders are listed once; one in which a name comes, goes or is moved is listed again, whatever its mtime."""
    listed: list[str] = []
    looked = listings._listed

    def look(path: str) -> listings.Listing:
        listed.append(os.path.relpath(path, root))
        return looked(path)

    monkeypatch.setattr(listings, "RACY_NS", -1)  # the folders of a test are young
    cold = cached(root, folder)
    monkeypatch.setattr(listings, "_listed", look)
    assert (cached(root, folder), listed) == (cold, [])
    put(root, "app/new.py", SLOW)
    os.utime(root / "app", ns=(1, 1))
    assert (cached(root, folder), listed) == (scan(root), ["app", *listed[1:]])
    listed.clear()
    assert "app/new.py" in {f[1] for f in cached(root, folder).findings}
    assert listed == []
    (root / "app/new.py").rename(root / "app/newer.py")
    assert {f[1] for f in cached(root, folder).findings} >= {"app/newer.py"}
    assert listed == ["app"]
    listed.clear()
    assert cached(root, folder, check_cache=True) == cached(root, folder)
    assert "app" in listed


def test_a_folder_that_changed_just_now_is_listed_again(root: Path, folder: str) -> None:
    """Its times could be those of the next change."""
    cached(root, folder)
    assert folders(folder) == {}


def test_two_versions_at_once_do_not_mix(tmp_path: Path) -> None:
    """The one that began anew last keeps what it keeps; the other, under way, reads and writes nothing there."""
    stamps = {"a.py": Stamp(1, 2, 3, "d")}

    def opened(version: str) -> Cache:
        cache = Cache.open(str(tmp_path), version)
        assert cache is not None
        return cache

    old, new = opened("old"), opened("new")
    new.stamps()
    new.save(stamps, {"a.py": ("d", '["new"]')}, ["new"])
    new.keep("contents", ["new"])
    assert old.stamps() == {}
    assert old.result() is None
    assert old.rows() is None
    assert old.answer("contents") is None
    old.save(stamps, {"a.py": ("d", '["old"]')}, ["old"])
    old.keep("contents", ["old"])
    assert new.stamps() == stamps
    assert new.result() == ["new"]
    assert new.rows() == {"a.py": ("d", '["new"]')}
    assert new.answer("contents") == ["new"]
    old.close()
    new.close()


def test_a_cold_run_that_another_version_overtakes_keeps_nothing(tmp_path: Path) -> None:
    """It had read that there is nothing; by now there is something, of another version."""
    old = Cache.open(str(tmp_path), "old")
    assert old is not None
    assert old.stamps() == {}
    new = Cache.open(str(tmp_path), "new")
    assert new is not None
    old.save({}, {"a.py": ("d", '["old"]')}, ["old"])
    assert new.stamps() == {}
    assert new.rows() == {}
    old.close()
    new.close()
