"""What the probe makes of requests that repeat, wait for each other or are retried; of tasks, timers and steps."""

import asyncio
import contextlib
import gc
import inspect
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import asynccost
from asynccost import probe
from asynccost.probe.flows import MOST_EXAMPLES, Flow, keep_worst
from asynccost.probe.gauges import MOST_SAMPLES, Timeline
from asynccost.probe.history import MOST_BODY
from asynccost.probe.hooks import asyncio as loops
from asynccost.probe.on import ON
from asynccost.probe.pulse import Pulse, Pulses, queued
from asynccost.probe.recorder import Recorder
from asynccost.probe.sites import Spot
from asynccost.probe.trace import Blocking, Calls, Clients, Place, Serial, Steps, Tasks, Timers, Tokens, Trace
from asynccost.probe.tracefile import dumps, parse
from asynccost.probe.waste import wastes
from tests.probe_server import Server, running

aiohttp = pytest.importorskip("aiohttp")
httpx = pytest.importorskip("httpx")

Client = Any
Body = Callable[[Client], Awaitable[None]]


def _aiohttp(body: Body) -> Callable[[Server], Trace]:
    async def main(url: str) -> None:
        async with aiohttp.ClientSession() as session:

            async def get(path: str) -> bytes:
                async with session.get(f"{url}/{path}") as response:
                    return bytes(await response.read())

            await body(get)

    return lambda server: _watched(main(server.url))


def _httpx(body: Body) -> Callable[[Server], Trace]:
    async def main(url: str) -> None:
        async with httpx.AsyncClient() as client:

            async def get(path: str) -> bytes:
                return bytes((await client.get(f"{url}/{path}")).content)

            await body(get)

    return lambda server: _watched(main(server.url))


def _watched(main: Awaitable[None]) -> Trace:
    with probe() as watched:
        asyncio.run(main)  # type: ignore[arg-type]
    assert watched.trace.processes[0].errors == {}
    return watched.trace


BOTH = pytest.mark.parametrize("library", [_aiohttp, _httpx], ids=["aiohttp", "httpx"])


@BOTH
def test_only_the_same_answer_makes_a_repeat_avoidable(library: Callable[[Body], Any]) -> None:
    """Of six requests for one path four had the answer before; one came after a write, one answer was new."""

    async def body(get: Client) -> None:
        for _ in range(3):
            await get("ok/1")
        await get("count/1")
        await get("count/1")

    with running() as server:
        rows = library(body)(server).rows(Calls)

    assert sum(c.repeats for c in rows) == 3
    assert sum(c.avoidable_repeats for c in rows) == 2


def test_a_long_body_is_told_by_its_length_and_parts() -> None:
    long = b"a" * (MOST_BODY + 1)
    half = len(long) // 2
    bodies = (long, long, long + b"a", long[:-1] + b"b", b"b" + long[1:], long[:half] + b"b" + long[half + 1 :])
    with probe() as watched, httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as client:
        for body in bodies:
            client.post("http://there/", content=body)
    assert [call.repeats for call in watched.trace.rows(Calls)] == [1]


@BOTH
def test_a_loop_of_independent_reads_is_serial_but_not_one_that_follows_its_answers(
    library: Callable[[Body], Any],
) -> None:
    """The second loop takes each path from the answer before: pagination is no N+1."""

    async def independent(get: Client) -> None:
        for number in range(100, 108):
            await get(f"ok/{number}")

    async def paging(get: Client) -> None:
        path = "next/200"
        for _ in range(8):
            path = json.loads(await get(path))["next"]

    with running() as server:
        loop, pages = (library(body)(server).rows(Serial) for body in (independent, paging))

    assert [(s.requests, s.longest, s.previous, s.dependent) for s in loop] == [(7, 8, None, 0)]
    assert loop[0].savable_seconds > 0
    assert [(s.requests, s.longest, s.dependent) for s in pages] == [(0, 0, 7)]


async def _helper(get: Client, number: int) -> bytes:
    for attempt in range(3):
        with contextlib.suppress(ConnectionError):
            return bytes(await _deeper(get, number + 0 * attempt))
    raise AssertionError


