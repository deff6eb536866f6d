"""The head's code, measured by the base's rules and by its own: what differs is told.

A criterion is measured twice only where the change touches what decides how it is measured.
"""

import os
from collections.abc import Collection, Container, Iterable

from msgspec.structs import replace

from readiness.guard.base_itself import BaseItself
from readiness.guard.broken_tests import with_tests
from readiness.guard.changes import Change, Direction
from readiness.guard.collected import Witnessing, witnessed
from readiness.guard.complaints import Complaints
from readiness.guard.deciding import Decider, Deciding, measurable
from readiness.guard.findings import Compared, Findings
from readiness.guard.following import Followers
from readiness.guard.keeping import KeptResults
from readiness.guard.moved import MovedCode
from readiness.guard.overlay import keep_gone, keep_widths, lay_over
from readiness.guard.planted import PlantedFaults
from readiness.guard.put_aside import added_directives, may_be_silenced, put_aside
from readiness.guard.states import States
from readiness.guard.test_lists import TestLists
from readiness.guard.tree import Commit
from readiness.guard.verdicts import better, is_error, looks_better, result, untried
from readiness.guard.weighing import Weighed, Weigher
from readiness.load.catalogue import Catalogue
from readiness.model.board import Board, Criterion
from readiness.model.words import Better, Verdict
from readiness.prove.rounds import Rounds, Tried
from readiness.prove.standins import StandIns
from readiness.prove.trials import BETWEEN, TrialPlan, TrialRunner, joined, renamed, watched
from readiness.prove.worlds import Copied, Worlds
from readiness.record.document import CriterionRecord, FindingRecord, RunDocument
from readiness.text.sentences import sentences

RULES, TESTS, HEAD, TRIED, BARE = "rules", "tests", "head", "tried", "bare"
COLLECTED, AMONG_CODE, OWN_TESTS = "collected", "among-code", "head-tests"
_WITNESSED = TESTS, AMONG_CODE, OWN_TESTS, COLLECTED


