"""From what was read to the verdict: every row of the contract, and what may go wrong."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from readiness.decide.attested import evidence_path
from readiness.decide.judge import judge
from readiness.model.board import Attestation, Criterion, Measure, Reader
from readiness.model.judgement import Judgement, Reading, Unmeasured
from readiness.model.words import Better, Format, ReasonCode, Verdict
from tests.support.builders import a_criterion, a_measure, a_reading, a_waiver, an_attested

TODAY = dt.date(2025, 11, 20)
MISSING = Unmeasured(
    code=ReasonCode.TOOL_MISSING, reason="lint is not installed", hint="pip install lint"
)


def judged(criterion: Criterion, *readings: Reading, **world: Any) -> Judgement:
    """Judge on a fixed day."""
    return judge(criterion, readings, **({"today": TODAY} | world))


@pytest.mark.parametrize(
    ("criterion", "reading", "verdict", "reason", "flaky"),
    [
        (a_criterion(), a_reading(12), "pass", "12 errors", False),
        (a_criterion(), a_reading(1029), "fail", "1029 errors, expected < 50", False),
        (a_criterion(), a_reading(50), "fail", "50 errors, expected < 50", False),
        (a_criterion(warn="< 10"), a_reading(12), "warn", "12 errors, wanted < 10", False),
        (a_criterion(warn="< 10"), a_reading(9), "pass", "9 errors", False),
        (a_criterion(warn="< 10"), a_reading(51), "fail", "51 errors, expected < 50", False),
        (a_criterion(), a_reading(12, retried=True), "warn", "12 errors, only on a retry", True),
        (a_criterion(), a_reading(77, retried=True), "fail", "77 errors, expected < 50", False),
        (a_criterion(), a_reading(9, 12, 11), "pass", "11 errors", False),
        (
            a_criterion(),
            a_reading(60, 12, 40),
            "warn",
            "40 errors, its 3 samples fall on both sides of < 50",
            True,
        ),
        (a_criterion(), a_reading(60, 12, 55), "fail", "55 errors, expected < 50", True),
        (
            a_criterion(),
            a_reading(40, 60),
            "fail",
            "50 errors, expected < 50",
            True,
        ),
        (a_criterion(), a_reading(MISSING), "error", "lint is not installed", False),
        (a_criterion(), a_reading(12, MISSING, 12), "error", "lint is not installed", False),
        (a_criterion(), a_reading(), "error", "its probe was not run", False),
        (
            a_criterion(expected=">= 50 %", unit="%"),
            a_reading("22.53", unit="%"),
            "error",
            '"22.53" is not a number, expected >= 50 %',
            False,
        ),
        (a_criterion(expected="true"), a_reading(True, unit=""), "pass", "true", False),
        (
            a_criterion(expected="true"),
            a_reading(False, unit=""),
            "fail",
            "false, expected true",
            False,
        ),
        (
            a_criterion(expected="true"),
            a_reading(True, False, True, unit=""),
            "warn",
            "true, its 3 samples fall on both sides of true",
            True,
        ),
        (
            a_criterion(expected="true"),
            a_reading(True, False, unit=""),
            "fail",
            "false, expected true",
            True,
        ),
        (
            a_criterion(expected="matches ^v2"),
            a_reading("v1.9", unit=""),
            "fail",
            '"v1.9", expected matches ^v2',
            False,
        ),
        (
            a_criterion(expected="< 500 ms", unit="s"),
            a_reading(1, unit="s"),
            "fail",
            "1 s, expected < 500 ms",
            False,
        ),
    ],
)
def test_a_reading_has_its_verdict(
    criterion: Criterion, reading: Reading, verdict: str, reason: str, flaky: bool
) -> None:
    """One probe: what holds passes, doubts warn, what does not hold fails, the rest is error."""
    judgement = judged(criterion, reading)

    assert (judgement.verdict, judgement.reason, judgement.flaky) == (
        Verdict(verdict),
        reason,
        flaky,
    )
    assert (judgement.value is None) == (verdict == "error")
    assert (judgement.progress is None) == (verdict == "error")
    assert (judgement.progress == 1) == (verdict in ("pass", "warn"))


def test_an_exit_status_is_called_by_its_name() -> None:
    """A bare 2 would not say what it is."""
    status = Measure(name="exit", reader=Reader(format=Format.EXIT))
    criterion = a_criterion(expected="== 0", measure=status)

    assert judged(criterion, a_reading(2, unit="")).reason == "exit 2, expected == 0"


@pytest.mark.parametrize(
    ("value", "expected", "code"),
    [
        ("four", "< 5", ReasonCode.NOT_A_NUMBER),
        (True, "< 5", ReasonCode.NOT_A_NUMBER),
        (Decimal("NaN"), "!= 5", ReasonCode.NOT_A_NUMBER),
        (Decimal("NaN"), "matches a", ReasonCode.NOT_A_NUMBER),
        (Decimal("-Infinity"), "< 5", ReasonCode.NOT_A_NUMBER),
        (1, "true", ReasonCode.NO_VALUE),
        ("yes", "true", ReasonCode.NO_VALUE),
        (5, "< 5 ms", ReasonCode.NOT_A_NUMBER),
    ],
)
def test_a_value_of_the_wrong_kind_is_an_error(value: Any, expected: str, code: ReasonCode) -> None:
    """What cannot be compared is not measured, and leaves no value behind."""
    judgement = judged(a_criterion(expected=expected, unit=""), a_reading(value, unit=""))

    assert (judgement.verdict, judgement.code, judgement.value) == (Verdict.ERROR, code, None)
    assert judgement.reason
    assert judgement.hint


def test_an_error_carries_its_reason_code_and_remedy() -> None:
    """What the reader said is passed on unchanged."""
    found = judged(a_criterion(), a_reading(MISSING))

    assert (found.code, found.reason, found.hint) == (MISSING.code, MISSING.reason, MISSING.hint)


# --- outside of this run --------------------------------------------------------------------------


def test_a_skipped_criterion_is_skipped_with_its_reason() -> None:
    """What is not part of the run is judged by nothing else."""
    criterion = a_criterion(unset=("X",), waive=a_waiver())
    found = judged(criterion, skipped="not in profile production")

    assert (found.verdict, found.reason) == (Verdict.SKIP, "not in profile production")


@pytest.mark.parametrize(
    ("names", "reason", "hint"),
    [
        (("TEST_DB",), "TEST_DB is not set", "set TEST_DB, or write a default: ${TEST_DB:-...}"),
        (("A", "B"), "A, B are not set", "set A and B, or write a default: ${A:-...}"),
    ],
)
def test_unset_variables_are_named_with_the_remedy(
    names: tuple[str, ...], reason: str, hint: str
) -> None:
    """A variable that nobody set is the criterion's error, whatever its probe printed."""
    judgement = judged(a_criterion(unset=names), a_reading(0))

    assert (judgement.verdict, judgement.code) == (Verdict.ERROR, ReasonCode.UNSET_VARIABLE)
    assert (judgement.reason, judgement.hint) == (reason, hint)