async def _deeper(get: Client, number: int) -> bytes:
    return bytes(await get(f"ok/{number}"))


async def _pair(get: Client) -> None:
    await _deeper(get, 101)
    await _deeper(get, 102)  # the later


async def _one_line(get: Client) -> None:
    return await _deeper(get, 101), await _deeper(get, 102)  # the later


async def _loop(get: Client) -> None:
    for number in range(101, 107):
        await _deeper(get, number)  # the later


async def _comprehension(get: Client) -> None:
    return [await _deeper(get, number) for number in range(101, 107)]  # the later


async def _dispatch(get: Client) -> None:
    for call in (_deeper, _helper, _deeper, _helper):
        await call(get, id(call) % 1000 + 1000)  # the later


async def _while(get: Client) -> None:
    number = 101
    while number < 107:
        await _deeper(get, number)  # the later
        number += 1


@BOTH
@pytest.mark.parametrize("body", [_pair, _one_line, _loop, _comprehension, _dispatch, _while])
def test_serial_reads_are_told_at_the_line_that_waits_for_a_helper(library: Callable[[Body], Any], body: Body) -> None:
    """The two awaits of a function, or the one in its loop: not the helper's own line, which makes both requests."""
    with running() as server:
        rows = library(body)(server).rows(Serial)
    lines, start = inspect.getsourcelines(body)
    waits = start + next(n for n, line in enumerate(lines) if "# the later" in line)

    assert {(row.place.function.partition(".")[0], row.place.line) for row in rows} == {(body.__name__, waits)}
    earlier = {row.previous and row.previous.line for row in rows}
    assert earlier == ({waits - 1} if body is _pair else {waits} if body is _one_line else {None})


async def _twice(get: Client) -> None:
    for _ in range(4):
        await _deeper(get, 101)  # the loop
    await _deeper(get, 101)  # the later


def test_a_task_goes_on_where_what_adds_up_its_reads_was_left_behind() -> None:
    """As a fork leaves it that comes while another thread takes a trace."""
    mine = Flow(None)
    mine.settling.acquire()
    mine.settle()
    assert not mine.settling.locked()


@BOTH
def test_one_more_read_of_a_loop_is_told_by_all_lines_that_lead_to_it(library: Callable[[Body], Any]) -> None:
    """The helper asks for the same as it did for the loop, and another line waits for it."""
    with running() as server:
        rows = library(_twice)(server).rows(Serial)
    lines, start = inspect.getsourcelines(_twice)
    loop, later = (start + n for n, line in enumerate(lines) if "  # the" in line)

    assert {(row.place.line, row.previous and row.previous.line, row.requests) for row in rows} == {
        (loop, None, 3),
        (later, loop, 1),
    }


def test_an_import_of_the_probe_itself_is_nobodys_wait() -> None:
    """It stops the loop once; the line that made the first request is not to blame."""
    module = compile("import time; time.sleep(0.2)", str(Path(asynccost.__file__).with_name("new.py")), "exec")

    async def main() -> None:
        await asyncio.create_task(asyncio.sleep(0))  # the probe's thread begins with the first row
        exec(module, {})

    assert [row for row in _watched(main()).rows(Blocking) if row.seconds > 0.15] == []


def test_a_run_of_reads_keeps_its_first_requests_as_an_example() -> None:
    """When each began and how long it took; paths are templates, and a run is the example of one row only."""

    async def body(get: Client) -> None:
        for number in range(100, 115):
            await get(f"ok/{number}?token=secret")
        await get("ok/other")
        await get("count/1")

    with running() as server:
        trace = _aiohttp(body)(server)
        origin = server.url
    rows = trace.rows(Serial)
    (row,) = [row for row in rows if row.example]
    starts = [request[0] for request in row.example]

    assert row.worst_seconds == max(r.worst_seconds for r in rows)
    assert row.worst_seconds == pytest.approx(sum(r.savable_seconds for r in rows))
    assert len(row.example) == 12
    assert starts[0] == 0
    assert starts == sorted(starts)
    assert all(later[0] >= earlier[0] + earlier[1] for earlier, later in pairwise(row.example))
    assert {request[2] for request in row.example} == {f"GET {origin}/ok/{{}}"}
    assert {request[3] for request in row.example} == {f"{c.place.path}:{c.place.line}" for c in trace.rows(Calls)}
    assert "secret" not in dumps(trace)
    assert [r.example for r in parse(dumps(trace).splitlines(keepends=True)).rows(Serial)] == [r.example for r in rows]


