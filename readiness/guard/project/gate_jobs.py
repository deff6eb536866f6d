"""What stands above the gate in its CI job, and may have it look at something else.

Nothing of a workflow is run here. What its other steps install or build cannot be known by reading;
told is only what speaks of the gate itself, or puts something else in the place of tracked files.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from readiness.guard.project.gate_conditions import commands
from readiness.guard.project.rules import TABLE
from readiness.load.yamlfile import parse as parse_yaml
from readiness.shell.programs import simple_commands
from readiness.text.parts import part_of, parts_of

Tracked: TypeAlias = Callable[[str], bool]
Read: TypeAlias = Callable[[str], str | None]
Node: TypeAlias = Mapping[str, object]

_RULING: Final = re.compile(
    r"READINESS_\w+|PATH|ENV|IFS|SHELLOPTS|BASH\w*|LD_\w+|PYTHON(?:PATH|HOME|STARTUP|USERBASE)|NODE_\w+"
)
"""Variables that rule this gate or whatever it starts; probes do not get those that tools obey."""
_INDEX: Final = re.compile(r"(?:PIP|UV)_(?:EXTRA_|DEFAULT_)?INDEX(?:_URL)?")
_INSTALLS: Final = re.compile(r"\binstall\b.*\breadiness\b")
_SHELLS: Final = frozenset(("bash", "sh", "pwsh", "python", ""))
_CHECKOUT: Final = ("path", "ref", "repository", "sparse-checkout")
_OF_THE_EVENT: Final = re.compile(
    r"\$\{\{\s*(?:needs|inputs|github)\.(?!base_ref|event\.(?:\w+\.base\b|before\b|repository\b))"
)
"""What the event is about; the branch that a change is for is another tree."""
_SET: Final = re.compile(r"([A-Z_a-z]\w*)(?:=|<<)[^>]*>>\s*[\"']?\$\{?GITHUB_ENV")
_PATH: Final = re.compile(r"[\"']?([^\"'\s]+)[\"']?\s*>>\s*[\"']?\$\{?GITHUB_PATH")
_HERE: Final = re.compile(r"^(?:\$PWD|\$\{PWD\}|\$\(pwd\)|\$GITHUB_WORKSPACE|\.|[\w.-]+)(?:/|$)")
_OWN_GATE: Final = re.compile(
    r"\breadiness\s*\(\)|\balias\s+[\"']?readiness=|\binstall\b[^;&|]*/[\w.-]*readiness"
    r"|(?<![\w$])READINESS_\w+=|\binstall\b(?=.*\breadiness\b).*?\s(?:-i|-f|--(?:extra-)?index(?:-url)?|--find-links)\b"
)
"""Another program by its name, or its settings."""
_PATH_SET: Final = re.compile(r"(?<![\w$])PATH=[\"']?([^\"':\s]+)")
_IN_PLACE: Final = re.compile(r"-[a-zA-Z]*i(?:\..*)?$|--in-place.*")
_TO_FILE: Final = re.compile(r"(?<![<>&\d])>>?\s*[\"']?([\w./-]+)")


def surroundings(
    path: str, text: str, calls: Callable[[str], object], tracked: Tracked, read: Read
) -> set[str]:
    """Return all that a workflow says around its gate which decides what that looks at.

    `calls` tells whether a text runs the gate, `tracked` whether a path has files that Git knows,
    and `read` what a script of the project says.
    """
    whole = part_of(parse_yaml(text.encode("utf-8", "replace"), path).data)
    jobs = map(part_of, part_of(whole, "jobs").values())
    return {said for job in jobs for said in _of_job(whole, job, calls, tracked, read)}


def _of_job(
    whole: Node, job: Node, calls: Callable[[str], object], tracked: Tracked, read: Read
) -> Iterator[str]:
    steps = parts_of(job.get("steps"))
    calling = [number for number, step in enumerate(steps) if calls(commands(step))]
    if not calling:
        return
    gate = steps[calling[-1]]
    yield from _of_gate(whole, job, gate)
    for step in steps[: calling[-1] + 1]:
        yield from _of_step(step, tracked, read)
        if _INSTALLS.search(str(step.get("run", ""))):
            given = [item for part in (whole, job, step) for item in part_of(part, "env").items()]
            yield from (f"env {name}: {value}" for name, value in given if _INDEX.fullmatch(name))


def _of_gate(whole: Node, job: Node, gate: Node) -> Iterator[str]:
    for part in (whole, job, gate):
        for name, value in part_of(part, "env").items():
            if _RULING.fullmatch(name) and not TABLE.harmless_variables.fullmatch(name):
                yield f"env {name}: {value}"
    for part in (*(part_of(one, "defaults", "run") for one in (whole, job)), gate):
        if folder := part.get("working-directory"):
            yield f"working-directory: {folder}"
        if (shell := str(part.get("shell", ""))) not in _SHELLS:
            yield f"shell: {shell}"


def _of_step(step: Node, tracked: Tracked, read: Read) -> Iterator[str]:
    if "/checkout@" in str(step.get("uses", "")):
        for name in _CHECKOUT:
            value = str(part_of(step, "with").get(name, ""))
            if value and not _OF_THE_EVENT.search(value):
                yield f"{name}: {value}"
    run = str(step.get("run", ""))
    scripts = [read(word) or "" for word in run.split() if TABLE.scripts.search(word)]
    for line in "\n".join([run, *scripts]).replace("\\\n", " ").splitlines():
        if _OWN_GATE.search(line) or _sets(line) or any(_replaces(line, tracked)):
            yield line.strip()


def _sets(line: str) -> bool:
    """Return whether a line sets a variable of the gate for the steps behind it, or their PATH."""
    names = _SET.findall(line)
    return any(map(_RULING.fullmatch, names)) or any(
        map(_HERE.match, _PATH.findall(line) + _PATH_SET.findall(line))
    )


def _replaces(line: str, tracked: Tracked) -> Iterator[bool]:
    """Yield, for each command of a line, whether it puts something else in the place of files."""
    for words in simple_commands(line) or ():
        program, *rest = (os.path.basename(words[0]), *words[1:]) if words else ("",)
        named = [word for word in rest if not word.startswith("-")]
        if program == "git":
            yield bool(named) and named[0] in TABLE.other_tree and "-b" not in rest
        elif program in ("cp", "install"):
            yield any(tracked(os.path.join(named[-1], end)) for end in _ends(named))
        else:
            is_writing = program in TABLE.writers or any(map(_IN_PLACE.fullmatch, rest))
            yield is_writing and any(map(tracked, named))
    yield any(map(tracked, _TO_FILE.findall(line)))


def _ends(named: list[str]) -> list[str]:
    """Return the names that files get where they are copied: their own, in a folder."""
    return ["", *map(os.path.basename, named[:-1])] if len(named) > 1 else []
