"""The faults of reports, secrets and the command line that the gate survives, each with its twin.

The numbers are those of the conformance list, whose other sections are in tests/faults.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.rows import plain
from tests.program import Ended, Project, a_board, number

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


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
