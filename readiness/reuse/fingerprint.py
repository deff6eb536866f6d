"""What a probe is asked, as one digest: its recipe, its variables, its machine and its day."""

import os
import sys
import time
from functools import cache
from resource import RLIMIT_AS, RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_NPROC, getrlimit
from typing import Final

import msgspec

from readiness import __version__
from readiness.model.board import Check
from readiness.model.digests import digest
from readiness.model.plan import Plan, Probe

UNTOLD: Final = frozenset(("_", "OLDPWD", "PWD", "SHLVL"))
"""Variables that shells set for themselves, with other values in every shell."""


def checks_by_probe(plan: Plan) -> list[tuple[Check, ...]]:
    """Return the checks by which each probe is read, its own first."""
    by_probe: list[dict[int, Check]] = [{id(probe.check): probe.check} for probe in plan.probes]
    for planned in plan.planned:
        for index in planned.probes:
            check = planned.criterion.check
            if check is not None:
                by_probe[index].setdefault(id(check), check)
    return [tuple(checks.values()) for checks in by_probe]


def search_path(plan: Plan, probe: Probe) -> str:
    """Return the PATH by which a probe finds its programs."""
    return probe.env.get("PATH") or probe.path or plan.environment.get("PATH") or os.defpath


class Fingerprints:
    """The fingerprints of a plan's probes: of all that can be known before one is run.

    `beside` is what the board says about all results. A day has its own: nobody sees a program look
    at the clock.
    """

    def __init__(self, plan: Plan, beside: bytes) -> None:
        self._plan = plan
        self._checks = checks_by_probe(plan)
        self._common = (__version__, sys.version, beside.decode(), *_machine())
        self.of = cache(self._make)

    def _make(self, index: int) -> str:
        """Return the fingerprint of one probe."""
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
