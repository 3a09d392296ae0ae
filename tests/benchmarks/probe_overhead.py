"""What the probe costs: CPU per loopback request, interleaved with nothing and with OpenTelemetry's instrumentations.

    python -m tests.benchmarks.probe_overhead [--rounds 20] [--requests 300]

The server is a process of its own; keep-alive, a body of 60 bytes, one request after another, read to the end. Each
round runs every setting in a new order; the figure is the lower quartile of the process's CPU per request.
OpenTelemetry (pip install opentelemetry-instrumentation-aiohttp-client opentelemetry-instrumentation-httpx) runs as its
API alone, with no SDK behind it: its cheapest form. On a loaded machine all figures grow: compare within one run.
"""

import argparse
import asyncio
import multiprocessing
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from multiprocessing.connection import Connection
from statistics import quantiles
from typing import Any

import aiohttp
import httpx

from asynccost import probe


def main() -> None:
    """Measure and print one line a setting."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--requests", type=int, default=300)
    given = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{ours.recv()}/v1/items"
    settings: dict[str, Callable[[], Any]] = {"none": nullcontext, "asynccost": probe, "OpenTelemetry": telemetry}
    cpu: dict[tuple[str, str], list[float]] = defaultdict(list)
    for _ in range(given.rounds):
        for library, run in (("aiohttp", with_aiohttp), ("httpx", with_httpx)):
            for name in random.sample(list(settings), len(settings)):
                with settings[name]():
                    cpu[library, name].append(asyncio.run(run(url, given.requests)))
    server.terminate()
    for library in ("aiohttp", "httpx"):
        none = lower(cpu[library, "none"])
        added = {name: lower(cpu[library, name]) - none for name in settings if name != "none"}
        told = "; ".join(f"{name} +{us:.1f} us" for name, us in added.items())
        times = added["OpenTelemetry"] / added["asynccost"]
        print(f"{library}: {none:.1f} us of CPU a request; {told} ({times:.1f} times as much)")


def lower(values: list[float]) -> float:
    """The lower quartile: what a loaded machine adds is left out."""
    return quantiles(values, n=4)[0] * 1e6


async def with_aiohttp(url: str, requests: int) -> float:
    """Seconds of CPU per request."""
    async with aiohttp.ClientSession() as session:
        for _ in range(20):
            await (await session.get(url)).read()
        began = time.process_time()
        for _ in range(requests):
            async with session.get(url) as response:
                await response.read()
        return (time.process_time() - began) / requests


async def with_httpx(url: str, requests: int) -> float:
    """Seconds of CPU per request."""
    async with httpx.AsyncClient() as client:
        for _ in range(20):
            await client.get(url)
        began = time.process_time()
        for _ in range(requests):
            await client.get(url)
        return (time.process_time() - began) / requests


@contextmanager
def telemetry() -> Iterator[None]:
    """OpenTelemetry's instrumentations of both libraries."""
    from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor
    from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor

    both = (AioHttpClientInstrumentor(), HTTPXClientInstrumentor())
    for one in both:
        one.instrument()
    try:
        yield
    finally:
        for one in both:
            one.uninstrument()


def serve(ready: Connection) -> None:
    """Answer every request with the same JSON."""
    body = b'{"items": [{"id": 1, "name": "one"}, {"id": 2, "name": "two"}]}'
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)

    class Answer(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport: Any = transport

        def data_received(self, data: bytes) -> None:
            self.transport.write(answer * data.count(b"\r\n\r\n"))

    async def run() -> None:
        listening = await asyncio.get_running_loop().create_server(Answer, "127.0.0.1", 0)
        ready.send(listening.sockets[0].getsockname()[1])
        await listening.serve_forever()

    asyncio.run(run())


if __name__ == "__main__":
    main()
