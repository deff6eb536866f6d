"""The runner with real processes: what they do to it, and what it makes of them."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from readiness.model.capture import Capture
from readiness.model.words import ReasonCode
from readiness.run import loop, stream
from readiness.run.interface import Settled
from readiness.run.processes import procfs
from tests.support.running import Runner, a_check, alive_in, own_children, succeeded, texts

SHORT = 0.4
LINKED = "rmdir $READINESS_TMP && ln -s $READINESS_SCRATCH $READINESS_TMP"


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    """Provide a runner after which nothing is left: no process, no zombie, no file open."""
    children, files = own_children(), len(os.listdir("/proc/self/fd"))
    runner = Runner(tmp_path)
    yield runner
    assert alive_in(tmp_path) == []
    assert own_children() == children
    assert len(os.listdir("/proc/self/fd")) == files


# --- what a probe is given --------------------------------------------------------------------


def test_status_and_both_streams_are_told_apart(runner: Runner) -> None:
    """The exit status and what was written to each stream are captured."""
    (capture,) = runner("echo out; echo err >&2; exit 3")
    assert (capture.exit_status, capture.signal) == (3, None)
    assert capture.stdout.data == b"out\n"
    assert capture.stderr.data == b"err\n"
    assert capture.stdout.digest == "sha256:" + sha256(b"out\n").hexdigest()


def test_a_command_runs_under_a_strict_shell(runner: Runner) -> None:
    """The first failing part of a command ends it, in a pipe too; so do unset variables."""
    captures = runner("false; echo no", "false | true", "echo $nowhere", "true | true")
    assert [c.exit_status == 0 for c in captures] == [False, False, False, True]


def test_without_bash_a_command_runs_under_sh(runner: Runner, tmp_path: Path) -> None:
    """Where there is no bash, sh takes its place."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/sh").symlink_to("/bin/sh")
    probe = {"command": "echo $0", "env": {"PATH": str(tmp_path / "bin")}}
    assert texts(runner(probe)) == ["sh\n"]


def test_a_probe_gets_its_environment_and_folders(runner: Runner) -> None:
    """A probe finds its variables, an own folder and the run's, and where its check stands."""
    command = (
        'echo "$mine $LC_ALL"; echo "$READINESS_CHECK_DIR"; echo "$READINESS_PYTHON"; '
        'ls -A "$READINESS_TMP" "$READINESS_SCRATCH" | grep -vc : || true; pwd'
    )
    check = a_check("a", folder="/where/it/stands")
    (capture,) = runner({"command": command, "env": {"mine": "a b"}, "check": check})
    assert capture.stdout.data.decode().split("\n")[:5] == [
        "a b C.UTF-8",
        "/where/it/stands",
        sys.executable,
        "1",
        str(runner.workdir),
    ]


def test_no_probe_finds_what_another_one_left(runner: Runner) -> None:
    """Each attempt has a folder of its own, which is empty."""
    command = 'ls -A "$READINESS_TMP"; touch "$READINESS_TMP/x"; echo "$READINESS_TMP"'
    captures = runner(*[command] * 3, jobs=1)
    folders = [capture.stdout.data for capture in captures]
    assert all(folder.count(b"\n") == 1 for folder in folders)
    assert len(set(folders)) == 3


def test_a_folder_that_stayed_empty_is_handed_on(runner: Runner) -> None:
    """There are fewer folders than probes, as each costs more than to see that one is empty."""
    captures = runner(*['echo "$READINESS_TMP"'] * 100, jobs=1)
    assert len({capture.stdout.data for capture in captures}) < 50


@pytest.mark.parametrize(
    "done",
    ["touch $READINESS_TMP/.x", "chmod 500 $READINESS_TMP", "rmdir $READINESS_TMP", LINKED],
)
def test_no_probe_gets_a_folder_that_is_another_than_it_was(runner: Runner, done: str) -> None:
    """Whatever a probe makes of its own folder, the next one finds an empty one to write in."""
    usual = 'test "$(stat -c %F%a "$READINESS_TMP")" = directory700 -a -z "$(ls -A $READINESS_TMP)"'
    captures = runner(*[f"if {usual}; then {done}; else exit 9; fi"] * 80, jobs=1)
    assert {capture.exit_status for capture in captures} == {0}


def test_a_probe_may_remove_its_folder(runner: Runner) -> None:
    """That is its own business, and no other probe's."""
    captures = runner('rmdir "$READINESS_TMP"', 'ls "$READINESS_TMP"', jobs=1)
    assert [capture.exit_status for capture in captures] == [0, 0]


