"""Section A6 to A8: switches, numbers in text, and what cannot fail."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.faults.rows import passes, plain, refused, tried
from tests.support.program import Ended, Project, a_board

# --- A6: switches ---------------------------------------------------------------------------------

SWITCHES = [
    ("documents", {"paths": "a.md"}, "execute", "yes"),
    ("mypy", {}, "neutral", "yes"),
    ("mypy", {}, "neutral", "'True'"),
    ("make-target", {"target": "lint"}, "in_place", "1"),
    ("coverage", {}, "neutral", "on"),
    ("lock", {}, "environment", '""'),
]


def with_switch(check: str, others: Mapping[str, str], name: str, value: str) -> str:
    """A board, as text: how a value is written matters here."""
    params = ", ".join([*(f'{key}: "{text}"' for key, text in others.items()), f"{name}: {value}"])
    return f"tasks: [{{id: T1, criteria: [{{check: {check}, with: {{{params}}}}}]}}]\n"


@pytest.mark.parametrize(("check", "others", "name", "value"), SWITCHES)
def test_1601_to_1607_a_switch_that_is_neither(
    project: Project, check: str, others: Mapping[str, str], name: str, value: str
) -> None:
    """The board is refused, with the word to write. Twin: `true` and `false` are none."""
    project.write(with_switch(check, others, name, value))
    ended = refused(project)
    assert "is neither true nor false; write " in ended.err
    for word in ("true", "false", "'true'", '"false"'):
        project.write(with_switch(check, others, name, word))
        assert project("validate").status == 0


def test_a_switch_may_come_from_outside(project: Project) -> None:
    """What a variable or a matrix gives is held to the same; a word of another parameter is not."""
    (project.folder / "checks").mkdir()
    (project.folder / "checks" / "own.yaml").write_text(
        "summary: x\nparams: {deep: {default: false}, word: {default: x}}\n"
        'run: test "$deep" = true\n'
    )
    project.write(a_board({"check": "own", "with": {"deep": "${DEEP:-true}", "word": "yes"}}))
    assert project("check").status == 0
    assert "neither true nor false" in project("check", env={"DEEP": "yes"}).err
    project.write(a_board({"check": "own", "matrix": {"deep": ["true", "no"]}}))
    assert project("check").status == 2


# --- A7: numbers in text --------------------------------------------------------------------------


def number(output: bytes, regex: str, expect: str, **more: str) -> dict[str, Any]:
    """A criterion that reads a number from a file with these bytes."""
    command = "printf '" + "".join(f"\\{byte:03o}" for byte in output) + "'"
    return plain(command, read={"as": "text", "regex": regex, **more}, expect=expect)


NUMBERS = {
    1701: (b"Coverage \x965%", r"(\d+)%", ">= 80", b"Coverage 95%"),
    1703: (b"\x95 errors", r"(\d+) errors", "<= 100", b"5 errors"),
    1705: (b"1 000 errors", r"(\d+) errors", "== 0", b"3 passed 0 errors"),
    1707: (b"errors: 1\x002", r"errors: (\d+)", "<= 5", b"errors: 1\n2"),
    1709: ("errors: 1\u200b2".encode(), r"errors: (\d+)", "<= 5", "错误 errors: 1".encode()),
    1713: (b"12 345 678 ms", r"(\d+) ms", "<= 1000", b"12  345  678 ms"),
    1715: ("errors: 1\u00ad2".encode(), r"errors: (\d+)", "<= 5", "errors: 1 \u00ad".encode()),
}
# Neighbours: (output, regex, expectation).
BROKEN = [
    (b"errors: 1\xa02", r"errors: (\d+)", "<= 5"),
    ("errors: 1\u2060000".encode(), r"errors: (\d+)", "<= 5"),
    ("errors: 1\u20e3".encode(), r"errors: (\d+)", "<= 5"),
    ("1½ errors".encode(), r"(\d+)", "<= 1"),
    ("5\ufffd errors".encode(), r"(\d+)", "<= 5"),
    ("1\u2007000 errors".encode(), r"(\d+) errors", "== 0"),
    ("1\u066c000 errors".encode(), r"(\d+) errors", "== 0"),
    (b"12\x08\x083 errors", r"(\d+) errors", "<= 5"),
    (b"took 2 120 ms", r"took (\d+)", "<= 5"),
    (b"-1 000 000", r"(-\d+)", ">= -1"),
    (b"total: 1 000,50 s", r"(\d+) ?", "<= 5"),
    (b"1\t000 errors", r"(\d+) errors", "== 0"),
    (b"found 1\t234 errors", r"(\d+) errors", "<= 500"),
    (b"1\t000", r"(\d+)$", "== 0"),
    (b"1 000\t000 errors", r"(\d+) errors", "== 0"),
    ("1\u3000000 errors".encode(), r"(\d+) errors", "== 0"),
]
WHOLE = [
    (b"3 passed 0 errors in 100 files", r"(\d+) errors", "== 0"),
    (b"  12 3456 789 total", r"(\d+) total", "== 789"),
    (b"2025-11-25 120 errors", r"(\d+) errors", "== 120"),
    (b"src/a.py:3 100 %", r"(\d+) %", "== 100"),
    (b"5 127.0.0.1", r"^(\d+)", "== 5"),
    (b"TOTAL     928    120    87%", r"(\d+)%", "== 87"),
    (b"3 passed\t0 errors", r"(\d+) errors", "== 0"),
    (b"3\t120\tsrc/a.py", r"^\d+\t(\d+)", "== 120"),
    (b"     3\t120 errors", r"(\d+) errors", "== 120"),
    (b"passed\t3\t120 errors", r"(\d+) errors", "== 120"),
    (b"3\t120", r"(\d+)$", "== 120"),
    (b"3\t007\tBond", r"^(\d+)", "== 3"),
    (b"run 3/4 100 ms", r"(\d+) ms", "== 100"),
    (b"\x1b[1m12\x1b[0m errors", r"(\d+) errors", "== 12"),
    ("\u2714 12 errors".encode(), r"(\d+) errors", "== 12"),
    ("错误12个".encode(), r"(\d+)", "== 12"),
    (b"caf\xe9: 3 errors", r"(\d+) errors", "== 3"),
]


@pytest.mark.parametrize("row", NUMBERS)
def test_1701_to_1715_numbers_that_are_none(project: Project, row: int) -> None:
    """An error, never the first piece. Twin: the nearest output that is one plain number."""
    output, regex, expect, healthy = NUMBERS[row]
    (seen,) = tried(project, a_board(number(output, regex, expect))).run.criteria()
    assert seen.verdict == "error", seen
    (seen,) = tried(project, a_board(number(healthy, regex, "<= 1000"))).run.criteria()
    assert seen.value is not None, seen


def test_1711_a_count_of_nothing_proves_nothing(project: Project) -> None:
    """No output, no proof: an error that shows how to prove it. Twin: some output counts as 0."""
    count = {"read": {"as": "text", "count": "error:"}, "expect": "== 0"}
    (seen,) = tried(project, a_board(plain("test -d .", **count))).run.criteria()
    assert (seen.verdict, seen.reason_code) == ("error", "no_value")
    assert "`proof: {as: text, regex: '^done$'}`" in (seen.hint or "")
    passes(project, plain("echo ok", **count))
    proven = {**count, "proof": {"as": "text", "from": "stderr", "regex": "^done$"}}
    passes(project, plain("echo done >&2", **proven))


def test_numbers_that_are_none_and_those_that_are(project: Project) -> None:
    """Each neighbour that is broken is an error; each that stands whole is read, all in one run."""
    criteria = [number(*each) for each in (*BROKEN, *WHOLE)]
    ended = tried(project, a_board(*criteria)).run.criteria()
    said = [(criterion.verdict, criterion.reason) for criterion in ended]
    assert [verdict for verdict, _ in said[: len(BROKEN)]] == ["error"] * len(BROKEN), said
    assert [verdict for verdict, _ in said[len(BROKEN) :]] == ["pass"] * len(WHOLE), said


# --- A8: what cannot fail -------------------------------------------------------------------------

SURE = [
    ({"run": "exit 7", "expect": "< 124"}, {"run": "exit 7", "expect": "< 100"}),
    ({"run": "exit 7", "expect": "<= 255"}, {"run": "exit 7", "expect": "<= 3"}),
    ({"run": "exit 7", "expect": "between 0 and 123"}, {"run": "x", "expect": "between 0 and 3"}),
    (
        {"run": "sh gate.sh", "exit": {"ok": [3]}, "expect": "== 3"},
        {"run": "sh gate.sh", "exit": {"ok": [0, 3]}, "expect": "== 3"},
    ),
]


@pytest.mark.parametrize(("sure", "healthy"), SURE)
def test_1801_to_1821_what_cannot_fail(
    project: Project, sure: Mapping[str, Any], healthy: Mapping[str, Any]
) -> None:
    """Validate refuses it, with a hint. Twin: the same question in words that can fail."""
    project.write(a_board(sure))
    ended = validated(project, 2)
    assert "; " in ended.out + ended.err
    project.write(a_board(healthy))
    validated(project, 0)


def validated(project: Project, status: int) -> Ended:
    """Validate the project's board."""
    ended = project("validate")
    assert ended.status == status, ended
    return ended


NOBODY = ["\u200b", " ", "\u00ad\u2060", "\u3164", "\u0301", ""]


def test_1823_approved_by_nobody(project: Project) -> None:
    """Whose name cannot be seen has approved nothing. Twin: a name in any script."""
    waiver = {"reason": "no fix yet", "until": "2199-01-01"}
    for name in (*NOBODY, "李伟"):
        project.write(a_board(plain("false", waive={**waiver, "by": name})))
        validated(project, 0 if name == "李伟" else 2)
    for name in ("\u200b", "李伟"):
        word = {"by": name, "on": "2025-01-01", "valid": "90d", "evidence": "seen"}
        project.write(a_board({"attest": word}))
        validated(project, 2 if name == "\u200b" else 0)
    assert not (Path(project.folder) / ".readiness").exists()
