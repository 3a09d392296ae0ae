"""Whether the probe's counts of a random program are the server's and the program's own, and what occurred in it."""

import os
import ssl
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import trustme

from asynccost.probe import tracefile
from asynccost.probe.engine import ENGINE
from asynccost.probe.trace import Calls, Clients, Trace, merged
from tests.probe_clients import REFUSED, Place, run
from tests.probe_server import Server, running
from tests.probe_workload import Workload, known

NAMES = {
    "aiohttp": ("aiohttp", "ClientSession"),
    "httpx": ("httpx", "AsyncClient"),
    "httpx2": ("httpx2", "AsyncClient"),
    "httpx.Client": ("httpx", "Client"),
    "httpx2.Client": ("httpx2", "Client"),
    "requests": ("requests", "Session"),
    "urllib3": ("urllib3", "PoolManager"),
}


@dataclass(frozen=True)
class Secured:
    """TLS contexts of the server and of its clients, and the file of the authority."""

    server: ssl.SSLContext
    client: ssl.SSLContext
    authority: str


def secured(folder: Path) -> Secured:
    """An authority of our own for 127.0.0.1."""
    authority = trustme.CA()
    made = Secured(
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context(), str(folder / "ca.pem")
    )
    authority.issue_cert("127.0.0.1").configure_cert(made.server)
    authority.configure_trust(made.client)
    authority.cert_pem.write_to_path(made.authority)
    return made


def watched(work: Workload, tls: Secured) -> tuple[Trace, Server]:
    """The trace of all its processes, and the server that they asked."""
    with running(tls.server if work.secure else None) as server, tempfile.TemporaryDirectory() as folder:
        place = Place(server, tls.client, tls.authority) if work.secure else Place(server)
        ENGINE.start(folder=folder)
        try:
            if work.how == "fork" and not (child := os.fork()):
                try:
                    run(work.child, place)
                    ENGINE.finish()
                finally:
                    os._exit(0)
            run(work.parent, place, threads=work.how == "threads")
            if work.how == "fork":
                os.waitpid(child, 0)
            ENGINE.finish()
        finally:
            ENGINE.stop()
        server.settle()
        return merged(tracefile.read(str(path)) for path in Path(folder).glob("*.jsonl")), server


def compare(work: Workload, trace: Trace, server: Server) -> None:
    """Clients, requests, exchanges, connections, reuse and repeats; raises AssertionError where they differ."""
    program, calls = known(work), trace.rows(Calls)
    for library in {session.library for session in work.sessions}:
        rows = [row for row in trace.rows(Clients) if (row.library, row.client) == NAMES[library]]
        assert sum(row.created for row in rows) == program.clients[library], library
        assert sum(row.closed for row in rows) == program.clients[library], library
    for package in {package for package, _ in NAMES.values()}:
        libraries = [library for library, (name, _) in NAMES.items() if name == package]
        mine = [row for row in calls if row.library == package]
        assert sum(row.requests for row in mine) == sum(program.requests[library] for library in libraries), package
        _same(sum(row.exchanges for row in mine), sum(server.asked[library] for library in libraries), _left(mine))
    assert sum(sum(row.outcomes.values()) for row in calls) == program.requests.total()
    assert sum(row.repeats for row in calls) == program.repeats
    there = [row for row in calls if REFUSED not in row.origin]
    new, aborted = sum(row.new for row in there), sum(row.aborted for row in there)
    assert new <= server.connections <= new + aborted
    assert aborted <= _left(there)
    assert all(row.new + row.reused == row.exchanges for row in calls)
    assert all(0 <= row.avoidable <= row.new for row in calls)
    assert all(row.exchanges == 0 for row in calls if REFUSED in row.origin)
    assert [process.errors for process in trace.processes if process.errors] == []


def _left(rows: list[Calls]) -> int:
    """Requests that may have been given up before they were sent."""
    return sum(row.outcomes.get(kind, 0) for row in rows for kind in ("cancelled", "timeout"))


def _same(ours: int, servers: int, left: int) -> None:
    assert servers - left <= ours <= servers + left


def occurred(work: Workload, trace: Trace, server: Server) -> Counter[str]:
    """How often each thing that a workload is to hold was seen in it, by the server or in the trace."""
    calls, plain = trace.rows(Calls), [row.split(" ")[1] for row in server.requests]
    found = Counter({f"library {library}": n for library, n in known(work).clients.items()})
    found["connections"] = server.connections
    found["connections reused"] = sum(row.reused for row in calls)
    found["requests"] = sum(row.requests for row in calls)
    found["repeats"] = sum(row.repeats for row in calls)
    found["requests in flight at once (most)"] = max((row.max_in_flight for row in calls), default=0)
    found["redirects"] = sum(path.startswith("/redirect") and path != "/redirect/0" for path in plain)
    found["streams"] = sum(path.startswith("/stream") for path in plain)
    for kind in ("4xx", "5xx", "error", "timeout", "cancelled"):
        found[f"outcome {kind}"] = sum(row.outcomes.get(kind, 0) for row in calls)
    found["connections refused"] = sum(row.aborted for row in calls if REFUSED in row.origin)
    found["attempts to connect given up"] = sum(row.aborted for row in calls if REFUSED not in row.origin)
    found["idle connections closed by the server"] = server.idle_closed
    found["idle connections expired"] = sum(row.expired for row in calls)
    found["threads beside another"] = len(work.sessions) * (work.how == "threads" and len(work.sessions) > 1)
    found["event loops"] = sum(session.library in ("aiohttp", "httpx", "httpx2") for session in work.sessions)
    found["processes forked"] = len(trace.processes) - 1
    found["TLS workloads"] = int(work.secure)
    found["plain workloads"] = int(not work.secure)
    return found
