"""What is near the rows of section A and will be tried: escapes, and harm to one's surroundings."""

import os
import signal
import time

import pytest

from tests.faults.rows import passes, plain, tried
from tests.support.program import Project, a_board, number, wait_until
from tests.support.running import chain_of

pytestmark = pytest.mark.usefixtures("nothing_outlives_a_run")

ZERO = "== 0"
PRINT = "echo 'errors: 0'"


def prints(before: str, **changes: object) -> dict[str, object]:
    """A criterion that does something first, and then prints what would pass."""
    return number(f"{before}\n{PRINT}", ZERO, **changes)


# All of them print what would pass, and leave something behind.
ESCAPES = {
    "setsid, its pipes closed": "setsid sleep 60 </dev/null >/dev/null 2>&1 &",
    "nohup": "nohup sleep 60 >/dev/null 2>&1 &",
    "an empty environment": "env -i sleep 60 &",
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
    seen = tried(project, a_board(*criteria), "-j", "4")
    verdicts = {one.title: (one.verdict, one.reason_code) for one in seen.run.criteria()}
    assert verdicts == dict.fromkeys(ESCAPES, ("error", "leaked"))
    assert seen.ended.status == 3


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
    seen = tried(project, a_board(plain(command, timeout="0.5s"), plain("sleep 0.7")))
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
    seen = tried(project, a_board(*criteria), "-j", "1")
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


def test_patterns_with_warnings_are_searched_in_silence(project: Project) -> None:
    """What Python's compiler thinks of a pattern is nothing that a user could act on."""
    seen = passes(project, {"run": "echo '[0'", "expect": ZERO,
                            "read": {"as": "text", "regex": r"[[](\d)"}})  # fmt: skip
    assert "Warning" not in seen.ended.err
