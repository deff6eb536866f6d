"""The checks on small real projects, with the real tools: each survives the traps of its tool."""

import importlib
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from glob import glob
from importlib.metadata import distribution
from textwrap import dedent

import pytest

from readiness.model.judgement import Unmeasured
from tests.support import projects
from tests.support.checking import CHECKS, Outcome, ProducerFailedError, build, run_check
from tests.support.osv_server import Record, advisory, osv_server
from tests.support.projects import Files, migrations, service


@pytest.fixture
def project(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return an empty folder for a project."""
    return str(tmp_path_factory.mktemp("project"))


def commit(folder: str) -> str:
    """Make a git repository of a folder, with one commit; returns its id."""
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    for words in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "Start"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    command = ["git", "rev-parse", "HEAD"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def fake_tool(folder: str, name: str, script: str) -> str:
    """Put a tool on a PATH of its own, before the real ones; returns that PATH."""
    build(folder, {f"fake/{name}": f"#!/bin/sh\n{script}"})
    path = os.path.join(folder, "fake", name)
    os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)
    return os.pathsep.join([os.path.dirname(path), os.environ["PATH"]])


# --- mypy -----------------------------------------------------------------------------------------

SILENT = dedent("""\
    def number() -> int:
        return "one"  # type: ignore


    TEXT = "# type: ignore in a string"
    """)


def test_mypy_shows_what_keeps_it_silent(project: str) -> None:
    """Errors that are ignored do not count, but the suppressions stand beside the count."""
    settings = "[tool.mypy]\n[[tool.mypy.overrides]]\nmodule = 'x.*'\nignore_errors = true\n"
    build(project, service(sums=SILENT, settings=settings))
    outcome = run_check("mypy", project)
    assert (outcome.value("errors"), outcome.value("suppressed")) == (0, 2)


def test_mypy_counts_errors_and_no_notes(project: str) -> None:
    """A note that explains an error is not an error."""
    build(project, {"src/a.py": "reveal_type(1)\nx: int = ''\n"})
    outcome = run_check("mypy", project)
    assert outcome.value("errors") == 1
    assert outcome.findings[0]["rule"] == "assignment"


def test_mypy_can_be_asked_without_the_projects_settings(project: str) -> None:
    """A project that ignores all errors is clean under its own settings only."""
    settings = "[mypy]\nignore_errors = true\n"
    build(project, {"src/a.py": "x: int = ''\n", "mypy.ini": settings})
    assert run_check("mypy", project).value() == 0
    assert run_check("mypy", project, {"args": "--config-file="}).value() == 1


@pytest.mark.parametrize("settings", ["[mypy]\npython_version = 2.7\n", "[mypy\n"])
def test_mypy_with_a_bad_setting_has_measured_nothing(project: str, settings: str) -> None:
    """A setting that mypy refuses is an error."""
    build(project, {"src/a.py": "x = 1\n", "mypy.ini": settings})
    outcome = run_check("mypy", project)
    assert outcome.is_error or "not a valid" in outcome.stderr


ONE_FILE = "LOG:  Found source:           BuildSource(path='src/a.py', module='a')"
ONE_ERROR = "src/a.py:1: error: first  [misc]"


@pytest.mark.parametrize(
    ("printed", "logged", "counts"),
    [
        (f"{ONE_ERROR}\nFound 1 error in 1 file (checked 1 source file)", ONE_FILE, True),
        ("Success: no issues found in 1 source file", ONE_FILE, True),
        (
            f"{ONE_ERROR}\nFound 1 error in 1 file (errors prevented further checking)",
            ONE_FILE,
            False,
        ),
        (f"{ONE_ERROR}\nFound 2 errors in 1 file (checked 1 source file)", ONE_FILE, False),
        ("Success: no issues found in 2 source files", ONE_FILE, False),
        ("Success: no issues found in 1 source file", "", False),
        ("", ONE_FILE, False),
    ],
)
def test_mypy_that_contradicts_itself_has_measured_nothing(
    project: str, printed: str, logged: str, counts: bool
) -> None:
    """Without a summary, with another count in it, or with other files named: an error, never 0."""
    build(project, {"src/a.py": "x = 1\n", "printed": printed + "\n", "logged": logged + "\n"})
    path = fake_tool(project, "mypy", "cat printed; cat logged >&2\n")
    assert run_check("mypy", project, path=path).is_error is not counts


def test_mypy_below_counts_only_there(project: str) -> None:
    """The errors below a path are taken from the one run."""
    bad = "x: int = ''\n"
    build(project, {"src/api/a.py": bad, "src/api/b.py": "x = 1\n", "src/core/c.py": bad})
    outcome = run_check("mypy-below", project, {"below": "src/api"})
    assert (outcome.value("errors"), outcome.value("files")) == (1, 2)


def test_mypy_below_tells_what_was_not_checked(project: str) -> None:
    """Files that the settings exclude are counted beside the errors."""
    settings = "[mypy]\nexclude = hidden\n"
    build(project, {"src/a.py": "x = 1\n", "src/hidden.py": "x: int = ''\n", "mypy.ini": settings})
    outcome = run_check("mypy-below", project, {"below": "src"})
    assert (outcome.value("errors"), outcome.value("unchecked")) == (0, 1)


# --- ruff and bandit ------------------------------------------------------------------------------


def test_ruff_can_be_asked_without_the_projects_settings(project: str) -> None:
    """Settings hide undefined names; `--isolated` finds them."""
    build(project, {"src/a.py": "print(nothing)\n", "ruff.toml": "lint.select = ['E1']\n"})
    assert run_check("ruff", project).value() == 0
    isolated = run_check("ruff", project, {"args": "--isolated --select F821"})
    assert isolated.value() == 1
    assert isolated.findings[0]["path"] == "src/a.py"


def test_ruff_changes_nothing(project: str) -> None:
    """A project that wants repairs is measured, not repaired."""
    build(project, {"a.py": "import os\n", "ruff.toml": "fix = true\n"})
    assert run_check("ruff", project).value() == 1
    with open(os.path.join(project, "a.py"), encoding="utf-8") as file:
        assert file.read() == "import os\n"


def test_ruff_counts_one_broken_file_among_good_ones_as_an_error(project: str) -> None:
    """Where one file was not read, the count of the others is no count."""
    build(project, {"a.py": "x = 1\n", "b.py": projects.SYNTAX_ERROR})
    assert run_check("ruff", project).is_error


def test_bandit_counts_by_severity_and_keeps_secrets(project: str) -> None:
    """Severities are measures; a password that was found is not printed."""
    code = dedent("""\
        import subprocess
        PASSWORD = 'hunter2-secret'
        assert PASSWORD  # nosec
        subprocess.call(input(), shell=True)
        """)
    build(project, {"src/a.py": code})
    outcome = run_check("bandit", project)
    found = [outcome.value(name) for name in ("total", "high", "medium", "low", "nosec")]
    assert found == [3, 1, 0, 2, 1]
    assert b"hunter2" not in outcome.stdout


def test_bandit_with_one_broken_file_has_measured_nothing(project: str) -> None:
    """Bandit ends with 0 or 1 although it left a file out: an error."""
    build(project, {"src/a.py": "assert x\n", "src/b.py": projects.SYNTAX_ERROR})
    assert run_check("bandit", project).is_error


# --- pip-audit ------------------------------------------------------------------------------------

CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
LOW = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"


def audit(project: str, records: list[Record], lock: str = "six==1.16.0\n", **more: str) -> Outcome:
    """Audit a lock file against a service that knows these records."""
    build(project, {"a.lock": lock})
    with osv_server(records) as url:
        return run_check("pip-audit", project, {"lock": "a.lock", "osv_url": url, **more})


@pytest.mark.parametrize(
    ("vector", "label", "high", "unknown"),
    [
        (CRITICAL, "", 1, 0),
        ("", "CRITICAL", 1, 0),
        ("", "HIGH", 1, 0),
        (LOW, "", 0, 0),
        ("", "MODERATE", 0, 0),
        (LOW, "HIGH", 1, 0),
        ("", "", 1, 1),
        ("CVSS:4.0/AV:N", "", 1, 1),
    ],
)
def test_pip_audit_asks_the_service_how_severe_it_is(
    project: str, vector: str, label: str, high: int, unknown: int
) -> None:
    """High is a base score from 7, or its label; what nobody rated counts as high."""
    record = advisory("GHSA-1", "six", "1.16.0", fixed="1.17.0", vector=vector, label=label)
    outcome = audit(project, [record])
    assert (outcome.value("high"), outcome.value("unknown")) == (high, unknown)
    assert outcome.value("vulnerable") == 1
    assert "1.17.0" in outcome.findings[0]["message"]


def test_pip_audit_takes_the_worst_of_all_aliases(project: str) -> None:
    """A record without a rating may have an alias with one."""
    record = advisory("PYSEC-1", "six", "1.16.0")
    record["aliases"] = ["GHSA-2"]
    alias = advisory("GHSA-2", "other", "1", vector=LOW)
    outcome = audit(project, [record, alias])
    assert (outcome.value("high"), outcome.value("vulnerabilities")) == (0, 1)


def test_pip_audit_counts_what_was_not_audited_as_high(project: str) -> None:
    """A dependency that was skipped may hide anything."""
    outcome = audit(project, [], "six==1.16.0\n-e .\n")
    assert (outcome.value("high"), outcome.value("unaudited"), outcome.value("vulnerable")) == (
        1,
        1,
        0,
    )


def test_pip_audit_does_not_believe_a_service_that_knows_nothing(project: str) -> None:
    """A service that answers every question with nothing would make all locks clean."""
    build(project, {"a.lock": "six==1.16.0\n"})
    with osv_server(canary=False) as url:
        outcome = run_check("pip-audit", project, {"lock": "a.lock", "osv_url": url})
    assert outcome.is_error
    assert "does not know" in outcome.stderr


def test_pip_audit_says_that_no_service_was_reached(project: str) -> None:
    """No network is an error that names the service."""
    build(project, {"a.lock": "six==1.16.0\n"})
    url = "http://127.0.0.1:9/v1/query"
    outcome = run_check("pip-audit", project, {"lock": "a.lock", "osv_url": url})
    assert outcome.is_error
    assert f"the advisory service at {url} could not be reached" in outcome.stderr


@pytest.mark.parametrize(
    ("vector", "score"),
    [
        (CRITICAL, 9.8),
        (LOW, 1.8),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", None),
        ("nonsense", None),
    ],
)
def test_cvss3_follows_the_standard(
    monkeypatch: pytest.MonkeyPatch, vector: str, score: float | None
) -> None:
    """Base scores are those that the standard's own calculator gives."""
    monkeypatch.syspath_prepend(os.path.join(CHECKS, "scripts"))
    assert importlib.import_module("_osv").cvss3(vector) == score


# --- tests and coverage ---------------------------------------------------------------------------

BRANCHES = (
    projects.SETTINGS
    + "[tool.coverage.run]\nbranch = true\n[tool.coverage.report]\nfail_under = 99\n"
)


def test_coverage_is_of_statements_alone(project: str) -> None:
    """Branches are not mixed in, and the project's own limit does not get in the way."""
    build(project, service(settings=BRANCHES))
    outcome = run_check("coverage", project)
    assert outcome.value("percent_statements") == Decimal("83.3333")
    assert outcome.value("listed") == 100


def test_coverage_of_one_path_and_of_modules(project: str) -> None:
    """Coverage below a path, a limit for a folder as a whole, and one for each file in it."""
    build(project, {**service(), "src/app/dead.py": "x = 1\n"})
    below = run_check("coverage", project, {"below": "src/app/sums.py"})
    assert below.value("percent_statements") == Decimal("83.3333")
    limits = {"thresholds": "src/app=60 src/app/*=80 src/app/sums.py=90"}
    modules = run_check("coverage", project, limits)
    assert modules.value("modules_below") == 2
    assert [found["path"] for found in modules.findings] == ["src/app/dead.py", "src/app/sums.py"]


@pytest.mark.parametrize("below", ["docs", "nosuch"])
def test_coverage_of_nothing_is_an_error(project: str, below: str) -> None:
    """Below a path without measured files there is no coverage, not even 0."""
    build(project, {**service(), "docs/a.txt": ""})
    assert run_check("coverage", project, {"below": below}).is_error


def test_importing_alone_covers_something(project: str) -> None:
    """The baseline that no test has to do with, without a single test run."""
    build(project, service())
    assert run_check("coverage-import", project).value() == Decimal("33.3333")


def test_tests_are_counted_by_how_they_end(project: str) -> None:
    """A fixture that fails makes its test fail; a skipped test is not executed."""
    more = dedent("""
        @pytest.fixture
        def broken():
            raise RuntimeError("no database")

        def test_with_fixture(broken):
            pass

        @pytest.mark.skip
        def test_skipped():
            pass

        @pytest.mark.xfail
        def test_expected():
            assert False
        """)
    build(project, service(tests=projects.TESTS + more))
    outcome = run_check("pytest", project)
    counted = [outcome.value(name) for name in ("executed", "passed", "failed", "skipped")]
    assert counted == [4, 3, 1, 2]
    assert outcome.findings[0]["path"] == "tests/unit/test_sums.py"


def test_collection_errors_are_never_passed_over(project: str) -> None:
    """Tests that could not be collected make the run an error, even where others went on."""
    build(project, {**service(), "tests/test_bad.py": "import nothing_of_that_name\n"})
    args = {"args": "--continue-on-collection-errors"}
    assert run_check("pytest", project, args).is_error


def test_a_conftest_that_forces_success_does_not_count_failures_away(project: str) -> None:
    """The results count, not the status that the project sets."""
    force = "def pytest_sessionfinish(session):\n    session.exitstatus = 0\n"
    failing = projects.TESTS.replace("== 3", "== 4")
    build(project, {**service(tests=failing), "conftest.py": force})
    assert run_check("pytest", project).value("failed") == 1


def test_results_below_a_path(project: str) -> None:
    """The tests of one folder are counted from the shared run."""
    build(project, {**service(), "tests/e2e/test_all.py": "def test_all():\n    assert 1 == 2\n"})
    assert run_check("pytest-below", project, {"below": "tests/unit"}).value("failed") == 0
    assert run_check("pytest-below", project, {"below": "tests/e2e"}).value("failed") == 1


def test_a_consumer_has_nothing_when_its_producer_failed(project: str) -> None:
    """No coverage is read from tests that did not run."""
    build(project, service(tests=None))
    with pytest.raises(ProducerFailedError):
        run_check("coverage", project)


FLOWS = "integration:\n  adding: numbers\n  undoing: nothing\ne2e:\n  season: all\n"


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"flows": "adding"}, 0),
        ({"flows": "adding undoing"}, 1),
        ({"level": "integration"}, 1),
        ({"level": "e2e"}, 1),
        ({}, 2),
    ],
)
def test_flows_need_a_passing_test(project: str, given: dict[str, str], missing: int) -> None:
    """A flow counts only with a test that passed; the levels of the file can be told apart."""
    build(project, {**service(), "tests/flows.yaml": FLOWS})
    assert run_check("test-flows", project, given).value("missing") == missing


