"""Is what was acquired released: handles followed to every place, and every way out walked."""

import textwrap

import pytest

from asynccost import javascript
from asynccost.flow.effects.acquisitions import acquisition
from asynccost.flow.effects.effect_code import component_cleanups
from asynccost.flow.effects.lifecycle import effects
from asynccost.flow.effects.release import fate
from asynccost.flow.file import File
from asynccost.flow.paths import ways_out
from asynccost.knowledge import Knowledge


def file_of(source: str) -> File:
    """A lowered source text."""
    return File(javascript.lower("a.jsx", textwrap.dedent(source).encode()), Knowledge())


def fate_of(body: str) -> str:
    """What becomes of the first thing that an effect with this body acquires."""
    file = file_of(f'import {{ useEffect, useRef }} from "react";\nfunction A() {{ const ref = useRef(); {body} }}')
    effect = effects(file)[0]
    got = next(a for site in file.calls if (a := acquisition(site, file)) is not None)
    return fate(got, component_cleanups(effect, file), file).kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("useEffect(() => { setInterval(f, 1); });", "dropped"),
        ("useEffect(() => { const t = setInterval(f, 1); });", "kept"),
        ("useEffect(() => { const t = setInterval(f, 1); return () => clearInterval(t); });", "released"),
        ("useEffect(() => { ref.current = setInterval(f, 1); return () => clearInterval(ref.current); });", "released"),
        (
            "useEffect(() => { const t = setInterval(f); ref.current = t; return () => clearInterval(ref.current); });",
            "released",
        ),
        (
            "useEffect(() => { const ids = []; ids.push(setInterval(f)); return () => ids.forEach(clearInterval); });",
            "released",
        ),
        ("useEffect(() => { const t = setInterval(() => clearInterval(t), 1); });", "itself"),
        ("useEffect(() => { const t = setInterval(f, 1); stop.onclick = () => clearInterval(t); });", "elsewhere"),
        ("useEffect(() => { const t = setInterval(f, 1); keep(t); });", "handed on"),
        ("useEffect(() => { const ws = new WebSocket(u); return () => ws?.close(); });", "released"),
        ("useEffect(() => { const off = bus.on('x', f); return () => off(); });", "released"),
        ("useEffect(() => { addEventListener('x', f); return () => removeEventListener('x', f); });", "released"),
        ("useEffect(() => { addEventListener('x', f); return () => removeEventListener('y', f); });", "dropped"),
        (
            "useEffect(() => { window.addEventListener('x', f); return () => document.removeEventListener('x', f); });",
            "mismatch",
        ),
        (
            "useEffect(() => { addEventListener('x', () => f()); return () => removeEventListener('x', () => f()); });",
            "mismatch",
        ),
    ],
)
def test_fate(body: str, kind: str) -> None:
    """Every way to keep and to give back a handle is understood."""
    assert fate_of(body) == kind


def loose_ends(body: str) -> list[tuple[str, bool]]:
    """The ways out of a function on which `t` is not cleared; marked where `use(c)` was passed."""
    file = file_of(f"function f() {{ {body} }}")
    calls = {file.text(s.call.callee): s.call for s in file.calls}
    releases = [s.call for s in file.calls if file.text(s.call.callee) == "clear"]
    marks = [s.call for s in file.calls if file.text(s.call.callee) == "use"]
    return sorted((w.kind, w.marked) for w in ways_out(calls["start"], releases, marks))


@pytest.mark.parametrize(
    ("body", "ways"),
    [
        ("const t = start(); clear(t);", []),
        ("const t = start(); if (a) return 1; clear(t);", [("return", False)]),
        ("const t = start(); if (a) { return use(c); } clear(t);", [("return", True)]),
        ("const t = start(); try { if (a) return 1; } finally { clear(t); }", []),
        ("try { const t = start(); use(c); } finally { clear(t); }", []),
        ("const t = start(); if (a) clear(t); else use(c);", [("end", True)]),
        ("const t = start(); if (t) clear(t);", []),
        ("const t = start(); for (const x of xs) { if (x) return x; } clear(t);", [("return", False)]),
        ("const t = start(); while (true) { if (a) break; } clear(t);", []),
        ("const t = start(); switch (a) { case 1: clear(t); break; default: return 2; }", [("return", False)]),
        ("const t = start(); listen({ open() { clear(t); } });", []),
        ("const t = start(); if (a) throw 1; clear(t);", [("raise", False)]),
    ],
)
def test_ways_out(body: str, ways: list[tuple[str, bool]]) -> None:
    """Branches, loops, switches and finally blocks are walked."""
    assert loose_ends(body) == ways
