"""All that the probes of a plan could see at one moment, beside what their recipes say."""

import os
from collections import ChainMap
from collections.abc import Collection, Iterator
from functools import cache
from typing import Final

import msgspec

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


class Scope(msgspec.Struct, frozen=True):
    """What a probe could see: files below `roots`, but for its `own`, and what a PATH leads to."""

    workdir: str
    ignores: frozenset[tuple[str, ...]]
    roots: tuple[str, ...] = ()
    own: frozenset[str] = frozenset()
    path: str = ""

    def covers(self, file: str, root: str) -> bool:
        """Return whether a file below a root counts: not all its checks ignore it.

        Patterns are from the probe's folder, for files outside of it from the repository's root,
        and for what is no part of that from the root of all.
        """
        starts = (os.path.join(self.workdir, ""), os.path.join(root, ""))
        start = next((len(start) for start in starts if file.startswith(start)), 0)
        ignored = all(any_of(patterns).fullmatch(file, start) for patterns in self.ignores)
        return file not in self.own and not ignored


class Snapshot:
    """What each probe could see. `left_out` are the run's own files, by device and inode."""

    def __init__(self, plan: Plan, left_out: Collection[tuple[int, int]] = ()) -> None:
        self._plan = plan
        self._checks = checks_by_probe(plan)
        self._installed = Installed()
        homes = {os.path.realpath(repository(probe.workdir) or "/") for probe in plan.probes}
        for probe in plan.probes:  # which notes what is imported from elsewhere
            self._installed.on_path(search_path(plan, probe), os.path.realpath(probe.workdir))
        self._files = cache(lambda root: ProjectFiles(root, left_out, by_git=root in homes))
        self._held = cache(lambda scope: dict(self._counted(scope)))
        self._environments = cache(self._environments_of)
        self._digest = cache(self._digest_of)
        self.scope = cache(self._scope_of)

    def key(self, index: int) -> str:
        """Return what stands for all that a probe and its producers could see."""
        scopes = map(self.scope, self._plan.with_producers([index]))
        return "\n".join(map(self._digest, scopes))

    def problem(self, index: int) -> str:
        """Return why it is not known what a probe could see; "" where it is."""
        problems = (self._files(root).problem for root in self.scope(index).roots)
        return next(filter(None, problems), "")

    def disturbed(self, index: int, before: "Snapshot", began: float, ended: float) -> str:
        """Return a file that may have been another while a probe ran; "" for none.

        What Git ignores, and was changed no later than that, is taken for what the probe leaves.
        """
        scope = self.scope(index)
        if self._environments(scope) != before._environments(scope):
            return "PATH"
        held, then = self._held(scope), before._held(scope)
        changed = ChainMap(*(self._files(root).changed for root in scope.roots))
        since, until = int(began * 1e9) - CLOCK_TICK, int(ended * 1e9) + CLOCK_TICK
        doubtful = {path for path in held if changed.get(path, 0) >= since}
        doubtful |= {path for path in held.keys() | then if held.get(path) != then.get(path)}
        for root in scope.roots if doubtful else ():
            in_time = {path for path in doubtful if changed.get(path, 0) <= until}
            doubtful -= self._files(root).ignored(in_time)
        return min(doubtful, default="")

    def _digest_of(self, scope: Scope) -> str:
        lines = [f"{path}\0{held}\n" for path, held in sorted(self._held(scope).items())]
        text = "".join([self._environments(scope), *lines])
        return digest(text.encode("utf-8", "surrogateescape"))

    def _environments_of(self, scope: Scope) -> str:
        inside = (folder for root in scope.roots for folder in self._files(root).environments)
        on_path = self._installed.on_path(scope.path, scope.workdir)
        return "\n".join([on_path, *map(self._installed.environment, inside)])

    def _counted(self, scope: Scope) -> Iterator[tuple[str, str]]:
        for root in scope.roots:
            for path, held in self._files(root).held.items():
                if scope.covers(path, root):
                    yield path, held

    def _scope_of(self, index: int) -> Scope:
        """Return what a probe could see: its repository, what it names or imports outside."""
        probe, checks = self._plan.probes[index], self._checks[index]
        home = os.path.realpath(probe.workdir)
        named = _PLACE.findall("\n".join((probe.command, *probe.env.values())))
        scripts = [check.folder for check in checks if SCRIPTS in check.run]
        roots: list[str] = []
        for name in (repository(home) or home, *sorted(self._installed.linked), *scripts, *named):
            path = os.path.realpath(os.path.join(home, os.path.expanduser(name)))
            is_known = any(f"{path}/".startswith(f"{root}/") for root in roots)
            if not is_known and path not in MOMENTARY and os.path.exists(path):
                roots.append(path)
        sources = {reader.source for check in checks for reader in check.readers()} - STREAMS
        return Scope(
            workdir=home,
            ignores=frozenset(check.ignores for check in checks),
            roots=tuple(roots),
            own=frozenset(os.path.realpath(os.path.join(home, source)) for source in sources),
            path=search_path(self._plan, probe),
        )