def test_a_helper_that_asserts_counts_for_its_test(project: str) -> None:
    """`assert True` is no assertion; a helper's, or pytest.raises, is one."""
    code = dedent("""\
        import pytest

        def holds(x):
            assert x

        def test_helper():
            holds(1)

        def test_raises():
            with pytest.raises(ValueError):
                int("x")

        def test_true():
            assert True
        """)
    build(project, {"tests/test_a.py": code})
    outcome = run_check("test-quality", project)
    assert (outcome.value("tests"), outcome.value("without")) == (3, 1)


# --- imports and migrations -----------------------------------------------------------------------


def test_every_module_is_imported_on_its_own(project: str) -> None:
    """One failure does not hide another, and a name with digits in front is a module too."""
    files = {"v/0001_a.py": "x: Union[int, str]\n", "v/0002_b.py": "import nosuch\n", "v/c.py": ""}
    build(project, files)
    outcome = run_check("importable", project, {"paths": "v"})
    assert (outcome.value("failures"), outcome.value("total")) == (2, 3)
    assert "Union" in outcome.findings[0]["message"]


@pytest.mark.parametrize("url", [projects.FROM_VARIABLE, projects.FROM_SETTINGS])
def test_migrations_go_up_and_down_and_up(project: str, url: str) -> None:
    """However env.py finds its database, the three steps are made on a throw-away one."""
    build(project, migrations(url=url))
    outcome = run_check("alembic-rollback", project)
    assert outcome.value() == 3
    assert not os.path.exists(os.path.join(project, "real.db"))


