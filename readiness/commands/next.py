"""Show what to do next: open criteria by what they gain, blockers first."""

import os
import shlex
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated

import msgspec

from readiness.advice.estimates import effort, in_words
from readiness.advice.ranking import OpenCriterion, cost_of, enough, rank, works
from readiness.advice.steps import NOT_MEASURED, NextStep
from readiness.command_line import options
from readiness.command_line.options import Verb, asked, shared
from readiness.command_line.writing import command_line
from readiness.decide.score import display, score
from readiness.model.board import Board, Criterion
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.judgement import Judgement, Score
from readiness.model.settings import RunSettings
from readiness.model.words import Verdict
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import judgement_of, standing
from readiness.pipeline.unaltered import changed_since_measured
from readiness.plan import secret_values
from readiness.record.by_hand import criterion_by_hand
from readiness.record.document import CriterionRecord, MilestoneRecord, RunDocument
from readiness.record.localised import localised
from readiness.record.newest import measured_since, rests_on, tried
from readiness.record.scores import goal_text, over
from readiness.report._shown import ago
from readiness.report._standing import tree_changed
from readiness.report._table.steps import step_blocks
from readiness.terminal.blocks import Block, Grid, Line, Part, Style, plain, text_lines
from readiness.terminal.output import put_blocks, put_json, wants_json
from readiness.text.clean import Redactor
from readiness.text.layout import points
from readiness.text.sentences import Sentences, for_reader, spoken
from readiness.text.worded import worded

PLACES = 3


class TaskToDo(msgspec.Struct, frozen=True, kw_only=True):
    """A task of the way. `minutes` of work are assumed where the board gives no estimate."""

    id: str
    title: str
    estimate: str
    minutes: int
    assumed: bool
    gain: float


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """Tasks that reach `to`, in the order in which to do them, or all where these do not.

    `score` is what they lead to. `still_blocking` names criteria outside of them that keep the
    gate closed.
    """

    to: float
    reached: bool
    tasks: list[TaskToDo]
    minutes: int
    score: str
    still_blocking: list[str]


class Next(msgspec.Struct, frozen=True, kw_only=True):
    """What `--output-format json` gives, null where there was no run.

    `score` and milestones are of the whole run `run`, the criteria are by their newest
    measurements, of which `since` were taken later; `standing` is what these would come to.
    `tree_changed` names the files that are not as they were measured, `elsewhere` what other
    profiles measure, by these.
    """

    run: str | None
    measured_at: str | None
    board_changed: bool
    score: str
    standing: str
    since: int
    target: float
    criteria: list[NextStep]
    way: Way | None
    milestones: list[MilestoneRecord]
    tree_changed: list[str] = []
    elsewhere: dict[str, list[str]] = {}


def next_steps(
    to: Annotated[
        str | None,
        shared(
            "--to", "SCORE", "Name tasks that reach this score, by points an hour, blockers first."
        ),
    ] = None,
    board_file: options.Board = None,
    profile: options.Profile = None,
    output_format: options.OutputFormat = "table",
    history: options.History = None,
) -> int:
    """Print what to do next. The status is 1 where all tasks together do not reach `to`."""
    settings = asked(locals())
    as_json = wants_json(settings.output_format)
    board = open_board(settings)
    goal = None if to is None else _goal(to)
    run = standing(settings, board)
    today = datetime.fromtimestamp(time.time(), UTC).date()
    redactor = Redactor(secret_values(board, os.environ))
    if run is not None and not as_json:
        run = localised(run, spoken(board.language))
    answer = advise(board, run, goal, today, redactor.redact)
    if run is not None:
        names = [criterion.id for criterion in board.criteria()]
        changed = changed_since_measured(settings, board, run, names)
        answer = msgspec.structs.replace(answer, tree_changed=changed)
    if as_json:
        put_json(answer)
    else:
        say = for_reader(board.language)
        of = "" if run is None else over(run.score, say)
        put_blocks(_blocks(answer, of, say), redactor.redact)
    unreachable = answer.way is not None and not answer.way.reached
    return ExitStatus.NOT_READY if unreachable else ExitStatus.READY


