"""Whether a command that passes can fail: it is tried where its programs fail, or look at nothing.

Rounds go from the tools that a command starts to whatever it starts, until something is a leaf. A
command that still passes is asked where its leaves succeed, and where the project is gone.
"""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Final, TypeAlias

import msgspec

from readiness.model.board import Board, Criterion
from readiness.model.errors import ExitStatus
from readiness.model.judgement import Trial, TrialOutcome
from readiness.model.words import ReasonCode
from readiness.project.git import GitError, ask
from readiness.prove.addresses import NOBODY
from readiness.prove.asking import WORD, failing_status, remedies, with_remedy, words_of
from readiness.prove.copying import programs_on
from readiness.prove.leaves import (
    LEAVES,
    MISSING,
    NOT_FOUND,
    REAL,
    ROOT,
    STATUS,
    WORDS,
    Leaf,
    Leaves,
    leaf_of,
)
from readiness.prove.observed import lines_of
from readiness.prove.standins import StandIns, World
from readiness.prove.trials import TrialPlan, TrialRunner, joined, once, renamed
from readiness.prove.worlds import Copied, Worlds
from readiness.record.criteria import digests_of
from readiness.record.document import CriterionRecord
from readiness.shell.programs import SHELLS

_SHORTEST_LIMIT_S: Final = 3.0
_QUICK_S: Final = 10.0
"""Up to this duration what an interpreter starts is looked at, by running it once more."""

_OTHER_STATUS: Final = 99
"""A status that no tool answers with."""

_ROUNDS: Final = (Leaf.TOOL, Leaf.TOOL + Leaf.READER, "".join(Leaf))
_ELSEWHERE: Final = re.compile(r"(?:^|[\s\"'=<>(:])[/~]|\$[A-Za-z_{]")
"""What may lead a command out of its project: a path from the root or from home, a variable."""


_OFFLINE: Final = {
    **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), f"http://{NOBODY}"),
    "no_proxy": "localhost,127.0.0.1,::1",
    "npm_config_offline": "true",
    "npm_config_fetch_retries": "0",
    "PIP_NO_INDEX": "1",
    "UV_OFFLINE": "1",
    "UV_NO_SYNC": "1",
    "GIT_ALLOW_PROTOCOL": "none",
}
"""What keeps programs that are not leaves from the network, and from installing anything."""


