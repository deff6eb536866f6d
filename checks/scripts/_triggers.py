"""Tell whether a push or a pull request starts a GitHub workflow."""

import re
import subprocess
from fnmatch import fnmatchcase
from typing import cast

EVENTS = {"push", "pull_request", "pull_request_target", "merge_group"}
FILTERS = ("branches", "paths", "tags", "types")
USUAL = frozenset(("main", "master", "develop", "trunk"))
"""Branches that a copy of a repository may lack, and its origin has."""


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
        _never_fires(name, given) or _no_branch(name, given) or _no_path(name, given)
        for name, given in ours.items()
    ]
    if ours and all(why):
        return "; ".join(why)
    return "" if ours else "neither a push nor a pull request starts the workflow"


def _never_fires(event: str, given: object) -> str:
    """Say which filter of an event lets nothing through."""
    for name, patterns in (given if isinstance(given, dict) else {}).items():
        patterns = [patterns] if isinstance(patterns, str) else patterns
        ignores = name.endswith("-ignore")
        if name.removesuffix("-ignore") not in FILTERS or not isinstance(patterns, list):
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


def _no_branch(event: str, given: object) -> str:
    """Say that none of the repository's branches is among those of an event."""
    patterns = given.get("branches") if isinstance(given, dict) else None
    if isinstance(patterns, str):
        patterns = [patterns]
    if not isinstance(patterns, list) or "tags" in cast("dict[str, object]", given):
        return ""
    names = _git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads", "refs/remotes")
    there = {name.removeprefix("origin/") for name in names}
    if not there:
        return ""
    if not there & USUAL:
        there |= USUAL  # a copy for one change alone: its origin has one of these
    if any(_matches(name, patterns) for name in there):
        return ""
    return f"{event}: branches: {patterns} names none of the branches that there are"


def _no_path(event: str, given: object) -> str:
    """Say that no file of the repository is among the paths of an event."""
    patterns = given.get("paths") if isinstance(given, dict) else None
    if isinstance(patterns, str):
        patterns = [patterns]
    files = _git("ls-files", "-z", "--full-name", ":/") if isinstance(patterns, list) else []
    # `?`, `+` and `[` mean other things here than in the names of files.
    if not files or any(set("?+[") & set(str(each)) for each in patterns):
        return ""
    if any(_matches(file, patterns) for file in files):
        return ""
    return f"{event}: paths: {patterns} names no file that there is"


def _git(*words: str) -> list[str]:
    """List what Git prints; nothing where it cannot say."""
    said = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
    return [] if said.returncode else [name for name in re.split(r"[\0\n]", said.stdout) if name]


def _matches(name: str, patterns: list[object]) -> bool:
    """Whether the last pattern that fits a name takes it in: one with `!` takes it out."""
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
