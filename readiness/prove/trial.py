"""Whether a command that passes can fail: it is tried where its programs fail, or look at nothing.

Rounds go from the tools that a command starts to whatever it starts, until something is a leaf. A
command that still passes is asked where its leaves succeed, and where the project is gone.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Final

from readiness.load.catalogue import Catalogue
from readiness.model.board import Criterion
from readiness.model.judgement import Trial, TrialOutcome
from readiness.model.words import ReasonCode, Verdict
from readiness.project.git import GitError, ask
from readiness.project.recipes import RUNNER_FILES, recipe_files
from readiness.prove.asking import WORD, remedies, with_remedy
from readiness.prove.copying import is_below, programs_on
from readiness.prove.leaves import Leaf, Leaves, is_idle, leaf_of
from readiness.prove.rounds import READERS, TOOLS, Round, Rounds, Tried, is_recipe
from readiness.prove.standins import StandIns
from readiness.prove.trials import Passed
from readiness.prove.worlds import Copied
from readiness.record.document import CriterionRecord
from readiness.shell.programs import HELPERS, SHELLS

_OTHER_STATUS: Final = 99
"""A status that no tool answers with."""

_ELSEWHERE: Final = re.compile(r"(?:^|[\s\"'=<>(:])(?:/(?!dev/null\b)|~)|\$[A-Za-z_{]")
"""What may lead a command out of its project: a path from the root or from home, a variable."""

_PROGRAM: Final = re.compile(r"[A-Za-z][\w+-]*(?:\.[\w+-]+)*")
"""A word that may be the name of a program."""

_RUNS_SCRIPT: Final = re.compile(r"\b(?:npm|pnpm|yarn|bun)\s(?:\S+\s)*?(?:run|test|start)\b")
_OF_SCRIPTS: Final = frozenset(("npm", "pnpm", "yarn", "bun", "env", "node"))
"""What a script of package.json is run by, which does no work itself then."""


class Trials:
    """The trials of criteria that passed in one run, each of which is tried in `rounds`.

    `copy` has stand-ins for leaves. `failed` says what became of criteria where their leaves
    failed, and `emptied` of those without any where the project was gone.
    """

    def __init__(self, rounds: Rounds, copy: Copied, passed: Iterable[Passed]) -> None:
        self._rounds = rounds
        self._copy = copy
        self._passed = {one.criterion.id: one for one in passed}
        rounds.durations = {name: one.duration_s for name, one in self._passed.items()}
        self.failed: dict[str, Tried] = {}
        self.emptied: dict[str, CriterionRecord] = {}

    def outcomes(self) -> dict[str, Trial]:
        """Return what became of each criterion, by id; nothing of those that an end cut off."""
        self.failed = self._rounds.where_leaves_fail(self._copy, self._passed)
        outcomes: dict[str, Trial] = {}
        good: dict[str, Tried] = {}
        readers: dict[str, Tried] = {}
        for name, tried in self.failed.items():
            if tried.missing:
                outcomes[name] = Trial(outcome=TrialOutcome.MISSING, programs=tried.missing)
            elif tried.record.verdict.good:
                good[name] = tried
            elif self._rounds.is_cut(name, tried.record):
                outcomes[name] = Trial(outcome=TrialOutcome.UNKNOWN)
            else:
                outcomes[name] = _seen(tried)
                if tried.letters == READERS:
                    readers[name] = tried
        outcomes |= self._idle(filter(self._did_nothing, self.failed))
        # In the project they started no tool: is there one where there is work, or something fails?
        outcomes |= self._not_started(self._talk(readers).leaves, readers)
        outcomes |= self._not_started(lambda name: readers[name].leaves, readers)
        outcomes |= self._unmeasured()
        outcomes |= self._ignored([name for name, one in outcomes.items() if _is_seen(one)])
        # The status 1 of a tool, which a recipe takes for an answer, is that of its findings.
        answers = {
            name: tried
            for name, tried in good.items()
            if tried.letters != TOOLS or not is_recipe(self._passed[name].criterion)
        }
        for name, record in self._rounds.again(
            self._copy, answers, status=_OTHER_STATUS, words=False
        ).records.items():
            if not record.verdict.good:  # it takes one failure for an answer: `lint || test $? = 1`
                outcomes[name] = _seen(good.pop(name))
        bare = [name for name in self._passed if name not in self.failed]
        return outcomes | self._asked(good) | self._without_leaves(bare)

    def _talk(self, tried: Mapping[str, Tried]) -> Round:
        return self._rounds.again(self._copy, tried, status=0, words=True)

    def _not_started(
        self, leaves: Callable[[str], Iterable[str]], names: Iterable[str]
    ) -> dict[str, Trial]:
        """Return those criteria that started tools in a round, where there was work for them.

        Of the project's own programs on PATH, nobody sees whether they were started before.
        """
        outcomes = {}
        for name in names:
            started = (line for line in leaves(name) if leaf_of(line) is Leaf.TOOL)
            if tools := tuple(tool for tool in started if tool not in self._own_programs):
                outcomes[name] = Trial(outcome=TrialOutcome.UNDONE, programs=tools)
        return outcomes

    @cached_property
    def _own_programs(self) -> dict[str, str]:
        folders = self._copy.environ["PATH"].split(os.pathsep)
        return programs_on(one for one in folders if is_below(one, self._copy.root))

    def _tried(
        self, copied: Copied, names: Iterable[str], letters: str = "", path: str = ""
    ) -> Round:
        return self._rounds.perform(copied, copied.criteria(names), letters, path=path)

    def _unmeasured(self) -> dict[str, Trial]:
        """Return the criteria that pass where their tools say what they said, and fail.

        Where these say nothing, it is an error that they left nothing to read, and no failure. A
        command that passes on their failure fails by it, and is not tried again.
        """
        due = [
            name
            for name, tried in self.failed.items()
            if tried.letters == TOOLS
            and tried.record.verdict is Verdict.ERROR
            and not tried.missing
            and _ends_by_status(self._passed[name].criterion)
        ]
        criteria = self._copy.criteria(due)
        says = {name: self._passed[name].output for name in due}
        part = self._rounds.perform(self._copy, criteria, TOOLS, says=says)
        return {
            name: Trial(outcome=TrialOutcome.MASKED, programs=part.leaves(name))
            for name in part.good()
        }

    def _ignored(self, names: Iterable[str]) -> dict[str, Trial]:
        """Return the criteria that pass where one of the tools fails by which checks measure.

        Another one's failure is theirs too, but not that one's. What is started only in its place
        is an answer to it.
        """
        measuring = set(Catalogue(self._rounds.catalogues).names())
        several = [
            name
            for name in names
            if self.failed[name].letters == TOOLS
            and _ends_by_status(self._passed[name].criterion)
            and measuring.intersection(_PROGRAM.findall(self._text(name)))
        ]
        criteria = self._copy.criteria(several)
        well = self._rounds.perform(self._copy, criteria, TOOLS, only=dict.fromkeys(several, ""))
        waiting = {
            name: [tool for tool in tools if tool.rpartition(" ")[2] in measuring]
            for name in well.good()
            if len(tools := well.leaves(name)) > 1
        }
        outcomes: dict[str, Trial] = {}
        while waiting := {name: tools for name, tools in waiting.items() if tools}:
            tried = {name: tools.pop() for name, tools in waiting.items()}
            due = {name: criteria[name] for name in tried}
            part = self._rounds.perform(self._copy, due, TOOLS, only=tried)
            for name in part.good():
                if not set(part.leaves(name)) - set(well.leaves(name)):
                    outcomes[name] = Trial(outcome=TrialOutcome.QUESTION, programs=(tried[name],))
        return outcomes

    def _text(self, name: str) -> str:
        """Return the command of a criterion, and what the files say that it names."""
        criterion = self._passed[name].criterion
        texts = recipe_files(criterion, self._rounds.workdir).values()
        return "\n".join([_command(criterion), *(text.decode(errors="replace") for text in texts)])

    # --- what passes nevertheless -----------------------------------------------------------------

    def _asked(self, good: Mapping[str, Tried]) -> dict[str, Trial]:
        """Return what becomes of criteria that pass where their leaves fail."""
        outcomes = {}
        questions = []
        for name, record in self._talk(good).records.items():
            if record.verdict.good and _ends_by_status(self._passed[name].criterion):
                outcomes[name] = Trial(outcome=TrialOutcome.MASKED, programs=good[name].leaves)
            else:
                questions.append(name)
        # `grep -q x a || test -s b` passes where its reader fails, and asks for a file as well.
        read = [name for name in outcomes if good[name].letters == READERS]
        gone = self._tried(self._hollow(), read).records if read else {}
        outcomes |= {name: _seen(good[name]) for name, one in gone.items() if not one.verdict.good}
        blind = self._blind(questions)
        for name in questions:
            leaves = good[name].leaves
            if name in blind:
                outcomes[name] = Trial(outcome=TrialOutcome.BLIND, programs=leaves)
            else:
                remedy = self._remedy(name, good[name].letters)
                outcomes[name] = Trial(
                    outcome=TrialOutcome.QUESTION, programs=leaves, remedy=remedy
                )
        return outcomes

    def _blind(self, names: Sequence[str]) -> set[str]:
        """Return the criteria whose programs complain of the project as of an empty folder.

        They say something else where the files are that their commands name.
        """
        if not names:
            return set()
        empty = self._tried(self._hollow(), names).good()
        # Within the same walls, as git names the file system that it looked through.
        full = (
            self._tried(self._rounds.worlds.make(self._rounds.new("full")), empty).good()
            if empty
            else {}
        )
        same = [name for name in empty if any(empty[name]) and empty[name] == full.get(name)]
        if not same:
            return set()
        named = self._tried(self._named(same), same)
        unmoved = named.good()
        return {name for name in named.records if unmoved.get(name) != empty[name]}

    def _without_leaves(self, names: Sequence[str]) -> dict[str, Trial]:
        """Return what becomes of criteria that started no program at all."""
        if not names:
            return {}
        hollow = self._tried(self._hollow(), names)
        self.emptied = hollow.records
        same = hollow.good()
        bare = self._tried(self._hollow(), same, path=self._shells).records
        passing = [name for name in same if name in bare and _still_passes(bare[name])]
        place = self._named(names, Leaves(self._rounds.folder("programs")))
        named = self._tried(place, names, TOOLS)
        outcomes = {}
        for name in hollow.records:
            outcome = TrialOutcome.SEEN
            if self._rounds.is_cut(name, hollow.records[name]):
                outcome = TrialOutcome.UNKNOWN
            elif name in passing and _still_passes(named.records[name]):
                outcome = TrialOutcome.HOLLOW
                if _ELSEWHERE.search(_command(self._passed[name].criterion)):
                    outcome = TrialOutcome.UNKNOWN
                elif same[name] == self._passed[name].printed:
                    outcome = TrialOutcome.IDLE
            outcomes[name] = Trial(outcome=outcome)
        return outcomes | self._not_started(named.leaves, names) | self._without_programs(names)

    def _without_programs(self, names: Iterable[str]) -> dict[str, Trial]:
        """Return those criteria that would start programs which are not installed."""
        installed = self._rounds.worlds.programs()
        wanted = {
            name: set(filter(_PROGRAM.fullmatch, WORD.findall(_command(one.criterion))))
            - installed.keys()
            for name, one in self._passed.items()
            if name in names
        }
        words = {word for own in wanted.values() for word in own if leaf_of(word) is Leaf.TOOL}
        if not words:
            return {}
        stand_ins = Leaves(self._rounds.folder("programs"), absent=words)
        copied = self._rounds.worlds.make_with(stand_ins, self._rounds.new("absent"))
        part = self._tried(copied, [name for name in names if wanted[name] & words], TOOLS)
        started = {name: tuple(words.intersection(part.leaves(name))) for name in part.records}
        return {
            name: Trial(outcome=TrialOutcome.MISSING, programs=programs)
            for name, programs in started.items()
            if programs
        }

    def _idle(self, names: Iterable[str]) -> dict[str, Trial]:
        """Return the criteria that do as well where nothing is there but what says what to run."""
        outcomes: dict[str, Trial] = {}
        for name in names:
            place = self._hollow(Leaves(self._rounds.folder("programs")))
            files = recipe_files(self._passed[name].criterion, self._rounds.workdir)
            for path, text in files.items():
                if os.path.basename(path) in RUNNER_FILES:
                    at = os.path.relpath(path, self._rounds.workdir)
                    _write_once(
                        os.path.join(place.board.workdir, at), text.decode(errors="surrogateescape")
                    )
            alone = self._rounds.perform(place, place.criteria([name]), TOOLS)
            outcomes |= self._not_started(alone.leaves, [name])
            nothing = not alone.leaves(name) and self._all_idle(name, alone.started(name))
            if nothing and alone.good().get(name) == self._passed[name].printed:
                outcomes[name] = Trial(outcome=TrialOutcome.IDLE)
        return outcomes

    def _did_nothing(self, name: str) -> bool:
        """Return whether a criterion fails where what starts others fails, for that alone."""
        tried = self.failed[name]
        return not tried.record.verdict.good and self._all_idle(name, tried.leaves)

    def _all_idle(self, name: str, programs: Sequence[str]) -> bool:
        """Return whether programs do no work, and there are some: a recipe's check asks git."""
        criterion = self._passed[name].criterion
        own = HELPERS if is_recipe(criterion) else frozenset()
        if _RUNS_SCRIPT.search(_command(criterion)):
            own |= _OF_SCRIPTS
        return bool(programs) and all(is_idle(program) or program in own for program in programs)

    @cached_property
    def _shells(self) -> str:
        """A folder for PATH that has shells alone."""
        folder = self._rounds.folder("shells")
        os.mkdir(folder)
        installed = self._rounds.worlds.programs()
        for name in SHELLS & installed.keys():
            os.symlink(installed[name], os.path.join(folder, name))
        return folder

    def _hollow(self, stand_ins: StandIns | None = None) -> Copied:
        name = self._rounds.new("hollow")
        if stand_ins is None:
            return self._rounds.worlds.make(name, hollow=True)
        return self._rounds.worlds.make_with(stand_ins, name, hollow=True)

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

    # --- remedies ---------------------------------------------------------------------------------

    def _remedy(self, name: str, letters: str) -> tuple[str, ...]:
        """Return a command that asks the same, passes as it is, and fails where its leaves do."""
        for remedy in remedies(_command(self._passed[name].criterion)):
            criterion = with_remedy(self._copy.criteria([name])[name], remedy)
            well = self._rounds.perform(self._copy, {name: criterion}, TOOLS, status=0)
            if (
                well.good()
                and not self._rounds.perform(self._copy, {name: criterion}, letters).good()
            ):
                return remedy
        return ()


def _ends_by_status(criterion: Criterion) -> bool:
    """Return whether it is a status that decides, of a command or of a recipe of make."""
    return criterion.is_by_status or is_recipe(criterion)


def _is_seen(trial: Trial) -> bool:
    return trial.outcome is TrialOutcome.SEEN


def _seen(tried: Tried) -> Trial:
    return Trial(outcome=TrialOutcome.SEEN, programs=tried.leaves)


def _still_passes(record: CriterionRecord) -> bool:
    """Return whether a command passes on files of words, which say nothing as scripts."""
    return record.verdict.good or record.reason_code is ReasonCode.TOOL_MISSING


def _command(criterion: Criterion) -> str:
    return criterion.check.run if criterion.check else ""


def _write_once(path: str, text: str) -> None:
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "x", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
    except OSError:  # it is a folder, or below a file, by another word
        pass
