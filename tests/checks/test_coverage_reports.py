"""Reports of coverage: lines and branches, what the report leaves out, and what a change adds."""

from pathlib import Path

import pytest

from tests.checks.test_reports import WRITTEN, read, reason
from tests.support.checking import build
from tests.support.repositories import commit

FILES = dict.fromkeys(["src/sums.py", "src/sums.js", "src/org/a/Sums.java", "src/Sums.cs"], "x\n")


@pytest.mark.parametrize(
    ("file", "lines", "percent", "branches"),
    [
        ("coverage_7.17.5.cobertura.xml", 6, 66.6667, 2),
        ("coverage_7.17.5.json", 6, 66.6667, 2),
        ("coverage_7.17.5.lcov", 6, 66.6667, 2),
        ("jest_30.5.2.clover.xml", 5, 60, 2),
        ("jest_30.5.2.cobertura.xml", 5, 60, 2),
        ("jest_30.5.2.lcov", 5, 60, 2),
        ("go_1.24.4.out", 8, 37.5, 0),
        ("jacoco_documented.xml", 5, 60, 2),
        ("opencover_documented.xml", 5, 40, 2),
    ],
)
def test_each_writer_of_coverage_is_counted(
    project: str, file: str, lines: int, percent: float, branches: int
) -> None:
    """As the tool itself counts, in whatever format; one of two branches ran."""
    commit(Path(project), {**FILES, "sums.go": "x\n"})
    outcome = read(project, "coverage-report", (WRITTEN / file).read_bytes(), source=".")
    assert float(outcome.number("percent_lines")) == percent
    assert [outcome.number(name) for name in ("lines", "branches")] == [lines, branches]
    share = "percent_branches" if branches else "percent_statements"
    assert outcome.number(share) == 50


LCOV = "SF:src/a.js\nDA:1,1\nDA:2,0\nend_of_record\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (LCOV[:-15], "the-report:3:1: it ends before it is whole"),
        (LCOV.replace("1,1", "1,x"), "the-report:2:1: the numbers of 'DA:1,x' cannot be read"),
        ("Lines: 80 %\n", "the-report:1:1: expected a line of LCOV or of a profile of Go"),
        (
            "<html/>",
            "the-report:1:1: expected Cobertura, JaCoCo, Clover or OpenCover, found <html>",
        ),
        ('<report><line nr="1"/></report>', "the-report:1:9: <line> has no 'ci'"),
        ('{"lines": 80}', "expected the JSON of coverage.py, found no files in it"),
        ("mode: set\n", "the report has no executable line of a file that Git lists in .;"),
        (LCOV.replace("a.js", "b.js"), "Git lists in .; it names src/b.js"),
    ],
)
def test_what_is_no_whole_report_of_coverage_is_an_error_at_its_place(
    project: str, text: str, why: str
) -> None:
    """Cut off, of another format, of no line, or of other files than the project's."""
    commit(Path(project), {"src/a.js": "1\n2\n"})
    assert why in reason(read(project, "coverage-report", text, source="."))


def test_files_that_the_report_leaves_out_are_counted_against_those_of_git(project: str) -> None:
    """Those of the same kind, unless `source` leaves them out; one of several names is none."""
    commit(Path(project), {f"src/{name}": "1\n" for name in ("a.js", "b.js", "c.test.js", "d.md")})
    outcome = read(project, "coverage-report", LCOV, source="src :!*.test.js")
    assert outcome.number("unlisted") == 1
    assert [each["path"] for each in outcome.findings] == ["src/a.js", "src/b.js"]


def test_the_lines_that_a_change_adds_are_counted_alone(project: str) -> None:
    """A changed file that is not in the report leaves the share unknown."""
    base = commit(Path(project), {"src/a.js": "1\n", "src/b.js": "1\n"})
    build(project, {"src/a.js": "1\n2\n3\n"})
    report = LCOV.replace("DA:2,0\n", "DA:2,1\nDA:3,0\n")
    outcome = read(project, "coverage-report", report, source="src", diff=base)
    assert (outcome.value("changed_lines"), outcome.value("percent_changed")) == (2, 50)
    assert [(each["path"], each["line"]) for each in outcome.findings] == [("src/a.js", 3)]

    build(project, {"src/b.js": "1\n2\n"})
    outcome = read(project, "coverage-report", report, source="src", diff=base)
    assert "percent_changed" in reason(outcome, "percent_changed")
