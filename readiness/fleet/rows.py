"""Criteria of many projects side by side: which of them are the same, and what most lack."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence

import msgspec

from readiness.fleet.project import ProjectCriterion, ProjectState
from readiness.model.words import Verdict


class FleetRow(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion over the projects that have it: each one's worst verdict, by its place."""

    title: str
    cells: Mapping[int, ProjectCriterion]

    def count(self, *verdicts: Verdict) -> int:
        """Count the projects that have one of these verdicts."""
        return sum(one.verdict in verdicts for one in self.cells.values())

    @property
    def lacking(self) -> int:
        """The number of projects where it fails or could not be measured."""
        return sum(one.verdict.bad for one in self.cells.values())


def rows(states: Sequence[ProjectState]) -> list[FleetRow]:
    """Return the criteria in scope of these projects, those that most lack first.

    Criteria are the same if they share a title, or if they read the same measure of the same check
    under a title of their own in each project.
    """
    scope = [state.in_scope() for state in states]
    same = _Sameness(scope)
    titles: dict[Hashable, str] = {}
    cells: dict[Hashable, dict[int, ProjectCriterion]] = defaultdict(dict)
    for place, criteria in enumerate(scope):
        for criterion in criteria:
            key = same.key(criterion)
            titles.setdefault(key, criterion.title)
            known = cells[key].get(place)
            if known is None or criterion.verdict.rank > known.verdict.rank:
                cells[key][place] = criterion
    by_place = [
        FleetRow(title=_name(key, titles[key], cells[key]), cells=cells[key]) for key in titles
    ]
    return sorted(by_place, key=lambda row: (-row.lacking, -len(row.cells)))


class _Sameness:
    """Which criteria of different projects are one."""

    def __init__(self, scope: Iterable[Sequence[ProjectCriterion]]) -> None:
        having: dict[str, int] = defaultdict(int)
        read: dict[Hashable, set[str]] = defaultdict(set)
        for criteria in scope:
            for title in {_plain(criterion.title) for criterion in criteria}:
                having[title] += 1
            for criterion in criteria:
                read[_measure(criterion)].add(_plain(criterion.title))
        self._shared = {title for title, count in having.items() if count > 1}
        self._read = {key: titles & self._shared for key, titles in read.items() if key is not None}

    def key(self, criterion: ProjectCriterion) -> Hashable:
        title = _plain(criterion.title)
        measure = _measure(criterion)
        if title in self._shared or measure is None:
            return title
        called = self._read[measure]
        return next(iter(called)) if len(called) == 1 else measure


def _measure(criterion: ProjectCriterion) -> Hashable:
    return (criterion.check, criterion.measure) if criterion.check else None


def _plain(title: str) -> str:
    return " ".join(title.split()).casefold()


def _name(key: Hashable, title: str, cells: Mapping[int, ProjectCriterion]) -> str:
    """Return a row's title, or its check and measure where projects use several titles."""
    if isinstance(key, tuple) and len({_plain(one.title) for one in cells.values()}) > 1:
        return " ".join(filter(None, key))
    return title
