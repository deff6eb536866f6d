"""Make a request, and see whether its trace arrives at the collector.

The request carries a `traceparent` of its own (W3C Trace Context, sampled); the trace is looked for
under that id.
"""

import secrets
from typing import Annotated

import msgspec
from msgspec import Meta

from readiness.services._http import Request, fetch, headers_of
from readiness.services._json import elsewhere, look, objects, strings, wait
from readiness.services._options import Lines
from readiness.services.http import Client

IDS = ("trace_id", "traceId", "traceID")


class OpenTelemetryOptions(Client, frozen=True, kw_only=True):
    """The options of this probe."""

    url: Annotated[str, Meta(description="the address that is asked for, of a traced service")]
    lookup: Annotated[
        str,
        Meta(description="an address that tells spans as JSON; {trace_id} is filled in"),
    ]
    lookup_headers: Annotated[Lines, Meta(description="headers for it, one a line")] = ()
    release: Annotated[str, Meta(description="the release that the trace must name")] = ""
    health: Annotated[str, Meta(description="the collector's own health, which must be 200")] = ""
    method: Annotated[str, Meta(pattern="^[A-Z]+$", description="HTTP method")] = "GET"
    headers: Annotated[Lines, Meta(description="request headers, one a line")] = ()
    wait: Annotated[float, Meta(ge=0, description="seconds to wait for the trace")] = 30.0


class OpenTelemetryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What arrived: `spans` of the trace. `right_release` is null where none was asked for."""

    url: str
    status: int
    trace_id: str
    spans: int
    right_release: bool | None
    healthy: bool | None
    works: bool
    seconds: float


def measure(options: OpenTelemetryOptions) -> OpenTelemetryAnswer:
    """Ask, then look for the trace."""
    via = options.via()
    direct = elsewhere(via)
    healthy = None
    if options.health:
        healthy = fetch(Request(url=options.health), direct).status == 200
    trace = secrets.token_hex(16)
    lookup = options.lookup.replace("{trace_id}", trace)
    looking = headers_of(options.lookup_headers)
    look(lookup, direct, looking)  # what cannot be asked cannot tell that nothing came
    answer = fetch(
        Request(
            url=options.url,
            method=options.method,
            headers={
                **headers_of(options.headers),
                "traceparent": f"00-{trace}-{secrets.token_hex(8)}-01",
            },
        ),
        via,
    )

    def find() -> list[dict[str, object]] | None:
        data = look(lookup, direct, looking)
        spans = [one for one in objects(data) if any(one.get(name) == trace for name in IDS)]
        return spans or None

    spans, seconds = wait(find, options.wait)
    right = None
    if options.release:
        right = options.release in set(strings(spans or []))
    return OpenTelemetryAnswer(
        url=answer.url,
        status=answer.status,
        trace_id=trace,
        spans=len(spans or []),
        right_release=right,
        healthy=healthy,
        works=bool(spans) and right is not False and healthy is not False,
        seconds=seconds,
    )
