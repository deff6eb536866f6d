"""Two more processes that outlive the gate, so that even a killed gate leaves nothing behind.

The process that the user started is the watcher. It forks the keeper, which forks the gate; each
is in a session of its own, so that what kills the user's process group leaves the others alone.
Both adopt what those below them leave when they die, and end it. The death of one above reaches
the one below as SIGTERM, which is passed on, and upon which the gate ends its probes. The keeper
bears another name, as those who kill in one stroke name the watcher and the gate: `kill -9 A B`,
`pkill -9 -f readiness`. Only what kills all three at once leaves probes alive.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from functools import partial

from readiness.model.status import ExitStatus
from readiness.run.processes import prctl, procfs
from readiness.run.processes.kill import kill_all, send

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
KEEPER: Final = "probe-keeper"
"""The name of the process between the watcher and the gate, for who lists processes."""

_CAUGHT: Final = (*FORWARDED, signal.SIGTSTP, signal.SIGCONT)
_PACE: Final = 0.01
_GIVE_UP: Final = 5.0
_PATIENCE: Final = 0.5
_LONG: Final = 600.0

_is_gate = False
_run_name = ""


def supervise(gate: Callable[[], int]) -> int:
    """Call `gate` in a child process and return its status, in this process.

    Call it early, while the process is small, and in a process without threads. The child ends
    without running exit handlers, after flushing its standard streams. A gate that is killed, and
    one that raises, is INTERNAL; one that ends by a signal which was sent to this process is
    128 + the signal. Whatever a dead gate has left running is ended. Within a gate it only calls.
    """
    global _run_name
    if _is_gate:
        return gate()
    _run_name = os.urandom(8).hex()
    signal.setitimer(signal.ITIMER_REAL, 0)  # the gate alone draws on the terminal from now on
    keeper = partial(_watch_over, gate, signal.SIGSTOP, name=KEEPER)
    status = _watch_over(keeper, signal.SIGTSTP)
    _remove_scratch()
    return status


def run_name() -> str:
    """Return a name that nobody can guess, one for all processes of a run; "" if there is none.

    Folders for scratch whose names begin so are removed at the end, even if the gate is killed.
    """
    return _run_name


def _remove_scratch() -> None:
    """Remove what is left of the run's folders, in a process for which nobody waits long.

    Thousands of files, as copies of a project have, take seconds on a slow disk. In a probe of
    another run they are waited for, as that ends whatever a probe leaves behind.
    """
    parent = os.path.realpath(os.environ.get("TMPDIR") or "/tmp")  # noqa: S108 - as it was chosen
    start = f"readiness-{_run_name}"
    # Checks copy a project to the second.
    left = [*_named(parent, start), *_named("/dev/shm", start)]  # noqa: S108
    if not left:
        return
    child = os.fork()
    if not child:
        os.setsid()
        os.closerange(0, 3)  # a reader of our output waits for nobody else
        try:
            from readiness.run import scratch

            for path in left:
                scratch.remove(path)
        finally:
            os._exit(0)
    is_probe = "READINESS_TMP" in os.environ
    give_up = time.monotonic() + (_LONG if is_probe else _PATIENCE)
    while os.waitpid(child, os.WNOHANG) == (0, 0) and time.monotonic() < give_up:
        time.sleep(_PACE)


def _named(folder: str, start: str) -> list[str]:
    try:
        return [os.path.join(folder, name) for name in os.listdir(folder) if name.startswith(start)]
    except OSError:
        return []


def _watch_over(inner: Callable[[], int], stop: signal.Signals, *, name: str = "") -> int:
    """Call `inner` in a child, with this process renamed to `name`; return its status.

    The child stops at the signal `stop`.
    """
    before = set(procfs.children_of(os.getpid()) or ())
    adopted = prctl.is_subreaper()
    prctl.become_subreaper()
    _flush()
    watcher = os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, _CAUGHT)
    child = os.fork()
    if not child:
        status: int = ExitStatus.INTERNAL
        try:
            status = _be_child(inner, watcher)
        finally:
            os._exit(status)  # whatever happened: there is one process that goes on from here
    if name:
        prctl.rename(name)
    status = _Watcher(child, before, stop).watch()
    prctl.become_subreaper(wanted=adopted)
    return status


def _be_child(inner: Callable[[], int], watcher: int) -> int:
    """Call `inner` and return its status, whatever happens in it."""
    global _is_gate
    _is_gate = True
    os.setsid()
    prctl.die_with_parent(signal.SIGTERM)
    if os.getppid() != watcher:  # it died before we could ask to be told
        return ExitStatus.SIGNAL + signal.SIGTERM
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _CAUGHT)
        status = inner()
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
    """Waits for its child, passes signals on to it, and clears up after it."""

    def __init__(self, child: int, before: set[int], stop: signal.Signals) -> None:
        self._child = child
        self._before = before
        self._stop = stop
        self._paused = False
        self._sent: set[int] = set()

    def watch(self) -> int:
        """Return the status that the process has to end with."""
        self._actions = {
            signal.SIGTSTP: self._pause,
            signal.SIGCONT: self._resume,
        }
        former = {number: signal.getsignal(number) for number in _CAUGHT}
        for number in _CAUGHT:
            if former[number] is not signal.SIG_IGN:
                signal.signal(number, self._actions.get(number, self._forward))
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
            # Keep the number of the child its own until no handler can use it any more.
            os.waitid(os.P_PID, self._child, os.WEXITED | os.WSTOPPED | os.WNOWAIT)
            signal.pthread_sigmask(signal.SIG_BLOCK, _CAUGHT)
            pid, status = os.waitpid(self._child, os.WUNTRACED)
            if pid and not os.WIFSTOPPED(status):
                return status
            if not self._paused:  # a probe stopped it
                os.kill(self._child, signal.SIGCONT)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _CAUGHT)

    def _died_by(self, number: int) -> int:
        if number in self._sent:
            return ExitStatus.SIGNAL + number
        name = signal.Signals(number).name
        _say(f"the gate was ended by {name}; its probes were ended too, and nothing is decided")
        return ExitStatus.INTERNAL

    def _clear_away(self) -> None:
        """Kill the processes that the child left, until none is left."""
        give_up = time.monotonic() + _GIVE_UP
        while (orphans := self._orphans()) and time.monotonic() < give_up:
            kill_all(self._orphans)
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
        os.kill(self._child, number)
        self._resume(number, _frame)

    def _pause(self, _number: int, _frame: FrameType | None) -> None:
        """Stop the child (Ctrl-Z), which has no terminal to tell it. The watcher stops too.

        The keeper goes on: stopped, it could not end the gate when the watcher is killed.
        """
        self._paused = True
        os.kill(self._child, self._stop)
        if self._stop == signal.SIGTSTP:
            os.kill(os.getpid(), signal.SIGSTOP)

    def _resume(self, _number: int, _frame: FrameType | None) -> None:
        self._paused = False
        os.kill(self._child, signal.SIGCONT)


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
