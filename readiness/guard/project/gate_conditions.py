"""When a CI workflow runs its gate, and on what machine: its triggers, conditions and matrices."""

import re
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from readiness.guard.project.rules import TABLE
from readiness.load.yamlfile import parse as parse_yaml
from readiness.text.parts import items_of, part_of, parts_of

Calls: TypeAlias = Callable[[str], list[str]]
Conditions: TypeAlias = dict[str, str]
Part: TypeAlias = dict[str, object]

_PULLS: Final[tuple[str, ...]] = ("pull_request", "pull_request_target")
_TYPES: Final = "opened synchronize reopened"
"""When a pull request's workflow runs if it does not say so itself."""
_LISTS: Final = tuple(
    f".{name}{end}" for name in ("types", "branches", "paths", "tags") for end in ("", "-ignore")
)
_DOCUMENTS: Final = re.compile(
    r"^docs?/|\.(?:md|rst|adoc)$|^(?:news|changelog\.d|LICENSE)", re.IGNORECASE
)
_ANY: Final = frozenset(("*", "**"))
_ALWAYS: Final = re.compile(r"true|always\(\)|!\s*cancelled\(\)|success\(\)")
_EVENT: Final = re.compile(r"github\.event_name\s*([!=]=)\s*['\"](\w+)['\"]")
_IN_SPITE: Final = re.compile(r"always\(\)|failure\(\)|cancelled\(\)")
_HOSTED: Final = re.compile(r".*\$\{\{|(?:.*-)?(?:ubuntu|windows|macos)(?:-.*)?$")
"""A machine that the forge has, or one that the workflow computes."""
_OF_INPUTS: Final = frozenset(
    ("artifact", "comment", "history", "language", "python", "sarif", "summary")
)
"""What the action is given that decides nothing."""


def differences(before: str, after: str, path: str, calls: Calls) -> Iterator[tuple[str, str, str]]:
    """Yield what makes the gate run less often, or ask for less: its name, before and after.

    `calls` lists the runs of the gate in a text.
    """
    old, new = (_when(text, path, calls) for text in (before, after))
    for name in sorted(old.keys() | new.keys()):
        if name.startswith("on.") and name.count(".") == 2 and name.rpartition(".")[0] not in old:
            continue  # it narrows an event that came with it
        first, second = old.get(name, ""), new.get(name, "")
        if first != second and not _is_wider(name, first, second):
            yield name, first, second


def _is_wider(name: str, old: str, new: str) -> bool:
    """Return whether a condition went, or an event came, so that the gate runs more often."""
    if name.endswith(_LISTS):
        return not new or _is_no_shorter(name, _listed(old), _listed(new))
    if name.startswith("on."):
        return (not old) is (name.count(".") == 1) and (not old or not new)
    if ".with." in name:
        return not old if name.endswith(".base") else name.endswith(".hold-line") and not new
    if name.endswith(".runs-on"):
        return bool(old)
    return bool(old) and not new


def _is_no_shorter(name: str, before: set[str], after: set[str]) -> bool:
    if name.endswith("-ignore"):
        return all(map(_DOCUMENTS.search, after - before))
    if name == "on.push.branches" and "main" in after:
        return True  # what others push comes to it by a pull request
    return bool(before) and (before <= after or not _ANY.isdisjoint(after))


def _listed(text: str) -> set[str]:
    """Return the names in a list; the two that a forge gives its first branch are the same."""
    return {"main" if word == "master" else word for word in text.split()}


def _when(text: str, path: str, calls: Calls) -> Conditions:
    data = parse_yaml(text.encode("utf-8", "replace"), path).data
    conditions: Conditions = {}
    on = part_of(data).get("on")
    events = part_of(on) or dict.fromkeys(map(str, items_of(on)))
    for event, filters in events.items():
        conditions[f"on.{event}"] = "runs"
        if event in _PULLS:
            conditions[f"on.{event}.types"] = _TYPES
        for name, value in part_of(filters).items():
            conditions[f"on.{event}.{name}"] = " ".join(map(str, items_of(value)))
    jobs = part_of(data, "jobs")
    for name, job in jobs.items():
        steps = [step for step in parts_of(part_of(job).get("steps")) if calls(commands(step))]
        if steps:
            for key, value in _of_job(part_of(job), jobs, steps, events, calls):
                conditions[f"{name}.{key}"] = value
    return conditions


def _of_job(
    job: Part, jobs: Part, steps: list[Part], events: Part, calls: Calls
) -> Iterator[tuple[str, str]]:
    for key in TABLE.off:
        if value := _condition(key, job.get(key), events):
            yield key, value
        # Of steps that run the same command, one that nothing keeps from it is enough.
        by_command: dict[str, set[str]] = {}
        for step in steps:
            command = " ".join(calls(commands(step))[0].split()[:2])
            by_command.setdefault(command, set()).add(_condition(key, step.get(key), events))
        yield from ((key, max(kept)) for kept in by_command.values() if "" not in kept)
    yield from _before(job, jobs, events)
    machines = list(map(str, items_of(job.get("runs-on"))))
    if machines and not any(map(_HOSTED.match, machines)):
        yield "runs-on", " ".join(machines)
    for step in steps:
        given = part_of(step, "with") if "uses" in step else {}
        for name, setting in given.items():
            if name not in _OF_INPUTS and str(setting).lower() not in ("", "false"):
                yield f"with.{name}", str(setting)


def _before(job: Part, jobs: Part, events: Part) -> Iterator[tuple[str, str]]:
    """Yield what has to be so that a job runs at all: conditions of others, and a matrix."""
    is_free = bool(_IN_SPITE.search(str(job.get("if", ""))))
    for need in () if is_free else map(str, items_of(job.get("needs"))):
        if condition := _condition("if", part_of(jobs, need).get("if"), events):
            yield f"needs.{need}.if", condition
    for name, values in part_of(job, "strategy", "matrix").items():
        if values == []:
            yield f"matrix.{name}", "[]"


def commands(step: Part) -> str:
    """Return all that a step runs, as text; the action that it uses as the line that names it."""
    used = f"uses: {step['uses']}" if "uses" in step else ""
    return "\n".join([used, *(str(step.get(key, "")) for key in TABLE.commands)])


def _condition(key: str, value: object, events: Part) -> str:
    """Return a condition as text; empty if it keeps nothing of a pull request from running."""
    text = "" if value is None else str(value)
    if key != "if":
        return text
    inner = text.strip().removeprefix("${{").removesuffix("}}").strip()
    pulls = [event for event in _PULLS if event in events] or list(events)

    def is_met(part: str) -> bool:
        part = part.strip()
        part = part[1:-1].strip() if part.startswith("(") else part
        named = _EVENT.fullmatch(part)
        if named is not None:
            return all((event == named[2]) is (named[1] == "==") for event in pulls)
        return bool(_ALWAYS.fullmatch(part))

    return "" if any(all(map(is_met, each.split("&&"))) for each in inner.split("||")) else text
