"""Throw-away copies of a project, in which criteria are tried."""

import glob
import os
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

import msgspec
from msgspec.structs import replace

from readiness.model.board import Board, Check, Criterion
from readiness.model.plan import READERS
from readiness.plan import make_plan
from readiness.project.environments import find_environment
from readiness.project.recipes import paths_in
from readiness.project.room import room_in_memory
from readiness.prove.copying import (
    LINKED_FROM,
    Original,
    ProjectPlace,
    is_below,
    is_program,
    place_of,
    programs_on,
)
from readiness.prove.leaves import Leaf, leaf_of
from readiness.prove.standins import HOOK, LOG, StandIns
from readiness.prove.trials import BETWEEN, TrialPlan, once, probes_of, renamed
from readiness.walls import held

_PACKAGES = "lib/python*/site-packages"


class Copied(msgspec.Struct, frozen=True):
    """A copy at `root` of `original`: its board as it is run there, its probes' environment.

    What runs there writes to it and to `scratch` alone, where a wall is at hand. `stand_in` takes
    the place of programs that are started by their paths; "" where none does.
    """

    root: str
    board: Board
    environ: Mapping[str, str]
    stand_in: str = ""
    original: str = ""
    scratch: str = ""

    def replaced(self, criterion: Criterion) -> dict[str, str]:
        """Return what stands in for tools that a command, or a file that it names, has paths to.

        What lies in the copy is the project's own, or replaced already.
        """
        found = paths_in(criterion, self.board.workdir) if self.stand_in else ()
        paths = [path for path in found if not is_below(path, self.root) and self._is_tool(path)]
        return dict.fromkeys(paths, self.stand_in)

    def _is_tool(self, path: str) -> bool:
        names = map(os.path.basename, (path, os.path.realpath(path)))
        is_own = is_below(path, self.original) and "bin/" not in path
        return is_program(path) and not is_own and {*map(leaf_of, names)} == {Leaf.TOOL}

    def criteria(
        self, names: Iterable[str], tried: Callable[[Criterion], Criterion] = once
    ) -> dict[str, Criterion]:
        """Return the named criteria as they are `tried` in the copy, by id."""
        wanted = frozenset(names)
        return {one.id: tried(one) for one in self.board.criteria() if one.id in wanted}

    def part(
        self,
        criteria: Mapping[str, Criterion],
        label: str,
        *,
        timeout: float | None,
        logs: str = "",
    ) -> TrialPlan:
        """Plan a trial of some criteria in the copy, by the ids that they have there.

        `label` is added to ids. With `logs`, a folder, each probe is told to have what it starts
        noted in a file of its own there.
        """
        tasks = []
        for task in self.board.tasks:
            chosen = tuple(
                replace(criteria[one.id], id=renamed(one.id, label))
                for one in task.criteria
                if one.id in criteria
            )
            if chosen:
                tasks.append(replace(task, criteria=chosen))
        narrowed = replace(self.board, tasks=tuple(tasks), milestones=())
        plan = make_plan(narrowed, environ=self.environ, versions=_Everything(), timeout=timeout)
        probes = tuple(
            replace(
                probe,
                id=renamed(probe.id, label),
                env={
                    **plan.environment,
                    **({"PATH": probe.path} if probe.path else {}),
                    **_hooked(self.environ.get(HOOK, ""), plan.environment),
                    **({LOG: os.path.join(logs, renamed(probe.id, label))} if logs else {}),
                    **_read_by(self.board).get(probe.check.name, {}),
                    **probe.env,
                },
            )
            for probe in plan.probes
        )
        plan = replace(plan, probes=probes, environment={}, version_keys={})
        plan = held(plan, self.root, self.scratch or self.root)
        readers = {
            probe.id: planned.criterion.id.partition(BETWEEN)[0]
            for planned in plan.planned
            for probe in probes_of(plan, planned.probes)
        }
        return TrialPlan(board=narrowed, plan=plan, readers=readers)


class _Everything:
    """Knows the version of every tool, so that none is asked."""

    def __contains__(self, _: object) -> bool:
        return True


