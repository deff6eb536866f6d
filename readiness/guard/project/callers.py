"""The steps, hooks and scripts that run this gate: taken away, masked, or made conditional."""

import re
from collections.abc import Iterator
from typing import Final

from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.project.files import Differing, line_of
from readiness.guard.project.gate_jobs import calls, jobs, worse
from readiness.guard.project.rules import TABLE

_LONGEST: Final = 160
"""Characters of what a job says that are shown."""
_HARMLESS: Final = re.compile(
    r"-[vqj]|\d+|--(?:report|output-format|quiet|verbose|jobs|timeout|history|base|open)\b\S*"
    r"|[\w-]+=\S+"
)
_LESS: Final = frozenset(("--exit-zero", "--dry-run", "--fail-fast", "--hold-line", "--no-run"))


def callers(files: Differing) -> Iterator[Change]:
    """Compare the places that run the gate: each call, and in workflows when it is made."""
    moved = [call for text in files.after.values() for call in calls(text)]
    for path in files.paths():
        before, after = files.both(path)
        old = calls(before)
        if not old:
            continue
        now = calls(after)
        for call in old:
            partner = call if call in now else next(iter(now), "")
            if call not in now and not partner and call in moved:
                continue  # it is in another file now
            if call == partner:
                now.remove(call)
                continue
            if partner:
                now.remove(partner)
            if not partner or asks_less(call, partner):
                text = after if partner else before
                line = line_of(text, partner or call)
                yield Teller(path, path, line)(Kind.CALLER, Direction.LOOSENED, call, partner)
    yield from _by_jobs(files)


def _by_jobs(files: Differing) -> Iterator[Change]:
    """Yield what jobs say that run the gate now, and did not say before, wherever each is."""
    states = files.states
    paths = list(filter(TABLE.workflows.search, states.all_paths))
    old, new = (
        [
            (path, job)
            for path in paths
            if (text := states.text(path, side))
            for job in jobs(path, text, digests)
        ]
        for side, digests in enumerate((states.before, states.after))
    )
    for path, job in old:
        # A workflow that is no workflow any more still has the line that would run the gate.
        broken = [(path, set[str]())] if calls(states.text(path, 1) or "") else []
        each = [(list(worse(job, other)), at, at != path) for at, other in new or broken]
        entries, place, _ = min(
            each, key=lambda one: (bool(one[0]), one[2], len(one[0])), default=([], path, False)
        )
        text = states.text(place, 1) or ""
        for before, after in entries:
            line = line_of(text, after.partition(": ")[2].partition(": ")[0])
            yield Teller(place, place, line)(
                Kind.CALLER, Direction.LOOSENED, before[:_LONGEST], after[:_LONGEST],
                "decides when the gate runs, and what it looks at",
            )  # fmt: skip


def asks_less(old: str, new: str) -> bool:
    """Return whether a run of the gate asks less than another one, or who knows what."""
    before, after = old.split(), new.split()
    gone = {word for word in before if word not in after and not _HARMLESS.fullmatch(word)}
    come = {word for word in after if word not in before and not _HARMLESS.fullmatch(word)}
    return bool(gone - _LESS or come)
