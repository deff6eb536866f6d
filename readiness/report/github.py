"""What a step of GitHub Actions leaves: annotations, a job summary and outputs.

`render` gives the annotations, which the runner reads from the log. The summary and the outputs
belong into files that the runner names.
"""

from collections.abc import Iterator
from hashlib import sha256
from itertools import islice

import msgspec

from readiness.model.errors import NotWrittenError
from readiness.model.words import Decision, Verdict
from readiness.record.document import FindingRecord, RunDocument
from readiness.record.scores import goal_text, over, score_text
from readiness.report import Context
from readiness.report._comment.comment import comment
from readiness.report._evidence import WIDEST, printed
from readiness.report._facts import FilePlace, board_place, finding_place, finding_sentence
from readiness.report._shown import (
    Entry,
    badge,
    causes,
    findings,
    is_unattested,
    meaning,
    open_criteria,
    outcome,
    standing,
)
from readiness.report._standing import last_whole
from readiness.text.clean import clean, cut
from readiness.text.layout import inert, literal, middle, percentage
from readiness.text.sentences import Sentences, sentences

FOR_PEOPLE = True

PER_TYPE = 10
"""Number of annotations of one type that GitHub shows of a step."""

SUMMARY_LIMIT = 1024 * 1024
"""The size of a step's summary, in bytes; a larger one is not shown at all."""

_MESSAGE, _TITLE = 2000, 200


class _Annotation(msgspec.Struct, frozen=True, kw_only=True):
    """One annotation; without a place it is of the run as a whole."""

    type: str
    title: str
    message: str
    place: FilePlace | None = None


def render(run: RunDocument, context: Context) -> str:  # noqa: ARG001 - the runner reads it
    """Return the annotations: the decision, then open criteria, as many as GitHub shows.

    What fails or could not be measured is an error, first what blocks; a warning where the release
    is ready, or the line held, all the same. Warnings hold what is good with a doubt, what waits to
    be attested, and places that tools name.
    """
    say = sentences(run.board.language)
    errors: list[_Annotation] = []
    warnings: list[_Annotation] = []
    lenient = run.gate.decision.good
    for block in causes(open_criteria(run)):
        criterion = block[0][1]
        is_warning = lenient or criterion.verdict is Verdict.WARN or is_unattested(criterion)
        made = _cause(run, block, say, "warning" if is_warning else "error")
        (warnings if is_warning else errors).append(made)
    room = max(PER_TYPE - len(warnings), 0)
    warnings += islice(_places(run), room)
    left_out = sum(max(len(listed) - PER_TYPE, 0) for listed in (errors, warnings))
    shown = [_decision(run, say, left_out), *errors[:PER_TYPE], *warnings[:PER_TYPE]]
    return "".join(f"{_command(annotation)}\n" for annotation in shown)


def summary(run: RunDocument, room: int = SUMMARY_LIMIT) -> str:
    """Return the job summary in Markdown, of at most `room` bytes in UTF-8.

    Raises `NotWrittenError` where not even the decision fits: then GitHub would show nothing.
    """
    made = comment(run, most=room, in_bytes=True)
    if len(made.encode("utf-8", "backslashreplace")) > room:
        raise NotWrittenError(f"a summary may have {SUMMARY_LIMIT} bytes, and only {room} are left")
    return made


def outputs(run: RunDocument) -> str:
    """Return the step's outputs, in the form of the file that GITHUB_OUTPUT names."""
    score, gate = run.score, run.gate
    verdicts = [criterion.verdict for criterion in run.criteria()]
    known = score.value is not None
    still_open = [
        (task, record) for task, record in open_criteria(run) if record.verdict is not Verdict.WARN
    ]
    values = {
        "decision": gate.decision.value,
        "ready": "true" if gate.decision is Decision.READY else "false",
        "exit-status": str(int(gate.exit_status)),
        "score": score.shown if known else "",
        "target": goal_text(score.target),
        "readiness": f"{percentage(score.shown)}%" if known and not score.left_out else "",
        "measured": str(score.measured),
        "in-scope": str(score.in_scope),
        "total": str(score.total),
        "failed": str(verdicts.count(Verdict.FAIL)),
        "errors": str(verdicts.count(Verdict.ERROR)),
        "loosened": str(len(run.loosened)),
        "open": " ".join(record.id for _, record in still_open),
        "failed-blockers": " ".join(record.id for task, record in still_open if task.blocking),
        "profile": run.profile,
        "run": run.id,
    }
    lines = [f"{name}={literal(value)}\n" for name, value in values.items()]
    return "".join([*lines, _heredoc("reasons", "\n".join(map(literal, gate.reasons)))])


