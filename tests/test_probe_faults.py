"""An exception in any statement of the probe stays there: answers are the same, and later requests are counted.

ASYNCCOST_STATEMENTS=all runs every statement, which takes minutes; without it a sample is run.
"""

import ast
import asyncio
import gc
import itertools
import os
import sys
import threading
import warnings
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import asynccost
from asynccost import probe
from asynccost.probe import guards
from asynccost.probe.on import ON
from asynccost.probe.trace import Calls
from tests.probe_server import running
from tests.test_probe_harmless import HOOKS, inline_guards, is_guard

aiohttp, httpx, requests = map(pytest.importorskip, ("aiohttp", "httpx", "requests"))
urllib3 = pytest.importorskip("urllib3")

from aiohttp import web  # noqa: E402 - where there is one
from aiohttp.test_utils import TestServer  # noqa: E402

ALL = os.environ.get("ASYNCCOST_STATEMENTS") == "all"
SAMPLE = 12
PROBE = str(HOOKS.parent)
OURS_ALONE = {str(HOOKS.parent / name) for name in ("guards.py", "watcher.py", "pulse.py", "engine.py", "api.py")}
LIMITS = {str(HOOKS.parent / name) for name in ("limits.py", "purse.py")}
ASKED = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]}
Work = Callable[[], list[object]]
Line = tuple[str, int]


