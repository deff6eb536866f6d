"""Helpers of the tests that start real processes."""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from readiness.model.board import Check
from readiness.model.capture import Capture
from readiness.model.plan import Plan, Probe
from readiness.run.interface import Settled
from readiness.run.processes.procfs import children_of, look_up
from readiness.run.run import run


def a_check(name: str = "", **fields: object) -> Check:
    """Make a check with nothing but what is given."""
    return Check(name=name, run="", measures=(), **fields)


def a_plan(workdir: Path, *probes: str | dict[str, object], timeout: float = 30.0) -> Plan:
    """Make a plan of probes that are commands, or commands with further fields."""
    made = []
    for index, given in enumerate(probes):
        fields = {"command": given} if isinstance(given, str) else dict(given)
        fields = {"workdir": str(workdir), "timeout": timeout, "check": a_check()} | fields
        made.append(Probe(id=f"p{index}", **{"command": ""} | fields))
    return Plan(
        probes=tuple(made),
        planned=(),
        order=tuple(range(len(made))),
        environment={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
    )


class Runner:
    """Runs plans in a folder of their own and keeps what was settled, in order."""

    def __init__(self, folder: Path) -> None:
        self.workdir = folder / "work"
        self.workdir.mkdir()
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        self.captures: list[Capture] = []
        self.signal: int | None = None
        self.elapsed = 0.0

    def __call__(
        self,
        *probes: str | dict[str, object],
        settle: Callable[[Capture], Settled] | None = None,
        jobs: int = 4,
        run_timeout: float = 60.0,
        timeout: float = 30.0,
        **options: object,
    ) -> list[Capture]:
        """Run the probes; return the captures by probe and attempt."""

        def keep(capture: Capture) -> Settled:
            self.captures.append(capture)
            return settle(capture) if settle else Settled(succeeded=succeeded(capture))

        plan = a_plan(self.workdir, *probes, timeout=timeout)
        start = time.monotonic()
        self.signal = run(
            plan, keep, jobs=jobs, run_timeout=run_timeout, scratch=str(self.scratch), **options
        )
        self.elapsed = time.monotonic() - start
        return sorted(self.captures, key=lambda c: (c.probe, c.attempt))


def succeeded(capture: Capture) -> bool:
    """Whether everything about the attempt is as it is for a working tool."""
    return (
        capture.exit_status == 0
        and not capture.timed_out
        and not capture.needed_kill
        and not capture.leaked
        and capture.failure is None
    )


def alive_in(folder: Path) -> list[str]:
    """Return the processes that work in the folder or below it, as `PID command`."""
    processes = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            cwd = os.readlink(f"/proc/{name}/cwd")
            command = Path(f"/proc/{name}/cmdline").read_bytes()
        except OSError:
            continue
        process = look_up(int(name))
        if not process or process.dead or not cwd.startswith(str(folder)):
            continue
        # Without memory it is about to be gone: the kernel has not come to its folder yet.
        if not command and wait_for(lambda pid=int(name): has_gone(pid)):
            continue
        processes.append(f"{name} {command!r}")
    return processes


def has_gone(pid: int) -> bool:
    """Whether a process has ended."""
    process = look_up(pid)
    return process is None or process.dead


class Chain(NamedTuple):
    """The processes of a run, from the one that was started to the one that runs the probes."""

    watcher: int
    keeper: int
    gate: int


def chain_of(watcher: int) -> Chain:
    """Return the processes of a run that is on."""
    (keeper,) = children_of(watcher) or ()
    (gate,) = children_of(keeper) or ()
    return Chain(watcher, keeper, gate)


def wait_for(condition: Callable[[], object], seconds: float = 30.0) -> bool:
    """Wait until the condition holds; say whether it came to hold in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def own_children() -> set[int]:
    """Return the children of this process, zombies too."""
    return set(children_of(os.getpid()) or ())


def texts(captures: Iterable[Capture]) -> list[str]:
    """Return what each probe wrote to its standard output."""
    return [capture.stdout.data.decode() for capture in captures]
