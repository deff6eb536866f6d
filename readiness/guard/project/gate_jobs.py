"""The CI job that runs this gate: what starts it, what it needs, and what it does before.

What a step does cannot be known by reading it, so one rule holds: whatever else is said there now
may have the gate run less often, or look at something else. Versions may move, triggers may come,
whole steps may go, and behind the gate everything may change.
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final, TypeAlias

from readiness.guard.project.files import lines_of
from readiness.guard.project.rules import TABLE
from readiness.load.yamlfile import parse as parse_yaml
from readiness.text.parts import items_of, part_of, parts_of

Part: TypeAlias = dict[str, object]

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

_ASIDE: Final = frozenset(
    (
        "concurrency", "environment", "id", "jobs", "name", "needs", "on", "outputs", "permissions",
        "run-name", "steps", "timeout-minutes",
    )
)  # fmt: skip
"""Keys that do not say what is done, or that are read by themselves."""
_OF_INPUTS: Final = frozenset(
    ("artifact", "comment", "history", "language", "python", "sarif", "summary")
)
"""What this gate's own action is given that decides nothing."""
_PULLS: Final = ("pull_request", "pull_request_target")
_TYPES: Final = ["opened", "synchronize", "reopened"]
"""When a pull request's workflow runs if it does not say so itself."""
_ALWAYS: Final = re.compile(
    r"if: (?:\$\{\{)?\s*(?:true|always\(\)|success\(\)|!\s*cancelled\(\)"
    r"|github\.event_name\s*==\s*'(?P<event>\w+)')\s*(?:\}\})?(?:  \(.*)?"
)
_IN_SPITE: Final = re.compile(r"if: .*(?:always|cancelled|failure)\(\)")
"""A condition by which a job runs though one that it needs did not."""
_VERSIONED: Final = re.compile(r"version$|\bmatrix\b|\bruns-on$|\b(?:image|container)$")
"""Keys in whose values any number is a version."""
_NUMBER: Final = re.compile(r"(?<![\w.])v?\d[\w.]*|\blatest\b")
_VERSION: Final = re.compile(r"([=~<>!]=|[@:-])v?\d+(?:\.\w+)+")
_REF: Final = re.compile(r"(?<=@)\S+")
_RUNNER: Final = re.compile(r"\b(?:uvx|(?:uv|pipx|poetry|pdm|hatch) run)\s+(?=readiness\b)")


def calls(text: str) -> list[str]:
    """List the runs of the gate in a text, each with what a shell does behind it on its line."""
    lines = [_COMMENT.sub("", line) for line in lines_of(text)]
    return [
        " ".join([*found[0].split(), *map(" ".join, _BEHIND.findall(line, found.end()))])
        for line in lines
        for found in _CALL.finditer(line)
        if not _SAID.search(line, 0, found.start())
    ]


def jobs(path: str, text: str, digests: Mapping[str, str]) -> list[set[str]]:
    """Return, for each job of a workflow that runs the gate, all that is said of when and how.

    Versions are left out of it. `digests` are those of the project's files.
    """
    whole = part_of(parse_yaml(text.encode("utf-8", "replace"), path).data)
    found = part_of(whole, "jobs")
    around = [*_triggers(whole.get("on")), *_flat(whole)]
    of_gates = (list(_of_gate(job, found, digests)) for job in map(part_of, found.values()))
    return [{*around, *of_gate} for of_gate in of_gates if of_gate]


