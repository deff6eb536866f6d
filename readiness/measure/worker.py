"""A process of its own for what may run wild: forked, limited in its CPU time, easily ended.

It holds nothing of the gate's but two pipes, and ends when the gate does. What it was asked is
answered, or it is gone; then a new one is made.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn


class Worker:
    """The gate's end of a worker: its process and two pipes.

    `serve(request)` runs in the worker and returns the answer; what has to be short in it stands
    `with limited(seconds)`.
    """

    def __init__(self, serve: Callable[[bytes], bytes]) -> None:
        request_read, self._request = os.pipe()
        self._answer, answer_write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _work(serve, request_read, answer_write)
        os.close(request_read)
        os.close(answer_write)

    def ask(self, request: bytes, seconds: float) -> bytes | None:
        """Return the answer, or None when there is none within that time or the worker ended."""
        import select

        try:
            _send(self._request, request)
            poll = select.poll()
            poll.register(self._answer, select.POLLIN)
            return _receive(self._answer) if poll.poll(seconds * 1000) else None
        except OSError:
            return None

    def end(self) -> None:
        """End the process and reap it."""
        import signal

        os.close(self._request)
        os.close(self._answer)
        try:
            # Until we wait for it here its process id is not given to another process, unless
            # the gate collects all children: then there may be none of ours left.
            if os.waitpid(self.pid, os.WNOHANG) == (0, 0):
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
        except (ChildProcessError, ProcessLookupError):
            pass


_requests = -1
"""In a worker, the pipe that requests come from."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Limit CPU time in a worker: it ends after so many seconds, or if the gate dies."""
    import fcntl
    import signal

    # Nothing is sent meanwhile, so a signal from the pipe means that the gate is gone. It and the
    # timer's signal end the process by their default action: nothing can defer that.
    fcntl.fcntl(_requests, fcntl.F_SETFL, os.O_ASYNC)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    fcntl.fcntl(_requests, fcntl.F_SETFL, 0)


def _work(serve: Callable[[bytes], bytes], requests: int, answers: int) -> NoReturn:
    """Run the worker: answer requests until the gate closes its end."""
    global _requests
    try:
        _let_go(requests, answers)
        _requests = requests
        while (request := _receive(requests)) is not None:
            _send(answers, serve(request))
    finally:
        os._exit(0)


def _let_go(requests: int, answers: int) -> None:
    """Close what the gate has open: files would stay open, handlers would run twice."""
    import fcntl
    import gc
    import signal

    gc.disable()
    fcntl.fcntl(requests, fcntl.F_SETOWN, os.getpid())
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPROF, signal.SIGIO):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    low, high = sorted((requests, answers))
    os.closerange(0, low)
    os.closerange(low + 1, high)
    os.closerange(high + 1, os.sysconf("SC_OPEN_MAX"))


def _send(pipe: int, message: bytes) -> None:
    data = memoryview(len(message).to_bytes(8, "little") + message)
    while data:
        data = data[os.write(pipe, data) :]


def _receive(pipe: int) -> bytes | None:
    """Read one message; None at the end of the pipe."""
    header = _exactly(pipe, 8)
    return header and _exactly(pipe, int.from_bytes(header, "little"))


def _exactly(pipe: int, size: int) -> bytes | None:
    parts: list[bytes] = []
    while size:
        part = os.read(pipe, min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