def test_migrations_never_reach_another_database(project: str) -> None:
    """An env.py with an address of its own is kept from that database."""
    build(project, migrations(url=projects.FIXED))
    outcome = run_check("alembic-upgrade", project)
    assert outcome.is_error
    assert "another database" in outcome.stderr
    assert not os.path.exists(os.path.join(project, "real.db"))


def test_a_database_in_memory_is_replaced_by_a_file(project: str) -> None:
    """An upgrade of `:memory:` would end well and leave nothing."""
    build(project, migrations())
    assert run_check("alembic-upgrade", project, {"database_url": "sqlite://"}).value() is True


def test_two_heads_are_two(project: str) -> None:
    """Branches that were not merged show."""
    other = projects.REVISION.replace('"0001"', '"0002"').replace('"team"', '"other"')
    build(project, migrations(more={"migrations/versions/0002_other.py": other}))
    assert run_check("alembic-heads", project).value() == 2


def test_a_migration_that_makes_no_table_has_not_reached_anything(project: str) -> None:
    """Head without a table is not what an upgrade is for."""
    empty = "revision = '0001'\ndown_revision = None\ndef upgrade(): pass\ndef downgrade(): pass\n"
    build(project, migrations(empty))
    assert run_check("alembic-upgrade", project).value() is False
    assert run_check("alembic-rollback", project).value() == 0


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """Start a PostgreSQL server of our own; gives the address of a database that does not exist."""
    pytest.importorskip("psycopg")
    programs = sorted(glob("/usr/lib/postgresql/*/bin"))
    if not programs:
        pytest.skip("PostgreSQL is not installed")
    with tempfile.TemporaryDirectory(prefix="pg-") as top, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        owner = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
        if owner:
            shutil.chown(top, owner)
        run = partial(subprocess.run, cwd=top, user=owner, check=True, stdout=subprocess.DEVNULL)
        data = os.path.join(top, "data")
        run([f"{programs[-1]}/initdb", "-D", data, "-A", "trust", "-N", "-U", "tester"])
        control = [f"{programs[-1]}/pg_ctl", "-w", "-D", data, "-l", f"{top}/log"]
        run([*control, "-o", f"-p {port} -k {top} -F", "start"])
        yield f"postgresql+psycopg://tester@127.0.0.1:{port}/named_in_the_url"
        run([*control, "-m", "immediate", "stop"])


