"""Programs built from the fixtures' shapes: fixes hold whatever stands around them; safe ones change no behaviour."""

import ast
import asyncio
import json
import re
import selectors
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures import scan
from tests.test_fixes import FIXED, fix, sure

FEW = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
Shape = tuple[str, str, bytes, bytes]  # rule, suffix, the imports, a function or class

# ------------------------------------------------------------------ the shapes


@cache
def shapes(python: bool) -> list[Shape]:
    """Every top-level function, class or component of a fixture that has a fix, with its file's imports."""
    found = []
    for fixture in FIXED:
        for path, text in fixture.files.items():
            suffix = path.rpartition(".")[2]
            if (suffix == "py") is python and suffix not in ("vue", "svelte") and len(fixture.files) == 1:
                lines = sorted(line for _, line, _ in fixture.expected)
                found += [(fixture.rule, suffix, *parts) for parts in _parts(text.decode(), python, lines)]
    return found


def _parts(text: str, python: bool, lines: list[int]) -> Iterator[tuple[bytes, bytes]]:
    """The parts of a file that hold a marked line, each with what stands before the first part."""
    starts = [m.start() for m in re.finditer(r"^(?=[\w@])", text, re.M)]
    head = re.compile(r"(?:import|from)\b" if python else r"import\b|const \w+ = require")
    pieces = [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    imports = "".join(p for p in pieces if head.match(p))
    at = text.count("\n", 0, starts[0]) + 1 if starts else 1
    joined: list[tuple[int, str]] = []
    for piece in pieces:
        if joined and joined[-1][1].startswith("@") and "\ndef " not in joined[-1][1]:
            joined[-1] = joined[-1][0], joined[-1][1] + piece  # a decorator and what it decorates
        else:
            joined.append((at, piece))
        at += piece.count("\n")
    for start, piece in joined:
        here = [n for n in lines if start <= n < start + piece.count("\n")]
        if here and not head.match(piece) and _whole(piece, python):
            yield imports.encode(), piece.rstrip().encode() + b"\n"


def _whole(piece: str, python: bool) -> bool:
    if not python:
        return piece.rstrip().endswith(("}", "});", "})", ");", "};"))
    try:
        ast.parse(piece)
    except SyntaxError:
        return False
    return True


# ------------------------------------------------------------- what people write


def _comments(text: str, python: bool, number: int) -> str:
    """A comment of its own above every n-th line that begins a statement."""
    mark, out = "#" if python else "//", []
    starts = _statements(text, python)
    for n, line in enumerate(text.split("\n"), 1):
        if n in starts and n % number == 0:
            out.append(f"{line[: len(line) - len(line.lstrip())]}{mark} note {n}")
        out.append(line)
    return "\n".join(out)


def _trailing(text: str, python: bool, number: int) -> str:
    """A comment behind every n-th line on which a statement ends."""
    ends = _statements(text, python, ends=True)
    mark = "  # " if python else " // "
    return "\n".join(
        f"{line}{mark}why {n}" if n in ends and n % number == 0 else line for n, line in enumerate(text.split("\n"), 1)
    )


def _statements(text: str, python: bool, *, ends: bool = False) -> set[int]:
    if python:
        nodes = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.stmt)]
        one = {n.lineno for n in nodes if n.lineno == n.end_lineno and not getattr(n, "body", None)}
        return one if ends else {min([n.lineno, *(d.lineno for d in getattr(n, "decorator_list", []))]) for n in nodes}
    lines = text.split("\n")
    done = [1, *(n + 1 for n, line in enumerate(lines, 1) if line.endswith(";"))]
    return {n for n, line in enumerate(lines, 1) if line.endswith(";") and n in done} if ends else set(done)