def test_what_was_not_run_is_an_error() -> None:
    """A criterion is not judged without a reading."""
    judgement = judged(a_criterion())

    assert (judgement.verdict, judgement.code) == (Verdict.ERROR, ReasonCode.NOT_RUN)


# --- several probes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "verdict", "value"),
    [
        ([3, 9, 7], "pass", 9),
        ([3, 12, 7], "warn", 12),
        ([3, 60, 80, 55], "fail", 80),
        ([3, 60, MISSING], "error", None),
        ([MISSING, 60], "error", None),
    ],
)
def test_the_worst_of_several_probes_counts(
    values: list[Any], verdict: str, value: int | None
) -> None:
    """Error before fail before warn before pass; of equals, the worst number."""
    readings = [a_reading(one) for one in values]
    for order in (readings, readings[::-1]):
        found = judged(a_criterion(warn="< 10"), *order)

        assert (found.verdict, found.value) == (Verdict(verdict), value)


def test_the_worst_number_is_the_smallest_where_higher_is_better() -> None:
    """The direction comes from the expectation, or from the measure where that has none."""
    rising = a_criterion(expected=">= 50 %", unit="%")
    exact = a_criterion(expected="!= 7", measure=a_measure(better=Better.HIGHER))

    assert judged(rising, a_reading(20, unit="%"), a_reading(10, unit="%")).value == 10
    assert judged(exact, a_reading(20), a_reading(10)).value == 10