def advise(
    board: Board,
    run: RunDocument | None,
    goal: Decimal | None,
    today: date,
    redact: Callable[[str], str] = str,
) -> Next:
    """Rank what is open after `run`, which tells of the project; all where there was none.

    `redact` masks secrets in what is taken from the board itself.
    """
    records = {}
    if run is not None:
        known = (record for record in run.criteria() if run.whole or tried(record))
        records = {record.id: record for record in known}
    judgements = [
        judgement_of(criterion, records[criterion.id])
        if criterion.id in records
        else _not_measured(criterion, board)
        for criterion in board.criteria()
    ]
    total = score(board, judgements)
    ranked = rank(board, total)
    reached = display(total.value, total.target)
    base = None if run is None else rests_on(run)
    places = _places(run)
    return Next(
        run=base.run if base else None,
        measured_at=base.at if base else None,
        board_changed=run is not None and run.board.digest != board.digest,
        score=reached if run is None or run.whole else run.score.shown,
        standing=reached,
        since=0 if run is None else measured_since(run),
        target=float(board.target),
        criteria=[_step(step, records, places, redact) for step in ranked],
        way=None if goal is None else _way(board, total, ranked, goal),
        milestones=[] if run is None else as_decided(run, today),
        elsewhere=_elsewhere(total),
    )


def _elsewhere(total: Score) -> dict[str, list[str]]:
    """Return what is left to other profiles, by the first that measures it."""
    names: dict[str, list[str]] = {}
    for criterion in total.left_out:
        names.setdefault(criterion.profiles[0], []).append(criterion.id)
    return names


def _not_measured(criterion: Criterion, board: Board) -> Judgement:
    outside = bool(criterion.profiles) and board.profile not in criterion.profiles
    verdict = Verdict.SKIP if outside else Verdict.ERROR
    return Judgement(criterion=criterion, verdict=verdict, reason=NOT_MEASURED)


def as_decided(run: RunDocument, today: date) -> list[MilestoneRecord]:
    """Return the milestones as the run decided on them; a day may be over by now."""
    return [
        msgspec.structs.replace(
            one, overdue=one.met is False and bool(one.due) and one.due < today.isoformat()
        )
        for one in run.milestones
    ]


def _places(run: RunDocument | None) -> dict[str, list[str]]:
    """Collect the first places that tools name, by criterion."""
    places: dict[str, list[str]] = {}
    for finding in run.findings if run is not None else ():
        facts = (finding.place, finding.rule, finding.message)
        first = places.setdefault(finding.criterion, [])
        if len(first) < PLACES:
            first.append(" ".join(filter(None, facts)))
    return places


def _step(
    step: OpenCriterion,
    records: Mapping[str, CriterionRecord],
    places: Mapping[str, list[str]],
    redact: Callable[[str], str],
) -> NextStep:
    record = records.get(step.criterion.id)
    asked = RunSettings(selectors=(step.criterion.id,))
    return NextStep(
        id=step.criterion.id,
        title=step.criterion.title,
        task=step.task.id,
        priority=step.task.priority.value,
        verdict=step.verdict,
        gain=round(float(step.gain), 4),
        blocking=step.blocking,
        after=list(step.after),
        reason=NOT_MEASURED if record is None else record.reason,
        hint=None if record is None else record.hint,
        by_hand=" ".join(redact(criterion_by_hand(step.criterion)).split()),
        steps=[redact(line) for line in step.task.steps],
        findings=places.get(step.criterion.id, []),
        check=shlex.join(["readiness", *command_line("check", asked)]),
    )