@pytest.mark.slow
def test_migrations_on_a_server_leave_no_database_behind(project: str, postgresql: str) -> None:
    """A throw-away database is made on the server and dropped; the one named is not needed."""
    import psycopg

    build(project, migrations())
    assert run_check("alembic-rollback", project, {"database_url": postgresql}).value() == 3
    server = postgresql.replace("+psycopg", "").replace("named_in_the_url", "postgres")
    with psycopg.connect(server) as connection:
        left = connection.execute("select datname from pg_database where datname like 'readiness%'")
        assert left.fetchall() == []


# --- make, CI, documents --------------------------------------------------------------------------

MAKE: Files = {"Makefile": projects.MAKEFILE}


@pytest.mark.parametrize(
    ("target", "problems"),
    [
        ("good", 0),
        ("hidden", 1),
        ("ended", 1),
        ("minus", 1),
        ("nested", 1),
        ("expanded", 1),
        ("bad", 1),
    ],
)
def test_a_target_that_hides_failures_does_not_pass(
    project: str, target: str, problems: int
) -> None:
    """A target has to end well, and nothing in it may keep it from failing."""
    build(project, MAKE)
    assert run_check("make-target", project, {"target": target}).value() == problems


@pytest.mark.parametrize("line", [".IGNORE:", "MAKEFLAGS += -i", "MAKEFLAGS += --ignore-errors"])
def test_a_makefile_that_ignores_errors_does_not_pass(project: str, line: str) -> None:
    """Errors that are ignored for a whole Makefile are seen too."""
    build(project, {"Makefile": f"{line}\ngood:\n\ttrue\n"})
    assert run_check("make-target", project, {"target": "good"}).value("masks") == 1


