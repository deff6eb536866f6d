"""What criteria come to on the base itself: its code, by its rules."""

from collections.abc import Collection, Mapping

import msgspec

from readiness.guard.overlay import lay_over
from readiness.guard.states import States
from readiness.guard.submodules import whole_tree, with_submodules
from readiness.guard.tree import Commit, Folder
from readiness.model.board import Board
from readiness.project.git import repository
from readiness.prove.trials import BETWEEN, TrialPlan, TrialRunner, joined, renamed, watched
from readiness.prove.worlds import Copied, Worlds
from readiness.record.document import CriterionRecord

_BASE, _MIXED = "base", "mixed"


def copy_of_base(worlds: Worlds, board: Board, commit: str, name: str) -> Copied:
    """Copy the project of a board as it was in a commit, with what is installed for it now."""
    base = with_submodules(Commit(repository(board.workdir), commit))
    copied = worlds.make(name)
    lay_over(base, copied.root, States(base, whole_tree(base)).changed)
    return copied


class BaseItself(msgspec.Struct, frozen=True):
    """Measures criteria on copies of the base that `worlds` makes."""

    commit: Commit
    states: States
    worlds: Worlds
    timeout: float | None

    def known(
        self, world: str, copies: Mapping[str, Copied], records: Mapping[str, CriterionRecord]
    ) -> dict[str, CriterionRecord]:
        """Return what criteria came to in a world, if nothing of the head is left in its copy."""
        changed = self.states.changed
        if world not in copies:
            return {}
        if Folder(copies[world].root, changed).read(changed) != self.commit.read(changed):
            return {}
        ids = (name.partition(BETWEEN) for name in records)
        return {name: records[renamed(name, world)] for name, _, at in ids if at == world}

    def records(
        self,
        names: Collection[str],
        opened: Mapping[str, Collection[str]],
        run: TrialRunner,
        known: Mapping[str, CriterionRecord],
    ) -> tuple[dict[str, CriterionRecord], set[str]]:
        """Return what the criteria come to, by id, and those that cannot say what was loosened.

        What is `known` already is not measured again. `opened` has the files that their scripts
        read, where these are all that decides: rules or data. If the base is bad, they may have
        been repaired; if the head's do not go with the base's code either, they changed together
        with it.
        """
        base = {name: known[name] for name in names if name in known and name not in opened}
        names = [name for name in names if name not in base]
        if not names:
            return base, set()
        data = {path for name in names for path in opened.get(name, ())}
        parts = [self._part(_BASE, names, set())]
        if mixed := [name for name in names if name in opened]:
            parts.append(self._part(_MIXED, mixed, data))
        records = {record.id: record for record in run(joined(parts[0].board, parts)).criteria()}
        unsure = {
            name
            for name in mixed
            for world in (_BASE, _MIXED)
            if (at := renamed(name, world)) in records and not records[at].verdict.good
        }
        base |= {name: records[at] for name in names if (at := renamed(name, _BASE)) in records}
        return base, unsure

    def _part(self, world: str, names: Collection[str], of_head: Collection[str]) -> TrialPlan:
        copy = self.worlds.make(world)
        lay_over(self.commit, copy.root, set(self.states.changed).difference(of_head))
        criteria = copy.criteria(names, watched)
        return copy.part(criteria, world, timeout=self.timeout)
