"""The steps, hooks and scripts that run this gate: taken away, masked, or made conditional."""

import os
import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.project.files import Differing, line_of, lines_of
from readiness.guard.project.gate_conditions import differences
from readiness.guard.project.gate_jobs import surroundings
from readiness.guard.project.rules import TABLE
from readiness.guard.states import States

_CALL: Final = re.compile(
    r"\breadiness['\"]?[\s,]+['\"]?(?:check|score|guard|prove|hook)\b[^\n;&|\"']*|\bid:\s*readiness[\w-]*"
    r"|\buses:\s*['\"]?[^\s#@'\"]*\breadiness\b[^\s#@'\"/]*"
)
"""A command, a hook of pre-commit, or the action, whatever its version."""
_BEHIND: Final = re.compile(
    r"(?<![>&|])(\|{1,2}+|;|&(?!&))\s*+(?!(?:exit|return)\s+[1-9]|false\b)([\w./:-]*)"
)
"""What a shell does besides on the same line, and may end as well as it does."""
_SAID: Final = re.compile(r"(?:^|[\s\"';&|])(?:echo|printf|true|[:#])\s[^;&|]*$")
"""What begins a command that only prints what follows, or does nothing with it."""
_COMMENT: Final = re.compile(r"(?:^|\s)#.*")
_HARMLESS: Final = re.compile(
    r"-[vqj]|\d+|--(?:report|output-format|quiet|verbose|jobs|timeout|history|base|open)\b\S*"
    r"|[\w-]+=\S+"
)
_LESS: Final = frozenset(
    ("--exit-zero", "--dry-run", "--fail-fast", "--hold-line", "--no-run", "--until-decided")
)


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
        if TABLE.workflows.search(path) and after:
            yield from _conditions(path, before, after)
            yield from _around(path, before, after, files.states)
    yield from _by_scripts(files)


def _by_scripts(files: Differing) -> Iterator[Change]:
    """Yield what scripts do now that workflows run before their gate, as they did before."""
    changed = list(filter(TABLE.scripts.search, files.paths()))
    for path in filter(TABLE.workflows.search, files.states.after) if changed else ():
        text = "".join(files.states.texts(path)) if path not in files.paths() else ""
        if any(script in text for script in changed):
            yield from _around(path, text, text, files.states)


def calls(text: str) -> list[str]:
    """List the runs of the gate in a text, each with what a shell does behind it on its line."""
    lines = [_COMMENT.sub("", line) for line in lines_of(text)]
    return [
        " ".join([*found[0].split(), *map(" ".join, _BEHIND.findall(line, found.end()))])
        for line in lines
        for found in _CALL.finditer(line)
        if not _SAID.search(line, 0, found.start())
    ]


def asks_less(old: str, new: str) -> bool:
    """Return whether a run of the gate asks less than another one, or who knows what."""
    before, after = old.split(), new.split()
    gone = {word for word in before if word not in after and not _HARMLESS.fullmatch(word)}
    come = {word for word in after if word not in before and not _HARMLESS.fullmatch(word)}
    return bool(gone - _LESS or come)


def _around(path: str, before: str, after: str, states: States) -> Iterator[Change]:
    """Yield what stands around the gate now, and may have it look at something else."""

    def is_tracked(name: str) -> bool:
        plain = os.path.normpath(name)
        return plain in states.before or plain in states.folders

    old, new = (
        surroundings(path, text, calls, is_tracked, partial(states.text, side=side))
        for side, text in enumerate((before, after))
    )
    for words in sorted(new - old):
        yield Teller(path, path, line_of(after, words.partition(": ")[0]))(
            Kind.CALLER, Direction.LOOSENED, "", words, "decides what the gate looks at"
        )


def _conditions(path: str, before: str, after: str) -> Iterator[Change]:
    """Yield changes of what decides whether the call is made: triggers and conditions."""
    for name, old, new in differences(before, after, path, calls):
        yield Teller(f"{path} {name}", path, line_of(after, name.rpartition(".")[2]))(
            Kind.CALLER, Direction.LOOSENED, old, new, "decides whether the gate runs"
        )
