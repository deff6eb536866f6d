"""The metrics, by the parsers of OpenMetrics and of the classic Prometheus text format."""

from typing import Any

import msgspec
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as classic

from readiness.model.words import Verdict
from readiness.record.document import RunDocument
from readiness.report import Context, render
from tests.support.documents import a_criterion, a_document, a_task
from tests.support.hostile import HOSTILE_TEXTS, full_of

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def _text(run: RunDocument) -> str:
    return render("openmetrics", run, Context())


def _samples(run: RunDocument, parser: Any = openmetrics) -> Samples:
    found = [sample for family in parser(_text(run)) for sample in family.samples]
    samples = {(each.name, tuple(sorted(each.labels.items()))): each.value for each in found}
    assert len(samples) == len(found), "a sample is there twice"
    return samples


def _values(run: RunDocument, name: str) -> list[float]:
    return [value for (metric, _), value in _samples(run).items() if metric == name]


@pytest.mark.parametrize("text", [None, *HOSTILE_TEXTS])
def test_both_parsers_read_the_same(text: str | None) -> None:
    """What a scrape reads, and what node exporter's textfile collector reads."""
    run = a_document() if text is None else full_of(HOSTILE_TEXTS[text])
    samples = _samples(run)
    assert samples == _samples(run, classic)
    assert len(samples) > 60


def test_staleness_can_be_told() -> None:
    """By when the run ended; a time that is none has no sample."""
    assert _values(a_document(), "readiness_run_timestamp_seconds") == [1795525854.0]
    for moment in ("", "yesterday", "2026-11-24T13:10:54", "99999-01-01T00:00:00Z"):
        run = a_document(finished_at=moment)
        assert _values(run, "readiness_run_timestamp_seconds") == []


def test_values_are_numbers_alone() -> None:
    """A text that was measured has no sample, true is 1, a large count keeps its digits."""
    values: list[Any] = [True, False, "2.9.1", None, 9007199254740991, 0.1, float("inf")]
    criteria = [
        a_criterion(f"T1.{number}", Verdict.PASS, value=value)
        for number, value in enumerate(values)
    ]
    run = a_document(tasks=[a_task("T1", *criteria)])
    assert _values(run, "readiness_criterion_value") == [1, 0, 9007199254740991, 0.1]


def test_two_boards_in_one_folder_do_not_collide() -> None:
    """No sample of one has the labels of the other, which would spoil the whole collection."""
    run = a_document()
    board = msgspec.structs.replace(run.board, title="Another")
    assert not set(_samples(run)) & set(_samples(a_document(board=board)))
    assert not set(_samples(run)) & set(_samples(a_document(profile="production")))


def test_a_label_is_read_back_as_it_was() -> None:
    """Quotes, backslashes and braces in it."""
    title = r'a "b" \n \ {c="d"} 1'
    board = msgspec.structs.replace(a_document().board, title=title)
    labels = {dict(labels)["board"] for _, labels in _samples(a_document(board=board))}
    assert labels == {title}
