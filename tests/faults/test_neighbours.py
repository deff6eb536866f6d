"""What is near the rows of section A and will be tried: escapes, attacks on the gate, exits."""

import os
import signal
import time

import pytest

from tests.faults.rows import history, passes, plain, tried
from tests.support.program import Project, a_board, number, wait_until
from tests.support.running import alive_in, chain_of, wait_for

pytestmark = pytest.mark.usefixtures("nothing_outlives_a_run")

ZERO = "== 0"
SHORT = {"timeout": "1s"}
PRINT = "echo 'errors: 0'"


def prints(before: str, **changes: object) -> dict[str, object]:
    """A criterion that does something first, and then prints what would pass."""
    return number(f"{before}\n{PRINT}", ZERO, **changes)


# All of them print what would pass, and leave something behind.
ESCAPES = {
    "setsid": "setsid sleep 60 &",
    "setsid, its pipes closed": "setsid sleep 60 </dev/null >/dev/null 2>&1 &",
    "a double fork": "(sleep 60 &)",
    "a daemon": "(setsid sleep 60 </dev/null >/dev/null 2>&1 &)",
    "nohup": "nohup sleep 60 >/dev/null 2>&1 &",
    "an empty environment": "env -i sleep 60 &",
    "a daemon without environment": "(env -i setsid sleep 60 </dev/null >/dev/null 2>&1 &)",
    "a daemon elsewhere": "(cd / && env -i setsid sleep 60 </dev/null >/dev/null 2>&1 &)",
    "a deaf daemon": "(trap '' TERM HUP INT; exec setsid sleep 60 </dev/null >/dev/null 2>&1) &",
    "a grandchild with the pipe": "(exec sleep 60) &",
    "one under another name": "(exec -a '[kworker/0:1]' sleep 60 &)",
    "one that stopped": "(sh -c 'kill -STOP $$' &)",
    "one that multiplies": "f() { sleep .05; f & }; f & f &",
    "half a second late": "(sleep 0.5 &)",
    "one that adopts": (
        "python3 -c 'import ctypes, os, sys, time\n"
        "ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)\n"
        "os.fork() and sys.exit()\n"
        "os.setsid()\nos.fork()\ntime.sleep(60)'"
    ),
    "its session killed": "setsid sleep 60 & pkill -9 -s 0 sleep",
}


def test_what_escapes_a_probe_is_found_and_ended(project: Project) -> None:
    """Each is an error, though a good number was printed; nothing of it is alive afterwards."""
    criteria = [prints(escape, title=name) for name, escape in ESCAPES.items()]
    seen = tried(project, a_board(*criteria), "-j", "4", within=20)
    verdicts = {one.title: (one.verdict, one.reason_code) for one in seen.run.criteria()}
    assert verdicts == dict.fromkeys(ESCAPES, ("error", "leaked"))
    assert seen.ended.status == 3


# Probes that go beyond their time, whatever they think of being told.
STUBBORN = {
    "a deaf loop": "trap '' TERM; while :; do sleep 1; done",
    "one that talks back": "trap 'echo no' TERM; while :; do sleep 1; done",
    "one that ends well when told": "trap 'exit 0' TERM; while :; do sleep .1; done",
    "one that prints when told": f'trap "{PRINT}; exit 0" TERM; while :; do sleep .1; done',
    "one that stops its group": "kill -STOP 0; sleep 60",
    "a tree": "sh -c 'sh -c \"sleep 60 | cat\" | cat' | cat",
    # Of nine generations: one without an end takes the processes that others need.
    "a fork bomb": (
        "f() { sleep .05; if [ $1 != 9 ]; then f $(($1+1)) & f $(($1+1)) & fi; sleep 60; }; f 1"
    ),
    "one that floods both pipes": "yes & yes >&2",
    "a deaf one that floods": "trap '' TERM; yes",
    "one in another session": "setsid --wait sleep 60",
}


def test_what_does_not_end_in_time_is_ended(project: Project) -> None:
    """A status that follows our own signal proves nothing."""
    criteria = [number(run, ZERO, title=name, **SHORT) for name, run in STUBBORN.items()]
    seen = tried(project, a_board(*criteria), "-j", "5", within=12)
    verdicts = {one.title: (one.verdict, one.reason_code) for one in seen.run.criteria()}
    assert verdicts == dict.fromkeys(STUBBORN, ("error", "timeout"))
    assert all(probe.duration_s < 6 for probe in seen.run.probes)


