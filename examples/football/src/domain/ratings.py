"""Elo ratings: how strong a team is, and how a result moves that."""

import math
from dataclasses import dataclass

from src.domain.results import Outcome, Score

INITIAL_RATING = 1500.0
HOME_ADVANTAGE = 60.0
STEP = 20.0
_SCALE = 400.0

_POINTS = {Outcome.HOME_WIN: 1.0, Outcome.DRAW: 0.5, Outcome.AWAY_WIN: 0.0}


@dataclass(frozen=True)
class RatingPair:
    """Ratings of both sides of a match."""

    home: float
    away: float

    @property
    def difference(self) -> float:
        """How far the home side leads, its advantage at home counted in."""
        return self.home - self.away + HOME_ADVANTAGE


def expected_points(ratings: RatingPair) -> float:
    """Return the share of the points which the home side should take, in 0 to 1."""
    return 1.0 / (1.0 + math.pow(10.0, -ratings.difference / _SCALE))


def margin_factor(score: Score) -> float:
    """Return how much a clear win counts: 1 for up to one goal, then slowly more."""
    return 1.0 + math.log(max(abs(score.margin), 1))


def rated(ratings: RatingPair, score: Score) -> RatingPair:
    """Return the ratings after a result. What one side wins the other one loses."""
    surprise = _POINTS[score.outcome] - expected_points(ratings)
    move = STEP * margin_factor(score) * surprise
    return RatingPair(home=ratings.home + move, away=ratings.away - move)
