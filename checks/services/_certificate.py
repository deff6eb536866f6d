"""What a certificate says, also one that nobody trusts: of that the standard library tells nothing.

It needs cryptography: `pip install 'readiness[services]'`.
"""

import ipaddress
from datetime import datetime
from typing import NamedTuple


class Certificate(NamedTuple):
    """Until when a certificate is good (UTC), and which hosts it is for."""

    ends: datetime
    names: tuple[str, ...]

    def is_for(self, host: str) -> bool:
        """Whether it names the host; `*` stands for one label, the first (RFC 6125)."""
        wanted = host.lower().rstrip(".")
        _, dot, parent = wanted.partition(".")
        starred = f"*.{parent}" if dot and not _is_ip(wanted) else None
        return any(name.lower() in {wanted, starred} for name in self.names)


def read(der: bytes) -> Certificate:
    """Read a certificate. Raises ValueError for what is none, and ImportError."""
    from cryptography import x509

    try:
        told = x509.load_der_x509_certificate(der)
        given = told.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = [each for each in given if isinstance(each, x509.DNSName | x509.IPAddress)]
    except x509.ExtensionNotFound:
        names = []
    except (x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise ValueError(str(error)) from None
    return Certificate(told.not_valid_after_utc, tuple(str(each.value) for each in names))


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
