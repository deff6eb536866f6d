"""Have a service fail on purpose, and see whether the error arrives, with the right release.

The address that fails gets a tag that no other error has; the report is looked for by it.
"""

import secrets
from typing import Annotated

import msgspec
from msgspec import Meta

from readiness.services._http import Request, fetch, headers_of
from readiness.services._json import elsewhere, get, objects, strings, wait
from readiness.services._options import Lines
from readiness.services.http import Client


class SentryOptions(Client, frozen=True, kw_only=True):
    """The options of this probe."""

    url: Annotated[str, Meta(description="the address that fails on purpose; {tag} is filled in")]
    lookup: Annotated[
        str, Meta(description="an address that tells errors as JSON; {tag} is filled in")
    ]
    lookup_headers: Annotated[Lines, Meta(description="headers for it, one a line")] = ()
    release: Annotated[str, Meta(description="the release that the error must name")] = ""
    method: Annotated[str, Meta(pattern="^[A-Z]+$", description="HTTP method")] = "POST"
    headers: Annotated[Lines, Meta(description="request headers, one a line")] = ()
    wait: Annotated[float, Meta(ge=0, description="seconds to wait for the error")] = 30.0


class SentryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What arrived: `events` with the tag. `right_release` is null where none was asked for."""

    url: str
    status: int
    tag: str
    events: int
    right_release: bool | None
    works: bool
    seconds: float


def measure(options: SentryOptions) -> SentryAnswer:
    """Have it fail, then look for the report."""
    via = options.via()
    direct = elsewhere(via)
    tag = f"readiness{secrets.token_hex(8)}"
    lookup = options.lookup.replace("{tag}", tag)
    looking = headers_of(options.lookup_headers)
    get(lookup, direct, looking)  # what cannot be asked cannot tell that nothing came
    answer = fetch(
        Request(
            url=options.url.replace("{tag}", tag),
            method=options.method,
            headers=headers_of(options.headers),
        ),
        via,
    )

    def find() -> list[dict[str, object]] | None:
        told = get(lookup, direct, looking)
        entries = told if isinstance(told, list) else [told]
        return [
            one
            for one in entries
            if isinstance(one, dict) and any(tag in text for text in strings(one))
        ] or None

    events, seconds = wait(find, options.wait)
    right = None
    if options.release:
        right = any(_release(one) == options.release for one in events or [])
    return SentryAnswer(
        url=answer.url,
        status=answer.status,
        tag=tag,
        events=len(events or []),
        right_release=right,
        works=bool(events) and right is not False,
        seconds=seconds,
    )


def _release(event: dict[str, object]) -> str:
    """The release that an event names: as text, or as an object with a version."""
    for one in objects(event):
        release = one.get("release")
        if isinstance(release, str):
            return release
        if isinstance(release, dict):
            return str(release.get("version") or release.get("shortVersion") or "")
    return ""