_Tried: TypeAlias = dict[str, tuple[str, tuple[str, ...]]]
"""By criterion, the letters of what counted for a leaf, and the leaves that it started."""


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion that passed: how long its probes took, and the digests of what they printed."""

    criterion: Criterion
    duration_s: float
    printed: tuple[str, ...]


class Trials:
    """The trials of criteria that passed in one run of `board`.

    `scratch` is an empty folder; `run` runs a plan to its end. `signal` is the number of one that
    ended it early.
    """

    def __init__(
        self,
        board: Board,
        passed: Iterable[Passed],
        *,
        environ: Mapping[str, str],
        scratch: str,
        run: TrialRunner,
    ) -> None:
        self._passed = {one.criterion.id: one for one in passed}
        self._worlds = Worlds(board, environ, scratch)
        self._board = board
        self._scratch = scratch
        self._path = environ.get("PATH", os.defpath).split(os.pathsep)
        self._run = run
        self._rounds = 0
        self.signal: int | None = None

    def outcomes(self) -> dict[str, Trial]:
        """Return what became of each criterion, by id; nothing of those that an end cut off."""
        copy = self._worlds.make_with(Leaves(self._folder("programs")), "copy")
        good, bad, outcomes = self._with_leaves(copy)
        outcomes |= {
            name: Trial(outcome=TrialOutcome.SEEN, programs=leaves)
            for name, (_, leaves) in bad.items()
        }
        readers = [name for name, (letters, _) in bad.items() if letters == _ROUNDS[1]]
        self._tried(copy, readers, _ROUNDS[1], status=0)
        outcomes |= self._not_started(readers)
        outcomes |= self._by_another_status(copy, good)
        bare = [name for name in self._passed if name not in outcomes and name not in good]
        return outcomes | self._asked(copy, good) | self._without_leaves(bare)

    def _by_another_status(self, copy: Copied, good: _Tried) -> dict[str, Trial]:
        """Move on the criteria that only take one failure for an answer: `lint || test $? = 1`."""
        outcomes = {}
        for letters in _ROUNDS:
            names = [name for name, (own, _) in good.items() if own == letters]
            for name, record in self._tried(copy, names, letters, status=_OTHER_STATUS).items():
                if not record.verdict.good:
                    _, leaves = good.pop(name)
                    outcomes[name] = Trial(outcome=TrialOutcome.SEEN, programs=leaves)
        return outcomes

    def _not_started(self, names: Iterable[str]) -> dict[str, Trial]:
        """Return the criteria that started tools in the last round, where there was work for them.

        In the project they started none.
        """
        tools = {
            name: tuple(line for line in self._leaves(name) if leaf_of(line) is Leaf.TOOL)
            for name in names
        }
        return {
            name: Trial(outcome=TrialOutcome.UNDONE, programs=own)
            for name, own in tools.items()
            if own
        }

    # --- with failing leaves ----------------------------------------------------------------------

    def _with_leaves(self, copy: Copied) -> tuple[_Tried, _Tried, dict[str, Trial]]:
        """Return the criteria that pass where their leaves fail, that do not, and that lack one."""
        good: _Tried = {}
        bad: _Tried = {}
        absent: dict[str, Trial] = {}
        waiting: dict[str, str] = dict.fromkeys(self._passed, _ROUNDS[0])
        for letters in _ROUNDS:
            names = [name for name, own in waiting.items() if own == letters]
            for name, record in self._tried(copy, names, letters).items():
                missing = [line[1:] for line in self._log(name) if line[:1] == MISSING]
                if missing:
                    del waiting[name]
                    absent[name] = Trial(outcome=TrialOutcome.MISSING, programs=tuple(missing))
                elif leaves := self._leaves(name):
                    del waiting[name]
                    (good if record.verdict.good else bad)[name] = letters, leaves
                else:
                    reads = REAL + Leaf.READER in self._log(name)
                    waiting[name] = _ROUNDS[1 if reads and letters == _ROUNDS[0] else 2]
        return good, bad, absent

    def _tried(
        self,
        copied: Copied,
        names: Iterable[str],
        letters: str,
        *,
        status: int | None = None,
        path: str = "",
    ) -> dict[str, CriterionRecord]:
        criteria = {name: once(one) for name, one in copied.criteria(names).items()}
        return self._perform(copied, criteria, letters, status=status, path=path)

    def _perform(
        self,
        copied: Copied,
        criteria: Mapping[str, Criterion],
        letters: str = "",
        *,
        status: int | None = None,
        path: str = "",
    ) -> dict[str, CriterionRecord]:
        if not criteria or self.signal is not None:
            return {}
        self._rounds += 1
        self._logs = self._folder(f"logs-{self._rounds}")
        os.mkdir(self._logs)
        part = copied.part(criteria, self._label, timeout=None, logs=self._logs)
        probes = []
        self._probes_of: dict[str, list[str]] = {}
        for probe in part.plan.probes:
            name = part.readers[probe.id]
            own = self._passed[name]
            self._probes_of.setdefault(name, []).append(probe.id)
            more = letters
            if letters and own.duration_s > _QUICK_S:
                more += Leaf.INTERPRETER
            ends = failing_status(criteria[name]) if status is None else status
            settings = {LEAVES: more, STATUS: str(ends), WORDS: words_of(probe.command)}
            settings |= {ROOT: copied.root, "TMPDIR": self._temporary}
            settings |= {"PATH": path} if path else {}
            environment = {**probe.env, **_OFFLINE, **NOT_FOUND, **settings}
            limit = min(probe.timeout, max(_SHORTEST_LIMIT_S, 2 * own.duration_s))
            probes.append(msgspec.structs.replace(probe, env=environment, timeout=limit))
        plan = msgspec.structs.replace(part.plan, probes=tuple(probes))
        whole = joined(self._board, [TrialPlan(board=part.board, plan=plan)])
        self._document = self._run(whole)
        if self._document.interrupted:
            self.signal = self._document.gate.exit_status - ExitStatus.SIGNAL
            return {}
        records = {record.id: record for record in self._document.criteria()}
        return {name: records[renamed(name, self._label)] for name in criteria}

    @property
    def _label(self) -> str:
        return f"trial-{self._rounds}"

    def _log(self, name: str) -> list[str]:
        files = (os.path.join(self._logs, probe) for probe in self._probes_of.get(name, ()))
        return [line for file in files for line in lines_of(file)]

    def _leaves(self, name: str) -> tuple[str, ...]:
        """Return the leaves of a criterion in the last round."""
        lines = (line for line in self._log(name) if line[:1] not in (REAL, MISSING))
        return tuple(dict.fromkeys(lines))

    # --- what passes nevertheless -----------------------------------------------------------------

    def _asked(self, copy: Copied, good: _Tried) -> dict[str, Trial]:
        """Return what becomes of criteria that pass where their leaves fail."""
        talking: dict[str, CriterionRecord] = {}
        for letters in _ROUNDS:
            names = [name for name, (own, _) in good.items() if own == letters]
            talking |= self._tried(copy, names, letters, status=0)
        outcomes = {}
        questions = []
        for name, record in talking.items():
            leaves = good[name][1]
            if record.verdict.good and self._passed[name].criterion.is_by_status:
                outcomes[name] = Trial(outcome=TrialOutcome.MASKED, programs=leaves)
            else:
                questions.append(name)
        blind = self._blind(questions)
        for name in questions:
            letters, leaves = good[name]
            if name in blind:
                outcomes[name] = Trial(outcome=TrialOutcome.BLIND, programs=leaves)
            else:
                outcomes[name] = Trial(
                    outcome=TrialOutcome.QUESTION,
                    programs=leaves,
                    remedy=self._remedy(copy, name, letters),
                )
        return outcomes

    def _blind(self, names: Sequence[str]) -> set[str]:
        """Return the criteria whose programs complain of the project as of an empty folder.

        They say something else where the files are that their commands name.
        """
        if not names:
            return set()
        empty = self._that_pass(self._tried(self._hollow(), names, ""))
        same = [
            name
            for name, printed in empty.items()
            if printed == self._passed[name].printed and any(printed)
        ]
        named = self._tried(self._named(same), same, "") if same else {}
        unmoved = self._that_pass(named)
        return {name for name in named if unmoved.get(name) != empty[name]}

    def _without_leaves(self, names: Sequence[str]) -> dict[str, Trial]:
        """Return what becomes of criteria that started no program at all."""
        if not names:
            return {}
        hollow = self._tried(self._hollow(), names, "")
        same = self._that_pass(hollow)
        bare = self._tried(self._hollow(), same, "", path=self._shells)
        passing = [name for name in same if name in bare and _still_passes(bare[name])]
        place = self._named(passing, Leaves(self._folder("programs-named")))
        named = self._tried(place, passing, _ROUNDS[0])
        undone = self._not_started(passing)
        outcomes = {}
        for name in hollow:
            outcome = TrialOutcome.SEEN
            if name in named and _still_passes(named[name]):
                outcome = TrialOutcome.HOLLOW
                if _ELSEWHERE.search(_command(self._passed[name].criterion)):
                    outcome = TrialOutcome.UNKNOWN
                elif same[name] == self._passed[name].printed:
                    outcome = TrialOutcome.IDLE
            outcomes[name] = Trial(outcome=outcome)
        return outcomes | undone

    def _that_pass(self, records: Mapping[str, CriterionRecord]) -> dict[str, tuple[str, ...]]:
        """Return the digests of what those criteria printed that passed in the last round."""
        probes = {probe.id: probe for probe in self._document.probes} if records else {}
        return {
            name: digests_of(map(probes.__getitem__, record.probes))
            for name, record in records.items()
            if record.verdict.good
        }

    @cached_property
    def _shells(self) -> str:
        """A folder for PATH that has shells alone."""
        folder = self._folder("shells")
        os.mkdir(folder)
        found = programs_on(self._path)
        for name in SHELLS & found.keys():
            os.symlink(found[name], os.path.join(folder, name))
        return folder

    @cached_property
    def _temporary(self) -> str:
        folder = self._folder("temporary")
        os.mkdir(folder)
        return folder

    @cached_property
    def _healthy(self) -> Copied:
        return self._worlds.make("healthy", world=World.CONTROL)

    def _hollow(self, stand_ins: StandIns | None = None) -> Copied:
        self._rounds += 1
        name = f"hollow-{self._rounds}"
        if stand_ins is None:
            return self._worlds.make(name, world=World.HOLLOW)
        return self._worlds.make_with(stand_ins, name, hollow=True)

    def _named(self, names: Iterable[str], stand_ins: StandIns | None = None) -> Copied:
        """Make a repository of files that commands name, with their words."""
        copied = self._hollow(stand_ins)
        folder = copied.board.workdir
        with suppress(GitError):
            ask(folder, "init", "--quiet")
        for name in names:
            words = WORD.findall(_command(self._passed[name].criterion))
            for word in sorted(words, key=len, reverse=True):
                path = os.path.normpath(os.path.join(folder, re.sub(r"[*?]", "x", word)))
                if word[0] not in "-/" and path.startswith(folder + os.sep):
                    _write_once(path, "\n".join(words) + "\n")
        return copied

    def _folder(self, name: str) -> str:
        return os.path.join(self._scratch, name)

    # --- remedies ---------------------------------------------------------------------------------

    def _remedy(self, copy: Copied, name: str, letters: str) -> tuple[str, ...]:
        """Return a command that asks the same, passes as it is, and fails where its leaves do."""
        for remedy in remedies(_command(self._passed[name].criterion)):
            if self._passes(self._healthy, name, remedy) and not self._passes(
                copy, name, remedy, letters
            ):
                return remedy
        return ()

    def _passes(
        self, copied: Copied, name: str, remedy: tuple[str, ...], letters: str = ""
    ) -> bool:
        criterion = once(with_remedy(copied.criteria([name])[name], remedy))
        records = self._perform(copied, {name: criterion}, letters)
        return all(record.verdict.good for record in records.values())


def _still_passes(record: CriterionRecord) -> bool:
    """Return whether a command passes on files of words, which say nothing as scripts."""
    return record.verdict.good or record.reason_code is ReasonCode.TOOL_MISSING


def _command(criterion: Criterion) -> str:
    return criterion.check.run if criterion.check else ""


def _write_once(path: str, text: str) -> None:
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except OSError:  # it is a folder, or below a file, by another word
        pass
