"""Criteria of many projects side by side: those of one title are the same; what most lack."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from readiness.fleet.project import ProjectState
from readiness.model.words import Verdict


class FleetRow(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion over the projects that have it: each one's worst verdict, by its place."""

    title: str
    cells: Mapping[int, Verdict]

    @property
    def lacking(self) -> int:
        """The number of projects where it fails or could not be measured."""
        return sum(verdict.bad for verdict in self.cells.values())


def rows(states: Sequence[ProjectState]) -> list[FleetRow]:
    """Return the criteria in scope of these projects, those that most lack first.

    Criteria are the same if they share a title, in any case of letters.
    """
    titles: dict[str, str] = {}
    cells: dict[str, dict[int, Verdict]] = defaultdict(dict)
    for place, state in enumerate(states):
        for criterion in state.in_scope():
            key = " ".join(criterion.title.split()).casefold()
            titles.setdefault(key, criterion.title)
            known = cells[key].get(place, criterion.verdict)
            cells[key][place] = max(known, criterion.verdict, key=lambda verdict: verdict.rank)
    by_place = [FleetRow(title=title, cells=cells[key]) for key, title in titles.items()]
    return sorted(by_place, key=lambda row: (-row.lacking, -len(row.cells)))
