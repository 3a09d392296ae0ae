"""A small service with its tests, in which waste can be planted: for the tests of the pytest plugin."""

from dataclasses import dataclass
from pathlib import Path

SERVICE = '''
import asyncio
import os
import time

import aiohttp

BAD = os.environ.get("PLANT", "")
KEPT = []


class Service:
    """Asks one server."""

    def __init__(self, base):
        self.base = base
        self.session = None

    async def open(self):
        self.session = aiohttp.ClientSession()

    async def close(self):
        await self.session.close()

    async def get(self, path):
        if BAD and path.startswith("/many"):
            async with aiohttp.ClientSession() as session:
                async with session.get(self.base + path) as response:
                    return await response.text()
        async with self.session.get(self.base + path) as response:
            return await response.text()

    async def status(self):
        session = aiohttp.ClientSession()
        async with session.get(self.base + "/status") as response:
            text = await response.text()
        if BAD:
            KEPT.append(session)
        else:
            await session.close()
        return text

    async def record(self):
        task = asyncio.ensure_future(asyncio.sleep(3600 if BAD else 0))
        if not BAD:
            await task

    async def settle(self):
        if BAD:
            time.sleep(0.3)
        await asyncio.sleep(0)

    async def prices(self):
        paths = [f"/price/{name}" for name in ("ash", "birch", "cedar", "dogwood")]
        if not BAD:
            return await asyncio.gather(*map(self.get, paths))
        return [await self.get(path) for path in paths]

    async def user(self):
        if BAD:
            await self.get("/user")
        return await self.get("/user")

    async def ask(self):
        text = "What does a birch cost? " * (10 if BAD else 1)
        asked = {"model": "gpt-4o", "messages": [{"role": "user", "content": text}]}
        async with self.session.post(self.base + "/v1/chat/completions", json=asked) as response:
            return (await response.json())["usage"]
'''

CONFTEST = '''
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(b"ok")

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        prompt = sum(len(message["content"]) for message in asked["messages"]) // 4
        usage = {"prompt_tokens": prompt, "completion_tokens": 5, "total_tokens": prompt + 5}
        choice = {"index": 0, "message": {"role": "assistant", "content": "ten"}, "finish_reason": "stop"}
        told = {"id": "1", "object": "chat.completion", "model": asked["model"], "choices": [choice], "usage": usage}
        self.answer(json.dumps(told).encode())

    def answer(self, body):
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def pytest_collection_modifyitems(items):
    if os.environ.get("REVERSED"):
        items.reverse()


@pytest.fixture(scope="session")
def base():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
'''

TESTS = '''
import asyncio

import pytest
from service import Service


async def served(base, use):
    service = Service(base)
    await service.open()
    try:
        await use(service)
    finally:
        await service.close()


async def many(service):
    for number in range(8):
        await service.get(f"/many/{number}")


def test_session_per_request(base):
    asyncio.run(served(base, many))


def test_leaked_session(base):
    asyncio.run(served(base, Service.status))


def test_dropped_task(base):
    asyncio.run(served(base, Service.record))


def test_blocking_call(base):
    asyncio.run(served(base, Service.settle))


def test_serialised_fan_out(base):
    asyncio.run(served(base, Service.prices))


def test_repeated_request(base):
    asyncio.run(served(base, Service.user))


def test_longer_prompt(base):
    asyncio.run(served(base, Service.ask))


def test_nothing_planted(base):
    asyncio.run(served(base, lambda service: service.get("/calm")))
'''

PLANTED = {
    "test_session_per_request": ("connections opened", "service.py:27 in Service.get"),
    "test_leaked_session": ("clients left open", "service.py:34 in Service.status"),
    "test_dropped_task": ("tasks left behind", "service.py:44 in Service.record"),
    "test_blocking_call": ("ms of a loop that stood still", "service.py:50 in Service.settle"),
    "test_serialised_fan_out": ("requests that waited for one they did not need", "service.py:57 in Service.prices"),
    "test_repeated_request": ("requests that repeat an earlier one", "service.py:30 in Service.get"),
    "test_longer_prompt": ("tokens of model calls", "service.py:67 in Service.ask"),
}