def test_a_probe_has_no_terminal_and_nothing_to_read(runner: Runner) -> None:
    """Reading standard input meets its end at once, and there is no terminal to ask."""
    captures = runner("read x; echo read", "test -t 0", "exec 3</dev/tty", "echo healthy")
    assert [c.exit_status == 0 for c in captures] == [False, False, False, True]
    assert runner.elapsed < 30


def test_a_probe_inherits_no_descriptor(runner: Runner) -> None:
    """Only the three standard streams are open in a probe."""
    extra = os.dup(2)
    os.set_inheritable(extra, True)
    (capture,) = runner({"argv": ("ls", "/proc/self/fd")})
    os.close(extra)
    assert capture.stdout.data.split() == [b"0", b"1", b"2", b"3"]  # 3: the folder it lists


def test_a_probe_starts_with_default_signals(runner: Runner) -> None:
    """No signal is ignored or blocked in a probe, though Python ignores SIGPIPE."""
    (capture,) = runner({"argv": ("grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status")})
    assert [line.split()[1] for line in capture.stdout.data.splitlines()] == [b"0" * 16] * 2


def test_a_missing_tool_is_named(runner: Runner) -> None:
    """A tool that its check needs, or a program that is started directly, is not found."""
    captures = runner(
        {"command": "true", "check": a_check(tools=("sh", "no-such-tool"))},
        {"argv": ("no-such-tool", ".")},
        {"command": "true", "check": a_check(tools=("sh",))},
    )
    assert [c.failure for c in captures] == [ReasonCode.TOOL_MISSING] * 2 + [None]
    assert captures[0].failure_text == "no-such-tool: not found on PATH"
    assert captures[1].failure_text == "no-such-tool: not found (127)"


@pytest.mark.parametrize(
    "fields",
    [
        {"argv": ("echo", "a\0b")},
        {"argv": ("true",), "env": {"a=b": ""}},
        {"argv": ("true",), "workdir": "/nowhere/at/all"},
        {"argv": ("echo", "x" * 300_000)},
        {"argv": ("./broken",)},
    ],
    ids=["NUL in argument", "= in variable", "no folder", "too long", "no interpreter"],
)
def test_what_cannot_be_started_says_so(runner: Runner, fields: dict[str, object]) -> None:
    """A probe that the system refuses to start is a failure with a text; the others run."""
    (runner.workdir / "broken").write_text("#!/no/such/interpreter\n")
    (runner.workdir / "broken").chmod(0o755)
    refused, healthy = runner(fields, "true")
    assert refused.failure is ReasonCode.COULD_NOT_START
    assert refused.failure_text
    assert succeeded(healthy)


def test_a_script_without_an_interpreter_line_runs(runner: Runner) -> None:
    """Started directly, it is run as every shell runs it."""
    (runner.workdir / "script").write_text('echo "$1"\n')
    (runner.workdir / "script").chmod(0o755)
    assert texts(runner({"argv": ("./script", "a b")})) == ["a b\n"]


def test_the_folder_of_the_caller_stays(runner: Runner, tmp_path: Path) -> None:
    """Probes run in their own folders; the caller's working directory never changes."""
    seen = []

    def settle(_: Capture) -> Settled:
        seen.append(os.getcwd())
        return Settled(succeeded=True)

    captures = runner("pwd", {"command": "pwd", "workdir": "/"}, settle=settle)
    assert texts(captures) == [f"{runner.workdir}\n", "/\n"]
    assert set(seen) == {os.getcwd()}


def test_time_and_memory_are_taken(runner: Runner) -> None:
    """CPU time counts what the probe computed, not how long it took."""
    asleep, busy = runner("sleep 0.3", "i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done", jobs=1)
    assert asleep.duration >= 0.3
    assert asleep.cpu < 0.1 < busy.cpu + 0.1
    assert busy.cpu > asleep.cpu
    assert busy.memory > 0


