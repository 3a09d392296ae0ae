"""The fixer itself: what it makes at once, what it undoes and says of it, whatever the rules offer."""

import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynccost import python
from asynccost.engine.lowered import Lowered
from asynccost.files.splice import Moved, splice
from asynccost.fixer.patch import patch
from asynccost.flow.file import File
from asynccost.flow.module import Module
from asynccost.knowledge import Knowledge
from asynccost.model import Edit, Finding, Offer, Safety
from asynccost.rulebook import Rule
from tests import fixable
from tests.test_fixes import fix

TWO = b"""import asyncio


def start(work):
    asyncio.create_task(work(1))
    asyncio.create_task(work(2))
"""
Build = Callable[[Finding, File], Iterator[Edit]]


@pytest.fixture
def offers(monkeypatch: pytest.MonkeyPatch) -> Callable[[Build, Safety], None]:
    """Put a fix of our own in the place of every rule's."""

    def put(build: Build, safety: Safety = Safety.SAFE) -> None:
        def offered(finding: Finding, file: File) -> Offer:
            return Offer(safety, "a test says so", lambda: build(finding, file))

        monkeypatch.setattr(Rule, "fixer", lambda rule, _: offered if rule.name == "dropped-task" else None)

    return put


def _put(text: str) -> Build:
    def build(finding: Finding, file: File) -> Iterator[Edit]:
        yield Edit(file.path, finding.span.start, finding.span.end, text)

    return build


def test_a_fix_that_breaks_the_file_is_undone_and_the_others_stay(offers: Callable[..., None]) -> None:
    """By the second parser, which does not forgive what the first does."""

    def build(finding: Finding, file: File) -> Iterator[Edit]:
        yield Edit(file.path, finding.span.start, finding.span.end, "pass" if finding.span.line == 5 else "await 1")

    offers(build)
    outcome = fix({"a.py": TWO}, "dropped-task")

    assert outcome.after["a.py"] == TWO.replace(b"asyncio.create_task(work(1))", b"pass")
    [left] = outcome.left
    assert (left.kind, left.finding.span.line) == ("undone", 6)
    assert left.why == "it breaks the file: line 6: 'await' outside async function"


def test_a_fix_that_does_not_help_is_undone(offers: Callable[..., None]) -> None:
    offers(_put("asyncio.create_task(work(3))"))
    outcome = fix({"a.py": TWO}, "dropped-task")

    assert outcome.after == {}
    assert [left.why for left in outcome.left] == ["the finding is still there afterwards"] * 2


def test_a_fix_that_brings_another_finding_is_undone(offers: Callable[..., None]) -> None:
    """Also one of a rule that nobody asked for, and also in another file."""
    offers(_put("import time\n    async def late():\n        time.sleep(9)"))
    outcome = fix({"a.py": TWO}, "dropped-task")

    assert outcome.after == {}
    assert {left.why for left in outcome.left} == {
        "it brings a new finding: blocking-call at a.py:7",
        "it brings a new finding: blocking-call at a.py:10",
    }


def test_a_finding_in_another_file_is_blamed_on_the_fix_that_brings_it(offers: Callable[..., None]) -> None:
    """Found by halving: only one of the fixes makes the helper hot."""
    helper = b"""import httpx


async def ask(url):
    async with httpx.AsyncClient() as client:
        return await client.get(url)
"""
    caller = b"""import asyncio
from helper import ask


async def start(work, urls):
    asyncio.create_task(work(1))
    asyncio.create_task(work(2))
    asyncio.create_task(work(3))
"""

    def build(finding: Finding, file: File) -> Iterator[Edit]:
        hot = "while urls:\n        await ask(urls.pop())"
        yield Edit(file.path, finding.span.start, finding.span.end, hot if finding.span.line == 7 else "pass")

    offers(build)
    outcome = fix({"helper.py": helper, "caller.py": caller}, "dropped-task")

    assert [left.finding.span.line for left in outcome.left] == [7]
    assert outcome.left[0].why == "it brings a new finding: session-recreation at helper.py:5"
    assert len(outcome.fixed) == 2


