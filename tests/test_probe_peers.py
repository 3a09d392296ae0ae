"""Who else hooks the same libraries: mocks, recorders and tracers, put in before the probe and after it.

With each, the program gets the same answers as without the probe, in whichever order they leave, and the probe's counts
are right: what a mock answers was a request, and came over no connection.
"""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from asynccost import probe
from asynccost.probe import guards
from asynccost.probe.engine import ENGINE
from asynccost.probe.on import ON
from asynccost.probe.trace import Calls, Clients, Trace
from tests.probe_server import Server, running

aiohttp, httpx, requests = map(pytest.importorskip, ("aiohttp", "httpx", "requests"))

MOCKED = "http://mocked.example"
PATHS = ("ok/1", "ok/2", "ok/1", "other")
HERE = "tests/test_probe_peers.py"
Peer = Callable[[str, Path], AbstractContextManager[object]]


@contextmanager
def _respx(using: str) -> Iterator[None]:
    respx = pytest.importorskip("respx")
    with respx.mock(assert_all_called=False, using=using) as router:
        router.get(f"{MOCKED}/ok/1").respond(200, json={"answer": 1})
        router.get(f"{MOCKED}/ok/2").respond(404, text="no")
        yield  # the fourth path has no answer, which is an error


@contextmanager
def _vcrpy(url: str, folder: Path, library: str) -> Iterator[None]:
    vcr = pytest.importorskip("vcr")
    cassette, how = str(folder / f"{library}.yaml"), {"allow_playback_repeats": True}
    if not Path(cassette).exists():
        with vcr.use_cassette(cassette, record_mode="once", **how):
            _program(library, url)
    with vcr.use_cassette(cassette, record_mode="none", **how):
        yield


@contextmanager
def _opentelemetry(library: str) -> Iterator[None]:
    name = {"aiohttp": "aiohttp_client", "httpx": "httpx"}[library]
    instrumentation = pytest.importorskip(f"opentelemetry.instrumentation.{name}")
    sdk = pytest.importorskip("opentelemetry.sdk.trace")
    kind = {"aiohttp": "AioHttpClientInstrumentor", "httpx": "HTTPXClientInstrumentor"}[library]
    instrumentor = getattr(instrumentation, kind)()
    instrumentor.instrument(tracer_provider=sdk.TracerProvider())
    try:
        yield
    finally:
        instrumentor.uninstrument()