def test_a_target_does_not_touch_the_project(project: str) -> None:
    """A target runs in a copy, with what git would know of the project, and its history."""
    build(project, {"Makefile": "t:\n\tgit rev-parse HEAD > new\n\ttest ! -e ignored\n"})
    build(project, {".gitignore": "ignored\n", "ignored": "", "sub/文件 名.txt": ""})
    commit(project)
    build(project, {"untracked": ""})
    verify = "test -s new && test -e untracked && test -e 'sub/文件 名.txt'"
    outcome = run_check("make-target", project, {"target": "t", "verify": verify})
    assert outcome.value() == 0, outcome.stderr
    assert not os.path.exists(os.path.join(project, "new"))


def test_a_number_is_read_from_what_a_target_prints(project: str) -> None:
    """The last match counts; without one there is no number."""
    build(project, MAKE)
    found = run_check("make-target", project, {"target": "good", "number": r"TOTAL (\d+)%"})
    assert found.value("number") == 91
    assert run_check("make-target", project, {"target": "good", "number": r"(\d+) MB"}).is_error
    plain = run_check("make-target", project, {"target": "good"})
    assert isinstance(plain.read("number"), Unmeasured)


def test_a_migration_target_is_verified_in_its_own_database(project: str) -> None:
    """The status alone lies: what the target should have done is looked at afterwards."""
    makefile = "db-migrate:\n\talembic upgrade head\nlazy:\n\t@echo upgraded\n"
    build(project, migrations(more={"Makefile": makefile}))
    given = {"sqlite_variable": "DATABASE_URL", "verify": "alembic current --check-heads"}
    assert run_check("make-target", project, {"target": "db-migrate", **given}).value() == 0
    assert run_check("make-target", project, {"target": "lazy", **given}).value() == 1


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        ("", "", 0),
        ("make good", "make good || true", 1),
        ("make good", "make good | tee log", 1),
        ("run: make good", "run: make good\n        continue-on-error: true", 1),
        ("run: make good", "run: make good\n        if: ${{ false }}", 1),
        ("    runs-on", "    continue-on-error: true\n    runs-on", 1),
        ("on: [push, pull_request]", "on: workflow_dispatch", 1),
        ("make good", "make goodness", 1),
    ],
)
def test_a_step_must_be_able_to_fail(project: str, old: str, new: str, problems: int) -> None:
    """A step that is absent, switched off or masked is a problem."""
    build(project, {".github/workflows/ci.yml": projects.WORKFLOW.replace(old, new)})
    assert run_check("ci-workflow", project, {"command": "make good"}).value() == problems


