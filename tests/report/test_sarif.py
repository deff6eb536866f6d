"""The SARIF report, by the schema and by what GitHub's code scanning takes."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import msgspec
import pytest

from readiness.model.words import Decision, ReasonCode, Verdict
from readiness.record.document import FindingRecord, RunDocument
from readiness.report import Context, render, sarif
from readiness.report._results import results
from tests.support.documents import a_criterion, a_document, a_task
from tests.support.hostile import HOSTILE_TEXTS, full_of
from tests.support.readers import strict_json

SCHEMA = Path(__file__).parents[1] / "schemas" / "sarif-2.1.0-rtm.5.json"
REFERENCE = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+")


@cache
def _schema() -> Any:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return jsonschema.Draft4Validator(schema)


def _log(run: RunDocument) -> Any:
    return strict_json(render("sarif", run, Context()))


def _run(run: RunDocument) -> Any:
    (only,) = _log(run)["runs"]
    return only


def _results(run: RunDocument, rule: str = "") -> list[Any]:
    return [each for each in _run(run)["results"] if each["ruleId"].startswith(rule)]


def _place(result: Any) -> tuple[str, int]:
    (location,) = result["locations"]
    place = location["physicalLocation"]
    return unquote(place["artifactLocation"]["uri"]), place["region"]["startLine"]


def _finding(path: str = "src/a.py", line: int = 3, **fields: Any) -> FindingRecord:
    finding = FindingRecord(criterion="T2.1", path=path, line=line, rule="x", message="wrong")
    return msgspec.structs.replace(finding, **fields)


def _in_folder(run: RunDocument, folder: str) -> RunDocument:
    assert run.git is not None
    return msgspec.structs.replace(run, git=msgspec.structs.replace(run.git, folder=folder))


@pytest.mark.parametrize("text", [None, *HOSTILE_TEXTS])
def test_it_is_valid_by_the_schema(text: str | None) -> None:
    """Whatever stands in the run; and its references are ones by the standard for URIs."""
    run = a_document() if text is None else full_of(HOSTILE_TEXTS[text])
    log = _log(run)
    _schema().validate(log)
    for result in log["runs"][0]["results"]:
        location = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert REFERENCE.fullmatch(location["uri"])
        assert not location["uri"].startswith(("/", "../"))
        assert ":" not in location["uri"].partition("/")[0]


@pytest.mark.parametrize("text", [None, *HOSTILE_TEXTS])
def test_github_finds_what_it_requires(text: str | None) -> None:
    """No required text is empty or too long, rules are found by their index, and tags are few."""
    run = _run(a_document() if text is None else full_of(HOSTILE_TEXTS[text]))
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        texts = [rule["shortDescription"]["text"], rule["fullDescription"]["text"]]
        assert all(part.strip() and len(part) <= 1024 for part in texts)
        assert rule["id"].strip()
        assert rule["help"]["text"].strip()
        tags = rule["properties"]["tags"]
        assert 0 < len(tags) <= 10
        assert len(set(tags)) == len(tags)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"].strip()
        assert _place(result)[1] >= 1


def test_findings_are_at_their_file_and_line() -> None:
    """From the root of the repository, wherever in it the tools ran."""
    run = a_document(findings=[_finding("src/a b.py", 7), _finding("../shared/c.py", 0)])
    assert [_place(each) for each in _results(_in_folder(run, "services/api"), "mypy/")] == [
        ("services/api/src/a b.py", 7),
        ("services/shared/c.py", 1),
    ]


@pytest.mark.parametrize(
    "path", ["/usr/lib/x.py", "../../elsewhere.py", "https://x.test/a", "   ", "."]
)
def test_a_finding_outside_of_the_repository_is_told_at_its_criterion(path: str) -> None:
    """GitHub shows nothing that lies elsewhere, so the message says where it is."""
    criterion = msgspec.structs.replace(a_document().tasks[2].criteria[0], line=42)
    run = a_document(tasks=[a_task("T2", criterion)], findings=[_finding(path, 9)])
    (result,) = _results(_in_folder(run, "api"), "mypy/")
    assert _place(result) == ("board.yaml", 42)
    assert result["message"]["text"].strip() == f"{path}:9: wrong".strip()


def test_criteria_are_at_their_line_of_the_board() -> None:
    """Those that are not good; others have no result, which GitHub would show as an alert."""
    criteria = [
        a_criterion(f"T1.{verdict}", verdict, line=number)
        for number, verdict in enumerate(Verdict, 10)
    ]
    board = msgspec.structs.replace(a_document().board, file="gate/board.yaml")
    run = a_document(tasks=[a_task("T1", *criteria)], findings=[], board=board)
    places = {
        result["ruleId"]: (*_place(result), result["level"])
        for result in _results(run, "readiness/T")
    }
    assert places == {
        "readiness/T1.warn": ("gate/board.yaml", 11, "warning"),
        "readiness/T1.fail": ("gate/board.yaml", 12, "error"),
        "readiness/T1.error": ("gate/board.yaml", 13, "error"),
        "readiness/T1.waived": ("gate/board.yaml", 14, "note"),
    }


def test_what_is_waived_is_suppressed() -> None:
    """The criterion and what its tool found, with the one who answers for it."""
    found = [_finding(criterion="T3.1", rule="CVE-1")]
    waived = [each for each in _results(a_document(findings=found)) if "suppressions" in each]
    assert [each["ruleId"] for each in waived] == ["readiness/T3.1", "T3.1/CVE-1"]
    for result in waived:
        (suppression,) = result["suppressions"]
        assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
        assert "sec-lead until 2026-12-01" in suppression["justification"]
        assert result["level"] == "note"


def test_what_two_criteria_read_from_one_tool_is_told_once() -> None:
    """As bad as it is for the worse of them, and open where one of them is not waived."""
    verdicts = {"T1.1": Verdict.PASS, "T1.2": Verdict.WAIVED, "T1.3": Verdict.FAIL}
    criteria = [a_criterion(name, verdict, check="cov") for name, verdict in verdicts.items()]
    twice = [_finding(line=3), _finding(line=3), _finding(line=8)]
    findings = [
        msgspec.structs.replace(finding, criterion=name) for name in verdicts for finding in twice
    ]
    run = a_document(tasks=[a_task("T1", *criteria)], findings=findings)
    shown = _results(run, "cov/")
    assert [_place(result)[1] for result in shown] == [3, 3, 8]
    assert [result["level"] for result in shown] == ["warning"] * 3
    assert not [result for result in shown if "suppressions" in result]
    assert len({result["partialFingerprints"]["readiness/v1"] for result in shown}) == 3


def test_fingerprints_outlive_moved_lines() -> None:
    """Equal findings of a file are told apart, and none is new because another line is."""

    def prints(*lines: int) -> list[str]:
        run = a_document(findings=[_finding(line=line) for line in lines])
        return [each["partialFingerprints"]["readiness/v1"] for each in _results(run, "mypy/")]

    assert len(set(prints(3, 9, 12))) == 3
    assert prints(3, 9) == prints(103, 109)
    assert prints(3, 9, 12)[:2] == prints(3, 9)
    changed = a_document(findings=[_finding(message="other")])
    assert _results(changed, "mypy/")[0]["partialFingerprints"]["readiness/v1"] not in prints(3)


def test_nothing_in_a_message_is_a_placeholder_or_a_link() -> None:
    """What looks like one is written as the standard has it for text."""
    run = a_document(findings=[_finding(message="list[int] {0} [a](javascript:b) {x}")])
    (result,) = _results(run, "mypy/")
    assert result["message"]["text"] == r"list[int] {{0}} \[a](javascript:b) {{x}}"


def test_the_category_is_the_profile() -> None:
    """So that runs of two profiles stand beside each other on GitHub."""
    run = _run(a_document(profile="staging/eu"))
    assert run["automationDetails"]["id"] == "readiness/staging-eu/20261124T131042Z-3f2a"


@pytest.mark.parametrize(
    ("decision", "status", "interrupted", "successful", "level"),
    [
        (Decision.READY, 0, False, True, "note"),
        (Decision.NOT_READY, 1, False, True, "error"),
        (Decision.UNDECIDED, 3, False, False, "error"),
        (Decision.UNDECIDED, 130, True, False, "error"),
    ],
)
def test_the_invocation_tells_how_it_ended(
    decision: Decision, status: int, interrupted: bool, successful: bool, level: str
) -> None:
    """With the decision as a notification; a run that could not decide was not successful."""
    gate = msgspec.structs.replace(a_document().gate, decision=decision, exit_status=status)
    (invocation,) = _run(a_document(gate=gate, interrupted=interrupted))["invocations"]
    notification = invocation["toolExecutionNotifications"][0]
    assert invocation["executionSuccessful"] is successful
    assert (invocation["exitCode"], notification["level"]) == (status, level)


def test_what_could_not_be_measured_is_a_notification_for_each_cause() -> None:
    """An unreachable service is no alert at a line; a command that cannot fail is one."""
    down = {"shown": "", "reason": "no answer", "reason_code": ReasonCode.EXIT_STATUS}
    criteria = [a_criterion(f"T1.{n}", Verdict.ERROR, **down) for n in (1, 2)]
    masked = a_criterion("T1.3", Verdict.ERROR, reason_code=ReasonCode.CANNOT_FAIL)
    run = a_document(tasks=[a_task("T1", *criteria, masked)], findings=[])
    assert [each["ruleId"] for each in _results(run)] == ["readiness/gate", "readiness/T1.3"]
    _, notification = _run(run)["invocations"][0]["toolExecutionNotifications"]
    assert (notification["descriptor"]["id"], notification["level"]) == ("not-measured", "error")
    assert notification["message"]["text"] == "T1.1, T1.2: no answer"


def test_the_most_important_results_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is left out, which a notification says."""
    monkeypatch.setattr(sarif, "MOST_RESULTS", 7)
    run = a_document()
    unmeasured = {"readiness/T7.2", "readiness/T7.4"}
    everything = [each for each in results(run) if each.rule.id not in unmeasured]
    assert len(everything) > 7
    (only,) = _log(run)["runs"]
    assert [each["ruleId"] for each in only["results"]] == [each.rule.id for each in everything[:7]]
    assert {rule["id"] for rule in only["tool"]["driver"]["rules"]} == {
        each.rule.id for each in everything[:7]
    }
    left_out = only["invocations"][0]["toolExecutionNotifications"][1]
    assert left_out["descriptor"]["id"] == "left-out"
    assert left_out["message"]["text"].startswith(
        f"{len(everything) - 7} least important results were omitted"
    )


def test_a_file_that_would_be_too_large_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its compressed size, from the least important end."""
    monkeypatch.setattr(sarif, "MOST_BYTES", 6_000)
    findings = [_finding(f"src/{number * 7919 % 3001}.py") for number in range(400)]
    text = render("sarif", a_document(findings=findings), Context())
    (only,) = strict_json(text)["runs"]
    assert 20 < len(only["results"]) < 400
    assert sarif._fits(text)
    assert "omitted" in text
    assert only["results"][0]["ruleId"] == "readiness/gate"
