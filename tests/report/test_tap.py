"""The TAP report, by a parser that takes nothing but what the specification has."""

import msgspec
import pytest

from readiness.model.words import Decision, Verdict
from readiness.record.document import RunDocument
from readiness.report import Context, render
from tests.support.documents import a_criterion, a_document, a_task
from tests.support.tap import Document, TestPoint, parse


def _parsed(run: RunDocument) -> Document:
    return parse(render("tap", run, Context()))


def _run(*verdicts: Verdict, decision: Decision = Decision.READY, **changes: object) -> RunDocument:
    criteria = [a_criterion(f"T1.{number}", each) for number, each in enumerate(verdicts)]
    status = {Decision.READY: 0, Decision.PARTIAL: 0, Decision.UNDECIDED: 3}.get(decision, 1)
    gate = msgspec.structs.replace(a_document().gate, decision=decision, exit_status=status)
    return a_document(tasks=[a_task("T1", *criteria)], gate=gate, **changes)


def _point(title: str) -> TestPoint:
    criterion = a_criterion("T1.1", Verdict.PASS, title=title)
    return _parsed(a_document(tasks=[a_task("T1", criterion)])).points[0].children[0]


def test_a_task_out_of_scope_is_skipped() -> None:
    """All of it was left out, so it neither passes nor fails."""
    assert _parsed(_run(Verdict.SKIP)).points[0].directive == "SKIP"
    assert _parsed(_run()).points[0].directive == "SKIP"


def test_an_interrupted_run_bails_out() -> None:
    """So that no harness takes what is missing for good."""
    run = _run(Verdict.PASS, decision=Decision.UNDECIDED, interrupted=True)
    document = _parsed(run)
    assert document.bail_out is not None
    assert not document.passed


@pytest.mark.parametrize(
    "title",
    [
        "a # b", r"a \# SKIP b", "# TODO later", r"ends with \\", "a #SKIP", "C# and F#",
        "1..3", "Bail out!", "- - -", "ok 2 - x",
    ],
)  # fmt: skip
def test_a_title_is_read_back_as_it_is(title: str) -> None:
    """No number sign or backslash in it becomes a directive or goes missing."""
    point = _point(title)
    assert point.description == f"T1.1 {title}"
    assert (point.ok, point.directive) == (True, "")


def test_a_brace_at_the_end_opens_no_block() -> None:
    """Some harnesses take `{` at the end of a point for the start of a subtest."""
    assert _point("uses {").description == "T1.1 uses {."
