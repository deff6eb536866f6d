"""The small projects that recordings are made of, tried with the tools that are here."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from readiness.model.judgement import Measurement
from tests.support.cases import Case
from tests.support.checking import ROOT, Outcome, build, catalogue, run_check, text_of, works
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
def test_a_tool_says_what_is_recorded(
    check: str, case: Case, project: str, golden: Callable[[str, str], None]
) -> None:
    """Of a clean project, of one with nothing to look at, and all of one that fails."""
    if not works(catalogue()[check]):
        pytest.skip(f"not installed: {', '.join(catalogue()[check].tools)}")
    outcome = run_check(check, build(project, case.files), case.params)
    assert what_is_read(outcome) in recorded(check, case.name), outcome
    if case.name == "failing":
        golden(f"tools/{check}.txt", all_of(outcome).replace(f"{project}/", ""))


def test_two_versions_of_each_tool_are_recorded() -> None:
    """But for those that the overview of the checks names, with what they were tried."""
    once = {
        check
        for check in TOOLS
        if len({name.partition("_")[0] for name in os.listdir(f"{RECORDINGS}/{check}")}) < 2
    }
    section = Path(ROOT, "docs", "checks.md").read_text("utf-8").partition("## With what")[2]
    excepted = set(re.findall(r"checks/([\w-]+)\.md", section))
    assert once <= excepted <= TOOLS.keys()


def all_of(outcome: Outcome) -> str:
    """Return each number that does not depend on the machine, and where each finding is."""
    lines = []
    for measure in outcome.check.measures:
        reading = outcome.read(measure.name)
        assert isinstance(reading, Measurement), reading
        lines += [f"{measure.name} {text_of(reading.value)}"] if measure.unit != "s" else []
    places = [f"{each['path']}:{each['line']} {each['rule']}".strip() for each in outcome.findings]
    return "\n".join([*lines, *sorted(places), ""])
