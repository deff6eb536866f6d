"""From what became of a criterion in each world to what that shows. Pure."""

from collections.abc import Mapping, Sequence

import msgspec

from readiness import shell
from readiness.model.board import Criterion
from readiness.model.words import ReasonCode, Verdict
from readiness.prove.document import ProofOutcome, ProofRecord, TrialRecord
from readiness.prove.observed import Tools, shown
from readiness.prove.standins import World
from readiness.prove.trials import MOST_COPIES, renamed
from readiness.record.document import CriterionRecord
from readiness.record.wording import sentence_of
from readiness.shell.programs import programs
from readiness.text.worded import joined, worded

NOT_TRIED = (ReasonCode.NOT_RUN, ReasonCode.COULD_NOT_START, ReasonCode.UNSET_VARIABLE)
BROKEN = tuple(world for world in World if world is not World.NORMAL)


class Conclusion(msgspec.Struct, frozen=True):
    """What a proof comes to: the outcome, a sentence that says why, and what to do."""

    outcome: ProofOutcome
    why: str
    hint: str = ""


def proof(
    criterion: Criterion,
    records: Mapping[str, CriterionRecord],
    tools: Tools,
) -> ProofRecord:
    """Return whether one criterion can fail, as its trials show.

    `records` has what the runs found, by the id in each world.
    """
    names = [shown(name) for name in sorted(tools.taken)]
    trials = {world: _trial(records, criterion, world, names) for world in World}
    now = trials[World.NORMAL]
    tried = [trial for world in BROKEN if (trial := trials[world])]
    conclusion = _finding(criterion, now, tried)
    return ProofRecord(
        id=criterion.id,
        title=criterion.title,
        outcome=conclusion.outcome,
        why=conclusion.why,
        hint=conclusion.hint or None,
        check=(criterion.check and criterion.check.name) or None,
        tools=names,
        now=now,
        trials=tried,
        line=criterion.position.line,
    )


def _trial(
    records: Mapping[str, CriterionRecord], criterion: Criterion, world: World, tools: list[str]
) -> TrialRecord | None:
    record = records.get(renamed(criterion.id, world.value))
    if record is None:
        return None
    return TrialRecord(
        world=world.value,
        verdict=record.verdict,
        shown=record.shown,
        reason=sentence_of(record, "reason"),
        reason_code=record.reason_code,
        tools=tools if world in (World.ABSENT, World.SILENT, World.FAILING) else [],
    )


def _finding(
    criterion: Criterion,
    now: TrialRecord | None,
    tried: Sequence[TrialRecord],
) -> Conclusion:
    if criterion.attest is not None:
        by = criterion.attest.by
        why = worded("prove.rests_on", name=by) if by else worded("reason.not_attested_yet")
        return Conclusion(ProofOutcome.NOT_TRIED, why)
    if criterion.unset:
        return Conclusion(
            ProofOutcome.NOT_TRIED, worded("prove.not_set", names=", ".join(criterion.unset))
        )
    if passed := [trial for trial in tried if trial.verdict.good and _tells(criterion, trial)]:
        passes = [worded("prove.passes", where=_in(one), reason=one.reason) for one in passed]
        return Conclusion(ProofOutcome.STILL_PASSES, joined(passes, "semicolon"), _advice(passed))
    if unknown := [trial for trial in tried if _is_unknown(trial)]:
        why = joined(
            [joined([_in(trial), trial.reason], "colon") for trial in unknown], "semicolon"
        )
        return Conclusion(ProofOutcome.NOT_TRIED, worded("prove.not_known", why=why))
    if wide := [each for each in tried if each.verdict.good and _is_too_wide(criterion, each)]:
        why = worded("prove.control_small", shown=wide[0].shown)
        return Conclusion(ProofOutcome.NOT_TRIED, why)
    if rejected := [trial for trial in tried if not trial.verdict.good]:
        why = worded("prove.rejected", where=joined(list(map(_in, rejected)), "nor"))
        return Conclusion(ProofOutcome.CAN_FAIL, why)
    if now is not None and now.verdict is Verdict.FAIL:
        return Conclusion(ProofOutcome.CAN_FAIL, worded("prove.fails_now"))
    why = _why_bare(criterion, tried) if tried else worded("reason.not_run")
    return Conclusion(ProofOutcome.NOT_TRIED, why)


def _why_bare(criterion: Criterion, tried: Sequence[TrialRecord]) -> str:
    run = criterion.check.run if criterion.check else ""
    fixed = [words[0] for words in programs(run) if words[0].startswith("/")]
    if fixed:
        return worded("prove.full_path", count=len(fixed), names=_and(fixed))
    where = joined(list(map(_in, tried)), "and")
    return worded("prove.no_tool", where=where)


def _tells(criterion: Criterion, trial: TrialRecord) -> bool:
    """Return whether passing in this trial shows anything.

    A command that looks elsewhere may pass in an empty folder, and a port without a service is
    closed.
    """
    if trial.world == World.UNREACHABLE.value or _is_too_wide(criterion, trial):
        return False
    if trial.world != World.HOLLOW.value or criterion.check is None:
        return True
    return not shell.can_fail(criterion.check.run)


def _is_too_wide(criterion: Criterion, trial: TrialRecord) -> bool:
    """Return whether a limit allows more than there are bad samples: passing them shows nothing."""
    limit = max(criterion.expect.number, criterion.expect.high)
    return trial.world == World.CONTROL.value and limit >= MOST_COPIES


def _is_unknown(trial: TrialRecord) -> bool:
    if trial.reason_code in NOT_TRIED:
        return True
    return trial.world == World.CONTROL.value and trial.verdict.unknown


def _in(trial: TrialRecord) -> str:
    tools = _and(trial.tools)
    match World(trial.world):
        case World.ABSENT:
            return worded("prove.without", tools=tools)
        case World.SILENT:
            return worded("prove.silent", count=len(trial.tools), tools=tools)
        case World.FAILING:
            return worded("prove.failing", count=len(trial.tools), tools=tools)
        case World.CONTROL:
            return worded("prove.on_control")
        case World.HOLLOW:
            return worded("prove.empty_project")
        case World.UNREACHABLE:
            return worded("prove.no_service")
        case _:
            return worded("prove.as_it_is")


def _and(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return joined([joined(names[:-1], "names"), names[-1]], "and")


def _advice(passed: Sequence[TrialRecord]) -> str:
    worlds = {trial.world for trial in passed}
    if World.HOLLOW.value in worlds:
        return worded("prove.measure_something")
    if World.CONTROL.value in worlds and len(worlds) == 1:
        return worded("prove.see_parameters")
    if worlds == {World.SILENT.value}:
        return worded("prove.ask_proof")
    return worded("prove.end_with_proof")
