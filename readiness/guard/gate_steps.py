"""What the step of a CI job does that runs this gate, seen: where it runs it, and if it minds.

Its script is run by bash in a folder that has the project's folders and none of its files, and
finds no program but some that only print. Whatever else it starts ends well, and a run of the gate
ends as badly as it is told to.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.project.callers import asks_less, calls
from readiness.guard.project.files import line_of
from readiness.guard.project.gate_conditions import Part, commands
from readiness.guard.project.rules import TABLE
from readiness.guard.states import States
from readiness.load.yamlfile import parse as parse_yaml
from readiness.text.parts import part_of, parts_of

_STATUSES: Final = (1, 2, 4, 124, 137)
"""With which a gate blocks, is wrong, or was ended."""
_LONGEST: Final = 5.0
_PRINTERS: Final = (
    "basename", "cat", "cut", "date", "dirname", "expr", "grep", "head", "printf", "seq", "sort",
    "tail", "tr", "uniq", "wc",
)  # fmt: skip
_OPTIONS: Final = {"": ["-e"], "bash": ["-eo", "pipefail"], "sh": ["--posix", "-e"]}
"""How a forge starts the shells that a step may name; the first, where it names none."""
_COMPUTED: Final = re.compile(r"\$\{\{.*?\}\}")
_BY_PATH: Final = re.compile(r"[^\s\"';&|()]*/readiness(?=\s)")
_OUT: Final = re.compile(
    r">[>|]?\s*[\"']?(?:/(?!dev/(?:null|stdout|stderr)\b)|~|\$(?!\{?GITHUB_)|\.\.)"
    r"|(?:^|[;&|(){}!`]|\b(?:then|do|else|elif|if|while|until|time|command|builtin|exec|coproc)\s)"
    r"\s*(?:\w+=\S*\s+)*[\"']?(?:/|~|\$(?![({]?[({])|\.\.?/)",
    re.MULTILINE,
)
"""A file outside of the folder that is written, or a program that is started by its path."""
_AWAY: Final = re.compile(r"\b(?:cd|pushd)\s+[\"']?(?:/|~|\$|\.\.|-)")
_WRITES: Final = re.compile(r">(?!&|[>|]?\s*[\"']?(?:/dev/|\$\{?GITHUB_))")
_CALLED: Final = r"""
enable -n kill . source exec
exec() { [ $# -eq 0 ] || { "$@"; exit; }; }
command_not_found_handle() {
    local words=" $* "
    [[ $words =~ [\ /]readiness\ (check|score|guard|prove|hook)\  ]] || return 0
    printf '%s\0' "${PWD#"$READINESS_STEP_ROOT"}" "$*" "$(compgen -e READINESS_ | grep -v STEP_)" \
        >> "$READINESS_STEP_LOG"
    return "$READINESS_STEP_STATUS"
}
export -f command_not_found_handle
"""


class GateCall(msgspec.Struct, frozen=True):
    """A run of the gate: its folder below the checkout, its words, and names of its variables."""

    folder: str
    words: str
    variables: str


class GateStep(msgspec.Struct, frozen=True):
    """What a step's script did: its first run of the gate, and the statuses that it passed on."""

    call: GateCall
    passed_on: frozenset[int]


def steps_seen(states: States, changes: Iterable[Change], scratch: str) -> list[Change]:
    """Return what workflows do to their gate that reading them did not tell.

    `changes` are those that were read; in the folder `scratch` a new one is made and removed.
    """
    bash = shutil.which("bash")
    known = {change.path for change in changes if change.kind is Kind.CALLER}
    paths = [path for path in states.changed if TABLE.workflows.search(path)]
    asked = [path for path in paths if path not in known and path in states.before]
    texts = [(path, *states.both(path)) for path in asked]
    wanted = [each for each in texts if calls(each[1]) and calls(each[2])]
    if bash is None or not wanted:
        return []
    folder = os.path.join(scratch, "gate-steps")
    try:
        sandbox = _Sandbox(bash, folder, states.folders)
        return [
            change
            for path, before, after in wanted
            for change in _differences(
                path,
                after,
                *(
                    [sandbox.run(*each) for each in _scripts(path, text)]
                    for text in (before, after)
                ),
            )
        ]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _differences(
    path: str, text: str, before: list[GateStep | None], after: list[GateStep | None]
) -> Iterator[Change]:
    seen = [step for step in after if step is not None]
    for old in filter(None, before):
        if not old.passed_on or any(_is_as_good(new, old) for new in seen):
            continue
        same = [new for new in seen if _is_same(new.call, old.call)]
        if len(seen) != len(after) and not same:
            continue  # one of them could not be seen
        lost = sorted(old.passed_on.difference(*(new.passed_on for new in same)))
        now, note = next((new.call for new in seen), None), "seen in a run of the step"
        if same:
            ends = ", ".join(map(str, lost))
            now, note = same[0].call, f"with status {ends}, its failure does not end the step"
        place = line_of(text, *old.call.words.split(" ")[:2])
        was, is_now = _described(old.call), _described(now) if now else ""
        yield Teller(path, path, place)(Kind.CALLER, Direction.LOOSENED, was, is_now, note)


def _is_as_good(new: GateStep, old: GateStep) -> bool:
    return _is_same(new.call, old.call) and old.passed_on <= new.passed_on


def _is_same(new: GateCall, old: GateCall) -> bool:
    """Return whether a run of the gate asks as much as another one, in the same folder."""
    is_alike = (new.folder, new.variables) == (old.folder, old.variables)
    is_known = "computed" not in old.words + new.words
    return is_alike and not (is_known and asks_less(old.words, new.words))


def _described(call: GateCall) -> str:
    place = f" in {call.folder.strip('/')}" if call.folder else ""
    return f"{call.words}{place}"


def _scripts(path: str, text: str) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Yield the script of each step that runs the gate, its shell, its folder and variables."""
    whole = part_of(parse_yaml(text.encode("utf-8", "replace"), path).data)
    for job in map(part_of, part_of(whole, "jobs").values()):
        for step in parts_of(job.get("steps")):
            if "run" in step and calls(commands(step)):
                parts: list[Part] = [
                    *(part_of(one, "defaults", "run") for one in (whole, job)), step,
                ]  # fmt: skip
                shell, folder = (
                    next((str(one[key]) for one in reversed(parts) if key in one), "")
                    for key in ("shell", "working-directory")
                )
                env = [part_of(one, "env") for one in (whole, job, step)]
                variables = {name: str(to) for one in env for name, to in one.items()}
                yield str(step["run"]), shell, folder, variables


class _Sandbox:
    """A folder in which scripts run: the project's folders, and programs that only print."""

    def __init__(self, bash: str, folder: str, folders: Iterable[str]) -> None:
        self._bash = bash
        self._root = os.path.join(os.path.realpath(folder), "work")
        self._programs = os.path.join(folder, "bin")
        self._log = os.path.join(folder, "log")
        for each in (*folders, "."):
            os.makedirs(os.path.join(self._root, each), exist_ok=True)
        os.makedirs(self._programs)
        printers = {name: program for name in _PRINTERS if (program := shutil.which(name))}
        for name, program in {**printers, "bash": bash, "sh": bash, "tee": "/bin/cat"}.items():
            os.symlink(program, os.path.join(self._programs, name))

    def run(
        self, script: str, shell: str, folder: str, variables: dict[str, str]
    ) -> GateStep | None:
        """Return what a script does with its gate; None if that cannot be seen here."""
        text = _BY_PATH.sub("readiness", _COMPUTED.sub("computed", script))
        leaves = bool(_AWAY.search(text) and _WRITES.search(text))
        if shell not in _OPTIONS or _OUT.search(text) or leaves:
            return None
        passed_on = set()
        call = None
        for status in _STATUSES:
            call, ended = self._run(text, shell, folder, variables, status)
            if call is None:
                return None
            passed_on |= {status} if ended else set()
        return GateStep(call, frozenset(passed_on)) if call else None

    def _run(
        self, text: str, shell: str, folder: str, variables: dict[str, str], status: int
    ) -> tuple[GateCall | None, bool]:
        given = {name: _COMPUTED.sub("computed", to) for name, to in variables.items()}
        env = {
            **given,
            **{f"GITHUB_{name}": self._log + "-other" for name in ("ENV", "OUTPUT", "PATH")},
            "GITHUB_BASE_REF": "main", "GITHUB_WORKSPACE": self._root, "HOME": self._root,
            "GITHUB_STEP_SUMMARY": "/dev/null", "RUNNER_TEMP": self._root, "CI": "true",
            "GITHUB_EVENT_NAME": "pull_request", "PATH": self._programs,
            "READINESS_STEP_ROOT": self._root, "READINESS_STEP_LOG": self._log,
            "READINESS_STEP_STATUS": str(status),
        }  # fmt: skip
        with open(self._log, "wb"):
            pass
        argv = [self._bash, "--noprofile", "--norc", *_OPTIONS[shell], "-c", _CALLED + text]
        try:
            done = subprocess.run(
                argv, cwd=os.path.join(self._root, folder), env=env, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=_LONGEST, check=False,
            )  # fmt: skip
        except (OSError, ValueError, subprocess.TimeoutExpired):
            return None, False
        with open(self._log, encoding="utf-8", errors="replace") as file:
            noted = file.read().split("\0")
        if len(noted) <= 3:
            return None, False
        called, words, names = noted[:3]
        return GateCall(called, words[words.index("readiness ") :], names), done.returncode != 0
