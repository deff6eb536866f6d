"""Numbers and tests that are not the same twice, in whole runs of real projects."""

import json

import pytest

from readiness.model.words import Decision, ReasonCode, Verdict
from tests.support.program import Project, a_board
from tests.support.repositories import commit, git

SPEED = {"as": "text", "regex": r"speed: (\S+)", "unit": "ms"}
# Numbers after 100 that go up and down, the next one each time.
NOISE = (
    "n=$(($(cat n 2>/dev/null || echo 0) + 1)); echo $n >n; "
    "echo speed: $(($(cat speed) + n * 7 % 5))"
)


def speed(expect: str = "< 200 ms", **changes: object) -> dict[str, object]:
    """Make a criterion that reads how fast the project is."""
    return {"run": NOISE, "read": SPEED, "expect": expect} | changes


@pytest.fixture
def noisy(project: Project) -> Project:
    """A project in a repository, with 100 ms and some noise."""
    commit(project.folder, {"speed": "100\n", ".gitignore": "n\n.readiness/\nboard.yaml\n"})
    return project


def test_samples_end_when_they_are_enough(noisy: Project) -> None:
    """Five are, far from the limit; at it, all of them are taken and nothing is wording."""
    for expect, verdict, attempts in (("< 200 ms", "pass", 5), ("< 102 ms", "error", 20)):
        noisy.write(a_board(speed(expect, samples={"min": 5, "max": 20})))
        run = noisy("check", "--output-format=json").run
        (criterion,) = run.criteria()
        assert (criterion.verdict, run.probes[0].attempts) == (Verdict(verdict), attempts)
    assert criterion.reason_code is ReasonCode.UNSETTLED


@pytest.mark.parametrize(("values", "verdict"), [(59, "pass"), (58, "error")])
def test_a_quantile_of_one_run_needs_its_number_of_values(
    project: Project, values: int, verdict: str
) -> None:
    """59 at 95 %, and fewer say so."""
    (project.folder / "times").write_text("\n".join(f"speed: {n}" for n in range(values)))
    read = SPEED | {"pick": "p95"}
    board = a_board({"run": "cat times", "read": read, "expect": "< 90 ms", "confidence": "95%"})
    project.write(board)
    (criterion,) = project("check", "--output-format=json").run.criteria()
    assert criterion.verdict is Verdict(verdict)
    if verdict == "error":
        assert criterion.reason == "p95 needs 59 values to be 95 % sure, found 58"


@pytest.mark.parametrize(("now", "verdict"), [(100, "pass"), (150, "fail")])
def test_a_change_is_measured_beside_its_base(noisy: Project, now: int, verdict: str) -> None:
    """In turn, in copies: the project itself is measured once."""
    noisy.write(a_board(speed(against="base", tolerance="10%")))
    git(noisy.folder, "checkout", "-qb", "change")
    commit(noisy.folder, {"speed": f"{now}\n", "other": "x"})
    run = noisy("check", "--output-format=json").run
    (criterion,) = run.criteria()
    assert criterion.verdict is Verdict(verdict), criterion.reason
    assert "in 5 pairs" in criterion.reason
    assert (noisy.folder / "n").read_text() == "1\n"


def test_without_an_earlier_commit_nothing_is_compared(noisy: Project) -> None:
    """That is an error, and says so."""
    noisy.write(a_board(speed(against="base")))
    (criterion,) = noisy("check", "--output-format=json").run.criteria()
    assert criterion.reason == "not settled: not compared with base: there is no earlier commit"


def held_at(project: Project, board: dict[str, object]) -> None:
    """Commit the board, for whose commit a line is held."""
    commit(project.folder, {".gitignore": "n\n.readiness/\n", "board.yaml": json.dumps(board)})


def test_noise_is_no_regression_and_a_change_is_named(noisy: Project) -> None:
    """Seven runs say what is usual; what is worse is measured twice, and then worse."""
    held_at(noisy, a_board(speed(baseline=100)))
    commit(noisy.folder, {"more": ""})
    for _ in range(12):
        noisy("check")
    held = noisy("check", "--hold-line", "--output-format=json").run
    assert held.gate.decision is Decision.HELD, held.gate.reasons
    (noisy.folder / "speed").write_text("130\n")
    worse = noisy("check", "--hold-line", "--reuse", "--output-format=json").run
    assert (worse.gate.decision, worse.probes[0].attempts) == (Decision.WORSE, 2)
    commit(noisy.folder, {"speed": "130\n"})
    for _ in range(10):
        noisy("check")
    (change,) = noisy("trend", "T1.1", "--output-format=json").json["changes"]
    assert (change["run"], change["before"], change["after"]) == (worse.id, "102", "132")


def test_a_number_that_recovers_is_no_worse(noisy: Project) -> None:
    """One run beside much else is no regression where the next one is as usual."""
    held_at(noisy, a_board(speed(baseline=100)))
    for _ in range(8):
        noisy("check")
    burst = NOISE.replace(
        "$(cat speed)", "$(cat speed) + $(rm burst 2>/dev/null && echo 90 || echo 0)"
    )
    held_at(noisy, a_board(speed(run=burst, baseline=100)))
    (noisy.folder / "burst").touch()
    held = noisy("check", "--hold-line", "--output-format=json").run
    assert (held.gate.decision, held.probes[0].attempts) == (Decision.HELD, 2)


def test_what_another_branch_measured_is_not_usual(noisy: Project) -> None:
    """Whatever it ran lately."""
    held_at(noisy, a_board(speed(baseline=100)))
    for _ in range(6):
        noisy("check")
    git(noisy.folder, "checkout", "-qb", "slow")
    commit(noisy.folder, {"speed": "130\n"})
    for _ in range(8):
        noisy("check")
    git(noisy.folder, "checkout", "-q", "-")
    (noisy.folder / "speed").write_text("130\n")
    worse = noisy("check", "--hold-line", "--output-format=json").run
    assert worse.gate.decision is Decision.WORSE


