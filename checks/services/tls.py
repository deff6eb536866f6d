"""Look at a server's TLS: is its certificate trusted and for its host, is what is weak refused.

Old protocols and weak ciphers are offered by hand, so that a library which will not speak them any
more is not taken for a server which refuses them.
"""

import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta

from checks.services import _certificate
from checks.services._answer import Complaint, ProbeError
from checks.services._connect import (
    Timed,
    address,
    connect,
    encrypted,
    enter,
    reason,
    unreachable,
)
from checks.services._hello import OLD, WEAK, is_accepted, takes_weak
from checks.services._http import tls_context
from checks.services._options import Network

LIBRARY = "cryptography"
_DAY = 86_400


class TlsOptions(Network, frozen=True, kw_only=True):
    """The options of this probe."""

    host: Annotated[str, Meta(description="`host:port` whose certificate it is; port 443 if none")]
    connect: Annotated[str, Meta(description="`ip:port` to connect to instead")] = ""
    ca_file: Annotated[
        str, Meta(description="file of the certificate authority to trust, instead of the system's")
    ] = ""
    min_days: Annotated[int, Meta(ge=0, description="days for which it must still be good")] = 30


class TlsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. `days_left` is rounded down: negative when it has ended.

    `protocols` says of each version whether it is accepted; null: the server did not say.
    `old_protocols` counts the old ones that are accepted; null where that is not known of all.
    `weak_ciphers` are the kinds of weak ones that are accepted; null likewise.
    """

    peer: str
    host: str
    problems: int | None
    trusted: bool
    untrusted_because: str
    host_matches: bool
    names: tuple[str, ...]
    ends: str
    days_left: int
    protocol: str
    cipher: str
    protocols: dict[str, bool | None]
    old_protocols: int | None
    weak_ciphers: tuple[str, ...] | None
    findings: list[Complaint]


class _TlsServer:
    """The server, ready to be connected to again and again."""

    def __init__(self, options: TlsOptions) -> None:
        self.host = address(options.host, port=443)
        self.place = address(options.connect, port=self.host.port) if options.connect else self.host
        self.options = options

    def link(self) -> Timed:
        """Connect. Raises ProbeError where nobody answers."""
        try:
            return connect(self.place, timeout=self.options.timeout, source=self.options.source)
        except OSError as error:
            raise self.silent(error) from None

    def silent(self, error: OSError) -> ProbeError:
        """Return the error that names the address."""
        return unreachable(self, error, timeout=self.options.timeout)

    def __str__(self) -> str:
        """Return the address, and the host that is asked for where that is another."""
        same = self.place == self.host
        return str(self.place) if same else f"{self.place} ({self.host})"


def measure(options: TlsOptions) -> TlsAnswer:
    """Shake hands in several ways, and tell what was found."""
    enter(options.netns)
    server = _TlsServer(options)
    untrusted = _distrust(server)
    der, protocol, cipher, peer = _shown(server)
    try:
        certificate = _certificate.read(der)
    except ValueError as error:
        raise ProbeError(f"{server}: its certificate cannot be read: {error}") from None
    protocols = {**_old(server), **_modern(server)}
    old = [protocols[name] for name in OLD]
    weak = _weak(server)
    unsaid = None in old or None in weak.values()
    days = int((certificate.ends - datetime.now(UTC)).total_seconds() // _DAY)
    found = list(_problems(server, untrusted, certificate, days, protocols))
    found += [
        Complaint(path=str(server.host), rule="weak-cipher", message=f"ciphers {kind} are accepted")
        for kind, taken in weak.items()
        if taken
    ]
    return TlsAnswer(
        peer=peer,
        host=str(server.host),
        problems=None if unsaid else len(found),
        trusted=not untrusted,
        untrusted_because=untrusted,
        host_matches=certificate.is_for(server.host.host),
        names=certificate.names,
        ends=certificate.ends.isoformat().replace("+00:00", "Z"),
        days_left=days,
        protocol=protocol,
        cipher=cipher,
        protocols=protocols,
        old_protocols=None if None in old else sum(map(bool, old)),
        weak_ciphers=None
        if None in weak.values()
        else tuple(kind for kind, taken in weak.items() if taken),
        findings=found,
    )


def _distrust(server: _TlsServer) -> str:
    """Return why the certificate's chain is not trusted, whatever host it is for; "" if it is."""
    context = tls_context(server.options.ca_file)
    context.check_hostname = False
    try:
        encrypted(server.link(), context, server.host.host).close()
    except ssl.SSLCertVerificationError as error:
        return error.verify_message or "it cannot be verified"
    except ssl.SSLError as error:
        # Whether it speaks TLS at all is for the next handshake to say.
        return reason(error)
    except OSError as error:
        raise server.silent(error) from None
    return ""


def _any_certificate() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    # Weak keys are to be seen here, not to be refused.
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def _shown(server: _TlsServer) -> tuple[bytes, str, str, str]:
    """Return the certificate, protocol, cipher and peer of a handshake that trusts anybody."""
    try:
        with encrypted(server.link(), _any_certificate(), server.host.host) as secure:
            der, cipher = secure.getpeercert(binary_form=True), secure.cipher()
            return der or b"", secure.version() or "", cipher[0] if cipher else "", str(secure.peer)
    except ssl.SSLError as error:
        raise ProbeError(f"{server} does not speak TLS: {reason(error)}") from None
    except OSError as error:
        raise server.silent(error) from None


def _modern(server: _TlsServer) -> dict[str, bool | None]:
    accepted: dict[str, bool | None] = {}
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = _any_certificate()
        context.maximum_version = context.minimum_version = version
        name = version.name.replace("_", ".")
        try:
            encrypted(server.link(), context, server.host.host).close()
        except TimeoutError:
            accepted[name] = None
        except OSError:
            accepted[name] = False
        else:
            accepted[name] = True
    return accepted


def _old(server: _TlsServer) -> dict[str, bool | None]:
    return {name: _offered(server, partial(is_accepted, version=OLD[name])) for name in OLD}


def _weak(server: _TlsServer) -> dict[str, bool | None]:
    return {kind: _offered(server, partial(takes_weak, kind=kind)) for kind in WEAK}


def _offered(server: _TlsServer, offer: Callable[..., bool | None]) -> bool | None:
    with server.link() as link:
        link.deadline = min(link.deadline, time.monotonic() + server.options.timeout)
        try:
            return offer(link, host=server.host.host)
        except ProbeError as error:
            raise ProbeError(f"{server}: {error}") from None


def _problems(
    server: _TlsServer,
    untrusted: str,
    certificate: _certificate.Certificate,
    days: int,
    protocols: dict[str, bool | None],
) -> list[Complaint]:
    said = []
    if untrusted:
        said.append(("untrusted", f"the certificate is not trusted: {untrusted}"))
    if not certificate.is_for(server.host.host):
        names = ", ".join(certificate.names) or "nobody"
        said.append(("host", f"the certificate is for {names}, not for {server.host.host}"))
    if days < server.options.min_days:
        demanded = server.options.min_days
        said.append(("days-left", f"the certificate is good for {days} days, not for {demanded}"))
    said += [("old-protocol", f"{name} is accepted") for name in OLD if protocols[name]]
    if not any(protocols[name] for name in protocols if name not in OLD):
        said.append(("protocol", "neither TLS 1.2 nor 1.3 is accepted"))
    return [Complaint(path=str(server.host), rule=rule, message=text) for rule, text in said]
