"""The mathematics of the prediction."""

import math

import pytest

from src.domain.evaluation import Accuracy, Judged, accuracy
from src.domain.forecasts import (
    MAXIMUM_GOALS,
    MEAN_GOALS,
    expected_goals,
    forecast,
    poisson,
    score_grid,
)
from src.domain.ratings import (
    HOME_ADVANTAGE,
    STEP,
    RatingPair,
    expected_points,
    margin_factor,
    rated,
)
from src.domain.results import Outcome, Score

LEVEL = RatingPair(home=1500.0, away=1500.0 + HOME_ADVANTAGE)


@pytest.mark.parametrize(
    ("score", "outcome", "margin"),
    [
        (Score(2, 1), Outcome.HOME_WIN, 1),
        (Score(0, 0), Outcome.DRAW, 0),
        (Score(1, 4), Outcome.AWAY_WIN, -3),
    ],
)
def test_outcome_of_a_score(score: Score, outcome: Outcome, margin: int) -> None:
    assert score.outcome is outcome
    assert score.margin == margin


@pytest.mark.parametrize("goals", [(-1, 0), (0, -1)])
def test_goals_below_zero_are_refused(goals: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="fewer than 0"):
        Score(*goals)


def test_level_sides_share_the_points() -> None:
    assert expected_points(LEVEL) == pytest.approx(0.5)


def test_400_points_of_rating_mean_ten_to_one() -> None:
    ratings = RatingPair(home=LEVEL.home + 400.0, away=LEVEL.away)
    assert expected_points(ratings) == pytest.approx(10 / 11)


@pytest.mark.parametrize(
    ("score", "factor"),
    [
        (Score(0, 0), 1.0),
        (Score(1, 0), 1.0),
        (Score(0, 2), 1.0 + math.log(2)),
        (Score(5, 0), 1.0 + math.log(5)),
    ],
)
def test_clear_wins_count_more(score: Score, factor: float) -> None:
    assert margin_factor(score) == pytest.approx(factor)


def test_a_narrow_win_between_level_sides_moves_half_a_step() -> None:
    after = rated(LEVEL, Score(1, 0))
    assert after.home == pytest.approx(LEVEL.home + STEP / 2)
    assert after.away == pytest.approx(LEVEL.away - STEP / 2)


def test_a_draw_between_level_sides_moves_nothing() -> None:
    assert rated(LEVEL, Score(2, 2)) == LEVEL


@pytest.mark.parametrize("score", [Score(3, 0), Score(0, 3), Score(1, 1)])
def test_ratings_are_never_made_or_lost(score: Score) -> None:
    before = RatingPair(home=1720.0, away=1391.0)
    after = rated(before, score)
    assert after.home + after.away == pytest.approx(before.home + before.away)


def test_poisson_of_a_known_case() -> None:
    assert poisson(0, 2.0) == pytest.approx(math.exp(-2))
    assert poisson(3, 2.0) == pytest.approx(8 / 6 * math.exp(-2))


def test_the_grid_holds_every_score_once_and_adds_up() -> None:
    grid = score_grid(1.7, 0.9)
    assert len(grid) == (MAXIMUM_GOALS + 1) ** 2
    assert sum(grid.values()) == pytest.approx(1.0)
    assert max(grid, key=grid.__getitem__) == Score(1, 0)


def test_level_sides_are_forecast_alike() -> None:
    result = forecast(LEVEL)
    assert result.home_win == pytest.approx(result.away_win)
    assert result.home_goals == pytest.approx(MEAN_GOALS)
    assert result.likely_score == Score(1, 1)
    assert result.favourite is Outcome.HOME_WIN


def test_the_home_side_of_equal_teams_is_the_favourite() -> None:
    result = forecast(RatingPair(1500.0, 1500.0))
    assert result.home_win > result.away_win > 0
    assert result.home_goals > result.away_goals


@pytest.mark.parametrize("home", [1200.0, 1500.0, 1900.0])
def test_chances_add_up_to_one(home: float) -> None:
    result = forecast(RatingPair(home, 1500.0))
    assert sum(map(result.probability, Outcome)) == pytest.approx(1.0)


def test_a_weak_home_side_is_no_favourite() -> None:
    result = forecast(RatingPair(1200.0, 1800.0))
    assert result.favourite is Outcome.AWAY_WIN
    assert result.away_win > 0.6


def test_means_stay_in_the_range_of_the_model() -> None:
    assert expected_goals(RatingPair(4000.0, 0.0)) == (5.0, 0.15)


CHANCES = {Outcome.HOME_WIN: 0.5, Outcome.DRAW: 0.3, Outcome.AWAY_WIN: 0.2}


def test_brier_of_a_known_case() -> None:
    judged = Judged(CHANCES, Outcome.HOME_WIN)
    assert judged.brier == pytest.approx(0.25 + 0.09 + 0.04)
    assert judged.hit


def test_the_worst_forecast_has_a_brier_of_two() -> None:
    sure = {Outcome.HOME_WIN: 1.0, Outcome.DRAW: 0.0, Outcome.AWAY_WIN: 0.0}
    judged = Judged(sure, Outcome.AWAY_WIN)
    assert judged.brier == pytest.approx(2.0)
    assert not judged.hit


def test_accuracy_is_the_mean() -> None:
    summary = accuracy(
        [Judged(CHANCES, Outcome.HOME_WIN), Judged(CHANCES, Outcome.DRAW)]
    )
    assert summary.count == 2
    assert summary.hit_share == pytest.approx(0.5)
    assert summary.brier == pytest.approx((0.38 + 0.78) / 2)


def test_nothing_to_judge_gives_no_number() -> None:
    assert accuracy([]) == Accuracy(count=0, hit_share=None, brier=None)
