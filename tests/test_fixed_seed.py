"""The seed's Python, before and after `fix --unsafe`, run against a server that counts its connections."""

import asyncio
import sys
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

import aiohttp
import pytest
from aiohttp import web

from tests.fixtures import Fixture, fixtures, shown
from tests.test_fixes import fix, show

CALLS = 20
FIXTURES = {f.name: f for f in fixtures()}


class Server:
    """Answers every path with what it was asked for; counts connections, and requests under way."""

    def __init__(self) -> None:
        self.connections: set[int] = set()
        self.requests = 0
        self.open = self.most = 0

    async def answer(self, request: Any) -> Any:
        """Note the connection, let the others come, and answer."""
        self.connections.add(id(request.transport))
        self.kept = [*getattr(self, "kept", []), request.transport]  # no two of them share an address
        self.requests += 1
        self.open += 1
        self.most = max(self.most, self.open)
        for _ in range(20):
            await asyncio.sleep(0)
        self.open -= 1
        if request.path == "/lost":
            return web.json_response({}, status=404)
        return web.json_response({"path": request.path, "response": "yes", "embedding": [1], "models": [{"name": "m"}]})


@asynccontextmanager
async def served() -> AsyncIterator[tuple[Server, str]]:
    """A server on a free port of the loopback interface."""
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", server.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0]
    try:
        yield server, f"http://{host}:{port}"
    finally:
        await runner.cleanup()


def code(fixture: Fixture, *, fixed: bool) -> SimpleNamespace:
    """What a fixture defines, as it is or as it is fixed; fixes that are only shown are made where it writes them."""
    make = show if shown(fixture) is not None else fix
    files = {**fixture.files, **(make(fixture.files, fixture.rule).after if fixed else {})}
    (source,) = files.values()
    space: dict[str, Any] = {"__name__": "seed"}
    sdk = ModuleType("openai")
    sdk.__dict__["AsyncOpenAI"] = SimpleNamespace
    with patch.dict(sys.modules, openai=sdk):
        exec(compile(source, fixture.name, "exec", dont_inherit=True), space)
    return SimpleNamespace(**space)


def run(work: Callable[[Server, str], Awaitable[Any]]) -> tuple[Any, Server]:
    """Run some work against a fresh server. A client that is left open fails the test."""

    async def inside() -> tuple[Any, Server]:
        async with served() as (server, base):
            return await work(server, base), server

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return asyncio.run(inside())


async def _provide(made: SimpleNamespace, base: str) -> list[Any]:
    """Every method of the seed's provider, again and again; closed if it can be."""
    provider = made.OllamaProvider({"base_url": base})
    found: list[Any] = []
    for _ in range(CALLS // 5):
        found.append(await provider.health_check())
        found.append(await provider.list_models())
        found.append(await provider.complete({"prompt": "p"}))
        found.append(await provider.embed("text"))
        found.append([line async for line in provider.stream_complete({"prompt": "p"})])
    if hasattr(provider, "close"):
        await provider.close()
    return found


def test_a_provider_opens_one_connection() -> None:
    """Block 1: a session for every call becomes one for the object; answers stay, and what is opened is closed."""
    fixture = FIXTURES["session_recreation/before.seed.py"]
    before, after = code(fixture, fixed=False), code(fixture, fixed=True)
    old, first = run(lambda _, base: _provide(before, base))
    new, second = run(lambda _, base: _provide(after, base))

    assert old == new
    assert (len(first.connections), first.requests) == (CALLS, CALLS)
    assert (len(second.connections), second.requests) == (1, CALLS)


def test_a_provider_is_closed_by_its_with_statement() -> None:
    """The end that the fix adds works as a context manager, and the object can be used again after it."""
    made = code(FIXTURES["session_recreation/before.seed.py"], fixed=True)

    async def work(_: Server, base: str) -> list[bool]:
        provider = made.OllamaProvider({"base_url": base})
        async with provider:
            one = await provider.health_check()
        two = await provider.health_check()
        await provider.close()
        return [one, two]

    assert run(work)[0] == [True, True]


async def _check(made: SimpleNamespace, base: str) -> list[Any]:
    routes = [f"/page/{n}" for n in range(CALLS - 1)]
    routes.insert(7, "/lost")
    async with aiohttp.ClientSession() as session:
        found: list[Any] = await made.check_routes(base, session, routes)
    return found


def test_independent_routes_are_fetched_together() -> None:
    """Block 3, the independent variant: answers and their order stay, and no more than ten are under way at once."""
    fixture = FIXTURES["await_in_loop/before.seed.py"]
    before, after = code(fixture, fixed=False), code(fixture, fixed=True)
    old, first = run(lambda _, base: _check(before, base))
    new, second = run(lambda _, base: _check(after, base))

    assert old == new
    assert old[7] == {"route": "/lost", "error": "Not Found"}
    assert (first.most, second.most) == (1, 10)
    assert first.requests == second.requests == CALLS


@pytest.mark.parametrize("fixed", [False, True])
def test_an_error_of_one_route_is_its_own(fixed: bool) -> None:
    """Whoever cannot be reached fails alone, as before."""
    made = code(FIXTURES["await_in_loop/before.seed.py"], fixed=fixed)

    async def work(_: Server, base: str) -> list[Any]:
        async with aiohttp.ClientSession() as session:
            found: list[Any] = await made.check_routes("", session, [f"{base}/a", "http://127.0.0.1:9/b", f"{base}/c"])
        return found

    first, lost, last = run(work)[0]
    assert (first["body"]["path"], last["body"]["path"]) == ("/a", "/c")
    assert "127.0.0.1" in lost["error"]