def test_only_the_worst_runs_are_kept() -> None:
    """Of many rows, those with the most to save; of two traces added up, the worse run."""
    recorder = Recorder(".", b"k")
    for number in range(MOST_EXAMPLES + 5):
        row = recorder.row(Serial, Spot("a.py", "f", number), None, "http://a", "/")
        row.worst_seconds, row.example = float(number), [(0.0, 1.0, row.place, row)]
    keep_worst(recorder.rows)
    kept = [row.worst_seconds for row in recorder.rows.values() if isinstance(row, Serial) and row.example]
    assert kept == [float(n) for n in range(5, MOST_EXAMPLES + 5)]

    place = Place("a.py", "f", 1)
    one, two = (Serial(place, None, "http://a", "/", worst_seconds=s, example=[[0.0, s, "GET", "a"]]) for s in (1, 2))
    for rows in ((one, two), (two, one)):
        assert [row.example for row in Trace(rows=rows).rows(Serial)] == [two.example]


def test_live_clients_are_seen_over_time() -> None:
    """No peak between two samples is lost, and however long the run, there are few samples."""
    samples: list[list[float]] = []
    timeline = Timeline(samples)
    most = 1
    for n in range(10_000):
        most = 50 if n == 5_432 else most
        if timeline.add(n / 100, most, n, 1, every=0.05):
            most = 1
    assert 2 <= len(samples) <= MOST_SAMPLES
    assert max(sample[1] for sample in samples) == 50
    assert [sample[2] for sample in samples] == sorted(sample[2] for sample in samples)

    async def main() -> None:
        clients = [httpx.AsyncClient() for _ in range(3)]
        for client in clients:
            await client.aclose()

    (process,) = _watched(main()).processes
    assert max(sample[1] for sample in process.clients) == 3
    assert process.clients[-1][2:] == [3, 0]


@BOTH
def test_reads_of_different_tasks_are_not_serial(library: Callable[[Body], Any]) -> None:
    """What runs together waits for nobody; the sites are where the calls were made."""

    async def body(get: Client) -> None:
        await asyncio.gather(*(get(f"ok/{number}") for number in range(100, 108)))

    with running() as server:
        trace = library(body)(server)

    assert trace.rows(Serial) == []
    assert {c.place.function for c in trace.rows(Calls)} == {f"{library.__name__}.<locals>.main.<locals>.get"}


def test_a_task_that_a_library_starts_is_of_the_line_that_asked_for_it() -> None:
    """gather wraps the client's own coroutine: no frame of ours is on its stack when it runs."""

    async def main(url: str) -> None:
        async with httpx.AsyncClient() as client:
            await asyncio.gather(*(client.get(f"{url}/ok/{number}") for number in range(3)))

    with running() as server:
        rows = _watched(main(server.url)).rows(Calls)

    assert {c.place.function.rpartition(".")[2] for c in rows} == {"main"}


def test_a_request_within_another_one_hides_none_of_either() -> None:
    """A hook of httpx's asks another client before each request: both are counted whole."""

    async def main(url: str) -> None:
        async with httpx.AsyncClient() as inner:

            async def ask(_: Any) -> None:
                await inner.get(f"{url}/ok/2")

            async with httpx.AsyncClient(event_hooks={"request": [ask]}) as outer:
                for _ in range(4):
                    await outer.get(f"{url}/ok/1")

    with running() as server:
        rows = _watched(main(server.url)).rows(Calls)

    assert [(row.requests, row.exchanges, row.new, row.reused, row.outcomes) for row in rows] == [
        (4, 4, 1, 3, {"2xx": 4})
    ] * 2
    assert len({row.place.line for row in rows}) == 2


