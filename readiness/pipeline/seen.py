"""Which commands of a board were seen to fail, and trials of those that were not."""

import os
import re
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final

import msgspec

from readiness.builtin import builtin_checks
from readiness.history.store import History
from readiness.model.board import Board, Criterion
from readiness.model.digests import digest
from readiness.model.errors import NotWrittenError
from readiness.model.judgement import Trial, TrialOutcome
from readiness.model.plan import Planned
from readiness.model.settings import RunSettings
from readiness.model.words import Verdict
from readiness.pipeline.settle import Execution
from readiness.project.recipes import command_of, is_own, recipe_files
from readiness.record.criteria import digests_of
from readiness.record.values import timestamp
from readiness.terminal.ending import tell
from readiness.text.worded import worded

TABLE: Final = """create table if not exists recipes (
    recipe text primary key, run integer not null, seen blob not null
) without rowid"""
"""Created by the first run that tries anything."""

REMEMBERED: Final = 1000
"""Number of runs for which it is kept how a command that nobody runs any more was tried."""

_SHARE: Final = 0.1
"""Share of a run's time that its trials may take; what is left is tried in the next run."""
_LEAST_S: Final = 1.0
"""Seconds for each command that a short run gives to trials nevertheless."""
_TOGETHER: Final = 16
"""Number of commands that are tried at once, whatever that takes."""

_NAME: Final = re.compile(r"[A-Za-z][\w-]*")

UNKNOWN: Final = Trial(outcome=TrialOutcome.UNKNOWN)


class PastTrial(msgspec.Struct, frozen=True):
    """How a recipe was tried, or failed, in a run that started `at`; what it `printed` then."""

    trial: Trial
    at: str
    printed: tuple[str, ...] = ()

    def holds(self, printed: tuple[str, ...], *, insists: bool) -> bool:
        """Return whether it need not be tried again: it failed once, or all is as it was."""
        outcome = self.trial.outcome
        if outcome is TrialOutcome.MISSING or (insists and outcome is TrialOutcome.ACTS):
            return False
        return self.trial.outcome is TrialOutcome.SEEN or printed == self.printed


