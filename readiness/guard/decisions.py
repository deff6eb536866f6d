"""Waivers and attestations: what people decided, and whether a change decides more."""

from collections.abc import Iterator

from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.expectations import eased
from readiness.model.board import Attestation, Criterion, Waiver


def decisions(old: Criterion | None, new: Criterion, path: str) -> Iterator[Change]:
    """Compare the waiver and the attestation of a criterion; `old` is None for a new one."""
    unit = new.measure.unit if new.measure else ""
    change = Teller(new.id, path, new.position.line)
    before, after = old.waive if old else None, new.waive
    if before != after:
        yield change(Kind.WAIVER, _waived(before, after, unit), _of(before), _of(after))
    signed, promised = old.attest if old else None, new.attest
    # A measurement in place of a word is told as the check that it is.
    if promised is not None and signed != promised:
        direction = _attested(signed, promised)
        yield change(Kind.ATTESTATION, direction, _word(signed), _word(promised))


def _waived(before: Waiver | None, after: Waiver | None, unit: str) -> Direction:
    """Return the direction: tightened or neutral only if the new waiver covers no more."""
    if after is None:
        return Direction.TIGHTENED
    if before is None or (before.reason, before.by) != (after.reason, after.by):
        return Direction.LOOSENED
    if after.until > before.until:
        return Direction.LOOSENED
    if before.up_to is not None:
        covered = (
            Direction.LOOSENED if after.up_to is None else eased(before.up_to, after.up_to, unit)
        )
        if covered is Direction.LOOSENED:
            return covered
    return Direction.NEUTRAL if _same(before, after, unit) else Direction.TIGHTENED


def _same(before: Waiver, after: Waiver, unit: str) -> bool:
    """Return whether both waivers cover the same until the same day, however that is written."""
    if before.until != after.until or (before.up_to is None) != (after.up_to is None):
        return False
    if before.up_to is None or after.up_to is None:
        return True
    return eased(before.up_to, after.up_to, unit) is Direction.NEUTRAL


def _attested(before: Attestation | None, after: Attestation) -> Direction:
    if not after.by:  # still to be given: it fails until then
        return Direction.TIGHTENED
    if before is None or (before.by, before.evidence) != (after.by, after.evidence):
        return Direction.LOOSENED
    if after.until > before.until or after.on != before.on:
        return Direction.LOOSENED
    if before.digest not in ("", after.digest):
        return Direction.LOOSENED
    return Direction.TIGHTENED


def _of(waiver: Waiver | None) -> str:
    if waiver is None:
        return ""
    covers = f", up to {waiver.up_to.text}" if waiver.up_to else ""
    return f"by {waiver.by} until {waiver.until}{covers}: {waiver.reason}"


def _word(attestation: Attestation | None) -> str:
    if attestation is None:
        return ""
    evidence = f", {attestation.evidence}" if attestation.evidence else ""
    if not attestation.by:
        return f"still to be given{evidence}"
    held = f" ({attestation.digest[:19]})" if attestation.digest else ""
    return f"by {attestation.by} on {attestation.on} until {attestation.until}{evidence}{held}"
