"""Exit statuses, and the faults that are shown to the reader of a board."""

from readiness.model.status import ExitStatus
from readiness.text.fault import Fault
from readiness.text.languages import Language
from readiness.text.worded import joined

__all__ = ["BoardError", "ExitStatus", "NotWrittenError", "ReadinessError", "UsageError"]


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


class NoBoardError(UsageError):
    """No board was named, and none was found."""


class StoppedError(ReadinessError):
    """A signal ended the command before there was anything to tell."""

    def __init__(self, status: int) -> None:
        super().__init__(f"stopped by signal {status - ExitStatus.SIGNAL}: nothing was decided")
        self.status = status


class BaseError(ReadinessError):
    """The revision that a change is compared with cannot be read."""

    status = ExitStatus.LOOSENED


class NotWrittenError(ReadinessError):
    """A report or the history could not be written."""

    status = ExitStatus.NOT_WRITTEN
