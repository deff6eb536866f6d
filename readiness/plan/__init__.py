"""The plan stage: from a board to the probes that will run. Starts nothing."""

import os
from collections.abc import Collection, Container, Mapping, Sequence
from functools import cache
from typing import TypeAlias

import msgspec

from readiness.model.board import Board, Check, Criterion, Sampling
from readiness.model.digests import short_digest
from readiness.model.plan import Plan, Planned, Probe, ProbeFolder
from readiness.plan.environment import (
    Surroundings,
    is_elsewhere,
    probe_environment,
    secret_values,
)
from readiness.plan.selection import select, skip_reason
from readiness.plan.versions import ToolPaths, version_keys, version_probes
from readiness.shell.plain import argv

Patience: TypeAlias = tuple[int, Sampling | None, float, int]
"""How often to run a probe: samples, how sure they must be, seconds to wait, and retries."""

__all__ = ["make_plan", "probe_environment", "secret_values", "select"]


def make_plan(
    board: Board,
    *,
    environ: Mapping[str, str],
    selectors: Sequence[str] = (),
    failed: Collection[str] | None = None,
    affected: Mapping[str, Collection[str]] | None = None,
    durations: Mapping[str, float] | None = None,
    versions: Container[str] = (),
    timeout: float | None = None,
) -> Plan:
    """Plan a run of `board`: equal probes merged, producers before readers, longest first.

    `durations` maps a probe's key to the seconds it took before. `versions` are the keys of the
    tools whose versions are known; the others are asked, last. `timeout` refolders the time limit
    of every probe. Raises `UsageError` for a selector that names nothing.
    """
    chosen = select(board, selectors, failed, affected)
    surroundings = Surroundings(board, environ)
    probes = _Probes(board, surroundings, durations or {}, timeout)
    planned = tuple(
        _planned(criterion, skip_reason(criterion, board, chosen), probes)
        for criterion in board.criteria()
    )
    plan = Plan(
        probes=tuple(probes.probes),
        planned=planned,
        order=_start_order(probes.probes),
        environment=surroundings.environment(board.workdir),
        partial=chosen is not None,
        empty=chosen is not None and not chosen,
        folders=probes.folders(),
        put_aside=surroundings.put_aside,
    )
    return _asking_versions(plan, versions)


def _asking_versions(plan: Plan, known: Container[str]) -> Plan:
    keys = version_keys(plan.probes)
    asked = version_probes(plan.probes, keys, known)
    size = len(plan.probes)
    return msgspec.structs.replace(
        plan,
        probes=plan.probes + asked,
        order=plan.order + tuple(range(size, size + len(asked))),
        version_keys=keys,
    )


def _planned(criterion: Criterion, skipped: str, probes: "_Probes") -> Planned:
    if skipped or criterion.unset or criterion.check is None:
        return Planned(criterion=criterion, skipped=skipped)
    folders = criterion.workdirs or ("",) * len(criterion.matrix)
    indices = [
        probes.add(criterion.check, {**criterion.params, **combination}, folder, criterion)
        for combination, folder in zip(criterion.matrix, folders, strict=True)
    ]
    return Planned(criterion=criterion, probes=tuple(dict.fromkeys(indices)))


