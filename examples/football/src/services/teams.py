"""Teams: entering them, finding them, and how their ratings moved."""

from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from src.core.errors import ConflictError, NotFoundError
from src.database.models import RatingChange, Team
from src.database.repositories import TeamRepository
from src.domain.ratings import INITIAL_RATING


class TeamService:
    """What can be done with teams."""

    def __init__(self, session: Session) -> None:
        self._teams = TeamRepository(session)

    def enter(self, name: str, country: str, rating: float = INITIAL_RATING) -> Team:
        """Enter a new team; its name must be free."""
        taken = ConflictError(f"there is a team named {name!r} already")
        if self._teams.by_name(name) is not None:
            raise taken
        try:
            return self._teams.add(Team(name=name, country=country, rating=rating))
        except IntegrityError as error:  # another request was faster
            raise taken from error

    def get(self, team_id: int) -> Team:
        """Return a team, or say that there is none."""
        team = self._teams.get(team_id)
        if team is None:
            raise NotFoundError("team", team_id)
        return team

    def ranked(
        self, country: str | None = None, limit: int = 50, offset: int = 0
    ) -> Sequence[Team]:
        """Return teams, the strongest first."""
        return self._teams.ranked(country, limit, offset)

    def history(self, team_id: int) -> Sequence[RatingChange]:
        """Return how a team's rating moved."""
        return self._teams.changes(self.get(team_id).id)
