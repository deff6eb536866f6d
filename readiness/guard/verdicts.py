"""Whether the head looks better: two verdicts on its code, by the base's rules and by its own."""

import os
from collections.abc import Sequence

from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.deciding import Deciding
from readiness.guard.project.makefiles import differing
from readiness.guard.project.rules import TABLE
from readiness.guard.states import States
from readiness.model.board import Criterion
from readiness.model.expect import direction as better_way
from readiness.model.units import SIZES, TIMES
from readiness.model.words import Better, Verdict
from readiness.record.document import CriterionRecord
from readiness.record.wording import sentence_of
from readiness.text.sentences import Sentences
from readiness.text.worded import in_language
from readiness.walls import find_wall

_VARYING = frozenset((*TIMES, *SIZES, "rps"))
"""Units of values that vary from run to run: there only the verdict counts."""
_NAMED = 4
_STEADY = {"%": 0.1}
"""Difference up to which two numbers of a unit count as equal."""


def looks_better(
    criterion: Criterion,
    files: Deciding,
    ruled: CriterionRecord,
    head: CriterionRecord,
    *,
    hides: bool,
) -> bool:
    """Return whether the head looks better by its own rules than by the base's.

    `hides` says that its own rules lack a complaint that the base's have.
    """
    improved = _improved(criterion, ruled, head, files)
    if ruled.verdict.good:
        return improved
    if head.verdict.good and head.verdict is not Verdict.WAIVED:
        return True
    if ruled.verdict is Verdict.ERROR:
        return False  # nothing was measured by either
    return head.verdict is Verdict.ERROR or improved or hides


def result(record: CriterionRecord, say: Sentences) -> str:
    """Return what was measured, in words."""
    word = say(f"verdict.{record.verdict.value}")
    if record.verdict is Verdict.ERROR:
        return word + say("joint.colon") + in_language(sentence_of(record, "reason"), say)
    shown = in_language(sentence_of(record, "shown"), say)
    return word + say("report.comma") + shown if shown else word


def better(name: str, files: tuple[str, ...], before: str, after: str, states: States) -> Change:
    """Tell that a criterion looks better by files that decide; of a makefile, by which names."""
    paths = [
        " ".join([path, *differing(*states.both(path))]) if TABLE.makefiles.search(path) else path
        for path in files[:_NAMED]
    ]
    more = f" +{len(files) - _NAMED}" if len(files) > _NAMED else ""
    note = ", ".join(paths) + more
    return Teller(name, files[0])(Kind.VERDICT, Direction.LOOSENED, before, after, note)


def _improved(
    criterion: Criterion, ruled: CriterionRecord, head: CriterionRecord, files: Deciding
) -> bool:
    """Return whether the head's number is better; never where the head has other tests."""
    if files.tests or not (_is_number(ruled.value) and _is_number(head.value)):
        return False
    way = head.better or better_way(criterion.expect)
    difference = float(head.value) - float(ruled.value)  # type: ignore[arg-type]
    if way is None or criterion.check is None or head.unit in _VARYING:
        return False
    return abs(difference) > _STEADY.get(head.unit, 0) and (difference < 0) is (way is Better.LOWER)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_error(record: CriterionRecord) -> bool:
    """Return whether something could not be measured, though there was time for it."""
    return record.verdict is Verdict.ERROR and not record.cut_short


def untried(names: Sequence[str], say: Sentences) -> list[str]:
    """Say that nobody knows whether criteria notice what fails, where no wall is at hand."""
    return [say("trial.no_wall", count=len(names))] if names and not find_wall(os.environ) else []
