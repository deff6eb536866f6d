"""Look at a server's TLS: is its certificate trusted and for its host, is what is weak refused."""

import ipaddress
import ssl
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, NamedTuple

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
from checks.services._http import tls_context
from checks.services._options import Network

LIBRARY = "cryptography"
_DAY = 86_400
_VERSIONS = {
    version.name.replace("_", "."): version
    for version in ssl.TLSVersion
    if ssl.TLSVersion.TLSv1 <= version <= ssl.TLSVersion.TLSv1_3
}
_OLD = ("TLSv1", "TLSv1.1")
_WEAK = {"without encryption": "eNULL", "without authentication": "aNULL"}
"""Kinds of ciphers that nobody should agree to (RFC 9325, 4.1), as OpenSSL calls them."""


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


class TlsServer:
    """The server, ready to be connected to again and again."""

    def __init__(self, options: TlsOptions) -> None:
        # Of an address of the site, what stands between the scheme and the path.
        host = options.host.rpartition("://")[2].partition("/")[0]
        self.host = address(host, port=443)
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
    server = TlsServer(options)
    untrusted = _distrust(server)
    der, protocol, cipher, peer = _shown(server)
    try:
        certificate = read_certificate(der)
    except ValueError as error:
        raise ProbeError(f"{server}: its certificate cannot be read: {error}") from None
    protocols = {name: accepts(server, version) for name, version in _VERSIONS.items()}
    offers = [protocols[name] for name in _OLD]
    weak = {kind: accepts(server, ssl.TLSVersion.TLSv1_2, name) for kind, name in _WEAK.items()}
    old_known, weak_known = None not in offers, None not in weak.values()
    days = int((certificate.ends - datetime.now(UTC)).total_seconds() // _DAY)
    secret = _keeps_secrets(server) if protocols["TLSv1.2"] else True
    weak_kinds = tuple(kind for kind, is_taken in weak.items() if is_taken)
    problems = list(_problems(server, untrusted, certificate, days, protocols))
    problems += [("weak-cipher", f"ciphers {kind} are accepted") for kind in weak_kinds]
    if not secret:
        problems.append(("weak-cipher", "TLS 1.2 without forward secrecy is preferred"))
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
        "old_protocols": sum(map(bool, offers)) if old_known else None,
        "forward_secrecy": secret,
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


def _distrust(server: TlsServer) -> str:
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


def _any_certificate(ciphers: str = "ALL") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    # Weak keys are to be seen here, not to be refused.
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    return context


def _shown(server: TlsServer) -> tuple[bytes, str, str, str]:
    """Return the certificate, protocol, cipher and peer of a handshake that trusts anybody."""
    try:
        with encrypted(server.link(), _any_certificate(), server.host.host) as secure:
            der, cipher = secure.getpeercert(binary_form=True), secure.cipher()
            return der or b"", secure.version() or "", cipher[0] if cipher else "", str(secure.peer)
    except ssl.SSLError as error:
        raise ProbeError(f"{server} does not speak TLS: {reason(error)}") from None
    except OSError as error:
        raise server.silent(error) from None


def accepts(server: TlsServer, version: ssl.TLSVersion, ciphers: str = "ALL") -> bool | None:
    """Return whether the server takes this version with these ciphers; None where it says nothing.

    It does once a cipher is agreed upon, though it may then ask for a certificate of ours. Raises
    ProbeError where the library cannot offer them, which is no refusal.
    """
    context = _any_certificate(ciphers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    host = server.host.host
    try:
        with context.wrap_socket(
            server.link(), server_hostname=host, do_handshake_on_connect=False
        ) as link:
            link.settimeout(server.options.timeout)
            try:
                link.do_handshake()
            except ssl.SSLError as error:
                if error.reason == "NO_PROTOCOLS_AVAILABLE":
                    raise ProbeError(f"OpenSSL here cannot offer {version.name}") from None
            return link.cipher() is not None
    except TimeoutError:
        return None
    except OSError:  # it hung up
        return False


def _keeps_secrets(server: TlsServer) -> bool:
    """Return whether who stole the server's key cannot read what an ordinary client of 1.2 said."""
    context = _any_certificate("DEFAULT")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    try:
        with encrypted(server.link(), context, server.host.host) as secure:
            cipher = secure.cipher()
            return cipher is None or "DHE-" in cipher[0]
    except OSError:  # none that such a client knows
        return True


def _problems(
    server: TlsServer,
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
    yield from (("old-protocol", f"{name} is accepted") for name in _OLD if protocols[name])
    if not any(protocols[name] for name in protocols if name not in _OLD):
        yield "protocol", "neither TLS 1.2 nor 1.3 is accepted"
