"""What the probe costs: CPU per loopback request, interleaved with nothing and with OpenTelemetry's instrumentations.

    python -m tests.benchmarks.probe_overhead [--rounds 20] [--requests 300] [--answer-after 0.01]

The server is a process of its own; keep-alive, a body of 60 bytes, one request after another, read to the end: of one
URL, and of URLs that differ. Each setting has a process of its own that lives through all rounds, as a program under
the probe does (what is hooked and unhooked again makes Python forget what it has learned about the hooked classes).
They take turns, in a new order each round; the figure is the lower quartile of a process's CPU per request.
OpenTelemetry (pip install opentelemetry-sdk opentelemetry-instrumentation-aiohttp-client and -httpx) runs twice:
as its API alone, with no SDK behind it, which records nothing and is its cheapest form; and with the SDK, whose batches
of spans go to an exporter that throws them away, the least that can tell anything. On a loaded machine all figures
grow: compare within one run. --answer-after: the server takes so many seconds for each answer, and what is compared is
the time that a request takes, waiting included: the lower quartile of all requests, one by one.
"""

import argparse
import asyncio
import multiprocessing
import os
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from itertools import pairwise, product
from multiprocessing.connection import Connection
from statistics import fmean, quantiles
from typing import Any

import aiohttp
import httpx

from asynccost import probe

LIBRARIES, PATHS = ("aiohttp", "httpx"), {"one URL": 1, "500 URLs": 500}
Clock = Callable[[], float]
SETTINGS = ("none", "asynccost", "OpenTelemetry's API", "OpenTelemetry")


def main() -> None:
    """Measure and print one line a library and workload."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--answer-after", type=float, default=0.0, metavar="SECONDS")
    given = parser.parse_args()
    os.environ["PYTHONHASHSEED"] = "0"  # else processes differ by their luck with collisions
    port = _process(serve, given.answer_after)
    clock, what = (time.perf_counter, "time") if given.answer_after else (time.process_time, "CPU")
    url = f"http://127.0.0.1:{port.recv()}/v1/items"
    setting = {name: _process(measure, name, url, given.requests, clock) for name in SETTINGS}
    costs: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for _ in range(given.rounds):
        for library, paths in product(LIBRARIES, PATHS):
            for name in random.sample(SETTINGS, len(SETTINGS)):
                setting[name].send((library, PATHS[paths]))
                costs[library, paths, name] += setting[name].recv()
    for library, paths in product(LIBRARIES, PATHS):
        none, *others = (lower(costs[library, paths, name]) for name in SETTINGS)
        ours, *theirs = (value - none for value in others)
        told = [f"asynccost {ours:+.1f} us ({ours / none:+.2%})"]
        told += [f"{n} {t:+.1f} us ({t / ours:.1f} times as much)" for n, t in zip(SETTINGS[2:], theirs, strict=True)]
        print(f"{library}, {paths}: {none:.1f} us of {what} a request; {'; '.join(told)}")


def _process(work: Callable[..., None], *arguments: object) -> Connection:
    """A process that ends with this one, and the way to talk to it."""
    ours, theirs = multiprocessing.Pipe()
    multiprocessing.get_context("spawn").Process(target=work, args=(theirs, *arguments), daemon=True).start()
    return ours


def measure(asked: Connection, setting: str, url: str, requests: int, clock: Clock) -> None:
    """Run what is asked for under one setting; the first times are for warming up."""
    settings: dict[str, Callable[[], Any]] = {
        "none": nullcontext,
        "asynccost": probe,
        "OpenTelemetry's API": telemetry,
        "OpenTelemetry": telemetry_with_sdk,
    }
    runs = {"aiohttp": with_aiohttp, "httpx": with_httpx}
    with settings[setting]():
        for library, paths in product(LIBRARIES, PATHS.values()):
            asyncio.run(runs[library](url, requests, paths, clock))
        while True:
            try:
                library, paths = asked.recv()
            except EOFError:  # whoever asks has ended
                return
            each = asyncio.run(runs[library](url, requests, paths, clock))
            asked.send([fmean(each)] if clock is time.process_time else each)


def lower(values: list[float]) -> float:
    """The lower quartile: what a loaded machine adds is left out."""
    return quantiles(values, n=4)[0] * 1e6


async def with_aiohttp(url: str, requests: int, paths: int, clock: Clock) -> list[float]:
    """Seconds of each request."""
    async with aiohttp.ClientSession() as session:
        for _ in range(20):
            await (await session.get(url)).read()
        moments = [clock()]
        for n in range(requests):
            async with session.get(f"{url}/{n % paths}") as response:
                await response.read()
            moments.append(clock())
        return [after - before for before, after in pairwise(moments)]


async def with_httpx(url: str, requests: int, paths: int, clock: Clock) -> list[float]:
    """Seconds of each request."""
    async with httpx.AsyncClient() as client:
        for _ in range(20):
            await client.get(url)
        moments = [clock()]
        for n in range(requests):
            await client.get(f"{url}/{n % paths}")
            moments.append(clock())
        return [after - before for before, after in pairwise(moments)]


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


@contextmanager
def telemetry_with_sdk() -> Iterator[None]:
    """The same, with the SDK: spans are made, and handed in batches to an exporter that forgets them."""
    from collections.abc import Sequence

    from opentelemetry import trace
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    class Forget(SpanExporter):
        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            del spans
            return SpanExportResult.SUCCESS

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(Forget()))
    trace.set_tracer_provider(provider)
    with telemetry():
        yield
    provider.shutdown()


def serve(ready: Connection, after: float) -> None:
    """Answer every request with the same JSON, after so many seconds."""
    body = b'{"items": [{"id": 1, "name": "one"}, {"id": 2, "name": "two"}]}'
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)

    class Answer(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport: Any = transport

        def data_received(self, data: bytes) -> None:
            said = answer * data.count(b"\r\n\r\n")
            if after:
                asyncio.get_running_loop().call_later(after, self.transport.write, said)
            else:
                self.transport.write(said)

    async def run() -> None:
        listening = await asyncio.get_running_loop().create_server(Answer, "127.0.0.1", 0)
        ready.send(listening.sockets[0].getsockname()[1])
        await listening.serve_forever()

    asyncio.run(run())


if __name__ == "__main__":
    main()
