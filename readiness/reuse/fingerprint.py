"""What a probe's result depends on, as one digest: equal digests, equal results."""

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from readiness import __version__
from readiness.builtin import builtin_checks
from readiness.model.board import TRACED, Check
from readiness.model.digests import digest
from readiness.model.plan import Plan, Probe
from readiness.project.git import repository
from readiness.reuse.files import Files
from readiness.reuse.patterns import Pattern, expanded, is_plain_name
from readiness.reuse.tools import Installed, program_files
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


def has_traced_inputs(checks: Sequence[Check]) -> bool:
    """Return whether the files that the probe is seen to access are inputs of it."""
    return all(check.inputs for check in checks) and any(TRACED in check.inputs for check in checks)


def _named_files(params: Mapping[str, str]) -> Iterator[Pattern]:
    """Yield the files that parameters name among other words, as in `--config=lint.toml`."""
    for value in params.values():
        for word in re.split(r"[\s=,:]+", value):
            if _FILE_NAME.fullmatch(word):
                yield Pattern(os.path.normpath(word))


def _steps_to_root(folder: str) -> int:
    """Count the folders above, up to the root of the repository."""
    root = repository(folder)
    return os.path.relpath(folder, root).count("/") + 1 if root and root != folder else 0


class Fingerprints:
    """The fingerprints of a plan's probes; "" for one whose result may not be reused.

    Where inputs are traced, a fingerprint is of all else: they are known once it was run.

    `files` is the state of the file system that they are of.
    """

    def __init__(self, plan: Plan, files: Files) -> None:
        self.signatures: dict[int, str] = {}
        self._plan = plan
        self._files = files
        self._installed = Installed()
        self._checks = checks_by_probe(plan)
        self._environments = {folder.workdir: folder.environment for folder in plan.folders}
        self._made: dict[int, str] = {}

    def of(self, index: int) -> str:
        """Return the fingerprint of one probe."""
        if index not in self._made:
            self._made[index] = self._make(index)
        return self._made[index]

    def _make(self, index: int) -> str:
        probe, checks = self._plan.probes[index], self._checks[index]
        patterns = input_patterns(probe, checks, self._plan.environment)
        producers = [self.of(producer) for producer in probe.after]
        if not (patterns or has_traced_inputs(checks)) or not all(producers):
            return ""
        env = {**self._plan.environment, **({"PATH": probe.path} if probe.path else {})}
        env.update(probe.env)
        programs = program_files(probe, env.get("PATH", os.defpath))
        own = self._environments.get(probe.workdir, "")
        installed, sources = self._installed.beside(programs, [own] if own else [])
        listings = [
            self._files.listing(probe.workdir, group)
            for group in (*_grouped(patterns), [Pattern(folder, "**/*.py") for folder in sources])
        ]
        listings += [self._files.listing("/", [Pattern(file)]) for file in programs]
        if any(SCRIPTS in check.run for check in checks):
            folders = dict.fromkeys(check.folder for check in checks if check.folder)
            listings += [
                self._files.listing(folder, programs_of_checks(folder)) for folder in folders
            ]
        self.signatures[index] = digest("".join(listing.signature for listing in listings).encode())
        parts = (
            *(__version__, sys.version, probe.command, probe.workdir),
            *(f"{name}={value}" for name, value in sorted(env.items()) if name not in UNTOLD),
            *(msgspec.json.encode(check).decode() for check in checks),
            *(listing.digest for listing in listings),
            *(installed, *producers),
        )
        return digest("\0".join(parts).encode("utf-8", "surrogateescape"))


def _grouped(patterns: Sequence[Pattern]) -> list[list[Pattern]]:
    """Group the patterns: single files together; others, likely to be shared, each alone."""
    files = [pattern for pattern in patterns if not pattern.rest]
    return [files, *([pattern] for pattern in patterns if pattern.rest)]
