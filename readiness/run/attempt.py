"""One attempt of a probe while it runs."""

import os

from readiness.model.capture import Capture
from readiness.model.plan import Probe
from readiness.model.words import ReasonCode
from readiness.run.stream import Sink


class Attempt:
    """A started process, what it wrote so far, and when the loop has to look at it again.

    `pid` (and `token`, which is how /proc writes it) stays known after the process was reaped;
    `exited` says whether it was. `started`, `wake` and `kill_at` are times of `time.monotonic()`;
    `kill_at` is set once the attempt has to end or has ended and left something behind.
    `signalled` says that we told it to end, after which its status proves nothing.
    """

    def __init__(self, index: int, number: int, probe: Probe, tmp: str) -> None:
        self.index = index
        self.number = number
        self.probe = probe
        self.tmp = tmp
        self.pid = 0
        self.token = b""
        self.pidfd = -1
        self.started = self.started_at = self.deadline = self.wake = 0.0
        self.duration = self.cpu = 0.0
        self.kill_at: float | None = None
        self.exited = self.watched = self.signalled = self.timed_out = self.needed_kill = False
        self.leaked = self.status = self.memory = 0
        self.failure: ReasonCode | None = None
        self.failure_text = ""
        self.stdout: Sink
        self.stderr: Sink

    def reap(self, now: float) -> bool:
        """Take the status of the process if it has ended; return whether it has."""
        pid, status, usage = os.wait4(self.pid, os.WNOHANG)
        if not pid:
            return False
        self.exited = True
        self.status = status
        self.duration = now - self.started
        self.cpu = usage.ru_utime + usage.ru_stime
        self.memory = usage.ru_maxrss
        return True

    def pipes(self) -> set[int]:
        """Return the inodes of its pipes, of those that are still open."""
        sinks = (self.stdout, self.stderr)
        return {os.fstat(sink.fd).st_ino for sink in sinks if sink.fd >= 0}

    def capture(self, scratch: str) -> Capture:
        """Return the capture of the attempt, which is over."""
        status = self.status
        killed = os.WIFSIGNALED(status)
        return Capture(
            probe=self.index,
            attempt=self.number,
            exit_status=None if killed or not self.exited else os.WEXITSTATUS(status),
            signal=os.WTERMSIG(status) if killed else None,
            timed_out=self.timed_out,
            needed_kill=self.needed_kill,
            leaked=self.leaked,
            failure=self.failure,
            failure_text=self.failure_text,
            started_at=self.started_at,
            duration=self.duration,
            cpu=self.cpu,
            memory=self.memory,
            stdout=self.stdout.finish(),
            stderr=self.stderr.finish(),
            tmp=self.tmp,
            scratch=scratch,
        )
