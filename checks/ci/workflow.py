"""Find the steps of a workflow that run a command, and what keeps reading from believing them.

Only what is plain is decided here: whatever is not known to be harmless on the way to a command is
in its way, so that what these lists lack is reported and passes for nothing.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from checks.ci.scripts import EXPRESSION, occurrences, spoils, unknown_effect, unknown_value
from checks.git import lines
from checks.in_project.common import not_measured, read_text
from readiness.text.parts import items_of, part_of, parts_of
from readiness.text.yaml_events import YamlReader

Part = dict[str, object]
"""A mapping in a workflow."""

_EVENTS = ("push", "pull_request", "merge_group")
_TYPES = ("opened", "synchronize")
_USUAL = ("main", "master", "develop", "trunk")
_HARMLESS = frozenset(
    ("name", "run-name", "on", "permissions", "concurrency", "jobs", "outputs", "services", "id",
     "steps", "run", "uses", "with", "secrets", "needs", "defaults", "runs-on")
)  # fmt: skip
"""Keys that keep no step from running or failing, or that are looked at in their own place."""
_RUN_ANYWAY = ("always()", "!cancelled()")
_RUNS = (*_RUN_ANYWAY, "true", "success()", "success() || failure()")
_MOOT = (("if", "false"), ("if", "failure()"), ("continue-on-error", "true"))
_SKIPPING = frozenset(("if", "timeout-minutes", "environment", "strategy"))
"""Keys by which a step may not run; by others it may also run something else, or not fail."""
_OF_CHECKOUT = frozenset(
    ("clean", "fetch-depth", "fetch-tags", "lfs", "persist-credentials", "submodules", "token")
)
"""What a checkout may be given and still be of the commit itself, in its place."""
_SCRIPTS = frozenset(("script", "run", "command", "commands", "cmd"))


class Hindrance(Enum):
    """What something in the way makes of a step."""

    MOOT = "is never run, or cannot fail"
    WHETHER = "may be skipped"
    WHAT = "may run something else, or be unable to fail"


@dataclass(frozen=True)
class Obstacle:
    """Something in the way: where it stands, and what it is."""

    kind: Hindrance
    line: int
    text: str


@dataclass(frozen=True)
class FoundStep:
    """A step that has the command, and what is in its way."""

    line: int
    obstacles: tuple[Obstacle, ...]

    def of_kind(self, kind: Hindrance) -> list[Obstacle]:
        """Return what of this kind is in the way."""
        return [each for each in self.obstacles if each.kind is kind]


def _literal(value: object) -> str:
    """Return a value as text, an expression without its brackets."""
    whole = EXPRESSION.fullmatch(str(value).strip())
    return (whole[1] if whole else str(value)).strip().lower()


def _has_combinations(strategy: object) -> bool:
    matrix = part_of(strategy, "matrix")
    has_lists = all(isinstance(axis, list) and axis for axis in matrix.values())
    return bool(matrix) and has_lists and "exclude" not in matrix


_PLAIN: Mapping[str, Callable[[object], bool]] = {
    "if": lambda value: _literal(value) in _RUNS,
    "continue-on-error": lambda value: value is False,
    "timeout-minutes": lambda limit: isinstance(limit, int) and limit > 0,
    "strategy": _has_combinations,
    "env": lambda names: isinstance(names, dict) and not any(map(spoils, names)),
    "shell": lambda shell: shell in ("bash", "sh"),
    "working-directory": lambda folder: folder in (".", "./"),
    "container": lambda image: isinstance(image, str) and "${{" not in image,
}
"""What a key has to be given to be in nobody's way; any other key is."""


def _is_open(filters: Part) -> bool:
    """Return whether a change of the default branch passes the filters of an event."""
    head = lines("for-each-ref", "--format=%(symref:lstrip=3)", "refs/remotes/origin/HEAD")
    branches = list(map(str, items_of(filters.get("branches")) or head or _USUAL))
    types = items_of(filters.get("types")) or _TYPES
    plain = filters.keys() <= {"branches", "tags", "types"} and list(filters) != ["tags"]
    plain = plain and set(_TYPES) <= set(map(str, types))
    negated = any(name.startswith("!") for name in branches)
    return plain and not negated and not {"*", "**", *(head or _USUAL)}.isdisjoint(branches)