def test_a_file_is_lowered_once_for_each_of_its_contents(monkeypatch: pytest.MonkeyPatch) -> None:
    """What checks a file, what the project asks of it and what is fixed in it share what was lowered."""
    lowered: Counter[tuple[str, bytes, bool]] = Counter()
    lower = python.lower

    def counted(path: str, source: bytes, *, whole: bool = False) -> Module:
        lowered[path, source, whole] += bool(source)
        return lower(path, source, whole=whole)

    monkeypatch.setattr(python, "lower", counted)
    files = dict(fixable.sources(4, ("python",)))
    outcome = fix(files, "all")

    assert set(outcome.after) == set(files)
    assert {(path, outcome.after[path]) for path in files} <= {(path, source) for path, source, _ in lowered}
    assert max(lowered.values()) == 1


def test_a_lowered_file_is_nobody_elses() -> None:
    """Another content, and a file of which only functions were lowered, are lowered anew."""
    whole, part = (File(python.lower("a.py", TWO, whole=whole), Knowledge()) for whole in (True, False))
    lowered = Lowered()
    lowered.keep(part)
    assert (lowered.find("a.py", TWO, whole=False), lowered.find("a.py", TWO)) == (part, None)
    lowered.keep(whole)
    assert lowered.find("a.py", TWO, whole=False) is lowered.find("a.py", TWO) is whole
    assert lowered.find("a.py", TWO + b"#") is lowered.find("b.py", TWO) is None


def test_overlapping_fixes_wait_for_the_next_round(offers: Callable[..., None]) -> None:
    """Both are made in the end, each of them on what the other left."""

    def build(finding: Finding, file: File) -> Iterator[Edit]:
        yield Edit(file.path, finding.span.start, finding.span.end, "pass")
        yield Edit(file.path, 0, 0, f"# line {finding.span.line}\n")
        yield Edit(file.path, len(file.module.source), len(file.module.source), "#")

    offers(build)
    outcome = fix({"a.py": TWO}, "dropped-task")

    assert outcome.after["a.py"] == b"# line 7\n# line 5\n" + TWO[: TWO.index(b"    async")] + b"    pass\n    pass\n##"
    assert [(place[2], f.span.line) for place, f in outcome.fixed] == [
        (TWO.index(b"asyncio.create"), 5),
        (TWO.rindex(b"asyncio.create"), 6),
    ]


def test_a_fix_that_fails_costs_the_others_nothing(offers: Callable[..., None]) -> None:
    def build(finding: Finding, file: File) -> Iterator[Edit]:
        if finding.span.line == 5:
            raise KeyError("a mistake")
        yield Edit(file.path if finding.span.line == 6 else "b.py", finding.span.start, finding.span.end, "pass")

    offers(build)
    outcome = fix({"a.py": TWO}, "dropped-task")

    assert len(outcome.fixed) == 1
    assert outcome.left[0].why == "the fix failed (KeyError: 'a mistake'); please report it"


@pytest.mark.parametrize(
    ("safety", "unsafe", "kind"),
    [
        (Safety.UNSAFE, False, "unsafe"),
        (Safety.DISPLAY_ONLY, True, "display-only"),
        (Safety.UNSAFE, True, ""),
        (Safety.SAFE, False, ""),
    ],
)
def test_only_what_is_safe_is_made_unless_asked_for(
    offers: Callable[..., None], safety: Safety, unsafe: bool, kind: str
) -> None:
    offers(_put("pass"), safety)
    outcome = fix({"a.py": TWO}, "dropped-task", unsafe=unsafe)

    assert [left.kind for left in outcome.left] == [kind, kind] * bool(kind)
    assert bool(outcome.after) is not bool(kind)
    assert all(left.why == "a test says so" for left in outcome.left)


