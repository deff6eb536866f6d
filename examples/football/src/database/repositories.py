"""Queries, so that the services need not know of SQL."""

from collections.abc import Sequence

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from src.database.models import Match, Prediction, RatingChange, Team
from src.domain.results import MatchStatus


class TeamRepository:
    """Reads and writes teams and the history of their ratings."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, team: Team) -> Team:
        """Store a team and give it its number."""
        self._session.add(team)
        self._session.flush()
        return team

    def get(self, team_id: int) -> Team | None:
        """Return a team by its number."""
        return self._session.get(Team, team_id)

    def lock(self, *team_ids: int) -> None:
        """Read these teams afresh and keep others from changing them meanwhile."""
        self._session.scalars(
            select(Team)
            .where(Team.id.in_(team_ids))
            .order_by(Team.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()

    def by_name(self, name: str) -> Team | None:
        """Return a team by its exact name."""
        return self._session.scalars(
            select(Team).where(Team.name == name)
        ).one_or_none()

    def ranked(self, country: str | None, limit: int, offset: int) -> Sequence[Team]:
        """Return teams, the strongest first."""
        query: Select[Team] = select(Team)
        if country is not None:
            query = query.where(Team.country == country)
        query = query.order_by(Team.rating.desc(), Team.name)
        return self._session.scalars(query.limit(limit).offset(offset)).all()

    def add_change(self, change: RatingChange) -> None:
        """Store a move of a rating."""
        self._session.add(change)

    def changes(self, team_id: int) -> Sequence[RatingChange]:
        """Return the moves of a team's rating, the oldest first."""
        return self._session.scalars(
            select(RatingChange)
            .where(RatingChange.team_id == team_id)
            .order_by(RatingChange.id)
        ).all()


class MatchRepository:
    """Reads and writes matches."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, match: Match) -> Match:
        """Store a match and give it its number."""
        self._session.add(match)
        self._session.flush()
        return match

    def get(self, match_id: int) -> Match | None:
        """Return a match by its number."""
        return self._session.get(Match, match_id)

    def get_locked(self, match_id: int) -> Match | None:
        """Return a match and keep others from changing it meanwhile."""
        return self._session.get(Match, match_id, with_for_update={"of": Match})

    def listed(
        self,
        status: MatchStatus | None,
        team_id: int | None,
        limit: int,
        offset: int,
    ) -> Sequence[Match]:
        """Return matches in the order of their kickoff."""
        query: Select[Match] = select(Match)
        if status is not None:
            query = query.where(Match.status == status.value)
        if team_id is not None:
            query = query.where(
                or_(Match.home_team_id == team_id, Match.away_team_id == team_id)
            )
        query = query.order_by(Match.kickoff, Match.id)
        return self._session.scalars(query.limit(limit).offset(offset)).all()


class PredictionRepository:
    """Reads and writes predictions."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, prediction: Prediction) -> Prediction:
        """Store a prediction and give it its number."""
        self._session.add(prediction)
        self._session.flush()
        return prediction

    def get(self, prediction_id: int) -> Prediction | None:
        """Return a prediction by its number."""
        return self._session.get(Prediction, prediction_id)

    def of_match(self, match_id: int, model_version: str) -> Prediction | None:
        """Return what one version of the model said of a match."""
        return self._session.scalars(
            select(Prediction)
            .where(Prediction.match_id == match_id)
            .where(Prediction.model_version == model_version)
        ).one_or_none()

    def listed(self, limit: int, offset: int) -> Sequence[Prediction]:
        """Return predictions, the newest first."""
        return self._session.scalars(
            select(Prediction)
            .order_by(Prediction.id.desc())
            .limit(limit)
            .offset(offset)
        ).all()

    def of_played_matches(self) -> Sequence[Prediction]:
        """Return the predictions of all matches whose result is known."""
        return self._session.scalars(
            select(Prediction)
            .join(Prediction.match)
            .where(Match.status == MatchStatus.PLAYED.value)
            .order_by(Prediction.id)
        ).all()
