"""Checks that read reports: what counts, where it stands, and what is no report of this run."""

import os
import sys
import time
from pathlib import Path

import pytest

from readiness.model.judgement import Unmeasured
from tests.support.checking import ROOT, Outcome, build, run_check
from tests.support.repositories import commit

WRITTEN = Path(ROOT, "tests", "recordings", "written_reports")
"""What real tools wrote; those of the formats of .NET are after their documentation."""


def read(project: str, check: str, text: str | bytes, command: str = "", **params: str) -> Outcome:
    """Have a command write this text as the report, as of no day."""
    data = text.encode() if isinstance(text, str) else text
    Path(project, "as-written").write_bytes(data.replace(b"2026-", b"1970-"))
    command = f"cp as-written the-report; {command}"
    return run_check(check, project, {"command": command, "report": "the-report", **params})


def reason(outcome: Outcome, measure: str = "") -> str:
    """What the gate says about a report that counts for nothing."""
    unmeasured = outcome.read(measure)
    assert isinstance(unmeasured, Unmeasured), outcome
    return f"{unmeasured.code}: {unmeasured.reason}"


def test_a_command_that_writes_a_report_may_have_colours(project: str) -> None:
    """The variable that forbids them would fail tests of colours, which pass by hand."""
    text = (WRITTEN / "node_20.20.2.xml").read_bytes()
    assert (
        read(project, "junit", text, '[ -z "${NO_COLOR-}" ] || exit 3; exit 1').number("failed")
        == 1
    )


NAMES = ("tests", "failures", "errors", "skipped", "flaky")


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("jest-junit_17.0.0.xml", (3, 1, 0, 1, 0)),
        ("vitest_4.1.12.xml", (3, 1, 0, 1, 0)),
        ("mocha_12.0.3.xml", (3, 1, 0, 1, 0)),
        ("node_20.20.2.xml", (3, 1, 0, 1, 0)),
        ("pytest_9.2.0.xml", (4, 1, 1, 1, 0)),
        ("bats_1.11.1.xml", (3, 1, 0, 1, 0)),
        ("surefire_documented.xml", (4, 1, 1, 0, 1)),
        ("nunit3_documented.xml", (4, 1, 1, 1, 0)),
        ("nunit2_documented.xml", (4, 1, 1, 1, 0)),
        ("xunit2_documented.xml", (3, 1, 0, 1, 0)),
        ("trx_documented.trx", (4, 1, 1, 1, 0)),
    ],
)
def test_each_writer_of_test_reports_is_counted_in_its_own_way(
    project: str, file: str, counts: tuple[int, ...]
) -> None:
    """Tests, failures, errors, skips and those that passed only when run again."""
    outcome = read(project, "junit", (WRITTEN / file).read_bytes(), "exit 1")
    assert tuple(int(outcome.number(name)) for name in NAMES) == counts
    assert outcome.number("failed") == counts[1] + counts[2] == len(outcome.findings)


SUITE = '<testsuite name="s" tests="{tests}" failures="{bad}">{cases}</testsuite>'
CASE = '<testcase classname="c" name="n"/>'
BOMB = '<!DOCTYPE a [<!ENTITY b "bb">]>'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "unreadable: the-report:1:1: it is empty"),
        ("<html>\n</html>", "the-report:1:1: expected a report of tests"),
        (f"<testsuite>\n{CASE}\n<testcase", "the-report:3:1: it ends before it is whole"),
        ("<testsuites>\n<testsuite/></testsuites>", "the-report:1:1: it names no test"),
        (SUITE.format(tests=3, bad=0, cases=CASE), "it speaks of 3 tests and names 1"),
        (SUITE.format(tests=1, bad=1, cases=CASE), "it speaks of 1 failed tests and names 0"),
        (f"{BOMB}<testsuite>{CASE}</testsuite>", "the-report:1:25: it declares entities"),
        (f"<testsuite a='{'x' * 9_000_000}'>{CASE}</testsuite>", "more than 8 MiB"),
        (
            '<TestRun><ResultSummary outcome="Aborted"/></TestRun>',
            "the-report:1:10: the run was broken off (aborted)",
        ),
    ],
)
def test_what_is_no_whole_report_of_tests_is_an_error_at_its_place(
    project: str, text: str, why: str
) -> None:
    """Empty, cut off, of another format, of nothing, or in contradiction to itself."""
    assert why in reason(read(project, "junit", text))


def test_a_word_that_no_format_has_is_not_passed(project: str) -> None:
    """Whatever a writer may mean by it."""
    text = '<assemblies><assembly><test name="t" result="Perhaps"/></assembly></assemblies>'
    assert read(project, "junit", text).number("errors") == 1


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("true", "the-report is older than the run"),
        ("rm the-report", "unreadable: the-report was not written"),
        ("touch the-report; exit 3", "the command ended with status 3, expected 0 or 1"),
        ("kill -9 $$", "the command ended with signal 9"),
        ("touch the-report; exit 1", "ended with status 1, and nothing in its report is bad"),
        ("no-such-runner", "tool_missing"),
        ("", "it is not known of which run the-report is"),
    ],
)
def test_a_report_counts_only_if_the_command_wrote_it_and_ended_well(
    project: str, command: str, why: str
) -> None:
    """What an earlier run left says nothing of this one."""
    build(project, {"the-report": f"<testsuite>{CASE}</testsuite>"})
    os.utime(Path(project, "the-report"), (time.time() - 60,) * 2)
    params = {"command": command, "report": "the-report"}
    assert why in reason(run_check("junit", project, params))


