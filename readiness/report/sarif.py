"""SARIF 2.1.0: what tools found at its place, each bad criterion at its line of the board.

Where GitHub's code scanning would refuse the file or leave results out, the least important ones
are cut, and a notification says so. Criteria that pass have no result: GitHub would show one as
an alert. Those that could not be measured, as a service is out of reach or a tool is missing, are
nothing that was found either: each cause is a notification. Every verdict is in the properties of
the run.
"""

import re
import zlib
from enum import StrEnum
from urllib.parse import quote

from readiness.model.words import MEASURED, Verdict
from readiness.record.document import CriterionRecord, RunDocument
from readiness.record.newest import of_the_project
from readiness.report import Context
from readiness.report._facts import SAY, GateState, gate_sentence, gate_state, sentence
from readiness.report._json import dump
from readiness.report._results import Result, Rule, Severity, results
from readiness.report._shown import Entry, causes
from readiness.text.layout import literal

MOST_RESULTS = 25_000
"""Number of results that GitHub accepts; it shows the first 5,000 by level."""

MOST_BYTES = 10_000_000
"""Size of a compressed file that GitHub accepts, in bytes."""

_ROOT = "%SRCROOT%"
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_NOTIFICATIONS = ("gate", "left-out", "not-measured")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_LINK = re.compile(r"\[(?=[^\]]*\]\()")


class Level(StrEnum):
    """How bad a result is, in the words of SARIF."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


_LEVELS = {Severity.MINOR: Level.WARNING, Severity.INFO: Level.NOTE}
_SEVERITIES = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "recommendation"}


def render(run: RunDocument, _: Context) -> str:
    """Return `run` as SARIF, never larger than GitHub takes it."""
    run = of_the_project(run)
    unmeasured = {_rule_of(criterion) for block in _unmeasured(run) for _, criterion in block}
    listed = [result for result in results(run) if result.rule.id not in unmeasured]
    kept = min(len(listed), MOST_RESULTS)
    text = _text(run, listed, kept)
    while kept > 1 and not _fits(text):
        kept = kept * 3 // 4
        text = _text(run, listed, kept)
    return text


def _unmeasured(run: RunDocument) -> list[list[Entry]]:
    """Return what could not be measured, by cause; that a command cannot fail is a finding."""
    entries = [entry for entry in run.pairs() if entry[1].verdict.unknown]
    return causes([entry for entry in entries if entry[1].reason_code not in MEASURED])


def _rule_of(criterion: CriterionRecord) -> str:
    return f"readiness/{literal(criterion.id)}"


def _fits(text: str) -> bool:
    data = text.encode()
    return len(data) <= MOST_BYTES or len(zlib.compress(data, 6)) <= MOST_BYTES


def _text(run: RunDocument, listed: list[Result], kept: int) -> str:
    return dump(_log(run, listed[:kept], left_out=len(listed) - kept), indent=2) + "\n"


def _log(run: RunDocument, listed: list[Result], *, left_out: int) -> dict[str, object]:
    rules = {result.rule.id: result.rule for result in listed}
    index = {identifier: number for number, identifier in enumerate(rules)}
    category = literal(run.profile).replace("/", "-").strip() or "default"
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(run, list(rules.values()))},
                "automationDetails": {"id": f"readiness/{category}/{literal(run.id)}"},
                "invocations": [_invocation(run, left_out)],
                "originalUriBaseIds": {_ROOT: {"description": {"text": SAY("formats.root")}}},
                "columnKind": "unicodeCodePoints",
                "results": [_result(result, index[result.rule.id]) for result in listed],
                "properties": _properties(run),
            }
        ],
    }


def _driver(run: RunDocument, rules: list[Rule]) -> dict[str, object]:
    return {
        "name": "readiness",
        "version": literal(run.tool.version).strip() or "unknown",
        "rules": [_rule(rule) for rule in rules],
        "notifications": [
            {"id": name, "shortDescription": {"text": SAY(f"formats.notification.{name}")}}
            for name in _NOTIFICATIONS
        ],
    }


def _rule(rule: Rule) -> dict[str, object]:
    level = _LEVELS.get(rule.severity, Level.ERROR)
    return {
        "id": rule.id,
        "shortDescription": {"text": _plain(rule.title)},
        "fullDescription": {"text": _plain(rule.title)},
        "help": {"text": _plain(rule.help)},
        "defaultConfiguration": {"level": level.value},
        "properties": {
            "tags": list(rule.tags),
            "precision": "very-high",
            "problem.severity": _SEVERITIES[level],
        },
    }


def _invocation(run: RunDocument, left_out: int) -> dict[str, object]:
    """Return how the run ended; it was successful if the gate could decide."""
    state = gate_state(run)
    notifications = [
        _notification(
            "gate",
            Level.NOTE if state in (GateState.READY, GateState.HELD) else Level.ERROR,
            gate_sentence(run),
        )
    ]
    if left_out:
        notifications.append(
            _notification("left-out", Level.WARNING, SAY("formats.left_out", count=left_out))
        )
    for block in _unmeasured(run):
        ids = ", ".join(literal(criterion.id) for _, criterion in block)
        text = f"{ids}: {sentence(block[0][1])}"
        notifications.append(_notification("not-measured", Level.ERROR, text))
    moments = {"startTimeUtc": run.started_at, "endTimeUtc": run.finished_at}
    return {
        "executionSuccessful": state is not GateState.UNKNOWN,
        # Of a partial run this is the project's gate, which ended another process.
        **({} if run.selected else {"exitCode": run.gate.exit_status}),
        "toolExecutionNotifications": notifications,
        **{key: moment for key, moment in moments.items() if _MOMENT.fullmatch(moment)},
    }


def _notification(identifier: str, level: Level, text: str) -> dict[str, object]:
    return {
        "descriptor": {"id": identifier, "index": _NOTIFICATIONS.index(identifier)},
        "level": level.value,
        "message": {"text": _plain(text)},
    }


def _result(result: Result, rule: int) -> dict[str, object]:
    made: dict[str, object] = {
        "ruleId": result.rule.id,
        "ruleIndex": rule,
        "level": _LEVELS.get(result.severity, Level.ERROR).value,
        "message": {"text": _plain(result.message)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(result.place.path), "uriBaseId": _ROOT},
                    "region": {"startLine": result.place.line},
                }
            }
        ],
        "partialFingerprints": {"readiness/v1": result.fingerprint},
    }
    if result.suppressed:
        made["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": result.suppressed}
        ]
    return made


def _properties(run: RunDocument) -> dict[str, object]:
    """Return facts that SARIF has no place for: the gate, the score, every verdict and value."""
    criteria = list(run.criteria())
    verdicts = [criterion.verdict for criterion in criteria]
    return {
        "readiness": {
            "run": literal(run.id),
            "decision": run.gate.decision.value,
            "exitStatus": run.gate.exit_status,
            "score": run.score.value,
            "target": run.score.target,
            "partial": run.partial,
            "interrupted": run.interrupted,
            "counts": {verdict.value: verdicts.count(verdict) for verdict in Verdict},
            "criteria": {
                literal(criterion.id): {
                    "verdict": criterion.verdict.value,
                    "value": literal(criterion.value)
                    if isinstance(criterion.value, str)
                    else criterion.value,
                    "unit": literal(criterion.unit),
                }
                for criterion in criteria
            },
        }
    }


def _plain(text: str) -> str:
    """Escape `text` so that nothing in it is a placeholder or a link of a message."""
    return _LINK.sub(r"\\[", text.replace("{", "{{").replace("}", "}}"))
