"""A small HTTP server that keeps what it is sent."""

import gzip
import json
import signal
import sys
import threading
import zlib
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli  # type: ignore[import-untyped]

LIMIT = 16 * 2**20
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "br": brotli.decompress,
}
KEPT = 1000

Answer = tuple[int, object]
Route = Callable[["Request"], Answer]


class Request:
    """One request: its path without the query, its headers, its body unpacked."""

    def __init__(self, path: str, headers: dict[str, str], body: bytes) -> None:
        self.path = path
        self.headers = headers
        self.body = body

    def json(self) -> object:
        """The body as JSON."""
        return json.loads(self.body)


class Received:
    """What came in, the newest last; of long ago only so many."""

    def __init__(self) -> None:
        self._kept: deque[object] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def add(self, *entries: object) -> None:
        """Keep these."""
        with self._lock:
            self._kept.extend(entries)

    def all(self) -> list[object]:
        """Everything that is kept."""
        with self._lock:
            return list(self._kept)


def serve(port: int, route: Route) -> None:
    """Answer on the loopback until asked to end."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
                body = self._chunks()
            else:
                size = min(int(self.headers.get("Content-Length") or 0), LIMIT)
                body = self.rfile.read(size)
            coding = self.headers.get("Content-Encoding", "identity")
            if coding not in CODINGS:
                self._send(415, {"error": f"no coding is called {coding}"})
                return
            try:
                self._answer(CODINGS[coding](body))
            except (OSError, zlib.error, brotli.error):
                self._send(400, {"error": "the body cannot be unpacked"})

        def _chunks(self) -> bytes:
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)[: LIMIT - len(body)]
                self.rfile.readline()
            self.rfile.readline()
            return body

        def _answer(self, body: bytes) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                status, data = route(Request(self.path.split("?")[0], headers, body))
            except (ValueError, KeyError, TypeError) as error:
                status, data = 400, {"error": str(error)}
            self._send(status, data)

        def _send(self, status: int, data: object) -> None:
            body = data if isinstance(data, bytes) else json.dumps(data).encode()
            self.send_response(status)
            kind = "application/x-protobuf" if isinstance(data, bytes) else "application/json"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
