"""A run as people look at it on a terminal."""

import msgspec

from readiness.model.words import Decision, Priority, ReasonCode, Verdict
from readiness.record.document import CriterionRecord, FindingRecord, RunDocument, StreamRecord
from tests.support.documents import a_criterion, a_document, a_probe, a_task

_TESTS = """\
=================================== FAILURES ===================================
__________________________________ test_wrong __________________________________

    def test_wrong():
        total = sub(10, 4)
>       assert total == 7, "ten less four"
E       AssertionError: ten less four
E       assert 6 == 7

tests/test_sums.py:8: AssertionError
=========================== short test summary info ============================
FAILED tests/test_sums.py::test_wrong - AssertionError: ten less four
========================= 1 failed, 11 passed in 2.22s =========================
"""
_DOWN = "the advisory service at https://advisories.test/v1/query could not be reached"


def _stream(text: str, **fields: object) -> StreamRecord:
    return StreamRecord(bytes=len(text), digest="sha256:1", head=text, tail="", **fields)


def _failing(name: str, title: str, shown: str, **fields: object) -> CriterionRecord:
    told = {"value": 3, "shown": shown, "reason": f"{shown}, expected == 0", "progress": 0.0}
    return a_criterion(name, Verdict.FAIL, **{"title": title, "points": 0.0, **told, **fields})


def _unmeasured(name: str, title: str, probe: str) -> CriterionRecord:
    told = {"value": None, "shown": "", "reason": _DOWN, "reason_code": ReasonCode.EXIT_STATUS}
    return a_criterion(
        name, Verdict.ERROR, title=title, points=0.0, progress=None, probes=[probe], **told
    )


def _passing(name: str, title: str, **fields: object) -> CriterionRecord:
    return a_criterion(name, Verdict.PASS, title=title, probes=["p2"], **fields)


def a_small_run() -> RunDocument:
    """Ten criteria: tests that fail, notes that were counted, and a service that is down."""
    tests = _failing(
        "T1.1", "No test fails", "1 failed of 12", probes=["p1"], by_hand="pytest tests"
    )
    notes = _failing(
        "T2.3",
        "Nothing is left to do",
        "2 notes",
        probes=["p4"],
        counted=["src/b.py:5:# TODO: repair", "src/b.py:6:# FIXME: this too, before the release"],
    )
    errors = _failing("T2.1", "No type error in the code", "3 errors in 41 files", probes=["p3"])
    tasks = [
        a_task(
            *("T1", tests, _passing("T1.2", "No test is skipped")),
            title="Tests hold",
            priority=Priority.P0,
            blocking=True,
        ),
        a_task(
            *("T2", errors, _passing("T2.2", "The code is formatted"), notes),
            title="Types and style",
            priority=Priority.P1,
            attainment=0.33,
        ),
        a_task(
            "T3",
            _unmeasured("T3.1", "No high vulnerability", "p5"),
            _unmeasured("T3.2", "No dependency is left behind by its maintainers", "p5"),
            _unmeasured("T3.3", "The report of the audit is fit for an audit", "p5"),
            _passing("T3.4", "Every version is pinned"),
            _passing("T3.5", "No secret is in the repository"),
            title="Security of what we did not write",
            priority=Priority.P0,
            owner="zhang.min",
            blocking=True,
        ),
    ]
    probes = [
        a_probe("p1", "pytest tests", exit_status=1, duration_s=3.9, stderr=_stream(_TESTS)),
        a_probe("p2", "make other-checks"),
        a_probe("p3", "mypy src", exit_status=1, stdout=_stream('{"errors": 3}', data=True)),
        a_probe("p4", "grep -rn -e TODO -e FIXME src"),
        a_probe("p5", "pip-audit", exit_status=1, stderr=_stream("Traceback\nno route to host\n")),
    ]
    findings = [
        FindingRecord(
            criterion="T2.1",
            path=f"src/services/{name}.py",
            line=line,
            rule="arg-type",
            message=f'Argument {line} to "predict" has an incompatible type "str"',
        )
        for line, name in enumerate(["odds", "teams", "matches", "users"], 3)
    ]
    names = "T3.1, T3.2, T3.3 (P0) could not be measured"
    reasons = [
        "score 5.53 is below the target 8.0",
        "T1.1 (P0) fails: 1 failed of 12, expected == 0",
        f"{names}: {_DOWN}",
    ]
    run = a_document(tasks=tasks, probes=probes, findings=findings, loosened=[])
    gate = msgspec.structs.replace(run.gate, decision=Decision.NOT_READY, reasons=reasons)
    return msgspec.structs.replace(run, gate=gate)
