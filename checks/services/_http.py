"""A small HTTP client: one request, one answer, no proxy, and no redirect is followed."""

import base64
import http.client
import ssl
import time
from functools import cache
from typing import Literal, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec

from checks.services._answer import ProbeError
from checks.services._connect import (
    Address,
    Timed,
    TimedTLS,
    address,
    connect,
    encrypted,
    unreachable,
)
from checks.services._options import OptionsError

MOST_BYTES = 4 * 2**20
"""How much of a body is read."""

_AGENT = "readiness"
_PORTS = {"http": 80, "https": 443}


class Via(NamedTuple):
    """How servers are reached: what all requests of one probe have in common.

    `connect` are words, `ip:port` for any host or `host:port=ip:port` for one; hosts that are not
    in it are looked up as usual.
    """

    timeout: float
    source: str = ""
    ca_file: str = ""
    connect: tuple[str, ...] = ()


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for. `headers` replace those that are sent anyway."""

    url: str
    method: str = "GET"
    version: Literal["1.1", "1.0"] = "1.1"
    headers: dict[str, str] = {}
    body: bytes | None = None


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """What came back. Names in `headers` are in lower case; `cut` says that the body is longer.

    `latency` is in milliseconds, from before the connection to the end of the body. `url` is
    where it came from, without a password, `peer` the address that was spoken to, and `client` the
    one that it was spoken to from.
    """

    url: str
    peer: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    cut: bool
    latency: float
    client: str = ""

    def header(self, name: str) -> str:
        """Return a header's value, several joined by commas; "" where it is absent."""
        return ", ".join(value for key, value in self.headers if key == name.lower())

    @property
    def text(self) -> str:
        """The body as text, in the character set that it is said to have."""
        charset = http.client.HTTPMessage()
        charset["content-type"] = self.header("content-type") or "text/plain"
        try:
            return self.body.decode(charset.get_content_charset("utf-8"), "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")


class _OldConnection(http.client.HTTPConnection):
    """A connection that speaks HTTP/1.0."""

    _http_vsn = 10
    _http_vsn_str = "HTTP/1.0"


class _Destination(NamedTuple):
    parts: SplitResult
    host: Address
    place: Address


def tls_context(ca_file: str) -> ssl.SSLContext:
    """Return a context that trusts a CA file, or the system's authorities where none is given.

    Raises ProbeError where the file cannot be read.
    """
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        said = error.strerror or "it holds no certificate"
        raise ProbeError(f"the CA file {ca_file} cannot be read: {said}") from None


# To read all the authorities of the system takes longer than many a request.
_trusting = cache(tls_context)


def headers_of(lines: tuple[str, ...]) -> dict[str, str]:
    """Read `Name: value` lines. Raises OptionsError for any other."""
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name.strip() or " " in name.strip():
            raise OptionsError("a header is not written `Name: value`")
        headers[name.strip()] = value.strip()
    return headers


def place_of(url: str, connect: tuple[str, ...] = ()) -> Address:
    """Return the address that is connected to for a URL. Raises OptionsError for what is none."""
    return _target(url, connect).place


def _target(url: str, connections: tuple[str, ...]) -> _Destination:
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
        host = parts.hostname
    except (ValueError, KeyError):
        host = None
    if not host or any(map(str.isspace, url)):
        raise OptionsError(f"{without_password(url)!r} is no URL; write http://host/path or https:")
    asked = Address(host, port)
    for word in connections:
        before, equals, place = word.rpartition("=")
        if not equals or address(before) == asked:
            return _Destination(parts, asked, address(place, port=port))
    return _Destination(parts, asked, asked)


def without_password(url: str) -> str:
    """Return a URL as it may be shown: without user, password and query."""
    before, separator, after = url.partition("://")
    head, rest = (before, after) if separator else ("", url)
    authority, slash, path = rest.partition("/")
    return f"{head}{separator}{authority.rpartition('@')[2]}{slash}{path.partition('?')[0]}"


def fetch(request: Request, via: Via) -> Response:
    """Return the answer to a request.

    Raises ProbeError, which names the address, where there is none within the time limit,
    and OptionsError for what is not a URL of HTTP.
    """
    target = _target(request.url, via.connect)
    shown = without_password(request.url)
    where = str(target.place)
    named = where if target.place == target.host else f"{where} ({target.host})"
    secure = target.parts.scheme == "https"
    context = _trusting(via.ca_file) if secure else None
    start = time.monotonic()
    try:
        link = _open(target, via, context)
        with link:
            answer, body = _converse(request, target, link)
    except http.client.HTTPException as error:
        raise ProbeError(f"{named} does not speak HTTP: {_protocol_error(error)}") from None
    except OSError as error:
        raise unreachable(named, error, timeout=via.timeout) from None
    return Response(
        url=shown,
        peer=str(link.peer),
        client=link.own,
        status=answer.status,
        headers=tuple((name.lower(), value) for name, value in answer.getheaders()),
        body=body[:MOST_BYTES],
        cut=len(body) > MOST_BYTES,
        latency=round((time.monotonic() - start) * 1000, 3),
    )


def _open(target: _Destination, via: Via, context: ssl.SSLContext | None) -> Timed | TimedTLS:
    link = connect(target.place, timeout=via.timeout, source=via.source)
    return link if context is None else encrypted(link, context, target.host.host)


def _converse(
    request: Request, target: _Destination, link: Timed | TimedTLS
) -> tuple[http.client.HTTPResponse, bytes]:
    speaking = _OldConnection if request.version == "1.0" else http.client.HTTPConnection
    connection = speaking(*target.host)
    connection.sock = link
    path = target.parts.path or "/"
    query = f"?{target.parts.query}" if target.parts.query else ""
    connection.request(
        request.method, path + query, body=request.body, headers=_sent(request, target)
    )
    answer = connection.getresponse()
    body = answer.read(MOST_BYTES + 1)
    if answer.length and len(body) <= MOST_BYTES:
        raise http.client.IncompleteRead(body, answer.length)
    return answer, body


def _sent(request: Request, target: _Destination) -> dict[str, str]:
    default = target.host.port == _PORTS[target.parts.scheme]
    host = target.parts.netloc.rpartition("@")[2]
    sent = {
        "Host": host.removesuffix(f":{target.host.port}") if default else host,
        "User-Agent": _AGENT,
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    if target.parts.username is not None:
        pair = f"{unquote(target.parts.username)}:{unquote(target.parts.password or '')}"
        sent["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    own = {name.lower() for name in request.headers}
    return {name: value for name, value in sent.items() if name.lower() not in own} | dict(
        request.headers
    )


def _protocol_error(error: http.client.HTTPException) -> str:
    if isinstance(error, http.client.RemoteDisconnected):
        return "it closed the connection without an answer"
    if isinstance(error, http.client.IncompleteRead):
        return "its answer ended too early"
    return f"{type(error).__name__} {error}".strip()