@pytest.mark.parametrize(("outside", "inside"), [(1, 4), (4, 1)])
def test_reads_within_a_request_are_a_run_of_their_own(outside: int, inside: int) -> None:
    """As those of an application that its test asks without a network: a loop of either is serial, no pair of both."""

    async def main(url: str) -> None:
        async with httpx.AsyncClient() as own:

            async def handle(_: Any) -> httpx.Response:
                for number in range(inside):
                    await own.get(f"{url}/ok/{number}")
                return httpx.Response(200)

            async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as client:
                for number in range(outside):
                    await client.get(f"http://application.test/{number}")

    with running() as server:
        rows = _watched(main(server.url)).rows(Serial)

    assert [(row.requests, row.longest, row.previous) for row in rows] == [(3, 4, None)]


def test_one_instruction_may_lead_to_a_request_in_two_ways() -> None:
    """What is called there is the library's, or a function of the program's as deep in the stack: the nearest line."""

    def ask(call: Callable[[str], Any], url: str) -> None:
        call(url)

    with running() as server, probe() as watched, httpx.Client() as client:
        for _ in range(4):
            ask(client.get, f"{server.url}/ok/1")
            ask(lambda url: client.request("GET", url), f"{server.url}/ok/1")
    rows = watched.trace.rows(Calls)

    assert [(row.requests, row.new, row.reused) for row in rows] == [(4, 1, 3), (4, 0, 4)]
    assert [row.place.function.rpartition(".")[2] for row in rows] == ["ask", "<lambda>"]


def test_retries_are_told_by_kind() -> None:
    """Of a 404: pointless; the fifth: a storm; of what the SDK had retried: stacked."""

    async def main(url: str) -> None:
        async with httpx.AsyncClient() as client:
            for _ in range(3):
                await client.get(f"{url}/status/404")
            for _ in range(6):
                await client.get(f"{url}/status/503")
            for attempt in ("0", "1", "0"):
                headers = {"x-stainless-retry-count": attempt}
                await client.post(f"{url}/status/500", content=b"{}", headers=headers)

    with running() as server:
        rows = _watched(main(server.url)).rows(Calls)
    totals: dict[str, int] = {}
    for row in rows:
        for kind, n in row.retries.items():
            totals[kind] = totals.get(kind, 0) + n

    assert totals == {"retry": 2 + 5 + 2, "pointless": 2, "storm": 1, "stacked": 1}


def test_tasks_and_timers_that_nobody_holds_are_told() -> None:
    """Left when the loop ended, collected while pending, failed unseen."""

    async def fail() -> None:
        raise ValueError("unseen")

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        held = asyncio.create_task(asyncio.sleep(60))
        asyncio.get_running_loop().call_later(60, print)
        asyncio.get_running_loop().call_later(60, print).cancel()
        asyncio.create_task(fail())  # noqa: RUF006 - the point
        await asyncio.sleep(0)
        del held
        await asyncio.sleep(0)
        gc.collect()
        _pending_and_gone()
        gc.collect()

    def _pending_and_gone() -> None:
        task = asyncio.create_task(_waits(asyncio.Event()))
        asyncio.get_running_loop()._ready.clear()  # type: ignore[attr-defined] - as if it had begun
        del task

    async def _waits(event: asyncio.Event) -> None:
        await event.wait()

    with pytest.warns(RuntimeWarning, match="never awaited"):
        trace = _watched(main())
    tasks, timers = trace.rows(Tasks), trace.rows(Timers)

    assert sum(t.left for t in tasks) == 1
    assert sum(t.failed_unseen for t in tasks) == 1
    assert sum(t.dropped for t in tasks) == 1
    assert sum(t.created for t in timers) == 2
    assert sum(t.left for t in timers) == 1
    told = {w.rule for w in wastes(trace)} - {"blocking-call"}  # a busy machine lets a loop stand still
    assert told == {"dropped-task", "unstored-timer"}


