"""A loopback server that answers as OpenAI's and Ollama's APIs do, caches prefixes of prompts, and keeps its own bill.

A token is four bytes of the messages' contents. A prompt's beginning that an earlier one shares, from 1,024 tokens on
in steps of 128, comes from the cache for as long as the time to live since its last use; `now` is the clock (seconds).
The bill is in dollars at gpt-4o's published prices: $2.50, cached $1.25, output $10 a million tokens.
"""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

INPUT, CACHED, OUTPUT = Fraction(250, 10**8), Fraction(125, 10**8), Fraction(1000, 10**8)
MINIMUM, STEP, BYTES = 1024, 128, 4


@dataclass
class Provider:
    """What it was asked, what it answered, and what it charges."""

    answer: int = 50  # tokens of output
    ttl: float = 300.0
    caches: bool = True
    now: float = 0.0
    url: str = ""
    calls: int = 0
    connections: int = 0
    input: int = 0
    cached: int = 0
    could: int = 0  # tokens that a cache would have served
    bill: Fraction = Fraction(0)
    _seen: dict[bytes, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def complete(self, asked: dict[str, Any]) -> dict[str, Any]:
        """One chat completion."""
        prompt = "".join(m["content"] for m in asked["messages"]).encode()
        tokens = -(-len(prompt) // BYTES)
        with self._lock:
            could = self._common(prompt)
            cached = could if self.caches else 0
            self.calls, self.input = self.calls + 1, self.input + tokens
            self.cached, self.could = self.cached + cached, self.could + could
            self.bill += (tokens - cached) * INPUT + cached * CACHED + self.answer * OUTPUT
        usage = {
            "prompt_tokens": tokens,
            "completion_tokens": self.answer,
            "total_tokens": tokens + self.answer,
            "prompt_tokens_details": {"cached_tokens": cached},
        }
        message = {"role": "assistant", "content": "done"}
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        return {"object": "chat.completion", "model": "gpt-4o-2024-08-06", "choices": choices, "usage": usage}

    def _common(self, prompt: bytes) -> int:
        best = 0
        for end in range(MINIMUM, len(prompt) // BYTES + 1, STEP):
            start = prompt[: end * BYTES]
            used = self._seen.get(start)
            if used is not None and self.now - used <= self.ttl:
                best = end
            self._seen[start] = self.now
        return best


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet an answer
    provider: Provider

    def setup(self) -> None:
        super().setup()
        with self.provider._lock:
            self.provider.connections += 1

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/v1/chat/completions":
            body = self.provider.complete(asked)
        else:
            body = {"model": asked["model"], "response": "done", "done": True, "prompt_eval_count": 9, "eval_count": 3}
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        """Nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    secure: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        """TLS is shaken in the connection's own thread, so that one that breaks off harms no other."""
        if self.secure is None:
            super().finish_request(request, client_address)
            return
        with self.secure.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no error of ours."""


@contextmanager
def serving(provider: Provider, secure: ssl.SSLContext | None = None) -> Iterator[Provider]:
    """Serve until the end of the block, over TLS if a context is given."""
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": provider}))
    server.secure = secure
    provider.url = f"http{'s' if secure else ''}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


INSTRUCTIONS = "You edit workflows. Follow the rules below. " * 73  # about 800 tokens
WORKFLOW = "node: fetch -> parse -> summarise; edges and options follow. " * 132  # about 2,000 tokens
TASKS = [f"Task {n}: add a node that checks whether the price is above {n * 100}. " + "x" * 700 for n in range(10)]


def prompts(order: str) -> Iterator[list[dict[str, str]]]:
    """The messages of ten calls on one workflow, as seed 001 has them before and after, and with a clock in front."""
    for number, task in enumerate(TASKS):
        if order == "static part behind":
            system, user = INSTRUCTIONS, f"{task}\n{WORKFLOW}"
        elif order == "static part in front":
            system, user = INSTRUCTIONS + WORKFLOW, task
        else:
            system, user = f"It is 12:00:{number:02}. {INSTRUCTIONS}{WORKFLOW}", task
        yield [{"role": "system", "content": system}, {"role": "user", "content": user}]
