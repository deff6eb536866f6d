"""The checks on tests and coverage on small real projects."""

import os
import re
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import pytest

from checks.tests.coverage_numbers import spans
from readiness.model.judgement import Measurement
from tests.support import projects
from tests.support.checking import ProducerFailedError, build, run_check
from tests.support.projects import service

BRANCHES = (
    projects.SETTINGS
    + "[tool.coverage.run]\nbranch = true\n[tool.coverage.report]\nfail_under = 99\n"
)


DEAD = "def dead():\n    x = 1\n    y = 2\n    return x + y\n"


def test_coverage_is_of_statements_alone(project: str) -> None:
    """Branches are not mixed in, and the project's own limit does not get in the way."""
    build(project, service(settings=BRANCHES))
    outcome = run_check("coverage", project)
    assert outcome.value("percent_statements") == Decimal("83.3333")
    assert outcome.value("listed") == 100


def test_tests_run_without_coverage_where_nobody_reads_it(project: str) -> None:
    """It takes half as long again. Twin: where a check reads it, it is measured."""
    is_traced = "import sys\n\n\ndef test_it():\n    assert 'coverage' not in sys.modules\n"
    build(project, {**service(), "tests/test_traced.py": is_traced})
    assert run_check("pytest", project).value("failed") == 0
    assert run_check("coverage", project).value("statements") == 6


def test_coverage_of_one_path_and_of_modules(project: str) -> None:
    """Coverage below a path, a limit for a folder as a whole, and one for each file in it."""
    build(project, {**service(), "src/app/dead.py": "x = 1\n"})
    below = run_check("coverage", project, {"below": "src/app/sums.py"})
    assert below.value("percent_statements") == Decimal("83.3333")
    limits = {"thresholds": "src/app=60 src/app/*=80 src/app/sums.py=90"}
    modules = run_check("coverage", project, limits)
    assert modules.value("modules_below") == 2
    (dead, sums) = modules.findings
    assert (dead["path"], dead["line"]) == ("src/app/dead.py", 1)
    assert (sums["path"], sums["message"][-9:]) == ("src/app/sums.py", ": line 12")


def test_coverage_names_the_lines_that_were_not_run(project: str) -> None:
    """All of a file, as ranges; one statement is one."""
    build(project, {**service(), "src/app/dead.py": DEAD, "src/app/one.py": "x = 1\n"})
    places = run_check("coverage", project).findings
    assert [(found["path"], found["line"], found["message"]) for found in places] == [
        ("src/app/dead.py", 1, "4 of 4 statements not run: lines 1-4"),
        ("src/app/one.py", 1, "1 of 1 statement not run: line 1"),
        ("src/app/sums.py", 12, "1 of 6 statements not run: line 12"),
    ]
    assert spans([1, 2, 4, *range(6, 26, 2)]) == "lines 1-2, 4, 6, 8, 10, 12, 14, 16, …"


@pytest.mark.parametrize(
    "settings",
    [
        "[tool.coverage.run]\nomit = ['*/dead.py']\n",
        "[tool.coverage.report]\nomit = ['src/app/dead.py']\n",
        "[tool.coverage.report]\nexclude_also = ['.*']\n",
    ],
)
def test_what_settings_leave_out_counts_where_they_are_put_aside(
    project: str, settings: str
) -> None:
    """All statements count then, run or not; the project's own report goes without them."""
    build(project, {**service(settings=projects.SETTINGS + settings), "src/app/dead.py": DEAD})
    outcome = run_check("coverage", project, {"neutral": "true"})
    assert (outcome.value("statements"), outcome.value("listed")) == (10, 100)
    assert outcome.number("percent_statements") == 50
    own = run_check("coverage", project)
    assert own.is_error or own.number("statements") < 10


LATE = "\n\ndef test_late():\n    assert add(1, 1) == 2\n"


@pytest.mark.parametrize(
    ("options", "known"),
    [
        ("", True),
        ("addopts = '-q'\n", True),
        ("addopts = '--ignore=tests/data'\n", True),
        ("addopts = '--deselect=tests/test_late.py'\n", False),
        ("addopts = '--ignore=tests/test_late.py'\n", False),
        ("addopts = '-k \"not late\"'\n", False),
    ],
)
def test_how_long_all_tests_take_is_known_of_all_alone(
    project: str, options: str, known: bool
) -> None:
    """Where settings leave some out, it is not; a file without tests is no file of tests."""
    more = {
        "tests/test_late.py": f"from app.sums import add\n{LATE}",
        "tests/test_none.py": "x = 1\n",
        **({"tests/data/test_old.py": "print 'old'\n"} if "data" in options else {}),
    }
    build(project, {**service(settings=projects.SETTINGS + options), **more})
    outcome = run_check("pytest", project)
    assert outcome.number("duration") > 0
    told = outcome.read("duration")
    assert isinstance(told, Measurement)
    assert re.fullmatch(r"\d+\.\d s  tests/\S+::\S+", told.lines[0])
    assert isinstance(outcome.read("duration_of_all"), Measurement) == known


def test_a_test_that_passes_only_when_run_again_is_named(project: str) -> None:
    """As pytest-rerunfailures runs it; one that passes at once, or never, is not flaky."""
    again = (
        "\nfrom pathlib import Path\n\n\ndef test_second_time():\n"
        "    seen = Path('seen').exists()\n    Path('seen').touch()\n    assert seen\n"
        "\n\ndef test_never():\n    assert False\n"
    )
    build(project, service(tests=projects.TESTS + again))
    outcome = run_check("pytest", project, {"args": "--reruns 1"})
    assert (outcome.number("flaky"), outcome.number("failed")) == (1, 1)


