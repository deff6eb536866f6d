"""Where the tools of a plan are, and asking them for their versions, once for each file."""

import os
from collections.abc import Container, Sequence

from readiness.model.board import Check
from readiness.model.plan import Probe
from readiness.shell.plain import argv

TIME_LIMIT = 30.0


class ToolPaths:
    """The files that the names of tools stand for, by the PATH on which they are looked for."""

    def __init__(self) -> None:
        self._files: dict[tuple[str, str], str] = {}

    def find(self, name: str, path: str) -> str:
        """Return the file that is `name` on this PATH, or ""."""
        key = (name, path)
        if key not in self._files:
            files = (os.path.join(each, name) for each in path.split(os.pathsep))
            self._files[key] = next((each for each in files if os.access(each, os.X_OK)), "")
        return self._files[key]


def version_keys(probes: Sequence[Probe]) -> dict[str, str]:
    """For each probe whose check can tell its tool's version, the key under which it is kept.

    A key changes with the command, and with the file that is the tool.
    """
    keys = {}
    for probe in probes:
        if probe.check.version and probe.tool_path:
            status = os.stat(probe.tool_path)
            identity = f"{probe.tool_path}|{status.st_mtime_ns}|{status.st_size}"
            keys[probe.id] = f"{probe.check.version}|{identity}"
    return keys


def version_probes(
    probes: Sequence[Probe], keys: dict[str, str], known: Container[str]
) -> tuple[Probe, ...]:
    """Return probes that ask for the versions not known yet, one per key."""
    asked: dict[str, Probe] = {}
    for probe in probes:
        key = keys.get(probe.id, "")
        if key and key not in known and key not in asked:
            check = probe.check
            asked[key] = Probe(
                id=f"v{len(asked) + 1}",
                command=check.version,
                argv=argv(check.version),
                workdir=probe.workdir,
                path=probe.path,
                timeout=TIME_LIMIT,
                check=Check(name=check.name, run=check.version, measures=(), tools=check.tools[:1]),
                key=key,
            )
    return tuple(asked.values())