BOMB = """
[ "$1" = 8 ] && exec sleep 60
sleep .05
$2 sh bomb "$(($1+1))" $2 &
$2 sh bomb "$(($1+1))" $2 &
sleep 60
"""


@pytest.mark.parametrize("command", ["sh bomb 1", "trap '' TERM; sh bomb 1", "sh bomb 1 setsid"])
def test_what_multiplies_is_ended_though_it_outruns_the_search(
    project: Project, command: str
) -> None:
    """The group is told first, and what left it is frozen where it is found."""
    (project.folder / "bomb").write_text(BOMB)
    seen = tried(project, a_board(plain(command, timeout="0.5s"), plain("sleep 0.7")), within=8)
    assert [one.verdict for one in seen.run.criteria()] == ["error", "pass"]
    assert seen.run.probes[0].leaked == 0


# What breaks a probe's own surroundings, and nothing else.
HARMLESS = {
    "its folder removed": 'rm -rf "$READINESS_TMP"',
    "its folder a file": 'rm -rf "$READINESS_TMP"; touch "$READINESS_TMP"',
    "its folder a link": 'rm -rf "$READINESS_TMP"; ln -s / "$READINESS_TMP"',
    "its folder locked": 'chmod 000 "$READINESS_TMP"',
    "its folder full of odd names": 'mkdir -p "$READINESS_TMP/a b/$(printf "x\\ny\\001")"',
    "its own cwd removed": "mkdir -p d && cd d && rmdir ../d",
    "its cwd locked": "mkdir -p u && cd u && chmod 000 .",
    "its pipes closed at the end": "trap 'exec >&- 2>&- <&-' EXIT",
    "first in line for the OOM killer": "echo 1000 > /proc/self/oom_score_adj",
    "its own limits": "ulimit -c 0 -n 20 -s 1024",
    "much on stderr": "head -c 30000000 /dev/zero >&2",
    "much as arguments": "/bin/true $(seq 100000)",
    "standard input read": "cat",
    "no newline at the end": "printf x >&2",
    "the scratch of all locked": 'chmod 000 "$READINESS_SCRATCH"',
    "the scratch of all removed": 'chmod 700 "$READINESS_SCRATCH"; rm -rf "$READINESS_SCRATCH"',
}


def test_what_a_probe_does_to_its_surroundings_harms_nobody(project: Project) -> None:
    """It passes, as do those that come after it in the same folder."""
    criteria = []
    for name, command in HARMLESS.items():
        criteria += [prints(command, title=name), prints(f": {name}", title=f"after {name}")]
    seen = tried(project, a_board(*criteria), "-j", "1", within=20)
    assert seen.ended.status == 0, [
        (one.title, one.reason) for one in seen.run.criteria() if one.verdict != "pass"
    ]


AWAY = {
    "removed": 'rm -rf "$s"',
    "made anew": 'rm -rf "$s"; mkdir "$s"',
    "a link": 'rm -rf "$s"; ln -s / "$s"',
    "without what is kept of long outputs": 'rm -rf "$s/spool"',
}


@pytest.mark.parametrize("away", AWAY.values(), ids=AWAY)
def test_a_probe_that_removes_the_scratch_of_the_run_spoils_it_at_most(
    project: Project, away: str
) -> None:
    """Those after it cannot start or be read: they are errors, never passes, and never a crash."""
    long = "head -c 300000 /dev/zero"
    seen = tried(
        project,
        a_board(
            prints(""),
            prints(f's=$(dirname "$READINESS_SCRATCH"); {away}'),
            prints(f"{long}; echo"),
        ),
        "-j",
        "1",
    )
    assert [one.verdict for one in seen.run.criteria()] == ["pass", "pass", "error"]


