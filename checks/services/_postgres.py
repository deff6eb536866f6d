"""The login at a PostgreSQL, by libpq (psycopg): what it demands, and whether it lets one in."""

import os
import select
import socket
from enum import StrEnum
from typing import TYPE_CHECKING

from checks.services._connect import Timed, left
from checks.services._database import Login, RefusedLoginError

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn

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


def demand(link: Timed, user: Login, **settings: str) -> Demand:
    """Say a name over a new connection, and hear what is wanted. Raises as `log_in` does."""
    try:
        log_in(link, user, require_auth="none", **settings)
    except RefusedLoginError as error:
        wanted = str(error).partition(_REQUESTED)[2]
        if wanted:
            said = (kind for words, kind in _DEMANDS.items() if wanted.startswith(words))
            return next(said, Demand.OTHER)
        # The one word that a server says so in, whatever its language.
        if "pg_hba.conf" in str(error):
            return Demand.REJECTED
        raise
    return Demand.NOTHING


def log_in(link: Timed, user: Login, **settings: str) -> str:
    """Log in over a new connection, by libpq's settings; return the server's version.

    Raises RefusedLoginError with the server's or libpq's words, OSError, and ImportError.
    """
    import psycopg
    from psycopg.conninfo import make_conninfo
    from psycopg.pq import PGconn

    name = user.user or "postgres"
    wanted = {"user": name, "dbname": user.name or name, "password": user.password}
    # Nothing of the environment either: PGSERVICE, PGOPTIONS, …
    for variable in [each for each in os.environ if each.startswith("PG")]:
        del os.environ[variable]
    try:
        with socket.create_server(("127.0.0.1", 0)) as door:
            place = {"host": user.place.host, "hostaddr": "127.0.0.1"}
            port = door.getsockname()[1]
            given = make_conninfo(port=port, **place, **wanted, **_SETTINGS, **settings)
            talk = PGconn.connect_start(given.encode())
            try:
                return _greeted(talk, link)
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
            said = talk.error_message.decode("utf-8", "replace").strip().partition("\n")[0]
            raise RefusedLoginError(said.rpartition(" failed: ")[2].removeprefix("FATAL:  "))
        reading = status == PollingStatus.READING
        lists = ([own], []) if reading else ([], [own])
        select.select(*lists, [], left(link.deadline))
    return (talk.parameter_status(b"server_version") or b"").decode()


def _is_same(descriptor: int, link: Timed) -> bool:
    try:
        return os.path.sameopenfile(descriptor, link.fileno())
    except OSError:
        return False