# --- faults, section A ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        "sleep 60 & echo 'errors: 0'",
        "setsid sleep 60 & echo 'errors: 0'",
        "(sleep 60 &) ; (setsid sleep 60 >/dev/null 2>&1 &) ; echo 'errors: 0'",
        "(env -i setsid sleep 60 >/dev/null 2>&1 &) ; echo 'errors: 0'",
        "(env -i setsid sh -c 'sleep 60 & wait' >/dev/null 2>&1 </dev/null &) ; echo 'errors: 0'",
        "trap '' TERM HUP; setsid nohup sleep 60 & echo 'errors: 0'",
    ],
    ids=["background", "setsid", "double fork", "hidden", "hidden tree", "immune"],
)
def test_what_outlives_its_probe_is_ended_and_told(runner: Runner, command: str) -> None:
    """3: a process left behind is a leak, wherever it hid; one that is waited for is none."""
    leaky, healthy = runner(command, "sleep 0.05 & wait; echo 'errors: 0'", jobs=1)
    assert leaky.exit_status == 0
    assert leaky.leaked >= 1
    assert leaky.stdout.data == b"errors: 0\n"
    assert runner.elapsed < 30
    assert succeeded(healthy)


def test_what_ends_in_a_moment_is_no_leak(runner: Runner) -> None:
    """The end of a pipe that takes some milliseconds longer than its probe is not counted."""
    (capture,) = runner("echo early; (sleep 0.03; echo late) &")
    assert succeeded(capture)
    assert capture.stdout.data == b"early\nlate\n"


def test_a_leak_is_not_laid_to_others(runner: Runner) -> None:
    """While a probe runs on with a daemon of its own, others that end are not to blame."""
    daemon = "(setsid sleep 60 >/dev/null 2>&1 &) ; sleep 0.5; pkill -x -s 0 sleep || true"
    captures = runner(daemon, *["sleep 0.05"] * 6, jobs=2)
    assert captures[0].leaked == 1
    assert all(succeeded(capture) for capture in captures[1:])


def test_an_orphan_that_holds_an_output_has_an_owner(runner: Runner) -> None:
    """A process with another session and environment is known by the pipe it writes to."""
    hidden = "sleep 0.1; (env -i setsid sleep 60 &) ; sleep 0.3"
    leaky, healthy = runner(hidden, "sleep 0.3", jobs=2)
    assert leaky.leaked == 1
    assert succeeded(healthy)


