"""Ask for one URL and tell what came back: status, latency, headers, body.

The address that is connected to may be another than the URL's (`--connect 127.0.0.1:8443`): the
host name still stands in the request and is what a certificate must be for.
"""

from typing import Annotated, Literal

from msgspec import Meta

from checks.services._answer import Answer, ProbeError
from checks.services._connect import enter
from checks.services._http import Request, Via, fetch, headers_of, place_of, without_password
from checks.services._json import Api
from checks.services._options import Lines, Network, Words

_SECRET_HEADERS = {"set-cookie", "authorization"}


class Client(Network, frozen=True, kw_only=True):
    """How a server is reached; shared by the probes that speak HTTP."""

    connect: Words = ()
    ca_file: str = ""

    def via(self) -> Via:
        """Return the way to the server; enters the network namespace first, if one is given."""
        enter(self.netns)
        return Via(self.timeout, self.source, self.ca_file, self.connect)


class Authorized(Client, frozen=True, kw_only=True):
    """Who asks, and whether that may have effects.

    `token` and `headers` are for the server at `url` alone: to others they would be given away.
    """

    token: str = ""
    headers: Lines = ()
    effects: Literal["", "allowed"] = ""

    def own_headers(self) -> dict[str, str]:
        """Return the headers that the server at `url` is sent."""
        login = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {**login, **headers_of(self.headers)}

    def api(self, url: str) -> Api:
        """Return the way to what the server at `url` tells as JSON."""
        return Api(url.rstrip("/"), self.via(), self.own_headers())

    def announce(self, url: str, effect: str) -> None:
        """Raise ProbeError with what would happen to another machine, unless that is allowed."""
        if not self.effects and not place_of(url, self.connect).is_loopback:
            why = f"{without_password(url)} is not this machine, and {effect}"
            raise ProbeError(f"{why}: say `effects: allowed` in `with` if it may")


class HttpOptions(Authorized, frozen=True, kw_only=True):
    """The options of this probe."""

    url: str
    method: Annotated[str, Meta(pattern="^[A-Z]+$")] = "GET"
    body: str = ""
    header: str = ""


def measure(options: HttpOptions) -> Answer:
    """Ask, and tell what came back.

    `body` and `size` (bytes) are null where it was too long to be read.
    """
    request = Request(
        url=options.url,
        method=options.method,
        headers=options.own_headers(),
        body=options.body.encode() or None,
    )
    answer = fetch(request, options.via())
    return {
        "url": answer.url,
        "peer": answer.peer,
        "status": answer.status,
        "latency": answer.latency,
        "location": answer.header("location"),
        "header": answer.header(options.header),
        "headers": {
            name: answer.header(name) for name, _ in answer.headers if name not in _SECRET_HEADERS
        },
        "size": None if answer.cut else len(answer.body),
        "body": None if answer.cut else answer.text,
    }
