"""`--dry-run`: the plan, in the order in which it would start."""

import os
from contextlib import ExitStack

import msgspec

from readiness.model.board import Board
from readiness.model.errors import ExitStatus
from readiness.model.plan import Plan, Planned, Probe
from readiness.model.settings import RunSettings
from readiness.pipeline.features import Command, Feature, Printer, features_of
from readiness.pipeline.recording import learned
from readiness.pipeline.run import board_of, open_run, plan_run
from readiness.plan import secret_values
from readiness.terminal.blocks import Block, Line, table, text_lines
from readiness.terminal.output import put_blocks
from readiness.text.clean import Redactor
from readiness.text.sentences import Sentences, for_reader


class DryRun(Feature):
    """A run of which the plan is shown, and no more."""

    turn = 1  # in the place of whatever the other features would put around the run

    def around(self, command: Command) -> Command:
        """Return what shows the plan."""
        return show_plan


def show_plan(settings: RunSettings, _printer: Printer) -> int:
    """Print the plan of a run with these settings."""
    settings = msgspec.structs.replace(settings, reports=())  # nothing is written
    features = features_of(settings)
    with ExitStack() as stack:
        board = board_of(settings, features, stack)
        history, start = open_run(board, settings, features)
        durations, _ = learned(history)
        plan = plan_run(board, start, settings, features, durations, {})
        redactor = Redactor(secret_values(board, os.environ))
        put_blocks(describe(board, plan), redactor.redact)
    return ExitStatus.READY


def describe(board: Board, plan: Plan) -> list[Block]:
    """Return the probes of a plan as a table, below a summary of what would run."""
    say = for_reader(board.language)
    readers = plan.readers()
    rows = [_row(plan, index, readers[index], say) for index in plan.order]
    for planned in plan.planned:
        if (unset := planned.criterion.unset) and not planned.skipped:
            what = say("dry_run.unset", names=", ".join(unset))
            rows.append(["-", "-", what, "-", "-", planned.criterion.id])
    criteria = len(plan.planned)
    skipped = sum(1 for planned in plan.planned if planned.skipped)
    summary = say(
        "dry_run.summary",
        title=board.title,
        count=len(plan.order),
        some=criteria - skipped,
        criteria=criteria,
        folder=board.workdir,
    )
    return [
        *text_lines(summary, ""),
        table(rows, say.heads("dry_run.heads"), flexible=2, spare=(3, 4)),
        Line(),
        *text_lines(say("dry_run.nothing")),
    ]


def _row(plan: Plan, index: int, readers: list[Planned], say: Sentences) -> list[str]:
    probe = plan.probes[index]
    names = " ".join(planned.criterion.id for planned in readers)
    if not names:
        names = say("dry_run.others") if probe.check.measures else say("dry_run.version")
    after = " ".join(plan.probes[producer].id for producer in probe.after)
    return [
        probe.id,
        probe.check.name or "-",
        _one_line(probe),
        after or "-",
        f"{probe.timeout:g} s",
        names,
    ]


def _one_line(probe: Probe) -> str:
    params = " ".join(f"{name}={value!r}" for name, value in probe.env.items() if value)
    command = " ".join(probe.command.split())
    return f"{command}  [{params}]" if params else command


FEATURE = DryRun