@pytest.mark.parametrize("below", ["docs", "nosuch"])
def test_coverage_of_nothing_is_an_error(project: str, below: str) -> None:
    """Below a path without measured files there is no coverage, not even 0."""
    build(project, {**service(), "docs/a.txt": ""})
    assert run_check("coverage", project, {"below": below}).is_error


def test_code_that_stands_in_no_file_takes_only_the_coverage_away(project: str) -> None:
    """Tests of what makes code, such as templates, are counted; coverage says what it lacks."""
    made = "\ndef test_made():\n    exec(compile('x = 1', 'made_up_html', 'exec'))\n"
    build(project, service(tests=projects.TESTS + made))
    parameters = {"source": "."}
    tests = run_check("pytest", project, parameters)
    assert (tests.value("failed"), tests.value("executed")) == (0, 4)
    coverage = run_check("coverage", project, parameters)
    assert coverage.is_error
    assert re.search(r"No source for code: '.*made_up_html'", coverage.stderr)


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


def test_tests_count_without_coverage_beside_pytest(project: str, tmp_path: Path) -> None:
    """Only what reads coverage lacks it; that of another environment is not used."""
    build(project, service())
    for tool in ("pytest", "python3"):
        program = tmp_path / tool
        program.write_text(f'#!/bin/sh\nexec {os.path.dirname(sys.executable)}/{tool} "$@"\n')
        program.chmod(0o755)
    path = os.pathsep.join([str(tmp_path), os.path.dirname(sys.executable), os.environ["PATH"]])
    assert run_check("pytest", project, path=path).value("executed") == 3
    coverage = run_check("coverage", project, path=path)
    assert coverage.is_error
    assert "coverage is not installed beside pytest" in coverage.stderr


FLOWS = "integration:\n  adding: numbers\n  undoing: nothing\ne2e:\n  season: all\n"


@pytest.mark.parametrize(
    ("parameters", "missing"),
    [
        ({"flows": "adding"}, 0),
        ({"flows": "adding undoing"}, 1),
        ({"level": "integration"}, 1),
        ({"level": "e2e"}, 1),
        ({}, 2),
    ],
)
def test_flows_need_a_passing_test(project: str, parameters: dict[str, str], missing: int) -> None:
    """A flow counts only with a test that passed; the levels of the file can be told apart."""
    build(project, {**service(), "tests/flows.yaml": FLOWS})
    assert run_check("test-flows", project, parameters).value("missing") == missing


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


def test_sleeping_is_charged(project: str) -> None:
    """What waits for itself takes as long as it takes."""
    sleepy = "import time\n\n\ndef test_slow():\n    time.sleep(1)\n    assert True\n"
    build(project, service(tests=sleepy))
    assert run_check("pytest", project).number("duration") >= 1


BUSY = """\
import time
end = time.process_time() + 2
while time.process_time() < end:
    pass
"""


def test_tests_are_not_charged_for_a_busy_machine(project: str) -> None:
    """What waits for its turn takes no longer."""
    tests = f"BUSY = {BUSY!r}\n\n\ndef test_busy():\n    exec(BUSY)\n    assert BUSY\n"
    build(project, service(tests=tests))
    spin = [sys.executable, "-c", "while True: pass"]
    core = min(os.sched_getaffinity(0))
    others = [subprocess.Popen(["taskset", "-c", str(core), *spin]) for _ in range(3)]
    allowed = os.sched_getaffinity(0)
    began = time.monotonic()
    try:
        os.sched_setaffinity(0, {core})
        outcome = run_check("pytest", project)
    finally:
        os.sched_setaffinity(0, allowed)
        for other in others:
            other.kill()
            other.wait()
    # More than half of all the time is the test's own wait; what stays is what it needed.
    assert 2 <= outcome.number("duration") < 0.4 * (time.monotonic() - began), outcome.stdout


STARTS_ITSELF = """\
import multiprocessing
import os
import subprocess
import sys

import pytest

from app import sums

NAMES = [lambda: sys.argv[0], lambda: sys.modules["__main__"].__file__]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_workers(method):
    with multiprocessing.get_context(method).Pool(1) as pool:
        assert pool.starmap(sums.add, [(1, 2)]) == [3]


@pytest.mark.parametrize("name", NAMES)
def test_again(name):
    words = [sys.executable, name(), "--version"]
    assert b"pytest" in subprocess.run(words, capture_output=True, check=True).stdout
    assert sums.add(1, 1) == 2


def test_colours():
    assert "NO_COLOR" not in os.environ
    assert sums.add(1, 1) == 2
"""


@pytest.mark.parametrize(("check", "measure"), [("pytest", "failed"), ("test-quality", "without")])
def test_tests_run_as_they_do_by_hand(project: str, check: str, measure: str) -> None:
    """A suite may start its own program again, by every start method and by its names."""
    settings = projects.SETTINGS + "addopts = '-n 2 -p no:cacheprovider'\n"
    build(project, service(settings=settings, tests=STARTS_ITSELF))
    outcome = run_check(check, project)
    assert outcome.value(measure) == 0, outcome.stderr
