"""What the endpoints need, handed to them by FastAPI.

What only looks something up is `async`: a plain function would be handed to a thread.
"""

import secrets
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

from fastapi import Depends, Header, HTTPException, Query, Request, status
from sqlalchemy.orm import Session

from src.core.cache import Cache
from src.core.config import Settings
from src.database.session import Database
from src.monitoring.metrics import Metrics
from src.services.matches import MatchService
from src.services.predictions import PredictionService
from src.services.teams import TeamService


async def get_settings(request: Request) -> Settings:
    """Return the settings which the application was made with."""
    settings: Settings = request.app.state.settings
    return settings


async def get_database(request: Request) -> Database:
    """Return the database of the application."""
    database: Database = request.app.state.database
    return database


async def get_metrics(request: Request) -> Metrics:
    """Return the metrics of the application."""
    metrics: Metrics = request.app.state.metrics
    return metrics


async def get_cache(request: Request) -> Cache:
    """Return the cache of the application."""
    cache: Cache = request.app.state.cache
    return cache


KINDS = ("teams", "matches", "predictions", "forecasts")
CHANGED = {
    "teams": ("teams",),
    "matches": ("matches",),
    "cancel": ("matches",),
    "prediction": ("predictions",),
}
"""What is untrue after a change, by the end of its path; after any other it is all."""


async def take_turn(
    request: Request,
    database: Annotated[Database, Depends(get_database)],
    cache: Annotated[Cache, Depends(get_cache)],
) -> AsyncIterator[None]:
    """Wait for a turn at the database, and forget what may be untrue afterwards."""
    async with database.turns:
        yield
    if request.method not in ("GET", "HEAD"):
        changed = request.url.path.rpartition("/")[2]
        await cache.forget(*CHANGED.get(changed, KINDS))


Turn = Annotated[None, Depends(take_turn, scope="function")]


def get_session(
    database: Annotated[Database, Depends(get_database)],
    _: Turn,  # entered before the session, so it ends after the commit
) -> Iterator[Session]:
    """Give a session to one request; it commits before the answer is sent."""
    with database.session() as session:
        yield session


SessionDependency = Annotated[Session, Depends(get_session, scope="function")]


async def get_teams(session: SessionDependency) -> TeamService:
    """Return the service of teams."""
    return TeamService(session)


async def get_matches(session: SessionDependency) -> MatchService:
    """Return the service of matches."""
    return MatchService(session)


async def get_predictions(session: SessionDependency) -> PredictionService:
    """Return the service of predictions."""
    return PredictionService(session)


async def require_key(
    settings: Annotated[Settings, Depends(get_settings)],
    x_api_key: Annotated[str, Header()] = "",
) -> None:
    """Let only holders of the key change anything, where a key is set."""
    if settings.api_key is None:
        return
    if not secrets.compare_digest(x_api_key.encode(), settings.api_key.encode()):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "X-API-Key is wrong")


Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0)]
Teams = Annotated[TeamService, Depends(get_teams)]
Matches = Annotated[MatchService, Depends(get_matches)]
Predictions = Annotated[PredictionService, Depends(get_predictions)]
CountedMetrics = Annotated[Metrics, Depends(get_metrics)]
KeyHolder = Depends(require_key)
