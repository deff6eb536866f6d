"""What the probes of databases share: their address as a URL, and what is wrong with one."""

from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec

from checks.services._answer import Complaint, ProbeError
from checks.services._connect import Address
from checks.services._options import OptionsError
from checks.services._ports import State


class RefusedLoginError(Exception):
    """A database does not let one in; the message is its own, or its library's."""


class Login(NamedTuple):
    """Where a database is, and who wants in. Never shown: `str()` of the place is."""

    scheme: str
    place: Address
    user: str
    password: str
    name: str

    def refused(self, why: Exception) -> ProbeError:
        """Return the error that tells why, without the password that it may repeat."""
        said = str(why).replace(self.password, "***") if self.password else str(why)
        return ProbeError(f"{self.place} refuses the login: {said}")


def login(url: str, schemes: tuple[str, ...], port: int) -> Login:
    """Read `scheme://user:password@host:port/name`. Raises OptionsError, without the URL."""
    try:
        parts = urlsplit(url)
        number = parts.port or port
    except ValueError:
        parts, number = urlsplit(""), 0
    # SQLAlchemy names its driver too: postgresql+psycopg.
    scheme = parts.scheme.partition("+")[0]
    if scheme not in schemes or not parts.hostname:
        raise OptionsError(f"the URL is not written {schemes[0]}://user:password@host:port/name")
    return Login(
        scheme,
        Address(parts.hostname, number),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        unquote(parts.path.lstrip("/")),
    )


class DatabaseAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. `problems` counts no password, and exposure.

    `exposed` is null where it is not said from where to try.
    """

    peer: str
    version: str
    demands_password: bool
    exposed: bool | None
    outside: State | None
    problems: int
    findings: list[Complaint]


def problems(place: Address, *, demands: bool, exposed: bool | None) -> list[Complaint]:
    """Return what is wrong with who may get in."""
    said = []
    if not demands:
        said.append(("no-password", "it lets anybody in, without a password"))
    if exposed:
        said.append(("exposed", "it can be reached from outside"))
    return [Complaint(path=str(place), rule=rule, message=text) for rule, text in said]


def is_exposed(state: State | None) -> bool | None:
    """Whether the outside world gets through; None where nobody tried."""
    return None if state is None else state is State.OPEN
