"""What stands in the place of a report while its run goes on, and after a run that was killed."""

from readiness.model.errors import ExitStatus
from readiness.model.words import Decision
from readiness.record.document import GateRecord, RunDocument
from readiness.record.origin import BoardRef, Git, Tool
from readiness.record.scores import ScoreRecord
from readiness.text.languages import Language
from readiness.text.sentences import sentences


def unfinished(
    *, run: str, tool: Tool, board: BoardRef, profile: str, git: Git | None, started_at: str
) -> RunDocument:
    """Return the document of a run that has measured nothing yet: undecided, and interrupted."""
    say = sentences(Language.EN)
    return RunDocument(
        id=run,
        tool=tool,
        board=board,
        profile=profile,
        partial=False,
        interrupted=True,
        git=git,
        started_at=started_at,
        finished_at=started_at,
        duration_s=0.0,
        score=ScoreRecord(
            value=None, shown="", target=10.0, progress=0.0, measured=0, in_scope=0, total=0
        ),
        gate=GateRecord(
            decision=Decision.UNDECIDED,
            exit_status=ExitStatus.UNDECIDED,
            reasons=[say("formats.unfinished")],
        ),
        tasks=[],
        probes=[],
        findings=[],
        milestones=[],
    )
