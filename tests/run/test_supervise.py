"""Whatever is killed, stopped or interrupted: nothing of a run is left."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from readiness.model.errors import ExitStatus
from readiness.run.processes import prctl
from readiness.run.processes.supervise import KEEPER, supervise
from tests.support.running import Chain, alive_in, chain_of, wait_for

GATE = """
import sys
from pathlib import Path
from readiness.run.processes.supervise import supervise
from tests.support.running import Runner, succeeded

def gate():
    runner = Runner(Path(sys.argv[1]))
    captures = runner(*sys.argv[2:])
    print(*(capture.stdout.data.decode().strip() for capture in captures), flush=True)
    if runner.signal:
        return 128 + runner.signal
    return 0 if all(map(succeeded, captures)) else 3

sys.exit(supervise(gate))
"""

# Of each kind one: simple, immune, in a session of its own, hidden.
PROBES = (
    "touch ready; sleep 60",
    "trap '' TERM; while :; do sleep 1; done",
    "setsid sleep 60 & wait",
    "(env -i setsid sleep 60 >/dev/null 2>&1 </dev/null &) ; sleep 60",
)

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a gate over some probes; afterwards nothing of it may be alive."""
    started = []

    def start(*probes: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", GATE, tmp_path, *probes],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.communicate(timeout=60)
    assert alive_in(tmp_path) == []


def started_all(folder: Path) -> bool:
    """Whether the probes of PROBES run."""
    return (folder / "work/ready").exists() and len(alive_in(folder / "work")) >= 7


def test_the_status_of_the_gate_is_returned(start: Start) -> None:
    """What the gate returns and prints is what the process returns and prints."""
    process = start("echo healthy")
    assert process.communicate(timeout=60) == (b"healthy\n", b"")
    assert process.returncode == 0


def group(pid: int) -> int:
    """The process group of that leader, as `kill` wants it."""
    return -pid


KILLS: dict[str, Callable[[Chain], list[int]]] = {
    "watcher": lambda chain: [chain.watcher],
    "keeper": lambda chain: [chain.keeper],
    "gate": lambda chain: [chain.gate],
    "group": lambda chain: [group(chain.watcher)],
    "keeper's group": lambda chain: [group(chain.keeper)],
    "gate's group": lambda chain: [group(chain.gate)],
    "watcher and gate": lambda chain: [chain.watcher, chain.gate],
    "gate and watcher": lambda chain: [chain.gate, chain.watcher],
    "watcher and keeper": lambda chain: [chain.watcher, chain.keeper],
    "keeper and gate": lambda chain: [chain.keeper, chain.gate],
}


@pytest.mark.parametrize("kill", KILLS.values(), ids=KILLS)
def test_nothing_survives_a_kill(
    start: Start, tmp_path: Path, kill: Callable[[Chain], list[int]]
) -> None:
    """17: after SIGKILL to any two of the three no probe stays alive."""
    process = start(*PROBES)
    assert wait_for(lambda: started_all(tmp_path))
    pids = kill(chain_of(process.pid))
    subprocess.run(["kill", "-KILL", "--", *map(str, pids)], check=True)
    assert wait_for(lambda: not alive_in(tmp_path))
    process.communicate(timeout=60)
    assert process.returncode in (-signal.SIGKILL, ExitStatus.INTERNAL)


def test_a_kill_by_name_leaves_nothing(start: Start, tmp_path: Path) -> None:
    """`pkill -9 -f` finds the watcher and the gate by how they were started, not the keeper."""
    process = start(*PROBES)
    assert wait_for(lambda: started_all(tmp_path))
    chain = chain_of(process.pid)
    listed = subprocess.run(["pgrep", "-f", "supervise"], stdout=subprocess.PIPE, check=True)
    found = set(map(int, listed.stdout.split()))
    assert {chain.watcher, chain.gate} <= found
    assert chain.keeper not in found
    assert Path(f"/proc/{chain.keeper}/comm").read_text().strip() == KEEPER
    for pid in (chain.watcher, chain.gate):
        os.kill(pid, signal.SIGKILL)
    assert wait_for(lambda: not alive_in(tmp_path))


def test_a_probe_that_kills_the_gate_decides_nothing(start: Start) -> None:
    """The status is 70 then, with one calm line."""
    process = start("sleep 0.1; kill -KILL $PPID; sleep 60", "sleep 60")
    out, err = process.communicate(timeout=60)
    assert process.returncode == ExitStatus.INTERNAL
    assert out == b""
    assert err.decode() == (
        "readiness: the gate was ended by SIGKILL; "
        "its probes were ended too, and nothing is decided\n"
    )


def parent_of(pid: str) -> str:
    """The shell's words for the parent of a process."""
    return f"$(ps -o ppid= -p {pid})"


STOPPED = {
    "gate": "$PPID",
    "keeper": parent_of("$PPID"),
    "watcher": parent_of(parent_of("$PPID")),
    "gate and keeper": f"$PPID {parent_of('$PPID')}",
    "keeper and gate": f"{parent_of('$PPID')} $PPID",
    "keeper and watcher": f"{parent_of('$PPID')} {parent_of(parent_of('$PPID'))}",
}


@pytest.mark.parametrize("target", STOPPED.values(), ids=STOPPED)
def test_a_probe_that_stops_the_gate_stops_nothing(start: Start, target: str) -> None:
    """The run goes on, and ends as it would have."""
    process = start(f"kill -STOP {target}; sleep 0.1; echo healthy", "sleep 0.2")
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, b"healthy \n")


