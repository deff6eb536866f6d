"""Predictions: making them, reading them, and judging them afterwards."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from src.core.errors import NotFoundError, RuleError
from src.database.models import Prediction
from src.database.repositories import PredictionRepository
from src.domain.evaluation import Accuracy, Judged, accuracy
from src.domain.forecasts import MODEL_VERSION, Forecast, forecast
from src.domain.ratings import RatingPair
from src.domain.results import MatchStatus, Outcome
from src.services.matches import MatchService
from src.services.teams import TeamService


class PredictionService:
    """What can be done with predictions."""

    def __init__(self, session: Session) -> None:
        self._predictions = PredictionRepository(session)
        self._matches = MatchService(session)
        self._teams = TeamService(session)

    def ratings(self, home_team_id: int, away_team_id: int) -> RatingPair:
        """Return what a match between any two teams is forecast from."""
        if home_team_id == away_team_id:
            raise RuleError("a team cannot play itself")
        home = self._teams.get(home_team_id)
        away = self._teams.get(away_team_id)
        return RatingPair(home.rating, away.rating)

    def preview(self, home_team_id: int, away_team_id: int) -> Forecast:
        """Forecast a match which nobody has planned, and store nothing."""
        return forecast(self.ratings(home_team_id, away_team_id))

    def predict(self, match_id: int) -> Prediction:
        """Predict a planned match and keep that; a second call changes nothing."""
        match = self._matches.get(match_id)
        kept = self._predictions.of_match(match_id, MODEL_VERSION)
        if kept is not None:
            return kept
        if match.status != MatchStatus.SCHEDULED.value:
            raise RuleError(f"match {match_id} is {match.status}, too late to predict")
        result = forecast(RatingPair(match.home_team.rating, match.away_team.rating))
        return self._predictions.add(
            Prediction(
                match=match,
                model_version=MODEL_VERSION,
                home_win=result.home_win,
                draw=result.draw,
                away_win=result.away_win,
                expected_home_goals=result.home_goals,
                expected_away_goals=result.away_goals,
                likely_home_goals=result.likely_score.home,
                likely_away_goals=result.likely_score.away,
            )
        )

    def get(self, prediction_id: int) -> Prediction:
        """Return a prediction, or say that there is none."""
        prediction = self._predictions.get(prediction_id)
        if prediction is None:
            raise NotFoundError("prediction", prediction_id)
        return prediction

    def listed(self, limit: int = 50, offset: int = 0) -> Sequence[Prediction]:
        """Return predictions, the newest first."""
        return self._predictions.listed(limit, offset)

    def accuracy(self) -> Accuracy:
        """Judge the predictions of all matches that were played."""
        judged = []
        for prediction in self._predictions.of_played_matches():
            score = prediction.match.score
            if score is None:
                continue
            chances = {
                Outcome.HOME_WIN: prediction.home_win,
                Outcome.DRAW: prediction.draw,
                Outcome.AWAY_WIN: prediction.away_win,
            }
            judged.append(Judged(chances, score.outcome))
        return accuracy(judged)
