"""List the tasks with their status in the newest measurements."""

import time
from collections.abc import Mapping
from typing import Annotated

import msgspec

from readiness.command_line import options
from readiness.command_line.options import Verb, asked, option
from readiness.model.board import Criterion, Task
from readiness.model.errors import ExitStatus
from readiness.model.words import Verdict
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import standing
from readiness.plan import select
from readiness.record.document import CriterionRecord, TaskRecord
from readiness.record.localised import localised_criterion
from readiness.record.newest import measured_by
from readiness.report._shown import ago, seen_to_fail, value_shown, verdict_part
from readiness.report._standing import as_of
from readiness.terminal.blocks import Block, Grid, Line, Part, Style, plain, text_lines
from readiness.terminal.output import put_blocks, put_json, wants_json
from readiness.text.sentences import Sentences, for_reader, spoken


class TaskLine(msgspec.Struct, frozen=True, kw_only=True):
    """One task. What is good, in scope and attained is by the newest measurements, null without.

    `runs` took them.
    """

    id: str
    priority: str
    title: str
    owner: str
    estimate: str
    risk: str
    depends_on: tuple[str, ...]
    criteria: int
    good: int | None
    in_scope: int | None
    attainment: float | None
    runs: list[str]


TaskList = list[TaskLine]
"""What `--output-format json` gives."""


def list_tasks(
    selectors: options.Selectors = None,
    board_file: options.Board = None,
    profile: options.Profile = None,
    output_format: options.OutputFormat = "table",
    history: options.History = None,
    owner: Annotated[
        str | None,
        option("--owner", "NAME", 'The tasks of this owner alone; "" for those of none.'),
    ] = None,
) -> int:
    """Print the tasks of the board; with selectors those that are asked for, and their criteria.

    `owner` None is everybody, "" nobody.
    """
    settings = asked(locals())
    as_json = wants_json(settings.output_format)
    board = open_board(settings)
    run = standing(settings, board)
    records = {} if run is None else {task.id: task for task in run.tasks}
    bad = None if run is None else {one.id for one in run.criteria() if one.verdict.bad}
    chosen = select(board, settings.selectors, bad)
    lines = [
        _line(task, records.get(task.id), "" if run is None else run.id)
        for task in board.tasks
        if owner in (None, task.owner)
        and (chosen is None or any(criterion.id in chosen for criterion in task.criteria))
    ]
    if as_json:
        put_json(lines)
        return ExitStatus.READY
    say = for_reader(board.language)
    since = say("list.never")
    if run is not None:
        since = say("list.since", moment=ago(run.started_at, time.time(), say))
    total = say("list.total", count=len(lines), since=since)
    blocking = [name for name, rule in board.priorities.items() if rule.blocking]
    open_now = [line for line in lines if line.priority in blocking and line.attainment != 1]
    alone = [line.id for line in open_now if not line.owner]
    unowned = say("list.unowned", names=say("report.comma").join(alone)) if alone else ""
    rests = "" if run is None else as_of(run, say)
    seen = "" if run is None else seen_to_fail(run, say)
    table = Grid(
        rows=[_row(line, say) for line in lines],
        heads=say.heads("list.heads"),
        flexible=6,
        spare=(5, 4, 3),
    )
    blocks: list[Block] = [table, Line()]
    if chosen is not None:
        language = spoken(board.language)
        measured = () if run is None else run.criteria()
        known = {one.id: localised_criterion(one, language) for one in measured}
        rows = [_criterion_row(one, known, say) for one in board.criteria() if one.id in chosen]
        heads = say.heads("list.criteria_heads")
        blocks += [Grid(rows=rows, heads=heads, flexible=4), Line()]
    put_blocks([*blocks, *text_lines(*filter(None, (total, unowned, seen, rests)))])
    return ExitStatus.READY


def _criterion_row(
    criterion: Criterion, known: Mapping[str, CriterionRecord], say: Sentences
) -> list[Part]:
    record = known.get(criterion.id)
    if record is None:
        cells = [("-", Style.DIM), *plain("")]
    else:
        cells = [verdict_part(record.verdict, say), *plain(value_shown(record, say))]
    expect = "" if criterion.attest is not None else criterion.expect.text
    return [(criterion.id, Style.STRONG), *cells, *plain(expect, criterion.title)]


def _good(line: TaskLine, say: Sentences) -> str:
    """How many of its criteria are good, of those in scope; skipped ones are told beside them."""
    if line.good is None or line.in_scope is None:
        return f"-/{line.criteria}"
    if not line.in_scope:
        return say(f"verdict.{Verdict.SKIP}")
    skipped = line.criteria - line.in_scope
    return f"{line.good}/{line.in_scope}" + (f" (+{skipped})" if skipped > 0 else "")


def _row(line: TaskLine, say: Sentences) -> list[Part]:
    done = line.attainment == 1
    return [
        (line.id, Style.STRONG),
        *plain(line.priority),
        (_good(line, say), Style.GOOD if done else Style.PLAIN),
        *plain(line.owner or "-", line.estimate or "-", " ".join(line.depends_on) or "-"),
        *plain(line.title),
    ]


def _line(task: Task, record: TaskRecord | None, run: str) -> TaskLine:
    return TaskLine(
        id=task.id,
        priority=task.priority.value,
        title=task.title,
        owner=task.owner,
        estimate=task.estimate,
        risk=task.risk,
        depends_on=task.depends_on,
        criteria=len(task.criteria),
        good=None if record is None else sum(c.verdict.good for c in record.criteria),
        in_scope=None if record is None else len(record.in_scope()),
        attainment=None if record is None else record.attainment,
        runs=[] if record is None else sorted({measured_by(one, run) for one in record.in_scope()}),
    )


VERB = Verb(list_tasks, prints=TaskList)