def _outside() -> set[Line]:
    """The lines that stand in no guard: wrappers and who makes them, a guard's own frame, what stands in for others."""
    found = set()
    for path in (*HOOKS.glob("*.py"), HOOKS.parent / "steps.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            lines = {(str(path), n) for n in range(node.lineno, (node.end_lineno or 0) + 1)}
            if is_guard(node) and isinstance(node, ast.FunctionDef) and isinstance(node.body[-1], ast.Try):
                found |= lines - {(str(path), n) for n in _lines(node.body[-1].body)}
                # a bare return is compiled as what stands behind the try: it can raise nothing
                found |= {(str(path), n.lineno) for n in ast.walk(node) if isinstance(n, ast.Return) and _bare(n)}
                found |= _tries(path, node)
            elif isinstance(node, ast.ClassDef) or any(getattr(n, "name", "") == "wrapper" for n in _within(node)):
                found |= lines - {(str(path), n) for guard in inline_guards(node) for n in _lines(guard.body)}
                found |= _tries(path, node)
    return found


def _tries(path: Path, within: ast.AST) -> set[Line]:
    """The word alone does nothing, and is compiled as what stands before an inner try's own guard and outside of it."""
    return {(str(path), node.lineno) for node in ast.walk(within) if isinstance(node, ast.Try)}


def _bare(node: ast.Return) -> bool:
    return node.value is None or isinstance(node.value, ast.Constant)


def _lines(body: list[ast.stmt]) -> range:
    return range(body[0].lineno, (body[-1].end_lineno or 0) + 1)


def _within(node: ast.stmt) -> list[ast.stmt]:
    return node.body if isinstance(node, ast.FunctionDef) else []


OUTSIDE = _outside()


class _Raiser:
    """Notes the lines that run inside guards, in some files or in all, and raises where `at` says so."""

    def __init__(self, at: Callable[[int, Line], bool], files: set[str] | None = None) -> None:
        self.at, self.files, self.reached, self.raised = at, files, 0, 0
        self.lines: dict[Line, int] = {}
        self.answers: list[object] = []

    def run(self, work: Work) -> "_Raiser":
        threading.settrace(self._called)
        sys.settrace(self._called)
        try:
            self.answers = work()
        finally:
            sys.settrace(None)
            threading.settrace(None)  # type: ignore[arg-type]
        return self

    def _called(self, frame: Any, event: str, _: object) -> Any:
        file = frame.f_code.co_filename
        ours = file.startswith(PROBE) and file not in OURS_ALONE if self.files is None else file in self.files
        return self._line if event == "call" and ours else None

    def _line(self, frame: Any, event: str, _: object) -> Any:
        line = frame.f_code.co_filename, frame.f_lineno
        if event == "line" and line not in OUTSIDE:
            self.reached += 1
            self.lines[line] = self.lines.get(line, 0) + 1
            if self.at(self.reached, line):
                self.raised += 1
                raise RuntimeError("injected")
        return self._line


def _never(_: int, __: Line) -> bool:
    return False


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("times", [1, 1_000_000], ids=["once", "always"])
def test_an_exception_in_any_statement_never_reaches_the_program(times: int) -> None:
    """A tracer raises at a line that runs inside a guard, the first time or each time."""
    with running() as server, probe():
        work = partial(_everything, server.url)
        answers = work()
        lines = _Raiser(_never).run(work).lines
        assert len(lines) > 500
        hidden = []
        for line in sorted(lines) if ALL else sorted(lines)[len(lines) % SAMPLE :: len(lines) // SAMPLE]:
            raiser = copy_context().run(_Raiser(_at(line, times)).run, partial(_seen, work, server.url, hidden, line))
            assert raiser.answers == answers, line
        assert hidden == []  # lines after whose faults no later request is counted
    assert sum(guards.FAULTS.values()) > 0
    guards.FAULTS.clear()


def test_an_exception_at_any_moment_never_reaches_the_program() -> None:
    """The same at the n-th line that runs, of as few requests as can be."""
    with running() as server, probe():
        work = partial(_few, server.url)
        answers = work()
        for _ in range(3):  # what is known already takes fewer lines the next time
            reached = _Raiser(_never).run(work).reached
        surely = reached * 9 // 10
        for n in itertools.count(1) if ALL else range(1, surely, surely // SAMPLE):
            raiser = _Raiser(lambda reached, _, n=n: reached == n).run(work)
            assert raiser.answers == answers
            # the fault before may have cut this run short
            if not raiser.raised and _Raiser(_never).run(work).reached < n:
                break
        assert n >= surely - surely // SAMPLE
    assert sum(guards.FAULTS.values()) > 0
    guards.FAULTS.clear()


def test_a_fault_within_a_limit_holds_no_call() -> None:
    """A tracer raises at every line that a limit runs, one after another: each call is made and answered."""
    with running() as server, probe(max_cost_usd=1000):
        work = partial(_asked_by_requests, server.url)
        answers = work()
        lines = _Raiser(_never, LIMITS).run(work)
        assert lines.reached > 10
        for n in range(1, lines.reached + 1):
            raiser = _Raiser(lambda reached, _, n=n: reached == n, LIMITS).run(work)
            assert raiser.answers == answers
            assert raiser.raised, n
    assert sum(guards.FAULTS.values()) > 0
    guards.FAULTS.clear()


def _never(_: int, __: Line) -> bool:
    return False


def _at(line: Line, times: int) -> Callable[[int, Line], bool]:
    left = itertools.repeat(True, times)
    return lambda _, at: at == line and next(left, False)


def _seen(work: Work, url: str, hidden: list[Line], line: Line) -> list[object]:
    answers = work()
    sys.settrace(None)
    threading.settrace(None)  # type: ignore[arg-type]
    before = _counted()
    asyncio.run(_thrice(f"{url}/ok/1"))
    if _counted() - before != 9:
        hidden.append(line)
    return answers


def _counted() -> int:
    assert ON.recorder is not None
    return sum(row.requests for row in list(ON.recorder.rows.values()) if isinstance(row, Calls))


async def _thrice(url: str) -> None:
    async with aiohttp.ClientSession() as session, httpx.AsyncClient(verify=False) as client:
        for _ in range(3):
            async with session.get(url) as response:
                await response.read()
            await client.get(url)
            requests.get(url)


def _few(url: str) -> list[object]:
    async def run() -> list[object]:
        async with aiohttp.ClientSession() as session, session.get(f"{url}/ok/1") as response:
            first = await response.read()
        async with httpx.AsyncClient(verify=False) as client:
            second = await client.get(f"{url}/redirect/1", follow_redirects=True)
        third = await asyncio.to_thread(requests.post, f"{url}/ok/1", data=b"x")
        return [first, second.content, third.content]

    return asyncio.run(run())


def _asked_by_requests(url: str) -> list[object]:
    return [requests.post(f"{url}/v1/chat/completions", json=ASKED).content]


def _everything(url: str) -> list[object]:
    """All libraries and ends of requests, model calls, tasks, timers and steps: what came of each, and no order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [*asyncio.run(_with_aiohttp(url)), *asyncio.run(_with_httpx(url)), *_asked_by_requests(url)]
        gc.collect()  # a session and a task that nobody held
    with httpx.Client(verify=False) as client, asynccost.step("blocking"):
        found += [client.get(f"{url}/ok/2").json(), client.post(f"{url}/v1/chat/completions", json=ASKED).json()]
        found.append(_raised(lambda: client.get("http://127.0.0.1:1/")))
    with requests.Session() as session:
        found += [session.get(f"{url}/redirect/1").content, _raised(lambda: session.get(f"{url}/drop"))]
        with session.post(f"{url}/v1/chat/completions?sse", json=ASKED, stream=True) as response:
            found.append(b"".join(response.iter_content(10)))
    with urllib3.PoolManager() as pool:
        found.append(pool.request("GET", f"{url}/stream/3").data)
        found.append(_raised(lambda: pool.request("GET", "http://127.0.0.1:1/", retries=1)))
    return found


async def _with_aiohttp(url: str) -> list[object]:
    async def read(method: str, path: str, **options: Any) -> object:
        async with session.request(method, path, **options) as response:
            return await response.read()

    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda *_: None)
    application = web.Application()
    application.router.add_get("/x", _answers)
    async with (
        TestServer(application) as ours,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session,
    ):
        found = await asyncio.gather(*(read("GET", f"{url}/{path}") for path in ("ok/1", "ok/1", "redirect/1")))
        found += [await read("POST", f"{url}/v1/chat/completions{end}", json=ASKED) for end in ("", "?sse")]
        found += [await _araised(read("GET", at)) for at in ("http://127.0.0.1:1/", f"{url}/drop")]
        found.append(await _araised(asyncio.wait_for(read("GET", f"{url}/slow/500"), 0.01)))
        async with session.get(f"{url}/stream/2000"):
            pass  # unread
        found.append(await read("GET", f"{url.replace('127.0.0.1', 'localhost')}/close"))
        found.append(await read("GET", str(ours.make_url("/x"))))
    loop.call_later(60, print)
    loop.create_task(_fails())  # noqa: RUF006 - nobody holds it
    aiohttp.ClientSession()
    await asyncio.sleep(0)
    return found


async def _answers(_: web.Request) -> web.Response:
    return web.Response(text="answered")


async def _fails() -> None:
    raise ValueError


async def _with_httpx(url: str) -> list[object]:
    one = httpx.Limits(max_connections=1)
    async with httpx.AsyncClient(verify=False, follow_redirects=True, limits=one, timeout=60) as client:
        answers = await asyncio.gather(*(client.get(f"{url}/{path}") for path in ("ok/1", "ok/1", "redirect/1")))
        answers += [await client.post(f"{url}/v1/chat/completions", json=ASKED)]
        found: list[object] = [answer.content for answer in answers]
        async with client.stream("POST", f"{url}/v1/chat/completions?sse", json=ASKED) as response:
            found.append(b"".join([chunk async for chunk in response.aiter_bytes()]))
        found += [await _araised(client.get(at)) for at in ("http://127.0.0.1:1/", f"{url}/drop")]
        found.append((await client.get(f"{url.replace('127.0.0.1', 'localhost')}/close")).content)
    async with httpx.AsyncClient(verify=False) as client:  # a pool may lose a place to what is cancelled
        found.append(await _araised(asyncio.wait_for(client.get(f"{url}/slow/500"), 0.01)))
    return found


async def _araised(call: Awaitable[object]) -> str:
    try:
        await call
    except Exception as error:
        return type(error).__name__
    return "nothing"


def _raised(call: Callable[[], object]) -> str:
    try:
        call()
    except Exception as error:
        return type(error).__name__
    return "nothing"
