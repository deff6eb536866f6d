"""Matches: planning them, cancelling them and entering their results."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from src.core.errors import ConflictError, NotFoundError, RuleError
from src.database.models import Match, RatingChange
from src.database.repositories import MatchRepository, TeamRepository
from src.domain.ratings import RatingPair, rated
from src.domain.results import MatchStatus, Score
from src.services.teams import TeamService


class MatchService:
    """What can be done with matches."""

    def __init__(self, session: Session) -> None:
        self._matches = MatchRepository(session)
        self._ratings = TeamRepository(session)
        self._teams = TeamService(session)

    def plan(
        self, home_team_id: int, away_team_id: int, competition: str, kickoff: datetime
    ) -> Match:
        """Plan a match between two different teams."""
        if home_team_id == away_team_id:
            raise RuleError("a team cannot play itself")
        match = Match(
            home_team=self._teams.get(home_team_id),
            away_team=self._teams.get(away_team_id),
            competition=competition,
            kickoff=kickoff,
        )
        try:
            return self._matches.add(match)
        except IntegrityError as error:
            raise ConflictError("this match is planned already") from error

    def get(self, match_id: int) -> Match:
        """Return a match, or say that there is none."""
        match = self._matches.get(match_id)
        if match is None:
            raise NotFoundError("match", match_id)
        return match

    def listed(
        self,
        status: MatchStatus | None = None,
        team_id: int | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> Sequence[Match]:
        """Return matches in the order of their kickoff."""
        return self._matches.listed(status, team_id, limit, offset)

    def cancel(self, match_id: int) -> Match:
        """Cancel a match which was not played yet."""
        match = self._scheduled(match_id)
        match.status = MatchStatus.CANCELLED.value
        return match

    def enter_result(
        self, match_id: int, score: Score, moment: datetime | None = None
    ) -> Match:
        """Enter the result of a match and move the ratings of both teams."""
        match = self._scheduled(match_id)
        if (moment or datetime.now(UTC)) < match.kickoff:
            raise RuleError("a match has no result before its kickoff")
        self._ratings.lock(match.home_team_id, match.away_team_id)
        before = RatingPair(match.home_team.rating, match.away_team.rating)
        after = rated(before, score)
        match.home_goals, match.away_goals = score.home, score.away
        match.status = MatchStatus.PLAYED.value
        for team, old, new in (
            (match.home_team, before.home, after.home),
            (match.away_team, before.away, after.away),
        ):
            team.rating = new
            self._ratings.add_change(
                RatingChange(
                    match_id=match.id,
                    team_id=team.id,
                    rating_before=old,
                    rating_after=new,
                )
            )
        return match

    def _scheduled(self, match_id: int) -> Match:
        """Return a match that is still to be played, or refuse."""
        match = self._matches.get_locked(match_id)
        if match is None:
            raise NotFoundError("match", match_id)
        if match.status != MatchStatus.SCHEDULED.value:
            raise ConflictError(f"match {match_id} is {match.status} already")
        return match
