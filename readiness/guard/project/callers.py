"""The steps, hooks and scripts that run this gate: taken away, masked, or made conditional."""

import os
import re
from collections.abc import Iterator
from typing import Final

from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.project.files import Differing, line_of, lines_of
from readiness.guard.project.gate_jobs import surroundings
from readiness.guard.project.rules import TABLE
from readiness.guard.states import States
from readiness.load.yamlfile import parse as parse_yaml
from readiness.text.parts import items_of, part_of, parts_of

_CALL: Final = re.compile(
    r"\breadiness['\"]?[\s,]+['\"]?(?:check|score|guard|prove|hook)\b[^\n;&|\"']*|\bid:\s*readiness[\w-]*"
)
_BEHIND: Final = re.compile(
    r"(?<![>&|])(\|{1,2}+|;|&(?!&))\s*+(?!(?:exit|return)\s+[1-9]|false\b)([\w./:-]*)"
)
"""What a shell does besides on the same line, and may end as well as it does."""
_SAID: Final = re.compile(r"(?:^|[\s\"';&|])(?:echo|printf|true|[:#])\s[^;&|]*$")
"""What begins a command that only prints what follows, or does nothing with it."""
_COMMENT: Final = re.compile(r"(?:^|\s)#.*")
_HARMLESS: Final = re.compile(
    r"-[vqj]|\d+|--(?:report|output-format|quiet|verbose|jobs|timeout|history|base|hold-line|open)\b\S*"
    r"|[\w-]+=\S+"
)
_LESS: Final = frozenset(("--exit-zero", "--dry-run", "--fail-fast", "--no-run", "--until-decided"))


def callers(files: Differing) -> Iterator[Change]:
    """Compare the places that run the gate: each call, and in workflows when it is made."""
    moved = [call for text in files.after.values() for call in _calls(text)]
    for path in files.paths():
        before, after = files.both(path)
        old = _calls(before)
        if not old:
            continue
        now = _calls(after)
        for call in old:
            partner = call if call in now else next(iter(now), "")
            if call not in now and not partner and call in moved:
                continue  # it is in another file now
            if call == partner:
                now.remove(call)
                continue
            if partner:
                now.remove(partner)
            if not partner or _asks_less(call, partner):
                text = after if partner else before
                line = line_of(text, partner or call)
                yield Teller(path, path, line)(Kind.CALLER, Direction.LOOSENED, call, partner)
        if TABLE.workflows.search(path) and after:
            yield from _conditions(path, before, after)
            yield from _around(path, before, after, files.states)


def _calls(text: str) -> list[str]:
    """List the calls in a text, each with what else a shell does behind it on the line."""
    lines = [_COMMENT.sub("", line) for line in lines_of(text)]
    return [
        " ".join([*found[0].split(), *map(" ".join, _BEHIND.findall(line, found.end()))])
        for line in lines
        for found in _CALL.finditer(line)
        if not _SAID.search(line, 0, found.start())
    ]


def _asks_less(old: str, new: str) -> bool:
    before, after = old.split(), new.split()
    gone = {word for word in before if word not in after and not _HARMLESS.fullmatch(word)}
    come = {word for word in after if word not in before and not _HARMLESS.fullmatch(word)}
    return bool(gone - _LESS or come)


def _around(path: str, before: str, after: str, states: States) -> Iterator[Change]:
    """Yield what stands around the gate now, and may have it look at something else."""

    def is_tracked(name: str) -> bool:
        plain = os.path.normpath(name)
        return plain in states.before or plain in states.folders

    old, new = (surroundings(path, text, _calls, is_tracked) for text in (before, after))
    for words in sorted(new - old):
        yield Teller(path, path, line_of(after, words.partition(": ")[0]))(
            Kind.CALLER, Direction.LOOSENED, "", words, "decides what the gate looks at"
        )


def _conditions(path: str, before: str, after: str) -> Iterator[Change]:
    """Yield changes of what decides whether the call is made: triggers and conditions."""
    old, new = (_when(path, text) for text in (before, after))
    for name in sorted(old.keys() | new.keys()):
        if name.count(".") == 2 and name.rpartition(".")[0] not in old:
            continue  # it narrows an event that came with it
        if old.get(name, "") != new.get(name, "") and not _is_wider(name, old.get(name, ""), new):
            yield Teller(f"{path} {name}", path, line_of(after, name.rpartition(".")[2]))(
                Kind.CALLER,
                Direction.LOOSENED,
                old.get(name, ""),
                new.get(name, ""),
                "decides whether the gate runs",
            )


def _is_wider(name: str, old: str, new: dict[str, str]) -> bool:
    """Return whether a condition went, or an event came, so that the gate runs more often."""
    if name.startswith("on."):
        return (not old) is (name.count(".") == 1) and (not old or not new.get(name))
    return bool(old) and not new.get(name)


def _when(path: str, text: str) -> dict[str, str]:
    data = parse_yaml(text.encode("utf-8", "replace"), path).data
    conditions: dict[str, str] = {}
    on = part_of(data).get("on")
    for event, filters in (part_of(on) or dict.fromkeys(map(str, items_of(on)))).items():
        conditions[f"on.{event}"] = "runs"
        for name, value in part_of(filters).items():
            if name != "types":
                conditions[f"on.{event}.{name}"] = str(value)
    for name, job in part_of(data, "jobs").items():
        steps = parts_of(part_of(job).get("steps"))
        calling = [step for step in steps if _calls(_run(step))]
        for part in (part_of(job), *calling) if calling else ():
            for key in TABLE.off.keys() & part.keys():
                conditions[f"{name}.{key}"] = str(part[key])
    return conditions


def _run(step: dict[str, object]) -> str:
    return "\n".join(str(step.get(key, "")) for key in TABLE.commands)
