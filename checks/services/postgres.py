"""Look at a PostgreSQL: can one log in, is a password demanded, is it closed to the outside world.

No query is sent. It needs psycopg: `pip install 'readiness[services]'`.
"""

from collections.abc import Callable
from functools import partial
from typing import Annotated, TypeVar

from msgspec import Meta

from checks.services import _database
from checks.services._connect import Timed, connect, unreachable, within
from checks.services._database import DatabaseAnswer, Login, RefusedLoginError
from checks.services._outside import Inside
from checks.services._ports import State
from checks.services._postgres import Demand, demand, log_in

LIBRARY = "psycopg"
_SCHEMES = ("postgresql", "postgres")
_Found = TypeVar("_Found")
_Whence = tuple[str, str]
"""A network namespace and an address to connect from."""


class PostgresOptions(Inside, frozen=True, kw_only=True):
    """The options of this probe."""

    url: Annotated[
        str, Meta(description="`postgresql://user:password@host:port/name`. Give it by --url-env")
    ]


class PostgresAnswer(DatabaseAnswer, frozen=True, kw_only=True):
    """`method` is how the server wants a login proved, as pg_hba.conf names it.

    `outside_method` tells what a client that gets through from outside is asked for: `reject` is
    as good as no connection.
    """

    method: Demand
    outside_method: Demand | None


def measure(options: PostgresOptions) -> PostgresAnswer:
    """See what is demanded, and log in; then try from outside."""
    user = _database.login(options.url, _SCHEMES, 5432)
    here = (options.netns, options.source)
    method, mode = _demanded(options, user, here)
    peer, version = _spoken(options, user, here, partial(_logged_in, sslmode=mode))
    outside = options.outside_state(user.place)
    outside_method = None
    if outside is State.OPEN:
        far = user._replace(place=options.from_outside(user.place))
        there = (options.outside_netns, options.outside_source)
        outside_method, _ = _demanded(options, far, there)
    exposed = _database.is_exposed(outside) and outside_method is not Demand.REJECTED
    demands = method is not Demand.NOTHING
    found = _database.problems(user.place, demands=demands, exposed=exposed)
    return PostgresAnswer(
        peer=peer,
        version=version,
        method=method,
        demands_password=demands,
        exposed=exposed,
        outside=outside,
        outside_method=outside_method,
        problems=len(found),
        findings=found,
    )


def _demanded(options: PostgresOptions, user: Login, whence: _Whence) -> tuple[Demand, str]:
    """Return what is wanted with TLS, where the server has it; where that is rejected, without."""
    for mode in ("prefer", "disable"):
        method = _spoken(options, user, whence, partial(demand, sslmode=mode))
        if method is not Demand.REJECTED:
            break
    return method, mode


def _logged_in(link: Timed, user: Login, **settings: str) -> tuple[str, str]:
    return str(link.peer), log_in(link, user, **settings)


def _spoken(
    options: PostgresOptions, user: Login, whence: _Whence, ask: Callable[[Timed, Login], _Found]
) -> _Found:
    """Speak to the server; whatever goes wrong is told with its address."""
    netns, source = whence
    try:
        # Only this: the loopback, which `ask` needs, may be down in there.
        with within(netns):
            link = connect(user.place, timeout=options.timeout, source=source)
        with link:
            return ask(link, user)
    except RefusedLoginError as error:
        raise user.refused(error) from None
    except OSError as error:
        raise unreachable(user.place, error, timeout=options.timeout) from None
