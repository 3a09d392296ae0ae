"""A model server and some pages on the loopback interface, for the sample to ask."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_DELAY = 0.02  # seconds that every answer takes
_ANSWER = {"model": "llama3", "response": "It depends.", "done": True, "prompt_eval_count": 12, "eval_count": 3}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body of a kept connection waits 40 ms for the headers' acknowledgement

    def do_POST(self) -> None:
        """A completion."""
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self._answer(json.dumps(_ANSWER).encode(), "application/json")

    def do_GET(self) -> None:
        """A page."""
        self._answer(b"<p>A page of the site map.</p>", "text/html")

    def _answer(self, body: bytes, kind: str) -> None:
        time.sleep(_DELAY)
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # with the usual 5, twenty connections at once wait a second for each other


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server that answers until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
