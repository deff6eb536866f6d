"""Reports in TAP."""

import pytest

from tests.checks.test_reports import NAMES, WRITTEN, read, reason

TAP = (
    "TAP version 13\n# Subtest: sums\n    ok 1 - adds\n    not ok 2 - is wrong\n    1..2\n"
    "not ok 1 - sums\nok 2 - later # SKIP no time\nnot ok 3 # TODO\n1..3\n"
)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        (TAP, (4, 1, 0, 2, 0)),
        ((WRITTEN / "node_20.20.2.tap").read_text(), (3, 1, 0, 1, 0)),
        ((WRITTEN / "bats_1.11.1.tap").read_text(), (3, 1, 0, 1, 0)),
    ],
)
def test_tests_are_counted(project: str, text: str, counts: tuple[int, ...]) -> None:
    """A test that only sums up others is none of them."""
    outcome = read(project, "tap", text, "exit 1")
    assert tuple(int(outcome.number(name)) for name in NAMES) == counts


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1..3\nok 1\n", "the-report:2:1: 3 tests are planned and 1 were run"),
        ("ok 1\n", "it has no plan (1..N) and 1 were run"),
        ("1..2\nok 1\nBail out! no disk\n", "the-report:3:1: the run was broken off"),
        ("1..0 # skipped\n", "the-report:1:1: it names no test"),
    ],
)
def test_what_is_not_whole_is_an_error(project: str, text: str, why: str) -> None:
    """Broken off, without a plan, or in contradiction to itself."""
    assert why in reason(read(project, "tap", text))
