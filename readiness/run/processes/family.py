"""Finds all that a probe has started, wherever it went, and ends it.

This process is the subreaper of its probes: what they orphan becomes a child of this process, so
whatever lives of a probe descends either from its first process or from such an orphan. An orphan
is a probe's when it is in the probe's session, was given its READINESS_TMP or holds its pipes. One
that hides all three is laid to every probe that may have started it: doubt makes errors, never a
pass.
"""

import os
import signal
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Final

from readiness.run.attempt import Attempt
from readiness.run.processes import prctl, procfs
from readiness.run.processes.kill import kill_all, send
from readiness.run.processes.procfs import Process

_FEW: Final = 4096
_MANY: Final = 1 << 22


class Family:
    """The processes that descend from this one, told apart by the attempts they belong to."""

    def __init__(self) -> None:
        self._was_subreaper = prctl.is_subreaper()
        prctl.become_subreaper()
        self._session = os.getsid(0)
        self._leaders: set[bytes] = set()
        self._owners: dict[bytes, tuple[Attempt, ...]] = {}
        self._list = procfs.open_own_children()
        self._strangers = set(self._children())

    def close(self) -> None:
        """Restore where orphans go."""
        if self._list >= 0:
            os.close(self._list)
        if not self._was_subreaper:
            prctl.become_subreaper(wanted=False)

    def add(self, attempt: Attempt) -> None:
        """Register the process of the attempt."""
        attempt.token = b"%d" % attempt.pid
        self._leaders.add(attempt.token)

    def remove(self, attempt: Attempt) -> None:
        """Remove the process of the attempt, which was reaped."""
        self._leaders.discard(attempt.token)

    def quiet(self) -> bool:
        """Return whether nothing can be alive that a reaped attempt left. Costs little."""
        children = self._children()
        return self._leaders.issuperset(children) or self._leaders.issuperset(
            self._strangers.symmetric_difference(children)
        )

    def survey(self, running: Collection[Attempt]) -> None:
        """Assign new orphans to the attempts they came from, and reap those that ended."""
        children = self._children()
        self._strangers.intersection_update(children)
        for token in children:
            if token in self._leaders or token in self._strangers:
                continue
            # While a process turns into another program, its environment cannot be read: a
            # doubt is looked at again.
            if len(self._owners.get(token, ())) != 1:
                self._adopt(token, running)
        for token in list(self._owners):
            if _reaped(int(token)):
                del self._owners[token]

    def of(self, attempt: Attempt) -> list[Process]:
        """Return the attempt's live processes, a thousand at most. Call `survey` first."""
        return procfs.descendants(self._roots(attempt))

    def _roots(self, attempt: Attempt) -> list[int]:
        """Return the processes from which all of the attempt descends."""
        roots = [int(token) for token, owners in self._owners.items() if attempt in owners]
        if not attempt.exited:
            roots.append(attempt.pid)
        return roots

    def tell(self, attempt: Attempt, number: int) -> None:
        """Send the signal to all of the attempt, stopped processes too."""
        # The group comes first: what multiplies would do so while we look for it.
        self._signal_group(attempt, number)
        self._signal_group(attempt, signal.SIGCONT)
        members = self.of(attempt)
        self._blame_others(attempt, members)
        # Once is enough: a second SIGTERM makes some tools give up cleaning.
        for process in members:
            if process.group != attempt.pid:
                send(process.pid, number)
                send(process.pid, signal.SIGCONT)

    def kill(self, attempt: Attempt) -> None:
        """Kill all of the attempt, though it may be multiplying. Repeat until none is left."""
        # No fork slips through a signal to a group; what has left the group takes more.
        self._signal_group(attempt, signal.SIGKILL)
        self._blame_others(attempt, self.of(attempt))
        kill_all(lambda: self._roots(attempt))

    def end_strays(self) -> bool:
        """Kill processes of no running attempt; return whether none is left."""
        self.survey(())
        strays = [int(token) for token in self._owners]
        kill_all(lambda: strays)
        return not strays

    def _adopt(self, token: bytes, running: Collection[Attempt]) -> None:
        process = procfs.look_up(int(token))
        if process is None:
            return
        if process.session == self._session:
            self._strangers.add(token)
            return
        owner = _owner(process, running)
        if owner is not None:
            self._owners[token] = (owner,)
        elif token not in self._owners:
            self._owners[token] = _possible_owners(process, running)

    def _blame_others(self, attempt: Attempt, members: Iterable[Process]) -> None:
        """Record that other attempts, whose processes these may be as well, leaked them."""
        for process in members:
            token = b"%d" % process.pid
            owners = self._owners.get(token, ())
            for other in owners:
                if other is not attempt:
                    other.leaked += 1
            if len(owners) > 1:
                self._owners[token] = (attempt,)

    def _signal_group(self, attempt: Attempt, number: int) -> None:
        # Once the first process is reaped and its session empty, the number may be anybody's.
        if not attempt.exited or any(_is_in(pid, attempt.pid) for pid in self._roots(attempt)):
            with suppress(OSError):
                os.killpg(attempt.pid, number)

    def _children(self) -> list[bytes]:
        if self._list < 0:
            return [b"%d" % pid for pid in procfs.by_parent().get(os.getpid(), ())]
        listed = os.pread(self._list, _FEW, 0)
        if len(listed) == _FEW:
            listed = os.pread(self._list, _MANY, 0)
        return listed.split()


def _owner(process: Process, running: Collection[Attempt]) -> Attempt | None:
    for attempt in running:
        if process.session == attempt.pid:
            return attempt
    for attempt in running:
        entry = b"READINESS_TMP=" + os.fsencode(attempt.tmp)
        if procfs.environment_has(process.pid, entry):
            return attempt
    for attempt in running:
        if procfs.holds_pipe(process.pid, attempt.pipes()):
            return attempt
    return None


def _possible_owners(process: Process, running: Collection[Attempt]) -> tuple[Attempt, ...]:
    since_boot = time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
    return tuple(
        attempt
        for attempt in running
        if process.born + 1 >= (attempt.started + since_boot) * procfs.TICKS
    )


def _is_in(pid: int, session: int) -> bool:
    process = procfs.look_up(pid)
    return process is not None and process.session == session


def _reaped(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True
