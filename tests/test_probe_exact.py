"""The probe's counts are those of the server and of the program, exactly; the long version is
tests/benchmarks/probe_exact.py."""

import asyncio
import os
import ssl
import tempfile
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asynccost import probe
from asynccost.probe import tracefile
from asynccost.probe.engine import ENGINE
from asynccost.probe.trace import Calls, Clients, Trace
from tests.probe_server import Server, running

aiohttp, httpx, requests, _ = map(pytest.importorskip, ("aiohttp", "httpx", "requests", "trustme"))

from tests import probe_workload as workload  # noqa: E402 - it needs the libraries

EXAMPLES = int(os.environ.get("ASYNCCOST_WORKLOADS", "8"))
NAMES = {"aiohttp": "ClientSession", "httpx": "AsyncClient", "httpx.Client": "Client", "requests": "Session"}


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext, str]:
    """The server's and the client's context, and the file of the authority."""
    import trustme

    authority = trustme.CA()
    mine, yours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(mine)
    authority.configure_trust(yours)
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return mine, yours, str(file)


@settings(max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES < 100, suppress_health_check=list(HealthCheck))
@given(sessions=workload.SESSIONS, secure=st.booleans(), how=st.sampled_from(("in turn", "threads", "fork")))
def test_counts_are_exact(
    secured: tuple[ssl.SSLContext, ssl.SSLContext, str], sessions: list[workload.Session], secure: bool, how: str
) -> None:
    """Clients, requests, wire requests, connections, reuse and repeats."""
    mine, yours, authority = secured
    with running(mine if secure else None) as server:
        context, ca = (yours, authority) if secure else (None, False)
        known, trace = _watched(sessions, server, context, ca, how)
        server.settle()

    _compare(known, trace, server)


def _watched(
    sessions: list[workload.Session], server: Server, context: ssl.SSLContext | None, ca: str | bool, how: str
) -> tuple[workload.Known, Trace]:
    if how != "fork":
        with probe() as watched:
            known = workload.run(sessions, server, context, ca, threads=how == "threads")
        return known, watched.trace
    known = workload.Known()  # what the child did, counted once more without running it
    for session in sessions:
        known.clients[session.library] += 1
        for ask in workload.flat(session):
            known.ask(ask)
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder, "t.jsonl"))
        child = os.fork()
        if not child:
            try:
                with probe(file):
                    workload.run(sessions, server, context, ca, threads=False)
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        return known, tracefile.read(file)


def _compare(known: workload.Known, trace: Trace, server: Server) -> None:
    clients, calls = trace.rows(Clients), trace.rows(Calls)
    for library, n in known.clients.items():
        rows = [c for c in clients if c.client == NAMES[library]]
        assert sum(c.created for c in rows) == n, library
        assert sum(c.closed for c in rows) == n, library
    assert sum(c.requests for c in calls) == known.requests
    assert sum(sum(c.outcomes.values()) for c in calls) == known.requests
    assert sum(c.repeats for c in calls) == known.repeats
    new, aborted = sum(c.new for c in calls), sum(c.aborted for c in calls)
    assert new <= server.connections <= new + aborted
    exchanges = sum(c.exchanges for c in calls)
    cancelled = sum(c.outcomes.get(k, 0) for c in calls for k in ("cancelled", "timeout"))
    assert abs(exchanges - len(server.requests)) <= cancelled
    assert all(c.new + c.reused == c.exchanges for c in calls)
    assert all(0 <= c.avoidable <= c.new for c in calls)
    assert [process.errors for process in trace.processes if process.errors] == []


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
        with pytest.raises(AttributeError):
            ENGINE._install("httpcore2", ModuleType("httpcore2"))
        assert "httpcore2" not in ENGINE.hooked
        assert "httpcore" in ENGINE.hooked
