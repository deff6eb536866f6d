"""Exit statuses, and the faults that are shown to the reader of a board."""

import msgspec

from readiness.model.status import ExitStatus
from readiness.model.words import Language
from readiness.text.worded import joined, worded

__all__ = ["BoardError", "ExitStatus", "Fault", "NotWrittenError", "ReadinessError", "UsageError"]


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One mistake in a file: where it stands (1-based), what is wrong, and what to do next.

    `subject` is the id of the task or criterion it is about, or empty. `masked` says that it is
    about a command that hides a failure.
    """

    path: str
    line: int
    column: int
    message: str
    subject: str = ""
    hint: str = ""
    masked: bool = False

    def __str__(self) -> str:
        """`board.yaml:42:9: T2.1: what was found; what to do`."""
        return str(self.worded())

    def worded(self) -> str:
        """The same as a sentence that can be said in another language."""
        subject = f"{self.subject}: " if self.subject else ""
        where = f"{self.path}:{self.line}:{self.column}: {subject}"
        if not self.hint:
            return worded("fault.line", where=where, message=self.message)
        return worded("fault.line_hint", where=where, message=self.message, hint=self.hint)


class ReadinessError(Exception):
    """An error whose message is written for the user; it ends the command with `status`."""

    status: int = ExitStatus.USAGE
    language: Language | None = None
    """The language of the board that it is about, where that much of it could be read."""


class BoardError(ReadinessError):
    """A board or a catalogue that cannot be used: all its faults, in the order of the files."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: (fault.path, fault.line, fault.column))
        super().__init__(joined([fault.worded() for fault in self.faults], "lines"))


class UsageError(ReadinessError):
    """A command line that cannot be obeyed."""


class StoppedError(ReadinessError):
    """A signal ended the command before there was anything to tell."""

    def __init__(self, status: int) -> None:
        super().__init__(f"stopped by signal {status - ExitStatus.SIGNAL}: nothing was decided")
        self.status = status


class BaseError(ReadinessError):
    """The revision that a change is compared with cannot be read."""

    status = ExitStatus.LOOSENED


class LoosenedError(ReadinessError):
    """The change loosens its own gate in a way that leaves nothing to run."""

    status = ExitStatus.LOOSENED


class NotWrittenError(ReadinessError):
    """A report or the history could not be written."""

    status = ExitStatus.NOT_WRITTEN
