"""Turns the errors of the service into answers."""

import logging

from fastapi import FastAPI, Request, status
from fastapi.responses import JSONResponse

from src.core.errors import ConflictError, FootballError, NotFoundError, RuleError
from src.monitoring.errors import report_error
from src.monitoring.metrics import Metrics

_STATUS: dict[type[FootballError], int] = {
    NotFoundError: status.HTTP_404_NOT_FOUND,
    ConflictError: status.HTTP_409_CONFLICT,
    RuleError: status.HTTP_422_UNPROCESSABLE_CONTENT,
}


def register_error_handlers(
    app: FastAPI, logger: logging.Logger, metrics: Metrics
) -> None:
    """Answer the service's own errors, and hide the inside of all others."""

    def answer_known(request: Request, error: Exception) -> JSONResponse:
        for kind, code in _STATUS.items():
            if isinstance(error, kind):
                return JSONResponse({"detail": str(error)}, code)
        return answer_unknown(request, error)

    def answer_unknown(request: Request, error: Exception) -> JSONResponse:
        logger.error("unexpected error", exc_info=error)
        metrics.errors.inc()
        report_error(error, getattr(request.state, "request_id", ""))
        # uvicorn ends the connection of what failed; nginx must not use it again.
        return JSONResponse(
            {"detail": "internal error"},
            status.HTTP_500_INTERNAL_SERVER_ERROR,
            headers={"Connection": "close"},
        )

    app.add_exception_handler(FootballError, answer_known)
    app.add_exception_handler(Exception, answer_unknown)
