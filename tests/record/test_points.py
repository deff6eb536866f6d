"""Earlier runs as a report shows them."""

import msgspec

from readiness.model.words import Verdict
from readiness.record.points import folded, past_point
from tests.support.documents import a_document


def test_reruns_of_a_day_that_found_the_same_are_one_mark() -> None:
    """It is the last of them, and knows when the others started; a change makes another."""
    first = past_point(a_document(id="1", started_at="2026-11-24T09:00:00Z"))
    again = past_point(a_document(id="2", started_at="2026-11-24T10:00:00Z"))
    tomorrow = past_point(a_document(id="3", started_at="2026-11-25T10:00:00Z"))
    changed = msgspec.structs.replace(tomorrow, id="4", shown="5.54")
    marks = folded([first, again, tomorrow, changed])
    assert [(mark.id, mark.again) for mark in marks] == [
        ("2", ["2026-11-24T09:00:00Z"]), ("3", []), ("4", []),
    ]  # fmt: skip
    assert folded(marks) == marks


def test_a_past_point_keeps_numbers_and_verdicts() -> None:
    """What was out of scope is not there; booleans and texts are no numbers."""
    point = past_point(a_document())
    assert point.verdicts["T2.1"] is Verdict.FAIL
    assert point.values["T2.1"] == 1029.0
    assert "T3.3" not in point.verdicts
    assert "T3.2" not in point.values
