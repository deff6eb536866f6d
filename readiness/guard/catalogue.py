"""Two definitions of a check, field by field, and the scripts that stand beside them."""

import hashlib
import math
import os
import re
from collections.abc import Collection, Iterable, Iterator

from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.fields import others
from readiness.model.board import TRACED, Board, Check, Reader
from readiness.model.words import Format

LOOSE, TIGHT, SAME = Direction.LOOSENED, Direction.TIGHTENED, Direction.NEUTRAL

FOLDER = "READINESS_CHECK_DIR"
_NAMED = re.compile(rf"\$\{{?{FOLDER}\}}?\"?/+([\w./@%+=-]+)")
_DEFINITIONS = (".yaml", ".yml", ".pyc")


def checks(base: Board, head: Board, names: Collection[str]) -> Iterator[Change]:
    """Compare the checks of these names, and of those that come before them, as they take effect.

    Parameters are compared where criteria give them.
    """
    for name in sorted(_with_producers(names, base, head)):
        old, new = base.checks.get(name), head.checks.get(name)
        if old is not None and new is not None:
            yield from check(Teller(f"check {name}", new.path), old, new)


def check(change: Teller, old: Check, new: Check) -> Iterator[Change]:
    """Compare what two checks run and how its output is read."""
    yield from _command(change, old, new)
    if old.exit_ok != new.exit_ok:
        added = set(new.exit_ok or ()) - set(old.exit_ok or ())
        loose = added or old.exit_ok is None or new.exit_ok is None
        direction = LOOSE if loose else TIGHT
        yield change(Kind.EXIT, direction, _statuses(old.exit_ok), _statuses(new.exit_ok))
    if old.proof != new.proof:
        yield change(
            Kind.PROOF,
            _guard(old.proof, new.proof),
            _reader_words(old.proof),
            _reader_words(new.proof),
        )
    if old.reject != new.reject:
        yield change(Kind.REJECT, _guard(old.reject, new.reject), old.reject, new.reject)
    yield from _words(change, Kind.TOOL, old.tools, new.tools)
    yield from _words(change, Kind.PRODUCER, old.after, new.after)
    yield from _reused(change, old, new)
    if old.version != new.version:
        direction = LOOSE if old.version and not new.version else SAME
        yield change(Kind.VERSION, direction, old.version, new.version)
    if old.timeout != new.timeout:
        yield change(Kind.TIMEOUT, SAME, _seconds(old.timeout), _seconds(new.timeout))
    if old.exclusive != new.exclusive:
        yield change(Kind.EXCLUSIVE, SAME, " ".join(old.exclusive), " ".join(new.exclusive))
    if old.findings != new.findings:
        yield change(Kind.FINDINGS, SAME, _reader_words(old.findings), _reader_words(new.findings))
    if old.name:
        yield from _measures(change, old, new)
    yield from others(change, old, new)


def _command(change: Teller, old: Check, new: Check) -> Iterator[Change]:
    if old.run.strip() != new.run.strip():
        yield change(Kind.COMMAND, LOOSE, old.run.strip(), new.run.strip(), "probe changed")
    if (old.doubt is None) != (new.doubt is None):
        before, after = (check.doubt.reason if check.doubt else "" for check in (old, new))
        yield change(Kind.MASK, LOOSE if new.doubt else TIGHT, before, after)


def scripts(base: Board, head: Board, names: Collection[str]) -> Iterator[Change]:
    """Compare, by digest, the scripts that checks run, and what stands in the same folders."""
    told: set[str] = set()
    for name in sorted(_with_producers(names, base, head)):
        old, new = base.checks.get(name), head.checks.get(name)
        if old is None or new is None or old.folder == new.folder:
            continue
        named = set(_NAMED.findall(old.run)) | set(_NAMED.findall(new.run))
        for each in sorted(_beside(named, old.folder) | _beside(named, new.folder)):
            before, after = (_digest(folder, each) for folder in (old.folder, new.folder))
            if before == after or (not after and each not in named):
                continue
            path = os.path.join(os.path.dirname(new.path), each)
            if path not in told:
                told.add(path)
                yield Change(
                    subject=path,
                    kind=Kind.SCRIPT,
                    direction=LOOSE,
                    before=before,
                    after=after,
                    path=path,
                    note=f"used by check {name}",
                )


def _with_producers(names: Iterable[str], *boards: Board) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            for board in boards:
                known = board.checks.get(name)
                waiting += known.after if known else ()
    return found


def _beside(named: set[str], folder: str) -> set[str]:
    """List the named files and their neighbours: a script loads its helpers from beside it."""
    found = set(named)
    for place in {os.path.dirname(each) for each in named}:
        try:
            entries = os.listdir(os.path.join(folder, place))
        except OSError:
            continue
        found |= {
            os.path.join(place, entry)
            for entry in entries
            if not entry.endswith(_DEFINITIONS)
            and os.path.isfile(os.path.join(folder, place, entry))
        }
    return found


def _digest(folder: str, name: str) -> str:
    try:
        with open(os.path.join(folder, name), "rb") as file:
            return f"sha256:{hashlib.sha256(file.read()).hexdigest()[:16]}"
    except OSError:
        return ""


def _measures(change: Teller, old: Check, new: Check) -> Iterator[Change]:
    """Compare the measures of a catalogue entry; criteria compare the ones that they read."""
    if old.measures and new.measures and old.measures[0].name != new.measures[0].name:
        yield change(Kind.MEASURE, LOOSE, old.measures[0].name, new.measures[0].name, "the default")


def _words(
    change: Teller, kind: Kind, before: tuple[str, ...], after: tuple[str, ...]
) -> Iterator[Change]:
    if set(before) != set(after):
        direction = LOOSE if set(before) - set(after) else TIGHT
        yield change(kind, direction, " ".join(before), " ".join(after))


def _reused(change: Teller, old: Check, new: Check) -> Iterator[Change]:
    """Compare how long a result may be reused; without inputs none ever is.

    Traced ones are all that the command reads itself, but not what others read for it.
    """
    if set(old.inputs) != set(new.inputs):
        lost = set(old.inputs) - set(new.inputs)
        direction = LOOSE if new.inputs and (lost or not old.inputs) else TIGHT
        if old.inputs and TRACED in new.inputs:
            direction = SAME
        before, after = " ".join(old.inputs), " ".join(new.inputs)
        yield change(Kind.INPUTS, direction, before, after)
    if old.max_age != new.max_age:
        ages = [math.inf if age is None else age for age in (old.max_age, new.max_age)]
        direction = LOOSE if ages[1] > ages[0] else TIGHT
        before, after = _seconds(old.max_age), _seconds(new.max_age)
        yield change(Kind.INPUTS, direction, before, after, "max_age")


def _guard(before: object, after: object) -> Direction:
    """Return the direction: a new guard tightens; one that is gone or replaced may let more in."""
    return TIGHT if not before and after else LOOSE


def _statuses(statuses: tuple[int, ...] | None) -> str:
    return "any" if statuses is None else ", ".join(map(str, statuses))


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:g} s"


def _reader_words(reader: Reader | None) -> str:
    return "" if reader is None else in_words(reader)


def in_words(reader: Reader) -> str:
    """Format a reader as a board writes it, on one line."""
    if reader.format is Format.EXIT:
        return "exit"
    fields = {"query": reader.query, "regex": reader.regex, "count": reader.count}
    asked = [f"{name} {text}" for name, text in fields.items() if text]
    pick = [f"pick {reader.pick.value}"] if reader.pick else []
    return ", ".join([f"{reader.source} as {reader.format.value}", *asked, *pick])
