"""From what became of a criterion in each world to what that shows. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from readiness.model.board import Criterion
from readiness.model.judgement import Trial, TrialOutcome
from readiness.model.words import ReasonCode, Verdict
from readiness.prove.document import ProofOutcome, ProofRecord, TrialRecord, World
from readiness.prove.rounds import Tried
from readiness.prove.trials import MOST_COPIES
from readiness.record.document import CriterionRecord
from readiness.record.wording import sentence_of
from readiness.text.worded import joined, worded

NOT_TRIED = (ReasonCode.NOT_RUN, ReasonCode.COULD_NOT_START, ReasonCode.UNSET_VARIABLE)
BROKEN = tuple(world for world in World if world is not World.NORMAL)
_NOT_PROVEN: Final = (TrialOutcome.IDLE, TrialOutcome.UNDONE, TrialOutcome.QUESTION)
_OF_TOOLS: Final = (World.ABSENT, World.SILENT, World.FAILING)


class Conclusion(msgspec.Struct, frozen=True):
    """What a proof comes to: the outcome, a sentence that says why, and what to do."""

    outcome: ProofOutcome
    why: str
    hint: str = ""


def proof(
    criterion: Criterion,
    records: Mapping[World, CriterionRecord],
    tried: Tried | None,
    trial: Trial | None,
    *,
    failed_before: bool,
    is_held: bool = True,
) -> ProofRecord:
    """Return whether one criterion can fail, as its trials show.

    What does not pass in an unbroken copy shows nothing there, unless it failed in the project's
    last run too.

    `records` has what became of it in each world, `tried` its leaves, and `trial` what the trial
    of a command of the board came to. Nothing is tried that no wall holds.
    """
    leaves = sorted(tried.leaves) if tried else []
    worlds = {
        world: TrialRecord(
            world=world,
            verdict=record.verdict,
            shown=record.shown,
            reason=sentence_of(record, "reason"),
            reason_code=record.reason_code,
            tools=leaves if world in _OF_TOOLS else [],
        )
        for world, record in records.items()
    }
    now = worlds.get(World.NORMAL)
    broken = [worlds[world] for world in BROKEN if world in worlds]
    conclusion = _finding(criterion, now, broken, trial)
    if not is_held and not criterion.attest and not criterion.unset:
        conclusion = Conclusion(ProofOutcome.NOT_TRIED, worded("prove.no_wall"))
    is_shown = conclusion.outcome is ProofOutcome.CAN_FAIL
    if is_shown and now is not None and _is_broken_already(now, broken, failed_before):
        why = worded("prove.fails_in_copy", reason=now.reason)
        conclusion = Conclusion(ProofOutcome.NOT_TRIED, why)
    return ProofRecord(
        id=criterion.id,
        title=criterion.title,
        outcome=conclusion.outcome,
        why=conclusion.why,
        hint=conclusion.hint or None,
        check=(criterion.check and criterion.check.name) or None,
        tools=leaves,
        now=now,
        trials=broken,
        line=criterion.position.line,
    )


def _is_broken_already(now: TrialRecord, tried: Sequence[TrialRecord], failed_before: bool) -> bool:
    """Return whether an unbroken copy fails for want of something that the project has.

    What fails in the project as well is seen to fail. A check whose sample is rejected does its
    work, whatever the copy lacks for it.
    """
    if now.verdict is Verdict.FAIL:
        return not failed_before
    works = any(one.world is World.CONTROL and one.verdict is Verdict.FAIL for one in tried)
    return now.verdict.unknown and not works


def _finding(
    criterion: Criterion, now: TrialRecord | None, tried: Sequence[TrialRecord], trial: Trial | None
) -> Conclusion:
    if criterion.attest is not None:
        by = criterion.attest.by
        why = worded("prove.rests_on", name=by) if by else worded("reason.not_attested_yet")
        return Conclusion(ProofOutcome.NOT_TRIED, why)
    if criterion.unset:
        return Conclusion(
            ProofOutcome.NOT_TRIED, worded("prove.not_set", names=", ".join(criterion.unset))
        )
    if passed := [one for one in tried if one.verdict.good and _tells(criterion, one, trial)]:
        passes = [worded("prove.passes", where=_in(one), reason=one.reason) for one in passed]
        return Conclusion(ProofOutcome.STILL_PASSES, joined(passes, "semicolon"), _advice(passed))
    if trial and trial.outcome in _NOT_PROVEN:
        names, outcome = joined(trial.programs, "and"), trial.outcome
        why = worded(f"trial.why.{outcome}", names=names, line=trial.line)
        hint = worded(f"trial.hint.{outcome}", names=names)
        return Conclusion(ProofOutcome.STILL_PASSES, why, hint)
    if unknown := [one for one in tried if _is_unknown(one)]:
        why = joined([joined([_in(one), one.reason], "colon") for one in unknown], "semicolon")
        return Conclusion(ProofOutcome.NOT_TRIED, worded("prove.not_known", why=why))
    if wide := [each for each in tried if each.verdict.good and _is_too_wide(criterion, each)]:
        why = worded("prove.control_small", shown=wide[0].shown)
        return Conclusion(ProofOutcome.NOT_TRIED, why)
    if rejected := [one for one in tried if not one.verdict.good]:
        why = worded("prove.rejected", where=joined(list(map(_in, rejected)), "nor"))
        return Conclusion(ProofOutcome.CAN_FAIL, why)
    if now is not None and now.verdict is Verdict.FAIL:
        return Conclusion(ProofOutcome.CAN_FAIL, worded("prove.fails_now"))
    why = worded("reason.not_run")
    if tried:
        why = worded("prove.no_tool", where=joined(list(map(_in, tried)), "and"))
    return Conclusion(ProofOutcome.NOT_TRIED, why)


def _tells(criterion: Criterion, record: TrialRecord, trial: Trial | None) -> bool:
    """Return whether passing in this world shows anything.

    A command that looks elsewhere may pass in an empty folder, and a port without a service is
    closed. One that takes a single failure for an answer was seen to fail with another.
    """
    if record.world is World.UNREACHABLE or _is_too_wide(criterion, record):
        return False
    if record.world is World.ABSENT and criterion.check and criterion.check.name:
        return bool(criterion.check.tools)  # one that needs none does without
    if record.world is World.FAILING and trial:
        return trial.outcome is not TrialOutcome.SEEN
    if record.world is World.HOLLOW:
        return trial is not None and trial.outcome in (TrialOutcome.IDLE, TrialOutcome.HOLLOW)
    return True


def _is_too_wide(criterion: Criterion, trial: TrialRecord) -> bool:
    """Return whether a limit allows more than there are bad samples: passing them shows nothing."""
    limit = max(criterion.expect.number, criterion.expect.high)
    return trial.world is World.CONTROL and limit >= MOST_COPIES


def _is_unknown(trial: TrialRecord) -> bool:
    if trial.reason_code in NOT_TRIED:
        return True
    return trial.world is World.CONTROL and trial.verdict.unknown


def _in(trial: TrialRecord) -> str:
    return worded(f"prove.where.{trial.world}", count=len(trial.tools), tools=_and(trial.tools))


def _and(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return joined([joined(names[:-1], "names"), names[-1]], "and")


def _advice(passed: Sequence[TrialRecord]) -> str:
    worlds = {trial.world for trial in passed}
    if World.HOLLOW in worlds:
        return worded("prove.measure_something")
    if World.CONTROL in worlds and len(worlds) == 1:
        return worded("prove.see_parameters")
    if worlds == {World.SILENT}:
        return worded("prove.ask_proof")
    return worded("prove.end_with_proof")
