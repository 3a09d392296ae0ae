"""A small service with its tests, in which waste can be planted: for the tests of the pytest plugin."""

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
'''

CONFTEST = '''
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


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


def test_nothing_planted(base):
    asyncio.run(served(base, lambda service: service.get("/calm")))
'''

ASYNC_TESTS = TESTS.replace("def test_", "async def test_").replace("asyncio.run(", "await (").replace(
    "import pytest\n", "import pytest\n", 1
)
PLANTED = {
    "test_session_per_request": ("connections opened", "service.py:27 in Service.get"),
    "test_leaked_session": ("clients left open", "service.py:34 in Service.status"),
    "test_dropped_task": ("tasks left behind", "service.py:44 in Service.record"),
    "test_blocking_call": ("ms of a loop that stood still", "service.py:50 in Service.settle"),
}


def write(folder: Path, *, own_loop: bool = True) -> None:
    """Lay the project down; own_loop: its tests start their loops themselves, without another plugin."""
    (folder / "service.py").write_text(SERVICE)
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_service.py").write_text(TESTS if own_loop else ASYNC_TESTS)
    (folder / "asynccost.toml").write_text("")