# its name -> library, itself, and of four requests: seen where it came first, seen where it came after us, on the wire
PEERS: dict[str, tuple[str, Peer, int, int, bool]] = {
    "respx": ("httpx", lambda *_: _respx("httpcore"), 4, 4, False),
    "respx of httpx": ("httpx", lambda *_: _respx("httpx"), 4, 4, False),
    "respx, blocking": ("httpx.Client", lambda *_: _respx("httpcore"), 4, 4, False),
    "vcrpy, httpx": ("httpx", lambda url, folder: _vcrpy(url, folder, "httpx"), 4, 4, False),
    "vcrpy, requests": ("requests", lambda url, folder: _vcrpy(url, folder, "requests"), 4, 4, False),
    # it replaces the method by which all requests of aiohttp are made: none of them comes to us where it came after us
    "vcrpy, aiohttp": ("aiohttp", lambda url, folder: _vcrpy(url, folder, "aiohttp"), 4, 0, False),
    "OpenTelemetry, aiohttp": ("aiohttp", lambda *_: _opentelemetry("aiohttp"), 4, 4, True),
    "OpenTelemetry, httpx": ("httpx", lambda *_: _opentelemetry("httpx"), 4, 4, True),
    "OpenTelemetry, blocking": ("httpx.Client", lambda *_: _opentelemetry("httpx"), 4, 4, True),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture
def put_back() -> Iterator[None]:
    """What stands in the libraries after a test stood there before."""
    owners = (aiohttp.ClientSession, httpx.Client, httpx.AsyncClient, httpx.HTTPTransport, httpx.AsyncHTTPTransport)
    before = [(owner, dict(vars(owner))) for owner in owners]
    yield
    ENGINE.patches.leftover.clear()
    for owner, known in before:
        for name, value in vars(owner).copy().items():
            if known.get(name) is not value:
                setattr(owner, name, known[name]) if name in known else delattr(owner, name)


@pytest.mark.usefixtures("put_back")
@pytest.mark.parametrize("leaves", ["first", "last"])
@pytest.mark.parametrize("comes", ["before", "after"])
@pytest.mark.parametrize("name", PEERS)
def test_a_peer_and_the_probe(server: Server, tmp_path: Path, name: str, comes: str, leaves: str) -> None:
    """`comes` and `leaves`: the peer; also in the odd orders, where each takes away what the other has wrapped."""
    library, peer, before, after, on_the_wire = PEERS[name]
    url = MOCKED if name.startswith("respx") else server.url
    with peer(url, tmp_path):
        alone = _program(library, url)
    bare = _program(library, f"{server.url}/")
    theirs, ours = ExitStack(), probe()
    if comes == "after":
        ours.start()
    theirs.enter_context(peer(url, tmp_path))
    if comes == "before":
        ours.start()
    assert _program(library, url) == alone
    trace = ours.trace
    if leaves == "first":
        theirs.close()
    ours.stop()
    if leaves == "last":  # the next probe finds what the first had to leave under it
        with probe() as again:
            assert _program(library, url) == alone
        _right(again.trace, before, on_the_wire)
        theirs.close()

    assert _program(library, f"{server.url}/") == bare
    _right(trace, before if comes == "before" else after, on_the_wire)


def _right(trace: Trace, asked: int, on_the_wire: bool) -> None:
    """One client, so many requests; on the wire one connection for them all."""
    rows, clients = trace.rows(Calls), trace.rows(Clients)
    assert [(c.created, c.closed) for c in clients] == [(1, 1)]
    assert sum(row.requests for row in rows) == asked
    assert sum(sum(row.outcomes.values()) for row in rows) == asked
    connections = sum(row.new for row in rows), sum(row.reused for row in rows)
    assert connections == ((1, asked - 1) if on_the_wire else (0, 0))
    assert {row.place.path for row in rows} <= {HERE}
    assert guards.FAULTS == {}


def _program(library: str, url: str) -> list[object]:
    """What a program gets: status and body, or the error."""
    if library in ("aiohttp", "httpx"):
        return asyncio.run({"aiohttp": _with_aiohttp, "httpx": _with_httpx}[library](url))
    with httpx.Client() if library == "httpx.Client" else requests.Session() as client:
        return [_blocking(client, f"{url}/{path}") for path in PATHS]


def _blocking(client: Any, url: str) -> object:
    try:
        answer = client.get(url)
    except Exception as error:
        return type(error).__name__
    return answer.status_code, answer.content


async def _with_aiohttp(url: str) -> list[object]:
    found: list[object] = []
    async with aiohttp.ClientSession() as session:
        for path in PATHS:
            async with session.get(f"{url}/{path}") as answer:
                found.append((answer.status, await answer.read()))
    return found


async def _with_httpx(url: str) -> list[object]:
    found: list[object] = []
    async with httpx.AsyncClient() as client:
        for path in PATHS:
            try:
                answer = await client.get(f"{url}/{path}")
            except Exception as error:
                found.append(type(error).__name__)
            else:
                found.append((answer.status_code, answer.content))
    return found


@pytest.mark.parametrize("comes", ["before", "after"])
@pytest.mark.parametrize("library", ["httpx", "httpx.Client"])
@pytest.mark.usefixtures("put_back")
def test_pytest_httpx(request: pytest.FixtureRequest, library: str, comes: str) -> None:
    """Its fixture replaces the transport's method; it is taken away when the probe has gone."""
    pytest.importorskip("pytest_httpx")
    if comes == "before":
        request.getfixturevalue("httpx_mock")
    with probe() as watched:
        mock = request.getfixturevalue("httpx_mock")
        mock.add_response(url=f"{MOCKED}/ok/1", json={"answer": 1}, is_reusable=True)
        mock.add_response(url=f"{MOCKED}/ok/2", status_code=404)
        mock.add_exception(httpx.ReadTimeout("slow"), url=f"{MOCKED}/other")
        found = _program(library, MOCKED)

    assert found == [(200, b'{"answer":1}'), (404, b""), (200, b'{"answer":1}'), "ReadTimeout"]
    _right(watched.trace, 4, on_the_wire=False)


def test_mock_transport() -> None:
    """A transport of the test's own, also one that fails."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/other":
            raise httpx.ConnectError("refused")
        return httpx.Response(200, content=request.url.path)

    async def run() -> list[object]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            return [(await client.get(f"{MOCKED}/{path}")).content for path in PATHS[:3]]

    with probe() as watched:
        assert asyncio.run(run()) == [b"/ok/1", b"/ok/2", b"/ok/1"]
    _right(watched.trace, 3, on_the_wire=False)
    with probe() as watched, httpx.Client(transport=httpx.MockTransport(answer)) as client:
        assert [_blocking(client, f"{MOCKED}/{path}") for path in PATHS[2:]] == [(200, b"/ok/1"), "ConnectError"]
        client.close()
        _right(watched.trace, 2, on_the_wire=False)


SENTRY = """
import sys
import sentry_sdk
from asynccost import probe
from asynccost.probe.trace import Trace
from tests.probe_server import running
from tests.test_probe_peers import HERE, _program, _right

def _ours(row):
    return "place" in row.__slots__ and row.place.path == HERE

def sentry():
    sentry_sdk.init("http://key@127.0.0.1:1/1", transport=lambda _: None, traces_sample_rate=1.0)

url, libraries = sys.argv[1], ("aiohttp", "httpx", "httpx.Client", "requests")
plain = {library: _program(library, url) for library in libraries}
for turn in ("after", "before", "alone"):
    for library in libraries:
        if turn == "alone":
            assert _program(library, url) == plain[library]
            continue
        with probe() as watched:
            sentry()
            with sentry_sdk.start_transaction(name="t") as transaction:
                assert _program(library, url) == plain[library], library
                spans = [span for span in transaction._span_recorder.spans if span.op == "http.client"]
            assert len(spans) >= 4, (library, spans)
        # Sentry's own reports aside, which it sends from a thread of its own
        trace = watched.trace
        _right(Trace(trace.processes, [row for row in trace if _ours(row)]), 4, True)
"""


def test_sentry(server: Server) -> None:
    """It cannot be taken out again: in a process of its own, put in while the probe is on, then there before it."""
    pytest.importorskip("sentry_sdk")
    done = subprocess.run([sys.executable, "-c", SENTRY, server.url], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


BLOCKBUSTER = """
import asyncio, sys, time
import aiohttp, blockbuster, httpcore, httpx

ASKED = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]}

