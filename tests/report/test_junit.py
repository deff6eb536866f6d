"""The JUnit report, by the rules of Jenkins and of GitLab."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
import xmlschema
from defusedxml import ElementTree
from junitparser import Error, Failure, JUnitXml, Skipped

from readiness.model.words import Decision, ReasonCode, Verdict
from readiness.record.document import RunDocument
from readiness.report import Context, render
from readiness.report.junit import CASE_LIMIT, STREAM_LIMIT
from tests.support.documents import a_criterion, a_document, a_probe, a_task
from tests.support.hostile import HOSTILE_TEXTS, full_of

SCHEMA = Path(__file__).parents[1] / "schemas" / "junit-10.xsd"


@cache
def _jenkins() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(SCHEMA))


def _text(run: RunDocument) -> str:
    return render("junit", run, Context())


def _cases(run: RunDocument) -> dict[str, Any]:
    """The cases by the first word of their names, but for the gate's."""
    suites = list(JUnitXml.fromstring(_text(run).encode()))[1:]
    return {case.name.split()[0]: case for suite in suites for case in suite}


def _gate(run: RunDocument) -> Any:
    (case,) = next(iter(JUnitXml.fromstring(_text(run).encode())))
    return case


def _case(verdict: Verdict, **fields: object) -> Any:
    (case,) = _cases(
        a_document(tasks=[a_task("T1", a_criterion("T1.1", verdict, **fields))])
    ).values()
    return case


@pytest.mark.parametrize("text", [None, *HOSTILE_TEXTS])
def test_it_is_valid_by_the_schema_of_jenkins(text: str | None) -> None:
    """The plugin that validates takes it, whatever stands in the run."""
    run = a_document() if text is None else full_of(HOSTILE_TEXTS[text])
    _jenkins().validate(_text(run))


def test_a_waived_error_is_told_as_waived() -> None:
    """Its reason's code does not make it an error again."""
    (result,) = _case(Verdict.WAIVED, reason_code=ReasonCode.TIMEOUT).result
    assert (type(result), result.type) == (Skipped, "waived")


def test_gitlab_takes_no_two_cases_for_one() -> None:
    """It knows a case by its class and name, also where titles are the same."""
    same = [a_criterion(f"T1.{number}", Verdict.PASS, title="The same") for number in range(3)]
    run = a_document(tasks=[a_task("T1", *same), a_task("T2", *a_document().tasks[0].criteria)])
    root = ElementTree.fromstring(_text(run))
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(set(names)) == len(names) == 7


def test_gitlab_attaches_nothing() -> None:
    """What it would take for a picture of the case stays text."""
    probe = a_probe("p1", "echo '[[ATTACHMENT|/etc/passwd]]'")
    criterion = a_criterion("T1.1", Verdict.FAIL, probes=["p1"])
    run = a_document(tasks=[a_task("T1", criterion)], probes=[probe])
    assert "[[ATTACHMENT" not in _text(run)
    assert "/etc/passwd" in _text(run)


@pytest.mark.parametrize(
    ("decision", "status", "changes", "result"),
    [
        (Decision.READY, 0, {}, []),
        (Decision.NOT_READY, 1, {}, [Failure]),
        (Decision.LOOSENED, 4, {}, [Failure]),
        (Decision.UNDECIDED, 3, {}, [Error]),
        (Decision.UNDECIDED, 130, {"interrupted": True}, [Error]),
        (Decision.PARTIAL, 0, {"partial": True}, [Skipped]),
        (Decision.PARTIAL, 1, {"partial": True}, [Failure]),
        (Decision.PARTIAL, 3, {"partial": True}, [Error]),
    ],
)
def test_the_gate_is_a_case(
    decision: Decision, status: int, changes: dict[str, Any], result: list[type]
) -> None:
    """So that no run that decides no release is green, even where all criteria are good."""
    run = a_document(tasks=[a_task("T1", a_criterion("T1.1", Verdict.PASS))], **changes)
    gate = msgspec.structs.replace(run.gate, decision=decision, exit_status=status)
    assert [type(each) for each in _gate(msgspec.structs.replace(run, gate=gate)).result] == result


def test_what_a_log_obeys_is_read_back_as_it_was() -> None:
    """It is spelled as a reference, which only a reader of XML turns back."""
    criterion = a_criterion("T1.1", Verdict.FAIL, reason="##[error]x", probes=["p1"])
    stream = msgspec.structs.replace(a_probe("", "").stdout, head="::error::x\n  ::stop::")
    run = a_document(tasks=[a_task("T1", criterion)], probes=[a_probe("p1", "x", stdout=stream)])
    text = _text(run)
    assert "##[" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
    shown = ElementTree.fromstring(text).findall(".//testcase")[1].findtext("system-out")
    assert "\n::error::x\n  ::stop::" in shown
    assert "##[error]x" in shown


def test_evidence_is_cut() -> None:
    """A flood from one probe, and from many, leaves a report that GitLab reads."""
    stream = msgspec.structs.replace(a_probe("", "").stdout, head="x" * 100_000)
    probes = [a_probe(f"p{number}", "yes", stdout=stream) for number in range(9)]
    criterion = a_criterion("T1.1", Verdict.FAIL, probes=[probe.id for probe in probes])
    for count, limit in ((1, STREAM_LIMIT), (9, CASE_LIMIT)):
        run = a_document(tasks=[a_task("T1", criterion)], probes=probes[:count])
        shown = _cases(run)["T1.1"].system_out
        assert limit < len(shown) < limit + 300
        assert "more characters" in shown