class Recipes:
    """What is known of the commands of a board, and what this run adds to it.

    `signal` is the number of one that ended the trials.
    """

    def __init__(self, board: Board, history: History | None, settings: RunSettings) -> None:
        self._board = board
        self._history = history
        self._settings = settings
        self._new: dict[str, PastTrial] = {}
        self._used: list[str] = []
        self._files: dict[object, dict[str, bytes]] = {}
        self.signal: int | None = None

    def tried(self, execution: Execution) -> dict[str, Trial]:
        """Return how the commands did that passed in this run; tries those that are unknown."""
        readings, at = execution.readings, timestamp(execution.start.at)
        recipes: dict[str, str] = {}
        passed: dict[str, Planned] = {}
        texts: dict[str, bytes] = {}
        for planned in execution.left.planned:
            name, verdict = planned.criterion.id, readings.judge(planned).verdict
            if planned.probes and is_tried(planned.criterion) and verdict.measured:
                files = self._files_of(planned.criterion)
                recipes[name] = recipe_of(planned.criterion, files)
                if verdict.good:
                    passed[name] = planned
                    texts[name] = b"\n".join(files.values())
                elif verdict is Verdict.FAIL:
                    self._new[recipes[name]] = PastTrial(Trial(outcome=TrialOutcome.SEEN), at)
        if not passed:
            return {}
        known = past_trials(self._history, (recipes[name] for name in passed))
        self._used = list(known)
        printed = {
            name: _printed(execution, planned, self._board.workdir)
            for name, planned in passed.items()
        }
        trials = {
            name: memory.trial
            for name in passed
            if (memory := known.get(recipes[name]))
            and memory.holds(printed[name], insists=passed[name].criterion.insists)
        }
        unknown = [
            planned
            for name, planned in passed.items()
            if name not in trials and planned.criterion.trial
        ]
        acting = [planned for planned in unknown if _acts(planned.criterion)]
        outcomes = {one.criterion.id: Trial(outcome=TrialOutcome.ACTS) for one in acting}
        if unknown:
            outcomes |= self._try(execution, [one for one in unknown if one not in acting], printed)
            self._new |= {
                recipes[name]: PastTrial(trial, at, printed[name])
                for name, trial in outcomes.items()
            }
            trials |= outcomes
        if self._board.require_proof:
            for name in passed:
                if trials.get(name, UNKNOWN).outcome in (TrialOutcome.UNKNOWN, TrialOutcome.ACTS):
                    trials[name] = Trial(outcome=TrialOutcome.UNSEEN)
        idle = self._idle(execution, passed, texts).items()
        failing = {name for name, one in trials.items() if one.outcome.cannot_fail}
        worse = {name: one for name, one in idle if one.outcome.cannot_fail or name not in failing}
        return trials | worse

    def _files_of(self, criterion: Criterion) -> dict[str, bytes]:
        """Return the files that say what a command does, which several criteria may share."""
        command = command_of(criterion)
        if command not in self._files:
            self._files[command] = recipe_files(criterion, self._board.workdir)
        return self._files[command]

    def learn(self, criterion: Criterion, memory: PastTrial) -> None:
        """Add how a command was tried elsewhere."""
        self._new[recipe_of(criterion, recipe_files(criterion, self._board.workdir))] = memory

    def keep(self, connection: sqlite3.Connection, run: int) -> None:
        """Store what this run saw, and forget what no run used for long."""
        if not self._new and not self._used:
            return
        connection.execute(TABLE)
        connection.executemany(
            "insert or replace into recipes values (?, ?, ?)",
            [(recipe, run, msgspec.json.encode(memory)) for recipe, memory in self._new.items()],
        )
        connection.executemany(
            "update recipes set run = ? where recipe = ?",
            [(run, recipe) for recipe in self._used if recipe not in self._new],
        )
        connection.execute("delete from recipes where run < ?", (run - REMEMBERED,))

    def _idle(
        self, execution: Execution, passed: Mapping[str, Planned], texts: Mapping[str, bytes]
    ) -> dict[str, Trial]:
        """Return the commands one of whose tools says that it had nothing to do."""
        from readiness.load.catalogue import Catalogue
        from readiness.text.tables import read_table

        catalogue = Catalogue(self._board.catalogues)
        table = read_table(os.path.join(builtin_checks(), "idle.toml"))
        signs = [(*key.split(" "), pattern) for key, pattern in table]
        outcomes = {}
        for name, planned in passed.items():
            if not planned.criterion.is_by_status or planned.criterion.check is None:
                continue
            text = f"{planned.criterion.check.run}\n{texts[name].decode(errors='replace')}"
            words = {*_NAME.findall(text)}
            checks = map(catalogue.find, sorted(words.intersection(catalogue.names())))
            own = [("nothing", one.name, one.idle) for one in checks if one and one.idle]
            probes = map(execution.readings.record, planned.probes)
            streams = [stream for probe in probes for stream in (probe.stdout, probe.stderr)]
            printed = [f"{stream.head}\n{stream.tail}" for stream in streams if stream.bytes]
            for kind, tool, pattern in (*signs, *own):
                searched = printed if tool in words else []
                if kind == TrialOutcome.SILENT:
                    searched = [] if printed else [text]
                for one in searched:
                    if match := re.search(pattern, one, re.MULTILINE):
                        line = match[0].rpartition("\n")[2].strip("= ")
                        outcome = TrialOutcome(kind)
                        outcomes[name] = Trial(outcome=outcome, programs=(tool,), line=line)
        return outcomes

    def _try(
        self,
        execution: Execution,
        untried: Sequence[Planned],
        printed: Mapping[str, tuple[str, ...]],
    ) -> dict[str, Trial]:
        from readiness.pipeline.measured import running
        from readiness.project.room import room_in_memory
        from readiness.prove.rounds import Rounds
        from readiness.prove.trial import Trials
        from readiness.prove.trials import passed
        from readiness.prove.worlds import Worlds
        from readiness.walls import find_wall

        if not untried:
            return {}
        if find_wall(os.environ) is None:
            tell(worded("trial.no_wall", count=len(untried)))
            return {}
        if not self._settings.quiet:
            tell(worded("trial.trying", count=len(untried)))
        folder = room_in_memory(execution.scratch, os.environ)
        if not folder:
            folder = os.path.join(execution.scratch, "trials")
            os.mkdir(folder)
        record = execution.readings.record
        subjects = [
            passed(
                planned.criterion,
                list(map(record, planned.probes)),
                printed[planned.criterion.id],
            )
            for planned in untried
        ]
        subjects.sort(key=lambda one: one.duration_s)
        worlds = Worlds(self._board, os.environ, folder)
        run = running(msgspec.structs.replace(self._settings, quiet=True, timeout=None))
        rounds = Rounds(self._board, worlds, scratch=folder, run=run)
        share = _SHARE * (time.time() - execution.start.at)
        over_at = time.monotonic() + max(share, _LEAST_S * len(subjects))
        outcomes: dict[str, Trial] = {}
        with suppress(OSError):  # no room for copies: nothing more is known
            copy = rounds.with_leaves("copy")
            while subjects and rounds.signal is None:
                outcomes |= Trials(rounds, copy, subjects[:_TOGETHER]).outcomes()
                del subjects[:_TOGETHER]
                if subjects and time.monotonic() > over_at and not self._board.require_proof:
                    tell(worded("trial.left", count=len(subjects)))
                    break
        self.signal = rounds.signal
        return outcomes