def test_the_failing_combination_is_pointed_at() -> None:
    """A matrix says which of its combinations fails."""
    found = judged(a_criterion(), a_reading(3), a_reading(60))

    assert found.reason == "60 errors, expected < 50 (combination 2 of 2)"


# --- ratchets -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "baseline", "value", "verdict", "reason"),
    [
        ("< 50", 10, 10, "pass", "10 errors"),
        ("< 50", 10, 9, "pass", "9 errors"),
        ("< 50", 10, 12, "fail", "12 errors, worse than the baseline 10"),
        ("< 50", 99, 100, "fail", "100 errors, expected < 50, worse than the baseline 99"),
        ("< 50", 99, 98, "fail", "98 errors, expected < 50"),
        (">= 50", 80, 79, "fail", "79 errors, worse than the baseline 80"),
        (">= 50", 80, 81, "pass", "81 errors"),
        ("!= 5", 80, 81, "pass", "81 errors"),
    ],
)
def test_a_ratchet_never_goes_back(
    expected: str, baseline: int, value: int, verdict: str, reason: str
) -> None:
    """Worse than the baseline fails, even where the expectation holds."""
    criterion = a_criterion(expected=expected, ratchet=True, baseline=Decimal(baseline))
    judgement = judged(criterion, a_reading(value))

    assert (judgement.verdict, judgement.reason) == (Verdict(verdict), reason)
    assert (judgement.progress == 1) == (verdict == "pass")


def test_without_a_ratchet_the_baseline_only_informs() -> None:
    """A baseline alone fails nothing."""
    assert judged(a_criterion(baseline=Decimal(1)), a_reading(12)).verdict is Verdict.PASS


# --- waivers --------------------------------------------------------------------------------------

BY = "waived by sec-lead until 2025-12-01: no fixed release"


@pytest.mark.parametrize(
    ("until", "up_to", "value", "verdict", "reason"),
    [
        ("2025-12-01", "", 60, "waived", f"60 errors, expected < 50; {BY}"),
        ("2025-12-01", "<= 60", 60, "waived", f"60 errors, expected < 50; {BY}"),
        (
            "2025-12-01",
            "<= 60",
            61,
            "fail",
            "61 errors, expected < 50; its waiver covers only <= 60",
        ),
        ("2025-12-01", "", MISSING, "waived", f"lint is not installed; {BY}"),
        (
            "2025-12-01",
            "<= 60",
            MISSING,
            "error",
            "lint is not installed; its waiver covers <= 60, which cannot be judged",
        ),
        ("2025-11-20", "<= 60", 55, "waived", None),
        (
            "2025-11-19",
            "",
            60,
            "fail",
            "60 errors, expected < 50; its waiver expired on 2025-11-19",
        ),
        (
            "2025-11-19",
            "",
            MISSING,
            "error",
            "lint is not installed; its waiver expired on 2025-11-19",
        ),
    ],
)
def test_a_waiver_lifts_what_it_covers(
    until: str, up_to: str, value: Any, verdict: str, reason: str | None
) -> None:
    """To the end of its last day and within its bound; otherwise it is as if absent."""
    judgement = judged(a_criterion(waive=a_waiver(until, up_to)), a_reading(value))

    assert judgement.verdict is Verdict(verdict)
    assert reason is None or judgement.reason == reason
    assert judgement.stale_waiver is False