def _heredoc(name: str, value: str) -> str:
    """Return an output of several lines, whose delimiter nothing in it equals."""
    end = f"readiness_{sha256(value.encode('utf-8', 'backslashreplace')).hexdigest()}"
    while end in value:
        end += "_"
    return f"{name}<<{end}\n{value}\n{end}\n"


def _decision(run: RunDocument, say: Sentences, left_out: int) -> _Annotation:
    decision = run.gate.decision
    shown, of = score_text(run.score, say), over(run.score, say)
    facts = [
        f"{say(f'decision.{decision}')}{meaning(run.gate, say)}",
        say("report.score", score=shown, over=of, target=goal_text(run.score.target)),
    ]
    if run.selected and not run.interrupted:
        facts.append(last_whole(run, say) or say("report.no_whole_run"))
    if left_out:
        facts.append(say("report.more_findings", count=left_out))
    return _Annotation(type="notice", title=run.board.title, message=" · ".join(facts))


def _cause(run: RunDocument, block: list[Entry], say: Sentences, kind: str) -> _Annotation:
    """Return the annotation of a criterion, or of several with one cause."""
    _, criterion = block[0]
    verdict = badge(criterion, say).word
    title = f"{criterion.id} {verdict}: {criterion.title}"
    lines = [outcome(criterion, say)]
    ids = ", ".join(member.id for _, member in block)
    if is_unattested(criterion):
        return _Annotation(type=kind, title=f"{verdict}: {ids}", message=say("report.attest"))
    if len(block) > 1:
        title = f"{verdict}: {say('report.one_cause', count=len(block))}: {ids}"
        lines += [f"{member.id} {member.title}" for _, member in block]
    if shown := printed(criterion, {probe.id: probe for probe in run.probes}):
        lines += [middle(line, WIDEST) for line in shown]
    if len(block) == 1 and criterion.expect and criterion.expect not in lines[0]:
        lines.append(f"{say('report.expected')}: {criterion.expect}")
    if criterion.hint:
        lines.append(f"{say('report.next_step')}: {criterion.hint}")
    lines.append(f"({', '.join(standing(block, say))})")
    return _Annotation(
        type=kind, title=title, message="\n".join(lines), place=board_place(run, criterion)
    )


def _places(run: RunDocument) -> Iterator[_Annotation]:
    """Yield the places that tools name for open criteria, one of each criterion by turns."""
    by_criterion = findings(run)
    places = [by_criterion.get(criterion.id, []) for _, criterion in open_criteria(run)]
    for rank in range(PER_TYPE):
        yield from (_finding(run, listed[rank]) for listed in places if rank < len(listed))


def _finding(run: RunDocument, finding: FindingRecord) -> _Annotation:
    place = finding_place(run, finding)
    return _Annotation(
        type="warning",
        title=" ".join(filter(None, (finding.criterion, finding.rule))),
        message=finding_sentence(finding, place),
        place=place,
    )


def _command(annotation: _Annotation) -> str:
    """Return the line that the runner obeys, with all foreign text as data."""
    properties = {}
    if place := annotation.place:
        properties = {"file": _property(place.path), "line": str(place.line)}
    properties["title"] = _property(cut(annotation.title, _TITLE))
    pairs = ",".join(f"{name}={value}" for name, value in properties.items() if value)
    message = inert(clean(cut(annotation.message, _MESSAGE), newlines=True)).strip()
    return f"::{annotation.type} {pairs}::{_data(message)}"


def _property(value: str) -> str:
    return _data(inert(literal(value))).replace(":", "%3A").replace(",", "%2C")


def _data(value: str) -> str:
    """Escape data as the runner unescapes it."""
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
