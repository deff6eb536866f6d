"""Look at a PostgreSQL: can one log in, is a password demanded, is it closed to the outside world.

It is spoken to by its own protocol; no query is sent.
"""

from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from readiness.services import _database
from readiness.services._answer import Finding, NotMeasuredError
from readiness.services._connect import connect, unreachable, within
from readiness.services._outside import Inside
from readiness.services._ports import State
from readiness.services._postgres import Conversation, Demand, RefusedError, start

_SCHEMES = ("postgresql", "postgres")
_Found = TypeVar("_Found")


class Options(Inside, frozen=True, kw_only=True):
    """The options of this probe."""

    url: Annotated[
        str, Meta(description="`postgresql://user:password@host:port/name`. Give it by --url-env")
    ]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. `method` is how the server wants a login proved, as pg_hba.conf names it.

    `exposed` is null where it is not said from where to try; `outside_method` tells what a client
    that gets through from there is asked for: `reject` is as good as no connection.
    `problems` counts no password, and exposure.
    """

    peer: str
    version: str
    method: Demand
    demands_password: bool
    exposed: bool | None
    outside: State | None
    outside_method: Demand | None
    problems: int
    findings: list[Finding]


def measure(options: Options) -> Answer:
    """Log in, after having seen what is demanded; then try from outside."""
    user = _database.login(options.url, _SCHEMES, 5432)
    with within(options.netns):
        peer, method, version = _spoken(options, user, _log_in)
    outside = options.outside_state(user.place)
    outside_method = None
    if outside is State.OPEN:
        far = user._replace(place=options.from_outside(user.place))
        with within(options.outside_netns):
            outside_method = _spoken(options, far, lambda talk: talk.demand, outside=True)
    exposed = _database.is_exposed(outside) and outside_method is not Demand.REJECTED
    demands = method is not Demand.NOTHING
    found = _database.problems(user.place, demands=demands, exposed=exposed)
    return Answer(
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


def _log_in(talk: Conversation) -> tuple[str, Demand, str]:
    return str(talk.link.peer), talk.demand, talk.log_in().version


def _spoken(
    options: Options,
    user: _database.Login,
    then: Callable[[Conversation], _Found],
    *,
    outside: bool = False,
) -> _Found:
    """Speak to the server; whatever goes wrong is told with its address."""
    where = user.place
    source = options.outside_source if outside else options.source
    try:
        with (
            connect(where, timeout=options.timeout, source=source) as link,
            start(link, user) as talk,
        ):
            return then(talk)
    except RefusedError as error:
        raise NotMeasuredError(f"{where} refuses the login: {error}") from None
    except (ValueError, KeyError) as error:
        more = f": {error}" if str(error) else ""
        raise NotMeasuredError(f"{where} does not speak as PostgreSQL does{more}") from None
    except OSError as error:
        raise unreachable(where, error, timeout=options.timeout) from None