async def main(url):
    ssl = httpx.create_ssl_context(verify=False)
    with blockbuster.blockbuster_ctx():
        try:
            time.sleep(0)
        except blockbuster.BlockingError:
            print("it is active")
        async with aiohttp.ClientSession() as session, httpx.AsyncClient(verify=ssl) as client:
            async def both(number):
                async with session.post(f"{url}/v1/chat/completions", json=ASKED) as response:
                    await response.read()
                async with session.get(f"{url}/ok/{number}") as response:
                    await response.read()
                await client.get(f"{url}/redirect/1", follow_redirects=True)
                await client.post(f"{url}/v1/chat/completions?sse", json=ASKED)
            await asyncio.gather(*map(both, range(20)))
            try:
                await session.get("http://127.0.0.1:1/")
            except aiohttp.ClientConnectorError:
                print("refused")

asyncio.run(main(sys.argv[1]))
"""


def test_what_a_model_call_needs_is_there_before_the_first_one() -> None:
    """A loop that asks first would import it, or wait while another thread does."""
    with probe():
        assert ON.ledger is not None
        assert ON.ledger.meters.metering is not None


def test_blockbuster_reports_nothing_of_ours(server: Server, tmp_path: Path) -> None:
    """It raises where a loop waits on a file, a lock or a socket: no statement of the probe's does, also metered."""
    pytest.importorskip("blockbuster")
    from asynccost.probe import tracefile

    (tmp_path / "app.py").write_text(BLOCKBUSTER)
    bare = subprocess.run([sys.executable, "app.py", server.url], cwd=tmp_path, capture_output=True, check=False)
    ended = bare.returncode if bare.returncode >= 0 else 128 - bare.returncode  # Python 3.11.2 crashes as it ends
    command = [sys.executable, "-m", "asynccost", "run", "--trace", "t.jsonl", "--", "app.py", server.url]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    trace = tracefile.read(str(tmp_path / "t.jsonl"))

    assert (done.returncode, done.stdout) == (ended, "it is active\nrefused\n"), done.stderr
    assert [process.errors for process in trace.processes] == [{}]
    assert sum(row.requests for row in trace.rows(Calls)) == 81