FASTAPI_SERVICE = '''
import asyncio
import os
import time
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request

BAD = os.environ.get("PLANT", "")
KEPT = []


@asynccontextmanager
async def lifespan(app):
    async with httpx.AsyncClient(base_url=app.state.base, verify=False) as app.state.client:
        yield


app = FastAPI(lifespan=lifespan)


async def get(client, path):
    if BAD and path.startswith("/many"):
        async with httpx.AsyncClient(base_url=client.base_url, verify=False) as own:
            return (await own.get(path)).text
    return (await client.get(path)).text


@app.get("/many")
async def many(request: Request):
    return [await get(request.app.state.client, f"/many/{number}") for number in range(8)]


@app.get("/status")
async def status(request: Request):
    client = httpx.AsyncClient(base_url=request.app.state.base, verify=False)
    text = (await client.get("/status")).text
    if BAD:
        KEPT.append(client)
    else:
        await client.aclose()
    return text


@app.get("/record")
async def record():
    task = asyncio.ensure_future(asyncio.sleep(3600 if BAD else 0))
    if not BAD:
        await task


@app.get("/settle")
async def settle():
    if BAD:
        time.sleep(0.3)
    await asyncio.sleep(0)


@app.get("/prices")
async def prices(request: Request):
    paths = [f"/price/{name}" for name in ("ash", "birch", "cedar", "dogwood")]
    if not BAD:
        return await asyncio.gather(*(get(request.app.state.client, path) for path in paths))
    return [await get(request.app.state.client, path) for path in paths]


@app.get("/user")
async def user(request: Request):
    if BAD:
        await get(request.app.state.client, "/user")
    return await get(request.app.state.client, "/user")


@app.get("/ask")
async def ask(request: Request):
    text = "What does a birch cost? " * (10 if BAD else 1)
    asked = {"model": "gpt-4o", "messages": [{"role": "user", "content": text}]}
    answer = await request.app.state.client.post("/v1/chat/completions", json=asked)
    return answer.json()["usage"]


@app.get("/calm")
async def calm(request: Request):
    return await get(request.app.state.client, "/calm")
'''

FASTAPI_TESTS = '''
import asyncio

import httpx
import pytest
from service import app


async def served(base, path):
    app.state.base = base
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            (await client.get(path)).raise_for_status()


def test_session_per_request(base):
    asyncio.run(served(base, "/many"))


def test_leaked_session(base):
    asyncio.run(served(base, "/status"))


def test_dropped_task(base):
    asyncio.run(served(base, "/record"))


def test_blocking_call(base):
    asyncio.run(served(base, "/settle"))


def test_serialised_fan_out(base):
    asyncio.run(served(base, "/prices"))


def test_repeated_request(base):
    asyncio.run(served(base, "/user"))


def test_longer_prompt(base):
    asyncio.run(served(base, "/ask"))


def test_nothing_planted(base):
    asyncio.run(served(base, "/calm"))
'''


def _line(code: str) -> int:
    return FASTAPI_SERVICE[: FASTAPI_SERVICE.index(code)].count("\n") + 1


FASTAPI_PLANTED = {
    test: (PLANTED[test][0], f"service.py:{_line(code)} in {function}")
    for test, code, function in (
        ("test_session_per_request", "as own:", "get"),
        ("test_leaked_session", "client = httpx", "status"),
        ("test_dropped_task", "task = asyncio", "record"),
        ("test_blocking_call", "time.sleep(", "settle"),
        ("test_serialised_fan_out", "return [await get(request.app.state.client, path)", "prices"),
        ("test_repeated_request", "return (await client.get(path))", "get"),
        ("test_longer_prompt", "answer = await", "ask"),
    )
}


@dataclass(frozen=True)
class Sample:
    """A service, its tests, and of each test with planted waste what is told and at which line."""

    service: str
    tests: str
    planted: dict[str, tuple[str, str]]

    def write(self, folder: Path, *, own_loop: bool = True) -> None:
        """Lay the project down; own_loop: its tests start their loops themselves, without another plugin."""
        (folder / "service.py").write_text(self.service)
        (folder / "conftest.py").write_text(CONFTEST)
        (folder / "test_service.py").write_text(self.tests if own_loop else _with_async_tests(self.tests))
        (folder / "asynccost.toml").write_text("")


def _with_async_tests(tests: str) -> str:
    return tests.replace("def test_", "async def test_").replace("asyncio.run(", "await (")


AIOHTTP = Sample(SERVICE, TESTS, PLANTED)
FASTAPI = Sample(FASTAPI_SERVICE, FASTAPI_TESTS, FASTAPI_PLANTED)
