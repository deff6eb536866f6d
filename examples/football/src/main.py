"""Builds the application: uvicorn --factory src.main:create_app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from src import __version__
from src.api import diagnostics, health, matches, predictions, teams
from src.api.errors import register_error_handlers
from src.core.cache import open_cache
from src.core.config import Settings, load_settings
from src.core.logging import configure_logging
from src.database.session import Database
from src.monitoring.errors import configure_error_reports
from src.monitoring.metrics import Metrics
from src.monitoring.middleware import RequestMonitor
from src.monitoring.tracing import SERVICE, tracer_provider


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the application; without settings they come from the environment."""
    settings = load_settings() if settings is None else settings
    logger = configure_logging(settings.log_level)
    database = Database(settings.database_url)
    metrics = Metrics()
    cache = open_cache(settings.redis_url, logger)
    traces = tracer_provider(settings)
    configure_error_reports(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        logger.info("started in %s", settings.environment.value)
        yield
        traces.shutdown()
        await cache.close()
        database.close()
        logger.info("stopped")

    app = FastAPI(
        title="Football predictions",
        version=__version__,
        lifespan=lifespan,
        docs_url=None if settings.is_production else "/docs",
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.database = database
    app.state.metrics = metrics
    app.state.cache = cache
    app.add_middleware(
        RequestMonitor,
        metrics=metrics,
        logger=logger,
        tracer=traces.get_tracer(SERVICE),
    )
    register_error_handlers(app, logger, metrics)
    for module in (health, diagnostics, teams, matches, predictions):
        app.include_router(module.router)
    return app
