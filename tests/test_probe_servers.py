"""`asynccost run` with servers that have two worker processes: each is counted, whichever way it is ended."""

import os
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from asynccost.probe import tracefile
from asynccost.probe.trace import Calls
from tests.probe_server import Server, running
from tests.test_probe_run import FETCH

pytest.importorskip("aiohttp")

HANDLER = """
import os, urllib.request
import fetching

async def handle():
    # the loop stands still, so that the other worker gets what comes next; urllib is none that the probe counts
    urllib.request.urlopen(os.environ["SERVER"] + "/meet/2").read()
    await fetching.main(os.environ["SERVER"], 3)
    return str(os.getpid()).encode()
"""
ASGI = """
async def app(scope, receive, send):
    body = await handle()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})
"""
AIOHTTP = """
from aiohttp import web

async def answer(request):
    return web.Response(body=await handle())

app = web.Application()
app.router.add_get("/", answer)
"""
COMMANDS = {
    # where the machine is so busy that a worker takes long to start, it is not to be killed and started for ever
    "uvicorn": (ASGI, ("--workers=2", "--port=0", "--lifespan=off", "--timeout-worker-healthcheck=300")),
    "gunicorn": (AIOHTTP, ("--workers", "2", "--bind", "127.0.0.1:0", "--worker-class", "aiohttp.GunicornWebWorker")),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_two_workers(tmp_path: Path, name: str) -> None:
    """Requests of both, clients and connections; ended by SIGTERM, with the exit code that it has without us."""
    pytest.importorskip(name)
    text, options = COMMANDS[name]
    (tmp_path / "fetching.py").write_text(FETCH)
    (tmp_path / "served.py").write_text(HANDLER + text)
    command = [sys.executable, "-m", name, "served:app", *options]
    with running() as server:
        plain, _ = _served(command, tmp_path, server)
        server.waiting.clear()
        run = [sys.executable, "-m", "asynccost", "run", "--trace", "t.jsonl", "--"]
        code, workers = _served([*run, *command], tmp_path, server)
    trace = tracefile.read(str(tmp_path / "t.jsonl"))
    (row,) = trace.rows(Calls)

    assert code == plain
    assert (row.requests, row.new, row.reused, row.place.path) == (6, 2, 4, "fetching.py")
    assert workers <= {process.pid for process in trace.processes}
    assert [process.pid for process in trace.processes if not process.finished] == []


def _served(command: list[str], folder: Path, upstream: Server) -> tuple[int, set[int]]:
    """Ask the server once more while one of its workers waits; its exit code and the processes that answered."""
    answers: list[int] = []

    with _started(command, folder, upstream.url) as process:
        url = _url(process)
        asking = [threading.Thread(target=lambda: answers.append(_answer(url))) for _ in range(2)]
        for number, thread in enumerate(asking):
            thread.start()
            while len(upstream.waiting) <= number:
                thread.join(0.001)
                assert thread.is_alive()
        for thread in asking:
            thread.join()
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        process.stderr.read()
        code = process.wait(60)
    assert len(set(answers)) == 2
    return code, set(answers)


def _answer(url: str) -> int:
    """Its answer; a worker of uvicorn listens some time after the address was told."""
    while True:
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                return int(answer.read())
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
            threading.Event().wait(0.01)


def _url(process: subprocess.Popen[str]) -> str:
    """Where it says that it listens."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise AssertionError("".join(said))


@contextmanager
def _started(command: list[str], folder: Path, upstream: str) -> Iterator[subprocess.Popen[str]]:
    env = {**os.environ, "SERVER": upstream}
    process = subprocess.Popen(command, cwd=folder, env=env, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
