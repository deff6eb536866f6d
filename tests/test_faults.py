"""The faults that the gate survives, each beside a healthy twin: the same, with a tool that works.

The numbers are those of the conformance list. What is wrong gets the right verdict and status in
good time; the twin passes, so that a gate which always fails scores nothing.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.program import Ended, Project, a_board, number, wait_until
from tests.running import alive_in
from tests.terminal import on_a_terminal

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


class Fault(NamedTuple):
    """One row: what is injected, the verdict and the status, words of the reason, seconds."""

    row: int
    inject: Mapping[str, Any]
    verdict: str
    code: str | None
    status: int
    says: str
    within: float
    twin: Mapping[str, Any]


def plain(command: str, **changes: object) -> dict[str, object]:
    """A criterion on the exit status."""
    return {"run": command, **changes}


WORKS = number("echo 'errors: 0'", "== 0")
ZERO = "== 0"
TWIN_TIME = {"timeout": "20s"}

FAULTS = [
    Fault(1, plain("sleep 60", timeout="1s"), "error", "timeout", 3, "1 s", 4,
          plain("sleep 0.01", **TWIN_TIME)),
    Fault(3, number("sleep 60 & echo 'errors: 0'", ZERO), "error", "leaked", 3, "outlived", 2,
          number("sleep 0.01 & echo 'errors: 0'; wait", ZERO)),
    Fault(5, plain("trap '' TERM; while :; do sleep 1; done", timeout="1s"),
          "error", "timeout", 3, "needed SIGKILL", 5,
          plain("trap '' TERM; sleep 0.01", **TWIN_TIME)),
    Fault(7, plain("f(){ sleep .02; f & }; f & sleep 60", timeout="1s"),
          "error", "timeout", 3, "1 s", 5,
          plain("f(){ sleep .02; }; f", **TWIN_TIME)),
    Fault(9, plain("yes", timeout="1s"), "error", "timeout", 3, "1 s", 6,
          plain(r"head -c 100000 /dev/zero | tr '\0' y", **TWIN_TIME)),
    Fault(11, number(r"head -c 1000000 /dev/zero | tr '\0' a; printf '\nerrors: 3\n'", ZERO),
          "fail", None, 1, "3", 5,
          number(r"head -c 1000000 /dev/zero | tr '\0' a; printf '\nerrors: 0\n'", ZERO)),
    Fault(19, number("echo 'errors: 0'; kill -SEGV $$", ZERO),
          "error", "signal", 3, "signal 11", 5, number("echo 'errors: 0'; kill -0 $$", ZERO)),
    Fault(23, plain("kill -STOP $$", timeout="1s"), "error", "timeout", 3, "1 s", 4,
          plain("kill -CONT $$", **TWIN_TIME)),
    Fault(27, plain("no_such_tool ."), "error", "tool_missing", 3, "not found (127)", 5,
          plain("test -d .")),
    Fault(28, plain("no_such_tool . | cat"), "error", "tool_missing", 3, "127", 5,
          plain("echo . | cat")),
    Fault(31, number("true", ZERO), "error", "no_value", 3, "", 5, WORKS),
    Fault(33, number("echo 'errors: 1,234'"), "error", None, 3, "1,234", 5,
          number("echo 'errors: 1'")),
    Fault(35, number("echo 'errors: nan'", ZERO), "error", "not_a_number", 3, "nan", 5, WORKS),
    Fault(36, number("echo 'errors: inf'", ">= 5"), "error", "not_a_number", 3, "inf", 5,
          number("echo 'errors: 1e3'", ">= 5")),
    Fault(41, {"run": f"echo {'a' * 60}", "expect": "== 0",
               "read": {"as": "text", "regex": r"(\w+\s?)*errors"}},
          "error", "pattern_too_slow", 3, "too slow", 5,
          {"run": "echo a b 3 errors", "expect": "== 3",
           "read": {"as": "text", "regex": r"(\d+)\s?errors"}}),
    Fault(42, {"run": f"echo {'a' * 60}", "expect": r"matches (\w+\s?)*errors",
               "read": {"as": "text", "regex": r"\w+"}},
          "error", "pattern_too_slow", 3, "too long", 5,
          {"run": "echo three errors", "expect": r"matches (\w+\s?)*errors",
           "read": {"as": "text", "regex": ".+"}}),
    Fault(45, number(r"printf 'errors: 2 caf\351\n'", ZERO), "fail", None, 1, "2", 5,
          number(r"printf 'errors: 0 caf\351\n'", ZERO)),
    Fault(49, plain("echo 'collected 0 items'; exit 5"), "fail", None, 1, "5", 5,
          plain("echo 'collected 3 items'")),
    Fault(50, number("echo 'errors: 0'; exit 5", ZERO), "error", "exit_status", 3, "5", 5, WORKS),
]  # fmt: skip


def ids(fault: Fault) -> str:
    """The number of the row."""
    return str(fault.row)


@pytest.mark.parametrize("fault", FAULTS, ids=ids)
def test_a_fault_gets_the_verdict_that_it_deserves(project: Project, fault: Fault) -> None:
    """Neither a pass nor a hang, and the reason says what happened."""
    project.write(a_board(fault.inject))
    began = time.monotonic()
    ended = project("check", "--output-format", "json")
    elapsed = time.monotonic() - began
    assert ended.status == fault.status, ended
    (criterion,) = ended.run.criteria()
    assert criterion.verdict == fault.verdict
    if fault.code:
        assert criterion.reason_code == fault.code
    assert fault.says in criterion.reason
    assert elapsed < fault.within + 2, "the start of two Pythons on a loaded machine included"
    assert "Traceback" not in ended.err
    assert alive_in(project.folder) == []
    assert project.entries() == [("finished", True)]


@pytest.mark.parametrize("fault", FAULTS, ids=ids)
def test_its_healthy_twin_passes(project: Project, fault: Fault) -> None:
    """The same criterion passes where the tool works."""
    project.write(a_board(fault.twin))
    ended = project("check", "--output-format", "json")
    assert ended.status == 0, ended
    assert [one.verdict for one in ended.run.criteria()] == ["pass"]


# --- A: processes and time ----------------------------------------------------------------------


PEAK_OF_CHILDREN = """
import resource, subprocess, sys
subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
"""


def test_9_endless_output_takes_little_memory(project: Project) -> None:
    """The report states how much was written; the gate keeps a small part of it."""
    project.write(a_board(plain("yes", timeout="1s")))
    # In a process whose children are this run alone.
    measured = [sys.executable, "-c", PEAK_OF_CHILDREN]
    ended = project("check", "--output-format", "json", prefix=measured)
    (probe,) = ended.run.probes
    assert probe.stdout.bytes > 1_000_000
    assert len(probe.stdout.head) + len(probe.stdout.tail) < 64 * 1024
    assert int(ended.err.splitlines()[-1]) < 150 * 1024


def test_13_five_hundred_probes_need_few_descriptors(project: Project) -> None:
    """All of them are right under `ulimit -n 256`."""
    project.write(a_board(*(number(f"echo 'errors: {n}'", f"== {n}") for n in range(500))))
    ended = project(
        *("check", "--output-format", "json", "-j", "100"), prefix=["prlimit", "--nofile=256"]
    )
    assert ended.status == 0, ended.err[-2000:]
    assert [one.value for one in ended.run.criteria()] == [*range(500)]


SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]


@pytest.mark.parametrize(("number_", "status"), SIGNALS)
def test_15_a_signal_ends_the_run_at_once(project: Project, number_: int, status: int) -> None:
    """128+n in two seconds; what was finished is in history and reports, which say interrupted."""
    slow = [plain(f"touch ready{n}; sleep 60") for n in range(3)]
    project.write(a_board(plain("true"), *slow))
    gate = project.start("check", "-j", "4", "--output-format", "json", "--report", "table=t.txt")
    for n in range(3):
        wait_until(project.folder / f"ready{n}")
    sent = time.monotonic()
    gate.send_signal(number_)
    ended = project.end(gate)
    assert time.monotonic() - sent < 2
    assert ended.status == status, ended
    run = ended.run
    assert (run.interrupted, run.gate.exit_status) == (True, status)
    assert run.gate.decision != "ready"
    verdicts = {one.id: (one.verdict, one.reason_code) for one in run.criteria()}
    assert verdicts["T1.1"] == ("pass", None)
    assert set(verdicts.values()) == {("pass", None), ("error", "not_run")}
    assert "interrupted" in (project.folder / "t.txt").read_text()
    assert project.entries() == [("interrupted", True)]
    assert alive_in(project.folder) == []


def test_15_twin_a_run_without_a_signal_is_whole(project: Project) -> None:
    """The same board, left alone, is finished and ready."""
    project.write(a_board(plain("true"), *[plain(f"touch ready{n}; sleep 0.01") for n in range(3)]))
    ended = project("check", "-j", "4", "--output-format", "json")
    assert (ended.status, ended.run.interrupted) == (0, False)
    assert project.entries() == [("finished", True)]


def test_17_a_killed_gate_leaves_no_verdict_and_no_process(project: Project) -> None:
    """Yesterday's READY reports are gone (95), the history is intact, the probes are dead."""
    reports = ("--report", "json=run.json", "--report", "table=run.txt")
    project.write(a_board(plain("true")))
    assert project("check", *reports).status == 0
    assert "READY" in (project.folder / "run.txt").read_text()
    project.write(a_board(plain("touch ready; sleep 60")))
    watcher = project.start("check", *reports)
    wait_until(project.folder / "ready")
    assert "READY" not in (project.folder / "run.txt").read_text()
    watcher.kill()
    watcher.communicate()
    end = time.monotonic() + 3
    while alive_in(project.folder) and time.monotonic() < end:
        time.sleep(0.02)
    assert alive_in(project.folder) == []
    for name in ("run.json", "run.txt"):
        text = (project.folder / name).read_text()
        assert "READY" not in text
        assert '"ready"' not in text
    assert project.entries()[0] == ("finished", True)
    assert project.entries()[1][0] in ("running", "interrupted")
    project.write(a_board(plain("true")))
    assert project("check", *reports).status == 0
    assert "READY" in (project.folder / "run.txt").read_text()


