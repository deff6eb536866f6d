"""The first measurement of a board: of what is proposed, recorded for what is written."""

import datetime
import os
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

import msgspec

from readiness.decide.judge import judge
from readiness.model.board import Board
from readiness.model.judgement import Judgement, Measurement, Reading, Unmeasured
from readiness.model.settings import RunSettings
from readiness.pipeline.concluding import conclude
from readiness.pipeline.execution import execute
from readiness.pipeline.facts import Facts, Outcome, Start, begin
from readiness.pipeline.recording import enter, open_history, record
from readiness.pipeline.seen import Recipes
from readiness.plan import make_plan
from readiness.project.git import Asking
from readiness.record.criteria import Recorder
from readiness.record.document import CriterionRecord, RunDocument
from readiness.record.values import exact
from readiness.record.wording import sentence_of
from readiness.text.clean import Redactor

MOST_VARIABLES = 8
"""For so many that are missing a first board is measured again."""


class FirstRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run of what is proposed, before its expectations are known."""

    start: Start
    outcome: Outcome

    @property
    def document(self) -> RunDocument:
        """Return the run by the expectations of the proposals."""
        return self.outcome.document

    def readings(self) -> dict[str, Reading]:
        """Return what each criterion gave, by id."""
        return {
            record.id: Reading(samples=(_sample(record),)) for record in self.document.criteria()
        }

    def asks_for(self, names: Iterable[str]) -> list[str]:
        """Return those variables of which probes wrote that did not end well."""
        run = self.document
        bad = {probe for one in run.criteria() if not one.verdict.good for probe in one.probes}
        streams = [
            each for probe in run.probes if probe.id in bad for each in (probe.stdout, probe.stderr)
        ]
        wrote = "\n".join(text for each in streams for text in (each.head, each.tail))
        return [name for name in names if re.search(rf"\b{name}\b", wrote)]

    def good(self) -> int:
        """Count the criteria that hold."""
        return sum(record.verdict.good for record in self.document.criteria())

    def proven(self) -> bool:
        """Return whether every command of the project that passed was seen to fail."""
        return all(
            record.seen_to_fail for record in self.document.criteria() if record.verdict.good
        )

    def record(self, settings: RunSettings, board: Board) -> list[str]:
        """Record it as a run of `board`, which has the same criteria; return what went wrong."""
        run = self.document
        facts = Facts(
            probe_ids={record.id: record.probes for record in run.criteria()},
            probes=run.probes,
            findings=run.findings,
            folders=run.folders,
            put_aside=tuple(run.put_aside),
            elapsed=run.duration_s,
        )
        seen = {record.id for record in run.criteria() if record.seen_to_fail}
        judgements = [
            msgspec.structs.replace(one, seen_to_fail=one.criterion.id in seen)
            for one in judged_again(board, self.readings())
        ]
        document = conclude(board, judgements, self.start, facts, Recorder(Redactor([])))
        history, problems = enter(open_history(settings, board), board, self.start)
        outcome = msgspec.structs.replace(self.outcome, document=document)
        return problems + record(history, outcome)[1]


def first_run(board: Board, settings: RunSettings, scratch: str) -> FirstRun:
    """Run every probe of the board once, with progress on stderr. Nothing is recorded yet.

    `scratch` is an empty folder that the caller removes.
    """
    plan = make_plan(board, environ=os.environ, timeout=settings.timeout)
    git = Asking(board.workdir).answer()
    start = msgspec.structs.replace(begin(board.profile), git=git)
    recipes = Recipes(board, None, settings)
    outcome = execute(
        board,
        plan,
        start,
        settings,
        versions={},
        scratch=scratch,
        recipes=recipes,
        limited=False,
    )
    return FirstRun(start=start, outcome=outcome)


def best_run(
    load: Callable[[Mapping[str, str]], Board],
    examples: Mapping[str, str],
    settings: RunSettings,
    scratch: str,
) -> FirstRun:
    """Measure; again with each variable that what failed asks for, as long as that helps.

    `load` gives the board that sets some variables, and is called last with those that are kept.
    """
    variables: dict[str, str] = {}
    run = best = first_run(load(variables), settings, _folder(scratch, 0))
    while not run.document.interrupted and len(variables) < MOST_VARIABLES:
        lacking = [name for name in run.asks_for(examples) if name not in variables]
        if not lacking:
            break
        variables |= {name: examples[name] for name in lacking}
        run = first_run(load(variables), settings, _folder(scratch, len(variables)))
    if run.good() > best.good() or run.document.interrupted:
        return run
    load({})
    return best


def _folder(scratch: str, number: int) -> str:
    """Make a folder for one run among others."""
    path = os.path.join(scratch, str(number))
    os.mkdir(path)
    return path


def judged_again(board: Board, readings: Mapping[str, Reading]) -> list[Judgement]:
    """Judge the same readings by a board that asks something else of them."""
    today = datetime.datetime.now(datetime.UTC).date()
    return [
        judge(
            criterion,
            [readings[criterion.id]] if criterion.id in readings else [],
            today=today,
        )
        for criterion in board.criteria()
    ]


def _sample(record: CriterionRecord) -> Measurement | Unmeasured:
    value = exact(record.value)
    if record.reason_code is not None or value is None:
        code = record.reason_code
        assert code is not None  # noqa: S101 - every error has its code
        return Unmeasured(
            code=code, reason=sentence_of(record, "reason"), hint=sentence_of(record, "hint")
        )
    of = None if record.of is None else Decimal(str(record.of))
    return Measurement(value=value, unit=record.unit, of=of)