def worse(old: Collection[str], new: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield what is said of a job now that may loosen its gate, and what is no longer said."""
    for entry in sorted(set(new) - set(old)):
        name = _name(entry)
        event = " ".join(name.split()[:2])
        is_ignored = name.endswith("-ignore") or entry.startswith(f"{name}: !")
        is_wider = name.startswith("on ") and (
            entry == name or event not in old or (_says(old, name) and not is_ignored)
        )
        if not is_wider and not _is_met(entry, new):
            yield "", entry
    for entry in sorted(set(old) - set(new)):
        name = _name(entry)
        if name.startswith("on "):
            is_shorter = entry == name or (_says(new, name) and not name.endswith("-ignore"))
        else:
            is_free = name.split()[0] in ("step", "needs", "script", *TABLE.off)
            is_shorter = not is_free or bool(_IN_SPITE.match(entry))
        if is_shorter:
            yield entry, ""


def _name(entry: str) -> str:
    return entry.partition(": ")[0]


def _says(job: Collection[str], name: str) -> bool:
    return any(_name(entry) == name for entry in job)


def _is_met(entry: str, job: Collection[str]) -> bool:
    """Return whether a condition keeps nothing of a pull request from running."""
    met = _ALWAYS.fullmatch(entry)
    events = {each.split()[1] for each in job if each.startswith("on ")}
    pulls = events.intersection(_PULLS) or events
    return met is not None and (met["event"] is None or pulls == {met["event"]})


def _triggers(on: object) -> Iterator[str]:
    events = part_of(on) or dict.fromkeys(map(str, items_of(on)))
    for event, filters in events.items():
        yield f"on {event}"
        usual = {"types": _TYPES} if event in _PULLS else {}
        for name, value in {**usual, **part_of(filters)}.items():
            yield from (f"on {event} {name}: {each}" for each in items_of(value))


def _of_gate(job: Part, others: Part, digests: Mapping[str, str]) -> Iterator[str]:
    steps = parts_of(job.get("steps"))
    calling = [number for number, step in enumerate(steps) if calls(_commands(step))]
    if not calling:
        return
    yield from _of_job(job, steps[: calling[-1] + 1], digests)
    needed = list(map(str, items_of(job.get("needs"))))
    for name in needed:
        other = part_of(others, name)
        needed += [more for more in map(str, items_of(other.get("needs"))) if more not in needed]
        of_other = _of_job(other, parts_of(other.get("steps")), digests)
        yield from (f"needs {name}: {entry}" for entry in ("", *of_other))


def _of_job(job: Part, steps: list[Part], digests: Mapping[str, str]) -> Iterator[str]:
    yield from _flat(job)
    for step in steps:
        plain = {name: value for name, value in step.items() if name not in TABLE.off}
        if calls(_commands(step)):
            given = part_of(step, "with").items()
            plain["with"] = {name: value for name, value in given if name not in _OF_INPUTS}
        words = "; ".join(_flat(plain))
        yield f"step: {words}"
        keeping = _flat({name: step.get(name) for name in TABLE.off})
        yield from (f"{entry}  ({words})" for entry in keeping)
        for word in (*str(step.get("run", "")).split(), f"{step.get('uses', '')}/action.yml"):
            is_own = TABLE.scripts.search(word) or word.startswith("./")
            if is_own and (digest := digests.get(os.path.normpath(word))):
                yield f"script {word}: {digest[:12]}"


def _commands(step: Part) -> str:
    """Return all that a step runs, as text; the action that it uses as the line that names it."""
    used = f"uses: {step['uses']}" if "uses" in step else ""
    return "\n".join([used, *(str(step.get(key, "")) for key in TABLE.commands)])


def _flat(part: Part, within: str = "") -> Iterator[str]:
    """Yield all that a part of a workflow says, each with its key."""
    for name, value in part.items():
        key = f"{within}{name}"
        if not within and name in _ASIDE:
            continue
        if isinstance(value, dict):
            yield from _flat(value, f"{key}.")
        elif value == []:
            yield f"{key}: []"
        else:
            values = (each for each in items_of(value) if each not in (False, ""))
            yield from (f"{key}: {_plain(key, str(each))}" for each in values)


def _plain(key: str, value: str) -> str:
    """Return a value without versions, comments, and the words of the gate: these are compared."""
    if key == "uses":
        return _REF.sub("…", value)
    if _VERSIONED.search(key):
        value = _NUMBER.sub("…", value)
    lines = (_COMMENT.sub("", line).rstrip() for line in lines_of(value))
    shown = "; ".join(filter(None, lines)) if "\n" in value else value
    return _VERSION.sub(r"\1…", _CALL.sub("readiness …", _RUNNER.sub("", shown)))
