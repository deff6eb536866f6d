"""A web hook, as a team's chat has one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.http_servers import Answering, serving


@contextmanager
def web_hook() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Take what is posted: the address in Apprise's spelling, and a list of what was sent.

    An address with `broken` in its path answers that it has failed.
    """
    received: list[dict[str, str]] = []

    class Handler(Answering):
        def do_POST(self) -> None:  # noqa: N802 - as the base class names it
            received.append(json.loads(self.posted()))
            self.answer(500 if "broken" in self.path else 200)

    with serving(Handler) as place:
        yield f"json://{place}", received