def _nested(text: str, python: bool, _: int) -> str:
    """Everything inside a function."""
    if '"""' in text or "'''" in text or "`" in text or re.search(r"^(export|import)\b", text, re.M):
        return text
    inner = "\n".join(f"    {line}" if line else line for line in text.split("\n"))
    names = re.findall(r"^(?:async )?(?:def|class) (\w+)", text, re.M)
    if python:
        return f"def outer():\n{inner}\n    return {names[0]}\n" if names else text
    return f"function outer() {{\n{inner}\n}}\n"


def _semicolons(text: str, python: bool, _: int) -> str:
    """Python keeps them out anyway; JavaScript may do without, where the next line cannot go on with this one."""
    if python:
        return text
    return re.sub(r";$(?!\n\s*[\[(`/+*-])", "", text, flags=re.M)


def _annotated(text: str, python: bool, _: int) -> str:
    if not python:
        return text
    return re.sub(r"^(\s*(?:async )?def \w+\([^()\n]*\)):", r"\1 -> object:", text, flags=re.M)


def _decorated(text: str, python: bool, _: int) -> str:
    """Every function and method that has no decorator gets one."""
    if not python:
        return text
    return re.sub(r"(?m)^(?<!\))(\s*)((?:async )?def \w+)", r"\1@traced\n\1\2", text) if "@" not in text else text


def _tabs(text: str, python: bool, _: int) -> str:
    if '"""' in text or "`" in text:
        return text
    return re.sub(r"(?m)^(?: {4})+" if python else r"(?m)^(?: {2})+", _tab, text)


