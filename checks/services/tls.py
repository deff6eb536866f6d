"""Look at a server's TLS: is its certificate trusted and for its host, is what is weak refused.

Old protocols and weak ciphers are offered by hand, so that a library which will not speak them any
more is not taken for a server which refuses them.
"""

import ipaddress
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple

from msgspec import Meta

from checks.services._answer import Answer, ProbeError, complaints
from checks.services._connect import (
    Timed,
    address,
    connect,
    encrypted,
    enter,
    reason,
    unreachable,
)
from checks.services._hello import OLD, WEAK, is_accepted
from checks.services._http import tls_context
from checks.services._options import Network

LIBRARY = "cryptography"
_DAY = 86_400


class TlsOptions(Network, frozen=True, kw_only=True):
    """The options of this probe."""

    host: str
    connect: str = ""
    ca_file: str = ""
    min_days: Annotated[int, Meta(ge=0)] = 30


class Certificate(NamedTuple):
    """Until when a certificate is good (UTC), and which hosts it is for."""

    ends: datetime
    names: tuple[str, ...]

    def is_for(self, host: str) -> bool:
        """Return whether it names the host; `*` stands for one label, the first (RFC 6125)."""
        wanted = host.lower().rstrip(".")
        _, dot, parent = wanted.partition(".")
        starred = f"*.{parent}" if dot and not _is_ip(wanted) else None
        return any(name.lower() in {wanted, starred} for name in self.names)


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


def measure(options: TlsOptions) -> Answer:
    """Shake hands in several ways, and tell what was found.

    `days_left` is rounded down: negative when it has ended. `protocols` says of each version
    whether it is accepted; null: the server did not say. `old_protocols` counts the old ones that
    are accepted, and `weak_ciphers` are kinds of weak ones; null where that is not known of all.
    """
    enter(options.netns)
    server = _TlsServer(options)
    untrusted = _distrust(server)
    der, protocol, cipher, peer = _shown(server)
    try:
        certificate = read_certificate(der)
    except ValueError as error:
        raise ProbeError(f"{server}: its certificate cannot be read: {error}") from None
    offers = {name: _offered(server, version=version) for name, version in OLD.items()}
    protocols = {**offers, **_modern(server)}
    weak = {kind: _offered(server, suites=suites) for kind, suites in WEAK.items()}
    old_known, weak_known = None not in offers.values(), None not in weak.values()
    days = int((certificate.ends - datetime.now(UTC)).total_seconds() // _DAY)
    weak_kinds = tuple(kind for kind, is_taken in weak.items() if is_taken)
    problems = list(_problems(server, untrusted, certificate, days, protocols))
    problems += [("weak-cipher", f"ciphers {kind} are accepted") for kind in weak_kinds]
    return {
        "peer": peer,
        "host": str(server.host),
        "problems": len(problems) if old_known and weak_known else None,
        "trusted": not untrusted,
        "untrusted_because": untrusted,
        "host_matches": certificate.is_for(server.host.host),
        "names": certificate.names,
        "ends": certificate.ends.isoformat().replace("+00:00", "Z"),
        "days_left": days,
        "protocol": protocol,
        "cipher": cipher,
        "protocols": protocols,
        "old_protocols": sum(map(bool, offers.values())) if old_known else None,
        "weak_ciphers": weak_kinds if weak_known else None,
        "findings": complaints(str(server.host), problems),
    }


def read_certificate(der: bytes) -> Certificate:
    """Read a certificate, also one that nobody trusts: of that `ssl` tells nothing.

    Raises ValueError for what is none, and ImportError.
    """
    from cryptography import x509

    try:
        certificate = x509.load_der_x509_certificate(der)
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names = [
            name for name in extension.value if isinstance(name, x509.DNSName | x509.IPAddress)
        ]
    except x509.ExtensionNotFound:
        names = []
    except (x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise ValueError(str(error)) from None
    return Certificate(certificate.not_valid_after_utc, tuple(str(name.value) for name in names))


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


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


def _offered(server: _TlsServer, **offer: Any) -> bool | None:
    with server.link() as link:
        link.deadline = min(link.deadline, time.monotonic() + server.options.timeout)
        try:
            return is_accepted(link, server.host.host, **offer)
        except ProbeError as error:
            raise ProbeError(f"{server}: {error}") from None


def _problems(
    server: _TlsServer,
    untrusted: str,
    certificate: Certificate,
    days: int,
    protocols: dict[str, bool | None],
) -> Iterator[tuple[str, str]]:
    if untrusted:
        yield "untrusted", f"the certificate is not trusted: {untrusted}"
    if not certificate.is_for(server.host.host):
        names = ", ".join(certificate.names) or "nobody"
        yield "host", f"the certificate is for {names}, not for {server.host.host}"
    if days < server.options.min_days:
        demanded = server.options.min_days
        yield "days-left", f"the certificate is good for {days} days, not for {demanded}"
    yield from (("old-protocol", f"{name} is accepted") for name in OLD if protocols[name])
    if not any(protocols[name] for name in protocols if name not in OLD):
        yield "protocol", "neither TLS 1.2 nor 1.3 is accepted"
