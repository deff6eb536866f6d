"""A mistake in a file, told with its place."""

import msgspec

from readiness.text.worded import worded


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One mistake in a file: where it stands (1-based), what is wrong, and what to do next.

    `subject` is the id of the task or criterion it is about, or empty.
    """

    path: str
    line: int
    column: int
    message: str
    subject: str = ""
    hint: str = ""

    def __str__(self) -> str:
        """Format as `board.yaml:42:9: T2.1: what was found; what to do`."""
        return str(self.worded())

    def worded(self) -> str:
        """Return the same as a sentence that can be said in another language."""
        subject = f"{self.subject}: " if self.subject else ""
        where = f"{self.path}:{self.line}:{self.column}: {subject}"
        if not self.hint:
            return worded("fault.line", where=where, message=self.message)
        return worded("fault.line_hint", where=where, message=self.message, hint=self.hint)
