"""`readiness score`: a release may rest on the run, so that nothing may be left out of it."""

import msgspec

from readiness.history.store import History, board_key
from readiness.model.board import Board
from readiness.pipeline.facts import Start
from readiness.pipeline.features import Feature
from readiness.pipeline.recording import ask_or_warn
from readiness.record.document import RunDocument


class Release(Feature):
    """A run that blocks a release until each profile has measured what only it can."""

    turn = -1  # reports are of what this makes of the run

    def opened(self, start: Start, board: Board, history: History | None) -> Start:
        """Note the history, and what the decision is for."""
        self._history = history
        return msgspec.structs.replace(start, release=True)

    def concluded(self, document: RunDocument, board: Board) -> RunDocument:
        """Return it joined with the newest run of each profile to which it leaves something.

        That has to be of the same board and work tree, in a history that nobody altered.
        """
        others = [run for name in document.left_to if (run := self._newest(document, board, name))]
        if not others:
            return document
        from readiness.pipeline.joining import join

        return join(board, [document, *others], self.settings)

    def _newest(self, document: RunDocument, board: Board, profile: str) -> RunDocument | None:
        history = self._history
        if history is None or document.git is None:
            return None
        runs = history.runs(board_key(board.path), profile, whole=True, limit=1)
        run = ask_or_warn(history, lambda: None if history.verify().altered else next(runs, None))
        same = run and (run.git, run.board.digest) == (document.git, document.board.digest)
        return run if same else None


FEATURE = Release