def _read_by(board: Board) -> dict[str, dict[str, str]]:
    """Return, by the name of a producer, what tells it who reads its results on the whole board.

    A criterion that is tried alone has it run as it ran beside all others.
    """
    checks = {one.check.name: one.check for one in board.criteria() if one.check is not None}
    readers: dict[str, set[str]] = {}
    for name, check in checks.items():
        for producer in check.after:
            readers.setdefault(producer, set()).add(name)
    return {name: {READERS: " ".join(sorted(by))} for name, by in readers.items()}


def _hooked(folder: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the PYTHONPATH that a world adds to what the board sets."""
    if not folder:
        return {}
    python_path = filter(None, [folder, environment.get("PYTHONPATH", "")])
    return {"PYTHONPATH": os.pathsep.join(python_path)}


class Worlds:
    """Makes copies of the project that `board` is about, below the folder `scratch`."""

    def __init__(self, board: Board, environ: Mapping[str, str], scratch: str) -> None:
        self._board = board
        self._scratch = scratch
        self._place = place_of(board.workdir, board.path)
        self._environ = dict(environ)
        own = find_environment(board.workdir, board.path, environ)
        self._environment = own.folder if own else ""
        if own is not None and not is_below(own.folder, self._place.root):
            folders = [own.programs, environ.get("PATH", os.defpath)]
            self._environ["PATH"] = os.pathsep.join(folders)

    @cached_property
    def original(self) -> Original:
        """The project; git is asked about it, so only where there is something to copy."""
        return Original(self._place)

    @cached_property
    def _folder(self) -> str:
        """The folder of all copies: in memory where that has room for a dozen of them."""
        size = self.original.size()
        room = size <= LINKED_FROM and room_in_memory(self._scratch, self._environ, 3 * size)
        return room or self._scratch

    def sites(self) -> list[str]:
        """Return the package folders of the project's own environment, and those on PATH."""
        path = self._environ.get("PATH", "").split(os.pathsep)
        prefixes = [self._environment, *map(os.path.dirname, path)]
        sites = [
            site
            for prefix in filter(None, prefixes)
            for site in glob.glob(os.path.join(glob.escape(prefix), _PACKAGES))
        ]
        return list(dict.fromkeys(sites))

    def programs(self) -> dict[str, str]:
        """Return the programs on PATH and in the project's own environment, by name."""
        return programs_on(self.path().split(os.pathsep))

    def path(self) -> str:
        """Return PATH as it leads to the programs of the project and of its environment."""
        own = [os.path.join(self._environment, "bin")] if self._environment else []
        return os.pathsep.join([*own, self._environ.get("PATH", os.defpath)])

    def make(
        self, name: str, programs: type[StandIns] = StandIns, *, hollow: bool = False
    ) -> Copied:
        """Copy the project with its programs as they are; a hollow copy has none of its files."""
        stand_ins = programs(os.path.join(self._scratch, f"{name}-programs"))
        return self.make_with(stand_ins, name, hollow=hollow)

    def make_with(self, stand_ins: StandIns, name: str, *, hollow: bool = False) -> Copied:
        """Copy the project, with these stand-ins for programs."""
        folder = os.path.join(self._folder, name)
        copy = self.original.hollow if hollow else self.original.copy
        moved = copy(folder, stand_ins.fill)
        environ = stand_ins.environment(self._environ, self._place, moved)
        places = stand_ins.tool, self._place.root, self._scratch
        return Copied(folder, self._moved(moved), environ, *places)

    def _moved(self, moved: ProjectPlace) -> Board:
        """Return the board as it runs in the copy, whatever in it names the project's folder."""

        def translated(values: Mapping[str, str]) -> dict[str, str]:
            return {key: self._place.translate(text, moved.root) for key, text in values.items()}

        def redirected(check: Check) -> Check:
            run = check.run if check.name else self._place.translate(check.run, moved.root)
            return replace(check, run=run, folder=self._place.translate(check.folder, moved.root))

        def in_copy(criterion: Criterion) -> Criterion:
            return replace(
                criterion,
                check=criterion.check and redirected(criterion.check),
                params=translated(criterion.params),
                matrix=tuple(map(translated, criterion.matrix)),
            )

        return replace(
            self._board,
            workdir=moved.workdir,
            tasks=tuple(
                replace(task, criteria=tuple(map(in_copy, task.criteria)))
                for task in self._board.tasks
            ),
            checks={name: redirected(check) for name, check in self._board.checks.items()},
            env=translated(self._board.env),
        )
