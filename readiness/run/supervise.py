"""A second process that outlives the gate, so that even a killed gate leaves nothing behind.

The process that the user started forks once and becomes the watcher. Its child is the gate, in a
session of its own: what kills the user's process group leaves the gate alone, and the death of
the watcher reaches it as SIGTERM, upon which it ends its probes. When the gate is killed, its
probes become the watcher's, which ends them. Only killing both at one stroke leaves probes alive.

Off Linux there is no such bond between processes, and the gate runs alone.
"""

from __future__ import annotations

import os
import signal
import sys
import time

from readiness.run import prctl, procfs
from readiness.run.kill import kill_all, send
from readiness.status import ExitStatus

TYPE_CHECKING = False
if TYPE_CHECKING:  # all that is imported here is paid for twice
    from collections.abc import Callable
    from types import FrameType
    from typing import Final

FORWARDED: Final = (
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGWINCH,
)
_CAUGHT: Final = (*FORWARDED, signal.SIGTSTP)
_PACE: Final = 0.01
_GIVE_UP: Final = 5.0

_is_gate = False


def supervise(gate: Callable[[], int]) -> int:
    """Call `gate` in a child process and return its status, in this process.

    Call it early, while the process is small, and in a process without threads. The child ends
    without running exit handlers, after flushing its standard streams. A gate that is killed, and
    one that raises, is INTERNAL; one that ends by a signal which was sent to this process is
    128 + the signal. Whatever a dead gate has left running is ended. Within a gate it only calls.
    """
    if _is_gate or sys.platform != "linux":
        return gate()
    before = set(procfs.children_of(os.getpid()) or ())
    prctl.become_subreaper()
    _flush()
    watcher = os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, _CAUGHT)
    child = os.fork()
    if not child:
        status: int = ExitStatus.INTERNAL
        try:
            status = _be_gate(gate, watcher)
        finally:
            os._exit(status)  # whatever happened: there is one process that goes on from here
    return _Watcher(child, before).watch()


def _be_gate(gate: Callable[[], int], watcher: int) -> int:
    """Run the gate and return its status, whatever happens in it."""
    global _is_gate
    _is_gate = True
    os.setsid()
    prctl.die_with_parent(signal.SIGTERM)
    if os.getppid() != watcher:  # it died before we could ask to be told
        return ExitStatus.SIGNAL + signal.SIGTERM
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _CAUGHT)
        status = gate()
    except KeyboardInterrupt:
        status = ExitStatus.SIGNAL + signal.SIGINT
    except SystemExit as end:
        status = _status(end)
    except BaseException as error:  # noqa: BLE001 - the last line of defence
        status = ExitStatus.INTERNAL
        _say(f"internal error ({type(error).__name__})")
    if not _flush() and status == ExitStatus.READY:
        status = ExitStatus.NOT_WRITTEN
    send(watcher, signal.SIGCONT)  # a probe may have stopped it
    return status if 0 <= status <= 255 else ExitStatus.INTERNAL


class _Watcher:
    """Waits for the gate, passes signals on to it, and clears up after it."""

    def __init__(self, gate: int, before: set[int]) -> None:
        self._gate = gate
        self._before = before
        self._sent: set[int] = set()

    def watch(self) -> int:
        """Return the status that the process has to end with."""
        former = {number: signal.getsignal(number) for number in _CAUGHT}
        for number in _CAUGHT:
            if former[number] is not signal.SIG_IGN:
                signal.signal(number, self._pause if number == signal.SIGTSTP else self._forward)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _CAUGHT)
        try:
            status = self._wait()
        finally:
            signal.pthread_sigmask(signal.SIG_BLOCK, _CAUGHT)
            self._clear_away()
            for number, action in former.items():
                signal.signal(number, action)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _CAUGHT)
        if os.WIFEXITED(status):
            return os.WEXITSTATUS(status)
        return self._died_by(os.WTERMSIG(status))

    def _wait(self) -> int:
        while True:
            # Keep the number of the gate its own until no handler can use it any more.
            os.waitid(os.P_PID, self._gate, os.WEXITED | os.WSTOPPED | os.WNOWAIT)
            signal.pthread_sigmask(signal.SIG_BLOCK, _CAUGHT)
            pid, status = os.waitpid(self._gate, os.WUNTRACED)
            if pid and not os.WIFSTOPPED(status):
                return status
            os.kill(self._gate, signal.SIGCONT)  # a probe stopped it
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _CAUGHT)

    def _died_by(self, number: int) -> int:
        if number in self._sent:
            return ExitStatus.SIGNAL + number
        name = signal.Signals(number).name
        _say(f"the gate was ended by {name}; its probes were ended too, and nothing is decided")
        return ExitStatus.INTERNAL

    def _clear_away(self) -> None:
        """Kill what the gate has left, until nothing is left."""
        give_up = time.monotonic() + _GIVE_UP
        while (orphans := self._orphans()) and time.monotonic() < give_up:
            kill_all(lambda: procfs.descendants(self._orphans()))
            time.sleep(_PACE)
            for pid in orphans:
                os.waitpid(pid, os.WNOHANG)

    def _orphans(self) -> list[int]:
        children = procfs.children_of(os.getpid())
        if children is None:
            children = procfs.by_parent().get(os.getpid(), [])
        return [pid for pid in children if pid not in self._before]

    def _forward(self, number: int, _frame: FrameType | None) -> None:
        self._sent.add(number)
        os.kill(self._gate, number)

    def _pause(self, _number: int, _frame: FrameType | None) -> None:
        """Stop, and let the gate stop meanwhile (Ctrl-Z); it has no terminal to tell it."""
        os.kill(self._gate, signal.SIGSTOP)
        os.kill(os.getpid(), signal.SIGSTOP)
        os.kill(self._gate, signal.SIGCONT)


def _flush() -> bool:
    """Write out what the standard streams hold; return whether that worked."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return False
    return True


def _status(end: SystemExit) -> int:
    if end.code is None:
        return ExitStatus.READY
    if isinstance(end.code, int):
        return end.code
    _say(str(end.code))
    return ExitStatus.INTERNAL


def _say(text: str) -> None:
    os.write(2, f"readiness: {text}\n".encode())
