"""Ask for one URL and tell what came back: status, latency, headers, body.

The address that is connected to may be another than the URL's (`--connect 127.0.0.1:8443`): the
host name still stands in the request and is what a certificate must be for.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from checks.services._connect import enter
from checks.services._http import Request, Via, fetch, headers_of
from checks.services._options import Lines, Network, Words


class Client(Network, frozen=True, kw_only=True):
    """How a server is reached; shared by the probes that speak HTTP."""

    connect: Annotated[
        Words,
        Meta(
            description="connect to this `ip:port` instead of the URL's host;"
            " `host:port=ip:port` for another host"
        ),
    ] = ()
    ca_file: Annotated[
        str, Meta(description="file of the certificate authority to trust, instead of the system's")
    ] = ""
    verify: Annotated[bool, Meta(description="`false` takes any certificate")] = True

    def via(self) -> Via:
        """Return the way to the server; enters the network namespace first, if one is given."""
        enter(self.netns)
        return Via(self.timeout, self.source, self.ca_file, self.connect, self.verify)


class HttpOptions(Client, frozen=True, kw_only=True):
    """The options of this probe."""

    url: Annotated[str, Meta(description="the address to ask for")]
    method: Annotated[str, Meta(pattern="^[A-Z]+$", description="HTTP method")] = "GET"
    headers: Annotated[Lines, Meta(description="request headers, `Name: value`, one a line")] = ()
    body: Annotated[str, Meta(description="what to send as the request's body")] = ""
    follow: Annotated[bool, Meta(description="`true` follows redirects")] = False
    header: Annotated[str, Meta(description="the header of the answer to tell")] = ""


class HttpAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back. `body` and `size` (bytes) are null where it was too long to be read."""

    url: str
    peer: str
    status: int
    latency: float
    redirects: int
    location: str
    header: str
    headers: dict[str, str]
    size: int | None
    body: str | None


def measure(options: HttpOptions) -> HttpAnswer:
    """Ask, and tell what came back."""
    body = options.body.encode() or None
    request = Request(
        url=options.url,
        method=options.method,
        headers=headers_of(options.headers),
        body=body,
    )
    answer = fetch(request, options.via(), follow=options.follow)
    return HttpAnswer(
        url=answer.url,
        peer=answer.peer,
        status=answer.status,
        latency=answer.latency,
        redirects=answer.redirects,
        location=answer.header("location"),
        header=answer.header(options.header),
        headers={name: answer.header(name) for name, _ in answer.headers if not _secret(name)},
        size=None if answer.cut else len(answer.body),
        body=None if answer.cut else answer.text,
    )


def _secret(name: str) -> bool:
    return name in {"set-cookie", "authorization"}