@pytest.mark.parametrize(("target", "status"), [("good", 0), ("bad", 2)])
def test_a_step_is_replayed_here(project: str, target: str, status: int) -> None:
    """What the CI would say of this tree is found by running its step."""
    workflow = projects.WORKFLOW.replace("make good", f"make {target}")
    build(project, {**MAKE, ".github/workflows/ci.yml": workflow})
    outcome = run_check("ci-workflow", project, {"command": f"make {target}", "replay": "true"})
    assert (outcome.value("status"), outcome.value()) == (status, int(status != 0))


GUIDE: Files = {**MAKE, "docs/guide.md": projects.GUIDE, "docs/notes.md": projects.NOTES}


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("", "", None),
        ("notes.md#restore", "nosuch.md", "link"),
        ("notes.md#restore", "notes.md#nosuch", "link"),
        ("notes.md#restore", "#rollback-回滚步骤", None),
        ("make good", "make nosuch", "command"),
        ("make good", "if true; then", "command"),
        ("make good", "make good > out.log 2>&1", None),
        ("make good", "make bad", "command"),
        ("## Rollback 回滚步骤", "## Else", "section"),
    ],
)
def test_a_document_is_of_use(project: str, old: str, new: str, rule: str | None) -> None:
    """It has its sections, its links lead somewhere, its commands exist and run."""
    build(project, {**GUIDE, "docs/guide.md": projects.GUIDE.replace(old, new)})
    given = {"sections": "deploy|回滚", "min_words": "20", "execute": "true"}
    outcome = run_check("documents", project, {"paths": "docs/guide.md", **given})
    assert {found["rule"] for found in outcome.findings} == ({rule} if rule else set())


