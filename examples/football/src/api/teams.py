"""Endpoints of teams."""

from fastapi import APIRouter, status

from src.api import API_PREFIX
from src.api.dependencies import KeyHolder, Limit, Offset, Teams
from src.api.kept import KeptRoute
from src.api.schemas import (
    Country,
    ErrorOutput,
    RatingChangeOutput,
    TeamInput,
    TeamOutput,
)

router = APIRouter(prefix=f"{API_PREFIX}/teams", tags=["teams"], route_class=KeptRoute)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[KeyHolder],
    responses={409: {"model": ErrorOutput}},
)
def enter_team(team: TeamInput, teams: Teams) -> TeamOutput:
    """Enter a team."""
    entered = teams.enter(team.name, team.country, team.rating)
    return TeamOutput.model_validate(entered)


@router.get("")
def list_teams(
    teams: Teams, country: Country | None = None, limit: Limit = 50, offset: Offset = 0
) -> list[TeamOutput]:
    """List teams, the strongest first."""
    found = teams.ranked(country, limit, offset)
    return [TeamOutput.model_validate(team) for team in found]


@router.get("/{team_id}", responses={404: {"model": ErrorOutput}})
def show_team(team_id: int, teams: Teams) -> TeamOutput:
    """Show one team."""
    return TeamOutput.model_validate(teams.get(team_id))


@router.get("/{team_id}/ratings", responses={404: {"model": ErrorOutput}})
def list_rating_changes(team_id: int, teams: Teams) -> list[RatingChangeOutput]:
    """List how the matches of a team moved its rating."""
    changes = teams.history(team_id)
    return [RatingChangeOutput.model_validate(change) for change in changes]