# --- tests ----------------------------------------------------------------------------------------

TESTS = "def test_even():\n    pass\n"
RUNNER = (
    'n=$(($(cat n 2>/dev/null || echo 0) + 1)); echo $n >n; [ $((n % 2)) = 0 ] && echo "[]" ||'
    ' echo \'[{"path": "tests/test_a.py", "line": 1, "rule": "test_even", "message": "odd"}]\''
)
CHECK = f"""\
summary: A runner of tests, of which one fails each second time
run: |
  {RUNNER}
measures:
  failed: {{as: json, query: "length(@)", unit: tests, better: lower}}
expect: "== 0"
findings: {{as: json, query: "@"}}
"""


@pytest.fixture
def tested(noisy: Project) -> Project:
    """A project with a flaky test, and a check that counts those that fail."""
    commit(noisy.folder, {"tests/test_a.py": TESTS, "checks/runner.yaml": CHECK})
    return noisy


def flaky_in(project: Project) -> list[tuple[str, int, int, str]]:
    """Return which tests are flaky: how often of how many, and whether that is settled."""
    tests = project("flaky", "--output-format=json").json["tests"]
    return [(each["test"], each["failures"], each["runs"], each["flakiness"]) for each in tests]


def test_a_retry_names_the_test_that_needed_it(tested: Project) -> None:
    """It is a warning; where the board lets flaky tests block, it fails."""
    tested.write(a_board({"check": "runner", "retries": 1}))
    (criterion,) = tested("check", "--output-format=json").run.criteria()
    assert (criterion.verdict, criterion.flaky) == (Verdict.WARN, True)
    assert criterion.flaky_tests == ["tests/test_a.py::test_even"]
    assert flaky_in(tested) == [("tests/test_a.py::test_even", 1, 1, "flaky")]
    tested.write(a_board({"check": "runner", "retries": 1}, flaky="blocks"))
    (criterion,) = tested("check", "--output-format=json").run.criteria()
    assert (criterion.verdict, criterion.progress) == (Verdict.FAIL, 0.0)


def test_runs_of_one_tree_tell_flaky_tests_and_a_change_does_not(tested: Project) -> None:
    """A test that fails before a commit and passes after it was repaired."""
    tested.write(a_board({"check": "runner"}))
    tested("check")
    commit(tested.folder, {"other": "x"})
    tested("check")
    assert flaky_in(tested) == []
    assert "none were run twice on the same files, in 2 runs" in tested("flaky").out
    tested("check")
    assert flaky_in(tested) == [("tests/test_a.py::test_even", 1, 3, "flaky")]
    assert "1/3  yes" in tested("flaky").out


def test_a_test_that_a_class_inherits_may_be_in_quarantine(tested: Project) -> None:
    """Its file has the class alone."""
    commit(
        tested.folder, {"tests/test_a.py": "from base import Base\n\n\nclass TestOdd(Base): ...\n"}
    )
    test = "tests/test_a.py::TestOdd::test_even"
    entry = {"test": test, "reason": "waits", "by": "li.wei", "until": "2999-01-01"}
    tested.write(a_board({"check": "runner"}, quarantine=[entry]))
    (criterion,) = tested("check", "--output-format=json").run.criteria()
    assert criterion.verdict is Verdict.WARN, criterion.reason


REPORT = """<testsuite tests="2" failures="0"><testcase classname="shop.CartTest" name="adds"/>
<testcase classname="shop.CartTest" name="pays"><flakyFailure message="late"/></testcase>
</testsuite>
"""
JUNIT = """\
summary: A runner of tests that runs those that fail again
run: cp kept.xml report.xml
measures:
  failed: {as: xml, from: report.xml, query: 'testsuite."@failures"', unit: tests, better: lower}
expect: "== 0"
flaky:
  as: xml
  from: report.xml
  query: 'testsuite.testcase[?flakyFailure].{path: "@classname", rule: "@name"}'
"""


def test_a_junit_file_names_what_was_run_again(noisy: Project) -> None:
    """As Maven writes it."""
    commit(noisy.folder, {"kept.xml": REPORT, "checks/junit.yaml": JUNIT})
    noisy.write(a_board({"check": "junit"}))
    (criterion,) = noisy("check", "--output-format=json").run.criteria()
    assert criterion.verdict is Verdict.WARN, criterion.reason
    assert flaky_in(noisy) == [("shop.CartTest::pays", 1, 1, "flaky")]


@pytest.mark.parametrize(
    ("test", "until", "verdict", "wording"),
    [
        ("tests/test_a.py::test_even", "2999-01-01", "warn", "1 in quarantine: tests/test_a.py::"),
        ("tests/test_a.py::test_even", "2020-01-01", "error", "ended on 2020-01-01"),
        ("tests/test_a.py::test_gone", "2999-01-01", "error", "test_gone, which is not there"),
        ("tests/test_b.py::test_even", "2999-01-01", "error", "which is not there"),
    ],
)
def test_a_quarantine_is_seen_and_ends(
    tested: Project, test: str, until: str, verdict: str, wording: str
) -> None:
    """Until its day the test is out of the verdict; then, and for no test, it is an error."""
    entry = {"test": test, "reason": "waits for a server", "by": "li.wei", "until": until}
    tested.write(a_board({"check": "runner"}, quarantine=[entry]))
    (criterion,) = tested("check", "--output-format=json").run.criteria()
    assert criterion.verdict is Verdict(verdict)
    assert wording in criterion.reason
