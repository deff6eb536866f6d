"""Find the steps of a workflow that run a command, and what keeps reading from believing them.

Only what is plain is decided here: whatever is not known to be harmless on the way to a command is
in its way, so that what these lists lack is reported and passes for nothing.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum

import yaml

from checks.ci.scripts import EXPRESSION, occurrences, spoils, unknown_effect, unknown_value
from checks.git import lines
from checks.in_project.common import not_measured, read_text

_EVENTS = ("push", "pull_request", "merge_group")
_USUAL = frozenset(("main", "master", "develop", "trunk"))
_HARMLESS = frozenset(
    ("name", "run-name", "on", "permissions", "concurrency", "jobs", "outputs", "services", "id",
     "steps", "run", "uses", "with", "secrets", "needs", "defaults", "runs-on")
)  # fmt: skip
"""Keys that keep no step from running or failing, or that are looked at in their own place."""
_RUN_ANYWAY = ("always()", "!cancelled()")
_TRUE = (*_RUN_ANYWAY, "true", "success()", "success() || failure()", "failure() || success()")
_FALSE = ("false", "failure()", "cancelled()")
_ONE_OF_MATRIX = re.compile(r"matrix\.([\w-]+) *== *'([^']*)'")
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
    """A step that has the command, and what is in its way.

    `job_shown` and `shown` match what the forge calls the job and the step, and `is_alone` says
    that they match no other step.
    """

    line: int
    job_shown: str
    shown: str
    is_alone: bool
    obstacles: tuple[Obstacle, ...]

    def of_kind(self, *kinds: Hindrance) -> list[Obstacle]:
        """Return what of these kinds is in the way."""
        return [each for each in self.obstacles if each.kind in kinds]


class Lined(dict[str, object]):
    """A mapping in a YAML file that knows the line of each key."""

    def __init__(self, *merged: "Lined") -> None:
        super().__init__()
        self.lines: dict[str, int] = {}
        for part in merged:
            self.update(part)
            self.lines.update(part.lines)

    def part(self, key: str) -> "Lined":
        """Return a mapping in this one; an empty one where there is none."""
        value = self.get(key)
        return value if isinstance(value, Lined) else Lined()

    def values_of(self, key: str) -> list[object]:
        """Return a list in this one; a value by itself is a list of one."""
        value = self.get(key)
        return value if isinstance(value, list) else [] if value is None else [value]

    def parts(self, key: str) -> "list[Lined]":
        """Return the mappings of a list in this one."""
        return [each for each in self.values_of(key) if isinstance(each, Lined)]


class LinedLoader(yaml.SafeLoader):
    """Reads YAML as it is, and notes the lines of keys."""


def _mapping(loader: LinedLoader, node: yaml.MappingNode) -> Lined:
    loader.flatten_mapping(node)
    made = Lined()
    for key, value in node.value:
        name = loader.construct_object(key, deep=True)
        # YAML 1.1 takes the key `on` for true.
        name = "on" if name is True else str(name)
        made[name] = loader.construct_object(value, deep=True)
        in_block = name == "run" and getattr(value, "style", "") in ("|", ">")
        made.lines[name] = key.start_mark.line + 1 + in_block
    return made


LinedLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def _jobs(path: str) -> tuple[Lined, Lined]:
    """Return a workflow and its jobs; a missing or broken file cannot be measured."""
    try:
        data = yaml.load(read_text(path), LinedLoader)  # noqa: S506 - it is a SafeLoader
    except yaml.YAMLError as error:
        not_measured(f"{path} is not YAML: {error}")
    if not isinstance(data, Lined) or not data.part("jobs"):
        not_measured(f"{path} holds no job")
    return data, data.part("jobs")


def _literal(value: object) -> str:
    """Return a value as text, an expression without its brackets."""
    whole = EXPRESSION.fullmatch(str(value).strip())
    return (whole[1] if whole else str(value)).strip().lower()


def _one_of(value: object, plain: tuple[str, ...], moot: tuple[str, ...]) -> Hindrance | None:
    text = _literal(value)
    return None if text in plain else Hindrance.MOOT if text in moot else Hindrance.WHETHER


def _strategy(value: object) -> Hindrance | None:
    """Judge a matrix: it has to have a combination."""
    matrix = value.get("matrix", Lined()) if isinstance(value, Lined) else None
    if not isinstance(matrix, Lined) or any(not isinstance(axis, list) for axis in matrix.values()):
        return Hindrance.WHETHER
    empty = any(not axis for axis in matrix.values())
    return Hindrance.MOOT if empty else Hindrance.WHETHER if "exclude" in matrix else None


_JUDGES: Mapping[str, Callable[[object], Hindrance | None]] = {
    "if": lambda value: _one_of(value, _TRUE, _FALSE),
    "continue-on-error": lambda value: _one_of(value, ("false",), ("true",)),
    "timeout-minutes": lambda limit: (
        None if isinstance(limit, int) and limit > 0 else Hindrance.WHETHER
    ),
    "environment": lambda _: Hindrance.WHETHER,
    "strategy": _strategy,
    "env": lambda names: (
        None if isinstance(names, Lined) and not any(map(spoils, names)) else Hindrance.WHAT
    ),
    "shell": lambda shell: None if shell in ("bash", "sh") else Hindrance.WHAT,
    "working-directory": lambda folder: None if folder in (".", "./") else Hindrance.WHAT,
    "container": lambda image: (
        None if isinstance(image, str) and "${{" not in image else Hindrance.WHAT
    ),
}


def _of_keys(part: Lined, tolerance: Hindrance = Hindrance.WHETHER) -> Iterator[Obstacle]:
    """Yield what the keys of a workflow, a job or a step put in the way.

    `tolerance` is what one that may or may not hide failures makes of it.
    """
    for key in filter(lambda key: key not in _HARMLESS, part):
        if kind := _JUDGES[key](part[key]) if key in _JUDGES else Hindrance.WHAT:
            kind = tolerance if (key, kind) == ("continue-on-error", Hindrance.WHETHER) else kind
            text = f"{key}: {', '.join(part.part(key)) or part[key]}"
            yield Obstacle(kind, part.lines[key], " ".join(text.split()))


def _of_triggers(workflow: Lined) -> Iterator[Obstacle]:
    """Yield what keeps both a push and a pull request from starting the workflow."""
    named = workflow.part("on")
    filters = {
        event: named.part(event)
        for event in _EVENTS
        if event in (named or workflow.values_of("on"))
    }
    line = workflow.lines.get("on", 1)
    if not filters:
        why = "neither a push nor a pull request starts the workflow"
        yield Obstacle(Hindrance.MOOT, line, why)
    elif all(kinds := list(map(_filtered, filters.values()))):
        kind = Hindrance.WHETHER if Hindrance.WHETHER in kinds else Hindrance.MOOT
        text = "; ".join(f"{event}: {', '.join(keys)}" for event, keys in filters.items())
        yield Obstacle(kind, line, text)


def _filtered(filters: Lined) -> Hindrance | None:
    """Judge the filters of an event: a change of the default branch has to pass them."""
    if filters and filters.keys() <= {"tags", "tags-ignore"}:
        return Hindrance.MOOT
    head = lines("for-each-ref", "--format=%(symref:lstrip=3)", "refs/remotes/origin/HEAD")
    branches = set(map(str, filters.values_of("branches") or head or _USUAL))
    passing = branches & {"*", "**", *(head or _USUAL)}
    types = filters.values_of("types") or ["opened", "synchronize"]
    plain = filters.keys() <= {"branches", "tags", "tags-ignore", "types"}
    plain = plain and {"opened", "synchronize"} <= set(types)
    negated = any(name.startswith("!") for name in branches)
    return None if plain and passing and not negated else Hindrance.WHETHER


def _of_job(jobs: Lined, name: str, seen: tuple[str, ...] = ()) -> Iterator[Obstacle]:
    """Yield what a job, and those that it needs, put in the way of its steps."""
    job = jobs.part(name)
    yield from _of_keys(job)
    runner = str(job.get("strategy") if "${{" in str(job.get("runs-on")) else job.get("runs-on"))
    if "windows" in runner and not re.search("ubuntu|macos|linux", runner):
        # Its shell goes on after a failure.
        yield Obstacle(Hindrance.WHAT, job.lines["runs-on"], f"runs-on: {job['runs-on']}")
    if "uses" in job:
        yield Obstacle(Hindrance.WHETHER, job.lines["uses"], f"uses: {job['uses']}")
    for need in map(str, job.values_of("needs")):
        before = f"it needs the job {need}"
        if need not in jobs or need in (*seen, name):
            why = f"{before}, which is not there or needs it"
            yield Obstacle(Hindrance.MOOT, job.lines["needs"], why)
        elif _literal(job.get("if")) not in _RUN_ANYWAY:
            obstacles = list(_of_job(jobs, need, (*seen, name)))
            for step in jobs.part(need).parts("steps"):
                obstacles += _effects(step, None)
            for obstacle in obstacles:
                kind = Hindrance.MOOT if obstacle.kind is Hindrance.MOOT else Hindrance.WHETHER
                if not obstacle.text.startswith("continue-on-error"):
                    yield replace(obstacle, kind=kind, text=f"{before}: {obstacle.text}")


def _effects(step: Lined, matrix: object) -> Iterator[Obstacle]:
    """Yield what a step may do to those behind it: to their environment, and to the project."""
    used, given = str(step.get("uses", "")), step.part("with")
    other = given.keys() - _OF_CHECKOUT if "checkout" in used else given.keys() & _SCRIPTS
    effects = [(given.lines[key], f"{used} with {key}") for key in sorted(other)]
    if used.startswith("."):
        effects.append((step.lines["uses"], used))
    run = str(step.get("run", ""))
    shell = str(step.get("shell", "sh"))
    effect = unknown_effect(run, same_shell=False) or unknown_value(run, matrix)
    if run and (effect := effect if shell in ("bash", "sh") else shell):
        effects.append((step.lines["run"], effect))
    return (Obstacle(Hindrance.WHAT, line, f"{text} goes before it") for line, text in effects)


def steps_of(path: str, command: str, job: str) -> Iterator[FoundStep]:
    """Find the steps that have the command, in one job or in any."""
    workflow, jobs = _jobs(path)
    above = [*_of_triggers(workflow), *_of_keys(workflow)]
    titles = [
        (_job_title(jobs, name), _title(step))
        for name in jobs
        for step in jobs.part(name).parts("steps")
    ]
    for name in [job] if job in jobs else [] if job else jobs:
        here = jobs.part(name)
        job_shown = _pattern(_job_title(jobs, name)) + r"(?: \(.*\))?"
        gate = [*above, *_of_job(jobs, name)]
        matrix = here.part("strategy").get("matrix")
        defaults = [part.part("defaults").part("run") for part in (workflow, here)]
        for own in here.parts("steps"):
            step = Lined(*defaults, own)
            one = _ONE_OF_MATRIX.fullmatch(_literal(step.get("if")))
            if one and one[2] in map(str, here.part("strategy").part("matrix").values_of(one[1])):
                del step["if"]
            run = str(step.get("run", ""))
            shown = _pattern(_title(own))
            alike = re.compile(f"{job_shown}\n{shown}")
            is_alone = sum(bool(alike.fullmatch("\n".join(title))) for title in titles) == 1
            on_the_way = [*gate, *_of_keys(step, Hindrance.WHAT)]
            for place in occurrences(run, command):
                line = step.lines["run"] + place.line
                kind = Hindrance.MOOT if place.is_moot else Hindrance.WHAT
                reasons = [place.reason, unknown_value(run, matrix)]
                obstacles = [Obstacle(kind, line, reason) for reason in reasons if reason]
                obstacles = [*on_the_way, *obstacles]
                yield FoundStep(line, job_shown, shown, is_alone, tuple(obstacles))
            gate += _effects(step, matrix)


def _job_title(jobs: Lined, name: str) -> str:
    return str(jobs.part(name).get("name", name))


def _title(step: Lined) -> str:
    """Return what the forge calls a step, apart from expressions."""
    first = str(step.get("run", step.get("uses", ""))).strip().partition("\n")[0]
    return str(step.get("name") or f"Run {first}")


def _pattern(name: str) -> str:
    """Return a pattern for a name as the forge shows it, with its expressions filled in."""
    return ".*".join(map(re.escape, EXPRESSION.sub("\0", name).split("\0")))


def elsewhere(path: str, command: str) -> Obstacle | None:
    """Return what a workflow without the command uses that may have it."""
    for number, line in enumerate(read_text(path).splitlines(), 1):
        for word in line.split():
            names = (word, f"{word}/action.yml", f"{word}/action.yaml")
            files = [name for name in names if os.path.isfile(name) and name != path]
            if re.search(r"\.ya?ml@", word) or any(command in read_text(name) for name in files):
                return Obstacle(Hindrance.WHAT, line=number, text=f"{word} may run the command")
    return None