class Workflow:
    """A workflow file. What is missing or broken in it cannot be measured."""

    def __init__(self, path: str) -> None:
        self._text = read_text(path).splitlines()
        self._reader = YamlReader(read_text(path), path)
        self._reader.read()
        for fault in self._reader.faults:
            not_measured(f"{path} is not YAML: line {fault.line}: {fault.message}")
        self.top = part_of(self._reader.data)
        self.jobs = part_of(self.top, "jobs")
        if not self.jobs:
            not_measured(f"{path} holds no job")

    def _line(self, part: Part, key: str) -> int:
        """Return the line of a key; of a text in a block, that of its first line."""
        marks = self._reader.marks[id(part)]
        place = 1 + 2 * list(part).index(key)
        value = marks[place + 1]
        in_block = key == "run" and self._text[value.line][value.column] in "|>"
        return marks[place].line + 1 + in_block

    def _of_keys(self, part: Part) -> Iterator[Obstacle]:
        """Yield what the keys of a workflow, a job or a step put in the way."""
        for key in filter(lambda key: key not in _HARMLESS, part):
            value = part[key]
            if key not in _PLAIN or not _PLAIN[key](value):
                kind = Hindrance.WHETHER if key in _SKIPPING else Hindrance.WHAT
                kind = Hindrance.MOOT if (key, _literal(value)) in _MOOT else kind
                text = f"{key}: {', '.join(part_of(value)) or value}"
                yield Obstacle(kind, self._line(part, key), " ".join(text.split()))

    def _of_triggers(self) -> Iterator[Obstacle]:
        """Yield what keeps both a push and a pull request from starting the workflow."""
        on = self.top.get("on")
        filters = [
            part_of(on, event) for event in _EVENTS if event in (part_of(on) or items_of(on))
        ]
        if not any(map(_is_open, filters)):
            kind = Hindrance.WHETHER if filters else Hindrance.MOOT
            text = "no push and no pull request is sure to start the workflow"
            yield Obstacle(kind, self._line(self.top, "on") if on else 1, text)

    def _of_job(self, name: str, *seen: str) -> Iterator[Obstacle]:
        """Yield what a job, and those that it needs, put in the way of its steps."""
        job = part_of(self.jobs, name)
        yield from self._of_keys(job)
        runner = str(
            job.get("strategy") if "${{" in str(job.get("runs-on")) else job.get("runs-on")
        )
        if "windows" in runner and not re.search("ubuntu|macos|linux", runner):
            # Its shell goes on after a failure.
            text = f"runs-on: {job['runs-on']}"
            yield Obstacle(Hindrance.WHAT, self._line(job, "runs-on"), text)
        if "uses" in job:
            yield Obstacle(Hindrance.WHETHER, self._line(job, "uses"), f"uses: {job['uses']}")
        runs_anyway = _literal(job.get("if")) in _RUN_ANYWAY
        for need in map(str, items_of(job.get("needs"))):
            is_there = need in self.jobs and need not in (*seen, name)
            if not is_there or not (runs_anyway or self._ends_well(need, *seen, name)):
                text = f"it needs the job {need}"
                yield Obstacle(Hindrance.WHETHER, self._line(job, "needs"), text)

    def _ends_well(self, name: str, *seen: str) -> bool:
        """Return whether nothing is known that keeps a job from being run and from succeeding."""
        effects = [*map(self._effects, parts_of(part_of(self.jobs, name).get("steps")))]
        return not any(effects) and not any(self._of_job(name, *seen))

    def _effects(self, step: Part, matrix: object = None) -> list[Obstacle]:
        """List what a step may do to those behind it: to their environment, and to the project."""
        used, given = str(step.get("uses", "")), part_of(step, "with")
        other = given.keys() - _OF_CHECKOUT if "checkout" in used else given.keys() & _SCRIPTS
        effects = [(self._line(given, key), f"{used} with {key}") for key in sorted(other)]
        if used.startswith("."):
            effects.append((self._line(step, "uses"), used))
        run, shell = str(step.get("run", "")), str(step.get("shell", "sh"))
        effect = unknown_effect(run, same_shell=False) or unknown_value(run, matrix)
        if run and (effect := effect if shell in ("bash", "sh") else shell):
            effects.append((self._line(step, "run"), effect))
        return [Obstacle(Hindrance.WHAT, line, f"{text} goes before it") for line, text in effects]

    def steps(self, command: str, only: str) -> Iterator[FoundStep]:
        """Find the steps that have the command, in one job or in any."""
        above = [*self._of_triggers(), *self._of_keys(self.top)]
        above += self._of_keys(part_of(self.top, "defaults", "run"))
        for name in (name for name in self.jobs if only in ("", name)):
            job = part_of(self.jobs, name)
            gate = [*above, *self._of_job(name), *self._of_keys(part_of(job, "defaults", "run"))]
            matrix = part_of(job, "strategy").get("matrix")
            for step in parts_of(job.get("steps")):
                run = str(step.get("run", ""))
                for place in occurrences(run, command):
                    line = self._line(step, "run") + place.line
                    kind = Hindrance.MOOT if place.is_moot else Hindrance.WHAT
                    reasons = filter(None, (place.reason, unknown_value(run, matrix)))
                    own = [Obstacle(kind, line, reason) for reason in reasons]
                    obstacles = (*gate, *self._of_keys(step), *own)
                    yield FoundStep(line, obstacles)
                gate += self._effects(step, matrix)


def elsewhere(path: str, command: str) -> Obstacle | None:
    """Return what a workflow without the command uses that may have it."""
    for number, line in enumerate(read_text(path).splitlines(), 1):
        for word in line.split():
            names = (word, f"{word}/action.yml", f"{word}/action.yaml")
            files = [name for name in names if os.path.isfile(name) and name != path]
            if re.search(r"\.ya?ml@", word) or any(command in read_text(name) for name in files):
                return Obstacle(Hindrance.WHAT, line=number, text=f"{word} may run the command")
    return None
