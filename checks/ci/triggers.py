"""Tell whether a push or a pull request starts a GitHub workflow."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import cast

from checks.git import lines

EVENTS = {"push", "pull_request", "pull_request_target", "merge_group"}
FILTERS = ("branches", "paths", "tags", "types")
USUAL = frozenset(("main", "master", "develop", "trunk"))
"""Branches that a copy of a repository may lack, and its origin has."""
PROPOSING = frozenset(("opened", "synchronize", "reopened", "ready_for_review", "checks_requested"))
"""The types of events by which a change comes, before it is taken."""


def events_of_changes(workflow: dict[object, object]) -> dict[str, object]:
    """Return the events of a change that start the workflow, with their filters.

    YAML 1.1 takes the key `on` for true.
    """
    on = workflow.get("on", workflow.get(True))
    events: dict[str, object] = {}
    if isinstance(on, dict):
        events = cast("dict[str, object]", on)
    elif on:
        events = dict.fromkeys([on] if isinstance(on, str) else cast("list[str]", on))
    return {name: given for name, given in events.items() if name in EVENTS}


def not_started(workflow: dict[object, object]) -> str:
    """Say why neither a push nor a pull request starts the workflow; "" where one does."""
    ours = events_of_changes(workflow)
    why = [
        _never_fires(name, given)
        or _tags_alone(name, given)
        or _after_all(name, given)
        or _no_branch(name, given)
        or _no_path(name, given)
        for name, given in ours.items()
    ]
    if ours and all(why):
        return "; ".join(why)
    return "" if ours else "neither a push nor a pull request starts the workflow"


def _never_fires(event: str, filters: object) -> str:
    """Say which filter of an event lets nothing through."""
    for name in filters if isinstance(filters, dict) else ():
        patterns = _listed(filters, name)
        ignores = name.endswith("-ignore")
        if name.removesuffix("-ignore") not in FILTERS or patterns is None:
            continue
        if ignores and _left_out(patterns):
            return f"{event}: {name}: {patterns} leaves nothing"
        positive = [each for each in patterns if not str(each).startswith("!")]
        if not ignores and (
            not positive
            or (_matches_all(str(patterns[-1]).removeprefix("!")) and str(patterns[-1])[0] == "!")
        ):
            return f"{event}: {name}: {patterns} matches nothing"
    return ""


def _listed(given: object, name: str) -> list[object] | None:
    """Return what stands at a filter of an event, one word as a list of one; None for no list."""
    patterns = given.get(name) if isinstance(given, dict) else None
    if isinstance(patterns, str):
        return [patterns]
    return patterns if isinstance(patterns, list) else None


def _tags_alone(event: str, given: object) -> str:
    """Say that an event asks for tags and for no branch: then no change of a branch is one."""
    filters = set(given) if isinstance(given, dict) else set()
    tags = sorted(filters & {"tags", "tags-ignore"})
    if not tags or filters & {"branches", "branches-ignore"}:
        return ""
    return f"{event}: {tags[0]} alone: no change of a branch starts it"


def _after_all(event: str, given: object) -> str:
    """Say that an event comes only when a change is taken or given up, or when somebody likes."""
    types = _listed(given, "types")
    if types is None or PROPOSING & set(map(str, types)):
        return ""
    return f"{event}: types: {types}: neither a new change nor a new state of one starts it"


def _no_branch(event: str, given: object) -> str:
    """Say that none of the repository's branches is among those of an event."""
    patterns = _listed(given, "branches")
    if patterns is None or not branches() or any(_matches(name, patterns) for name in branches()):
        return ""
    return f"{event}: branches: {patterns} names none of the branches that there are"


@cache
def branches() -> frozenset[str]:
    """Name the repository's branches, here and at its origin; none where Git cannot say."""
    names = lines("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads", "refs/remotes")
    there = frozenset(name.removeprefix("origin/") for name in names)
    # A copy for one change alone: its origin has one of the usual ones.
    return there if not there or there & USUAL else there | USUAL


def runs_of(event: str) -> list[Mapping[str, str]]:
    """List what an expression is told of a run that an event of a change starts.

    It is a run for each branch, where these are known.
    """
    run = {"github.event_name": event}
    if event == "push":
        refs = [{"ref": f"refs/heads/{name}", "ref_name": name} for name in sorted(branches())]
        known = [{"ref_type": "branch", **ref} for ref in refs or [{}]]
    elif event.startswith("pull_request"):
        known = [{"base_ref": name} for name in sorted(branches())] or [{}]
    else:
        known = [{}]
    return [run | {f"github.{name}": text for name, text in ref.items()} for ref in known]


def _no_path(event: str, given: object) -> str:
    """Say that no file of the repository is among the paths of an event."""
    patterns = _listed(given, "paths") or []
    files = lines("ls-files", "-z", "--full-name", ":/") if patterns else []
    # `?`, `+` and `[` mean other things here than in the names of files.
    if not files or any(set("?+[") & set(str(each)) for each in patterns):
        return ""
    if any(_matches(file, patterns) for file in files):
        return ""
    return f"{event}: paths: {patterns} names no file that there is"


def _matches(name: str, patterns: list[object]) -> bool:
    """Return whether the last pattern that fits a name takes it in: one with `!` takes it out."""
    taken = False
    for pattern in map(str, patterns):
        plain = pattern.removeprefix("!")
        if fnmatchcase(name, plain) or fnmatchcase(name, plain.replace("**/", "")):
            taken = not pattern.startswith("!")
    return taken


def _left_out(patterns: list[object]) -> bool:
    return any(_matches_all(str(each)) for each in patterns)


def _matches_all(pattern: str) -> bool:
    return pattern in ("**", "**/*", "**/**")
