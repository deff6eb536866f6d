"""The Code Quality report, by the rules of GitLab's parser."""

from typing import Any

import msgspec
import pytest

from readiness.model.words import Decision, Priority, Verdict
from readiness.record.document import FindingRecord, RunDocument
from readiness.report import Context, render
from tests.support.documents import a_criterion, a_document, a_task
from tests.support.hostile import HOSTILE_TEXTS, full_of
from tests.support.readers import strict_json

SEVERITIES = {"info", "minor", "major", "critical", "blocker"}


def _entries(run: RunDocument) -> list[dict[str, Any]]:
    entries = strict_json(render("gitlab", run, Context()))
    assert isinstance(entries, list)
    return entries


def _ready(*criteria: Any, **task: Any) -> RunDocument:
    gate = msgspec.structs.replace(a_document().gate, decision=Decision.READY, exit_status=0)
    return a_document(tasks=[a_task("T1", *criteria, **task)], findings=[], gate=gate)


@pytest.mark.parametrize("text", [None, *HOSTILE_TEXTS])
def test_gitlab_takes_every_entry(text: str | None) -> None:
    """It stops at the first without one of these, and shows one of those with one fingerprint."""
    entries = _entries(a_document() if text is None else full_of(HOSTILE_TEXTS[text]))
    for entry in entries:
        assert entry["description"].strip()
        assert entry["check_name"].strip()
        assert entry["severity"] in SEVERITIES
        path = entry["location"]["path"]
        assert path.strip()
        assert not path.startswith(("/", "../", "./"))
        assert entry["location"]["lines"]["begin"] >= 1
    prints = [entry["fingerprint"] for entry in entries]
    assert len(set(prints)) == len(prints) == 12


@pytest.mark.parametrize(
    ("verdict", "priority", "blocking", "severity"),
    [
        (Verdict.FAIL, Priority.P0, True, "blocker"),
        (Verdict.ERROR, Priority.P3, True, "blocker"),
        (Verdict.FAIL, Priority.P0, False, "critical"),
        (Verdict.ERROR, Priority.P1, False, "critical"),
        (Verdict.FAIL, Priority.P2, False, "major"),
        (Verdict.FAIL, Priority.P3, False, "major"),
        (Verdict.WARN, Priority.P0, True, "minor"),
        (Verdict.WAIVED, Priority.P0, True, "info"),
    ],
)
def test_severity_follows_verdict_and_priority(
    verdict: Verdict, priority: Priority, blocking: bool, severity: str
) -> None:
    """What blocks the release is a blocker, what is waived is for information."""
    run = _ready(a_criterion("T1.1", verdict), priority=priority, blocking=blocking)
    (entry,) = _entries(run)
    assert entry["severity"] == severity
    assert entry["description"].startswith(f"{verdict}: T1.1 ")


@pytest.mark.parametrize(
    ("verdict", "blocking", "severity"),
    [
        (Verdict.FAIL, True, "major"),
        (Verdict.FAIL, False, "minor"),
        (Verdict.WARN, True, "minor"),
        (Verdict.PASS, True, "info"),
        (Verdict.WAIVED, True, "info"),
    ],
)
def test_a_finding_is_no_worse_than_what_it_does(
    verdict: Verdict, blocking: bool, severity: str
) -> None:
    """Fifty that are allowed are for information."""
    finding = FindingRecord(criterion="T1.1", path="a.py", line=3, rule="x", message="wrong")
    run = _ready(a_criterion("T1.1", verdict, check="mypy"), blocking=blocking)
    entries = _entries(msgspec.structs.replace(run, findings=[finding]))
    (entry,) = [each for each in entries if each["check_name"] == "mypy/x"]
    assert entry["severity"] == severity
    assert entry["location"] == {"path": "a.py", "lines": {"begin": 3}}
