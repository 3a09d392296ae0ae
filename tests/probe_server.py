"""A loopback server that counts for itself what arrives: connections and requests; answers as the path asks.

/ok/...       200 with a JSON body            /status/N      that status
/redirect/N   N redirects, then 200           /slow/MS       200 after MS milliseconds
/close        200 with `Connection: close`    /stream/N      N chunks of a chunked body
/drop         closes without an answer         /next/N       the path of the next page
/count/...    another answer each time         /v1/...       a model's answer with 11 and 7 tokens
/meet/N       answers once N have asked for it /v1/...?sse   the same in pieces
"""

import asyncio
import gc
import re
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Server:
    """What it has seen since it began; `url` has no slash at its end.

    asked: requests by the X-Library that they say they come from; idle: connections on which nothing is asked just now,
    with the X-Session of what was asked last; idle_closed: those that were closed because of that.
    """

    url: str = ""
    connections: int = 0
    requests: list[str] = field(default_factory=list)
    secure: ssl.SSLContext | None = None
    open: int = 0
    waiting: list[asyncio.Event] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    idle: dict[asyncio.StreamWriter, str] = field(default_factory=dict)
    idle_closed: int = 0
    control: int = 0

    def settle(self) -> None:
        """Wait until every client has closed what it opened, so that everything sent has been counted.

        A stream that was left half read keeps its connection until the collector finds it: a closed pool does not.
        """
        gc.collect()
        while self.open:
            threading.Event().wait(0.001)

    def close_idle(self, session: str) -> None:
        """Close what this session keeps, as servers do after a while; returns when its client could know.

        From whatever process: it is asked for over a port of its own.
        """
        with socket.create_connection(("127.0.0.1", self.control)) as asking:
            asking.sendall(f"{session}\n".encode())
            assert asking.recv(1) == b"."

    async def _close_idle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = (await reader.readline()).decode().strip()
        for connection in [connection for connection, last in self.idle.items() if last == session]:
            del self.idle[connection]
            self.idle_closed += 1
            connection.close()
        await asyncio.sleep(0.001)  # a TLS connection says goodbye in a turn of its own
        writer.write(b".")
        writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        self.open += 1
        try:
            while await self._answer(reader, writer):
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.open -= 1
            self.idle.pop(writer, None)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        self.idle.pop(writer, None)
        method, path, _ = head.split(b"\r\n")[0].decode().split(" ")
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                await reader.readexactly(int(line.split(b":")[1]))
        self.requests.append(f"{method} {path}")
        told = {name.lower(): value for name, value in re.findall(r"(?mi)^(x-\w+): (.*?)\r$", head.decode())}
        self.asked[told.get("x-library", "")] += 1
        if (more := await self._respond(method, path, writer)) and "x-session" in told:
            self.idle[writer] = told["x-session"]
        return more

    async def _respond(self, method: str, path: str, writer: asyncio.StreamWriter) -> bool:
        what, argument = [*path.split("?")[0].split("/"), "", ""][1:3]
        if what == "drop":
            return False
        if what == "slow":
            await asyncio.sleep(int(argument) / 1000)
        if what == "meet":
            self.waiting.append(met := asyncio.Event())
            if len(self.waiting) == int(argument):
                for each in self.waiting:
                    each.set()
            await met.wait()
        if what == "stream":
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            writer.write(b"4\r\nabcd\r\n" * int(argument) + b"0\r\n\r\n")
            return True
        status = argument if what == "status" else "302" if what == "redirect" and argument != "0" else "200"
        extra = f"Location: /redirect/{int(argument) - 1}\r\n" if status == "302" and what == "redirect" else ""
        extra += "Connection: close\r\n" if what == "close" else ""
        body = b"" if method == "HEAD" else self._body(what, path)
        length = 0 if method == "HEAD" else len(body)
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{extra}\r\n".encode() + body)
        return what != "close"

    def _body(self, what: str, path: str) -> bytes:
        if what == "next":
            return b'{"next": "next/%d"}' % (int(path.rpartition("/")[2]) + 1)
        if what == "count":
            return b'{"count": %d}' % len(self.requests)
        if what == "v1":
            said = b'{"model": "gpt-4o", "choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7}}'
            return b'data: {"choices": []}\n\ndata: %b\n\ndata: [DONE]\n\n' % said if path.endswith("?sse") else said
        return b'{"answer": 42}'


@contextmanager
def running(secure: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server in a thread with a loop of its own."""
    loop = asyncio.new_event_loop()
    server = Server(secure=secure)
    ready = threading.Event()
    stop = asyncio.Event()

    async def main() -> None:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=secure, backlog=1024)
        port = listening.sockets[0].getsockname()[1]
        server.url = f"http{'s' if secure else ''}://127.0.0.1:{port}"
        controlling = await asyncio.start_server(server._close_idle, "127.0.0.1", 0)
        server.control = controlling.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        listening.close()
        controlling.close()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await asyncio.sleep(0)  # transports close in a turn of their own

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()))
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