def test_a_loop_that_stands_still_is_told_by_the_line_that_runs() -> None:
    """Looked at by hand instead of by the thread, with a clock of its own; a wait of somebody else's is no rest."""
    recorder = Recorder(".", b"")
    pulses = Pulses(recorder)
    seconds = iter(range(1, 1000))

    async def main() -> None:
        selector = asyncio.get_running_loop()._selector  # type: ignore[attr-defined]
        waits = loops._select(lambda selector, _: selector)
        waits(selector)
        _work()
        waits(object())
        waits(selector)
        assert selector._asynccost is pulses.loops[id(selector)]

    def _work() -> None:
        for _ in range(3):
            pulses.look()

    with pytest.MonkeyPatch.context() as patch:
        for module in ("pulse", "hooks.asyncio"):
            patch.setattr(f"asynccost.probe.{module}.clock", lambda: float(next(seconds)))
        patch.setattr(ON, "pulses", pulses)
        asyncio.run(main())
    rows = recorder.take().rows(Blocking)

    assert [(b.place.function.rpartition(".")[2], b.times) for b in rows] == [("_work", 1)]
    assert rows[0].longest_seconds >= 3


def test_a_loop_is_looked_at_from_its_first_turn_on() -> None:
    """Before the program has built a client or asked for anything."""

    async def main() -> None:
        time.sleep(0.3)

    rows = _watched(main()).rows(Blocking)

    assert [b.place.function.rpartition(".")[2] for b in rows] == ["main"]


