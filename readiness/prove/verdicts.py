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
from readiness.shell.programs import programs
from readiness.text.worded import worded

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
    masks: Sequence[str],
) -> ProofRecord:
    """Say of one criterion whether it can fail.

    `records` has what the runs found, by the id in each world; `masks` are sentences on what in
    its commands hides failures.
    """
    names = [shown(name) for name in sorted(tools.taken)]
    trials = {world: _trial(records, criterion, world, names) for world in World}
    now = trials[World.NORMAL]
    tried = [trial for world in BROKEN if (trial := trials[world])]
    found = _finding(criterion, now, tried, masks)
    return ProofRecord(
        id=criterion.id,
        title=criterion.title,
        outcome=found.outcome,
        why=found.why,
        hint=found.hint or None,
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
        reason=record.reason,
        reason_code=record.reason_code,
        tools=tools if world in (World.ABSENT, World.SILENT, World.FAILING) else [],
    )


def _finding(
    criterion: Criterion,
    now: TrialRecord | None,
    tried: Sequence[TrialRecord],
    masks: Sequence[str],
) -> Conclusion:
    if criterion.attest is not None:
        by = criterion.attest.by
        why = f"it rests on the word of {by}" if by else "nobody has attested it yet"
        return Conclusion(ProofOutcome.NOT_TRIED, why)
    if criterion.unset:
        return Conclusion(ProofOutcome.NOT_TRIED, f"{', '.join(criterion.unset)} is not set")
    if passed := [trial for trial in tried if trial.verdict.good and _tells(criterion, trial)]:
        why = "; ".join(f"it passes {_in(trial)} ({trial.reason})" for trial in passed)
        return Conclusion(ProofOutcome.STILL_PASSES, "; ".join([why, *masks]), _advice(passed))
    if masks:
        hint = "let the failure end the command, or declare the statuses that are allowed"
        return Conclusion(ProofOutcome.STILL_PASSES, "; ".join(masks), hint)
    if unknown := [trial for trial in tried if _is_unknown(trial)]:
        why = "; ".join(f"{_in(trial)}: {trial.reason}" for trial in unknown)
        return Conclusion(ProofOutcome.NOT_TRIED, f"not known {why}")
    if wide := [each for each in tried if each.verdict.good and _is_too_wide(criterion, each)]:
        why = f"the control of its check has no more than {wide[0].shown}, which its limit allows"
        return Conclusion(ProofOutcome.NOT_TRIED, why)
    if rejected := [trial for trial in tried if not trial.verdict.good]:
        why = f"it does not pass {', nor '.join(map(_in, rejected))}"
        return Conclusion(ProofOutcome.CAN_FAIL, why)
    if now is not None and now.verdict is Verdict.FAIL:
        return Conclusion(ProofOutcome.CAN_FAIL, "it fails now")
    why = _why_bare(criterion, tried) if tried else worded("reason.not_run")
    return Conclusion(ProofOutcome.NOT_TRIED, why)


def _why_bare(criterion: Criterion, tried: Sequence[TrialRecord]) -> str:
    run = criterion.check.run if criterion.check else ""
    fixed = [words[0] for words in programs(run) if words[0].startswith("/")]
    if fixed:
        verb = "is called by its" if len(fixed) == 1 else "are called by their"
        return f"{_and(fixed)} {verb} full path, and cannot be taken away"
    where = " and ".join(map(_in, tried))
    return f"it runs no tool that could be taken away, and passes {where} too"


def _tells(criterion: Criterion, trial: TrialRecord) -> bool:
    """Whether passing there shows anything.

    What looks elsewhere may pass in an empty folder, and a port is closed where nobody answers.
    """
    if trial.world == World.UNREACHABLE.value or _is_too_wide(criterion, trial):
        return False
    if trial.world != World.HOLLOW.value or criterion.check is None:
        return True
    return not shell.can_fail(criterion.check.run)


def _is_too_wide(criterion: Criterion, trial: TrialRecord) -> bool:
    """Whether a limit allows more than there are bad samples: passing them shows nothing."""
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
            return f"without {tools}"
        case World.SILENT:
            return f"where {tools} {_verb(trial, 'prints', 'print')} nothing"
        case World.FAILING:
            return f"where {tools} {_verb(trial, 'fails', 'fail')} silently"
        case World.CONTROL:
            return "on the control of its check"
        case World.HOLLOW:
            return "in an empty project"
        case World.UNREACHABLE:
            return "where no service answers"
        case _:
            return "as it is"


def _verb(trial: TrialRecord, one: str, many: str) -> str:
    return one if len(trial.tools) == 1 else many


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _advice(passed: Sequence[TrialRecord]) -> str:
    worlds = {trial.world for trial in passed}
    if World.HOLLOW.value in worlds:
        return "let it measure something of the project"
    if World.CONTROL.value in worlds and len(worlds) == 1:
        return "see whether its parameters leave out what it is about, or its limit is too wide"
    if worlds == {World.SILENT.value}:
        return "ask for a proof that the tool did its work, such as how many files it looked at"
    return "let the failure end the command, and add a `proof` that the tool did its work"
