"""Clusters for tests: a real Dask scheduler and its workers, each a process on this machine."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support import running
from tests.support.program import ROOT
from tests.support.running import alive_in
from tests.support.servers import free_port

LONGEST = 120.0

# The probe's processes end with the worker that started them: the first readiness above it.
KILLER = """\
import os, signal
def up(pid): return int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1])
def line(pid): return open(f"/proc/{pid}/cmdline").read()
chain = [os.getpid()]
while chain[-1] > 1: chain.append(up(chain[-1]))
last = max(place for place, pid in enumerate(chain) if "readiness.fleet" in line(pid))
open("%s", "a").write("x")
os.kill(chain[last + 1], signal.SIGKILL)
"""


class Machines:
    """A scheduler and workers, each a process that has its own folder, cache and tools."""

    def __init__(self, folder: Path, tls: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.tls = tls or {}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.nannies: set[str] = set()
        kind, port = "tls" if tls else "tcp", str(free_port())
        self.address = f"{kind}://127.0.0.1:{port}"
        where = ("--protocol", kind, "--host", "127.0.0.1", "--port", port)
        self._start("scheduler", "dask_scheduler", *where)

    def _start(self, name: str, module: str, *words: str) -> None:
        own = self.folder / name
        (own / "bin").mkdir(parents=True)
        tool = own / "bin" / "wordtool"
        answer = 'case $1 in --version) echo "wordtool 1.0";; *) echo 1;; esac'
        tool.write_text(f"#!/bin/sh\n{answer}\n")
        tool.chmod(0o755)
        environment = {
            "PATH": f"{own / 'bin'}:{os.environ['PATH']}",
            "HOME": str(own),
            "TMPDIR": str(own),
            "PYTHONPATH": str(ROOT),
            **self.tls,
        }
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{module}", *words, "--no-dashboard"],
                cwd=own, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def worker(self, name: str, *words: str, nanny: bool = False) -> None:
        """Start a worker."""
        kind = "--nanny" if nanny else "--no-nanny"
        if nanny:
            self.nannies.add(name)
        base = (self.address, "--nthreads", "1", "--name", name, kind)
        self._start(name, "dask_worker", *base, *words)

    def checkouts(self, name: str) -> Path:
        """Where a worker's parts run."""
        return self.folder / name / ".cache"

    def kill(self, name: str) -> None:
        """Let a machine be lost."""
        self.processes[name].kill()
        self.processes[name].wait(LONGEST)

    def close(self) -> None:
        """End all of them."""
        for name, process in self.processes.items():
            if name in self.nannies:  # it ends its worker
                process.terminate()
            else:
                process.kill()
        for process in self.processes.values():
            process.wait(LONGEST)
        # What multiprocessing starts beside a worker ends when it sees that nobody is left.
        wait_for(lambda: not alive_in(self.folder))


def wait_for(what: Callable[[], object]) -> None:
    """Wait until it is so."""
    assert running.wait_for(what, LONGEST)
