"""Section B: values and verdict. Nothing that was not measured passes, whatever was printed."""

import html
import re

import pytest

from tests.faults.rows import (
    Fault,
    holds,
    name_of,
    passes,
    plain,
    refused,
    together,
    tried,
)
from tests.support.program import Project, a_board, number

pytestmark = pytest.mark.usefixtures("nothing_outlives_a_run")

ZERO = "== 0"
WORKS = number("echo 'errors: 0'", ZERO)


def text(command: str, regex: str, expect: str, **changes: object) -> dict[str, object]:
    """A criterion on what a pattern finds."""
    return {"run": command, "read": {"as": "text", "regex": regex}, "expect": expect} | changes


FAULTS = [
    Fault(27, plain("no_such_tool ."), "error", "tool_missing", 3, "not found (127)",
          plain("test -d .")),
    Fault(31, number("true", ZERO), "error", "no_value", 3, "no value", WORKS),
    Fault(33, number("echo 'errors: 1,234'"), "error", "not_a_number", 3, "1,234",
          number("echo 'errors: 1'")),
    Fault(35, number("echo 'errors: nan'", ZERO), "error", "not_a_number", 3, "nan", WORKS),
    Fault(37, text(r"printf '\033[31m12\033[0m errors\n'", r"(\d+)\S* errors", "<= 11"),
          "fail", None, 1, "12",
          text(r"printf '\033[31m12\033[0m errors\n'", r"(\d+)\S* errors", "<= 20")),
    Fault(39, text("echo 99.96", r"[\d.]+", ">= 100"), "fail", None, 1, "99.96",
          text("echo 100.00", r"[\d.]+", ">= 100")),
    Fault(41, text(f"echo {'a' * 60}", r"(\w+\s?)*errors", ZERO),
          "error", "pattern_too_slow", 3, "too slow",
          text("echo a b 3 errors", r"(\d+)\s?errors", "== 3")),
    Fault(45, number(r"printf 'errors: 2 caf\351\n'", ZERO), "fail", None, 1, "2",
          number(r"printf 'errors: 0 caf\351\n'", ZERO)),
    Fault(49, plain("echo 'collected 0 items'; exit 5"), "fail", None, 1, "5",
          plain("echo 'collected 3 items'; test -d .")),
]  # fmt: skip

NEIGHBOURS = [
    Fault(41, text(f"echo {'a' * 60}", r"\w+", r"matches (\w+\s?)*errors"),
          "error", "pattern_too_slow", 3, "too long",
          text("echo three errors", ".+", r"matches (\w+\s?)*errors")),
    Fault(41, number(f"echo 'errors: 0 {'a' * 60}'", ZERO,
                     proof={"as": "text", "regex": r"(\w+\s?)*errors:$"}),
          "error", "pattern_too_slow", 3, "too slow",
          number("echo 'errors: 0'", ZERO, proof={"as": "text", "regex": r"(\w+\s?)*errors:"})),
    Fault(41, number(f"echo 'errors: 0 {'a' * 60}'", ZERO, reject=r"(\w+\s?)*fatal"),
          "error", "pattern_too_slow", 3, "too slow",
          number("echo 'errors: 0'", ZERO, reject=r"(\w+\s?)*fatal")),
]  # fmt: skip


@pytest.mark.parametrize("fault", [*FAULTS, *NEIGHBOURS], ids=name_of)
def test_a_row_and_its_twin(project: Project, twin: Project, fault: Fault) -> None:
    """Never a pass by accident; the twin passes."""
    together(lambda: holds(project, fault), lambda: passes(twin, fault.twin))


def test_29_a_masked_failure_is_an_error(project: Project, twin: Project) -> None:
    """A command that would pass without its tool needs the tool. Twin: it has a proof."""
    command = "no_such_tool . 2>/dev/null | grep -c error || true"
    masked = text(command, r"\d+", ZERO) | {"trial": True}
    holds(project, Fault(29, masked, "error", "tool_missing", 3, "no_such_tool", masked))
    proof = {"as": "text", "regex": "done"}
    proven = text("echo done; printf '' | grep -c error || true", r"\d+", ZERO, proof=proof)
    passes(twin, proven)
    holds(project, Fault(29, masked | {"proof": proof}, "error", "no_proof", 3, "", proven))


