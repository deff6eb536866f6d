"""Endpoints to try the monitoring out."""

from fastapi import APIRouter

from src.api.dependencies import KeyHolder

router = APIRouter(prefix="/diagnostics", tags=["operations"], dependencies=[KeyHolder])


@router.post("/error", status_code=500)
def fail(tag: str = "") -> int:
    """Fail on purpose, with an error as any code may raise it.

    The tag is found again in the report of the error.
    """
    return int(f"raised on purpose, tag {tag[:64]}")
