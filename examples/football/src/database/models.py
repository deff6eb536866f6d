"""Tables of the service."""

from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    MetaData,
    String,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from src.domain.ratings import INITIAL_RATING
from src.domain.results import MatchStatus, Score

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def now() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time in UTC, also on SQLite, which forgets time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Turn what is stored into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Say that what was stored is UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMING_CONVENTION)


class Team(Base):
    """A team and its present rating."""

    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    country: Mapped[str] = mapped_column(String(2), index=True)
    rating: Mapped[float] = mapped_column(default=INITIAL_RATING)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Match(Base):
    """A match, to be played or played already."""

    __tablename__ = "matches"
    __table_args__ = (
        CheckConstraint("home_team_id <> away_team_id", name="two_sides"),
        CheckConstraint(
            "(status = 'played') = (home_goals IS NOT NULL AND away_goals IS NOT NULL)",
            name="goals_when_played",
        ),
        UniqueConstraint("home_team_id", "away_team_id", "kickoff"),
        Index(None, "status", "kickoff"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    home_team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), index=True)
    away_team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), index=True)
    competition: Mapped[str] = mapped_column(String(80))
    kickoff: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(16), default=MatchStatus.SCHEDULED.value)
    home_goals: Mapped[int | None]
    away_goals: Mapped[int | None]

    home_team: Mapped[Team] = relationship(foreign_keys=[home_team_id], lazy="joined")
    away_team: Mapped[Team] = relationship(foreign_keys=[away_team_id], lazy="joined")

    @property
    def score(self) -> Score | None:
        """The result, once there is one."""
        if self.home_goals is None or self.away_goals is None:
            return None
        return Score(self.home_goals, self.away_goals)


class Prediction(Base):
    """What the model said of a match before it was played."""

    __tablename__ = "predictions"
    __table_args__ = (UniqueConstraint("match_id", "model_version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(ForeignKey("matches.id"))
    model_version: Mapped[str] = mapped_column(String(40))
    home_win: Mapped[float]
    draw: Mapped[float]
    away_win: Mapped[float]
    expected_home_goals: Mapped[float]
    expected_away_goals: Mapped[float]
    likely_home_goals: Mapped[int]
    likely_away_goals: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    match: Mapped[Match] = relationship(lazy="joined")


class RatingChange(Base):
    """How one match moved the rating of one team."""

    __tablename__ = "rating_changes"
    __table_args__ = (UniqueConstraint("match_id", "team_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(ForeignKey("matches.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), index=True)
    rating_before: Mapped[float]
    rating_after: Mapped[float]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
