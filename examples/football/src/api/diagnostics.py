"""Endpoints to try the monitoring out."""

from typing import NoReturn

from fastapi import APIRouter

from src.api.dependencies import KeyHolder

router = APIRouter(prefix="/diagnostics", tags=["operations"], dependencies=[KeyHolder])


class DiagnosticError(Exception):
    """Raised on purpose, to see where errors arrive."""


@router.post("/error", status_code=500, response_model=None)
def fail(tag: str = "") -> NoReturn:
    """Fail on purpose. The tag is found again in the report of the error."""
    raise DiagnosticError(f"raised on purpose, tag {tag[:64]}")
