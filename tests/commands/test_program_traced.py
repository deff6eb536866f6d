"""`inputs: traced`: what a command is seen to look at is what its result depends on."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from readiness.record.document import ProbeRecord, RunDocument
from readiness.reuse.trace import find_tracer
from tests.commands.test_program_reuse import check, settle_clock
from tests.support.program import Project, a_board, number
from tests.support.repositories import commit

pytestmark = pytest.mark.skipif(
    not find_tracer(os.environ["PATH"]), reason="strace is not installed"
)

RAN = 'echo ran >> "$HOME/ran.log"'
TRACED = "$(grep -c 'TracerPid:.[1-9]' /proc/self/status)"
LOOKS = f"""{RAN}
cat a.txt link "$HOME/conf"
test -s b.txt
ls list
test -d empty && echo empty
test ! -e none.txt || echo there
./tool
echo errors: 3"""


@pytest.fixture
def looking(project: Project) -> Project:
    """A project with a command that looks at files in every way, and counts its runs elsewhere."""
    folder = project.folder
    for name in ("a.txt", "b.txt", "c.txt", "list/x", "other/y", "README.md", "../conf"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(f"{name}\n")
    (folder / "empty").mkdir()
    (folder / "link").symlink_to("c.txt")
    shutil.copy("/bin/sh", folder / "interpreter")
    (folder / "tool").write_text(f"#!{folder}/interpreter\ntrue\n")
    (folder / "tool").chmod(0o755)
    project.write(traced(LOOKS))
    settle_clock()
    return project


def traced(*commands: str, **more: Any) -> dict[str, Any]:
    """A board of commands whose inputs are traced, each of which prints a number."""
    return a_board(*(number(each, "<= 5", inputs="traced") | more for each in commands))


def probe(project: Project, **kwargs: Any) -> ProbeRecord:
    """Run a board of one probe with --reuse; its record."""
    (found,) = check(project, **kwargs).probes
    return found


def values(run: RunDocument) -> list[object]:
    """What its criteria found."""
    return [one.value for one in run.criteria()]


def ran(project: Project) -> int:
    """How often the probe was run."""
    log = project.folder.parent / "ran.log"
    return len(log.read_text().splitlines()) if log.exists() else 0


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file that was read": lambda it: (it / "a.txt").write_text("other\n"),
    "a file that was read is gone": lambda it: (it / "a.txt").unlink(),
    "a file that was only looked at": lambda it: (it / "b.txt").write_text(""),
    "what a link leads to": lambda it: (it / "c.txt").write_text("other\n"),
    "where a link leads": lambda it: ((it / "link").unlink(), (it / "link").symlink_to("b.txt")),
    "a new file in a folder that was listed": lambda it: (it / "list/new").write_text(""),
    "a removed file of that folder": lambda it: (it / "list/x").unlink(),
    "another kind of thing there": lambda it: ((it / "list/x").unlink(), (it / "list/x").mkdir()),
    "a file that was looked for in vain": lambda it: (it / "none.txt").write_text(""),
    "a folder that was only looked at": lambda it: (it / "empty").rmdir(),
    "a program of the project": lambda it: (it / "tool").write_text("#!/bin/sh\necho 9\n"),
    "what a program is run by": lambda it: (it / "interpreter").write_bytes(b"other"),
    "a program's right to be run": lambda it: (it / "tool").chmod(0o644),
    "a file elsewhere": lambda it: (it / "../conf").write_text("other\n"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_was_looked_at_makes_it_run_again(looking: Project, what: str) -> None:
    """And it then says what it says without --reuse."""
    check(looking)
    assert probe(looking).reused
    assert ran(looking) == 1
    CHANGES[what](looking.folder)
    settle_clock()
    again = check(looking)
    assert not again.probes[0].reused
    assert ran(looking) == 2
    plain = looking("check", "--output-format", "json").run
    assert [one.verdict for one in again.criteria()] == [one.verdict for one in plain.criteria()]
    assert again.probes[0].stdout.digest == plain.probes[0].stdout.digest


INNOCENT: dict[str, Callable[[Path], object]] = {
    "nothing": lambda it: None,
    "a file that was not looked at": lambda it: (it / "README.md").write_text("other\n"),
    "a new file in a folder that was not listed": lambda it: (it / "other/new").write_text(""),
    "the content of a file that was listed": lambda it: (it / "list/x").write_text("other\n"),
    "a cache in a folder that was listed": lambda it: (it / "list/__pycache__").mkdir(),
    "only the times of a file": lambda it: os.utime(it / "a.txt", (1, 1)),
    "what is in a folder that was looked at": lambda it: (it / "empty/new").write_text(""),
    "the same content written anew": lambda it: (it / "a.txt").write_text("a.txt\n"),
}


@pytest.mark.parametrize("what", INNOCENT)
def test_whatever_was_not_looked_at_changes_nothing(looking: Project, what: str) -> None:
    """It is not run again; value and verdict are as they were."""
    first = check(looking)
    INNOCENT[what](looking.folder)
    again = check(looking)
    assert again.probes[0].reused
    assert again.probes[0].reused_from is not None
    assert again.probes[0].reused_from.run == first.id
    assert [one.value for one in again.criteria()] == [one.value for one in first.criteria()]
    assert ran(looking) == 1


# --- what refuses itself --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("exec 3<>/dev/udp/127.0.0.1/9", "connect AF_INET 127.0.0.1:9"),
        ("cat a.txt; echo x >> a.txt", "own input a.txt"),
    ],
)
def test_what_cannot_be_told_by_files_is_never_kept(
    looking: Project, command: str, why: str
) -> None:
    """The verdict stands; the document and the table say why it is measured again."""
    looking.write(traced(f"{RAN}; {command}; echo errors: 3"))
    first, second = check(looking), check(looking)
    for run in (first, second):
        assert [one.verdict for one in run.criteria()] == ["pass"]
        assert not run.probes[0].reused
        assert why in run.probes[0].not_kept
    assert ran(looking) == 2
    assert why in looking("check", "--reuse").out
    assert why not in looking("check").out


def test_what_asks_for_more_than_files_is_traced_once(looking: Project) -> None:
    """Each later run measures it without, and gives the same reason. Twin: what was changed."""
    board = traced(f"exec 3<>/dev/udp/127.0.0.1/9; echo errors: {TRACED}")
    looking.write(board)
    runs = [check(looking) for _ in range(3)]
    assert [values(run) for run in runs] == [[1], [0], [0]]
    assert len({run.probes[0].not_kept for run in runs}) == 1
    looking.write({**board, "language": "zh"})
    assert "它依赖的不只是文件（connect AF_INET 127.0.0.1:9）" in looking("check", "--reuse").out
    looking.write(traced(f"echo errors: {TRACED}"))
    assert [values(check(looking)) for _ in range(2)] == [[1], [1]]


def test_of_a_large_board_only_what_takes_long_is_traced(project: Project) -> None:
    """Once an earlier run has seen that it does; the others say so, and the table names a few."""
    slow = {"run": "sleep 0.2", "inputs": "traced"}
    project.write(a_board(slow, *({"run": f"true {n}"} for n in range(201))))
    for saved in (0, 1):
        kept = [each.not_kept for each in check(project).probes]
        assert kept.count("") == saved
        assert set(filter(None, kept)) == {
            "of a large board, only what took more than a moment before is saved"
        }
    assert "T1.13 and 189 more: of a large board" in project("check", "--reuse").out


def test_a_time_that_is_too_long_under_the_tracer_is_measured_without(looking: Project) -> None:
    """What was seen still holds. Twin: a time that is good enough stands."""
    seconds = {"expect": "<= 5 s", "read": {"as": "text", "regex": r"(\d+) s", "unit": "s"}}
    looking.write(traced(f"echo $((1 + 9 * {TRACED})) s", **seconds))
    assert values(run := check(looking)) == [1]
    assert run.probes[0].attempts == 1
    assert probe(looking).reused
    looking.write(traced(f"echo $((5 - {TRACED})) s", **seconds))
    assert values(check(looking)) == [4]


def test_what_it_makes_for_a_while_is_no_input(looking: Project) -> None:
    """In the folder for that, whatever is listed there, and in what the run gives it."""
    command = (
        'd=$(mktemp -d); echo x > $d/f; cat $d/f; ls /tmp "$TMPDIR" | wc -l > /dev/null; rm -r $d'
    )
    inner = 'echo y > "$READINESS_TMP/f"; cat "$READINESS_TMP/f"'
    looking.write(traced(f"{RAN}; {command}; {inner}; echo errors: 3"))
    assert probe(looking).not_kept == ""
    assert probe(looking).reused


# --- the tracer is in nobody's way ----------------------------------------------------------------


def without_strace(project: Project) -> dict[str, str]:
    """A PATH with the programs that are needed, and no strace."""
    tools = project.folder.parent / "tools"
    tools.mkdir(exist_ok=True)
    for name in ("bash", "cat", "git"):
        if not (tools / name).exists():
            (tools / name).symlink_to(str(shutil.which(name)))
    return {"PATH": str(tools)}


def test_without_strace_all_runs_and_it_is_said_once(looking: Project) -> None:
    """Nothing is an error."""
    looking.write(traced(f"{RAN}; echo errors: 1", f"{RAN}; echo errors: 2"))
    env = without_strace(looking)
    for _ in range(2):
        ended = looking("check", "--reuse", env=env)
        assert ended.status == 0, ended
    assert ran(looking) == 4
    assert ended.out.count("apt-get install strace") == 1
    assert "strace" not in looking("check", env=env).out


def test_a_tracer_that_may_not_trace_is_in_nobodys_way(looking: Project) -> None:
    """As in some containers; the command runs without it."""
    env = without_strace(looking)
    strace = Path(env["PATH"]) / "strace"
    strace.write_text("#!/bin/sh\necho 'strace: Operation not permitted' >&2\nexit 1\n")
    strace.chmod(0o755)
    looking.write(traced("echo errors: 3"))
    run = check(looking, env=env)
    assert [one.verdict for one in run.criteria()] == ["pass"]
    assert "nothing was traced" in run.probes[0].not_kept


def program_with_rights(folder: Path) -> str:
    """A program that its group's rights go with."""
    shutil.copy("/bin/true", folder / "program")
    (folder / "program").chmod(0o2755)
    return "./program"


