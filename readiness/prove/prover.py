"""The plot of a proof: watch the criteria in a healthy copy, then try them in broken ones."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from readiness.load import load_board
from readiness.model.board import Board, Check, Control, Criterion
from readiness.model.errors import NotWrittenError
from readiness.prove.addresses import without_services
from readiness.prove.copying import Original, ProjectPlace, place_of
from readiness.prove.document import ProofRecord
from readiness.prove.hiding import Hiding
from readiness.prove.observed import ToolFinder, Tools, lines_of
from readiness.prove.standins import StandIns, World
from readiness.prove.trials import (
    BETWEEN,
    TrialPlan,
    TrialRunner,
    control_of,
    controlled,
    copies,
    criteria_of,
    joined,
    once,
    part,
    probes_of,
    reads_status_alone,
    settings_of,
    watched,
    write_control,
)
from readiness.prove.verdicts import proof
from readiness.record.document import CriterionRecord


class ProveSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a board is tried. `scratch` is an empty folder; `timeout` in seconds replaces all."""

    environ: Mapping[str, str]
    profile: str | None
    project: str | None
    timeout: float | None
    scratch: str


class Prover:
    """Tries criteria of a board, by id. `original` is the project, of which it makes copies.

    `catalogue` has all checks that are known.
    """

    def __init__(
        self,
        board: Board,
        chosen: Collection[str],
        catalogue: Mapping[str, Check],
        options: ProveSettings,
    ) -> None:
        self._board = board
        self._criteria = {name: one for name, one in criteria_of(board).items() if name in chosen}
        self._hiding = Hiding(catalogue.values())
        self._observer = ToolFinder(catalogue.values())
        self._options = options
        self._place = place_of(board.workdir, board.path)
        self.original = Original(self._place)
        self._records: dict[str, CriterionRecord] = {}
        self._interrupted = False
        self._worlds = 0

    def prove(self, run: TrialRunner) -> list[ProofRecord]:
        """Try every criterion; `run` is called twice at most, and not after an interrupted run."""
        runnable = [
            name for name, one in self._criteria.items() if one.check is not None and not one.unset
        ]
        tools = self._watch(runnable, run)
        if not self._interrupted:
            self._try(tools, run)
        return [
            proof(one, self._records, tools.get(name, Tools()), self._hiding.masks(one))
            for name, one in self._criteria.items()
        ]

    # --- the healthy world ------------------------------------------------------------------------

    def _watch(self, names: Sequence[str], run: TrialRunner) -> dict[str, Tools]:
        """Run the criteria as they are, their controls, and questions about their recipes."""
        board, environ = self._healthy = self._copy(World.NORMAL)
        logs = self._folder("logs")
        os.mkdir(logs)
        own = criteria_of(board)
        criteria = {name: watched(own[name]) for name in names}
        normal = self._part(board, criteria, World.NORMAL.value, environ, logs)
        parts = [normal, *self._controls(names), *self._questions(board, names, environ)]
        self._run(parts, run)
        if not os.path.isdir(logs):
            raise NotWrittenError(f"{logs}: somebody removed it while it was in use")
        return {
            planned.criterion.id.partition(BETWEEN)[0]: self._seen(normal, planned.probes, logs)
            for planned in normal.plan.planned
        }

    def _seen(self, normal: TrialPlan, probes: Sequence[int], logs: str) -> Tools:
        found = Tools()
        for probe in probes_of(normal.plan, probes):
            started = self._hiding.started(normal.readers.get(probe.id, ""))
            log = lines_of(os.path.join(logs, probe.id))
            found |= self._observer.tools_of(probe.check, log, started)
        return found

    def _questions(
        self, board: Board, names: Iterable[str], environ: Mapping[str, str]
    ) -> list[TrialPlan]:
        asked: dict[str, dict[str, Criterion]] = {}
        for name in names:
            questions = self._hiding.read(self._criteria[name], board.workdir)
            for label, criterion in questions.items():
                asked.setdefault(label, {})[name] = criterion
        return [self._part(board, each, label, environ) for label, each in asked.items()]

    def _controls(self, names: Iterable[str]) -> list[TrialPlan]:
        samples: dict[str, tuple[Control, dict[str, str], dict[str, Criterion]]] = {}
        for name in names:
            criterion = self._criteria[name]
            control = control_of(criterion)
            if control is not None and criterion.check is not None:
                settings = settings_of(criterion, control, self._board.workdir)
                sample = f"{criterion.check.name} {sorted(settings.items())}"
                _, _, criteria = samples.setdefault(sample, (control, settings, {}))
                criteria[name] = controlled(criterion, control)
        parts = []
        for number, (control, settings, criteria) in enumerate(samples.values()):
            folder = self._folder(f"control-{number}")
            write_control(folder, control, copies(control, criteria.values()), settings)
            installed = os.path.join(self._place.workdir, ".venv")
            if os.path.isdir(installed):
                os.symlink(installed, os.path.join(folder, ".venv"))
            board = msgspec.structs.replace(self._board, workdir=folder)
            environ = self._options.environ
            parts.append(self._part(board, criteria, World.CONTROL.value, environ))
        return parts

    # --- broken worlds ----------------------------------------------------------------------------

    def _try(self, tools: Mapping[str, Tools], run: TrialRunner) -> None:
        parts = []
        for together, names in grouped(tools):
            parts.append(self._broken(World.ABSENT, together, names))
            parts.append(self._broken(World.FAILING, together, names))
            telling = [name for name in names if not reads_status_alone(self._criteria[name])]
            if telling:
                parts.append(self._broken(World.SILENT, together, telling))
        if bare := [name for name, found in tools.items() if not found.taken]:
            parts += [self._hollow(bare), *self._unreachable(bare)]
        if parts:
            self._run(parts, run)

    def _broken(self, world: World, tools: Tools, names: Iterable[str]) -> TrialPlan:
        board, environ = self._copy(world, tools.taken)
        return self._once(board, names, world, environ)

    def _hollow(self, names: Iterable[str]) -> TrialPlan:
        folder = self._new(World.HOLLOW)
        stand_ins = StandIns(f"{folder}-programs", World.HOLLOW)
        moved = self.original.hollow(folder, stand_ins.fill)
        environ = stand_ins.environment(self._options.environ, self._place, moved)
        board = msgspec.structs.replace(self._board, workdir=moved.workdir)
        return self._once(board, names, World.HOLLOW, environ)

    def _unreachable(self, names: Iterable[str]) -> list[TrialPlan]:
        """Return the healthy copy for criteria that ask a service, with no service answering."""
        board, environ = self._healthy
        own = criteria_of(board)
        criteria = {name: alone for name in names if (alone := without_services(once(own[name])))}
        return [self._part(board, criteria, World.UNREACHABLE.value, environ)] if criteria else []

    # --- what worlds have in common ---------------------------------------------------------------

    def _once(
        self, board: Board, names: Iterable[str], world: World, environ: Mapping[str, str]
    ) -> TrialPlan:
        own = criteria_of(board)
        return self._part(board, {name: once(own[name]) for name in names}, world.value, environ)

    def _part(
        self,
        board: Board,
        criteria: Mapping[str, Criterion],
        label: str,
        environ: Mapping[str, str],
        logs: str = "",
    ) -> TrialPlan:
        return part(board, criteria, label, environ, timeout=self._options.timeout, logs=logs)

    def _copy(self, world: World, taken: Collection[str] = ()) -> tuple[Board, dict[str, str]]:
        """Create a new world; return the board as it is there, and the environment."""
        folder = self._new(world)
        stand_ins = StandIns(f"{folder}-programs", world, taken)
        moved = self.original.copy(folder, stand_ins.fill)
        environ = stand_ins.environment(self._options.environ, self._place, moved)
        project = None if self._options.project is None else moved.workdir
        profile = self._options.profile
        board = load_board(moved.board, profile=profile, environ=environ, project=project)
        return self._moved(board, moved), environ

    def _moved(self, board: Board, moved: ProjectPlace) -> Board:
        """Return the board with its probes in a copy, even where a command names the project."""
        tasks = tuple(
            msgspec.structs.replace(
                task, criteria=tuple(self._redirected(one, moved) for one in task.criteria)
            )
            for task in board.tasks
        )
        return msgspec.structs.replace(board, workdir=moved.workdir, tasks=tasks)

    def _redirected(self, criterion: Criterion, moved: ProjectPlace) -> Criterion:
        check = criterion.check
        if check is None or check.name or self._place.root not in check.run:
            return criterion
        command = self._place.translate(check.run, moved.root)
        check = msgspec.structs.replace(check, run=command)
        return msgspec.structs.replace(criterion, check=check)

    def _new(self, world: World) -> str:
        self._worlds += 1
        return self._folder(f"{world.value}-{self._worlds}")

    def _folder(self, name: str) -> str:
        return os.path.join(self._options.scratch, name)

    def _run(self, parts: Sequence[TrialPlan], run: TrialRunner) -> None:
        document = run(joined(self._board, parts))
        self._records.update({record.id: record for record in document.criteria()})
        self._hiding.learn(self._records, document.findings)
        self._interrupted = document.interrupted


def grouped(tools: Mapping[str, Tools]) -> list[tuple[Tools, list[str]]]:
    """Group the criteria that can share a world, with the tools that it takes from all of them."""
    groups: list[tuple[Tools, list[str]]] = []
    for name, own in tools.items():
        if not own.taken:
            continue
        for place, (together, names) in enumerate(groups):
            if own.fits(together):
                groups[place] = (own | together, [*names, name])
                break
        else:
            groups.append((own, [name]))
    return groups
