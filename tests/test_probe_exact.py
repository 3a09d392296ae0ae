"""The probe's counts are those of the server and of the program, exactly.

200 random programs: python -m tests.benchmarks.probe_exact
"""

import asyncio
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings

from asynccost import probe
from asynccost.probe.engine import ENGINE
from asynccost.probe.trace import Calls
from tests.probe_server import running
from tests.probe_workload import ASYNC, SYNC, WORKLOADS, Ask, Session, Workload

aiohttp, httpx, requests = map(pytest.importorskip, ("aiohttp", "httpx", "requests"))
for name in ("httpx2", "urllib3", "trustme"):
    pytest.importorskip(name)

from tests import exactness  # noqa: E402 - it needs the libraries


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> exactness.Secured:
    return exactness.secured(tmp_path_factory.mktemp("ca"))


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(work=WORKLOADS)
def test_counts_are_exact(tls: exactness.Secured, work: Workload) -> None:
    """Clients, requests, wire requests, connections, reuse and repeats."""
    exactness.compare(work, *exactness.watched(work, tls))


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("expiry", ["server", "client"])
@pytest.mark.parametrize("library", [*ASYNC, *SYNC])
def test_a_connection_that_was_taken_away_makes_no_avoidable_one(
    tls: exactness.Secured, library: str, expiry: str, secure: bool
) -> None:
    """By a server that closes what is idle, or by the client's own keep-alive time; one at a time, each is new."""
    if expiry == "client" and library in ("requests", "urllib3"):
        pytest.skip("it keeps a connection for as long as the server does")
    one = (Ask("ok/1"),)
    work = Workload((Session(library, (one, one, one), expiry=expiry),), secure, "in turn")
    trace, server = exactness.watched(work, tls)
    exactness.compare(work, trace, server)
    (row,) = trace.rows(Calls)

    assert (row.new, row.reused, row.avoidable) == (3, 0, 0)
    why, other = (row.expired, row.closed_by_server)[:: 1 if expiry == "client" else -1]
    assert why in (2, 3)  # some look at the last one before it is closed with its client
    assert other == 0


@pytest.mark.parametrize("end", ["limit", "cancelled", "unread", "drop"])
@pytest.mark.parametrize("library", [*ASYNC, *SYNC])
def test_a_connection_that_went_with_its_request_makes_no_avoidable_one(
    tls: exactness.Secured, library: str, end: str
) -> None:
    """After a timeout, a cancellation, a stream that is left or a server that goes away, the next needs a new one."""
    if end == "cancelled" and library in SYNC:
        pytest.skip("a thread cannot be cancelled")
    if end == "unread" and library.startswith("httpx"):
        pytest.skip("it is told from others only where more of its answer has come by then")
    lost = {"drop": Ask("drop"), "unread": Ask("stream/50000", end=end)}.get(end, Ask("slow/100", end=end))
    work = Workload((Session(library, ((Ask("ok/1"),), (lost,)) * 2 + ((Ask("ok/1"),),)),), False, "in turn")
    trace, server = exactness.watched(work, tls)
    exactness.compare(work, trace, server)

    assert server.connections >= 3
    assert sum(row.avoidable for row in trace.rows(Calls)) == 0


@pytest.mark.parametrize("library", [*ASYNC, *SYNC])
def test_an_answer_that_ends_its_connection_makes_no_avoidable_one(tls: exactness.Secured, library: str) -> None:
    """`Connection: close`: the next request needs a new one."""
    work = Workload((Session(library, ((Ask("close"),),) * 3),), False, "in turn")
    trace, server = exactness.watched(work, tls)
    (row,) = trace.rows(Calls)

    assert (server.connections, row.new, row.closed_by_server, row.avoidable) == (3, 3, 3, 0)


@pytest.mark.parametrize("library", ["aiohttp", "httpx", "httpx.Client", "requests"])
def test_the_name_of_a_host_is_told_apart_from_its_connection(library: str) -> None:
    """Once for a connection, however many requests it serves."""
    with running() as server, probe() as watched:
        url = server.url.replace("127.0.0.1", "localhost")
        asyncio.run(_three_reads(library, f"{url}/ok/1"))
    (row,) = watched.trace.rows(Calls)

    assert (row.requests, row.new, row.reused) == (3, 1, 2)
    assert row.dns_seconds > 0
    assert row.tcp_seconds > 0
    assert row.dns_seconds + row.tcp_seconds <= row.seconds


def test_one_line_that_asks_through_clients_of_two_libraries() -> None:
    """Built at one line, too: the same URL, and yet another library's request."""
    import httpx2

    with running() as server, probe() as watched:
        for client in (httpx.Client(), httpx2.Client()):
            with client:
                client.get(f"{server.url}/ok/1")

    assert sorted((row.library, row.requests) for row in watched.trace.rows(Calls)) == [("httpx", 1), ("httpx2", 1)]


async def _three_reads(library: str, url: str) -> None:
    if library == "aiohttp":
        async with aiohttp.ClientSession() as session:
            for _ in range(3):
                await (await session.get(url)).read()
    elif library == "httpx":
        async with httpx.AsyncClient() as client:
            for _ in range(3):
                await client.get(url)
    else:
        with httpx.Client() if library == "httpx.Client" else requests.Session() as client:
            for _ in range(3):
                client.get(url)


def test_a_library_that_is_built_otherwise_is_not_said_to_be_hooked() -> None:
    """As httpcore before 0.17 is: what lies below httpx is then not known, and none of it is called reused."""
    with probe():
        ENGINE.hooked.pop("httpcore2", None)
        with pytest.raises(AttributeError):
            ENGINE._install("httpcore2", ModuleType("httpcore2"))
        assert "httpcore2" not in ENGINE.hooked
        assert "httpcore" in ENGINE.hooked