EXITS = [
    ("exit 1", "fail", None),
    ("exit 255", "fail", None),
    ("exit 193", "fail", None),
    ("exit 126", "error", "tool_missing"),
    ("exit 127", "error", "tool_missing"),
    ("sh -c 'exit 126' | cat", "error", "tool_missing"),
    ("sh -c 'exit 127' | cat", "error", "tool_missing"),
    ("exit 129", "error", "signal"),
    ("exit 137", "error", "signal"),
    ("exit 143", "error", "signal"),
    ("exit 192", "error", "signal"),
    ("sh -c 'kill -9 $$'", "error", "signal"),
    ("kill -9 $$", "error", "signal"),
    ("kill -ABRT $$", "error", "signal"),
    ("kill -34 $$", "error", "signal"),
    ("kill -9 0", "error", "signal"),
    ("/dev/null", "error", "tool_missing"),
    ("./board.yaml", "error", "tool_missing"),
    ("ulimit -t 1; while :; do :; done", "error", "signal"),
    ("ulimit -f 0; echo x > \"$READINESS_TMP/f\"", "error", "signal"),
    ("timeout 0.1 sleep 5", "error", "timeout"),
    ("exit 0", "warn", None),
]  # fmt: skip


def test_every_exit_is_told_for_what_it_is(project: Project) -> None:
    """Neither a signal nor a missing tool is a measurement."""
    criteria = [plain(run, title=run, timeout="20s") for run, _, _ in EXITS]
    seen = tried(project, a_board(*criteria), within=15)
    assert [(one.title, one.verdict, one.reason_code) for one in seen.run.criteria()] == EXITS


# --- attacks on the gate ------------------------------------------------------------------------

PARENT = "$(ps -o ppid= -p $PPID)"

STOPS = {
    "the gate": "kill -STOP $PPID",
    "the keeper": f"kill -STOP {PARENT}",
    "both": f"kill -STOP $PPID {PARENT}",
    "the gate, with TSTP": "kill -TSTP $PPID",
}


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)
def test_a_probe_that_stops_its_parents_changes_nothing(project: Project, stop: str) -> None:
    """They go on, and so do the limits of the others."""
    seen = tried(project, a_board(prints(stop), prints("sleep 0.1"), plain("sleep 60", **SHORT)))
    assert [one.verdict for one in seen.run.criteria()] == ["pass", "pass", "error"]


DEADLY = [
    "kill -KILL $PPID",
    f"kill -KILL {PARENT}",
    f"kill -KILL $PPID {PARENT}",
    f"kill -KILL {PARENT} $PPID",
    "kill -KILL -- -$PPID",
    "kill -SEGV $PPID",
    f"kill -SEGV {PARENT}",
    "kill -QUIT $PPID",
    "kill -USR1 $PPID",
    f"kill -USR1 {PARENT}",
]


@pytest.mark.parametrize("command", DEADLY)
def test_a_probe_that_kills_its_parents_decides_nothing(project: Project, command: str) -> None:
    """The status is 70, with a calm line; the history is intact and nothing is alive."""
    passes(project, plain("test -d ."))
    before = history(project)
    project.write(a_board(prints(f"{command}\nsleep 60"), plain("sleep 60")))
    began = time.monotonic()
    ended = project("check", "--output-format", "json")
    assert time.monotonic() - began < 10
    assert ended.status == 70, ended
    assert "nothing is decided" in ended.err
    assert "Traceback" not in ended.err
    assert wait_for(lambda: alive_in(project.folder) == [], 3)
    after = history(project)
    assert (after[:-1], after[-1][1]) == (before, "running")