def _tab(match: re.Match[str]) -> str:
    return "\t" * (len(match[0]) // 4 or 1) if len(match[0]) % 4 == 0 else match[0]


def _windows(text: str, _: bool, __: int) -> str:
    return text.replace("\n", "\r\n")


def _no_end(text: str, _: bool, __: int) -> str:
    return text.rstrip("\r\n")


def _marked(text: str, _: bool, __: int) -> str:
    return "\ufeff" + text


_STYLES: tuple[Callable[[str, bool, int], str], ...] = (
    _annotated, _decorated, _semicolons, _nested, _comments, _trailing, _tabs, _no_end, _windows, _marked,
)  # fmt: skip


@pytest.mark.parametrize("python", [True, False], ids=["python", "javascript"])
@FEW
@given(data=st.data())
def test_fixes_hold_whatever_stands_around_them(python: bool, data: st.DataObject) -> None:
    """Nothing must be undone; what was fixed is gone, nothing new has come, comments live, a second run is idle."""
    rule, suffix, imports, first = data.draw(st.sampled_from(shapes(python)))
    alike = [s for s in shapes(python) if s[:3] == (rule, suffix, imports)]
    more = data.draw(st.lists(st.sampled_from(alike), max_size=1))
    text = "\n\n".join(dict.fromkeys(part.decode() for part in (first, *(s[3] for s in more))))
    chosen = data.draw(st.lists(st.sampled_from(_STYLES), unique=True, max_size=5))
    number = data.draw(st.integers(1, 3))
    for style in sorted(chosen, key=_STYLES.index):
        if style in (_no_end, _windows, _marked) and imports:
            text, imports = imports.decode() + "\n" + text, b""
        text = style(text, python, number)
    files = {f"code.{suffix}": imports + (b"\n" if imports else b"") + text.encode()}
    before, problems = sure(scan(_plain(files))[0]), fix(files, rule)

    assert [left.why for left in problems.left if left.kind == "undone"] == []
    after = {**files, **problems.after}
    assert fix(after, rule).after == {}
    now = sure(scan(_plain(after))[0])
    assert now[rule] == before[rule] - len(problems.fixed)
    assert now - before == Counter()
    for path, source in files.items():
        notes = re.compile(rb"(?:#|//) (?:note|why) \d+")
        assert sorted(notes.findall(source)) == sorted(notes.findall(after[path]))
        ends = source.count(b"\r\n"), source.count(b"\n")
        assert ends[0] == 0 or after[path].count(b"\r\n") == after[path].count(b"\n")
        assert after[path].startswith(b"\xef\xbb\xbf") == source.startswith(b"\xef\xbb\xbf")


def _plain(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: text.removeprefix(b"\xef\xbb\xbf") for path, text in files.items()}


# -------------------------------------------------- safe fixes change no behaviour


class _Clock(selectors.SelectSelector):
    """Waits no time: what a loop would sleep is added to its clock."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        self.now += timeout or 0.0
        return super().select(0)


def _run_python(source: str) -> list[Any]:
    """Run a program's main() against a clock and a network of ours; everything that it did, and when."""
    said: list[Any] = []
    clock = _Clock()
    loop = asyncio.SelectorEventLoop(clock)
    loop.time = lambda: clock.now  # type: ignore[method-assign]

    async def net(key: int, seconds: int, fails: bool = False) -> int:
        said.append(("asked", key, clock.now))
        await asyncio.sleep(seconds)
        said.append(("answered", key, clock.now))
        if fails:
            raise ValueError(key)
        return key

    async def main() -> Any:
        names: dict[str, Any] = {"net": net, "said": said}
        exec(compile(source, "program", "exec"), names)
        result = await names["main"](*range(3))
        await asyncio.sleep(100)
        return result

    loop.set_exception_handler(lambda _, context: said.append(("unheard", repr(context.get("exception")))))
    try:
        said.append(("result", loop.run_until_complete(main())))
    finally:
        loop.close()
    return said


_STEPS = st.recursive(
    st.sampled_from(
        (
            "asyncio.create_task(net({n}, {n}))",
            "asyncio.ensure_future(net(a, 2))  # nobody waits",
            "x = await net({n}, 1)\nsaid.append(x)",
            "task = await net(b, 1)\nasyncio.create_task(net(task, 3))",
            "asyncio.create_task(\n    net({n}, c),  # the last one\n)",
            "await asyncio.sleep({n})",
            "asyncio.get_running_loop().create_task(net({n}, 1))",
        )
    ).map(lambda text: [text]),
    lambda inner: st.tuples(
        st.sampled_from(("if a < {n}:", "for i in range(2):", "with suppress(ValueError):")),
        st.lists(inner, min_size=1, max_size=2),
    ).map(lambda pair: [pair[0], *("    " + line for block in pair[1] for text in block for line in text.split("\n"))]),
    max_leaves=4,
)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(_STEPS, min_size=1, max_size=4), st.booleans())
def test_safe_python_fixes_change_no_behaviour(steps: list[list[str]], method: bool) -> None:
    """The same results, the same calls, at the same time of a clock of ours."""
    numbered = [text.format(n=number) for number, step in enumerate(steps, 1) for text in step]
    lines = [line for text in numbered for line in text.split("\n")]
    body = ["said.append('begun')", *lines, "return a + b + c"]
    head = ["import asyncio", "from contextlib import suppress", "", ""]
    if method:
        inner = ["    async def run(self, a, b, c):", *(f"        {line}" for line in body)]
        caller = ["async def main(a, b, c):", "    return await Work().run(a, b, c)"]
        program = [*head, "class Work:", *inner, "", "", *caller]
    else:
        program = [*head, "async def main(a, b, c):", *(f"    {line}" for line in body)]
    source = "\n".join(program) + "\n"
    fixed = fix({"program.py": source.encode()}, "all", unsafe=False).after.get("program.py", source.encode()).decode()

    assert _run_python(fixed) == _run_python(source)