def test_a_document_has_an_age(project: str) -> None:
    """The age is that of the last commit, or of the newest date in the text."""
    build(project, {"a.md": "# A\n\nChecked on 2020-01-01.\n", "b.md": "# B\n"})
    assert isinstance(run_check("documents", project, {"paths": "b.md"}).read("age"), Unmeasured)
    assert run_check("documents", project, {"paths": "a.md"}).number("age") > 1000
    commit(project)
    assert run_check("documents", project, {"paths": "a.md"}).number("age") < 1


# --- locks, suppressions, types, audits -----------------------------------------------------------


def pins(*names: str) -> str:
    """Lock some packages as they are installed."""
    fake = "sha256:" + "0" * 64
    return "".join(
        f"{name}=={distribution(name).version} \\\n    --hash={fake}\n" for name in names
    )


COMPLETE = ("alembic", "mako", "markupsafe", "sqlalchemy", "typing_extensions", "greenlet")


@pytest.mark.parametrize(
    ("inputs", "lock", "rules"),
    [
        ("mako\n", pins("Mako", "MarkupSafe"), []),
        ("mako\n", pins("Mako"), ["missing"]),
        ("mako\njmespath\n", pins("Mako", "MarkupSafe"), ["missing"]),
        ("mako>99\n", pins("Mako", "MarkupSafe"), ["outdated"]),
        ("mako\n", pins("Mako") + "markupsafe==0.1 --hash=sha256:00\n", ["outdated"]),
        ("mako\n", pins("Mako") + "markupsafe==3.*\n", ["missing", "unhashed"]),
        ("mako\n", pins("Mako", "MarkupSafe", "jmespath"), ["unneeded"]),
        ("mako; python_version < '3'\n-r more.in\n", pins("jmespath"), []),
    ],
)
def test_a_lock_agrees_with_its_inputs_and_with_what_is_installed(
    project: str, inputs: str, lock: str, rules: list[str]
) -> None:
    """Everything needed is pinned, with a hash, in a version that fits and is installed."""
    build(project, {"a.in": inputs, "more.in": "jmespath\n", "a.lock": lock})
    outcome = run_check("lock", project, {"lock": "a.lock", "inputs": "a.in"})
    assert sorted({found["rule"] for found in outcome.findings}) == rules
    assert outcome.value("problems") == len(outcome.findings)


def test_a_lock_is_read_from_pyproject(project: str) -> None:
    """The dependencies of a project, and of one of its extras or groups, are inputs too."""
    settings = "[project]\ndependencies = ['jmespath']\n[dependency-groups]\ndev = ['mako']\n"
    build(project, {"pyproject.toml": settings, "a.lock": pins("jmespath")})
    given = {"lock": "a.lock", "inputs": "pyproject.toml"}
    assert run_check("lock", project, given).value() == 0
    assert (
        run_check("lock", project, {**given, "inputs": "pyproject.toml[dev]"}).value("missing") == 1
    )


@pytest.mark.parametrize(
    ("written", "kinds"),
    [
        ("import unittest\nraise unittest.SkipTest\n", ["skipped-test"]),
        ("def f(self):\n    self.skipTest('slow')\n", ["skipped-test"]),
        ("import pytest\npytest.exit()\n", ["skipped-test"]),
        ("import pytest\n@pytest.mark.skipif(True)\ndef test(): ...\n", ["skipped-test"]),
        ("# ruff: noqa\n# flake8: noqa\n", ["noqa", "noqa"]),
        ("import os  # noqa: F401  # ruff: noqa: E501\n", ["noqa"]),
        ("# Type: Ignore the first column.\nx = 1\n", []),
        ("x = 1  # a type that is ignored\nself.skip = 1\n", []),
        ("import queue\nqueue.skip()\nqueue.exit()\n", []),
    ],
)
def test_what_silences_a_tool_is_what_the_table_says(
    project: str, written: str, kinds: list[str]
) -> None:
    """Every row of the table with a kind is counted, once for a comment; likenesses are not."""
    build(project, service(sums=written))
    outcome = run_check("suppressions", project)
    assert [found["rule"] for found in outcome.findings] == kinds