def remember(settings: RunSettings, board: Board, trials: Mapping[str, Trial], at: str) -> None:
    """Keep which commands a proof saw fail, in a history that is there and can be written."""
    from readiness.pipeline.past import past_of

    recipes = Recipes(board, None, settings)
    for criterion in board.criteria():
        trial = trials.get(criterion.id)
        if trial and trial.outcome is TrialOutcome.SEEN and is_tried(criterion):
            recipes.learn(criterion, PastTrial(trial, at))
    with past_of(settings, board) as history, suppress(NotWrittenError):
        if history is not None and os.path.exists(history.path):
            history.keep(recipes.keep)


def past_trials(history: History | None, recipes: Iterable[str]) -> dict[str, PastTrial]:
    """Return what the history knows of some recipes."""
    if history is None:
        return {}
    try:
        return history.recipes(recipes, PastTrial)
    except NotWrittenError:  # told already, when the last run was asked for
        return {}


def is_tried(criterion: Criterion) -> bool:
    """Return whether a trial may say something: not of what reads another check's results."""
    check = criterion.check
    return check is not None and not criterion.unset and not check.after and is_own(check)


def _acts(criterion: Criterion) -> bool:
    """Return whether a command says that it is meant to act, and nobody insists."""
    effects = (given.get("effects") for given in (criterion.params, *criterion.matrix))
    return not criterion.insists and "allowed" in effects


def recipe_of(criterion: Criterion, files: Mapping[str, bytes]) -> str:
    """Return the digest of a command and of the files that say what it does."""
    check = criterion.check
    assert check is not None  # noqa: S101 - it was run
    asked = msgspec.json.encode(
        (check.run, check.exit_ok, check.proof, check.reject, criterion.measure, criterion.expect,
         criterion.workdirs, criterion.params, criterion.matrix)
    )  # fmt: skip
    parts = [digest(asked), *map(digest, files.values())]
    return digest("\n".join(parts).encode())


def _printed(execution: Execution, planned: Planned, workdir: str) -> tuple[str, ...]:
    return digests_of(map(execution.readings.record, planned.probes), workdir)
