"""Turns a person's word into a verdict. Pure."""

from decimal import Decimal

from readiness.model.board import Attestation, Criterion, is_path
from readiness.model.judgement import Judgement
from readiness.model.words import Verdict
from readiness.text.worded import joined, worded


def evidence_path(attestation: Attestation) -> str:
    """Return the path that an attestation's evidence names; "" where it is a link or prose."""
    return attestation.evidence.strip() if is_path(attestation.evidence) else ""


def attested(
    criterion: Criterion, today: str, evidence_missing: bool, evidence_digest: str
) -> Judgement:
    """Judge a criterion by the word that was given for it, as of a day."""
    attestation = criterion.attest
    faults = _attestation_faults(attestation, today, evidence_missing)
    if (
        attestation is not None
        and evidence_digest
        and attestation.digest not in ("", evidence_digest)
    ):
        faults.append(worded("reason.evidence_changed", path=attestation.evidence))
    if attestation is not None and not faults:
        return Judgement(
            criterion=criterion,
            verdict=Verdict.PASS,
            progress=Decimal(1),
            reason=worded("reason.attested", by=attestation.by, until=attestation.until),
            evidence_digest=evidence_digest,
        )
    return Judgement(
        criterion=criterion,
        verdict=Verdict.FAIL,
        progress=Decimal(0),
        reason=joined(faults, "semicolon"),
        hint=worded("hint.attest", id=criterion.id),
        evidence_digest=evidence_digest,
    )


def _attestation_faults(
    attestation: Attestation | None, today: str, evidence_missing: bool
) -> list[str]:
    if attestation is None or not (attestation.by and attestation.on and attestation.until):
        return [worded("reason.not_attested")]
    faults = []
    if attestation.on > today:
        faults.append(worded("reason.attested_in_future", by=attestation.by, on=attestation.on))
    if attestation.until < today:
        faults.append(
            worded("reason.attestation_expired", by=attestation.by, until=attestation.until)
        )
    if evidence_missing:
        faults.append(worded("reason.evidence_missing", path=attestation.evidence))
    return faults
