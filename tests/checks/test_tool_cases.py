"""The small projects that recordings are made of, tried with the tools that are here."""

import os

import pytest

from tests.support.cases import Case
from tests.support.checking import build, catalogue, run_check, works
from tests.support.record import RECORDINGS, what_is_read
from tests.support.tool_cases import TOOLS

CASES = [
    pytest.param(check, case, id=f"{check}-{case.name}")
    for check, cases in TOOLS.items()
    for case in cases
    if not case.absent
]


def recorded(check: str, case: str) -> set[str]:
    """Return what is read from the recordings of a case: `is1` or `error`."""
    names = os.listdir(os.path.join(RECORDINGS, check))
    return {name.split(".")[-2] for name in names if f"_{case}.exit" in name}


@pytest.mark.parametrize(("check", "case"), CASES)
def test_a_tool_says_what_is_recorded(check: str, case: Case, project: str) -> None:
    """Of a clean project, of one that is not, and of one with nothing to look at."""
    if not works(catalogue()[check]):
        pytest.skip(f"not installed: {', '.join(catalogue()[check].tools)}")
    outcome = run_check(check, build(project, case.files), case.params)
    assert what_is_read(outcome) in recorded(check, case.name), outcome
