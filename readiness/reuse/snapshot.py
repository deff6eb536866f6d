"""All that the probes of a plan could see at one moment, beside what their recipes say."""

import os
from collections import ChainMap
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import Final

from readiness.model.board import Check
from readiness.model.digests import digest
from readiness.model.plan import Plan
from readiness.project.git import repository
from readiness.project.globs import any_of
from readiness.reuse.files import ProjectFiles
from readiness.reuse.fingerprint import checks_by_probe, search_path
from readiness.reuse.installed import Installed
from readiness.startup.patterns import later

CLOCK_TICK: Final = 20_000_000
"""The resolution of file time stamps, in ns: a change is stamped with the last tick's time."""

MOMENTARY: Final = ("/dev", "/proc", "/sys", "/tmp", "/var/tmp")  # noqa: S108 - left out
"""Places of which nothing lasts."""

STREAMS: Final = frozenset(("stdout", "stderr", "output"))

SCRIPTS: Final = "READINESS_CHECK_DIR"

_PLACE = later(r"(?:^|(?<=[\s=,:;'\"]))(?:/|~/|\.\./)[\w.@+-][\w./@+-]*")


class Snapshot:
    """What each probe could see. `left_out` are the run's own files, by device and inode."""

    def __init__(self, plan: Plan, left_out: Collection[tuple[int, int]]) -> None:
        self._plan = plan
        self._checks = checks_by_probe(plan)
        self._installed = Installed()
        self._on_path = cache(self._installed.on_path)
        self._programs = [
            self._on_path(search_path(plan, probe), probe.workdir) for probe in plan.probes
        ]
        self._below = cache(lambda root: ProjectFiles(root, left_out))
        self._roots = cache(lambda index: tuple(map(self._below, self._places(index))))
        self._held = cache(lambda index: dict(self._counted(index)))
        self._environments = cache(self._installed_for)
        self._seen = cache(self._digest)

    def key(self, index: int) -> str:
        """Return what stands for all that a probe and its producers could see."""
        return "\n".join(map(self._seen, self._plan.with_producers([index])))

    def problem(self, index: int) -> str:
        """Return why it is not known what a probe could see; "" where it is."""
        return next((files.problem for files in self._roots(index) if files.problem), "")

    def disturbed(self, index: int, before: "Snapshot", began: float, ended: float) -> str:
        """Return a file that may have been another while a probe ran; "" for none.

        What Git ignores, and was changed no later than that, is taken for what the probe leaves.
        """
        if self._environments(index) != before._environments(index):
            return "PATH"
        held, then = self._held(index), before._held(index)
        changed = ChainMap(*(files.changed for files in self._roots(index)))
        since, until = int(began * 1e9) - CLOCK_TICK, int(ended * 1e9) + CLOCK_TICK
        doubtful = {path for path in held if changed.get(path, 0) >= since}
        doubtful |= {path for path in held.keys() | then if held.get(path) != then.get(path)}
        for files in self._roots(index) if doubtful else ():
            doubtful -= files.ignored({one for one in doubtful if changed.get(one, 0) <= until})
        return min(doubtful, default="")

    def _digest(self, index: int) -> str:
        lines = [f"{path}\0{held}\n" for path, held in sorted(self._held(index).items())]
        text = "".join([self._environments(index), *lines])
        return digest(text.encode("utf-8", "surrogateescape"))

    def _installed_for(self, index: int) -> str:
        inside = (folder for files in self._roots(index) for folder in files.environments)
        return "\n".join([self._programs[index], *map(self._installed.environment, inside)])

    def _counted(self, index: int) -> Iterator[tuple[str, str]]:
        """Yield the files that a probe could see, but for those that it is read from."""
        checks, workdir = self._checks[index], self._plan.probes[index].workdir
        sources = {reader.source for check in checks for reader in check.readers()} - STREAMS
        own = {os.path.realpath(os.path.join(workdir, source)) for source in sources}
        ignores = Ignoring(workdir, checks)
        for files in self._roots(index):
            for path, held in files.held.items():
                if path not in own and not ignores(path, files.root):
                    yield path, held

    def _places(self, index: int) -> Iterator[str]:
        """Yield where a probe's files are: its repository, and what it names or imports outside."""
        probe = self._plan.probes[index]
        named = _PLACE.findall("\n".join((probe.command, *probe.env.values())))
        scripts = [check.folder for check in self._checks[index] if SCRIPTS in check.run]
        home = repository(probe.workdir) or probe.workdir
        known: list[str] = []
        for name in (home, *sorted(self._installed.linked), *scripts, *named):
            path = os.path.realpath(os.path.join(probe.workdir, os.path.expanduser(name)))
            is_known = any(f"{path}/".startswith(f"{one}/") for one in known)
            if not is_known and path not in MOMENTARY and os.path.exists(path):
                known.append(path)
                yield path


class Ignoring:
    """Says of files whether all `checks` of a probe that runs in a folder ignore them.

    Patterns are from that folder, for files outside of it from the repository's root, and for what
    is no part of that from the root of all.
    """

    def __init__(self, workdir: str, checks: Sequence[Check]) -> None:
        self._home = os.path.join(os.path.realpath(workdir), "")
        self._patterns = {any_of(check.ignores) for check in checks}

    def __call__(self, path: str, root: str) -> bool:
        """Return whether a file in the tree below `root` is ignored."""
        starts = (self._home, os.path.join(root, ""))
        start = next((len(start) for start in starts if path.startswith(start)), 0)
        return all(pattern.fullmatch(path, start) for pattern in self._patterns)