def test_suppressions_are_comments_not_strings(project: str) -> None:
    """Each kind is counted where it works, with its place."""
    code = dedent('''\
        # mypy: ignore-errors
        TEXT = "# noqa"
        import os  # noqa: F401
        x = 1  # nosec
        y = 2  # type: ignore[assignment]
        if x:  # pragma: no cover
            pass
        """# type: ignore"""
        ''')
    settings = dedent("""\
        [tool.ruff.lint]
        ignore = ["E501"]
        [tool.coverage.run]
        omit = ["src/old/*"]
        """)
    build(project, service(sums=code, settings=settings, tests="import pytest\npytest.skip()\n"))
    outcome = run_check("suppressions", project)
    kinds = [found["rule"] for found in outcome.findings]
    assert kinds == [
        *("mypy-off", "noqa", "nosec", "type-ignore", "no-cover", "skipped-test"),
        *("ruff-settings", "coverage-settings"),
    ]
    assert outcome.findings[1]["line"] == 3
    assert outcome.value("total") == 8


def test_functions_are_typed_as_mypy_asks(project: str) -> None:
    """`self`, `cls` and the result of a typed `__init__` need no type; the rest does."""
    code = dedent("""\
        class A:
            def __init__(self, x: int): ...
            @classmethod
            def make(cls) -> "A": ...
            @staticmethod
            def plain(x) -> None: ...
            def rest(self, *args, **kwargs: int) -> None: ...
        def f(a: int, *, b: str) -> None: ...
        def g(): ...
        """)
    build(project, {"src/a.py": code})
    outcome = run_check("typed", project)
    assert (outcome.value("functions"), outcome.value("untyped")) == (6, 3)
    assert [found["line"] for found in outcome.findings] == [6, 7, 9]


REPORT = '{{"date": "{date}", "commit": "{commit}", "scans": [{{"tool": "bandit 1.9.4"}}]}}'


@pytest.mark.parametrize(
    ("date", "commit_of", "tools", "problems"),
    [
        ("2100-01-01T00:00:00Z", "head", "bandit", 1),
        ("2020-01-01T00:00:00Z", "head", "bandit", 1),
        ("never", "other", "bandit pip-audit", 3),
    ],
)
def test_a_report_names_commit_date_and_tools(
    project: str, date: str, commit_of: str, tools: str, problems: int
) -> None:
    """What cannot be placed in time, or attributed to a commit, is not fit for an audit."""
    build(project, {".gitignore": "r.json\n"})
    head = commit(project)
    text = REPORT.format(date=date, commit=head if commit_of == "head" else "0" * 40)
    build(project, {"r.json": text})
    outcome = run_check("audit-report", project, {"report": "r.json", "tools": tools})
    assert outcome.value() == problems


def test_a_report_is_written_anew_in_a_copy(project: str) -> None:
    """A target that writes the report is run first; the project stays as it is."""
    line = REPORT.format(date="$$(date -Iseconds)", commit="$$(git rev-parse HEAD)").replace(
        '"', '\\"'
    )
    build(project, {"Makefile": f'report:\n\techo "{line}" > r.json\nlazy:\n\ttrue\n'})
    commit(project)
    given = {"report": "r.json", "tools": "bandit"}
    outcome = run_check("audit-report", project, {**given, "target": "report"})
    assert outcome.value() == 0, outcome.stderr
    assert run_check("audit-report", project, {**given, "target": "lazy"}).is_error
    assert not os.path.exists(os.path.join(project, "r.json"))


def test_scripts_for_the_projects_python_need_no_other_package() -> None:
    """What runs in the project's Python imports the standard library, and the tool itself."""
    allowed = {"alembic", "sqlalchemy", "pytest", "packaging"}
    for name in ("alembic_states", "importable", "import_all", "lock_problems", "run_pytest"):
        for module in _imported(name):
            top = module.partition(".")[0]
            assert top in sys.stdlib_module_names | allowed, f"{name} imports {module}"


def _imported(script: str, seen: frozenset[str] = frozenset()) -> set[str]:
    import ast

    with open(os.path.join(CHECKS, "scripts", f"{script}.py"), encoding="utf-8") as file:
        tree = ast.parse(file.read())
    names = {
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    ours = {name for name in names if os.path.exists(os.path.join(CHECKS, "scripts", f"{name}.py"))}
    deeper = [_imported(name, seen | {script}) for name in ours - seen]
    return (names - ours).union(*deeper)
