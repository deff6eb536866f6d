"""Have a service fail on purpose, and see whether each error arrives, with the right release.

The address that fails gets a tag that no other error has; the report is looked for by it. That one
arrives shows nothing of a service that reports some: several may be made.
"""

import secrets
from collections.abc import Iterator
from functools import partial
from typing import Annotated

from msgspec import Meta

from checks.services._answer import Answer, complaints
from checks.services._http import Request, fetch, headers_of, without_password
from checks.services._json import elsewhere, get, objects, strings, wait
from checks.services._options import Lines
from checks.services.http import Authorized

NAME = "sentry"


class SentryOptions(Authorized, frozen=True, kw_only=True):
    """The options of this probe."""

    url: str
    lookup: str
    lookup_headers: Lines = ()
    release: str = ""
    environment: str = ""
    stack: bool = False
    failures: Annotated[int, Meta(ge=1, le=1000)] = 1
    method: Annotated[str, Meta(pattern="^[A-Z]+$")] = "POST"
    wait: Annotated[float, Meta(ge=0)] = 30.0


def measure(options: SentryOptions) -> Answer:
    """Have it fail, then look for the reports.

    `events` arrived, of so many `failures`; after one that does not, none is made. `right_release`
    tells whether all of them name it, and is null where none was asked for. `works` says that there
    is no problem: none is of another release or environment, or lacks a stack that is asked for.
    `seconds` is how long the slowest took; `problems` tells what is missing.
    """
    via = options.via()
    direct = elsewhere(via)
    tag = secrets.token_hex(12)  # no name by which trials could be told from errors
    looking = headers_of(options.lookup_headers)

    def report(mark: str) -> dict[str, object] | None:
        data = get(options.lookup.replace("{tag}", mark), direct, looking)
        for entry in data if isinstance(data, list) else [data]:
            if isinstance(entry, dict) and any(mark in text for text in strings(entry)):
                return entry
        return None

    report(tag)  # what cannot be asked cannot tell that nothing came
    events: list[dict[str, object]] = []
    problems: list[tuple[str, str]] = []
    slowest = 0.0
    for number in range(options.failures):
        mark = f"{tag}-{number:04}"
        request = Request(
            url=options.url.replace("{tag}", mark),
            method=options.method,
            headers=options.own_headers(),
        )
        answer = fetch(request, via)
        # One after the other: a burst of errors is dropped by more than filters.
        event, seconds = wait(partial(report, mark), options.wait)
        slowest = max(slowest, seconds)
        if event is None:
            message = f"error {number + 1}, answered with {answer.status}, was not reported"
            problems.append((NAME, f"{message} in {seconds:g} s"))
            break
        events.append(event)
    right = None
    if options.release:
        releases = {_release(event) for event in events}
        right = releases == {options.release}
        others = sorted(releases - {options.release})
        problems += [(NAME, f"the release is {release or 'not named'}") for release in others]
    problems += [(NAME, fault) for fault in _faults(options, events)]
    return {
        "url": answer.url,
        "status": answer.status,
        "tag": tag,
        "failures": options.failures,
        "events": len(events),
        "right_release": right,
        "works": not problems,
        "seconds": slowest,
        "problems": complaints(without_password(options.url), problems),
    }


def _faults(options: SentryOptions, events: list[dict[str, object]]) -> Iterator[str]:
    """Yield what the reports lack for whoever has to find the error, and its machine."""
    if options.environment:
        named = {name for event in events for name in _environments(event) or [""]}
        for name in sorted(named - {options.environment}):
            yield f"the environment is {name or 'not named'}"
    if options.stack and (bare := sum(not _has_stack(event) for event in events)):
        yield f"{bare} of {len(events)} reports show no exception with a stack"


def _environments(event: dict[str, object]) -> set[str]:
    """Return the environments that an event names, as a field or as a tag."""
    parts = list(objects(event))
    names = [part.get("environment") for part in parts]
    names += [part.get("value") for part in parts if part.get("key") == "environment"]
    return {name for name in names if isinstance(name, str) and name}


def _has_stack(event: dict[str, object]) -> bool:
    """Return whether an event shows an exception, and where it was raised."""
    stacks = [part.get("stacktrace") for part in objects(event) if part.get("type")]
    return any(isinstance(stack, dict) and stack.get("frames") for stack in stacks)


def _release(event: dict[str, object]) -> str:
    """Return the release that an event names, as text or as an object with a version."""
    for part in objects(event):
        release = part.get("release")
        if isinstance(release, str):
            return release
        if isinstance(release, dict):
            return str(release.get("version") or release.get("shortVersion") or "")
    return ""