class Measuring:
    """Measures the head's code by the base's rules.

    `board` is the base's, as it is run on the work tree; `workdir` is relative to the repository.
    """

    def __init__(
        self,
        board: Board,
        commit: Commit,
        states: States,
        workdir: str,
        *,
        decider: Decider,
        worlds: Worlds,
        kept: KeptResults,
        scratch: str,
        timeout: float | None = None,
        names: Container[str] | None = None,
    ) -> None:
        """Choose the criteria to measure; `names` limits them, and None stands for all.

        `timeout` is the limit of a probe, as in `RunSettings`. What tests came to is `kept`.
        """
        self._board = board
        self._commit = commit
        self._states = states
        self._workdir = workdir
        self._timeout = timeout
        self._scratch = scratch
        self._worlds = worlds
        self._kept = kept
        self._say = sentences(board.language)
        self._decider = decider
        self._directives = added_directives(states)
        self.deciding: dict[str, Deciding] = {}
        self._criteria: dict[str, Criterion] = {}
        self._measurable = list(measurable(board, names))
        for criterion in self._measurable:
            files = self._decider.of(criterion)
            if criterion.measure is not None and criterion.measure.better is Better.HIGHER:
                files = files.without_tests()
            if files:
                self.deciding[criterion.id] = files
            if files or (
                self._directives
                and not files.runs_tests
                and criterion.check
                and may_be_silenced(criterion.check)
            ):
                self._criteria[criterion.id] = criterion
        self._bare = [
            name
            for name in self._criteria
            if self._directives and not self.deciding.get(name, Deciding()).runs_tests
        ]
        self._records: dict[str, CriterionRecord] = {}
        self._complaints = Complaints(states, workdir)
        self._tried: dict[str, Tried] = {}
        self._lists = TestLists(states, scratch)
        self._copies: dict[str, Copied] = {}
        self._base = BaseItself(commit, states, worlds, timeout)
        self._faults = PlantedFaults(board, self._lay, self._worlds, timeout)

    # --- measured ---------------------------------------------------------------------------------

    def run(self, run: TrialRunner, *, own: bool) -> None:
        """Measure the criteria by the base's rules; with `own`, by the head's as well.

        Both at once, each in a copy.
        """
        if not self._criteria:
            return
        parts = [self._watched(label, names) for label, names in self._by_world().items()]
        if self._bare:
            parts.append(self._watched(BARE, self._bare))
            put_aside(self._copies[BARE].root, self._directives)
        if own:
            others = [name for name in self._criteria if name not in self.testing()]
            worlds = {HEAD: others, OWN_TESTS: self.testing()}
            parts += [self._watched(label, names) for label, names in worlds.items() if names]
        elif testing := self.testing():
            parts.append(self._watched(COLLECTED, testing))
        document = run(joined(self._board, parts))
        self._take(document)
        self._lists.record(parts, self._copies)
        self._lists.note(document)

    def _by_world(self) -> dict[str, list[str]]:
        """Group the criteria by world: `TESTS` for those that run tests, `RULES` for the rest.

        Of tests that stand among code, only the base itself can say which there were.
        """
        worlds: dict[str, list[str]] = {}
        for name, files in self.deciding.items():
            if files.files:
                worlds.setdefault(TESTS if files.runs_tests else RULES, []).append(name)
            if files.among_code:
                worlds.setdefault(AMONG_CODE, []).append(name)
        return worlds

    def testing(self) -> list[str]:
        """Return the criteria that run tests."""
        return [name for name, files in self.deciding.items() if files.runs_tests]

    def _watched(self, label: str, names: list[str]) -> TrialPlan:
        logs = os.path.join(self._scratch, f"{label}-logs")
        os.mkdir(logs)
        files = {
            path for name in names if name in self.deciding for path in self.deciding[name].files
        }
        if label == AMONG_CODE:
            files = set(self._states.changed)
        if label == BARE:
            files -= self._directives.keys()
        copy = self._worlds.make(label, Witnessing if label in _WITNESSED else StandIns)
        if label not in (HEAD, OWN_TESTS, COLLECTED):
            self._lay(copy.root, files)
        if self.testing():
            env = witnessed(copy.board.env, "collect-only" if label == COLLECTED else "run")
            copy = replace(copy, board=replace(copy.board, env=env))
        self._copies[label] = copy
        criteria = copy.criteria(names, watched)
        return copy.part(criteria, label, timeout=self._timeout, logs=logs)

    def _lay(self, folder: str, files: Iterable[str]) -> None:
        """Put the base's rules into a copy, fit for the head's code."""
        paths = set(files)
        lay_over(self._commit, folder, paths)
        keep_widths(self._states, folder, paths)
        lists = (path for one in self.deciding.values() for path in one.lists)
        keep_gone(self._states, folder, paths.intersection(lists))

    def _take(self, document: RunDocument) -> None:
        self._records.update({record.id: record for record in document.criteria()})
        self._complaints.add(document.findings, self._place)
        self._faults.note(document)

    def _place(self, finding: FindingRecord) -> str:
        """Return a finding's path as seen from the board's workdir, whichever copy has it."""
        copy = self._copies.get(finding.criterion.partition(BETWEEN)[2])
        if copy is None:
            return finding.path
        whole = os.path.normpath(os.path.join(self._board.workdir, finding.path))
        return os.path.relpath(whole, copy.board.workdir)

    # --- compared ---------------------------------------------------------------------------------

    def compare(
        self, own: RunDocument | None, run: TrialRunner, read: Collection[Change]
    ) -> Findings:
        """Compare what the head's own rules say of each criterion with what the base's say.

        `own` is a run by the head's own rules, where they were not measured here; changes already
        `read` are not reported again. `run` is called again where scripts or recipes changed and
        both pass: the head's, too, have to notice when the tools fail that the base's started.
        """
        if own is not None:
            self._take(own)
        changes: list[Change] = []
        rows: list[Compared] = []
        differ: set[str] = set()
        alike: set[str] = set()
        content: list[str] = []
        lacking = False
        for name, files in self.deciding.items():
            ruled = self._records.get(self._ruled(name))
            head = self._records.get(self._headed(name))
            if ruled is None or head is None or Verdict.SKIP in (ruled.verdict, head.verdict):
                continue
            lacking |= Verdict.ERROR in (ruled.verdict, head.verdict)
            rows.append(
                Compared(
                    id=name,
                    title=self._criteria[name].title,
                    by_base=result(ruled, self._say),
                    by_head=result(head, self._say),
                    files=list(files.files),
                )
            )
            if ruled.of is not None and (ruled.of, ruled.shown) == (head.of, head.shown):
                alike.add(name)
            if self._is_better(name, ruled, head):
                changes.append(self._change(name, files, ruled, head))
            if (changes[-1:] and changes[-1].subject == name) or ruled.verdict is Verdict.ERROR:
                differ.add(name)
            elif ruled.verdict.good and head.verdict.good and files.called:
                content.append(name)
        unmoved = self._unmoved(content, run)
        changes += map(self._needless, unmoved)
        rules = {name: self.deciding[name].files for name in content if name not in unmoved}
        unnoticed = self._faults.unnoticed(rules, run)
        changes += [self._sees_less(name, tool) for name, tool in unnoticed.items()]
        changes += self._passed_over({change.subject for change in (*changes, *read)}, run)
        differ.update(unmoved, unnoticed)
        changes += self._hidden({change.subject for change in changes})
        weighed = self._weigher(run).weigh(self._say) if self.testing() else Weighed()
        followers = Followers(self._states)
        changes = [with_tests(change, self.deciding, weighed, followers) for change in changes]
        labels = (TESTS, AMONG_CODE), OWN_TESTS if OWN_TESTS in self._copies else COLLECTED
        known = weighed.kept, followers
        fewer, findings = self._lists.gone(
            self.testing(), labels, self._is_cut_short, read, known, self._say
        )
        changes += [change for each in fewer.values() for change in each]
        differ.update(fewer)
        opened = {name: one.files for name, one in self.deciding.items() if one.files == one.opened}
        wanted = {change.subject for change in changes}
        if own is not None:  # a run by the base shows no table of it, and is to take no longer
            wanted = {name for name in wanted if name in opened or self._is_unmeasured(name)}
        names = [row.id for row in rows if row.id in wanted]
        known_of_base = self._base.known(RULES, self._copies, self._records)
        of_base, never = self._base.records(names, opened, run, known_of_base)
        rows = [
            replace(row, base=result(of_base[row.id], self._say)) if row.id in of_base else row
            for row in rows
        ]
        never |= {name for name in filter(self._is_unmeasured, of_base) if is_error(of_base[name])}
        changes = [
            replace(change, direction=Direction.NEUTRAL) if change.subject in never else change
            for change in changes
        ]
        cleared = {one.subject for one in changes if one.direction is Direction.NEUTRAL}
        differ -= {name for name in cleared if not self._is_unmeasured(name)}
        return replace(
            findings,
            changes=list(dict.fromkeys([*changes, *weighed.changes])),
            remarks=[
                *(*findings.remarks, *weighed.remarks, *untried(content, self._say)),
                *self._decider.told_by_code(self.deciding, self._say),
            ],
            compared=rows,
            differing={name: self.deciding[name].files for name in differ},
            spoken=self._decider.speaks_of,
            reached=self._decider.may_reach,
            outlived=weighed.kept,
            alike=frozenset(alike - differ),
            looked_at=self._decider.looked_at(),
            mended="\n".join(result(of_base[name], self._say) for name in never),
            steady=not (weighed.remarks or lacking),
        )

    def _weigher(self, run: TrialRunner) -> Weigher:
        return Weigher(
            commit=self._commit,
            states=self._states,
            workdir=self._workdir,
            scratch=self._scratch,
            worlds=self._worlds,
            timeout=self._timeout,
            run=run,
            kept=self._kept,
            commands=self._lists.heard(self.testing()),
        )

    def _is_cut_short(self, name: str) -> bool:
        """Return whether the run ended before this criterion was measured."""
        record = self._records.get(name)
        return record is not None and record.cut_short

    def _is_unmeasured(self, name: str) -> bool:
        """Return whether the base's rules keep this from being measured."""
        return name in self.deciding and is_error(self._records[self._ruled(name)])

    def _hidden(self, known: Container[str]) -> list[Change]:
        """Return the changes that appear once the comments added for tools are put aside."""
        changes = []
        for name in self._bare:
            bare = self._records.get(renamed(name, BARE))
            head = self._records.get(self._headed(name))
            if bare is None or head is None or name in known or head.verdict is Verdict.SKIP:
                continue
            if not is_error(bare) and self._is_better(name, bare, head):
                paths = tuple(sorted(self._directives))
                change = better(
                    name,
                    paths,
                    self._say("guard.bare", shown=result(bare, self._say)),
                    self._say("guard.by_head", shown=result(head, self._say)),
                    self._states,
                )
                line = self._directives[paths[0]][0][0]
                changes.append(replace(change, line=line))
        return changes

    def _ruled(self, name: str) -> str:
        return renamed(name, TESTS if self.deciding[name].runs_tests else RULES)

    def _headed(self, name: str) -> str:
        measured = renamed(name, OWN_TESTS if name in self.testing() else HEAD)
        return measured if measured in self._records else name

    def _is_better(self, name: str, ruled: CriterionRecord, head: CriterionRecord) -> bool:
        files = self.deciding.get(name, Deciding())
        hides = self._complaints.hides(self._headed(name), ruled.id)
        return looks_better(self._criteria[name], files, ruled, head, hides=hides)

    def _change(
        self, name: str, files: Deciding, ruled: CriterionRecord, head: CriterionRecord
    ) -> Change:
        by_base = self._say("guard.by_base", shown=result(ruled, self._say))
        by_head = self._say("guard.by_head", shown=result(head, self._say))
        return better(name, files.files, by_base, by_head, self._states)

    def _needless(self, name: str) -> Change:
        tools = " ".join(sorted(self._tried[name].leaves))
        tried = self._records[renamed(name, TRIED)]
        unknown = tried.cut_short and self._say("guard.by_head", shown=result(tried, self._say))
        needs = self._say("guard.needs", tools=tools)
        needs_not = unknown or self._say("guard.needs_not", tools=tools)
        return better(name, self.deciding[name].called, needs, needs_not, self._states)

    def _sees_less(self, name: str, tool: str) -> Change:
        rejects, misses = self._say("guard.rejects", tool=tool), self._say("guard.rejects_not")
        return better(name, self.deciding[name].called, rejects, misses, self._states)

    def _passed_over(self, known: Container[str], run: TrialRunner) -> list[Change]:
        """Return what no longer looks at code that moved, but for the `known` criteria."""
        known_checks = Catalogue(self._board.catalogues)
        moved = MovedCode(self._commit, self._states, self._worlds, self._decider, known_checks)
        asked_of = (one for one in self._measurable if one.id not in known)
        return list(moved.unseen(asked_of, run, self._say))

    # --- whether the head's rules still notice ----------------------------------------------------

    def _unmoved(self, content: list[str], run: TrialRunner) -> list[str]:
        """Return the criteria that still pass by the head's rules alone when the base's tools fail.

        And those whose trial was cut short, so that it is not known.
        """
        if not content:
            return []
        rounds = Rounds(
            self._board, self._worlds, scratch=self._scratch, run=run, timeout=self._timeout
        )
        by_base = rounds.with_leaves("tried-rules")
        files = {path for name in content for path in self.deciding[name].files}
        self._lay(by_base.root, files)
        self._tried = {
            name: tried
            for name, tried in rounds.where_leaves_fail(by_base, content).items()
            if tried.leaves and not tried.record.verdict.good
        }
        calm = rounds.again(by_base, self._tried, status=0, words=False)
        self._faults.tools = {
            name: {*tried.leaves, *calm.leaves(name)} for name, tried in self._tried.items()
        }
        by_head = rounds.with_leaves(TRIED)
        again = rounds.again(by_head, self._tried, status=None, words=False)
        records = again.records
        self._faults.started = {name: again.leaves(name) for name in records}
        self._records |= {renamed(name, TRIED): record for name, record in records.items()}
        return [name for name, one in records.items() if one.verdict.good or one.cut_short]
