"""The in-toto statement, by the specification's own message types."""

import hashlib
from typing import Any

import msgspec
import pytest
from google.protobuf import json_format
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement

from readiness.model.words import Decision, Verdict
from readiness.record.document import RunDocument
from readiness.report import Context, render
from tests.support.documents import a_criterion, a_document, a_task
from tests.support.readers import strict_json

COMMIT = "3f2a1bc9d0e4f5a6b7c83f2a1bc9d0e4f5a6b7c8"
BOARD = "a" * 64


def _statement(run: RunDocument) -> Any:
    """The statement, once the specification's types have taken all of it."""
    statement = strict_json(render("in-toto", run, Context()))
    Statement.copy_from_pb(json_format.ParseDict(statement, statement_pb2.Statement())).validate()
    json_format.ParseDict(statement["predicate"], test_result_pb2.TestResult())
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    return statement


def _clean(*verdicts: Verdict, decision: Decision = Decision.READY, **changes: Any) -> RunDocument:
    """A whole run of a clean commit, with a criterion for each verdict."""
    document = a_document()
    assert document.git is not None
    criteria = [a_criterion(f"T1.{verdict}", verdict) for verdict in verdicts]
    status = {Decision.READY: 0, Decision.PARTIAL: 0, Decision.UNDECIDED: 3}.get(decision, 1)
    fields: dict[str, Any] = {
        "git": msgspec.structs.replace(document.git, commit=COMMIT, dirty=False),
        "board": msgspec.structs.replace(document.board, digest=f"sha256:{BOARD}"),
        "tasks": [a_task("T1", *criteria)],
        "gate": msgspec.structs.replace(document.gate, decision=decision, exit_status=status),
    }
    return a_document(**{**fields, **changes})


def _git(**changes: Any) -> Any:
    return msgspec.structs.replace(_clean().git, **changes)


def test_a_clean_commit_is_attested() -> None:
    """By its digest, with the board that asked and every test by name."""
    statement = _statement(_clean(*Verdict))
    assert statement["subject"] == [{"name": "commit", "digest": {"gitCommit": COMMIT}}]
    predicate = statement["predicate"]
    assert predicate["result"] == "WARNED"
    assert predicate["passedTests"] == ["T1.pass"]
    assert predicate["warnedTests"] == ["T1.warn", "T1.waived"]
    assert predicate["failedTests"] == ["T1.fail", "T1.error"]
    (configuration,) = predicate["configuration"]
    assert configuration["name"] == "board.yaml"
    assert configuration["digest"] == {"sha256": BOARD}
    assert configuration["annotations"]["skippedTests"] == ["T1.skip"]


@pytest.mark.parametrize(
    ("verdicts", "decision", "result"),
    [
        ([Verdict.PASS], Decision.READY, "PASSED"),
        ([Verdict.PASS, Verdict.SKIP], Decision.READY, "PASSED"),
        ([Verdict.PASS, Verdict.WARN], Decision.READY, "WARNED"),
        ([Verdict.PASS, Verdict.WAIVED], Decision.READY, "WARNED"),
        ([Verdict.PASS, Verdict.FAIL], Decision.READY, "WARNED"),
        ([Verdict.PASS], Decision.NOT_READY, "FAILED"),
        ([Verdict.PASS], Decision.UNDECIDED, "FAILED"),
        ([Verdict.PASS], Decision.LOOSENED, "FAILED"),
        ([Verdict.PASS], Decision.PARTIAL, "FAILED"),
        ([], Decision.READY, "FAILED"),
    ],
)
def test_only_a_ready_gate_passes(verdicts: list[Verdict], decision: Decision, result: str) -> None:
    """Whatever the criteria are."""
    assert _statement(_clean(*verdicts, decision=decision))["predicate"]["result"] == result


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"git": _git(dirty=True)}, "the work tree differs from the commit"),
        ({"git": None}, "there is no commit"),
        ({"git": _git(commit=COMMIT[:12])}, "the commit's full hash is unknown"),
        ({"git": _git(commit=COMMIT.upper())}, "the commit's full hash is unknown"),
        ({"interrupted": True}, "the run was interrupted"),
        ({"partial": True}, "only part of the board was run"),
        ({"board": a_document().board}, "the board's digest is unknown"),
    ],
)
def test_133_what_is_not_the_commit_attests_nothing_of_it(
    changes: dict[str, Any], because: str
) -> None:
    """Even where the gate is ready: the statement is about the run, says FAILED, and why."""
    run = _clean(Verdict.PASS, **changes)
    statement = _statement(run)
    (subject,) = statement["subject"]
    assert statement["predicate"]["result"] == "FAILED"
    assert "gitCommit" not in subject["digest"]
    assert subject["annotations"] == {"attestable": False, "because": [because]}
    report = render("json", run, Context()).encode()
    assert subject["digest"] == {"sha256": hashlib.sha256(report).hexdigest()}
