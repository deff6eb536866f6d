"""Asking tools for their versions, once for each file that a tool is."""

import os
from collections.abc import Container, Iterable, Mapping

from readiness.model.board import Check, Measure
from readiness.model.plan import Plan, Probe
from readiness.shell import argv

TIME_LIMIT = 30.0


def version_keys(checks: Iterable[Check], environment: Mapping[str, str]) -> dict[str, str]:
    """For each check that can tell its tool's version, the key under which it is kept.

    A key changes with the command, and with the file on PATH that is the tool.
    """
    folders = environment.get("PATH", os.defpath).split(os.pathsep)
    keys = {}
    for check in checks:
        if check.version and check.tools:
            identity = _identity(check.tools[0], folders)
            if identity:
                keys[check.name] = f"{check.version}|{identity}"
    return keys


def version_probes(
    plan: Plan, keys: Mapping[str, str], known: Container[str], workdir: str
) -> tuple[Probe, ...]:
    """The probes that ask for the versions which are not known yet, one a key."""
    checks = {probe.check.name: probe.check for probe in plan.probes}
    asked: dict[str, Probe] = {}
    for name, key in keys.items():
        if key not in known and key not in asked:
            check = checks[name]
            asked[key] = Probe(
                id=f"v{len(asked) + 1}",
                command=check.version,
                argv=argv(check.version),
                workdir=workdir,
                timeout=TIME_LIMIT,
                check=Check(name=name, run=check.version, measures=NOTHING, tools=check.tools[:1]),
                key=key,
            )
    return tuple(asked.values())


NOTHING: tuple[Measure, ...] = ()


def _identity(tool: str, folders: Iterable[str]) -> str:
    for folder in folders:
        path = os.path.join(folder, tool)
        if os.access(path, os.X_OK):
            status = os.stat(path)
            return f"{path}|{status.st_mtime_ns}|{status.st_size}"
    return ""
