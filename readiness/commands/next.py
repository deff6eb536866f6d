"""Tell what to do next: open criteria by what they gain, blockers first."""

import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction

import msgspec

from readiness.advice import OpenCriterion, cheapest, effort, rank, works
from readiness.advice.estimates import in_words
from readiness.advice.ranking import cost_of
from readiness.commands._options import Option, Value, Verb
from readiness.decide.milestones import milestone_states
from readiness.decide.score import display, score
from readiness.model.board import Board, Criterion
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.judgement import Judgement, Score
from readiness.model.settings import RunSettings
from readiness.model.words import Verdict
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import judgement_of, last_run
from readiness.plan import secret_values
from readiness.record.document import CriterionRecord, MilestoneRecord, RunDocument
from readiness.record.run import milestone_records
from readiness.terminal.output import put_json, put_text, wants_json
from readiness.text.clean import Redactor
from readiness.text.layout import columns

NOT_MEASURED = "not measured yet"


class NextStep(msgspec.Struct, frozen=True, kw_only=True):
    """An open criterion. `gain` is in points of 10; `after` names the tasks it waits for."""

    id: str
    title: str
    task: str
    priority: str
    verdict: str
    gain: float
    blocking: bool
    after: list[str]
    reason: str
    hint: str | None


class TaskToDo(msgspec.Struct, frozen=True, kw_only=True):
    """A task of the way. `minutes` of work are assumed where the board gives no estimate."""

    id: str
    title: str
    estimate: str
    minutes: int
    assumed: bool
    gain: float


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """The cheapest set of tasks that reaches `to`, or all there are where none does.

    `score` is what they lead to. `still_blocking` names criteria outside of them that keep the
    gate closed.
    """

    to: float
    reached: bool
    cheapest: bool
    tasks: list[TaskToDo]
    minutes: int
    score: str
    still_blocking: list[str]


class Next(msgspec.Struct, frozen=True, kw_only=True):
    """What `--output-format json` gives. `run` is the run it rests on, null where there is none."""

    run: str | None
    measured_at: str | None
    board_changed: bool
    score: str
    target: float
    criteria: list[NextStep]
    way: Way | None
    milestones: list[MilestoneRecord]


def next_steps(settings: RunSettings, to: str | None = None, without: Collection[str] = ()) -> int:
    """Print what to do next. The status is 1 where no set of tasks reaches the score `to`.

    Tasks `without` which it has to be reached are in no set, nor are those that wait for them.
    """
    as_json = wants_json(settings.output_format)
    goal = None if to is None else _goal(to)
    board = open_board(settings)
    _refuse_unknown(without, board)
    run = last_run(settings, board, whole=True)
    today = datetime.fromtimestamp(time.time(), UTC).date()
    answer = advise(board, run, goal, today, without)
    if as_json:
        put_json(answer)
    else:
        redactor = Redactor(secret_values(board, os.environ))
        put_text(redactor.redact("\n".join(_lines(answer))))
    unreachable = answer.way is not None and not answer.way.reached
    return ExitStatus.NOT_READY if unreachable else ExitStatus.READY


def advise(
    board: Board,
    run: RunDocument | None,
    goal: Decimal | None,
    today: date,
    without: Collection[str] = (),
) -> Next:
    """Rank what is open after `run`; all of the board where there was none."""
    records = {} if run is None else {record.id: record for record in run.criteria()}
    judgements = [
        judgement_of(criterion, records[criterion.id])
        if criterion.id in records
        else _not_measured(criterion, board)
        for criterion in board.criteria()
    ]
    total = score(board, judgements)
    ranked = rank(board, total)
    return Next(
        run=None if run is None else run.id,
        measured_at=None if run is None else run.started_at,
        board_changed=run is not None and run.board.digest != board.digest,
        score=display(total.value, total.target),
        target=float(board.target),
        criteria=[_step(one, records) for one in ranked],
        way=None if goal is None else _way(board, total, ranked, goal, without),
        milestones=_milestones(board, total, judgements, today),
    )


def _not_measured(criterion: Criterion, board: Board) -> Judgement:
    outside = bool(criterion.profiles) and board.profile not in criterion.profiles
    verdict = Verdict.SKIP if outside else Verdict.ERROR
    return Judgement(criterion=criterion, verdict=verdict, reason=NOT_MEASURED)


def _milestones(
    board: Board, total: Score, judgements: Sequence[Judgement], today: date
) -> list[MilestoneRecord]:
    return milestone_records(milestone_states(board, total, judgements, today))


