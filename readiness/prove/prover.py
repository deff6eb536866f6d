"""The plot of a proof: watch the criteria in a healthy copy, then try them in broken ones."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from readiness.model.board import Board, Check, Control, Criterion
from readiness.model.errors import NotWrittenError
from readiness.prove.addresses import without_services
from readiness.prove.document import ProofRecord
from readiness.prove.observed import ToolFinder, Tools, lines_of
from readiness.prove.standins import World
from readiness.prove.trials import (
    BETWEEN,
    TrialPlan,
    TrialRunner,
    control_of,
    controlled,
    copies,
    joined,
    once,
    probes_of,
    reads_status_alone,
    settings_of,
    watched,
    write_control,
)
from readiness.prove.verdicts import proof
from readiness.prove.worlds import Copied, Worlds
from readiness.record.document import CriterionRecord


class Prover:
    """Tries criteria of a board in `worlds`. `catalogue` has all checks that are known."""

    def __init__(
        self,
        board: Board,
        chosen: Collection[str],
        catalogue: Mapping[str, Check],
        *,
        environ: Mapping[str, str],
        scratch: str,
        timeout: float | None,
    ) -> None:
        """Choose criteria by their ids; `scratch` is an empty folder.

        `timeout` in seconds replaces all limits of probes.
        """
        self._board = board
        self._criteria = {one.id: one for one in board.criteria() if one.id in chosen}
        self._observer = ToolFinder(catalogue.values())
        self._environ = environ
        self._scratch = scratch
        self._timeout = timeout
        self.worlds = Worlds(board, environ, scratch)
        self._records: dict[str, CriterionRecord] = {}
        self._interrupted = False
        self._copies = 0

    def prove(self, run: TrialRunner) -> list[ProofRecord]:
        """Try every criterion; `run` is called twice at most, and not after an interrupted run."""
        runnable = [
            name
            for name, criterion in self._criteria.items()
            if criterion.check is not None and not criterion.unset
        ]
        tools = self._watch(runnable, run)
        if not self._interrupted:
            self._try(tools, run)
        return [
            proof(criterion, self._records, tools.get(name, Tools()))
            for name, criterion in self._criteria.items()
        ]

    # --- the healthy world ------------------------------------------------------------------------

    def _watch(self, names: Sequence[str], run: TrialRunner) -> dict[str, Tools]:
        """Run the criteria as they are, and their controls."""
        self._healthy = self._copy(World.NORMAL)
        logs = self._folder("logs")
        os.mkdir(logs)
        criteria = {name: watched(one) for name, one in self._healthy.criteria(names).items()}
        world = World.NORMAL.value
        normal = self._healthy.part(criteria, world, timeout=self._timeout, logs=logs)
        self._run([normal, *self._controls(names)], run)
        if not os.path.isdir(logs):
            raise NotWrittenError(f"{logs}: somebody removed it while it was in use")
        return {
            planned.criterion.id.partition(BETWEEN)[0]: self._seen(normal, planned.probes, logs)
            for planned in normal.plan.planned
        }

    def _seen(self, normal: TrialPlan, probes: Sequence[int], logs: str) -> Tools:
        tools = Tools()
        for probe in probes_of(normal.plan, probes):
            log = lines_of(os.path.join(logs, probe.id))
            tools |= self._observer.tools_of(probe.check, log)
        return tools

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
            installed = os.path.join(self._board.workdir, ".venv")
            if os.path.isdir(installed):
                os.symlink(installed, os.path.join(folder, ".venv"))
            board = msgspec.structs.replace(self._board, workdir=folder)
            copied = Copied(folder, board, self._environ)
            parts.append(copied.part(criteria, World.CONTROL.value, timeout=self._timeout))
        return parts

    # --- broken worlds ----------------------------------------------------------------------------

    def _try(self, tools: Mapping[str, Tools], run: TrialRunner) -> None:
        parts = []
        for together, names in grouped(tools):
            parts.append(self._broken(World.ABSENT, names, together.taken))
            parts.append(self._broken(World.FAILING, names, together.taken))
            telling = [name for name in names if not reads_status_alone(self._criteria[name])]
            if telling:
                parts.append(self._broken(World.SILENT, telling, together.taken))
        if bare := [name for name, own in tools.items() if not own.taken]:
            parts += [self._broken(World.HOLLOW, bare), *self._unreachable(bare)]
        if parts:
            self._run(parts, run)

    def _broken(self, world: World, names: Iterable[str], taken: Collection[str] = ()) -> TrialPlan:
        copied = self._copy(world, taken)
        criteria = {name: once(one) for name, one in copied.criteria(names).items()}
        return copied.part(criteria, world.value, timeout=self._timeout)

    def _unreachable(self, names: Iterable[str]) -> list[TrialPlan]:
        """Return the healthy copy for criteria that ask a service, with no service answering."""
        criteria = {
            name: alone
            for name, one in self._healthy.criteria(names).items()
            if (alone := without_services(once(one)))
        }
        world = World.UNREACHABLE.value
        return [self._healthy.part(criteria, world, timeout=self._timeout)] if criteria else []

    # --- what worlds have in common ---------------------------------------------------------------

    def _copy(self, world: World, taken: Collection[str] = ()) -> Copied:
        self._copies += 1
        return self.worlds.make(f"{world.value}-{self._copies}", world=world, taken=taken)

    def _folder(self, name: str) -> str:
        return os.path.join(self._scratch, name)

    def _run(self, parts: Sequence[TrialPlan], run: TrialRunner) -> None:
        document = run(joined(self._board, parts))
        self._records.update({record.id: record for record in document.criteria()})
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
