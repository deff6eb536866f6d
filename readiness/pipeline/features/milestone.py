"""`--milestone`: the gate decides on a milestone instead of on the release."""

from msgspec.structs import replace

from readiness.history.store import History
from readiness.model.board import Board, Milestone
from readiness.model.errors import UsageError
from readiness.model.settings import RunSettings
from readiness.pipeline.facts import Start
from readiness.pipeline.features import Feature
from readiness.text.worded import worded


class MilestoneGate(Feature):
    """A gate that decides on a milestone."""

    def opened(self, start: Start, board: Board, history: History | None) -> Start:
        """Add the milestone."""
        return replace(start, milestone=asked_milestone(self.settings, board))


def asked_milestone(settings: RunSettings, board: Board) -> Milestone | None:
    """Return the milestone that the gate decides on, if any. Raises `UsageError` if unknown.

    A selection cannot show a milestone to be met, so both together are an error too.
    """
    if settings.milestone is None:
        return None
    if settings.hold_line:
        raise UsageError(worded("usage.line_or_milestone"))
    for milestone in board.milestones:
        if milestone.id == settings.milestone:
            if settings.selectors:
                raise UsageError(worded("usage.milestone_whole"))
            return milestone
    names = ", ".join(milestone.id for milestone in board.milestones)
    there = worded("usage.there_is", names=names) if names else worded("usage.board_has_none")
    raise UsageError(worded("usage.no_milestone", name=settings.milestone, there=there))


FEATURE = MilestoneGate