def test_39_a_value_is_shown_as_it_was_measured(project: Project) -> None:
    """99.96 is 99.96 in every format that shows values, and never 100."""
    seen = tried(project, a_board(FAULTS[5].inject))
    shown = [seen.reports["table"], seen.reports["json"], project("score").out]
    for report in shown:
        assert re.search(r"\b99\.96\b", report)
    for report in (*shown, *seen.reports.values()):
        told = re.sub(r'width="[^"]*"', "", html.unescape(report).replace(">= 100", ""))
        assert not re.search(r"\b100(\.0+)?\b(?!%)", told), report


def test_41_a_pattern_gone_wild_costs_the_others_nothing(project: Project) -> None:
    """The criteria beside it are measured as ever, each pattern in its two seconds. Twin: they."""
    wild = FAULTS[6].inject
    seen = tried(project, a_board(wild, WORKS, wild | {"run": f"echo {'b' * 60}"}, WORKS))
    assert [one.verdict for one in seen.run.criteria()] == ["error", "pass", "error", "pass"]


REJECTING = """summary: x
run: "echo 'errors: 0'{crash}"
reject: panic
measures: {{errors: {{as: text, regex: 'errors: (.*)'}}}}
expect: '== 0'
"""


def test_47_what_a_check_rejects_is_no_result(project: Project) -> None:
    """A crash beside a good number is an error. Twin: without the crash it passes."""
    checks = project.folder / "checks"
    checks.mkdir()
    crash = "; echo 'panic: nil map' >&2"
    (checks / "crashing.yaml").write_text(REJECTING.format(crash=crash))
    (checks / "fine.yaml").write_text(REJECTING.format(crash=""))
    inline = number("echo 'errors: 0'; echo fatal >&2", ZERO, reject="fatal")
    seen = tried(project, a_board({"check": "crashing"}, {"check": "fine"}, inline))
    assert seen.ended.status == 3
    assert [one.verdict for one in seen.run.criteria()] == ["error", "pass", "error"]


def test_51_a_score_of_which_nothing_is_known_is_unknown(project: Project, twin: Project) -> None:
    """Neither 0 of 0 nor 100, in any format. Twin: one that is measured has a score."""
    missing = [plain(f"no_such_tool {place}") for place in range(3)]
    seen = tried(project, a_board(*missing))
    assert seen.ended.status == 3
    assert (seen.run.score.value, seen.run.score.measured, seen.run.score.in_scope) == (None, 0, 3)
    assert "Score unknown" in seen.reports["table"]
    printed = project("score")
    assert printed.status == 3
    assert "Readiness: unknown" in printed.out
    for report in (*seen.reports.values(), printed.out):
        report = re.sub(r"<(style|script)>.*?</\1>|<[^>]*>", " ", report, flags=re.DOTALL)
        assert not re.search(r"\b0/0\b|\b0 of 0\b|\b100 ?%", report), report
    measured = tried(twin, a_board(plain("test -d ."), *missing[1:]))
    assert measured.run.score.value == pytest.approx(10 / 3)


@pytest.mark.parametrize(
    "board",
    [
        a_board(),
        {"version": 1, "title": "A"},
        {"version": 1, "title": "A", "tasks": [{"id": "T1", "title": "t", "criteria": None}]},
    ],
    ids=range(3),
)
def test_53_a_board_without_criteria_is_a_fault(project: Project, board: object) -> None:
    """There is nothing to be ready. Twin: with one criterion it is."""
    project.write(board)
    refused(project)
    passes(project, plain("test -d ."))


BLANK = ["", "\t\n ", "# one\n  # two\n", "\\\n"]


@pytest.mark.parametrize("command", BLANK, ids=repr)
def test_a_command_that_does_nothing_is_refused(project: Project, command: str) -> None:
    """Blank lines and comments end with status 0 in every shell."""
    project.write(a_board(plain(command)))
    assert re.match(r"board\.yaml:1:\d+: T1\.1: ", refused(project).err)


def test_43_a_pattern_that_is_none_is_a_fault_of_the_board(project: Project, twin: Project) -> None:
    """With the criterion and the position; nothing is run. Twin: the same, closed."""
    project.write(a_board(plain("touch ran"), text("echo 1", "(", ZERO)))
    faults = refused(project).err
    assert re.match(r"board\.yaml:1:\d+: T1\.2: ", faults)
    assert "at character 1" in faults
    assert not (project.folder / "ran").exists()
    passes(twin, text("echo 0", "(.)", ZERO))
