"""Endpoints of matches."""

from fastapi import APIRouter, status

from src.api import API_PREFIX
from src.api.dependencies import (
    CountedMetrics,
    KeyHolder,
    Limit,
    Matches,
    Offset,
    Predictions,
)
from src.api.kept import KeptRoute
from src.api.schemas import (
    ErrorOutput,
    MatchInput,
    MatchOutput,
    PredictionOutput,
    ResultInput,
)
from src.domain.results import MatchStatus, Score

router = APIRouter(
    prefix=f"{API_PREFIX}/matches",
    tags=["matches"],
    route_class=KeptRoute,
    responses={404: {"model": ErrorOutput}},
)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[KeyHolder])
def plan_match(match: MatchInput, matches: Matches) -> MatchOutput:
    """Plan a match."""
    planned = matches.plan(
        match.home_team_id, match.away_team_id, match.competition, match.kickoff
    )
    return MatchOutput.model_validate(planned)


@router.get("")
def list_matches(
    matches: Matches,
    status: MatchStatus | None = None,
    team_id: int | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> list[MatchOutput]:
    """List matches in the order of their kickoff."""
    found = matches.listed(status, team_id, limit, offset)
    return [MatchOutput.model_validate(match) for match in found]


@router.get("/{match_id}")
def show_match(match_id: int, matches: Matches) -> MatchOutput:
    """Show one match."""
    return MatchOutput.model_validate(matches.get(match_id))


@router.post("/{match_id}/result", dependencies=[KeyHolder])
def enter_result(match_id: int, result: ResultInput, matches: Matches) -> MatchOutput:
    """Enter the result of a match, which moves both ratings."""
    score = Score(result.home_goals, result.away_goals)
    return MatchOutput.model_validate(matches.enter_result(match_id, score))


@router.post("/{match_id}/cancel", dependencies=[KeyHolder])
def cancel_match(match_id: int, matches: Matches) -> MatchOutput:
    """Cancel a match."""
    return MatchOutput.model_validate(matches.cancel(match_id))


@router.post("/{match_id}/prediction", dependencies=[KeyHolder])
def predict_match(
    match_id: int, predictions: Predictions, metrics: CountedMetrics
) -> PredictionOutput:
    """Predict a planned match and keep the prediction."""
    prediction = predictions.predict(match_id)
    metrics.predictions.inc()
    return PredictionOutput.stored(prediction)