@pytest.mark.parametrize("number_", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_sent_twice_ends_even_deaf_probes_at_once(project: Project, number_: int) -> None:
    """The second does not wait for the grace; reports and history are written all the same."""
    deaf = "trap '' TERM INT HUP; touch ready; while :; do sleep 1; done"
    project.write(a_board(plain("test -d ."), plain(deaf)))
    gate = project.start("check", "--output-format", "json", "-j", "2", "--report", "table=t.txt")
    wait_until(project.folder / "ready")
    gate.send_signal(number_)
    time.sleep(0.25)
    gate.send_signal(number_)
    ended = project.end(gate)
    assert ended.status == 128 + number_, ended
    assert ended.run.interrupted
    assert "interrupted" in (project.folder / "t.txt").read_text()
    assert project.entries() == [("interrupted", True)]


def test_quit_ends_all_at_once(project: Project) -> None:
    """A signal that asks for no goodbye: nothing is decided, nothing is alive."""
    project.write(a_board(plain("touch ready; sleep 60")))
    gate = project.start("check", "--output-format", "json")
    wait_until(project.folder / "ready")
    gate.send_signal(signal.SIGQUIT)
    ended = project.end(gate)
    assert (ended.status, ended.out) == (131, "")
    assert [state for state, _ in project.entries()] == ["running"]


def test_a_gate_that_slept_still_keeps_its_deadlines(project: Project) -> None:
    """Stopped and continued from outside: what is over by then is ended, what has ended counts."""
    project.write(a_board(plain("touch ready; sleep 0.3"), plain("sleep 60", timeout="0.8s")))
    top = project.start("check", "--output-format", "json", "-j", "2")
    wait_until(project.folder / "ready")
    chain = chain_of(top.pid)
    for pid in chain:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(1.2)
    for pid in reversed(chain):
        os.kill(pid, signal.SIGCONT)
    ended = project.end(top)
    assert ended.status == 3, ended
    assert [one.verdict for one in ended.run.criteria()] == ["pass", "error"]


# --- files that are read ------------------------------------------------------------------------

FILES = {
    "a FIFO": ("mkfifo $f", "unreadable"),
    "a folder": ("mkdir $f", "unreadable"),
    "a device": ("ln -s /dev/zero $f", "unreadable"),
    "a terminal": ("ln -s /dev/tty $f", "unreadable"),
    "a link to nothing": ("ln -s nowhere $f", "no_value"),
    "a link to itself": ("ln -s $f $f", "no_value"),
    "nothing": (":", "no_value"),
    "empty": (": > $f", "no_value"),
    "older than the probe": ("echo 0 > $f; touch -d '1 hour ago' $f", "stale_file"),
    "a link to something older": ("ln -s board.yaml $f", "stale_file"),
    "larger than is read": ("truncate -s 100M $f", "unreadable"),
}


def test_a_file_that_is_none_is_no_measurement(project: Project) -> None:
    """Nothing hangs on it, nothing is read without end. Each stands beside a file that is one."""
    criteria = []
    for place, (name, (command, _)) in enumerate(FILES.items()):
        file = f"f{place}"
        read = {"as": "text", "from": file, "regex": r"\d+"}
        run = command.replace("$f", file)
        criteria.append({"run": run, "title": name, "read": read, "expect": ZERO})
    read = {"as": "text", "from": "good", "regex": r"\d+"}
    criteria.append({"run": "echo 0 > good", "title": "good", "read": read, "expect": ZERO})
    seen = tried(project, a_board(*criteria))
    codes = {one.title: one.reason_code for one in seen.run.criteria()}
    assert codes == {name: code for name, (_, code) in FILES.items()} | {"good": None}


def test_patterns_with_warnings_are_searched_in_silence(project: Project) -> None:
    """What Python's compiler thinks of a pattern is nothing that a user could act on."""
    seen = passes(project, {"run": "echo '[0'", "expect": ZERO,
                            "read": {"as": "text", "regex": r"[[](\d)"}})  # fmt: skip
    assert "Warning" not in seen.ended.err


SHELL_VARIABLES = {
    "SHELLOPTS": "noexec",
    "BASH_ENV": "/dev/zero",
    "ENV": "/dev/zero",
    "BASH_FUNC_false%%": "() { true; }",
    "BASHOPTS": "extdebug",
    "PS4": "$(touch pwned)",
    "MAKEFLAGS": "-i",
    "CDPATH": "/",
}


def test_the_caller_s_shell_cannot_make_a_failure_pass(project: Project) -> None:
    """Variables that change what a command means reach no probe."""
    project.write(a_board(plain("true; false"), plain("true; true")))
    bash = [f"{name}={value}" for name, value in SHELL_VARIABLES.items()]
    ended = project("check", "--output-format", "json", prefix=["env", *bash])
    assert [one.verdict for one in ended.run.criteria()] == ["fail", "warn"]
    assert not (project.folder / "pwned").exists()
