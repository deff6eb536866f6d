"""An in-toto statement with the test-result predicate, to be signed by whoever signs releases.

It is about the commit only where the whole board was measured on just that commit. Of everything
else it says FAILED, about the run itself, and why: nobody can take that for an attested commit.
"""

import hashlib
import re
from collections.abc import Callable
from urllib.parse import quote

from readiness.model.words import Verdict
from readiness.record.document import RunDocument
from readiness.report import Context
from readiness.report._facts import SAY, GateState, board_file, gate_sentence, gate_state
from readiness.report._json import dump
from readiness.text.layout import literal

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHA256 = re.compile(r"sha256:([0-9a-f]{64})")


def render(run: RunDocument, _: Context) -> str:
    """Return the statement of `run` as JSON."""
    against = _against(run)
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [_run(run, against) if against else _commit(run)],
        "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        "predicate": {
            "result": "FAILED" if against else _result(run),
            "configuration": [_configuration(run)],
            "passedTests": _names(run, lambda verdict: verdict.in_scope and not verdict.noted),
            "warnedTests": _names(run, lambda verdict: verdict.noted and not verdict.bad),
            "failedTests": _names(run, lambda verdict: verdict.bad),
        },
    }
    return dump(statement, indent=2) + "\n"


def _against(run: RunDocument) -> list[str]:
    """Return the reasons why nothing can be attested of the commit."""
    reasons = []
    if run.git is None:
        reasons.append(SAY("formats.no_commit"))
    elif not _COMMIT.fullmatch(run.git.commit):
        reasons.append(SAY("formats.short_commit"))
    elif run.git.dirty:
        reasons.append(SAY("formats.dirty_tree"))
    if not _SHA256.fullmatch(run.board.digest):
        reasons.append(SAY("formats.no_digest"))
    if run.interrupted:
        reasons.append(SAY("formats.was_interrupted"))
    if run.gate.line is not None:
        reasons.append(SAY("formats.of_line"))
    if run.partial:
        reasons.append(SAY("formats.of_part"))
    return reasons


def _result(run: RunDocument) -> str:
    """Return the result of a run that can be attested."""
    if gate_state(run) is not GateState.READY or not any(run.criteria()):
        return "FAILED"
    return "WARNED" if any(criterion.verdict.noted for criterion in run.criteria()) else "PASSED"


def _commit(run: RunDocument) -> dict[str, object]:
    return {"name": "commit", "digest": {"gitCommit": run.git.commit if run.git else ""}}


def _run(run: RunDocument, against: list[str]) -> dict[str, object]:
    """Return the file that `--report json` writes of this run, in the place of the commit."""
    text = f"{dump(run)}\n"
    return {
        "name": SAY("formats.run", id=literal(run.id)),
        "digest": {"sha256": hashlib.sha256(text.encode()).hexdigest()},
        "annotations": {"attestable": False, "because": against},
    }


def _configuration(run: RunDocument) -> dict[str, object]:
    """Return the board and what the gate decided on it, for policies that look closer."""
    digest = _SHA256.fullmatch(run.board.digest)
    identity: dict[str, object] = {"uri": f"file:{quote(board_file(run))}"}
    if digest:
        identity = {"digest": {"sha256": digest[1]}}
    return {
        "name": board_file(run),
        **identity,
        "annotations": {
            "decision": run.gate.decision.value,
            "message": gate_sentence(run),
            "profile": literal(run.profile),
            "score": run.score.value,
            "target": run.score.target,
            "run": literal(run.id),
            "tool": f"{literal(run.tool.name)} {literal(run.tool.version)}",
            "skippedTests": _names(run, lambda verdict: not verdict.in_scope),
        },
    }


def _names(run: RunDocument, wanted: Callable[[Verdict], bool]) -> list[str]:
    return [literal(criterion.id) for criterion in run.criteria() if wanted(criterion.verdict)]