@pytest.mark.parametrize(
    ("dates", "counts"),
    [
        (["2024-05-01T10:00:00"], False),
        (["2024-05-01T10:00:00Z", "2024-05-01T10:00:00.123+02:00"], False),
        (["2024-05-01T10:00:00Z", "{now}"], True),
        (["{now}-12:00"], True),
        (["1970-01-01T00:00:00Z"], True),
        (["1 May 2024"], True),
    ],
)
def test_a_copy_of_an_old_report_is_not_of_this_run(
    project: str, dates: list[str], counts: bool
) -> None:
    """By the newest time in it, whatever its zone; what stands for no time says nothing."""
    now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - 36_000))
    suites = [f'<testsuite timestamp="{date.format(now=now)}">{CASE}</testsuite>' for date in dates]
    build(project, {"old.xml": f"<testsuites>{''.join(suites)}</testsuites>"})
    outcome = run_check("junit", project, {"command": "cp old.xml r.xml", "report": "r.xml"})
    assert outcome.is_error is not counts
    assert counts or "stale_file: r.xml says that it is of 2024-05-0" in reason(outcome)


def test_what_a_command_prints_can_be_the_report(project: str) -> None:
    """`-` is its standard output."""
    params = {"command": f"echo '<testsuite>{CASE}</testsuite>'", "report": "-"}
    assert run_check("junit", project, params).number("tests") == 1


def test_what_ci_left_counts_for_the_commit_that_is_checked_out(project: str) -> None:
    """While it is new enough, names the commit, and nothing has changed since."""
    text = '<testsuite timestamp="{}"><testcase name="n"/></testsuite>'
    head = commit(Path(project), {"a.txt": "1", ".gitignore": "r.xml\n"})
    params = {"report": "r.xml", "within": "1h", "commit": head}
    build(project, {"r.xml": text.format("2100-01-01T00:00:00Z")})
    assert run_check("junit", project, params).number("tests") == 1

    other = run_check("junit", project, {**params, "commit": "0" * 40})
    assert "not_the_tree: the report is of commit 000000000000" in reason(other)
    build(project, {"r.xml": text.format("2020-01-01T00:00:00Z")})
    outcome = run_check("junit", project, params)
    assert "stale_file: r.xml says that it is of 2020" in reason(outcome)
    os.utime(Path(project, "r.xml"), (time.time() - 7200,) * 2)
    assert "stale_file: r.xml is older than `within`" in reason(run_check("junit", project, params))
    build(project, {"a.txt": "2"})
    assert "not_the_tree: files have changed" in reason(run_check("junit", project, params))


@pytest.mark.parametrize(
    ("case", "place"),
    [
        ('name="t" file="src/sum.test.js" line="3"', ("src/sum.test.js", 3, "t")),
        ('name="t" classname="org.a.SumTest"', ("src/org/a/SumTest.java", 12, "t")),
        ('name="t" classname="sums.test_sums.TestSums"', ("sums/test_sums.py", 0, "t")),
        ('name="t" classname="unknown"', ("src/org/a/SumTest.java", 12, "t")),
    ],
)
def test_a_failed_test_stands_in_its_file(
    project: str, case: str, place: tuple[str, int, str]
) -> None:
    """By what the report says of it, by its class, or by the first place that its failure names."""
    build(project, dict.fromkeys(["src/sum.test.js", "src/org/a/SumTest.java"], ""))
    build(project, {"sums/test_sums.py": ""})
    text = f"<testsuite><testcase {case}><failure>at org.a.SumTest.t(SumTest.java:12)</failure>"
    (finding,) = read(project, "junit", f"{text}</testcase></testsuite>", "exit 1").findings
    assert (finding["path"], finding["line"], finding["rule"]) == place


