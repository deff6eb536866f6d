"""One criterion in two boards: what is asked of it, by which probe, and when."""

from collections.abc import Iterator, Sequence

from readiness.guard.catalogue import check as compare_check
from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.decisions import decisions
from readiness.guard.expectations import eased
from readiness.guard.fields import LOOSE, SAME, TIGHT, compare_fields, text
from readiness.guard.pairs import combinations
from readiness.guard.project.settings import command_changed, words_changed
from readiness.model.board import Board, Check, Criterion, Expectation, Measure
from readiness.model.expect import direction as better_way
from readiness.model.words import Better, Scoring
from readiness.text.clean import looks_secret


def criterion(old: Criterion, new: Criterion, base: Board, head: Board) -> Iterator[Change]:
    """Compare a criterion of two boards, all but its weight and the definition of its check."""
    change = Teller(new.id, head.path, new.position.line)
    if old.id != new.id:
        yield change(Kind.CRITERION, SAME, old.id, new.id, "another id")
    yield from _profiles(change, old, new, base, head)
    yield from decisions(old, new, head.path)
    if (old.check is None) != (new.check is None):
        before, after = _measured_by(old), _measured_by(new)
        note = "a word in place of a measurement" if new.check is None else "measured now"
        yield change(Kind.CHECK, LOOSE if new.check is None else TIGHT, before, after, note)
    elif old.check is not None and new.check is not None:
        yield from _probe(change, old, new, old.check, new.check)
        yield from _asked(change, old, new, head.scoring)
    yield from compare_fields(change, old, new)


def added(new: Criterion, head: Board) -> Iterator[Change]:
    """Yield the changes that a new criterion, and a person's decisions about it, amount to."""
    change = Teller(new.id, head.path, new.position.line)
    yield change(Kind.CRITERION, TIGHT, "", f"{new.title}: {_in_short(new)}")
    yield from decisions(None, new, head.path)


def removed(old: Criterion, head: Board) -> Change:
    """Return the change that the removal of a criterion amounts to."""
    return Teller(old.id, head.path)(Kind.CRITERION, LOOSE, f"{old.title}: {_in_short(old)}", "")


# --- the probe ------------------------------------------------------------------------------------


def _probe(
    change: Teller, old: Criterion, new: Criterion, before: Check, after: Check
) -> Iterator[Change]:
    if old.written or new.written:
        if old.written == new.written:
            yield from compare_check(change, before, after)
        else:
            direction = command_changed(old.written, new.written)
            shown = _measured_by(old), _measured_by(new)
            yield change(Kind.COMMAND, direction, *shown, "probe changed")
        return
    if before.name != after.name:
        yield change(Kind.CHECK, LOOSE, _measured_by(old), _measured_by(new), "probe changed")
    else:
        if not after.name:
            yield from compare_check(change, before, after)
        yield from _parameters(change, combinations(old), combinations(new))
        if set(new.unset) - set(old.unset):
            names = ", ".join(sorted(set(new.unset) - set(old.unset)))
            yield change(Kind.PARAMETER, LOOSE, "", names, "from the environment")
    yield from _measures(change, old.measure, new.measure)


def _parameters(
    change: Teller, old: Sequence[dict[str, str]], new: Sequence[dict[str, str]]
) -> Iterator[Change]:
    if len(old) == len(new) == 1:
        for name in sorted(old[0].keys() | new[0].keys()):
            before, after = old[0].get(name, ""), new[0].get(name, "")
            if before != after:
                same = name == "args" and words_changed(before, after) is SAME
                shown = _parameter(name, before), _parameter(name, after)
                yield change(Kind.PARAMETER, SAME if same else LOOSE, *shown)
        return
    gone = [each for each in old if each not in new]
    come = [each for each in new if each not in old]
    if gone or come:
        direction = LOOSE if gone else TIGHT
        yield change(Kind.MATRIX, direction, _combined(gone), _combined(come))


def _measures(change: Teller, old: Measure | None, new: Measure | None) -> Iterator[Change]:
    if old is None or new is None or old == new:
        return
    if old.name != new.name:
        yield change(Kind.MEASURE, LOOSE, old.name, new.name)
        return  # another number has another unit and another way
    yield from compare_fields(change, old, new)


# --- what is asked --------------------------------------------------------------------------------


def _asked(change: Teller, old: Criterion, new: Criterion, scoring: Scoring) -> Iterator[Change]:
    unit = new.measure.unit if new.measure else ""
    if old.expect != new.expect:
        direction = eased(old.expect, new.expect, unit)
        yield change(Kind.EXPECTATION, direction, text(old.expect), text(new.expect))
    if old.warn != new.warn:
        direction = _optional(old.warn, new.warn, unit)
        yield change(Kind.WARNING, direction, text(old.warn), text(new.warn))
    if old.baseline != new.baseline:
        direction = moved_baseline(old, new, scoring)
        yield change(Kind.BASELINE, direction, text(old.baseline), text(new.baseline))


def _optional(before: Expectation | None, after: Expectation | None, unit: str) -> Direction:
    if before is None or after is None:
        return TIGHT if before is None else LOOSE
    return eased(before, after, unit)


def moved_baseline(old: Criterion, new: Criterion, scoring: Scoring) -> Direction:
    """Return the direction: a worse baseline loosens, as does one that makes all seem better."""
    if new.baseline is None:
        return LOOSE
    if old.baseline is None:
        # Towards 0 progress is counted from the baseline, and without one there is none.
        earns = scoring is Scoring.PARTIAL and not new.expect.number
        return LOOSE if earns else TIGHT
    way = better_way(new.expect) or (new.measure.better if new.measure else None)
    if way is None:
        return LOOSE
    is_worse = (new.baseline > old.baseline) is (way is Better.LOWER)
    return LOOSE if is_worse else TIGHT


# --- profiles -------------------------------------------------------------------------------------


def _profiles(
    change: Teller, old: Criterion, new: Criterion, base: Board, head: Board
) -> Iterator[Change]:
    """Compare the profiles that measure a criterion, among those that both boards have."""
    before = set(old.profiles or base.profiles)
    after = set(new.profiles or head.profiles)
    both = set(base.profiles) & set(head.profiles)
    is_narrowed = bool(before & both - after)
    if not base.profiles:
        is_narrowed = after != set(head.profiles)
    if is_narrowed or after & both - before:
        direction = LOOSE if is_narrowed else TIGHT
        shown = " ".join(sorted(before)) or "every run"
        yield change(Kind.PROFILE, direction, shown, " ".join(sorted(after)))


# --- words ----------------------------------------------------------------------------------------


def _measured_by(criterion: Criterion) -> str:
    if criterion.check is None:
        return f"attested by {criterion.attest.by}" if criterion.attest else "attested"
    return criterion.written.strip() or criterion.check.name or criterion.check.run.strip()


def _in_short(criterion: Criterion) -> str:
    if criterion.check is None:
        return _measured_by(criterion)
    return f"{_measured_by(criterion)}, {criterion.expect.text}"


def _parameter(name: str, value: str) -> str:
    if not value:
        return ""
    return f"{name}: {'***' if looks_secret(name) else value}"


def _combined(combinations: Sequence[dict[str, str]]) -> str:
    return "; ".join(
        ", ".join(_parameter(name, value) or f"{name}:" for name, value in each.items())
        for each in combinations
    )
