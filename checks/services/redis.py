"""Look at a Redis: does it answer, does it demand a password, is it closed to the outside world.

Nothing is written to it. It needs redis-py: `pip install 'readiness[services]'`.
"""

import re
import time
from collections.abc import Callable
from typing import TypeVar

from checks.services import _database
from checks.services._answer import Answer
from checks.services._connect import Address, Timed, connect, encrypted, within
from checks.services._database import Login, RefusedLoginError
from checks.services._http import tls_context
from checks.services._outside import Inside
from checks.services._ports import State

LIBRARY = "redis"
_SCHEMES = ("redis", "rediss")
_PROTECTED = "DENIED"
_Result = TypeVar("_Result")


class RedisOptions(Inside, frozen=True, kw_only=True):
    """The options of this probe."""

    url: str
    ca_file: str = ""


class UnwelcomeError(RefusedLoginError):
    """Redis demands a password, or another one."""


class ForeignProtocolError(RefusedLoginError):
    """What answers is no Redis."""

    verdict = "does not speak as Redis does"


def measure(options: RedisOptions) -> Answer:
    """Log in and ask for the version; then try without a password, and from outside.

    `protected`: it listens to outsiders only to send them away (its protected mode).
    """
    user = _database.login(options.url, _SCHEMES, 6379)
    with within(options.netns):
        peer, version = _spoken(options, user, _version)
        demands = _spoken(options, user, _demands_password)
        unguarded = _spoken(options, user, _unguarded)
    outside = options.outside_state(user.place)
    protected = outside is State.OPEN and _sends_away(options, user)
    answer = _database.answer(
        user,
        peer,
        version,
        demands_password=demands,
        outside=outside,
        turned_away=protected,
        unguarded=unguarded,
    )
    return {**answer, "protected": protected}


def _spoken(options: RedisOptions, user: Login, ask: Callable[[Timed, Login], _Result]) -> _Result:
    """Speak to the server; whatever goes wrong is told with its address."""
    with (
        user.spoken_to(options.timeout),
        _opened(options, user.scheme, user.place, options.source) as link,
    ):
        return ask(link, user)


def _opened(options: RedisOptions, scheme: str, place: Address, source: str) -> Timed:
    link = connect(place, timeout=options.timeout, source=source)
    if scheme != "rediss":
        return link
    # To read all the authorities of the system takes longer than many an answer.
    context = tls_context(options.ca_file)
    link.deadline = time.monotonic() + options.timeout
    return encrypted(link, context, place.host)


def _ask(link: Timed, *command: str, user: str = "", password: str = "") -> str:
    """Log in where a password is given, send a command, and return the answer.

    Raises UnwelcomeError, ForeignProtocolError, RefusedLoginError and OSError.
    """
    import redis

    talk = redis.Connection(
        protocol=2,
        driver_info=None,
        decode_responses=True,
        username=user if password else None,
        password=password,
    )
    # What a subclass for another kind of connection defines.
    setattr(talk, "_connect", lambda: link)  # noqa: B010
    try:
        talk.connect()
        talk.send_command(*command)
        return str(talk.read_response())
    except (redis.AuthenticationError, redis.exceptions.NoPermissionError) as error:
        raise UnwelcomeError(str(error)) from None
    except redis.ResponseError as error:
        raise RefusedLoginError(str(error)) from None
    except (redis.RedisError, ValueError) as error:
        if isinstance(error.__context__, OSError):
            raise error.__context__ from None
        raise ForeignProtocolError(str(error)) from None


def _version(link: Timed, user: Login) -> tuple[str, str]:
    peer = str(link.peer)
    try:
        information = _ask(link, "INFO", "server", user=user.user, password=user.password)
    except UnwelcomeError:
        if user.password:
            raise
        # It is there and demands what nobody gave us: its version is its secret.
        return peer, ""
    for line in information.splitlines():
        if line.startswith("redis_version:"):
            return peer, line.partition(":")[2]
    raise ForeignProtocolError("it does not tell its version")


def _demands_password(link: Timed, _: Login) -> bool:
    try:
        _ask(link, "PING")
    except RefusedLoginError as error:
        if isinstance(error, UnwelcomeError) or str(error).startswith(_PROTECTED):
            return True
        raise
    return False


def _unguarded(link: Timed, user: Login) -> list[str]:
    """Return who gets at keys without a password, by name; nobody where that is not told."""
    try:
        rows = _ask(link, "ACL", "LIST", user=user.user, password=user.password)
    except RefusedLoginError:
        return []
    names = re.findall(r"'user (\S+) on (?:[^' ]+ )*?nopass (?:[^' ]+ )*?[~%]", rows)
    return [name for name in names if name != "default"]


def _sends_away(options: RedisOptions, user: Login) -> bool:
    """Return whether it answers outsiders with nothing but that they are not wanted."""
    place = options.from_outside(user.place)
    try:
        with (
            within(options.outside_netns),
            _opened(options, user.scheme, place, options.outside_source) as link,
        ):
            _ask(link, "PING")
    except RefusedLoginError as error:
        return str(error).startswith(_PROTECTED)
    except OSError:
        pass
    return False
