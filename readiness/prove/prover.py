"""The plot of a proof: run the criteria in a healthy copy, then try them in broken ones."""

import os
from collections.abc import Collection, Iterable, Mapping

import msgspec

from readiness.model.board import Board, Control, Criterion
from readiness.model.judgement import Trial
from readiness.project.recipes import is_own
from readiness.prove.document import ProofRecord, World
from readiness.prove.leaves import Leaf, leaf_of
from readiness.prove.rounds import Rounds, Tried, printed
from readiness.prove.trial import Trials
from readiness.prove.trials import (
    BETWEEN,
    Passed,
    TrialPlan,
    TrialRunner,
    control_of,
    controlled,
    copies,
    installed_for,
    joined,
    passed,
    reads_status_alone,
    settings_of,
    watched,
    write_control,
)
from readiness.prove.verdicts import proof
from readiness.prove.worlds import Copied, Worlds
from readiness.record.document import CriterionRecord

_NOT_FOUND = 127
"""The status with which a shell says that there is no such program."""


class Prover:
    """Tries criteria of a board in `worlds`, by their ids; `scratch` is an empty folder.

    `run` runs a plan to its end. `failed` are those that failed in the project's last run.
    `timeout` in seconds replaces all limits of probes. `trials` has what became of the commands of
    the project.
    """

    def __init__(
        self,
        board: Board,
        chosen: Collection[str],
        *,
        environ: Mapping[str, str],
        scratch: str,
        run: TrialRunner,
        timeout: float | None,
        failed: Collection[str] = (),
    ) -> None:
        self._board = board
        self._failed = frozenset(failed)
        self._criteria = {one.id: one for one in board.criteria() if one.id in chosen}
        self._environ = environ
        self._run = run
        self._scratch = scratch
        self._timeout = timeout
        self.worlds = Worlds(board, environ, scratch)
        self._rounds = Rounds(board, self.worlds, scratch=scratch, run=run, timeout=timeout)
        self._records: dict[World, dict[str, CriterionRecord]] = {}
        self.trials: dict[str, Trial] = {}

    def prove(self) -> list[ProofRecord]:
        """Try every criterion; nothing more is run after an interrupted run."""
        runnable = [
            name
            for name, criterion in self._criteria.items()
            if criterion.check is not None and not criterion.unset
        ]
        tried: dict[str, Tried] = {}
        subjects = self._as_they_are(runnable) if self._rounds.wall else []
        if subjects:
            tried = self._with_leaves(subjects)
            self._without_services([one for one in subjects if one.criterion.id not in tried])
        return [
            proof(
                criterion,
                {world: own[name] for world, own in self._records.items() if name in own},
                tried.get(name),
                self.trials.get(name),
                failed_before=name in self._failed,
                is_held=self._rounds.wall is not None,
            )
            for name, criterion in self._criteria.items()
        ]

    # --- the healthy world ------------------------------------------------------------------------

    def _as_they_are(self, names: Iterable[str]) -> list[Passed]:
        """Run the criteria as they are, and their controls; return nothing where that was ended."""
        self._healthy = self.worlds.make("healthy")
        criteria = self._healthy.criteria(names, watched)
        normal = self._healthy.part(criteria, World.NORMAL, timeout=self._timeout)
        document = self._run(joined(self._board, [normal, *self._controls(names)]))
        probes = {probe.id: probe for probe in document.probes}
        for record in document.criteria():
            name, _, world = record.id.partition(BETWEEN)
            self._records.setdefault(World(world), {})[name] = record
        if document.interrupted:
            return []
        return [
            passed(
                self._criteria[name],
                [probes[each] for each in record.probes],
                printed(record, probes, self._healthy.board.workdir),
            )
            for name, record in self._records.get(World.NORMAL, {}).items()
        ]

    def _controls(self, names: Iterable[str]) -> list[TrialPlan]:
        samples: dict[str, tuple[Control, dict[str, str], list[str], dict[str, Criterion]]] = {}
        for name in names:
            criterion = self._criteria[name]
            control = control_of(criterion)
            if control is not None and criterion.check is not None:
                settings = settings_of(criterion, control, self._board.workdir)
                installed = installed_for(criterion, self._board)
                sample = f"{criterion.check.name} {installed} {sorted(settings.items())}"
                made = samples.setdefault(sample, (control, settings, installed, {}))
                made[-1][name] = controlled(criterion, control)
        parts = []
        for number, (control, settings, installed, criteria) in enumerate(samples.values()):
            folder = self._rounds.folder(f"control-{number}")
            write_control(folder, control, copies(control, criteria.values()), settings)
            for name, path in {os.path.basename(path): path for path in installed[::-1]}.items():
                os.symlink(path, os.path.join(folder, name))
            # Of a workspace, some are installed above.
            programs = [f"{path}/.bin" for path in installed if path.endswith("node_modules")]
            path = os.pathsep.join([*programs, self._environ.get("PATH", os.defpath)])
            board = msgspec.structs.replace(self._board, workdir=folder)
            copied = Copied(folder, board, {**self._environ, "PATH": path})
            parts.append(copied.part(criteria, World.CONTROL, timeout=self._timeout))
        return parts

    # --- broken worlds ----------------------------------------------------------------------------

    def _with_leaves(self, subjects: list[Passed]) -> dict[str, Tried]:
        """Try the criteria where their leaves fail, say nothing, or are not there."""
        copy = self._rounds.with_leaves("leaves")
        own = [one for one in subjects if one.criterion.check and is_own(one.criterion.check)]
        trials = Trials(self._rounds, copy, own)
        self.trials = trials.outcomes()
        others = [one.criterion.id for one in subjects if one not in own]
        tried = trials.failed | self._rounds.where_leaves_fail(copy, others)
        self._records[World.FAILING] = {name: one.record for name, one in tried.items()}
        self._records[World.HOLLOW] = trials.emptied
        speaking = {
            name: one for name, one in tried.items() if not reads_status_alone(self._criteria[name])
        }
        silent = self._rounds.again(copy, speaking, status=0, words=False)
        self._records[World.SILENT] = silent.records
        absent = {name: one for name, one in tried.items() if any(map(_is_tool, one.leaves))}
        if absent:
            without = self._rounds.with_leaves("without-tools", tools=False)
            gone = self._rounds.again(without, absent, status=_NOT_FOUND, words=False)
            self._records[World.ABSENT] = gone.records
        return tried

    def _without_services(self, bare: Iterable[Passed]) -> None:
        """Try criteria of services where none answers, and those of checks in an empty project."""
        names = [one.criterion.id for one in bare]
        checks = [name for name in names if name not in self._records[World.HOLLOW]]
        if checks:
            hollow = self.worlds.make("hollow", hollow=True)
            emptied = self._rounds.perform(hollow, hollow.criteria(checks), network=True)
            self._records[World.HOLLOW] |= emptied.records
        alone = self._healthy.criteria(names)
        unreachable = self._rounds.perform(self._healthy, alone).records
        asking = {name: one for name, one in unreachable.items() if not one.verdict.good}
        self._records[World.UNREACHABLE] = asking


def _is_tool(leaf: str) -> bool:
    return leaf_of(leaf) is Leaf.TOOL
