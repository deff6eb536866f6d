"""What the probes of databases share: their address as a URL, and what is wrong with one."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from checks.services._answer import Answer, ProbeError, complaints
from checks.services._connect import Address, unreachable
from checks.services._options import OptionsError
from checks.services._ports import State


class RefusedLoginError(Exception):
    """A database does not let one in; the message is its own, or its library's."""

    verdict = "refuses the login"


class Login(NamedTuple):
    """Where a database is, and who wants in. Never shown: `str()` of the place is."""

    scheme: str
    place: Address
    user: str
    password: str
    name: str

    @contextmanager
    def spoken_to(self, timeout: float) -> Iterator[None]:
        """Tell whatever goes wrong with its address, without the password that it may repeat."""
        try:
            yield
        except RefusedLoginError as error:
            why = str(error).replace(self.password, "***") if self.password else str(error)
            raise ProbeError(f"{self.place} {error.verdict}: {why}") from None
        except OSError as error:
            raise unreachable(self.place, error, timeout=timeout) from None


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


def answer(
    user: Login,
    peer: str,
    version: str,
    *,
    demands_password: bool,
    outside: State | None,
    turned_away: bool,
    unguarded: Iterable[str] = (),
) -> Answer:
    """Return what probes of databases have in common. `problems` counts no password, and exposure.

    `exposed` and `outside` are null where it is not said from where to try. Who gets through and
    is `turned_away` by the server itself has not reached it.
    """
    exposed = None if outside is None else outside is State.OPEN and not turned_away
    problems = []
    if not demands_password:
        problems.append(("no-password", "it lets anybody in, without a password"))
    problems += [("no-password", f"it lets {name} in, without a password") for name in unguarded]
    if exposed:
        problems.append(("exposed", "it can be reached from outside"))
    return {
        "peer": peer,
        "version": version,
        "demands_password": demands_password,
        "exposed": exposed,
        "outside": outside,
        "problems": len(problems),
        "findings": complaints(str(user.place), problems),
    }
