"""Judging by the rules of two boards: the base's commands, and of each rule the stricter one."""

from collections.abc import Hashable

import msgspec
from msgspec.structs import replace

from readiness.guard.board import promised
from readiness.guard.criteria import moved_baseline
from readiness.guard.expectations import eased
from readiness.guard.fields import TIGHT, tightened
from readiness.guard.pairs import combinations, pair_criteria
from readiness.model.board import Board, Criterion, Expectation, Waiver
from readiness.model.words import Scoring


class Both(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is judged by.

    `board` is the base's, with every rule that the head has stricter, and the base's weights.
    `not_run` names the criteria whose commands only the head has.
    """

    board: Board
    not_run: tuple[str, ...]


def both(base: Board, head: Board) -> Both:
    """Join the rules of two boards. What differs in its probe is judged by the base alone."""
    pairs = pair_criteria(base, head)
    partners = {old.criterion.id: new.criterion for old, new in pairs.same}
    same = {
        old.criterion.id: new.criterion
        for old, new in pairs.same
        if is_same_probe(old.criterion, new.criterion)
    }
    tasks = tuple(
        replace(
            task,
            criteria=tuple(
                stricter(criterion, same[criterion.id], head.scoring)
                if criterion.id in same
                else with_decisions(criterion, partners.get(criterion.id))
                for criterion in task.criteria
            ),
        )
        for task in base.tasks
    )
    milestones = {milestone.id: milestone for milestone in head.milestones}
    board = replace(
        tightened(base, head, "target", "min_measured", "require_proof", "scoring"),
        tasks=tasks,
        catalogues=head.catalogues,
        priorities={
            name: tightened(rule, head.priorities[name], "blocking")
            for name, rule in base.priorities.items()
        },
        milestones=tuple(
            milestones[old.id]
            if old.id in milestones and promised(old, milestones[old.id]) is TIGHT
            else old
            for old in base.milestones
        ),
    )
    not_run = [criterion.criterion.id for criterion in pairs.added]
    not_run += [new.id for old, new in partners.items() if old not in same and new.check]
    return Both(board=board, not_run=tuple(not_run))


def is_same_probe(old: Criterion, new: Criterion) -> bool:
    """Return whether both run and read the same, so that one measurement serves both."""
    return _probe(old) == _probe(new)


def _probe(criterion: Criterion) -> Hashable:
    check = criterion.check
    if check is None:
        return None
    return (
        check.name,
        check.run,
        check.tools,
        check.exit_ok,
        check.proof,
        check.reject,
        check.after,
        criterion.measure,
        tuple(tuple(sorted(each.items())) for each in combinations(criterion)),
        (criterion.samples, criterion.sampling, criterion.retries, criterion.wait),
    )


def stricter(old: Criterion, new: Criterion, scoring: Scoring) -> Criterion:
    """Return the base's criterion, tightened where the head's asks for more."""
    unit = new.measure.unit if new.measure else ""
    is_moved = old.baseline != new.baseline
    takes_baseline = is_moved and moved_baseline(old, new, scoring) is TIGHT
    return replace(
        with_decisions(old, new),
        expect=_tighter(old.expect, new.expect, unit),
        warn=new.warn if old.warn is None else _tighter(old.warn, new.warn, unit),
        baseline=new.baseline if takes_baseline else old.baseline,
        trial=old.trial or new.trial,
        elsewhere=old.elsewhere or new.elsewhere,
        ratchet=old.ratchet or (new.ratchet and (takes_baseline or not is_moved)),
    )


def with_decisions(old: Criterion, new: Criterion | None) -> Criterion:
    """Return the base's criterion with its waiver and attestation as far as the head has them."""
    if new is None:
        return old
    unit = new.measure.unit if new.measure else ""
    attest = old.attest
    if attest is not None and new.attest is not None:
        attest = replace(attest, until=min(attest.until, new.attest.until))
    return replace(old, waive=_lesser(old.waive, new.waive, unit), attest=attest)


def _lesser(old: Waiver | None, new: Waiver | None, unit: str) -> Waiver | None:
    if old is None or new is None:
        return None
    up_to = new.up_to if old.up_to is None else _tighter(old.up_to, new.up_to, unit)
    return replace(old, until=min(old.until, new.until), up_to=up_to)


def _tighter(old: Expectation, new: Expectation | None, unit: str) -> Expectation:
    return new if new is not None and eased(old, new, unit) is TIGHT else old