def test_what_is_left_out_by_name_stays(offers: Callable[..., None]) -> None:
    """As `--interactive` and `--verify` do."""
    offers(_put("pass"))
    everything = fix({"a.py": TWO}, "dropped-task")
    first = everything.fixed[0][0]
    outcome = fix({"a.py": TWO}, "dropped-task", without={first: "you said no"})

    assert outcome.after["a.py"] == TWO.replace(b"asyncio.create_task(work(2))", b"pass")
    assert [(left.kind, left.why) for left in outcome.left] == [("left out", "you said no")]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("crlf.py", TWO.replace(b"\n", b"\r\n")),
        ("bom.py", b"\xef\xbb\xbf" + TWO),
        ("tabs.py", TWO.replace(b"    ", b"\t")),
        ("feed.py", TWO.replace(b"\n\n\n", b"\n\x0c\n\x0c\n")),
        ("end.py", TWO.rstrip(b"\n")),
        ("latin.py", "# coding: latin-1\n# h\u00e9\n".encode("latin-1") + TWO),
        ("japan.py", "# coding: shift_jis\n# \u65e5\u672c\n".encode("shift_jis") + TWO),
        ("wide.js", "\u00e9\nfunction f() {\nxs.forEach(async (x) => { await x; throw x });\ny;\n}\n".encode("utf-16")),
        ("bytes.py", b"# \xff\xfe not UTF-8\n" + TWO),
        ("mixed.py", b"# one\r\n# two\r\n" + TWO),
        ("vertical.py", b"x = '\x0b \xe2\x80\xa8 \xc2\x85'\r\n" + TWO.replace(b"\n", b"\r\n")),
        ("d\u00e9j\u00e0 vu.py", TWO),
    ],
)
def test_bytes_outside_of_edits_survive(offers: Callable[..., None], name: str, data: bytes) -> None:
    """Line ends, marks, encodings and form feeds are as they were; new lines have the file's line end."""

    def build(finding: Finding, file: File) -> Iterator[Edit]:
        text = "pass\n    pass" if file.language == "python" else "0"
        yield Edit(file.path, finding.span.start, finding.span.end, text)

    offers(build)
    outcome = fix({name: data}, "dropped-task")

    if name == "wide.js":
        assert outcome.after[name] == "\u00e9\nfunction f() {\n0;\ny;\n}\n".encode("utf-16")
        return
    end = b"\r\n" if name in ("crlf.py", "vertical.py") else b"\n"
    wanted = data
    for number in (b"1", b"2"):
        wanted = wanted.replace(b"asyncio.create_task(work(" + number + b"))", b"pass" + end + b"    pass")
    assert outcome.after.get(name) == (wanted if name != "tabs.py" else None)  # it would mix tabs and spaces


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (
            "# coding: latin-1\n# h\u00e9\n".encode("latin-1") + TWO,
            "the file is encoded in latin-1, which has no U+65E5",
        ),
        (
            TWO.replace(b"work(1)", b"work('\xff')").replace(b"work(2)", b"work('\xff')"),
            "the file holds bytes that are not UTF-8 where it would be changed",
        ),
    ],
)
def test_what_the_file_cannot_hold_is_left_out(offers: Callable[..., None], data: bytes, why: str) -> None:
    offers(_put("'\u65e5'"))
    outcome = fix({"a.py": data}, "dropped-task")

    assert outcome.after == {}
    assert {left.why for left in outcome.left} == {why}


WANTED = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 8), st.text(max_size=4)), max_size=5)


@given(st.binary(max_size=40), WANTED)
def test_places_are_found_again(source: bytes, wanted: list[tuple[int, int, str]]) -> None:
    """Every byte outside of the edits has the place that it had."""
    edits: list[Edit] = []
    at = 0
    for start, length, text in sorted(wanted):
        if at <= start and start + length <= len(source):
            edits.append(Edit("a", start, start + length, text))
            at = start + length + 1
    result, moved = splice(source, edits), Moved(edits)
    kept = [moved.before(offset) for offset in range(len(result))]
    outside = [p for p in range(len(source)) if not any(e.start_byte <= p < e.end_byte for e in edits)]

    assert [place for place, same in kept if same] == outside
    assert all(source[place] == result[offset] for offset, (place, same) in enumerate(kept) if same)


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    """Run git as somebody; its output."""
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "core.autocrlf=false"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, input=stdin, capture_output=True, check=True)
    return done.stdout.decode()