@pytest.mark.parametrize(
    ("command", "status"),
    [("printf 'Password: '; read x; echo 'errors: 0'", 3), ("echo 'errors: 0'", 0)],
)
def test_21_a_probe_has_no_terminal_to_ask(project: Project, command: str, status: int) -> None:
    """What asks for a password reads the end of its input at once, though we have a terminal."""
    project.write(a_board(number(command, ZERO)))
    code = (
        "import subprocess, sys, os\n"
        f"os.chdir({str(project.folder)!r}); os.environ.update({project.environment!r})\n"
        "command = [sys.executable, '-m', 'readiness', 'check', '-q']\n"
        "print('status', subprocess.run(command).returncode)\n"
    )
    began = time.monotonic()
    assert f"status {status}" in on_a_terminal(code, columns=80)
    assert time.monotonic() - began < 10


BACKWARDS = """
import sys, time
real, began = time.time, time.time()
time.time = lambda: real() - (3600 if real() - began > 0.7 else 0)
from readiness.__main__ import main
sys.argv[1:] = ["check", "--output-format", "json"]
sys.exit(main())
"""


def test_25_a_clock_that_is_set_back_changes_no_duration(project: Project) -> None:
    """Durations and limits follow a clock that only goes forward."""
    project.write(
        a_board(plain("sleep 0.9"), plain("sleep 60", timeout="1.2s"), plain("sleep 0.2"))
    )
    process = subprocess.Popen(
        [sys.executable, "-c", BACKWARDS],
        cwd=project.folder,
        env=project.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    ended = project.end(process)
    run = ended.run
    assert ended.status == 3, ended
    assert [one.verdict for one in run.criteria()] == ["pass", "error", "pass"]
    assert 0 < run.duration_s < 10
    assert all(0 < probe.duration_s < 5 for probe in run.probes)


# --- B: values and verdict ----------------------------------------------------------------------


def test_29_a_masked_failure_is_refused(project: Project) -> None:
    """A command whose tool may be missing unseen is a fault of the board; its twin has a proof."""
    command = "no_such_tool . 2>/dev/null | grep -c error || true"
    read = {"as": "text", "regex": r"\d+"}
    project.write(a_board({"run": command, "read": read, "expect": ZERO}))
    ended = project("check")
    assert (ended.status, project.entries()) == (2, [])
    assert "board.yaml:1:" in ended.err
    proven = {"run": "echo done; printf '' | grep -c error || true", "read": read, "expect": ZERO}
    project.write(a_board(proven | {"proof": {"as": "text", "regex": "done"}}))
    assert project("check").status == 0


def test_37_colours_are_not_numbers(project: Project) -> None:
    """12 is read out of a red 12, not the 31 of its colour."""
    read = {"as": "text", "regex": r"(\d+)\S* errors"}
    project.write(
        a_board({"run": r"printf '\033[31m12\033[0m errors\n'", "read": read, "expect": "<= 20"})
    )
    ended = project("check", "--output-format", "json")
    assert ended.status == 0, ended
    assert [one.value for one in ended.run.criteria()] == [12]


def test_39_a_value_is_shown_as_it_was_measured(project: Project) -> None:
    """99.96 is 99.96 in every format, and not 100."""
    read = {"as": "text", "regex": r"[\d.]+"}
    project.write(a_board({"run": "echo 99.96", "read": read, "expect": ">= 100"}))
    ended = project("check", "--report", "json=run.json")
    assert ended.status == 1
    for text in (ended.out, (project.folder / "run.json").read_text(), project("score").out):
        assert "99.96" in text
        assert "100.0" not in text.replace("100.0%", "")


def test_41_a_pattern_gone_wild_costs_the_others_nothing(project: Project) -> None:
    """The criteria beside it are measured as ever."""
    project.write(a_board(FAULTS[14].inject, WORKS, FAULTS[15].inject, WORKS))
    ended = project("check", "--output-format", "json")
    assert ended.status == 3
    assert [one.verdict for one in ended.run.criteria()] == ["error", "pass", "error", "pass"]


def test_43_a_pattern_that_is_none_is_a_fault_of_the_board(project: Project) -> None:
    """With the criterion and the position; nothing is run."""
    read = {"as": "text", "regex": "("}
    project.write(a_board(plain("touch ran"), {"run": "echo 1", "read": read, "expect": ZERO}))
    ended = project("check")
    assert ended.status == 2
    assert "T1.2" in ended.err
    assert not (project.folder / "ran").exists()


def test_45_bytes_that_are_no_text_are_shown_escaped(project: Project) -> None:
    """Reports stay valid UTF-8."""
    project.write(a_board(number(r"printf 'errors: 2 caf\351\n'", ZERO)))
    ended = project("check", "--output-format", "json")
    assert r"caf\xe9" in ended.run.probes[0].stdout.head


def test_47_what_a_check_rejects_is_no_result(project: Project) -> None:
    """A crash beside a good number is an error; without the crash it passes."""
    checks = project.folder / "checks"
    checks.mkdir()
    for name, crash in (
        ("crashing", "; echo 'Traceback (most recent call last):' >&2"),
        ("fine", ""),
    ):
        (checks / f"{name}.yaml").write_text(
            f"summary: x\nrun: \"echo 'errors: 0'{crash}\"\nreject: Traceback\n"
            "measures: {errors: {as: text, regex: 'errors: (.*)'}}\nexpect: '== 0'\n"
        )
    project.write(a_board({"check": "crashing"}, {"check": "fine"}))
    ended = project("check", "--output-format", "json")
    assert ended.status == 3, ended
    assert [one.verdict for one in ended.run.criteria()] == ["error", "pass"]


def test_53_a_task_without_criteria_is_a_fault(project: Project) -> None:
    """There is nothing to be ready."""
    project.write(a_board())
    assert project("check").status == 2


# --- C: the board file --------------------------------------------------------------------------


GOOD_BOARD = 'version: 1\ntitle: A\ntasks:\n- {id: T1, criteria: [{title: a, run: "true"}]}\n'
BAD_BOARDS: dict[str, bytes] = {
    "55 a key twice": GOOD_BOARD.replace("title: A", "title: A\ntitle: B").encode(),
    "57 a wrong key": GOOD_BOARD.replace("title: A", "titel: A").encode(),
    "59 no as an id": GOOD_BOARD.replace("T1", "no").encode(),
    "59 a number as an id": GOOD_BOARD.replace("T1", "1e3").encode(),
    "61 not a number": GOOD_BOARD.replace("title: A", "title: A\ntarget: .nan").encode(),
    "61 infinity": GOOD_BOARD.replace("title: A", "title: A\ntarget: .inf").encode(),
    "61 a boolean": GOOD_BOARD.replace("title: A", "title: A\ntarget: true").encode(),
    "63 an alias bomb": (
        "a0: &a0 [x, x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
    ).encode(),
    "65 many brackets": b"[" * 5000,
    "67 a tag": GOOD_BOARD.replace(
        "title: A", "title: !!python/object/apply:os.system ['touch x']"
    ).encode(),
    "69 two documents": (GOOD_BOARD + "---\n" + GOOD_BOARD).encode(),
    "71 NUL": GOOD_BOARD.replace("A", "\0").encode(),
    "71 Latin-1": GOOD_BOARD.replace("A", "é").encode("latin-1"),
    "73 an id that is a path": GOOD_BOARD.replace("T1", "../../x").encode(),
    "73 an id with ESC": GOOD_BOARD.replace("T1", '"a\\eb"').encode(),
    "73 an id with a newline": GOOD_BOARD.replace("T1", '"a\\nb"').encode(),
    "empty": b"",
}


@pytest.mark.parametrize("name", BAD_BOARDS)
def test_55_to_73_a_bad_board_is_refused_with_its_place(project: Project, name: str) -> None:
    """Status 2 in no time, one line a fault, nothing run."""
    (project.folder / "board.yaml").write_bytes(BAD_BOARDS[name])
    began = time.monotonic()
    ended = project("check")
    assert time.monotonic() - began < 4
    assert ended.status == 2, ended
    assert all(line.startswith("board.yaml:") for line in ended.err.splitlines()), ended
    assert not (project.folder / "x").exists()
    assert project.entries() == []


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_71_windows_files_are_fine(project: Project, mark: str) -> None:
    """A byte order mark and CRLF are accepted."""
    text = mark + GOOD_BOARD.replace("\n", "\r\n")
    (project.folder / "board.yaml").write_bytes(text.encode())
    assert project("check").status == 0


def test_75_what_is_no_file_is_no_board(project: Project) -> None:
    """A device, a FIFO, a folder, a missing file, nothing at all: 2 at once."""
    os.mkfifo(project.folder / "fifo")
    began = time.monotonic()
    for board in ("/dev/zero", "fifo", ".", "missing.yaml"):
        ended = project("check", "--board", board)
        assert (ended.status, ended.out) == (2, ""), ended
        assert board in ended.err
    assert project("check").status == 2
    assert time.monotonic() - began < 10


# --- D: reports ---------------------------------------------------------------------------------


def test_87_a_number_beyond_json_is_null_with_a_reason(project: Project) -> None:
    """Strict parsers read the document; the exact value is in what is shown."""
    project.write(
        a_board(
            number("echo 'errors: 1e400'"),
            number("echo 'errors: 123456789012345678901234567890'"),
            number("echo 'errors: 3'"),
        )
    )
    ended = project("check", "--output-format", "json")
    assert ended.status in (1, 3), ended
    first, second, third = ended.json["tasks"][0]["criteria"]
    assert first["verdict"] in ("fail", "error")
    assert first["reason"]
    assert second["value"] == pytest.approx(1.2345678901234568e29)
    assert third["value"] == 3


def test_91_a_report_through_a_link_is_refused(project: Project) -> None:
    """The target is untouched, in whatever place the link is; the status is 5."""
    project.write(a_board(plain("true")))
    (project.folder / "secret").write_text("untouched")
    (project.folder / "link.json").symlink_to("secret")
    (project.folder / "real").mkdir()
    (project.folder / "linked").symlink_to("real")
    for path in ("link.json", "linked/run.json"):
        ended = project("check", "--report", f"json={path}")
        assert ended.status == 5, ended
        assert path in ended.err
        assert "READY" in ended.out
    assert (project.folder / "secret").read_text() == "untouched"
    assert os.listdir(project.folder / "real") == []
    assert project("check", "--report", "json=real/run.json").status == 0


def test_93_a_report_that_cannot_be_written_is_told(project: Project) -> None:
    """The verdict is on screen and the path named; 5 where it would be 0, and only there."""
    project.write(a_board(plain("true")))
    ended = project("check", "--report", "json=missing/run.json", "--report", "table=t.txt")
    assert ended.status == 5
    assert "missing/run.json" in ended.err
    assert "READY" in ended.out
    assert "READY" in (project.folder / "t.txt").read_text()
    project.write(a_board(plain("false")))
    assert project("check", "--report", "json=missing/run.json").status == 1


def test_97_nothing_is_cut_off_a_terminal(project: Project) -> None:
    """COLUMNS means nothing to a file."""
    project.write(a_board(number("echo 'errors: 123456789'", "<= 123456")))
    ended = project("check", env={"COLUMNS": "20"})
    for text in ("T1.1", "123456789 errors", "<= 123456", "NOT READY"):
        assert text in ended.out


BROKEN = """
import sys
import readiness.report.json as broken
def render(run, context):
    secret = "s3cr3t-value-1"
    raise ValueError(secret)
broken.render = render
from readiness.__main__ import main
sys.argv[1:] = ["check", "--report", "json=run.json", "--report", "table=run.txt"]
sys.exit(main())
"""


def test_99_a_broken_format_costs_the_others_nothing(project: Project) -> None:
    """They are written, the run is recorded, and the status is not 0; no value is told (145)."""
    project.write(a_board(plain("true")))
    process = subprocess.Popen(
        [sys.executable, "-c", BROKEN],
        cwd=project.folder,
        env=project.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    ended = project.end(process)
    assert ended.status in (5, 70), ended
    assert "READY" in (project.folder / "run.txt").read_text()
    assert project.entries() == [("finished", True)]
    logs = [path.read_text() for path in project.tmp.iterdir()]
    assert logs
    assert "s3cr3t" not in "".join([ended.out, ended.err, *logs])
    for path in project.tmp.iterdir():
        path.unlink()


# --- G: secrets, environment, command line ------------------------------------------------------


SECRET = "s3cr3t-value-1"
PEM = "-----BEGIN KEY-----\nabc.*[def+/=123\n(unbalanced[ghi456\n-----END KEY-----\n"


def everything(project: Project, ended: Ended) -> str:
    """All that a run wrote anywhere."""
    files = [path for path in project.folder.rglob("*") if path.is_file()]
    contents = [path.read_bytes().decode("utf-8", "replace") for path in files]
    return "".join([ended.out, ended.err, *contents])


def test_141_secrets_reach_no_probe_unless_named(project: Project) -> None:
    """The twin's variable is plain, and arrives."""
    project.write(a_board(plain('[ -z "${DEPLOY_TOKEN:-}" ]'), plain('[ "$PLAIN" = here ]')))
    ended = project("check", env={"DEPLOY_TOKEN": SECRET, "PLAIN": "here"})
    assert ended.status == 0, ended


def test_141_and_143_secrets_are_masked_everywhere(project: Project) -> None:
    """Named ones reach the probes, which may print them: nothing shows them, line by line."""
    dump = 'env; echo "$KEY_PEM" >&2; echo "name $DEPLOY_TOKEN"; exit 1'
    read = {"as": "text", "regex": "name (.*)"}
    board = a_board(
        plain(dump),
        {"run": f"{dump.removesuffix('exit 1')}", "read": read, "expect": "matches ^nothing"},
        {"check": "url", "with": {"url": "http://u:${DEPLOY_TOKEN}@h/"}},
        secrets=["DEPLOY_TOKEN", "KEY_PEM"],
    )
    checks = project.folder / "checks"
    checks.mkdir()
    (checks / "url.yaml").write_text(
        'summary: x\nparams: {url: {help: x}}\nrun: echo "$url"; exit 1\n'
    )
    project.write(board)
    env = {"DEPLOY_TOKEN": SECRET, "KEY_PEM": PEM}
    reports = ("--report", "json=run.json", "--report", "table=run.txt")
    ended = project("check", "--verbose", *reports, env=env)
    assert ended.status == 1, ended
    written = everything(project, ended)
    assert "***" in written
    for command in (["show", "T1"], ["check", "--dry-run"], ["doctor"], ["score", "--explain"]):
        more = project(*command, env=env)
        written += more.out + more.err
    for line in (SECRET, *PEM.split()[2:-2]):
        assert line not in written


def test_143_a_secret_that_is_cut_in_two_is_masked(project: Project) -> None:
    """Neither half of it is left at the edge of what a report keeps of a long output."""
    before = 4096 - len(SECRET) // 2
    after = 8192 - len(SECRET) // 2
    command = (
        f"head -c {before} /dev/zero | tr '\\0' a; echo -n $DEPLOY_TOKEN;"
        f"head -c 50000 /dev/zero | tr '\\0' b; echo -n $DEPLOY_TOKEN;"
        f"head -c {after} /dev/zero | tr '\\0' c"
    )
    project.write(a_board(plain(command), secrets=["DEPLOY_TOKEN"]))
    ended = project("check", "--output-format", "json", env={"DEPLOY_TOKEN": SECRET})
    assert ended.status == 0
    (probe,) = ended.run.probes
    assert probe.stdout.head.strip("a") == "***"
    assert probe.stdout.tail.strip("c") == "***"


CRASH = """
import sys
import readiness.pipeline as pipeline
def fail(*given, **named):
    secret = "s3cr3t-value-1"
    raise RuntimeError(secret)
pipeline.score = fail
from readiness.__main__ import main
sys.argv[1:] = ["check"]
sys.exit(main())
"""


def test_145_a_bug_ends_calmly_and_tells_no_value(project: Project) -> None:
    """70, one line, a log without values; never 0 and never a traceback."""
    project.write(a_board(plain("true")))
    process = subprocess.Popen(
        [sys.executable, "-c", CRASH],
        cwd=project.folder,
        env=project.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    ended = project.end(process)
    assert ended.status == 70, ended
    (log,) = project.tmp.iterdir()
    text = log.read_text()
    log.unlink()
    assert str(log) in ended.err
    assert "RuntimeError" in text
    assert "Traceback" not in ended.err
    assert "s3cr3t" not in ended.out + ended.err + text


@pytest.mark.parametrize(
    "arguments",
    ["--bord x", "-j 0", "-j -1", "-j x", "--timeout nan", "--timeout 0", "--timeout -1s",
     "--timeout inf", "--report json", "--report nope=x", "--report json=a --report table=./a",
     "--output-format nope", "--profile nope", "--project nowhere", "nope", "tag:nope", "failed"],
)  # fmt: skip
def test_147_a_wrong_command_line_runs_nothing(project: Project, arguments: str) -> None:
    """2, with a word on what is wrong; the twin is the bare command."""
    project.write(a_board(plain("touch ran")))
    ended = project("check", *arguments.split())
    assert (ended.status, ended.out) == (2, ""), ended
    assert ended.err
    assert not (project.folder / "ran").exists()
    assert project("check").status == 0


AS_NOBODY = ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups"]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")


@needs_root
def test_149_a_read_only_checkout_without_home_and_name(project: Project, tmp_path: Path) -> None:
    """The gate runs and writes nothing there; it says that no history is kept."""
    project.write(a_board(plain("true"), plain('touch "$READINESS_TMP/x"')))
    _let_others_in(tmp_path)
    project.tmp.chmod(0o777)
    before = sorted(os.listdir(project.folder))
    del project.environment["HOME"]
    ended = project("check", prefix=AS_NOBODY)
    assert ended.status == 0, ended
    assert "no history is kept" in ended.err
    assert sorted(os.listdir(project.folder)) == before
    for command in ("list", "score", "doctor", "validate", "checks"):
        assert project(command, prefix=AS_NOBODY).status == 0


@needs_root
def test_149_a_history_that_was_asked_for_must_be_written(project: Project, tmp_path: Path) -> None:
    """One that is there already, or is named, and cannot be written: 5. It is read all the same."""
    project.write(a_board(plain("true")))
    assert project("check").status == 0
    _let_others_in(tmp_path)
    project.tmp.chmod(0o777)
    ended = project("check", prefix=AS_NOBODY)
    assert ended.status == 5, ended
    assert "READY" in ended.out
    assert "history.db" in ended.err
    assert "as measured at" in project("list", prefix=AS_NOBODY).out
    assert project("check", "--history", "h.db", prefix=AS_NOBODY).status == 5
    assert project("check", "--history", "", prefix=AS_NOBODY).status == 0


def _let_others_in(path: Path) -> None:
    for folder in (path, *path.parents):
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o005)