def test_a_report_of_any_size_is_read_in_little_memory(project: str) -> None:
    """All that a test prints is passed over, not kept."""
    python = Path(project, "little-python")
    python.write_text(f'#!/bin/sh\nulimit -v 90000; exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    case = f'<testcase name="n"><system-out>{"x" * 1000}</system-out></testcase>'
    with Path(project, "large").open("w") as file:
        file.write("<testsuite>")
        file.writelines(case for _ in range(100_000))
        file.write("</testsuite>")
    params = {"command": "touch large", "report": "large"}
    outcome = run_check("junit", project, params, python=str(python))
    assert outcome.number("tests") == 100_000


# --- SARIF ----------------------------------------------------------------------------------------

LEVELS = ("results", "errors", "warnings", "notes", "suppressed")


def sarif(*runs: str) -> str:
    """Write a log of SARIF, after the examples of the standard."""
    rule = '{"id": "N", "defaultConfiguration": {"level": "note"}}'
    tool = f'"tool": {{"driver": {{"name": "t", "rules": [{rule}]}}}}'
    texts = ", ".join(f"{{{tool}, {run}}}" for run in runs)
    return f'{{"version": "2.1.0",\n"runs": [{texts}]}}'


@pytest.mark.parametrize(
    ("results", "counts"),
    [
        ('{"level": "error"}, {"level": "note"}, {"level": "none"}', (3, 1, 0, 1, 0)),
        ('{}, {"ruleId": "N"}, {"ruleIndex": 0}, {"ruleId": "N/1"}', (4, 0, 1, 3, 0)),
        ('{"kind": "pass"}, {"kind": "fail"}, {"baselineState": "absent"}', (1, 0, 1, 0, 0)),
        ('{"suppressions": [{"kind": "inSource"}]}, {"suppressions": []}', (1, 0, 1, 0, 1)),
        ('{"suppressions": [{"kind": "external", "status": "underReview"}]}', (1, 0, 1, 0, 0)),
    ],
)
def test_results_of_sarif_are_counted_as_the_standard_says(
    project: str, results: str, counts: tuple[int, ...]
) -> None:
    """By level, which their rule may decide; what is suppressed, gone or well is none."""
    outcome = read(project, "sarif", sarif(f'"results": [{results}]'), paths="")
    assert tuple(int(outcome.number(name)) for name in LEVELS) == counts


@pytest.mark.parametrize(
    ("file", "counts"),
    [("ruff_0.17.6.sarif", (2, 2, 0, 0, 0)), ("eslint_10.15.0.sarif", (2, 1, 1, 0, 0))],
)
def test_each_writer_of_sarif_is_counted(project: str, file: str, counts: tuple[int, ...]) -> None:
    """And its results stand in their files."""
    outcome = read(project, "sarif", (WRITTEN / file).read_bytes(), "exit 1", paths="")
    assert tuple(int(outcome.number(name)) for name in LEVELS) == counts
    assert {Path(finding["path"]).stem for finding in outcome.findings} == {"a"}


BROKEN_OFF = '"results": [], "invocations": [{"executionSuccessful": %s, "%s": [%s]}]'
UNREAD = '{"level": "error", "message": {"text": "a.js was not read"}}'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"version": "2.1.0"}', "the-report:1:1: it has no run"),
        ('{"runs": []}', "the-report:1:1: expected SARIF 2.1.0, found no version"),
        ('{"version": "1.0.0", "runs": []}', "expected SARIF 2.1.0, found 1.0.0"),
        (sarif('"a": 1'), "run 1 (t) has no results, not even an empty list"),
        (sarif(BROKEN_OFF % ("false", "x", "")), "run 1 (t) did not succeed"),
        (
            sarif(BROKEN_OFF % ("true", "toolExecutionNotifications", UNREAD)),
            "run 1 (t) could not do all of its work: a.js was not read",
        ),
        (sarif('"results": [3]'), "runs.*.results.* is not as SARIF 2.1.0 has it"),
        (sarif('"results": []')[:-3], "the-report:2:126: it ends before it is whole"),
        (sarif('"results": [],'), "the-report:2:127: it is not JSON (expected a key in quotes)"),
        ("<a/>", "the-report:1:1: it is not JSON (Expecting value)"),
        (
            (WRITTEN / "eslint-broken_10.15.0.sarif").read_text(),
            "run 1 (ESLint) could not do all of its work: Parsing error: Unexpected token ;",
        ),
    ],
)
def test_what_is_no_whole_log_of_sarif_is_an_error_at_its_place(
    project: str, text: str, why: str
) -> None:
    """Of another version, cut off, without a run, or of a tool that left something out."""
    assert why in reason(read(project, "sarif", text, paths=""))


def test_results_are_known_by_what_their_tool_knows_them_by(project: str) -> None:
    """The fingerprints of SARIF are those of the findings."""
    marks = '"partialFingerprints": {"primaryLocationLineHash": "39fa2ee9"}'
    (finding,) = read(project, "sarif", sarif(f'"results": [{{{marks}}}]'), paths="").findings
    assert finding["fingerprint"] == '{"primaryLocationLineHash": "39fa2ee9"}'
    # As Semgrep writes it of every result, where nobody has logged in.
    none = '"fingerprints": {"matchBasedId/v1": "requires login"}'
    (finding,) = read(project, "sarif", sarif(f'"results": [{{{none}}}]'), paths="").findings
    assert finding["fingerprint"] == ""
    (finding,) = read(
        project, "sarif", sarif(f'"results": [{{{none}, {marks}}}]'), paths=""
    ).findings
    assert finding["fingerprint"] == '{"primaryLocationLineHash": "39fa2ee9"}'


def test_a_tool_that_has_no_file_to_look_at_has_measured_nothing(project: str) -> None:
    """Zero results of nothing are no measurement."""
    build(project, {"a.py": ""})
    text = sarif('"results": []')
    assert "Git lists no file in src" in reason(read(project, "sarif", text, paths="src"))
    commit(Path(project), {})
    assert read(project, "sarif", text, paths="*.py").number("files") == 1
