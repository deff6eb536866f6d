"""Section G: secrets, the environment, and the command line."""

import os
from pathlib import Path

import pytest

from readiness.report import FORMATS
from tests.faults.rows import plain
from tests.support.program import Ended, Project, a_board

SECRET = "s3cr3t-value-1"
PEM = "-----BEGIN KEY-----\nabc.*[def+/=123\n(unbalanced[ghi456\n-----END KEY-----\n"


def everything(project: Project, ended: Ended) -> str:
    """All that a run wrote anywhere."""
    files = [path for path in project.folder.rglob("*") if path.is_file()]
    contents = [path.read_bytes().decode("utf-8", "replace") for path in files]
    return "".join([ended.out, ended.err, *contents])


def test_141_secrets_reach_no_probe_unless_named(project: Project) -> None:
    """It does not arrive. Twin: a plain variable does."""
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
    reports = tuple(f"--report={name}=run.{name}" for name in FORMATS)
    ended = project("check", "--verbose", *reports, env=env)
    assert ended.status == 1, ended
    written = everything(project, ended)
    assert "***" in written
    for command in (["show", "T1"], ["check", "--dry-run"], ["doctor"], ["score", "--explain"]):
        more = project(*command, env=env)
        written += more.out + more.err
    for line in (SECRET, *PEM.split()[2:-2]):
        assert line not in written


def test_143_what_urls_reveal_is_masked_everywhere(project: Project) -> None:
    """A password and a key that nobody listed: of a variable, a parameter, a file, a command."""
    url = "postgresql://app:hunter2-db@h/shop"
    (project.folder / "settings.ini").write_text("cache = redis://:hunter3-cache@h/0\n")
    read = {"as": "text", "regex": "url (.*)"}
    project.write(
        a_board(
            plain('env; cat settings.ini; echo "$DATABASE_URL" >&2; exit 1'),
            {"run": 'echo "url $DATABASE_URL"', "read": read, "expect": "matches ^nothing"},
            {"run": 'echo "url ${DATABASE_URL#*//app:}"', "read": read, "expect": "matches ^no"},
            {"check": "http", "with": {"url": "http://h.invalid/?api_key=${LOOKUP}"}},
        )
    )
    env = {"DATABASE_URL": url, "LOOKUP": "hunter4-key"}
    reports = tuple(f"--report={name}=run.{name}" for name in FORMATS)
    ended = project("check", "--verbose", *reports, env=env)
    assert ended.status == 1, ended
    (project.folder / "settings.ini").unlink()
    written = everything(project, ended)
    for command in (["show", "T1"], ["check", "--dry-run"], ["next"], ["list"], ["validate"]):
        more = project(*command, env=env)
        written += more.out + more.err
    assert "postgresql://app:***@h/shop" in written
    for value in ("hunter2", "hunter3", "hunter4"):
        assert value not in written


def test_143_a_secret_that_is_cut_in_two_is_masked(project: Project) -> None:
    """Neither half of it is left at the edge of what is kept. Twin: the rest of the output is."""
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
import readiness.pipeline.concluding as concluding
def fail(*given, **named):
    secret = "s3cr3t-value-1"
    raise RuntimeError(secret)
concluding.score = fail
"""


def test_145_a_bug_ends_calmly_and_tells_no_value(project: Project) -> None:
    """70, one line, a log without values. Twin: without the bug the same board ends with 0."""
    project.write(a_board(plain("test -d .")))
    ended = project.end(project.start_patched(CRASH, "check"))
    assert ended.status == 70, ended
    (log,) = project.tmp.iterdir()
    text = log.read_text()
    log.unlink()
    assert str(log) in ended.err
    assert "RuntimeError" in text
    assert "Traceback" not in ended.err
    assert "s3cr3t" not in ended.out + ended.err + text
    assert project("check").status == 0


@pytest.mark.parametrize(
    "arguments",
    ["--bord x", "-j 0", "-j -1", "-j x", "--timeout nan", "--timeout 0", "--timeout -1s",
     "--timeout inf", "--report json", "--report nope=x", "--report json=a --report table=./a",
     "--output-format nope", "--profile nope", "--project nowhere", "nope", "tag:nope", "failed"],
)  # fmt: skip
def test_147_a_wrong_command_line_runs_nothing(project: Project, arguments: str) -> None:
    """2, with a word on what is wrong. Twin: the bare command runs."""
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
    """It runs, writes nothing there, and says so. Twin: where it may write, a history is kept."""
    project.write(a_board(plain("test -d ."), plain('touch "$READINESS_TMP/x"')))
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
    assert project("check").status == 0
    assert project.entries() == [("finished", True)]


@needs_root
def test_149_a_history_that_was_asked_for_must_be_written(project: Project, tmp_path: Path) -> None:
    """One that is there already, or is named, and cannot be written: 5. It is read all the same."""
    project.write(a_board(plain("test -d .")))
    assert project("check").status == 0
    _let_others_in(tmp_path)
    project.tmp.chmod(0o777)
    ended = project("check", prefix=AS_NOBODY)
    assert ended.status == 5, ended
    assert "READY" in ended.out
    assert "history.db" in ended.err
    assert "as measured " in project("list", prefix=AS_NOBODY).out
    assert project("check", "--history", "h.db", prefix=AS_NOBODY).status == 5
    assert project("check", "--history", "", prefix=AS_NOBODY).status == 0


def _let_others_in(path: Path) -> None:
    for folder in (path, *path.parents):
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o005)