def _way(
    board: Board,
    total: Score,
    ranked: Sequence[OpenCriterion],
    goal: Decimal,
) -> Way:
    now = total.value or Fraction(0)
    possible = works(board, total)
    chosen = enough(possible, Fraction(goal) - now)
    done = possible if chosen is None else chosen
    names = {work.id for work in done}
    then = now + sum((work.gain for work in done), Fraction(0))
    tasks = {task.id: task for task in board.tasks}
    return Way(
        to=float(goal),
        reached=chosen is not None,
        tasks=[
            TaskToDo(
                id=work.id,
                title=tasks[work.id].title,
                estimate=tasks[work.id].estimate,
                minutes=cost_of(tasks[work.id]),
                assumed=effort(tasks[work.id].estimate) is None,
                gain=round(float(work.gain), 4),
            )
            for work in done
        ],
        minutes=sum(work.cost for work in done),
        score=display(then, goal),
        still_blocking=[
            one.criterion.id for one in ranked if one.blocking and one.task.id not in names
        ],
    )


def _blocks(answer: Next, of: str, say: Sentences) -> Iterator[Block]:
    if answer.run is None:
        yield from text_lines(say("report.no_whole_run") if answer.since else say("next.never"))
    else:
        at = ago(answer.measured_at or "", time.time(), say)
        score, target = answer.score, goal_text(answer.target)
        yield from text_lines(say("next.measured", moment=at, score=score, over=of, target=target))
    if answer.since:
        yield from text_lines(say("next.since", count=answer.since, standing=answer.standing))
    if answer.board_changed:
        yield from text_lines(say("next.board_changed"))
    if answer.tree_changed:
        yield from text_lines(tree_changed(answer.tree_changed, say))
    if answer.way is not None:
        yield Line()
        yield from _way_blocks(answer.way, of, say)
    yield Line()
    yield from step_blocks(answer.criteria, say)
    if answer.milestones:
        yield from text_lines("", *(milestone_line(one, say) for one in answer.milestones))
    for other, names in answer.elsewhere.items():
        shown, count = ", ".join(names), len(names)
        yield from text_lines("", say("next.elsewhere", count=count, profile=other, names=shown))


def _way_blocks(way: Way, of: str, say: Sentences) -> Iterator[Block]:
    goal, work = goal_text(way.to), in_words(way.minutes)
    if way.reached and not way.tasks:
        sentence = say("next.reached", goal=goal, over=of)
    elif way.reached:
        sentence = say("next.way", goal=goal, work=work, score=way.score)
    else:
        sentence = say("next.unreachable", goal=goal, score=way.score)
    yield from text_lines(sentence)
    if way.tasks:
        yield Grid(
            rows=[_way_row(task, say) for task in way.tasks],
            heads=say.heads("next.way_heads"),
            right=(2,),
            flexible=3,
        )
    if way.still_blocking:
        yield from text_lines(say("next.still_blocking", names=", ".join(way.still_blocking)))


def _way_row(task: TaskToDo, say: Sentences) -> list[Part]:
    work = say("next.assumed", work=in_words(task.minutes)) if task.assumed else task.estimate
    return [(task.id, Style.STRONG), *plain(work, f"+{points(task.gain)}", task.title)]


def milestone_line(milestone: MilestoneRecord, say: Sentences) -> str:
    """One milestone in a sentence: met or not, late or not, and what it lacks."""
    facts = [say(f"report.milestone.{milestone.state}")]
    if milestone.due:
        facts.append(say("report.due", date=milestone.due))
    lacks = []
    if not milestone.met:
        lacks += [say("next.not_done", task=name) for name in milestone.missing]
        if milestone.score is not None:
            lacks.append(say("next.asks_score", score=goal_text(milestone.score)))
    name = f"{milestone.id} {milestone.title}".rstrip()
    line = say("next.milestone", name=name, facts=say("report.comma").join(facts))
    return line + say("next.lacking", lacks=say("report.semicolon").join(lacks)) if lacks else line


def _goal(text: str) -> Decimal:
    try:
        goal = Decimal(text)
    except InvalidOperation:
        goal = Decimal("nan")
    if not goal.is_finite() or not 0 <= goal <= 10:
        raise UsageError(worded("usage.to_score", text=repr(text)))
    return goal


VERB = Verb(next_steps, prints=Next)
