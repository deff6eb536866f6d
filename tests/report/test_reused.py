"""Reports for people, and for metrics, say what was reused and how old it is."""

import msgspec
import pytest

from readiness.record.document import RunDocument
from readiness.record.earlier import ReusedFrom
from readiness.report import Context, render
from readiness.text.languages import Language
from tests.support.documents import a_document

SOURCE = ReusedFrom(run="r1", at="2026-11-24T10:00:00Z", age_s=3 * 3600 + 5.0)


def reused(language: Language = Language.EN) -> RunDocument:
    """A run whose first probe was reused from another, three hours before."""
    run = a_document()
    first, *others = run.probes
    taken = msgspec.structs.replace(first, reused=True, reused_from=SOURCE)
    board = msgspec.structs.replace(run.board, language=language)
    return msgspec.structs.replace(run, board=board, probes=[taken, *others])


@pytest.mark.parametrize("name", ["table", "html", "markdown", "board"])
def test_a_report_says_how_much_was_reused(name: str) -> None:
    """And how old the oldest of it is, once for the whole run."""
    count = len(reused().probes)
    text = render(name, reused(), Context())
    assert f"2 of {count} probes reused, the oldest from 3 h ago" in text
    assert "3 h ago" not in render(name, a_document(), Context())


@pytest.mark.parametrize("name", ["table", "junit", "html"])
def test_a_probe_is_shown_with_its_age(name: str) -> None:
    """Where its time would stand."""
    assert "reused, 3 h old" in render(name, reused(), Context())


def test_metrics_have_the_age() -> None:
    """By probe, and only for what was reused."""
    lines = render("openmetrics", reused(), Context()).splitlines()
    ages = [line for line in lines if line.startswith("readiness_probe_reused_age_seconds{")]
    assert [line.rpartition(" ")[2] for line in ages] == ["10805.0", "3599.0"]
