"""Two definitions of a check, field by field, and the scripts that stand beside them."""

import hashlib
import os
import re
from collections.abc import Collection, Iterable, Iterator

from readiness.guard.changes import Change, Kind, Teller
from readiness.guard.fields import LOOSE, compare_fields
from readiness.model.board import Board, Check

FOLDER = "READINESS_CHECK_DIR"
_NAMED = re.compile(rf"\$\{{?{FOLDER}\}}?\"?/+([\w./@%+=-]+)")
_DEFINITIONS = (".yaml", ".yml", ".pyc")


def checks(base: Board, head: Board, names: Collection[str]) -> Iterator[Change]:
    """Compare the checks of these names, and of those that come before them, as they take effect.

    Parameters are compared where criteria give them.
    """
    for name in sorted(with_producers(names, base, head)):
        old, new = base.checks.get(name), head.checks.get(name)
        if old is not None and new is not None:
            yield from check(Teller(f"check {name}", new.path), old, new)


def check(change: Teller, old: Check, new: Check) -> Iterator[Change]:
    """Compare what two checks run and how its output is read."""
    yield from compare_fields(change, old, new)
    if old.name and old.measures and new.measures:  # criteria compare the measures that they read
        before, after = old.measures[0].name, new.measures[0].name
        if before != after:
            yield change(Kind.MEASURE, LOOSE, before, after, "the default")


def scripts(base: Board, head: Board, names: Collection[str]) -> Iterator[Change]:
    """Compare, by digest, the scripts that checks run, and what stands in the same folders."""
    changes: dict[str, Change] = {}
    for name in sorted(with_producers(names, base, head)):
        old, new = base.checks.get(name), head.checks.get(name)
        if old is None or new is None or old.folder == new.folder:
            continue
        named = set(_NAMED.findall(old.run)) | set(_NAMED.findall(new.run))
        for script in sorted(_beside(named, old.folder) | _beside(named, new.folder)):
            before, after = (_digest(folder, script) for folder in (old.folder, new.folder))
            if before == after or (not after and script not in named):
                continue
            path = os.path.join(os.path.dirname(new.path), script)
            change = Teller(path, path)
            note = f"used by check {name}"
            changes.setdefault(path, change(Kind.SCRIPT, LOOSE, before, after, note))
    yield from changes.values()


def with_producers(names: Iterable[str], *boards: Board) -> set[str]:
    """Return the names of checks, and of all that they come after in one of the boards."""
    needed: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            for board in boards:
                known = board.checks.get(name)
                waiting += known.after if known else ()
    return needed


def _beside(named: set[str], folder: str) -> set[str]:
    """List the named files and their neighbours: a script loads its helpers from beside it."""
    files = set(named)
    for place in {os.path.dirname(path) for path in named}:
        try:
            entries = os.listdir(os.path.join(folder, place))
        except OSError:
            continue
        files |= {
            os.path.join(place, entry)
            for entry in entries
            if not entry.endswith(_DEFINITIONS)
            and os.path.isfile(os.path.join(folder, place, entry))
        }
    return files


def _digest(folder: str, name: str) -> str:
    try:
        with open(os.path.join(folder, name), "rb") as file:
            return f"sha256:{hashlib.sha256(file.read()).hexdigest()[:16]}"
    except OSError:
        return ""