def test_a_doubt_about_an_orphan_is_looked_at_again(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that cannot be told from others' at first, as in an exec, is told apart later."""
    monkeypatch.setattr(loop, "LINGER", 3.0)
    wait = "until test -e went; do sleep 0.05; done"
    late = f"{wait}; READINESS_TMP=$T exec sleep 60"
    hidden = f"env -i T=$READINESS_TMP PATH=$PATH setsid sh -c '{late}' >/dev/null 2>&1 </dev/null"
    leaky, healthy = runner(f"sleep 0.1; ({hidden} &); {wait}", "sleep 0.3; touch went", jobs=2)
    assert leaky.leaked == 1
    assert succeeded(healthy)


def test_an_orphan_that_may_be_anybodys_is_everybodys(runner: Runner) -> None:
    """Of two probes that may have left a hidden process neither passes."""
    hidden = "sleep 0.1; (env -i setsid sleep 60 >/dev/null 2>&1 </dev/null &) ; sleep 0.3"
    captures = runner(hidden, "sleep 0.3", jobs=2)
    assert all(capture.leaked for capture in captures)


@pytest.mark.parametrize(
    "bomb",
    [
        "trap '' TERM; f(){ sleep .02; f & }; f & sleep 60",
        "trap '' TERM; echo 'sleep .02; setsid sh ./again &' > again; setsid sh ./again & sleep 60",
    ],
    ids=["immune group", "a session each"],
)
def test_what_multiplies_is_ended(runner: Runner, bomb: str) -> None:
    """7: processes that go on forking are all gone soon after the limit."""
    multiplying, healthy = runner(bomb, "sleep 0.1 & wait", timeout=SHORT)
    assert multiplying.timed_out
    assert runner.elapsed < 30
    assert succeeded(healthy)


def test_a_long_line_is_kept_whole(runner: Runner) -> None:
    """11: what follows a megabyte without a newline is there, in the file."""
    command = "head -c 1000000 /dev/zero | tr '\\0' a; printf '\\nerrors: 3\\n'"
    (capture,) = runner(command)
    text = Path(capture.stdout.spool).read_bytes()
    assert text == b"a" * 1_000_000 + b"\nerrors: 3\n"
    assert capture.stdout.digest == "sha256:" + sha256(text).hexdigest()
    assert capture.stdout.size == len(text)
    assert capture.stdout.tail == text[-stream.TAIL :]
    assert not capture.stdout.cut


def test_a_second_signal_does_not_wait(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks twice does not wait for the grace to pass."""
    monkeypatch.setattr(loop, "GRACE", 30.0)
    immune = "trap '' TERM; sleep 60; sleep 60"
    twice = "trap '' TERM; sleep 0.1; kill -INT $PPID; sleep 0.25; kill -INT $PPID; sleep 60"
    captures = runner(immune, twice)
    assert [c.needed_kill for c in captures] == [True, True]
    assert runner.elapsed < 30


# --- neighbours of these ----------------------------------------------------------------------


def test_a_status_after_our_signal_proves_nothing(runner: Runner) -> None:
    """A probe that answers SIGTERM with a good number and status 0 has still timed out."""
    trap = "trap 'echo errors: 0; exit 0' TERM; sleep 60 & wait"
    (capture,) = runner(trap, timeout=SHORT)
    assert capture.exit_status == 0
    assert capture.timed_out


def test_a_held_pipe_keeps_nobody_waiting(runner: Runner) -> None:
    """A descendant that keeps the output open does not delay the end of its probe."""
    (capture,) = runner("setsid sleep 60 & setsid sleep 60 & exec sleep 60", timeout=SHORT)
    assert capture.timed_out
    assert runner.elapsed < 30


def test_a_probe_may_close_its_output(runner: Runner) -> None:
    """Closing both streams is not an end, and costs no busy waiting."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    (capture,) = runner("echo first; exec >&- 2>&-; sleep 0.4")
    assert succeeded(capture)
    assert capture.stdout.data == b"first\n"
    assert capture.duration >= 0.4
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 0.3


def test_floods_on_both_pipes_do_not_block(runner: Runner) -> None:
    """Megabytes on both streams at once are all taken."""
    command = "head -c 4000000 /dev/zero >&2 & head -c 4000000 /dev/zero; wait"
    for capture in runner(*[command] * 4):
        assert succeeded(capture)
        assert (capture.stdout.size, capture.stderr.size) == (4_000_000, 4_000_000)


def test_a_full_disk_cuts_but_counts(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where the output cannot be kept, that is said, and its size is right all the same."""
    monkeypatch.setattr(stream, "SPOOL", 100_000)
    (capture,) = runner("head -c 300000 /dev/zero")
    assert capture.stdout.cut
    assert capture.stdout.size == 300_000
    assert os.path.getsize(capture.stdout.spool) == 100_000


def test_a_failing_caller_leaves_nothing(runner: Runner) -> None:
    """An exception of the caller ends the run, and all that runs."""

    def settle(_: Capture) -> Settled:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        runner("true", "trap '' TERM; sleep 60; sleep 60", settle=settle)


def test_a_child_of_the_caller_is_left_alone(runner: Runner) -> None:
    """A helper that the caller starts while it settles is neither reaped nor ended."""
    helpers = []

    def settle(capture: Capture) -> Settled:
        helpers.append(subprocess.Popen(["sh", "-c", "sleep 0.6; exit 7"]))
        return Settled(succeeded=succeeded(capture))

    captures = runner("true", "sleep 0.1", "sleep 0.3", settle=settle)
    assert all(succeeded(capture) for capture in captures)
    assert [helper.wait() for helper in helpers] == [7, 7, 7]


def test_a_failing_observer_leaves_nothing(runner: Runner) -> None:
    """An exception of the observer ends the run, and all that runs."""

    class Failing:
        """Fails at the first tick."""

        def started(self, probe: int, attempt: int) -> None:
            """Hear nothing."""

        def finished(self, capture: Capture, *, again: bool = False) -> None:
            """Hear nothing."""

        def tick(self) -> None:
            """Fail."""
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        runner("sleep 60", observe=Failing())


@pytest.mark.parametrize("lacking", ["pidfds", "lists of children"])
def test_older_systems_do_as_well(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    """Without what newer kernels offer a run is slower, and otherwise the same."""
    if lacking == "pidfds":
        monkeypatch.delattr(os, "pidfd_open")
    else:
        monkeypatch.setattr(procfs, "open_own_children", lambda: -1)
        monkeypatch.setattr(procfs, "children_of", lambda _: None)
    leaky, late, stubborn, healthy = runner(
        "sleep 60 & echo 1", "sleep 60", "trap '' TERM; sleep 60; sleep 60", "echo 2", timeout=SHORT
    )
    assert leaky.leaked == 1
    assert late.timed_out
    assert stubborn.needed_kill
    assert succeeded(healthy)