HINDERED: dict[str, Callable[[Path], str]] = {
    "a program with rights of its own": program_with_rights,
    "a tracer": lambda it: f"strace -o {it}/../t true",
    "a script without a first line": lambda it: str(it / "plain"),
}


@pytest.mark.parametrize("what", HINDERED)
def test_what_cannot_be_traced_is_run_without(looking: Project, what: str) -> None:
    """Its verdict is what it would be, and nobody takes it for unsteady."""
    (looking.folder / "plain").write_text("echo 3\n")
    (looking.folder / "plain").chmod(0o755)
    command = HINDERED[what](looking.folder)
    looking.write(a_board({"run": command, "inputs": "traced"}))
    run = check(looking)
    (criterion,) = run.criteria()
    assert (criterion.verdict, criterion.flaky) == ("pass", False), criterion.reason
    assert run.probes[0].attempts == 1
    assert run.probes[0].not_kept
    assert not probe(looking).reused


def test_a_command_is_where_it_would_be(looking: Project) -> None:
    """It leads its session, its status is its own, and so is its signal."""
    session = "test $(ps -o sid= -p $$) = $$"
    looking.write(
        a_board(
            {"run": session, "inputs": "traced"},
            {"run": "exit 7", "exit": {"ok": [0, 7]}, "expect": "== 7", "inputs": "traced"},
            {"run": "kill -TERM $$", "inputs": "traced"},
        )
    )
    run = check(looking)
    assert [one.verdict for one in run.criteria()] == ["pass", "pass", "error"]
    assert [one.signal for one in run.probes] == [None, None, 15]