class _Probes:
    """The distinct probes of a plan, in the order in which criteria ask for them."""

    def __init__(
        self,
        board: Board,
        surroundings: Surroundings,
        durations: Mapping[str, float],
        timeout: float | None,
    ) -> None:
        self.probes: list[Probe] = []
        self._board = board
        self._surroundings = surroundings
        self._tools = ToolPaths()
        self._path = cache(self._path_in)
        self._session = cache(surroundings.session)
        self._durations = durations
        self._timeout = timeout
        self._known: dict[tuple[object, ...], int] = {}
        self._producers = {name for check in board.checks.values() for name in check.after}

    def add(
        self, check: Check, params: dict[str, str], folder: str, criterion: Criterion | None
    ) -> int:
        """Return the index of the probe that runs `check` with `params`, adding it if it is new.

        It runs in `folder`, below the board's.
        """
        after = tuple(self._producer(name, params, folder) for name in check.after)
        own = None if criterion is None else criterion.timeout
        timeout = self._timeout or own or check.timeout or self._board.timeout
        # A producer serves all its readers, so how often one reader wants to see it is not its own.
        patience: Patience = (1, None, 0.0, 0)
        if criterion is not None:
            sampling = criterion.sampling if criterion.samples > 1 else None
            patience = (criterion.samples, sampling, criterion.wait, criterion.retries)
        # What a producer leaves behind is found under its name; other probes are what they run.
        name = check.name if check.name in self._producers else ""
        needs = (check.tools, check.exclusive)
        settled = (name, check.folder, check.run, *needs, timeout, after, folder)
        identity = (*settled, *patience, tuple(sorted(params.items())))
        if identity in self._known:
            return self._known[identity]
        key = short_digest(repr((self._board.workdir, identity)).encode())
        samples, sampling, wait, retries = patience
        home = self._board.workdir
        workdir = os.path.normpath(os.path.join(home, folder)) if folder else home
        path, installed = self._path(workdir), self._surroundings.own(workdir)
        words = argv(check.run)
        tools = check.tools or (words or ())[:1]
        lacks = "PATH" not in params and not all(self._tools.find(one, path) for one in tools)
        if lacks and (session := self._session(workdir, tools)):
            path, installed = os.pathsep.join([session.programs, path]), session
        tool = self._tools.find(check.tools[0], params.get("PATH") or path) if check.tools else ""
        probe = Probe(
            id=f"p{len(self.probes) + 1}",
            command=check.run,
            argv=words,
            workdir=workdir,
            path="" if path == self._path(home) else path,
            tool_path=tool,
            elsewhere=is_elsewhere(check, tool, installed),
            timeout=timeout,
            check=check,
            env=params,
            after=after,
            samples=samples,
            settles=sampling is not None,
            wait=wait,
            retries=retries,
            estimate=self._durations.get(key),
            key=key,
        )
        self._known[identity] = len(self.probes)
        self.probes.append(probe)
        return self._known[identity]

    def _path_in(self, workdir: str) -> str:
        """Return PATH as probes in `workdir` have it."""
        return self._surroundings.environment(workdir).get("PATH", os.defpath)

    def folders(self) -> tuple[ProbeFolder, ...]:
        """Return the folders in which these probes run."""
        return tuple(
            self._folder_of(workdir)
            for workdir in dict.fromkeys(each.workdir for each in self.probes)
        )

    def _folder_of(self, workdir: str) -> ProbeFolder:
        own, path = self._surroundings.own(workdir), self._path(workdir)
        python = self._tools.find("python", path) or self._tools.find("python3", path)
        if own is None:
            return ProbeFolder(workdir=workdir, python=python)
        return ProbeFolder(workdir=workdir, kind=own.kind, environment=own.folder, python=python)

    def _producer(self, name: str, params: dict[str, str], folder: str) -> int:
        check = self._board.checks[name]
        own = {
            parameter.name: params.get(parameter.name, parameter.default or "")
            for parameter in check.params
        }
        return self.add(check, own, folder, None)


def _start_order(probes: Sequence[Probe]) -> tuple[int, ...]:
    """Longest chain first: a probe counts for its own duration and the longest chain behind it."""
    chains = [probe.cost for probe in probes]
    # Producers stand before their readers, so from the end every chain behind a probe is known.
    for index in range(len(probes) - 1, -1, -1):
        for producer in probes[index].after:
            chain = probes[producer].cost + chains[index]
            chains[producer] = max(chains[producer], chain)
    return tuple(sorted(range(len(probes)), key=lambda index: -chains[index]))
