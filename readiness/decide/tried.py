"""What a trial of its command makes of a criterion that passes."""

from typing import Final

import msgspec

from readiness.model.judgement import Judgement, Trial, TrialOutcome
from readiness.model.words import ReasonCode, Verdict
from readiness.text.worded import joined, worded

_CODES: Final = {
    TrialOutcome.MISSING: ReasonCode.TOOL_MISSING,
    TrialOutcome.UNSEEN: ReasonCode.NO_PROOF,
    TrialOutcome.NOTHING: ReasonCode.NO_PROOF,
    TrialOutcome.SILENT: ReasonCode.NO_PROOF,
}


def as_tried(judgement: Judgement, trial: Trial) -> Judgement:
    """Return the judgement on what passes, after its command was tried where it should not."""
    outcome, names = trial.outcome, joined(trial.programs, "and")
    if outcome.cannot_fail:
        return Judgement(
            criterion=judgement.criterion,
            verdict=Verdict.ERROR,
            reason=worded(f"trial.why.{outcome}", names=names, line=trial.line),
            code=_CODES.get(outcome, ReasonCode.CANNOT_FAIL),
            hint=worded(f"trial.hint.{outcome}", names=names),
        )
    if not outcome.in_doubt:
        return judgement
    hint = worded(f"trial.hint.{outcome}", names=names)
    if trial.remedy:
        from readiness.text.yaml_lines import scalar

        command, *fields = trial.remedy
        lines = [f"`{line}`" for line in (f"run: {scalar(command)}", *fields)]
        hint = worded("hint.write", text=joined(lines, "and"))
    reason = joined(
        [judgement.reason, worded(f"trial.why.{outcome}", names=names, line=trial.line)]
    )
    return msgspec.structs.replace(judgement, verdict=Verdict.WARN, reason=reason, hint=hint)
