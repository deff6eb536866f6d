"""The catalogue: every check is documented, and reads what its tool really printed."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace

from readiness.decide.findings import new_findings
from readiness.model.board import Check
from readiness.model.judgement import Finding, Measurement, Unmeasured
from tests.support.checking import CHECKS, ROOT, Outcome, catalogue, replay, text_of
from tests.support.record import CASES

RECORDINGS = os.path.join(ROOT, "tests", "recordings")
NAME = re.compile(
    r"(?P<version>[\d.]+)_(?P<case>[a-z0-9-]+)\.exit(?P<exit>\d+)\.(?:is(?P<value>.+)|error)\.stdout"
)
MACHINE = re.compile(rb"/(?:work|root|home|usr/lib)/|/tmp/(?!project)")
UNITLESS = {
    *("status", "number", "at_head", "current", "body", "header", "location"),
    *("works", "right_release", "as_said", "arrived", "linked", "value"),
    *("trusted", "host_matches", "protocol", "valid"),
    *("demands_password", "exposed", "method", "version"),
}


@dataclass(frozen=True)
class Recording:
    """One recorded output: how the tool ended, and what must be read from it (None: nothing)."""

    check: str
    name: str
    exit_status: int
    value: str | None

    @property
    def stdout(self) -> bytes:
        """What the check printed."""
        with open(os.path.join(RECORDINGS, self.check, self.name), "rb") as file:
            return file.read()


def recordings() -> list[Recording]:
    """Find all recordings; a name that cannot be read is a mistake."""
    recordings = []
    for check in sorted(os.listdir(RECORDINGS)):
        for name in sorted(os.listdir(os.path.join(RECORDINGS, check))):
            if name.endswith(".stdout"):
                parts = NAME.fullmatch(name)
                assert parts, name
                recordings.append(Recording(check, name, int(parts["exit"]), parts["value"]))
    return recordings


ALL = recordings()
CHECK_NAMES = sorted(catalogue())


@pytest.fixture(params=CHECK_NAMES)
def check(request: pytest.FixtureRequest) -> Check:
    """Return each check in turn."""
    return catalogue()[request.param]


def test_a_check_says_what_it_measures(check: Check) -> None:
    """A check is documented: summary, work to do and done, expectation, help for parameters."""
    assert check.summary
    assert not check.summary.endswith(".")
    assert check.work.startswith("To do: ")
    assert " Done: " in check.work
    assert check.expect is not None
    assert all(parameter.help for parameter in check.params)


NEVER_FOUND = {"alertmanager", "audit-report", "nginx", "opentelemetry", "sentry"}
"""Checks of whose findings there is no recording; they are made as those of the others are."""


def test_a_finding_that_moves_is_the_same_and_a_second_one_is_new() -> None:
    """For every check that has findings: what holds the line knows them without their lines."""
    tried = set()
    for recording in ALL:
        check = catalogue()[recording.check]
        outcome = Outcome(check, recording.exit_status, recording.stdout, "")
        if check.findings is None or outcome.is_error:
            continue
        then = [Finding(**finding) for finding in outcome.findings]
        moved = [replace(finding, line=(finding.line or 0) + 10) for finding in then]
        assert new_findings(moved, then) == [], recording
        for finding in moved:
            tried.add(recording.check)
            assert len(new_findings([*moved, finding], then)) == 1, recording
    assert {name for name, check in catalogue().items() if check.findings} - tried == NEVER_FOUND


def test_a_check_says_how_to_get_what_it_needs(check: Check) -> None:
    """A check with a tool or a library says how to install it and how to ask for its version."""
    assert bool(check.install) == bool(check.version)
    assert check.install or not check.tools


def test_a_number_has_a_unit(check: Check) -> None:
    """Every measure that is a number has a unit."""
    assert check.measures
    assert [
        each.name for each in check.measures if not each.unit and each.name not in UNITLESS
    ] == []


def test_a_check_takes_parameters_from_the_environment(check: Check) -> None:
    """What a command refers to is declared."""
    declared = {parameter.name for parameter in check.params}
    used = set(re.findall(r"\$\{?([a-z][a-z_]*)", check.run))
    assert used <= declared


def test_a_consumer_passes_on_its_producers_parameters(check: Check) -> None:
    """What comes after a check declares its parameters too, so that all share one run."""
    declared = {parameter.name: parameter.default for parameter in check.params}
    for producer in check.after:
        for parameter in catalogue()[producer].params:
            assert declared.get(parameter.name) == parameter.default


def test_a_script_belongs_to_a_check() -> None:
    """No script is left over, and none is missing."""
    texts = [each.run for each in catalogue().values()]
    called = set(re.findall(r"CHECK_DIR/run\.py\" (\w+/\w+)", " ".join(texts)))
    programs = {
        f"{path.parent.name}/{path.stem}"
        for path in Path(CHECKS).glob("*/*.py")
        if re.search(r"^def main\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    elsewhere = {"services/__main__", "in_project/break_code"}
    assert programs - elsewhere == called


def test_no_two_checks_have_one_name() -> None:
    """A check is known by its name alone, in whichever room it stands."""
    names = [path.stem for path in Path(CHECKS).glob("*/*.yaml")]
    assert sorted(names) == sorted(set(names)) == sorted(catalogue())


def test_every_check_is_recorded(check: Check) -> None:
    """There are recordings of every check, good and bad, and the way to make them anew."""
    mine = [recording for recording in ALL if recording.check == check.name]
    assert {recording.value is None for recording in mine} == {True, False} or (
        check.name == "audit-report" and mine
    )
    assert check.name in CASES


@pytest.mark.parametrize("recording", ALL, ids=lambda each: f"{each.check}/{each.name}")
def test_what_a_tool_printed_is_read(recording: Recording) -> None:
    """The default measure is read from real output; where nothing was measured, nothing is."""
    measured = replay(catalogue()[recording.check], recording.exit_status, recording.stdout)
    if recording.value is None:
        assert isinstance(measured, Unmeasured)
    else:
        assert isinstance(measured, Measurement)
        assert text_of(measured.value) == recording.value


@pytest.mark.parametrize("recording", ALL, ids=lambda each: f"{each.check}/{each.name}")
def test_what_a_tool_printed_does_not_count_after_another_end(recording: Recording) -> None:
    """The same output with a status that the check does not allow is no measurement."""
    found = replay(catalogue()[recording.check], 137, recording.stdout)
    assert isinstance(found, Unmeasured)


def test_no_output_is_no_measurement(check: Check) -> None:
    """A tool that ends well and prints nothing has measured nothing, whichever measure is asked."""
    for each in check.measures:
        assert isinstance(replay(check, 0, b"", b"", each.name), Unmeasured)


def test_recordings_name_no_machine() -> None:
    """Recordings hold no path of the machine that made them."""
    for folder, _, names in os.walk(RECORDINGS):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                assert not MACHINE.search(file.read()), name
