"""Sending a report where the team reads: mail, chat, a web hook; whatever Apprise knows."""

import logging
from collections.abc import Sequence

from readiness.model.errors import NotWrittenError, UsageError

INSTALL = "pip install 'readiness[notify]'"


def notify(addresses: Sequence[str], subject: str, body: str) -> None:
    """Send a Markdown text to each of these Apprise URLs.

    Raises `UsageError` where Apprise is missing or an address is none, `NotWrittenError` where
    one does not take it. Addresses hold secrets: they are never shown.
    """
    try:
        import apprise
    except ImportError:
        raise UsageError(f"--notify needs Apprise: {INSTALL}") from None
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    for number, address in enumerate(addresses, 1):
        channel = apprise.Apprise()
        if not channel.add(address):
            scheme = address.partition(":")[0]
            raise UsageError(
                f"--notify: address {number} ({scheme[:20]}:…) is none that Apprise knows"
            )
        if not channel.notify(body=body, title=subject, body_format=apprise.NotifyFormat.MARKDOWN):
            raise NotWrittenError(f"--notify: address {number} did not take the report")
