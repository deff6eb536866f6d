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
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

import brotli  # type: ignore[import-untyped]

LIMIT = 16 * 2**20
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "br": brotli.decompress,
}
KEPT = 2000
PAGE_BYTES = 2**20

Answer = tuple[int, object]
Route = Callable[["Request"], Answer]


class Request:
    """One request: its path, what it asks for, its headers, its body unpacked.

    `page` is a page's number, from 0; `text` is what each entry must have in it.
    """

    def __init__(self, target: str, headers: dict[str, str], body: bytes) -> None:
        self.path, _, query = target.partition("?")
        asked = dict(parse_qsl(query))
        page = asked.get("page", "")
        self.page = int(page) if page.isdecimal() else 0
        self.text = asked.get("text", "")
        self.headers = headers
        self.body = body

    def json(self) -> object:
        """The body as JSON."""
        return json.loads(self.body)


class Page(NamedTuple):
    """Entries as JSON, and where more of them follow."""

    entries: list[str]
    following: str


class Received:
    """What came in, the newest last; of long ago only so many."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept: deque[str] = deque(maxlen=kept)
        self._lock = threading.Lock()

    def add(self, entry: object) -> None:
        """Keep it."""
        text = json.dumps(entry)
        with self._lock:
            self._kept.append(text)

    def page(self, request: Request) -> Page:
        """The page that is asked for of what is kept, the newest first."""
        with self._lock:
            kept = [entry for entry in self._kept if request.text in entry]
        pages: list[list[str]] = [[]]
        size = 0
        for entry in reversed(kept):
            size += len(entry)
            if pages[-1] and size > PAGE_BYTES:
                pages.append([])
                size = len(entry)
            pages[-1].append(entry)
        number = request.page
        entries = pages[number] if number < len(pages) else []
        following = urlencode({"text": request.text, "page": number + 1})
        more = f"{request.path}?{following}" if number + 1 < len(pages) else ""
        return Page(entries, more)


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
                request = Request(self.path, headers, body)
                status, data = route(request)
            except (ValueError, KeyError, TypeError) as error:
                self._send(400, {"error": str(error)})
                return
            self._send(status, data)

        def _send(self, status: int, data: object) -> None:
            following = ""
            if isinstance(data, Page):
                body, following = f"[{', '.join(data.entries)}]".encode(), data.following
            else:
                body = data if isinstance(data, bytes) else json.dumps(data).encode()
            self.send_response(status)
            kind = "application/x-protobuf" if isinstance(data, bytes) else "application/json"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if following:
                self.send_header("Link", f'<{following}>; rel="next"')
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
