"""Random programs that talk to the counting server, and what they know themselves about what they did."""

import asyncio
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp
import httpx
import requests
from hypothesis import strategies as st

from tests.probe_server import Server

ASYNC = ("aiohttp", "httpx")
SYNC = ("httpx.Client", "requests")
KINDS = ("ok/1", "ok/2", "ok/x", "status/404", "status/500", "redirect/1", "redirect/2", "close", "stream/3", "drop")


@dataclass(frozen=True)
class Ask:
    """One request: a path of the server; how it ends: read, unread, timeout or cancelled."""

    path: str
    method: str = "GET"
    end: str = "read"


@dataclass(frozen=True)
class Session:
    """One client: its requests in groups that run at once; whether it is closed in the end."""

    library: str
    groups: tuple[tuple[Ask, ...], ...]
    pool: int = 100
    closed: bool = True


@dataclass
class Known:
    """What the program knows it did."""

    clients: Counter[str] = field(default_factory=Counter)
    unclosed: int = 0
    requests: int = 0
    repeats: int = 0
    seen: set[tuple[str, str]] = field(default_factory=set)

    def ask(self, ask: Ask) -> None:
        """A request is about to be made."""
        self.requests += 1
        self.repeats += (ask.method, ask.path) in self.seen
        self.seen.add((ask.method, ask.path))


_asks = st.one_of(
    st.builds(Ask, st.sampled_from(KINDS)),
    st.builds(Ask, st.sampled_from(("ok/1", "ok/2")), st.sampled_from(("GET", "POST", "HEAD"))),
    st.builds(Ask, st.just("slow/500"), end=st.sampled_from(("timeout", "cancelled"))),
    st.builds(Ask, st.just("stream/50"), end=st.just("unread")),
)
_sync_asks = st.builds(Ask, st.sampled_from(KINDS[:-1]), st.sampled_from(("GET", "POST")))


def _sessions(libraries: tuple[str, ...], asks: st.SearchStrategy[Ask], together: int) -> st.SearchStrategy[Session]:
    groups = st.lists(st.lists(asks, min_size=1, max_size=together).map(tuple), min_size=0, max_size=4).map(tuple)
    return st.builds(Session, st.sampled_from(libraries), groups, st.sampled_from((1, 2, 100)), st.just(True))


SESSIONS = st.lists(st.one_of(_sessions(ASYNC, _asks, 4), _sessions(SYNC, _sync_asks, 1)), min_size=1, max_size=5)


def run(
    sessions: list[Session], server: Server, context: ssl.SSLContext | None, ca: str | bool, *, threads: bool
) -> Known:
    """Run a workload, its sessions one after another or each in a thread (and loop) of its own."""
    known = Known()
    jobs = [lambda session=session: _one(session, server, context, ca, known) for session in sessions]
    if threads:
        running = [threading.Thread(target=job) for job in jobs]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
    else:
        for job in jobs:
            job()
    return known


def _one(session: Session, server: Server, context: ssl.SSLContext | None, ca: str | bool, known: Known) -> None:
    known.clients[session.library] += 1
    if session.library in SYNC:
        _blocking(session, server, context, ca, known)
    else:
        asyncio.run({"aiohttp": _aiohttp, "httpx": _httpx}[session.library](session, server, context, known))


def _blocking(session: Session, server: Server, context: ssl.SSLContext | None, ca: str | bool, known: Known) -> None:
    client = requests.Session() if session.library == "requests" else httpx.Client(verify=context or False)
    if isinstance(client, requests.Session):
        client.verify = ca
    with client:
        for ask in flat(session):
            known.ask(ask)
            with suppress(httpx.HTTPError, requests.RequestException):
                options = {"follow_redirects": True} if isinstance(client, httpx.Client) else {}
                client.request(ask.method, f"{server.url}/{ask.path}", **options)


def flat(session: Session) -> Iterator[Ask]:
    for group in session.groups:
        yield from group


async def _aiohttp(session: Session, server: Server, context: ssl.SSLContext | None, known: Known) -> None:
    connector = aiohttp.TCPConnector(limit=session.pool, ssl=context or True)
    async with aiohttp.ClientSession(connector=connector) as client:

        async def one(ask: Ask) -> None:
            async with client.request(ask.method, f"{server.url}/{ask.path}") as response:
                if ask.end != "unread":
                    await response.read()

        for group in session.groups:
            await _together(group, one, known)


async def _httpx(session: Session, server: Server, context: ssl.SSLContext | None, known: Known) -> None:
    limits = httpx.Limits(max_connections=session.pool)
    async with httpx.AsyncClient(verify=context or False, limits=limits, follow_redirects=True, timeout=60) as client:

        async def one(ask: Ask) -> None:
            async with client.stream(ask.method, f"{server.url}/{ask.path}") as response:
                if ask.end != "unread":
                    await response.aread()

        for group in session.groups:
            await _together(group, one, known)


async def _together(group: tuple[Ask, ...], one: object, known: Known) -> None:
    tasks = []
    for ask in group:
        known.ask(ask)
        tasks.append(asyncio.create_task(_ended(ask, one)))
    await asyncio.gather(*tasks)


async def _ended(ask: Ask, one: object) -> None:
    with suppress(httpx.HTTPError, aiohttp.ClientError, TimeoutError):
        if ask.end == "timeout":
            await asyncio.wait_for(one(ask), 0.05)
        elif ask.end == "cancelled":
            task = asyncio.create_task(one(ask))
            await asyncio.sleep(0.02)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        else:
            await one(ask)
