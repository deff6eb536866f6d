"""Find the steps of a GitHub workflow that run a command, wherever its own files lead.

A job may use another workflow of the repository, a step an action of it, and a script another
script: they are followed.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TypedDict, cast

import yaml

from checks.in_project.common import not_measured, read_text
from readiness.shell.programs import HELPERS, SHELLS, STARTERS, is_utility, simple_commands
from readiness.shell.unreached import never_run

_SAYS = {"echo", "printf", ":", "true"}
"""What runs none of the words behind it."""

EXPRESSION = re.compile(r"\$\{\{.*?\}\}")

# The key `if` cannot be an attribute's name.
Guard = TypedDict("Guard", {"if": object, "continue-on-error": object}, total=False)
Run = TypedDict("Run", {"shell": str, "working-directory": str}, total=False)
Workflow = dict[object, object]


class Defaults(TypedDict, total=False):
    """What steps have where they say nothing else."""

    run: Run


class WorkflowStep(Guard, Run, total=False):
    """One step of a job."""

    name: str
    run: str
    uses: str
    env: dict[str, object]


class Job(Guard, total=False):
    """One job."""

    steps: list[WorkflowStep]
    uses: str
    env: dict[str, object]
    needs: str | list[str]
    strategy: dict[str, object]
    defaults: Defaults


@dataclass(frozen=True)
class Script:
    """A text that a shell reads: the step's own (`path` is empty), or a file of the project.

    `strict` tells whether that shell was started with `-e`.
    """

    path: str
    text: str
    strict: bool = False


@dataclass(frozen=True)
class FoundStep:
    """A step that runs the command.

    `path` and `line` tell where it stands, `jobs` its job among those of its workflow, then those
    that use that workflow, each by its name. `uses` has the steps that use the action of which it
    is. `scripts` lead from its own script to the command, which is spelled as `runs` has it there.
    """

    path: str
    line: int
    jobs: tuple[tuple[dict[str, Job], str], ...]
    uses: tuple[WorkflowStep, ...]
    step: WorkflowStep
    shell: str
    folder: str
    environments: tuple[dict[str, object], ...]
    scripts: tuple[Script, ...]
    runs: frozenset[tuple[str, ...]]

    @property
    def name(self) -> str:
        """The job of the workflow that was asked for."""
        return self.jobs[-1][1]


class LineLoader(yaml.SafeLoader):
    """Reads YAML as it is, and notes the line of each `run` beside it."""


def _mapping(loader: LineLoader, node: yaml.MappingNode) -> dict[object, object]:
    loader.flatten_mapping(node)
    made = cast("dict[object, object]", loader.construct_mapping(node, deep=True))
    for key, value in node.value:
        if key.value == "run" and isinstance(value, yaml.ScalarNode):
            made["run line"] = value.start_mark.line + 1 + (value.style in ("|", ">"))
    return made


LineLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def _read(path: str) -> Workflow:
    try:
        data = yaml.load(read_text(path), LineLoader)  # noqa: S506 - it is a SafeLoader
    except yaml.YAMLError as error:
        not_measured(f"{path} is not YAML: {error}")
    return data if isinstance(data, dict) else {}


def read_workflow(path: str) -> Workflow:
    """Return the workflow; a missing or broken file cannot be measured."""
    data = _read(path)
    if not isinstance(data.get("jobs"), dict) or not data["jobs"]:
        not_measured(f"{path} holds no job")
    return data


def jobs_of(workflow: Workflow) -> dict[str, Job]:
    """Return the jobs by their names."""
    return cast("dict[str, Job]", workflow["jobs"])


def matching(path: str, command: str, job: str, seen: tuple[str, ...] = ()) -> Iterator[FoundStep]:
    """Find the steps that run the command, in one job or in any."""
    workflow = read_workflow(path)
    jobs = jobs_of(workflow)
    for name, one_job in jobs.items():
        if job and name != job:
            continue
        used = os.path.normpath(str(one_job.get("uses", "")))
        if str(one_job.get("uses", "")).startswith("./") and used not in seen:
            for match in matching(used, command, "", (*seen, path)):
                yield replace(match, jobs=(*match.jobs, (jobs, name)))
        environments = _environments(workflow, one_job)
        for step in one_job.get("steps") or []:
            for match in _in_step(path, step, _defaults(workflow, one_job), command, ()):
                yield replace(
                    match,
                    jobs=((jobs, name),),
                    environments=(*environments, *match.environments),
                )


def _in_step(
    path: str, step: WorkflowStep, defaults: Run, command: str, uses: tuple[WorkflowStep, ...]
) -> Iterator[FoundStep]:
    """Find what runs the command in a step, or in the steps of an action that it uses."""
    action = str(step.get("uses", ""))
    if action.startswith("./") and step not in uses:
        for name in ("action.yml", "action.yaml"):
            file = os.path.normpath(os.path.join(action, name))
            if os.path.isfile(file):
                runs = _read(file).get("runs")
                inner = (
                    cast("list[WorkflowStep]", runs.get("steps") or [])
                    if isinstance(runs, dict)
                    else []
                )
                for each in inner:
                    yield from _in_step(file, each, {}, command, (*uses, step))
    text = str(step.get("run", ""))
    settings = cast("Run", {**defaults, **step})
    folder = str(settings.get("working-directory", ""))
    scripts = leading_to(Script("", text), command, folder)
    if not scripts:
        return
    line = cast("dict[str, int]", step).get("run line", 0)
    before = text[: max(text.find(command.split()[0]), 0)].count("\n")
    yield FoundStep(
        path=path,
        line=line + before if line else 0,
        jobs=(),
        uses=uses,
        step=step,
        shell=str(settings.get("shell", "")),
        folder=folder,
        environments=_environments(*uses, step),
        scripts=scripts,
        runs=frozenset(_spelled(scripts[-1].text, command)),
    )


def _defaults(workflow: Workflow, job: Job) -> Run:
    settings: Run = {}
    for defaults in (cast("Defaults", workflow.get("defaults") or {}), job.get("defaults") or {}):
        settings = cast("Run", {**settings, **(defaults.get("run") or {})})
    return settings


def _environments(*parts: object) -> tuple[dict[str, object], ...]:
    found = [cast("dict[str, object]", part).get("env") for part in parts]
    return tuple(each for each in found if isinstance(each, dict))


def leading_to(
    script: Script, command: str, folder: str = "", seen: frozenset[str] = frozenset()
) -> tuple[Script, ...]:
    """Return the script and those of the project that lead from it to the command, if any do.

    They are looked for from the folder in which the script is run.
    """
    if reaches(script.text, command):
        return (script,)
    for words in _run_by(script.text):
        named, options = _script_in(words)
        path = os.path.normpath(os.path.join(folder, named))
        if not named or path in seen or not os.path.isfile(path):
            continue
        try:
            text = read_text(path)
        except UnicodeDecodeError:
            continue
        strict = any(re.fullmatch(r"-\w*e\w*", option) for option in options or _shebang(text))
        here = Script(path, text, strict)
        if further := leading_to(here, command, folder, seen | {path}):
            return (script, *further)
    return ()


def _script_in(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the file that a simple command has a shell read, and the shell's options."""
    if os.path.basename(words[0]) not in SHELLS and words[0] not in (".", "source"):
        return (words[0] if "/" in words[0] else ""), ()
    options = tuple(takewhile(lambda word: word.startswith(("-", "+")), words[1:]))
    return (*words[1 + len(options) :], "")[0], options


