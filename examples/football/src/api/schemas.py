"""What goes in and out over HTTP."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from src.database.models import Prediction
from src.domain.forecasts import Forecast
from src.domain.ratings import INITIAL_RATING
from src.domain.results import MatchStatus

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)
]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Goals = Annotated[int, Field(ge=0, le=99)]


class Input(BaseModel):
    """Base of what comes in; a field that nobody knows is refused."""

    model_config = ConfigDict(extra="forbid")


class Output(BaseModel):
    """Base of what goes out, filled from rows of the database."""

    model_config = ConfigDict(from_attributes=True)


class TeamInput(Input):
    """A team to be entered."""

    name: Name
    country: Country
    rating: Annotated[float, Field(ge=0, le=4000)] = INITIAL_RATING


class TeamOutput(Output):
    """A team."""

    id: int
    name: str
    country: str
    rating: float
    created_at: datetime


class RatingChangeOutput(Output):
    """How a match moved a team's rating."""

    match_id: int
    rating_before: float
    rating_after: float


class MatchInput(Input):
    """A match to be planned."""

    home_team_id: int
    away_team_id: int
    competition: Name
    kickoff: AwareDatetime


class ResultInput(Input):
    """The result of a match."""

    home_goals: Goals
    away_goals: Goals


class MatchOutput(Output):
    """A match."""

    id: int
    home_team: TeamOutput
    away_team: TeamOutput
    competition: str
    kickoff: datetime
    status: MatchStatus
    home_goals: int | None
    away_goals: int | None


class ForecastOutput(Output):
    """The chances of the three outcomes, and the goals to be expected."""

    home_win: float
    draw: float
    away_win: float
    expected_home_goals: float
    expected_away_goals: float
    likely_home_goals: int
    likely_away_goals: int

    @classmethod
    def of(cls, forecast: Forecast) -> Self:
        """Build the answer from a forecast."""
        return cls(
            home_win=forecast.home_win,
            draw=forecast.draw,
            away_win=forecast.away_win,
            expected_home_goals=forecast.home_goals,
            expected_away_goals=forecast.away_goals,
            likely_home_goals=forecast.likely_score.home,
            likely_away_goals=forecast.likely_score.away,
        )


class PredictionOutput(ForecastOutput):
    """A prediction that was kept."""

    id: int
    match_id: int
    model_version: str
    created_at: datetime

    @classmethod
    def stored(cls, prediction: Prediction) -> Self:
        """Build the answer from a row of the database."""
        return cls.model_validate(prediction)


class AccuracyOutput(Output):
    """How good the predictions of the played matches were."""

    count: int
    hit_share: float | None
    brier: float | None


class HealthOutput(BaseModel):
    """That the process runs."""

    status: str
    version: str
    environment: str


class ReadinessOutput(BaseModel):
    """Whether the service can work, and on which revision of the database."""

    status: str
    database: str
    revision: str | None
    expected_revision: str | None


class ErrorOutput(BaseModel):
    """What went wrong."""

    detail: str
