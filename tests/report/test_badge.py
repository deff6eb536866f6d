"""The badge, by the rules of shields' endpoint."""

from typing import Any

import msgspec
import pytest

from readiness.model.words import Decision
from readiness.record.document import RunDocument
from readiness.report import Context, render
from readiness.text.languages import Language
from tests.support.documents import a_document
from tests.support.readers import strict_json


def _badge(run: RunDocument) -> dict[str, Any]:
    badge = strict_json(render("badge", run, Context()))
    assert set(badge) == {"schemaVersion", "label", "message", "color", "isError"}
    assert badge["schemaVersion"] == 1
    assert badge["message"].strip()
    return badge


@pytest.mark.parametrize(
    ("decision", "status", "changes", "message", "colour"),
    [
        (Decision.READY, 0, {}, "ready 5.53/10", "brightgreen"),
        (Decision.NOT_READY, 1, {}, "not ready 5.53/10", "red"),
        (Decision.UNDECIDED, 3, {}, "undecided 5.53/10", "orange"),
        (Decision.LOOSENED, 4, {}, "loosened 5.53/10", "red"),
        (Decision.PARTIAL, 0, {"partial": True}, "partial", "lightgrey"),
        (Decision.PARTIAL, 1, {"partial": True}, "partial", "red"),
        (Decision.UNDECIDED, 130, {"interrupted": True}, "undecided", "orange"),
        (Decision.READY, 0, {"interrupted": True}, "undecided", "orange"),
        (Decision.READY, 0, {"partial": True}, "ready", "lightgrey"),
    ],
)
def test_green_is_for_ready_alone(
    decision: Decision, status: int, changes: dict[str, Any], message: str, colour: str
) -> None:
    """And where it is not, no address that asks for green gets it: it is an error badge."""
    gate = msgspec.structs.replace(a_document().gate, decision=decision, exit_status=status)
    badge = _badge(a_document(gate=gate, **changes))
    assert (badge["message"], badge["color"]) == (message, colour)
    assert badge["isError"] is (colour != "brightgreen")


def test_an_unknown_score_is_not_shown() -> None:
    """The decision alone is."""
    score = msgspec.structs.replace(a_document().score, value=None, shown="")
    assert _badge(a_document(score=score))["message"] == "not ready"


def test_it_speaks_the_language_of_the_board() -> None:
    """As the table does."""
    board = msgspec.structs.replace(a_document().board, language=Language.ZH)
    assert _badge(a_document(board=board))["message"] == "未就绪 5.53/10"