_EFFECT = st.sampled_from(
    (
        "setInterval(() => said('tick {n}'), {n}000);",
        "const id{n} = setInterval(() => said('named {n}'), 700);",
        "window.addEventListener('resize', () => said('resized {n}'));",
        "document.addEventListener('click', onClick, {{ passive: true }});",
        "const socket{n} = new WebSocket('ws://{n}');\nsocket{n}.onmessage = (e) => said(e.data);",
        "const seen{n} = new MutationObserver(() => said('seen {n}'));\n"
        "seen{n}.observe(document.body, {{ childList: true }});",
        "said('set up {n}');",
    )
)


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node here to run scripts with")
def test_safe_javascript_fixes_change_no_behaviour_while_mounted() -> None:
    """Until the component goes, the same happens at the same time; afterwards nothing of it happens any more."""
    cases: list[tuple[str, str]] = []

    @settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(_EFFECT, min_size=1, max_size=3, unique=True), st.booleans())
    def build(steps: list[str], semicolons: bool) -> None:
        lines = [line for n, step in enumerate(steps, 1) for line in step.format(n=n).split("\n")]
        body = "\n".join(f"    {line if semicolons else line.rstrip(';')}" for line in lines)
        end = ";" if semicolons else ""
        source = (
            f'import {{ useEffect }} from "react"{end}\n\nexport function Shown({{ onClick, element, said }}) {{\n'
            f"  useEffect(() => {{\n{body}\n  }}, []){end}\n  return null{end}\n}}\n"
        )
        files = {"shown.js": source.encode(), "routes.js": _ROUTES}
        fixed = fix(files, "all", unsafe=False).after.get("shown.js", source.encode())
        cases.append((source, fixed.decode()))

    build()
    done = subprocess.run(
        ["node", "-e", _HARNESS], input=json.dumps(cases), capture_output=True, text=True, check=True, timeout=60
    )
    for (source, fixed), (old, new, late) in zip(cases, json.loads(done.stdout), strict=True):
        assert new == old, (source, fixed)
        assert late == [], fixed
    assert sum(source != fixed for source, fixed in cases) > len(cases) / 2


_ROUTES = b"""import { Shown } from "./shown";

export const routes = [{ path: "/shown", component: Shown }];
"""

# A component is mounted for ten seconds of a clock of ours, events come, it goes, and they come again.
_HARNESS = r"""
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
function run(source) {
  const log = [], timers = new Map(), listeners = [], sockets = new Set(), observers = new Set();
  let now = 0, next = 1;
  const said = (text) => log.push([now, text]);
  const target = {
    addEventListener: (type, f, o) => listeners.push([type, f, !!(o && o.capture)]),
    removeEventListener: (type, f, o) => {
      const at = listeners.findIndex((l) => l[0] === type && l[1] === f && l[2] === !!(o && o.capture));
      if (at >= 0) listeners.splice(at, 1);
    },
  };
  const world = {
    setInterval: (f, ms) => (timers.set(next, [f, ms, now + ms]), next++),
    clearInterval: (id) => timers.delete(id),
    window: target, document: target,
    WebSocket: class { constructor(url) { this.url = url; sockets.add(this); } close() { sockets.delete(this); } },
    MutationObserver: class {
      constructor(f) { this.f = f; }
      observe() { observers.add(this); }
      disconnect() { observers.delete(this); }
    },
  };
  let cleanup;
  world.useEffect = (f) => { cleanup = f(); };
  const code = source.replace(/^import .*$/m, "").replace("export function", "return function");
  const Shown = new Function(...Object.keys(world), code)(...Object.values(world));
  Shown({ onClick: () => said("clicked"), element: {}, said });
  const pass = (until) => {
    for (; now < until; now += 100)
      for (const t of [...timers.values()]) if (t[2] <= now) { t[2] += t[1]; t[0](); }
    for (const [type, f] of [...listeners]) f({ type });
    for (const s of [...sockets]) s.onmessage && s.onmessage({ data: "from " + s.url });
    for (const o of [...observers]) o.f();
  };
  pass(10000);
  const mounted = log.splice(0);
  if (typeof cleanup === "function") cleanup();
  pass(20000);
  return [mounted, log];
}
console.log(JSON.stringify(cases.map(([a, b]) => [run(a)[0], ...run(b)])));
"""