# --- more than one ------------------------------------------------------------------------------


def test_a_reader_goes_with_what_its_producer_saw(looking: Project) -> None:
    """What the producer looks at is not among the reader's own inputs."""
    (looking.folder / "checks").mkdir()
    for name, run, inputs, after in (
        ("make", f'{RAN}; cat a.txt > "$READINESS_TMP/out"; echo errors: 1', '"traced"', ""),
        (
            "read",
            'cat "$READINESS_TMP_MAKE/out" b.txt; echo errors: 2',
            '["b.txt"]',
            "after: [make]\n",
        ),
    ):
        (looking.folder / "checks" / f"{name}.yaml").write_text(
            f"run: |\n  {run}\ninputs: {inputs}\n{after}"
            "measures: {n: {as: text, regex: '\\d', pick: last}}\nexpect: '>= 0'\n"
        )
    looking.write(a_board({"check": "read"}, {"check": "make"}))
    settle_clock()
    check(looking)
    assert [one.reused for one in check(looking).probes] == [True, True]
    (looking.folder / "a.txt").write_text("other\n")
    assert [one.reused for one in check(looking).probes] == [False, False]


# --- changed --------------------------------------------------------------------------------------


def test_changed_takes_what_may_look_anywhere(looking: Project) -> None:
    """What it looked at is told by its result, which is reused where that is unchanged."""
    (looking.folder / ".gitignore").write_text(".readiness\n")
    commit(looking.folder, {})
    settle_clock()
    check(looking)
    settle_clock()
    for reuses in (True, False):
        if not reuses:
            (looking.folder / "a.txt").write_text("other\n")
        ended = looking("check", "changed", "--reuse", "--output-format", "json")
        assert [each.reused for each in ended.run.probes] == [reuses]
