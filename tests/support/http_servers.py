"""Small HTTP servers for tests, each on a free port of the loopback."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answering(BaseHTTPRequestHandler):
    """Answers with data as JSON, or with bytes as they are, and writes no log."""

    def answer(
        self, status: int, data: object = b"", headers: dict[str, str] | None = None
    ) -> None:
        """Send a whole answer."""
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        kind = "text/plain; version=0.0.4" if body is data else "application/json"
        self.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def posted(self) -> bytes:
        """Read what came with the request."""
        return self.rfile.read(int(self.headers["Content-Length"]))

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class _Patient(ThreadingHTTPServer):
    """Lets many clients wait for their turn: on a busy machine, five are soon there."""

    request_queue_size = 128


@contextmanager
def serving(
    handler: Callable[..., BaseHTTPRequestHandler], tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """Answer requests while the block runs, perhaps over TLS; gives the address as `ip:port`."""
    server = _Patient(("127.0.0.1", 0), handler)
    if tls:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
