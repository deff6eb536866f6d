"""Processes that go on when `up` has ended, and how they are ended."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from ops.stack.namespaces import inside
from ops.stack.state import NICE, State

PATIENCE = 60.0
ENDING = {"postgres": signal.SIGINT}
"""What ends a service; PostgreSQL waits on SIGTERM for all who are connected."""


class NotStartedError(Exception):
    """A service that did not come up, with the end of its log."""


def start(
    state: State,
    name: str,
    command: list[str],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> None:
    """Start a service in a session of its own, in the services' namespace."""
    clear(state, name)
    log = state.path("log", f"{name}.log")
    with log.open("ab") as output:
        process = subprocess.Popen(
            inside(state.services, command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=folder or state.folder,
            env={**os.environ, **(environment or {})},
        )
    if state.preferred:
        prefer(process.pid, NICE)
    state.processes[name] = [process.pid, started_at(process.pid)]
    state.save()


def prefer(pid: int, nice: int) -> None:
    """Give a process, and its session, another priority.

    Production has a machine of its own. Here it shares one with the checks, and what a load test
    measures must not be how long the service waits for them.
    """
    os.setpriority(os.PRIO_PROCESS, pid, nice)
    group = Path(f"/proc/{pid}/autogroup")
    with contextlib.suppress(OSError):  # only where the kernel groups by session
        group.write_text(str(nice))


def may_prefer() -> bool:
    """Whether this machine lets us do that."""
    return subprocess.run(["nice", "-n", str(NICE), "true"], capture_output=True).stderr == b""


def wait_for(state: State, name: str, holds: Callable[[], bool]) -> None:
    """Wait until a service works. Raises `NotStartedError` with what it wrote last."""
    end = time.monotonic() + PATIENCE
    while not holds():
        gone = name in state.processes and not is_alive(*state.processes[name])
        if gone or time.monotonic() > end:
            log = state.path("log", f"{name}.log").read_text(errors="replace")
            raise NotStartedError(f"{name} did not start:\n{log[-2000:]}")
        time.sleep(0.1)


def answers(state: State, url: str, text: str = "") -> Callable[[], bool]:
    """Whether something answers there, and with this text; asked from within the namespace."""
    command = inside(state.services, ["curl", "-sf", "--max-time", "2", url])

    def ask() -> bool:
        found = subprocess.run(command, capture_output=True, text=True)
        return found.returncode == 0 and text in found.stdout

    return ask


def accepts(state: State, port: int) -> Callable[[], bool]:
    """Whether something accepts connections on that port of the loopback."""

    def ask() -> bool:
        if state.services:
            test = f"exec 3<>/dev/tcp/127.0.0.1/{port}"
            command = inside(state.services, ["bash", "-c", test])
            return subprocess.run(command, capture_output=True).returncode == 0
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return ask


def stop_all(state: State) -> None:
    """End every service: first asked, then forced; the last started first."""
    running = {name: known for name, known in state.processes.items() if is_alive(*known)}
    for name in reversed(running):
        _signal(int(running[name][0]), ENDING.get(name, signal.SIGTERM))
    end = time.monotonic() + 10
    while time.monotonic() < end and any(is_alive(*known) for known in running.values()):
        time.sleep(0.05)
    for pid, begun in running.values():
        if is_alive(pid, begun):
            _signal(int(pid), signal.SIGKILL)
    for name in state.processes:
        clear(state, name)


def clear(state: State, name: str) -> None:
    """End what a service that was killed has left in its session: PostgreSQL's own processes."""
    pid, begun = state.processes.get(name, [0, 0])
    entry = Path(f"/proc/{int(pid)}")
    if not pid or is_alive(pid, begun):
        return
    # Another process may have got its number; one that nobody waited for keeps it.
    if not entry.exists() or started_at(int(pid)) == begun:
        _signal(int(pid), signal.SIGKILL)


def stop(state: State, name: str) -> None:
    """End one service and wait until it is gone."""
    pid, begun = state.processes[name]
    if not is_alive(pid, begun):
        return
    _signal(int(pid), ENDING.get(name, signal.SIGTERM))
    end = time.monotonic() + 10
    while is_alive(pid, begun):
        if time.monotonic() > end:
            _signal(int(pid), signal.SIGKILL)
        time.sleep(0.05)


def reload(state: State, name: str) -> None:
    """Have a service read its settings again."""
    _signal(int(state.processes[name][0]), signal.SIGHUP, whole=False)


def is_alive(pid: float, begun: float) -> bool:
    """Whether this very process still runs; another one may have got its number."""
    try:
        fields = Path(f"/proc/{int(pid)}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return fields[0] != "Z" and float(fields[19]) == begun


def started_at(pid: int) -> float:
    """When a process began, in the kernel's ticks."""
    return float(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def _signal(pid: int, number: int, *, whole: bool = True) -> None:
    try:
        (os.killpg if whole else os.kill)(pid, number)
    except ProcessLookupError:
        pass
    except PermissionError:
        os.kill(pid, number)
