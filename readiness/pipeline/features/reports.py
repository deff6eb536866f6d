"""`--report`: the report files of a run, which never tell of an earlier one."""

from readiness.history.store import History
from readiness.model.board import Board
from readiness.pipeline.facts import TOOL, Start
from readiness.pipeline.features import Feature
from readiness.pipeline.reports import refuse_targets, write_reports
from readiness.record.document import RunDocument
from readiness.record.run import board_ref
from readiness.record.values import timestamp
from readiness.report import invalidate, write_report
from readiness.report._unfinished import unfinished


class ReportFiles(Feature):
    """A run that writes reports to files."""

    def opened(self, start: Start, board: Board, history: History | None) -> Start:
        """Raise `UsageError` where a report would take the place of something else."""
        refuse_targets(self.settings, board)
        return start

    def entering(self, start: Start, board: Board) -> list[str]:
        """Yesterday's report must not read ready while today's run goes on, or is killed."""
        document = unfinished(
            run=start.id,
            tool=TOOL,
            board=board_ref(board, start.git),
            profile=board.profile,
            git=start.git,
            started_at=timestamp(start.at),
        )
        return write_reports(document, self.settings, invalidate)

    def recorded(self, document: RunDocument, board: Board) -> list[str]:
        """Write every report; return what went wrong."""
        return write_reports(document, self.settings, write_report)


FEATURE = ReportFiles