def test_a_patch_is_as_git_writes_it(tmp_path: Path) -> None:
    """`git apply` makes of the old bytes the new ones: no newline at the end, CRLF, NUL-free binary, odd names."""
    before = {"a b.py": b"one\ntwo", "d\u00e9/q\".py": b"x\r\ny\r\n", "c.py": b"caf\xe9\n\x0cz\n", "same.py": b"1\n"}
    after = {"a b.py": b"one\ntwo\n", "d\u00e9/q\".py": b"x\r\nz\r\ny", "c.py": b"caf\xe9!\n\x0cz\n"}
    for path, data in before.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    git(tmp_path, "init", "-q")
    git(tmp_path, "apply", "-", stdin=patch(before, after))

    assert {path: (tmp_path / path).read_bytes() for path in before} == before | after
    assert patch({}, {}) == b""


def test_a_finding_behind_another_is_fixed_next() -> None:
    """blocking-call reports the first of several callers of a helper; fixing it reveals the second, not a new one."""
    helper = "import time\n\n\ndef check(url):\n    time.sleep(1)\n"
    callers = [f"\n\nasync def ask{n}(url):\n    check(url)\n" for n in range(3)]
    outcome = fix({"a.py": "".join([helper, *callers]).encode()}, "blocking-call")

    assert outcome.after["a.py"].count(b"await asyncio.to_thread(check, url)") == 3
    assert outcome.left == []


LOOP = """import requests
from fastapi import FastAPI

app = FastAPI()


@app.post("/pages")
async def load(urls):
    bodies = []
    for url in urls:
        bodies.append(requests.get(url, timeout=3).text)
    return bodies
"""


def test_a_finding_that_a_fix_brings_is_fixed_next() -> None:
    """A loop whose calls block waits for threads then, and may wait for ten at a time; a rerun changes nothing."""
    outcome = fix({"a.py": LOOP.encode()}, "blocking-call", "await-in-loop")
    fixed = outcome.after["a.py"]

    assert [f.rule for _, f in outcome.fixed] == ["blocking-call", "await-in-loop"]
    assert b"return (await asyncio.to_thread(requests.get, url, timeout=3)).text" in fixed
    assert b"asyncio.gather(" in fixed
    assert fix({"a.py": fixed}, "blocking-call", "await-in-loop").after == {}


def test_a_finding_around_a_fix_may_ask() -> None:
    """Where nothing says that anybody waits for the loop, its calls block no more all the same."""
    code = LOOP.replace('@app.post("/pages")\n', "")
    outcome = fix({"a.py": code.encode()}, "blocking-call", "await-in-loop")

    assert [f.rule for _, f in outcome.fixed] == ["blocking-call"]
    assert b"(await asyncio.to_thread(requests.get, url, timeout=3)).text" in outcome.after["a.py"]
    assert [(left.finding.rule, left.kind) for left in outcome.left] == [("await-in-loop", "display-only")]


def test_a_fix_is_undone_where_what_it_brings_cannot_be_fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything else is made again without it."""
    real = Rule.fixer

    def breaking(finding: Finding, file: File) -> Offer:
        return Offer(Safety.UNSAFE, "", lambda: [Edit(file.path, finding.span.start, finding.span.end, "(")])

    monkeypatch.setattr(Rule, "fixer", lambda r, lang: breaking if r.name == "await-in-loop" else real(r, lang))
    other = "\n\nasync def ask(url):\n    return requests.get(url, timeout=3)\n"
    outcome = fix({"a.py": (LOOP + other).encode()}, "blocking-call", "await-in-loop")

    assert [(left.finding.span.line, left.kind, left.why) for left in outcome.left] == [
        (13, "undone", "it brings a new finding: await-in-loop at a.py:12")
    ]
    assert outcome.after["a.py"].endswith(b"return await asyncio.to_thread(requests.get, url, timeout=3)\n")
    assert outcome.after["a.py"].count(b"to_thread") == 1
