"""Endpoints of predictions."""

from fastapi import APIRouter

from src.api import API_PREFIX
from src.api.dependencies import CountedMetrics, Limit, Offset, Predictions
from src.api.kept import KeptRoute
from src.api.schemas import (
    AccuracyOutput,
    ErrorOutput,
    ForecastOutput,
    PredictionOutput,
)

router = APIRouter(
    prefix=f"{API_PREFIX}/predictions",
    tags=["predictions"],
    route_class=KeptRoute,
    responses={404: {"model": ErrorOutput}},
)


@router.get("")
def list_predictions(
    predictions: Predictions, limit: Limit = 50, offset: Offset = 0
) -> list[PredictionOutput]:
    """List predictions, the newest first."""
    found = predictions.listed(limit, offset)
    return [PredictionOutput.stored(prediction) for prediction in found]


@router.get("/preview", tags=["forecasts"])
def preview_match(
    home_team_id: int,
    away_team_id: int,
    predictions: Predictions,
    metrics: CountedMetrics,
) -> ForecastOutput:
    """Forecast a match between any two teams; nothing is kept but the answer."""
    answer = ForecastOutput.of(predictions.preview(home_team_id, away_team_id))
    metrics.predictions.inc()
    return answer


@router.get("/accuracy")
def show_accuracy(predictions: Predictions) -> AccuracyOutput:
    """Say how good the predictions of the played matches were."""
    return AccuracyOutput.model_validate(predictions.accuracy())


@router.get("/{prediction_id}")
def show_prediction(prediction_id: int, predictions: Predictions) -> PredictionOutput:
    """Show one prediction."""
    return PredictionOutput.stored(predictions.get(prediction_id))