def _step(one: OpenCriterion, records: Mapping[str, CriterionRecord]) -> NextStep:
    record = records.get(one.criterion.id)
    return NextStep(
        id=one.criterion.id,
        title=one.criterion.title,
        task=one.task.id,
        priority=one.task.priority.value,
        verdict=one.verdict.value,
        gain=round(float(one.gain), 4),
        blocking=one.blocking,
        after=list(one.after),
        reason=NOT_MEASURED if record is None else record.reason,
        hint=None if record is None else record.hint,
    )


def _way(
    board: Board,
    total: Score,
    ranked: Sequence[OpenCriterion],
    goal: Decimal,
    without: Collection[str],
) -> Way:
    now = total.value or Fraction(0)
    there = [work for work in works(board, total) if not {work.id, *work.after} & {*without}]
    chosen = cheapest(there, Fraction(goal) - now)
    done = there if chosen is None else chosen.works
    names = {work.id for work in done}
    then = now + sum((work.gain for work in done), Fraction(0))
    tasks = {task.id: task for task in board.tasks}
    return Way(
        to=float(goal),
        reached=chosen is not None,
        cheapest=chosen is not None and chosen.exact,
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


def _lines(answer: Next) -> Iterator[str]:
    if answer.run is None:
        yield "No run is recorded yet, so all of the board is open: run `readiness check`."
    else:
        yield f"As measured at {answer.measured_at}: score {answer.score}, target {answer.target}"
    if answer.board_changed:
        yield "The board has changed since that run: run `readiness check` again."
    yield ""
    yield from _steps(answer.criteria)
    if answer.way is not None:
        yield ""
        yield from _way_lines(answer.way)
    if answer.milestones:
        yield ""
        yield from map(milestone_line, answer.milestones)


def _steps(steps: Sequence[NextStep]) -> Iterator[str]:
    if not steps:
        yield "Nothing is open: every criterion in scope passes."
        return
    rows = [
        [
            step.id,
            step.priority,
            "blocks" if step.blocking else "",
            f"+{step.gain:.3f}",
            step.verdict,
            " ".join(step.after),
            step.title if step.reason == NOT_MEASURED else step.hint or step.reason,
        ]
        for step in steps
    ]
    heads = ["criterion", "prio", "gate", "gain", "verdict", "after", "next"]
    yield columns(rows, heads, right=(3,)).rstrip()


def _way_lines(way: Way) -> Iterator[str]:
    goal = f"{way.to:g}"
    if way.reached and not way.tasks:
        yield f"{goal} is reached already."
    elif way.reached:
        kind = "The cheapest way" if way.cheapest else "A way (there may be a cheaper one)"
        yield f"{kind} to {goal}: {in_words(way.minutes)} of work, score {way.score}"
    else:
        yield f"No set of tasks reaches {goal}: all of them together lead to {way.score}"
    rows = [
        [
            task.id,
            task.estimate if not task.assumed else f"{in_words(task.minutes)} (assumed)",
            f"+{task.gain:.3f}",
            task.title,
        ]
        for task in way.tasks
    ]
    if rows:
        yield columns(rows, ["task", "estimate", "gain", "title"], right=(2,)).rstrip()
    if way.still_blocking:
        yield f"What would still block the release: {', '.join(way.still_blocking)}"


def milestone_line(milestone: MilestoneRecord) -> str:
    """One milestone in a sentence: met or not, late or not, and what it lacks."""
    state = "met" if milestone.met else "overdue" if milestone.overdue else "not met"
    due = f", due {milestone.due}" if milestone.due else ""
    lacks = []
    if not milestone.met:
        lacks += [f"{name} is not done" for name in milestone.missing]
        if milestone.score is not None:
            lacks.append(f"asks for a score of {milestone.score:g}")
    title = f" {milestone.title}" if milestone.title else ""
    return f"{milestone.id}{title}: {state}{due}" + (f" ({'; '.join(lacks)})" if lacks else "")


def _refuse_unknown(names: Collection[str], board: Board) -> None:
    there = [task.id for task in board.tasks]
    for name in names:
        if name not in there:
            raise UsageError(f'--without: no task is called "{name}"; there is {", ".join(there)}')


def _goal(text: str) -> Decimal:
    try:
        goal = Decimal(text)
    except InvalidOperation:
        goal = Decimal("nan")
    if not goal.is_finite() or not 0 <= goal <= 10:
        raise UsageError(f"--to: expected a score from 0 to 10, found {text!r}")
    return goal


VERB = Verb(
    next_steps,
    Option(
        "to",
        "SCORE",
        "Find the cheapest set of tasks, by estimate, that reaches this score.",
    ),
    Option(
        "without",
        "TASK",
        "Leave this task out of the set; repeatable.",
        value=Value.TEXTS,
        variable=False,
    ),
    takes="board profile output_format history",
    prints=Next,
)