@pytest.mark.parametrize(("until", "stale"), [("2025-12-01", True), ("2025-11-19", False)])
def test_a_waiver_that_nothing_needs_is_stale(until: str, stale: bool) -> None:
    """A waiver in force on a criterion that passes is reported; the verdict stays."""
    judgement = judged(a_criterion(waive=a_waiver(until)), a_reading(3))

    assert (judgement.verdict, judgement.stale_waiver) == (Verdict.PASS, stale)
    assert judgement.reason == "3 errors"


# --- attestations ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "until", "evidence_missing", "verdict", "reason"),
    [
        ("2025-11-01", "2026-04-30", False, "pass", "attested by li.wei until 2026-04-30"),
        ("2025-11-20", "2025-11-20", False, "pass", "attested by li.wei until 2025-11-20"),
        (
            "2025-11-01",
            "2025-11-19",
            False,
            "fail",
            "the attestation by li.wei expired on 2025-11-19",
        ),
        (
            "2025-11-21",
            "2026-04-30",
            False,
            "fail",
            "the attestation by li.wei is dated 2025-11-21, which is in the future",
        ),
        (
            "2025-11-01",
            "2026-04-30",
            True,
            "fail",
            "its evidence docs/training.md does not exist or is empty",
        ),
    ],
)
def test_an_attestation_is_good_for_its_time(
    on: str, until: str, evidence_missing: bool, verdict: str, reason: str
) -> None:
    """Signed, not before today, not past its end, and with its evidence in place."""
    given = Attestation(by="li.wei", on=on, until=until, evidence="docs/training.md")
    judgement = judged(an_attested(attest=given), evidence_missing=evidence_missing)

    assert (judgement.verdict, judgement.reason) == (Verdict(verdict), reason)
    assert judgement.value is None
    hint = "have someone attest it: readiness attest T1.1" if verdict == "fail" else ""
    assert judgement.hint == hint


@pytest.mark.parametrize(
    ("attested", "now", "verdict"),
    [
        ("sha256:a", "sha256:a", "pass"),
        ("sha256:a", "sha256:b", "fail"),
        ("sha256:a", "", "pass"),  # it is no file any more: whether it is there was asked before
        ("", "sha256:b", "pass"),
        ("", "", "pass"),
    ],
)
def test_evidence_that_changed_is_none(attested: str, now: str, verdict: str) -> None:
    """What was attested was another file; where no digest was kept, nothing is known of that."""
    attestation = Attestation(
        by="li.wei", on="2025-11-01", until="2026-04-30", evidence="docs/a.md", digest=attested
    )
    judgement = judged(an_attested(attest=attestation), evidence_digest=now)

    assert judgement.verdict is Verdict(verdict)
    assert judgement.evidence_digest == now
    if verdict == "fail":
        assert judgement.reason == "its evidence docs/a.md changed since it was attested"


def test_an_absent_attestation_fails() -> None:
    """A criterion that waits for a person's word fails until it is given."""
    criterion = a_criterion(check=None, measure=None, attest=None)

    assert judged(criterion).verdict is Verdict.FAIL
    assert judged(criterion).reason == "nobody has attested it"


@pytest.mark.parametrize(
    ("evidence", "path"),
    [
        ("docs/training.md", "docs/training.md"),
        ("training plan.pdf", "training plan.pdf"),
        ("docs/runbooks", "docs/runbooks"),
        ("https://wiki.example.org/training.md", ""),
        ("mailto:li.wei@example.org", ""),
        ("minutes of the meeting", ""),
        ("seen by QA / by ops", ""),
        ("HTTPS://EXAMPLE.ORG/A.MD", ""),
        ("TRAINING PLAN.PDF", "TRAINING PLAN.PDF"),
        ("", ""),
    ],
)
def test_evidence_that_is_a_path_is_told_from_links_and_prose(evidence: str, path: str) -> None:
    """Only a path can be looked for."""
    given = Attestation(by="x", on="2025-11-01", until="2026-01-01", evidence=evidence)

    assert evidence_path(given) == path
