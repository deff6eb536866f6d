"""Scores, outcomes and the states of a match."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a match can end, seen from the home side."""

    HOME_WIN = "home_win"
    DRAW = "draw"
    AWAY_WIN = "away_win"


class MatchStatus(StrEnum):
    """The states of a match."""

    SCHEDULED = "scheduled"
    PLAYED = "played"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Score:
    """Goals of both sides."""

    home: int
    away: int

    def __post_init__(self) -> None:
        """Refuse goals below zero."""
        if self.home < 0 or self.away < 0:
            raise ValueError("a side cannot score fewer than 0 goals")

    @property
    def margin(self) -> int:
        """Goals of the home side minus those of the away side."""
        return self.home - self.away

    @property
    def outcome(self) -> Outcome:
        """Who won."""
        if self.margin > 0:
            return Outcome.HOME_WIN
        if self.margin < 0:
            return Outcome.AWAY_WIN
        return Outcome.DRAW
