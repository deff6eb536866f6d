"""Sending a report where the team reads: mail, chat, a web hook; whatever Apprise knows."""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from readiness.history.store import History
from readiness.model.board import Board
from readiness.model.errors import ExitStatus, NotWrittenError, UsageError
from readiness.pipeline.facts import Start
from readiness.pipeline.features import Feature
from readiness.record.document import RunDocument
from readiness.record.scores import score_text
from readiness.report import Context, render
from readiness.text.sentences import sentences

if TYPE_CHECKING:
    from apprise import Apprise

INSTALL = "pip install 'readiness[notify]'"


class Notification(Feature):
    """A run whose summary is sent."""

    turn = 1  # what reports could not be written is told first

    def opened(self, start: Start, board: Board, history: History | None) -> Start:
        """Raise `UsageError` for addresses that nothing can be sent to."""
        channels(self.settings.notify)
        return start

    def recorded(self, document: RunDocument, board: Board) -> list[str]:
        """Send the summary; return what went wrong."""
        return notify_of(document, self.settings.notify)


def channels(addresses: Sequence[str]) -> "list[Apprise]":
    """Return what sends to each of these Apprise URLs. Nothing is sent yet.

    Raises `UsageError` where Apprise is missing or an address is none. Addresses hold secrets: they
    are never shown.
    """
    try:
        import apprise
    except ImportError:
        raise UsageError(f"--notify needs Apprise: {INSTALL}") from None
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    senders = []
    for number, address in enumerate(addresses, 1):
        channel = apprise.Apprise()
        if not channel.add(address):
            scheme = address.partition(":")[0]
            raise UsageError(
                f"--notify: address {number} ({scheme[:20]}:…) is none that Apprise knows"
            )
        senders.append(channel)
    return senders


def notify(addresses: Sequence[str], subject: str, body: str, *, bad: bool) -> None:
    """Send a Markdown text to each address; what is `bad` goes as a failure.

    Raises as `channels` does, and `NotWrittenError` where one does not take it.
    """
    to = channels(addresses)
    import apprise

    kind = apprise.NotifyType.FAILURE if bad else apprise.NotifyType.INFO
    text = apprise.NotifyFormat.MARKDOWN
    for number, channel in enumerate(to, 1):
        if not channel.notify(body=body, title=subject, body_format=text, notify_type=kind):
            raise NotWrittenError(f"--notify: address {number} did not take the report")


def notify_of(run: RunDocument, addresses: Sequence[str]) -> list[str]:
    """Send the summary of a run that has ended; return what went wrong."""
    say = sentences(run.board.language)
    score = score_text(run.score, say)
    subject = f"{run.board.title}: {say(f'decision.{run.gate.decision}')} {score}"
    bad = run.gate.exit_status != ExitStatus.READY
    try:
        notify(addresses, subject, render("markdown", run, Context()), bad=bad)
    except NotWrittenError as error:
        return [str(error)]
    return []


FEATURE = Notification