def test_quit_ends_all_at_once(start: Start, tmp_path: Path) -> None:
    """A signal that the gate does not catch still leaves nothing."""
    process = start(*PROBES)
    assert wait_for(lambda: started_all(tmp_path))
    process.send_signal(signal.SIGQUIT)
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGQUIT


def test_it_can_be_suspended(start: Start, tmp_path: Path) -> None:
    """Ctrl-Z stops the watcher and the gate; they go on together."""
    process = start("touch ready; sleep 0.5; echo healthy")
    assert wait_for(lambda: (tmp_path / "work/ready").exists())
    chain = chain_of(process.pid)
    process.send_signal(signal.SIGTSTP)
    assert wait_for(lambda: state(chain.watcher) == state(chain.gate) == "T")
    process.send_signal(signal.SIGCONT)
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, b"healthy\n")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_what_is_suspended_can_be_ended(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    """A run that sleeps is ended like any other, when its watcher is killed too."""
    process = start(*PROBES)
    assert wait_for(lambda: started_all(tmp_path))
    chain = chain_of(process.pid)
    process.send_signal(signal.SIGTSTP)
    assert wait_for(lambda: state(chain.watcher) == state(chain.gate) == "T")
    process.send_signal(number)
    process.send_signal(signal.SIGCONT)
    assert wait_for(lambda: not alive_in(tmp_path))
    process.communicate(timeout=60)
    assert process.returncode in (-signal.SIGKILL, 128 + number)


def state(pid: int) -> str:
    """Return the state letter of a process."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def raising(error: BaseException) -> Callable[[], int]:
    """Make a gate that raises."""

    def gate() -> int:
        raise error

    return gate


@pytest.mark.parametrize(
    ("gate", "status"),
    [
        (lambda: 0, 0),
        (lambda: 3, 3),
        (lambda: 256, ExitStatus.INTERNAL),
        (lambda: -1, ExitStatus.INTERNAL),
        (raising(RuntimeError("secret")), ExitStatus.INTERNAL),
        (raising(KeyboardInterrupt()), 130),
        (raising(SystemExit(4)), 4),
        (raising(SystemExit()), 0),
        (raising(SystemExit("text")), ExitStatus.INTERNAL),
        (lambda: os.kill(os.getpid(), signal.SIGKILL) or 0, ExitStatus.INTERNAL),
        (lambda: os.kill(os.getpid(), signal.SIGTERM) or 0, ExitStatus.INTERNAL),
    ],
)
def test_every_end_of_a_gate_is_a_status(
    gate: Callable[[], int], status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    """No end of the gate passes for success by accident, and no trace is shown."""
    assert supervise(gate) == status
    err = capfd.readouterr().err
    assert "Traceback" not in err
    assert "secret" not in err


def test_handlers_and_streams_are_as_before(capfd: pytest.CaptureFixture[str]) -> None:
    """What was printed before is printed once; signals and orphans go where they went."""
    assert not prctl.is_subreaper()
    before = [signal.getsignal(number) for number in signal.valid_signals()]
    print("once", end=" ")

    def gate() -> int:
        print("twice", end="")
        return 0

    assert supervise(gate) == 0
    assert capfd.readouterr().out == "once twice"
    assert [signal.getsignal(number) for number in signal.valid_signals()] == before
    assert not prctl.is_subreaper()
