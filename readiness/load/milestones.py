"""Milestones of a board, from what the file says of them."""

from collections.abc import Sequence

from msgspec import UNSET

from readiness.load.decisions import day
from readiness.load.definitions import MilestoneFile
from readiness.load.faults import Problems
from readiness.load.readers import number
from readiness.load.validate import Walk
from readiness.load.yamlfile import Path
from readiness.model.board import Milestone
from readiness.text.worded import worded


def milestones(
    files: Sequence[MilestoneFile], walk: Walk, problems: Problems
) -> tuple[Milestone, ...]:
    """Return the milestones, having recorded what is wrong with them."""
    seen: set[str] = set()
    return tuple(
        _milestone(each, walk.path(each, ("milestones", index)), seen, problems)
        for index, each in enumerate(files)
    )


def _milestone(file: MilestoneFile, path: Path, seen: set[str], problems: Problems) -> Milestone:
    if not problems.broken((*path, "id")):
        if file.id.lower() in seen:
            problems.add((*path, "id"), worded("fault.id_twice", id=file.id))
        seen.add(file.id.lower())
    if file.due:
        day(file.due, (*path, "due"), problems)
    requires = file.requires
    place = (*path, "requires")
    known = not problems.broken((*place, "priority"))
    if known and requires.priority is UNSET and requires.score is UNSET:
        problems.add(place, worded("fault.milestone_asks"))
    return Milestone(
        id=file.id,
        title=file.title,
        due=file.due,
        priority=None if requires.priority is UNSET else requires.priority,
        score=None
        if requires.score is UNSET
        else number(requires.score, (*place, "score"), problems, between=(0, 10)),
    )
