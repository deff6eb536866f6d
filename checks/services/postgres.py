"""Look at a PostgreSQL: can one log in, is a password demanded, is it closed to the outside world.

Who else there is to log in is asked of it, and each is tried without a password, for each database
and for replication: a line of pg_hba.conf may be about one of them. The login is libpq's (psycopg):
`pip install 'readiness[services]'`.
"""

import os
import select
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from checks.services import _database
from checks.services._answer import Answer, ProbeError
from checks.services._connect import Timed, connect, left, within
from checks.services._database import Login, RefusedLoginError
from checks.services._outside import Inside
from checks.services._ports import State

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn

LIBRARY = "psycopg"
_SCHEMES = ("postgresql", "postgres")
_Result = TypeVar("_Result")
_Whence = tuple[str, str]
"""A network namespace and an address to connect from."""

_Names = tuple[list[str], list[str]]
"""Of roles, and of databases."""

_STATEMENTS = (
    b"select rolname from pg_roles where rolcanlogin order by oid desc limit 20",
    b"select datname from pg_database where datallowconn order by oid desc limit 20",
)
"""What gives them: the newest ones, as many as are tried in some seconds."""

_NOWHERE = os.path.join(os.devnull, "none")
# TLS hides here, it does not prove who the server is; and nothing of the user's own is sent.
_SETTINGS = {
    "gssencmode": "disable",
    **dict.fromkeys(("passfile", "sslcert", "sslkey", "sslrootcert"), _NOWHERE),
}


class Demand(StrEnum):
    """What a server wants of somebody who says a name and nothing else."""

    NOTHING = "trust"
    CLEAR = "password"
    MD5 = "md5"
    SCRAM = "scram-sha-256"
    OTHER = "other"
    REJECTED = "reject"


_REQUESTED = "server requested "
_DEMANDS = {"a cleartext": Demand.CLEAR, "a hashed": Demand.MD5, "SASL": Demand.SCRAM}


class PostgresOptions(Inside, frozen=True, kw_only=True):
    """The options of this probe."""

    url: str


def measure(options: PostgresOptions) -> Answer:
    """See what is demanded, and log in; then try from outside.

    `method` is how the server wants a login proved, as pg_hba.conf names it. `outside_method` tells
    what a client that gets through from outside is asked for: `reject` is as good as no connection.
    """
    user = _database.login(options.url, _SCHEMES, 5432)
    here = (options.netns, options.source)
    method, mode = _demanded(options, user, here)
    peer, version, names = _spoken(
        options, user, here, partial(_logged_in, settings={"sslmode": mode})
    )
    ways = [(user, here)]
    outside = options.outside_state(user.place)
    outside_method = None
    if outside is State.OPEN:
        far = user._replace(place=options.from_outside(user.place))
        there = (options.outside_netns, options.outside_source)
        outside_method, _ = _demanded(options, far, there)
        ways.append((far, there))
    answer = _database.answer(
        user,
        peer,
        version,
        demands_password=method is not Demand.NOTHING,
        outside=outside,
        turned_away=outside_method is Demand.REJECTED,
        unguarded=() if method is Demand.NOTHING else _unguarded(options, ways, names),
    )
    return {**answer, "method": method, "outside_method": outside_method}


def _demanded(
    options: PostgresOptions, user: Login, whence: _Whence, **settings: str
) -> tuple[Demand, str]:
    """Return what is wanted with TLS, where the server has it; where that is rejected, without."""
    for mode in ("prefer", "disable"):
        method = _spoken(
            options, user, whence, partial(_demand, settings={"sslmode": mode, **settings})
        )
        if method is not Demand.REJECTED:
            break
    return method, mode


def _unguarded(
    options: PostgresOptions, ways: Sequence[tuple[Login, _Whence]], names: _Names
) -> Iterator[str]:
    """Yield the roles that get in somewhere without a password."""
    roles, databases = names
    places = [{"dbname": name} for name in databases] + [{"replication": "true"}]

    def is_let_in(user: Login, whence: _Whence, place: Mapping[str, str]) -> bool:
        with suppress(ProbeError):  # that it cannot be tried says nothing
            return _demanded(options, user, whence, **place)[0] is Demand.NOTHING
        return False

    for role in roles:
        others = [(user._replace(user=role, password=""), whence) for user, whence in ways]
        if any(is_let_in(*other, place) for place in places for other in others):
            yield role


