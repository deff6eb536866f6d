"""One run, all formats: identical verdicts, counts and values, and one exit status."""

import msgspec
import pytest

from readiness.model.words import Decision, Verdict
from readiness.record.document import LineRecord, RunDocument
from readiness.record.scores import NO_SCORE
from readiness.report import FORMATS, Context, render
from tests.support.documents import (
    a_chinese_document,
    a_criterion,
    a_document,
    a_task,
    an_unfinished_document,
)
from tests.support.program import Project, a_board, number
from tests.support.readers import READERS, agrees, strict_json


def _decided(decision: Decision, status: int, **changes: object) -> RunDocument:
    document = a_document(**changes)
    gate = msgspec.structs.replace(document.gate, decision=decision, exit_status=status)
    if not document.whole:
        none = msgspec.structs.replace(document.score, value=None, shown=NO_SCORE)
        document = msgspec.structs.replace(document, score=none, milestones=[])
    return msgspec.structs.replace(document, gate=gate)


def _good(decision: Decision = Decision.READY, status: int = 0, **changes: object) -> RunDocument:
    verdicts = (Verdict.PASS, Verdict.WARN, Verdict.WAIVED, Verdict.SKIP)
    criteria = [a_criterion(f"T1.{verdict}", verdict) for verdict in verdicts]
    return _decided(decision, status, tasks=[a_task("T1", *criteria)], findings=[], **changes)


def _unknown_score() -> RunDocument:
    score = msgspec.structs.replace(a_document().score, value=None, shown="", measured=0)
    return _decided(Decision.UNDECIDED, 3, score=score)


def _with_line(document: RunDocument) -> RunDocument:
    line = LineRecord(run="20261124T131042Z-3f2a", commit="c0ffee", baselines=2)
    gate = msgspec.structs.replace(document.gate, line=line)
    return msgspec.structs.replace(document, gate=gate)


RUNS = {
    "mixed": a_document(),
    "chinese": a_chinese_document(),
    "ready": _good(),
    "ready, with a bad one": _decided(Decision.READY, 0),
    "not ready, with all good": _good(Decision.NOT_READY, 1),
    "undecided": _decided(Decision.UNDECIDED, 3),
    "partial": _good(Decision.PARTIAL, 0, partial=True),
    "partial, with a bad one": _decided(Decision.PARTIAL, 1, partial=True),
    "held": _with_line(_good(Decision.HELD, 0)),
    "held, with a bad one": _with_line(_decided(Decision.HELD, 0)),
    "not held": _with_line(_decided(Decision.WORSE, 1)),
    "held, in a part": _with_line(_decided(Decision.PARTIAL, 0, partial=True)),
    "loosened": _good(Decision.LOOSENED, 4),
    "interrupted": _good(Decision.UNDECIDED, 130, interrupted=True),
    "unknown score": _unknown_score(),
    "nothing yet": an_unfinished_document(),
    "nothing in it": _decided(Decision.UNDECIDED, 3, tasks=[], probes=[], findings=[]),
}


@pytest.mark.parametrize("run", RUNS.values(), ids=list(RUNS))
@pytest.mark.parametrize("name", READERS)
def test_a_report_tells_of_its_run(name: str, run: RunDocument) -> None:
    """Whatever was decided; and only a whole run that is ready reads as ready."""
    agrees(READERS[name](render(name, run, Context())), run)


def test_every_format_for_machines_has_a_reader() -> None:
    """No format can disagree unseen."""
    assert set(READERS) == set(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_the_exit_status_is_the_same_with_any_format(project: Project, name: str) -> None:
    """As the one on standard output, which holds that report and nothing else."""
    project.write(a_board({"run": "test -d ."}, number("echo errors: 7", "<= 5")))
    ended = project("check", "--output-format", name, "--history", "")
    assert ended.status == 1, ended
    told = READERS[name](ended.out)
    assert told.ready in (False, None)
    assert told.decision in ("not_ready", None)


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"json"}))
def test_a_run_of_a_part_tells_of_the_whole_project(project: Project, name: str) -> None:
    """What the last whole run found of what did not run now, or at least when it was."""
    project.write(a_board({"run": "test -d ."}, number("echo errors: 4242", "<= 5")))
    whole = project("check", "--output-format", "json")
    ended = project("check", "T1.1", "--output-format", name)
    assert (whole.status, ended.status) == (1, 0), ended
    day = strict_json(whole.out)["started_at"][:10]
    assert (day if name in ("table", "github", "badge", "in-toto") else "4242") in ended.out
