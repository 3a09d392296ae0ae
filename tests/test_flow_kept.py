"""Whether anybody holds on to a handle."""

import pytest

from asynccost.flow.file import File
from asynccost.flow.tasks.kept import Fate, fate_of
from asynccost.knowledge import Knowledge
from asynccost.python import lower


def fate(body: str, head: str = "def f(self, loop, kept=None):") -> str:
    """What becomes of `start()` in a function body."""
    return _fate(body, head).kind


def _fate(body: str, head: str = "def f(self, loop, kept=None):") -> Fate:
    source = "\n".join([head, *(f"    {line}" for line in body.splitlines())])
    file = File(lower("m.py", source.encode(), whole=True), Knowledge())
    site = next(s for s in file.calls if s.name == "start")
    return fate_of(site.call, site.function, file)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("start()", "dropped"),
        ("_ = start()", "dropped"),
        ("t = start()", "dropped"),
        ("a = b = start()", "dropped"),
        ("t = start()\nt.set_name('x')", "dropped"),
        ("[start() for x in loop]", "dropped"),
        ("ts = []\nts.append(start())", "dropped"),
        ("ts = [start() for x in loop]", "dropped"),
        ("loop.call_soon(lambda: start())", "dropped"),
        ("t = start()\nt.add_done_callback(print)", "watched"),
        ("start().add_done_callback(print)", "watched"),
        ("return start()", "returned"),
        ("t = start()\nreturn t", "returned"),
        ("t = start()\nt.cancel()", "kept"),
        ("a = self.t = start()", "kept"),
        ("self.ts['x'] = start()", "kept"),
        ("kept.append(start())", "kept"),
        ("self.ts.add(start())", "kept"),
        ("ts = []\nts.append(start())\nreturn ts", "kept"),
        ("ts = [start() for x in loop]\nself.wait(ts)", "kept"),
        ("t = start()\ndef g():\n    return t", "kept"),
        ("global t\nt = start()", "kept"),
        ("t = start()\nloop.run_forever()", "kept"),
        ("t = start()\nyield", "kept"),
        ("yield start()", "kept"),
        ("with start() as t:\n    pass", "kept"),
        ("keep(start())", "kept"),
        ("keep(start() for x in loop)", "kept"),
        ("if (t := start()):\n    pass", "kept"),
        ("loop.submit(lambda: start())", "kept"),
    ],
)
def test_fate_in_a_function(body: str, kind: str) -> None:
    assert fate(body) == kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("await start()", "awaited"),
        ("t = start()\nawait t", "kept"),
        ("t = start()\nawait loop.wait_closed()", "kept"),
        ("t = start()\nwhile True:\n    await tick()", "kept"),
        ("while True:\n    t = start()\n    await tick()", "dropped"),
        ("t = start()\nawait tick()", "dropped"),
        ("t = start()\nname = ', '.join(loop)\nawait tick()", "dropped"),
    ],
)
def test_fate_in_a_coroutine(body: str, kind: str) -> None:
    assert fate(body, "async def f(loop):") == kind


def test_a_module_keeps_what_it_names() -> None:
    file = File(lower("m.py", b"t = start()\nstart()\n", whole=True), Knowledge())

    assert [fate_of(s.call, s.function, file).kind for s in file.calls] == ["kept", "dropped"]


@pytest.mark.parametrize(
    ("body", "heard"),
    [
        ("t = start()", False),
        ("t = start()\nreturn t", False),
        ("t = start()\nt.add_done_callback(print)", True),
        ("t = start()\nt.add_done_callback(print)\nreturn t", True),
        ("start().add_done_callback(print)", True),
    ],
)
def test_whether_a_callback_hears_how_it_ends(body: str, heard: bool) -> None:
    """Then its error is not lost, though nobody holds it."""
    assert _fate(body).heard is heard
