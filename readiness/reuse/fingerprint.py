"""What a probe's result depends on, as one digest: equal digests, equal results."""

import os
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from resource import RLIMIT_AS, RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_NPROC, getrlimit
from typing import Final

import msgspec

from readiness import __version__
from readiness.builtin import builtin_checks
from readiness.model.board import TRACED, Check
from readiness.model.digests import digest
from readiness.model.plan import Plan, Probe
from readiness.project.git import repository
from readiness.reuse.patterns import Pattern, expanded, is_plain_name
from readiness.shell.plain import argv
from readiness.startup.patterns import later

UNTOLD: Final = frozenset(("_", "OLDPWD", "PWD", "SHLVL"))
"""Variables that shells set for themselves, with other values in every shell."""

_FILE_NAME = later(r"[\w./@+-]*\w\.\w+")

SCRIPTS: Final = "READINESS_CHECK_DIR"


def checks_by_probe(plan: Plan) -> list[tuple[Check, ...]]:
    """Return the checks by which each probe is read, its own first."""
    by_probe: list[dict[int, Check]] = [{id(probe.check): probe.check} for probe in plan.probes]
    for planned in plan.planned:
        for index in planned.probes:
            check = planned.criterion.check
            if check is not None:
                by_probe[index].setdefault(id(check), check)
    return [tuple(checks.values()) for checks in by_probe]


def input_patterns(
    probe: Probe, checks: Sequence[Check], environment: Mapping[str, str]
) -> tuple[Pattern, ...]:
    """Return the patterns of all files that the checks say the probe's result depends on.

    There are none if a check declares none; traced inputs add none. A plain name, such as
    `setup.cfg`, means the file in the folders above too, up to the root of the repository: there
    tools look for their settings.
    """
    if not all(check.inputs for check in checks):
        return ()
    named = dict.fromkeys(text for check in checks for text in check.inputs)
    named.pop(TRACED, None)
    if not named:
        return ()
    inputs = tuple(named)
    env = {**environment, **probe.env}
    here = probe.workdir
    patterns = expanded(inputs, env, lambda base: os.path.exists(os.path.join(here, base)))
    names = [text for text in inputs if is_plain_name(text)]
    above = ("../" * steps for steps in range(1, _steps_to_root(here) + 1))
    settings = [Pattern(folder + name) for folder in above for name in names]
    return tuple(dict.fromkeys((*patterns, *settings, *_named_files(probe.env))))


def programs_of_checks(folder: str) -> list[Pattern]:
    """Return what the programs are made of that check files of a catalogue call."""
    if folder == builtin_checks():
        return [Pattern("", "**/*.py"), Pattern("", "**/*.toml")]
    return [Pattern("scripts")]


def _named_files(params: Mapping[str, str]) -> Iterator[Pattern]:
    """Yield the files that parameters name among other words, as in `--config=lint.toml`."""
    for value in params.values():
        for word in re.split(r"[\s=,:]+", value):
            if _FILE_NAME.fullmatch(word):
                yield Pattern(os.path.normpath(word))


@cache
def _named(command: str) -> list[str]:
    """Return the programs that a command names."""
    if words := argv(command):
        return [words[0]]
    from readiness.shell.programs import programs

    return [one[0] for one in programs(command)]


def _steps_to_root(folder: str) -> int:
    """Count the folders above, up to the root of the repository."""
    root = repository(folder)
    return os.path.relpath(folder, root).count("/") + 1 if root and root != folder else 0


class Fingerprints:
    """The fingerprints of a plan's probes: of all that can be known before one is run.

    What else a result depends on is seen as its probe runs. `beside` is what the board says about
    all results. A day has its own: nobody sees a program look at the clock.
    """

    def __init__(self, plan: Plan, beside: bytes) -> None:
        self._plan = plan
        self._checks = checks_by_probe(plan)
        self._common = (__version__, sys.version, beside.decode(), *_machine())
        self._made: dict[int, str] = {}

    def of(self, index: int) -> str:
        """Return the fingerprint of one probe."""
        if index not in self._made:
            self._made[index] = self._make(index)
        return self._made[index]

    def lacks_a_tool(self, index: int) -> bool:
        """Return whether a probe cannot start now, whatever comes before it."""
        probe = self._plan.probes[index]
        path = probe.env.get("PATH") or probe.path or self._plan.environment.get("PATH")
        found = [_program(name, probe, path or os.defpath) for name in probe.check.tools]
        return not all("/" in file for file in found)

    def _make(self, index: int) -> str:
        probe = self._plan.probes[index]
        env = {
            **self._plan.environment,
            **({"PATH": probe.path} if probe.path else {}),
            **probe.env,
        }
        parts = (
            *(*self._common, probe.command, probe.workdir),
            *(f"{name}={value}" for name, value in sorted(env.items()) if name not in UNTOLD),
            *(msgspec.json.encode(check).decode() for check in self._checks[index]),
            *program_files(probe, env.get("PATH", os.defpath)),
            *map(self.of, probe.after),
        )
        return digest("\0".join(parts).encode("utf-8", "surrogateescape"))


def _machine() -> list[str]:
    """Return what a process can ask the system for beside files, and the day here and at UTC."""
    limits = [getrlimit(kind) for kind in (RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_AS, RLIMIT_FSIZE)]
    rights = (os.getuid(), os.geteuid(), os.getgid(), sorted(os.getgroups()))
    os.umask(mask := os.umask(0o077))
    cores = sorted(os.sched_getaffinity(0))
    days = (time.strftime("%F"), time.strftime("%F", time.gmtime()))
    return [str(each) for each in (os.uname(), rights, mask, cores, limits, days)]


def program_files(probe: Probe, path: str) -> list[str]:
    """Return the files that run, with links and targets: tools, and what the command names."""
    names = dict.fromkeys((*probe.check.tools, "bash", "sh", *_named(probe.command)))
    files: dict[str, None] = {}
    for name in names:
        file = _program(name, probe, path)
        files |= dict.fromkeys((file, os.path.realpath(file)))
    return list(files)


def _program(name: str, probe: Probe, path: str) -> str:
    """Return the file that a name stands for; the name where there is none on the PATH."""
    if "/" in name:
        return os.path.join(probe.workdir, name)
    tried = (os.path.join(probe.workdir, each, name) for each in path.split(os.pathsep))
    return next((file for file in tried if os.access(file, os.X_OK)), name)
