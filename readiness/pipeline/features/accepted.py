"""`--accepted`: somebody outside of the change accepts what it loosens."""

from msgspec.structs import replace

from readiness.history.store import History
from readiness.model.board import Board
from readiness.pipeline.facts import Start
from readiness.pipeline.features import Feature


class AcceptedLoosening(Feature):
    """A run of a change whose loosening somebody accepts."""

    def opened(self, start: Start, board: Board, history: History | None) -> Start:
        """Say who accepts it, and why."""
        return replace(start, accepted=self.settings.accepted)


FEATURE = AcceptedLoosening
