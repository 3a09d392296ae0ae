"""Runs the random programs of probe_workload.py with the libraries themselves."""

import asyncio
import os
import ssl
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
import httpx
import httpx2
import requests
import urllib3

from tests.probe_server import Server
from tests.probe_workload import ASYNC, KEPT, Ask, Session

REFUSED = "127.0.0.1:1"  # nobody listens there
SOON, LATE = 0.05, 60.0  # seconds that a client waits for an answer
FAILURES = (
    aiohttp.ClientError,
    httpx.HTTPError,
    httpx2.HTTPError,
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    TimeoutError,
)


@dataclass
class Place:
    """Where the programs ask. context: of TLS; authority: the file with its CA."""

    server: Server
    context: ssl.SSLContext | None = None
    authority: str | None = None

    def url(self, ask: Ask) -> str:
        """What a request asks for."""
        if ask.path == "refused":
            return f"http{'s' if self.context else ''}://{REFUSED}/"
        return f"{self.server.url}/{ask.path}"


def run(sessions: tuple[Session, ...], place: Place, *, threads: bool = False) -> None:
    """Run them one after another, or each in a thread of its own."""
    names = [f"{os.getpid()}.{n}" for n in range(len(sessions))]
    if not threads:
        for name, session in zip(names, sessions, strict=True):
            _one(name, session, place)
    else:
        with ThreadPoolExecutor(len(sessions)) as running:
            list(running.map(partial(_one, place=place), names, sessions))


def _one(name: str, session: Session, place: Place) -> None:
    headers = {"X-Library": session.library, "X-Session": name}
    if session.library == "aiohttp":
        asyncio.run(_with_aiohttp(session, place, headers))
    elif session.library in ASYNC:
        asyncio.run(_with_httpx({"httpx": httpx, "httpx2": httpx2}[session.library], session, place, headers))
    elif session.library == "requests":
        _with_requests(session, place, headers)
    elif session.library == "urllib3":
        _with_urllib3(session, place, headers)
    else:
        _with_client({"httpx.Client": httpx, "httpx2.Client": httpx2}[session.library], session, place, headers)


async def _with_aiohttp(session: Session, place: Place, headers: dict[str, str]) -> None:
    kept = KEPT if session.expiry == "client" else 15.0
    connector = aiohttp.TCPConnector(limit=session.pool, ssl=place.context or True, keepalive_timeout=kept)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as client:

        async def one(ask: Ask) -> None:
            timeout = aiohttp.ClientTimeout(total=SOON if ask.end == "limit" else LATE)
            async with client.request(ask.method, place.url(ask), data=ask.body or None, timeout=timeout) as response:
                if ask.end != "unread":
                    await response.read()

        await _groups(session, place, headers["X-Session"], one)


async def _with_httpx(library: Any, session: Session, place: Place, headers: dict[str, str]) -> None:
    async with library.AsyncClient(timeout=LATE, **_options(library, session, place, headers)) as client:

        async def one(ask: Ask) -> None:
            timeout = library.Timeout(LATE, read=SOON if ask.end == "limit" else LATE)
            url, body = place.url(ask), ask.body or None
            async with client.stream(ask.method, url, content=body, timeout=timeout) as response:
                if ask.end != "unread":
                    await response.aread()

        await _groups(session, place, headers["X-Session"], one)


def _options(library: Any, session: Session, place: Place, headers: dict[str, str]) -> dict[str, Any]:
    kept = KEPT if session.expiry == "client" else 5.0
    limits = library.Limits(max_connections=session.pool, keepalive_expiry=kept)
    return {"verify": place.context or False, "limits": limits, "follow_redirects": True, "headers": headers}


async def _groups(session: Session, place: Place, name: str, one: Callable[[Ask], Awaitable[None]]) -> None:
    for group in session.groups:
        await asyncio.gather(*(_ended(ask, one) for ask in group))
        if session.expiry == "client":
            await asyncio.sleep(KEPT * 1.5)
        elif session.expiry == "server":
            await asyncio.get_running_loop().run_in_executor(None, place.server.close_idle, name)
            for _ in range(5):  # the loop has to see it, with TLS in more than one turn
                await asyncio.sleep(0.001)


async def _ended(ask: Ask, one: Callable[[Ask], Awaitable[None]]) -> None:
    with suppress(*FAILURES):
        if ask.end == "timeout":
            await asyncio.wait_for(one(ask), SOON)
        elif ask.end in ("cancelled", "early"):
            task = asyncio.ensure_future(one(ask))
            if ask.end == "cancelled":
                await asyncio.sleep(0.02)
            for _ in range(ask.turns):
                await asyncio.sleep(0)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        else:
            await one(ask)


def _with_client(library: Any, session: Session, place: Place, headers: dict[str, str]) -> None:
    with library.Client(timeout=LATE, **_options(library, session, place, headers)) as client:

        def one(ask: Ask) -> None:
            timeout = library.Timeout(LATE, read=SOON if ask.end == "limit" else LATE)
            with client.stream(ask.method, place.url(ask), content=ask.body or None, timeout=timeout) as response:
                if ask.end != "unread":
                    response.read()

        _blocking(session, place, headers["X-Session"], one)


def _with_requests(session: Session, place: Place, headers: dict[str, str]) -> None:
    with requests.Session() as client:
        client.headers.update(headers)
        for scheme in ("http://", "https://"):
            client.mount(scheme, requests.adapters.HTTPAdapter(pool_maxsize=session.pool, pool_block=True))
        options = {"verify": place.authority or False}  # of a request: the session's gives way to REQUESTS_CA_BUNDLE

        def one(ask: Ask) -> None:
            timeout = (LATE, SOON if ask.end == "limit" else LATE)
            url, left = place.url(ask), ask.end == "unread"
            client.request(ask.method, url, data=ask.body or None, timeout=timeout, stream=left, **options).close()

        _blocking(session, place, headers["X-Session"], one)


def _with_urllib3(session: Session, place: Place, headers: dict[str, str]) -> None:
    retries = urllib3.Retry(connect=0, read=0, redirect=5)
    with urllib3.PoolManager(
        maxsize=session.pool, block=True, headers=headers, retries=retries, ca_certs=place.authority
    ) as client:

        def one(ask: Ask) -> None:
            timeout = urllib3.Timeout(connect=LATE, read=SOON if ask.end == "limit" else LATE)
            whole = ask.end != "unread"
            body = ask.body or None
            found = client.request(ask.method, place.url(ask), body=body, timeout=timeout, preload_content=whole)
            found.close()
            found.release_conn()

        _blocking(session, place, headers["X-Session"], one)


def _blocking(session: Session, place: Place, name: str, one: Callable[[Ask], None]) -> None:
    with ThreadPoolExecutor(4) as threads:
        for group in session.groups:
            list(threads.map(partial(_done, one), group))
            if session.expiry == "client":
                time.sleep(KEPT * 1.5)
            elif session.expiry == "server":
                place.server.close_idle(name)


def _done(one: Callable[[Ask], None], ask: Ask) -> None:
    with suppress(*FAILURES):
        one(ask)
