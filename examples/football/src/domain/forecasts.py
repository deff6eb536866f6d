"""Forecasts of a match: goals of each side follow a Poisson distribution."""

import math
from dataclasses import dataclass

from src.domain.ratings import RatingPair
from src.domain.results import Outcome, Score

MODEL_VERSION = "elo-poisson-1"
MEAN_GOALS = 1.35
GOALS_PER_RATING = 0.0022
MAXIMUM_GOALS = 10
_LOWEST_MEAN = 0.15
_HIGHEST_MEAN = 5.0


@dataclass(frozen=True)
class Forecast:
    """What the model says of one match."""

    home_win: float
    draw: float
    away_win: float
    home_goals: float
    away_goals: float
    likely_score: Score

    def probability(self, outcome: Outcome) -> float:
        """Return the probability of an outcome."""
        return {
            Outcome.HOME_WIN: self.home_win,
            Outcome.DRAW: self.draw,
            Outcome.AWAY_WIN: self.away_win,
        }[outcome]

    @property
    def favourite(self) -> Outcome:
        """The likeliest outcome; the home side first when two are level."""
        return max(Outcome, key=self.probability)


def poisson(goals: int, mean: float) -> float:
    """Return the probability of so many goals when `mean` are expected."""
    return math.exp(-mean) * math.pow(mean, goals) / math.factorial(goals)


def expected_goals(ratings: RatingPair) -> tuple[float, float]:
    """Return the goals to be expected of the home and of the away side."""
    lead = math.exp(GOALS_PER_RATING * ratings.difference / 2.0)
    return _bounded(MEAN_GOALS * lead), _bounded(MEAN_GOALS / lead)


def score_grid(home_mean: float, away_mean: float) -> dict[Score, float]:
    """Return the probability of each score up to the limit; they add up to 1."""
    home = [poisson(goals, home_mean) for goals in range(MAXIMUM_GOALS + 1)]
    away = [poisson(goals, away_mean) for goals in range(MAXIMUM_GOALS + 1)]
    total = sum(home) * sum(away)
    return {
        Score(home_goals, away_goals): home_chance * away_chance / total
        for home_goals, home_chance in enumerate(home)
        for away_goals, away_chance in enumerate(away)
    }


def forecast(ratings: RatingPair) -> Forecast:
    """Forecast a match between two sides of these ratings."""
    home_mean, away_mean = expected_goals(ratings)
    grid = score_grid(home_mean, away_mean)
    chances = dict.fromkeys(Outcome, 0.0)
    for score, chance in grid.items():
        chances[score.outcome] += chance
    return Forecast(
        home_win=chances[Outcome.HOME_WIN],
        draw=chances[Outcome.DRAW],
        away_win=chances[Outcome.AWAY_WIN],
        home_goals=home_mean,
        away_goals=away_mean,
        likely_score=max(grid, key=grid.__getitem__),
    )


def _bounded(mean: float) -> float:
    """Keep the mean in the range which the model was made for."""
    return min(max(mean, _LOWEST_MEAN), _HIGHEST_MEAN)