def _shebang(text: str) -> list[str]:
    first = text.partition("\n")[0]
    return first.split() if first.startswith("#!") else []


def reaches(script: str, command: str) -> bool:
    """Return whether a script runs the command: its words, at the beginning of a simple command.

    What stands behind `exit` or `true ||`, in a comment, a text or a here-document is not run.
    """
    if simple_commands(EXPRESSION.sub("x", script)) is None:
        return bool(re.search(rf"(?<![\w.-]){re.escape(command)}(?![\w.-])", script))
    return any(_spelled(script, command))


def _spelled(script: str, command: str) -> Iterator[tuple[str, ...]]:
    wanted = tuple(command.split())
    return (words for words in _run_by(script) if _begins(words, wanted))


def _run_by(script: str) -> Iterator[tuple[str, ...]]:
    """List the simple commands that a script may run, as a shell reads it."""
    script = EXPRESSION.sub("x", script)
    dead = never_run(script)
    for words in simple_commands(script) or ():
        if words in dead:
            dead.remove(words)
            continue
        ends = words[0] in ("exit", "exec")
        if not ends or words[1:]:
            yield words[1:] if ends else words
        if ends:
            return


def _begins(words: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return any(
        words[at : at + len(wanted)] == wanted
        for at in range(len(words) - len(wanted) + 1)
        if at == 0 or _wraps(words[:at])
    )


def _wraps(words: tuple[str, ...]) -> bool:
    """Return whether words start what follows them, as `uv run`, `nice` and `python -m` do."""
    program = os.path.basename(words[0])
    if program in STARTERS:
        return not _SAYS & set(words[1:])
    if is_utility(program) or program in HELPERS:
        return False
    if re.fullmatch(r"python[\d.]*", program) and words[-1] == "-m":
        return True
    runs = [at for at, word in enumerate(words) if word in ("run", "exec", "--")]
    return bool(runs) and not _SAYS & set(words[runs[0] + 1 :])