@pytest.mark.parametrize(("waited", "told"), [(0.0, [0.1]), (0.04, [0.06]), (0.06, [])])
def test_what_a_thread_waits_for_a_processor_is_no_block(
    waited: float, told: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn of 0.1 s, of which the kernel says that the machine ran others for so long."""
    recorder = Recorder(".", b"")
    pulses, now, queue = Pulses(recorder), [10.0], [7.0]
    monkeypatch.setattr("asynccost.probe.pulse.clock", lambda: now[0])
    monkeypatch.setattr("asynccost.probe.pulse.queued", lambda _: queue[0])
    selector = set[int]()
    pulse = pulses.loops[id(selector)] = Pulse(selector, selector)
    pulse.since = now[0]

    for seconds in (0.02, 0.05):  # the second look is at the same turn, which it finds asked already
        now[0] = pulse.since + seconds
        pulses.look()
        queue[0] += waited / 2
    pulses.blocked(pulse, 0.1)
    queue[0] += 5  # between turns
    pulse.since = now[0] = 20.0
    pulses.blocked(pulse, 0.2)  # of which nobody looked at the queue

    told = [*told, 0.2]
    rows = recorder.take().rows(Blocking)
    assert [(b.times, round(b.seconds, 6), round(b.longest_seconds, 6)) for b in rows] == [
        (len(told), round(sum(told), 6), round(max(told), 6))
    ]


_SPINS = """
import os, time
from threading import get_native_id
from asynccost.probe.pulse import queued
os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
child = os.fork()
end = time.monotonic() + 0.3
while time.monotonic() < end:
    pass
print(queued(get_native_id()) if child else "", end="")
"""


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="this kernel does not tell")
def test_the_kernel_tells_how_long_a_thread_waited_for_a_processor() -> None:
    """Two processes that share one; a thread that is not there never waited."""
    ran = subprocess.run([sys.executable, "-c", _SPINS], capture_output=True, text=True, check=True)
    assert float(ran.stdout) > 0.05
    assert queued(-1) == 0.0


def test_steps_nest_and_divide_the_counts() -> None:
    """What happens in the inner step is counted there."""

    async def main(url: str) -> None:
        async with httpx.AsyncClient() as client:
            with asynccost.step("answer"):
                await client.get(f"{url}/ok/1")
                with asynccost.step("look up"):
                    await client.get(f"{url}/ok/2")
            await client.get(f"{url}/ok/3")

    with running() as server:
        trace = _watched(main(server.url))

    assert {c.step: c.requests for c in trace.rows(Calls)} == {"answer": 1, "look up": 1, "": 1}
    assert {s.step: s.runs for s in trace.rows(Steps)} == {"answer": 1, "look up": 1}


def test_routes_of_a_server_are_steps() -> None:
    """By the route as the program spells it, never by the path that was asked for."""
    from aiohttp import web

    async def main(url: str) -> None:
        async def handle(_: web.Request) -> web.Response:
            async with aiohttp.ClientSession() as session, session.get(f"{url}/ok/1") as response:
                return web.Response(body=await response.read())

        app = web.Application()
        app.router.add_get("/users/{name}", handle)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        async with httpx.AsyncClient() as client:
            await client.get(f"http://127.0.0.1:{port}/users/alice")
        await runner.cleanup()

    with running() as server:
        trace = _watched(main(server.url))

    assert {(c.library, c.step) for c in trace.rows(Calls)} == {("httpx", ""), ("aiohttp", "GET /users/{name}")}
    assert [(s.step, s.runs) for s in trace.rows(Steps)] == [("GET /users/{name}", 1)]


@pytest.mark.parametrize("library", ["aiohttp", "httpx", "httpx stream", "requests"])
def test_tokens_of_model_calls_are_counted(library: str) -> None:
    """From the answer as it passes, whole or in a stream, whatever the library."""
    requests = pytest.importorskip("requests")
    body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]}).encode()

    async def main(url: str) -> None:
        url += "/v1/chat/completions"
        if library == "aiohttp":
            async with aiohttp.ClientSession() as session, session.post(url, data=body) as response:
                await response.json(content_type=None)
        elif library == "requests":
            await asyncio.to_thread(requests.post, url, data=body)
        else:
            async with httpx.AsyncClient() as client:
                if library == "httpx":
                    await client.post(url, content=body)
                else:
                    async with client.stream("POST", url, content=body) as response:
                        async for _ in response.aiter_lines():
                            pass

    with running() as server:
        trace = _watched(main(server.url))
    rows = trace.rows(Tokens)

    assert [(t.calls, t.counts["input"], t.counts["output"]) for t in rows] == [(1, 11, 7)]
    assert rows[0].place == trace.rows(Calls)[0].place
    assert trace.rows(Calls)[0].path == "/v1/chat/completions"


def test_memory_is_bounded_whatever_the_program_asks_for() -> None:
    """Sites, paths, origins and answers beyond the limits share a row; the sum stays right."""
    from asynccost.probe import recorder, routes

    trace = Trace()
    with probe() as watched:
        from asynccost.probe.on import ON

        ledger = ON.ledger
        assert ledger is not None
        for number in range(20_000):
            url = f"http://host{number % 3000}.example/users/{number}x/orders"
            request = ledger.begun("aiohttp", object, "GET", url, None, True)
            assert request is not None
            ledger.asked(request, url, None, {})
            ledger.answered(request, 200)
            ledger.read(request, b"x" * 1000)
        assert len(ledger.recorder.rows) <= recorder.MOST_ROWS + 10
        assert len(ledger.recorder.routes._stems) <= routes.MOST_STEMS
        trace = watched.trace

    assert sum(c.requests for c in trace.rows(Calls)) == 20_000
    assert trace.processes[0].full > 0


def test_the_order_of_wastes_is_by_time() -> None:
    """What took longest stands first; nothing is told of a client that lives as long as its program."""

    async def main(url: str) -> None:
        for _ in range(3):
            async with httpx.AsyncClient() as client:
                await client.get(f"{url}/ok/1")
        async with aiohttp.ClientSession() as session, session.get(f"{url}/ok/2") as response:
            await response.read()

    with running() as server:
        trace = _watched(main(server.url))
    found = wastes(trace)

    assert [w.seconds for w in found] == sorted((w.seconds for w in found), reverse=True)
    assert "session-recreation" in {w.rule for w in found}
    assert {w.place for w in found if w.rule == "session-recreation"} == {
        c.place for c in trace.rows(Clients) if c.library == "httpx"
    }
    assert time.time() >= trace.processes[0].ended


def test_time_between_two_runs_of_a_loop_is_no_standing_still() -> None:
    """A loop that stopped and runs again did not block what lay between."""
    seconds = iter(range(1, 1000))
    loop = asyncio.new_event_loop()
    with probe() as watched, pytest.MonkeyPatch.context() as patch:
        patch.setattr("asynccost.probe.hooks.asyncio.THRESHOLD", 2.0)
        patch.setattr("asynccost.probe.hooks.asyncio.clock", lambda: float(next(seconds)))
        for _ in range(3):
            loop.run_until_complete(asyncio.sleep(0))
            for _ in range(9):
                next(seconds)
        loop.close()

    assert watched.trace.rows(Blocking) == []
