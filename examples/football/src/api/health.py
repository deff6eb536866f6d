"""Endpoints for those who run the service."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response, status
from sqlalchemy.exc import SQLAlchemyError

from src import __version__
from src.api.dependencies import CountedMetrics, get_database, get_settings
from src.api.schemas import HealthOutput, ReadinessOutput
from src.core.config import Settings
from src.database.revisions import current_revision, expected_revision
from src.database.session import Database
from src.monitoring.metrics import CONTENT_TYPE

router = APIRouter(tags=["operations"])


@router.get("/health")
async def health(settings: Annotated[Settings, Depends(get_settings)]) -> HealthOutput:
    """Say that the process runs. Touches nothing else."""
    return HealthOutput(
        status="ok", version=__version__, environment=settings.environment.value
    )


@router.get("/health/ready", responses={503: {"model": ReadinessOutput}})
def ready(
    database: Annotated[Database, Depends(get_database)],
    numbers: CountedMetrics,
    response: Response,
) -> ReadinessOutput:
    """Say whether the database answers and stands at the revision expected."""
    revision = None
    try:
        database.ping()
        revision = current_revision(database.engine)
        state = "ok" if revision == expected_revision() else "wrong revision"
    except SQLAlchemyError:
        state = "unreachable"
    numbers.database_checks.labels(state).inc()
    if state != "ok":
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return ReadinessOutput(
        status="ready" if state == "ok" else "not ready",
        database=state,
        revision=revision,
        expected_revision=expected_revision(),
    )


@router.get("/metrics", include_in_schema=False)
def metrics(numbers: CountedMetrics) -> Response:
    """Give the numbers to Prometheus."""
    return Response(numbers.text(), media_type=CONTENT_TYPE)
