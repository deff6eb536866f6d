"""Which commands of a board were seen to fail, and trials of those that were not."""

import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from readiness.record.criteria import digests_of
from readiness.record.values import timestamp
from readiness.terminal.ending import tell
from readiness.text.worded import worded

_LARGEST_SCRIPT: Final = 2**20
_MOST_SCRIPTS: Final = 200
_WORD: Final = re.compile(rb"[\w.@%+,=/-]+")
_READ_BY: Final = {
    **dict.fromkeys((b"make", b"gmake"), b"Makefile"),
    **dict.fromkeys((b"npm", b"npx", b"pnpm", b"yarn", b"bun"), b"package.json"),
    b"just": b"justfile",
    b"task": b"Taskfile.yml",
}
"""Files that runners of commands read without being told to, by their names."""

TABLE: Final = """create table if not exists recipes (
    recipe text primary key, run integer not null, seen blob not null
) without rowid"""
"""Created by the first run that tries anything."""

REMEMBERED: Final = 1000
"""Number of runs for which it is kept how a command that nobody runs any more was tried."""


UNKNOWN: Final = Trial(outcome=TrialOutcome.UNKNOWN)


class PastTrial(msgspec.Struct, frozen=True):
    """How a recipe was tried, or failed, in a run that started `at`; what it `printed` then."""

    trial: Trial
    at: str
    printed: tuple[str, ...] = ()

    def holds(self, printed: tuple[str, ...]) -> bool:
        """Return whether it need not be tried again: it failed once, or all is as it was."""
        if self.trial.outcome is TrialOutcome.MISSING:
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
        self.signal: int | None = None

    def tried(self, execution: Execution) -> dict[str, Trial]:
        """Return how the commands did that passed in this run; tries those that are unknown."""
        readings, at = execution.readings, timestamp(execution.start.at)
        recipes: dict[str, str] = {}
        passed: dict[str, Planned] = {}
        for planned in execution.left.planned:
            name, verdict = planned.criterion.id, readings.judge(planned).verdict
            if planned.probes and is_own(planned.criterion) and verdict.measured:
                recipes[name] = recipe_of(planned.criterion, self._board.workdir)
                if verdict.good:
                    passed[name] = planned
                elif verdict is Verdict.FAIL:
                    self._new[recipes[name]] = PastTrial(Trial(outcome=TrialOutcome.SEEN), at)
        if not passed:
            return {}
        known = past_trials(self._history, (recipes[name] for name in passed))
        self._used = list(known)
        printed = {name: _printed(execution, planned) for name, planned in passed.items()}
        trials = {
            name: memory.trial
            for name in passed
            if (memory := known.get(recipes[name])) and memory.holds(printed[name])
        }
        unknown = [
            planned
            for name, planned in passed.items()
            if name not in trials and planned.criterion.trial
        ]
        if unknown:
            outcomes = self._try(execution, unknown, printed)
            self._new |= {
                recipes[name]: PastTrial(trial, at, printed[name])
                for name, trial in outcomes.items()
            }
            trials |= outcomes
        if self._board.require_proof:
            for name in passed:
                if trials.get(name, UNKNOWN).outcome is TrialOutcome.UNKNOWN:
                    trials[name] = Trial(outcome=TrialOutcome.UNSEEN)
        return trials

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

    def _try(
        self,
        execution: Execution,
        passed: Sequence[Planned],
        printed: Mapping[str, tuple[str, ...]],
    ) -> dict[str, Trial]:
        from readiness.pipeline.measured import running
        from readiness.prove.rounds import Rounds
        from readiness.prove.trial import Passed, Trials
        from readiness.prove.worlds import Worlds

        if not self._settings.quiet:
            tell(worded("trial.trying", count=len(passed)))
        folder = os.path.join(execution.scratch, "trials")
        os.mkdir(folder)
        record = execution.readings.record
        subjects = [
            Passed(
                criterion=planned.criterion,
                duration_s=max(record(index).duration_s for index in planned.probes),
                printed=printed[planned.criterion.id],
            )
            for planned in passed
        ]
        worlds = Worlds(self._board, os.environ, folder)
        run = running(msgspec.structs.replace(self._settings, quiet=True, timeout=None))
        rounds = Rounds(self._board, worlds, scratch=folder, run=run)
        try:
            outcomes = Trials(rounds, rounds.with_leaves("copy"), subjects).outcomes()
        except OSError:  # no room for copies: nothing is known
            return {}
        self.signal = rounds.signal
        return outcomes


def past_trials(history: History | None, recipes: Iterable[str]) -> dict[str, PastTrial]:
    """Return what the history knows of some recipes."""
    if history is None:
        return {}
    try:
        return history.recipes(recipes, PastTrial)
    except NotWrittenError:  # told already, when the last run was asked for
        return {}


def is_own(criterion: Criterion) -> bool:
    """Return whether the board or its catalogue says what to run.

    The checks that come with readiness were seen to fail when they were made: their outputs are
    recorded. What reads another check's results has nothing of its own that could fail.
    """
    check = criterion.check
    if check is None or criterion.unset or check.after:
        return False
    return not check.name or not check.folder.startswith(builtin_checks())


def recipe_of(criterion: Criterion, workdir: str) -> str:
    """Return the digest of a command, and of the project's files that it names, and that they do.

    What a runner of commands reads without being told counts as well.
    """
    check = criterion.check
    assert check is not None  # noqa: S101 - it was run
    asked = msgspec.json.encode(
        (check.run, check.exit_ok, check.proof, check.reject, criterion.measure, criterion.expect,
         criterion.workdirs)
    )  # fmt: skip
    folders = [os.path.join(workdir, folder) for folder in criterion.workdirs or ("",)]
    parts = [digest(asked)]
    parts += [digest(text) for folder in folders for text in _named_files(check.run, folder)]
    return digest("\n".join(parts).encode())


def _named_files(command: str, folder: str) -> Iterator[bytes]:
    """Yield the contents of the files below a folder that a command names, and that they name."""
    known: set[str] = set()
    texts = [command.encode(errors="surrogateescape")]
    while texts:
        for word in _WORD.findall(texts.pop()):
            path = os.path.normpath(os.path.join(folder, os.fsdecode(_READ_BY.get(word, word))))
            inside = path.startswith(os.path.join(folder, ""))
            if path in known or not inside or len(known) >= _MOST_SCRIPTS:
                continue
            if (text := _text_of(path)) is not None:
                known.add(path)
                texts.append(text)
                yield text


def _text_of(path: str) -> bytes | None:
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _LARGEST_SCRIPT:
            return None
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _printed(execution: Execution, planned: Planned) -> tuple[str, ...]:
    return digests_of(map(execution.readings.record, planned.probes))
