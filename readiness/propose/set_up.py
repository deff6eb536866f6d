"""What a project's own CI does before it runs the tests, for a job of ours to do as well."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Final, TypeAlias

import msgspec

from readiness.propose.effects import Deed, effect, runs_tests, unwrapped
from readiness.propose.facts import Origin, ProjectFacts, RunCommand
from readiness.propose.steps import CI_VALUE, commands_of, shown
from readiness.propose.tree import read_text, settings_of, yaml_text
from readiness.text.parts import items_of, part_of, parts_of

Keys: TypeAlias = Mapping[str, object]
_MATRIX: Final = re.compile(r"\$\{\{\s*matrix\.([\w.-]+)\s*\}\}|\bmatrix\.([\w.-]+)")
_UNKNOWN: Final = re.compile(r"\b(?:(?:matrix|needs|strategy)\.|actions/download-artifact@)")
_APART: Final = (("tox",), ("nox",), ("hatch",))
_OF_JOB: Final[tuple[str, ...]] = ("env", "services")
_OF_STEP: Final = frozenset(
    ("name", "id", "if", "uses", "with", "run", "shell", "working-directory", "env")
)


class SetUp(msgspec.Struct, frozen=True, kw_only=True):
    """What stands before the tests: `job` are keys of the job itself, `steps` its steps.

    Where they are run `apart`, in an environment of their own, nothing installs the project here.
    """

    job: Keys = {}
    steps: list[Keys] = []
    apart: bool = False

    def job_text(self) -> str:
        """Return the keys as they stand in a workflow's job."""
        return yaml_text(dict(self.job), 4) if self.job else ""

    def steps_text(self) -> str:
        """Return the steps as they stand in a workflow's job."""
        return yaml_text(self.steps, 6) if self.steps else ""

    def has(self, action: str) -> bool:
        """Return whether a step is an action of this name."""
        return any(str(step.get("uses")).startswith(f"{action}@") for step in self.steps)


def find_set_up(root: str, facts: ProjectFacts) -> SetUp | None:
    """Find the first job of GitHub's that runs the tests of a change on a Linux of its own.

    Of a matrix it is the first row. None where there is no such job, or where what it does depends
    on what only its workflow knows.
    """
    of_ci = [step for step in facts.steps if step.origin is Origin.CI]
    for path in sorted({step.path for step in of_ci if _does(runs_tests, step)}):
        data = settings_of(path, read_text(root, path))
        here = [step for step in of_ci if step.path == path]
        tests = {step.source for step in here if _does(runs_tests, step)}
        gates = {step.source for step in here if _does(_looks, step)}
        for job in parts_of(list(part_of(data, "jobs").values())):
            if (found := _set_up(data, job, tests, gates)) is not None:
                return found
    return None


def _does(deed: Callable[[Sequence[str]], bool], step: RunCommand) -> bool:
    return any(map(deed, (step.words, *step.inner)))


def _looks(words: Sequence[str]) -> bool:
    return effect(words) is Deed.LOOKS


def _set_up(workflow: Keys, job: Keys, tests: set[str], gates: set[str]) -> SetUp | None:
    steps = parts_of(job.get("steps"))
    last = max((at for at, step in enumerate(steps) if tests & {*_commands(step)}), default=None)
    if last is None or "container" in job:
        return None
    row = dict(_first_row(part_of(job, "strategy", "matrix")))
    job = {**job, "env": {**part_of(workflow, "env"), **part_of(job, "env")}}
    run = part_of(workflow, "defaults", "run") | part_of(job, "defaults", "run")
    before = [_filled(_before(step, run, gates), row) for step in steps[: last + 1]]
    own = part_of(_filled({key: job[key] for key in _OF_JOB if job.get(key)}, row))
    own["env"] = {name: to for name, to in part_of(own, "env").items() if "COLOR" not in name}
    is_linux = str(_filled(job.get("runs-on"), row)).startswith("ubuntu")
    if not is_linux or _UNKNOWN.search(str((own, before))):
        return None
    told = tests & {*_commands(steps[last])}
    apart = all(unwrapped(each.split())[:1] in _APART for each in told)
    filled = {key: value for key, value in own.items() if value}
    return SetUp(job=filled, steps=list(filter(None, map(part_of, before))), apart=apart)


def _commands(step: Keys) -> dict[str, str]:
    """Return the commands of a step, by how they are told."""
    run = step.get("run")
    commands = commands_of(run) if isinstance(run, str) else ()
    return {shown(CI_VALUE.sub("$ci", command)): command for command in commands}


def _before(step: Keys, run: Keys, gates: set[str]) -> Keys:
    """Return what a step does before it looks at anything; {} where that is nothing."""
    commands = _commands(step)
    first = [*takewhile(lambda told: told not in gates, commands)]
    kept = {key: value for key, value in step.items() if key in _OF_STEP}
    if len(first) < len(commands):
        return {**run, **kept, "run": "\n".join(map(commands.__getitem__, first))} if first else {}
    if str(step.get("uses")).startswith("actions/checkout@"):
        return {}
    return {**run, **kept} if commands else kept


def _first_row(matrix: Keys) -> Iterator[tuple[str, object]]:
    """Yield the names of a matrix with their first values, of systems that of a Linux."""
    for row in [matrix, *parts_of(matrix.get("include"))[:1]]:
        for name, values in row.items():
            if name not in ("include", "exclude"):
                linux = [each for each in items_of(values) if str(each).startswith("ubuntu")]
                yield name, (linux or items_of(values) or [""])[0]


def _filled(value: object, row: Keys) -> object:
    """Return data with the values of a matrix's row in place of their names."""
    if isinstance(value, dict):
        return {key: _filled(each, row) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, row) for each in value]
    if not isinstance(value, str):
        return value

    def in_row(name: re.Match[str]) -> str:
        *path, last = (name[1] or name[2]).split(".")
        inside = part_of(dict(row), *path)
        text = str(inside.get(last, name[0]))
        return text if name[1] or last not in inside else f"'{text}'"

    return _MATRIX.sub(in_row, value)