def _logged_in(link: Timed, user: Login, settings: Mapping[str, str]) -> tuple[str, str, _Names]:
    peer, names = str(link.peer), []

    def look(talk: "PGconn") -> None:
        for statement in _STATEMENTS:
            result = talk.exec_(statement)
            texts = [result.get_value(row, 0) or b"" for row in range(result.ntuples)]
            names.append([text.decode("utf-8", "replace") for text in texts])

    version = _log_in(link, user, settings, look)
    return peer, version, (names[0], names[1])


def _spoken(
    options: PostgresOptions, user: Login, whence: _Whence, ask: Callable[[Timed, Login], _Result]
) -> _Result:
    """Speak to the server; whatever goes wrong is told with its address."""
    netns, source = whence
    with user.spoken_to(options.timeout):
        # Only this: the loopback, which `ask` needs, may be down in there.
        with within(netns):
            link = connect(user.place, timeout=options.timeout, source=source)
        with link:
            return ask(link, user)


def _demand(link: Timed, user: Login, settings: Mapping[str, str]) -> Demand:
    """Say a name over a new connection, and hear what is wanted. Raises as `_log_in` does."""
    try:
        _log_in(link, user, {"require_auth": "none", **settings})
    except RefusedLoginError as error:
        if wanted := str(error).partition(_REQUESTED)[2]:
            kinds = (kind for words, kind in _DEMANDS.items() if wanted.startswith(words))
            return next(kinds, Demand.OTHER)
        # The one word that a server says so in, whatever its language.
        if "pg_hba.conf" in str(error):
            return Demand.REJECTED
        raise
    return Demand.NOTHING


def _log_in(
    link: Timed,
    user: Login,
    settings: Mapping[str, str],
    then: Callable[["PGconn"], None] | None = None,
) -> str:
    """Log in over a new connection, by libpq's settings; return the server's version.

    Raises RefusedLoginError with the server's or libpq's words, OSError, and ImportError.
    """
    import psycopg
    from psycopg.conninfo import make_conninfo
    from psycopg.pq import PGconn

    login = user.user or "postgres"
    wanted = {"user": login, "dbname": user.name or login, "password": user.password, **settings}
    # Nothing of the environment either: PGSERVICE, PGOPTIONS, …
    for variable in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[variable]
    try:
        with socket.create_server(("127.0.0.1", 0)) as door:
            place = {"host": user.place.host, "hostaddr": "127.0.0.1"}
            port = door.getsockname()[1]
            conninfo = make_conninfo(port=port, **place, **_SETTINGS, **wanted)
            talk = PGconn.connect_start(conninfo.encode())
            try:
                version = _greeted(talk, link)
                if then is not None:
                    then(talk)
                return version
            finally:
                talk.finish()
    except psycopg.Error as error:
        raise RefusedLoginError(str(error)) from None


def _greeted(talk: "PGconn", link: Timed) -> str:
    from psycopg.pq import PollingStatus

    # libpq can neither be given a connection nor an address to connect from: it is let connect to
    # a door that nobody opens, and finds ours in its place.
    own = talk.socket
    os.dup2(link.fileno(), own)
    link.setblocking(False)
    while (status := talk.connect_poll()) != PollingStatus.OK:
        # Where TLS came to nothing, its next try is a connection of its own, without.
        if status == PollingStatus.FAILED or not _is_same(own, link):
            why = talk.error_message.decode("utf-8", "replace").strip().partition("\n")[0]
            raise RefusedLoginError(why.rpartition(" failed: ")[2].removeprefix("FATAL:  "))
        reading = status == PollingStatus.READING
        lists = ([own], []) if reading else ([], [own])
        select.select(*lists, [], left(link.deadline))
    return (talk.parameter_status(b"server_version") or b"").decode()


def _is_same(descriptor: int, link: Timed) -> bool:
    try:
        return os.path.sameopenfile(descriptor, link.fileno())
    except OSError:
        return False
