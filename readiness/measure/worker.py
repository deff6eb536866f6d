"""A process of its own for what may run wild: forked, limited in CPU time and memory, easily ended.

It holds nothing of the gate's but two pipes, and ends when the gate does. It keeps the text that it
was sent last. What it was asked is answered, or it is gone; then a new one is made.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Concatenate, NoReturn, ParamSpec, TypeVar, cast

Facts = ParamSpec("Facts")
Result = TypeVar("Result")

MEMORY_LIMIT = 2 * 1024**3
"""Memory that the worker may have beyond the gate's, in bytes."""


class WorkStoppedError(Exception):
    """The work was given up: it took too long, or the worker ended."""


def ask(
    seconds: float,
    patience: float,
    work: Callable[Concatenate[str, Facts], Result],
    text: str,
    *facts: Facts.args,
    **named: Facts.kwargs,
) -> Result:
    """Return `work(text, *facts)`, done by the worker, and raise what it raises.

    Raises `WorkStoppedError` where that takes more CPU time than `seconds`, or longer than
    `patience`.
    """
    global _worker, _sent
    import pickle

    if _requests >= 0:  # in the worker, whose limits hold already
        return work(text, *facts, **named)
    if _worker is None:
        _worker, _sent = _Worker(), None
    request = (seconds, work, None if _sent is text else text, facts, named)
    _sent = text
    answer = _worker.ask(pickle.dumps(request), patience)
    if answer is None:
        close()
        raise WorkStoppedError
    result, error = pickle.loads(answer)  # noqa: S301 - what our own fork wrote
    if error is not None:
        raise error
    return cast("Result", result)


def worker_pid() -> int | None:
    """Return the process id of the worker, if there is one: a child that no probe left behind."""
    return _worker.pid if _worker else None


def close() -> None:
    """End the worker, if there is one. The next question starts another."""
    global _worker
    if _worker is not None:
        _worker.end()
        _worker = None


class _Worker:
    """The gate's end of a worker: its process and two pipes."""

    def __init__(self) -> None:
        request_read, self._request = os.pipe()
        self._answer, answer_write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _work(request_read, answer_write)
        os.close(request_read)
        os.close(answer_write)

    def ask(self, request: bytes, patience: float) -> bytes | None:
        """Return the answer, or None when there is none within that time or the worker ended."""
        import select

        try:
            _send(self._request, request)
            poll = select.poll()
            poll.register(self._answer, select.POLLIN)
            return _receive(self._answer) if poll.poll(patience * 1000) else None
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


_worker: _Worker | None = None
_sent: str | None = None
"""The text that the worker has."""

_requests = -1
"""In a worker, the pipe that requests come from."""


def _work(requests: int, answers: int) -> NoReturn:
    """Run the worker: answer requests until the gate closes its end."""
    global _requests
    import warnings

    warnings.simplefilter("ignore")  # of patterns: whoever asked first may have made them errors
    try:
        _let_go(requests, answers)
        _limit_memory()
        _requests = requests
        while (request := _receive(requests)) is not None:
            _send(answers, _answer(request))
    finally:
        os._exit(0)


def _answer(request: bytes) -> bytes:
    """Do the work that a request names; an exception is the second part of the answer."""
    global _sent
    import pickle

    seconds, work, text, facts, named = pickle.loads(request)  # noqa: S301 - from the gate
    _sent = text = _sent if text is None else text
    answer: tuple[object, Exception | None]
    with _limited(seconds):
        try:
            answer = (work(text, *facts, **named), None)
        except Exception as error:  # noqa: BLE001 - the gate raises it
            answer = (None, error)
        return pickle.dumps(answer)


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
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


def _limit_memory() -> None:
    import resource

    with open("/proc/self/statm", "rb") as file:
        pages = int(file.read().split()[0])
    most = pages * resource.getpagesize() + MEMORY_LIMIT
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


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
