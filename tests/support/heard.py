"""What is said to a service of this machine: walls throw away what is written, and let this be."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Heard:
    """Takes the lines that commands say, by `say`, which is Bash."""

    def __init__(self, server: socket.socket) -> None:
        self._server = server
        self._lines: list[str] = []
        self._any = threading.Event()
        self.port = str(server.getsockname()[1])

    def say(self, word: str) -> str:
        """Return the command that says a word, and goes on once it was heard."""
        return f"exec 3<>/dev/tcp/127.0.0.1/{self.port}; echo {word} >&3; read -r _ <&3"

    def wait(self) -> None:
        """Wait until something was said."""
        assert self._any.wait(60), "nothing was heard"

    def words(self) -> list[str]:
        """Return what was said since the last time, sorted."""
        lines, self._lines = self._lines, []
        return sorted(lines)

    def listen(self) -> None:
        """Hear one command after another, until the service is shut down."""
        while True:
            try:
                connection = self._server.accept()[0]
            except OSError:
                return
            with connection, connection.makefile("rw") as stream:
                self._lines.append(stream.readline().strip())
                stream.write("heard\n")
            self._any.set()


@contextmanager
def heard() -> Iterator[Heard]:
    """Start a service that hears what commands say."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        service = Heard(server)
        threading.Thread(target=service.listen, daemon=True).start()
        yield service
        server.shutdown(socket.SHUT_RDWR)
