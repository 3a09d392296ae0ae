"""What must stay bounded: `python -m tests.benchmarks.probe_bounds requests|forks [--number N]`.

requests: a million requests through the probe's own entry (no network: begin, answer, body, end), to 5,000 paths of 300
origins; prints how much memory the process grew and how long the trace became while a writer wrote it. forks: a
thousand forks while requests fly in two threads; prints how many children answered, and that none hung.
"""

import argparse
import asyncio
import os
import resource
import tempfile
import threading
import time
from pathlib import Path

import httpx

from asynccost import probe
from asynccost.probe import exchanges, tracefile
from asynccost.probe.engine import ENGINE
from asynccost.probe.on import ON
from asynccost.probe.trace import Calls
from tests.probe_server import running


def requests(number: int) -> None:
    """Memory and trace of very many requests."""
    folder = tempfile.mkdtemp()
    ENGINE.start(folder=folder)
    ledger, watcher = ON.ledger, ON.watcher
    assert ledger is not None
    assert watcher is not None
    watcher.start()
    sizes = []
    for turn in range(number):
        if turn == 20_000:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        url = f"http://host{turn % 300}.example/v1/users/{turn % 5000}/orders?page={turn}"
        request = ledger.begun("aiohttp", ledger, "GET", url, None, True)
        assert request is not None
        ledger.asked(request, url, None, {})
        exchange = exchanges.connects(request)
        exchange.fresh = turn % 3 == 0
        exchanges.connected(exchange)
        ledger.released(exchange)
        ledger.answered(request, 200)
        ledger.read(request, b"x" * 200)
        if turn % 50_000 == 0:
            sizes.append(sum(path.stat().st_size for path in Path(folder).iterdir()))
    ENGINE.finish()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    file = next(Path(folder).iterdir())
    counted = sum(call.requests for call in tracefile.read(str(file)).rows(Calls))
    print(f"{counted:,} requests counted; memory grew by {grown / 1024:.1f} MiB; ", end="")
    print(f"trace {file.stat().st_size / 2**20:.2f} MiB, at most {max(sizes) / 2**20:.2f} MiB")


def forks(number: int) -> None:
    """Children of a process in which requests fly."""
    stop = threading.Event()

    async def fly(url: str) -> None:
        async with httpx.AsyncClient() as client:
            while not stop.is_set():
                await client.get(f"{url}/ok/1")

    answered = 0
    began = time.monotonic()
    with running() as server, probe():
        threads = [threading.Thread(target=lambda: asyncio.run(fly(server.url))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for _ in range(number):
            child = os.fork()
            if not child:  # no client of httpx: a child of threads that encrypt can hang in OpenSSL without any probe
                assert ON.ledger is not None
                ON.ledger.clients.built(stop, "none", 0.0)
                os._exit(7)
            answered += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        stop.set()
        for thread in threads:
            thread.join()
    print(f"{answered} of {number} children counted a client and ended, in {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("requests", "forks"))
    parser.add_argument("--number", type=int)
    given = parser.parse_args()
    run, most = {"requests": (requests, 1_000_000), "forks": (forks, 1_000)}[given.what]
    run(given.number or most)
