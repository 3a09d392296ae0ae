"""The Trace: what two libraries did, by line, in memory and on disk."""

import asyncio
from pathlib import Path

import pytest

from asynccost import probe
from asynccost.errors import ResultError
from asynccost.probe import tracefile
from asynccost.probe.trace import Calls, Clients, Place, Process, Trace, merged
from tests.probe_server import Server, running

aiohttp = pytest.importorskip("aiohttp")
httpx = pytest.importorskip("httpx")


async def _wasteful(server: Server) -> None:
    for number in range(3):
        async with aiohttp.ClientSession() as session, session.get(f"{server.url}/ok/{number}") as response:
            await response.read()
    async with httpx.AsyncClient() as client:
        for _ in range(4):
            await client.get(f"{server.url}/ok/secret?token=secret")


def test_clients_and_connections_are_counted_by_the_line_that_is_responsible() -> None:
    """What the server saw is what the trace says."""
    with running() as server, probe() as watched:
        asyncio.run(_wasteful(server))

    clients = {(c.library, c.place.function): c for c in watched.trace.rows(Clients)}
    calls = {c.library: c for c in watched.trace.rows(Calls)}
    assert {key: (c.created, c.closed, c.used_once, c.live) for key, c in clients.items()} == {
        ("aiohttp", "_wasteful"): (3, 3, 3, 0),
        ("httpx", "_wasteful"): (1, 1, 0, 0),
    }
    assert {name: (c.requests, c.new, c.reused, c.avoidable) for name, c in calls.items()} == {
        "aiohttp": (3, 3, 0, 2),
        "httpx": (4, 1, 3, 0),
    }
    assert sum(c.new for c in calls.values()) == server.connections
    assert calls["aiohttp"].client_place == clients["aiohttp", "_wasteful"].place


async def _long_lived(url: str) -> None:
    """One client for what needs a login, one for what does not; and three that could have been one."""
    async with aiohttp.ClientSession() as known:
        async with aiohttp.ClientSession() as stranger:
            for client in (known, stranger, known, stranger):
                async with client.get(f"{url}/ok/1") as response:
                    await response.read()
        for _ in range(3):
            async with aiohttp.ClientSession() as another, another.get(f"{url}/ok/1") as response:
                await response.read()


def test_the_first_connection_of_a_client_is_avoidable_where_its_line_had_built_one() -> None:
    """Clients of different lines need connections of their own to the same origin; those of one line do not."""
    with running() as server, probe() as watched:
        asyncio.run(_long_lived(server.url))
    calls = sorted(watched.trace.rows(Calls), key=lambda call: (call.client_place or call.place).line)

    assert [(call.new, call.reused, call.avoidable) for call in calls] == [(1, 1, 0), (1, 1, 0), (3, 0, 2)]


def test_a_trace_comes_back_from_disk_and_adds_up(tmp_path: Path) -> None:
    """Two processes that did the same are twice as much at the same places."""
    file = tmp_path / "trace.jsonl"
    with running() as server, probe(file):
        asyncio.run(_wasteful(server))
    one = tracefile.read(str(file))
    two = merged([one, one])

    assert tracefile.dumps(tracefile.parse(tracefile.dumps(two).splitlines(keepends=True))) == tracefile.dumps(two)
    assert [c.requests * 2 for c in one.rows(Calls)] == [c.requests for c in two.rows(Calls)]
    assert len(two.processes) == len(one.processes) == 1
    assert "secret" not in file.read_text()


PLACE = Place("app.py", "main", 3)


def test_later_lines_replace_earlier_ones_and_a_torn_end_is_left_out() -> None:
    """A process appends what has changed; it may be killed while it writes."""
    lines = tracefile.Lines()
    first, later = (Clients(PLACE, "aiohttp", "ClientSession", created=n) for n in (1, 5))
    text = tracefile.HEADER + lines.process(Process(1, 2.0, 3.0)) + lines.row(first, 0) + lines.row(later, 0)
    read = tracefile.parse((text + '{"row": "cli').splitlines(keepends=True))

    assert [row.created for row in read.rows(Clients)] == [5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a trace of asynccost run"),
        ('{"format": "asynccost-trace", "version": 9}\n', "version 9"),
        (tracefile.HEADER + '{"row": "clients", "id": 0, "place": 7}\n', "t:2: not a line of a trace"),
        (tracefile.HEADER + "[]\n", "t:2: not a line of a trace"),
        (tracefile.HEADER + '{"row": "clients", "id": 0, "created": "many"}\n', "t:2: not a line of a trace: created"),
        (tracefile.HEADER + '{"row": "calls", "id": 0, "outcomes": {"2xx": []}}\n', "t:2: .* outcomes"),
        (tracefile.HEADER + '{"row": "serial", "id": 0, "example": [[0, "1", "GET", "a"]]}\n', "t:2: .* example"),
        (tracefile.HEADER + '{"process": {"pid": 1, "started": 1, "ended": 2, "gauges": [7]}}\n', "t:2: .* gauges"),
    ],
)
def test_what_is_no_trace_is_refused(text: str, message: str) -> None:
    """In one sentence with file and line."""
    with pytest.raises(ResultError, match=message):
        tracefile.parse(text.splitlines(keepends=True), "t")


def test_the_difference_of_two_moments_holds_only_what_came_between() -> None:
    """For one test of many: rows that did not move are gone."""
    other = Place("other.py", "f", 1)
    before = Trace(rows=[Clients(PLACE, "aiohttp", "S", created=2), Clients(other, "aiohttp", "S", created=1)])
    after = Trace(rows=[Clients(PLACE, "aiohttp", "S", created=5), Clients(other, "aiohttp", "S", created=1)])

    assert [(row.place, row.created) for row in after.since(before).rows(Clients)] == [(PLACE, 3)]
