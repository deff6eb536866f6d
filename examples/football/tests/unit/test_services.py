"""Services, on a database of their own."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from src.core.errors import ConflictError, NotFoundError, RuleError
from src.database.models import Match, Team
from src.database.repositories import TeamRepository
from src.domain.forecasts import MODEL_VERSION
from src.domain.results import MatchStatus, Score
from src.services.matches import MatchService
from src.services.predictions import PredictionService
from src.services.teams import TeamService

KICKOFF = datetime(2025, 8, 16, 14, 0, tzinfo=UTC)


@pytest.fixture
def teams(session: Session) -> list[Team]:
    service = TeamService(session)
    return [service.enter("Alpha", "DE", 1600.0), service.enter("Beta", "DE")]


@pytest.fixture
def planned(session: Session, teams: list[Team]) -> Match:
    return MatchService(session).plan(teams[0].id, teams[1].id, "Liga", KICKOFF)


def test_a_new_team_starts_at_the_initial_rating(teams: list[Team]) -> None:
    assert teams[1].rating == 1500.0
    assert teams[1].created_at.tzinfo is not None


def test_a_name_is_free_only_once(session: Session, teams: list[Team]) -> None:
    with pytest.raises(ConflictError, match="named 'Alpha' already"):
        TeamService(session).enter("Alpha", "FR")


def test_a_name_taken_in_the_same_moment_is_a_conflict(
    session: Session, teams: list[Team], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TeamRepository, "by_name", lambda self, name: None)
    with pytest.raises(ConflictError, match="named 'Alpha' already"):
        TeamService(session).enter("Alpha", "FR")
    session.rollback()


def test_teams_are_ranked_and_paged(session: Session, teams: list[Team]) -> None:
    service = TeamService(session)
    service.enter("Gamma", "FR", 1550.0)
    assert [team.name for team in service.ranked()] == ["Alpha", "Gamma", "Beta"]
    assert [team.name for team in service.ranked("DE")] == ["Alpha", "Beta"]
    assert [team.name for team in service.ranked(limit=1, offset=1)] == ["Gamma"]


def test_unknown_things_are_named(session: Session) -> None:
    with pytest.raises(NotFoundError, match="team 7 does not exist"):
        TeamService(session).history(7)
    with pytest.raises(NotFoundError, match="match 8 does not exist"):
        MatchService(session).cancel(8)
    with pytest.raises(NotFoundError, match="prediction 9 does not exist"):
        PredictionService(session).get(9)


def test_a_team_cannot_play_itself(session: Session, teams: list[Team]) -> None:
    with pytest.raises(RuleError, match="itself"):
        MatchService(session).plan(teams[0].id, teams[0].id, "Liga", KICKOFF)
    with pytest.raises(RuleError, match="itself"):
        PredictionService(session).preview(teams[0].id, teams[0].id)


def test_the_same_match_is_planned_only_once(session: Session, planned: Match) -> None:
    with pytest.raises(ConflictError, match="planned already"):
        MatchService(session).plan(
            planned.home_team_id, planned.away_team_id, "Cup", KICKOFF
        )
    session.rollback()


def test_a_result_moves_both_ratings_and_their_history(
    session: Session, teams: list[Team], planned: Match
) -> None:
    MatchService(session).enter_result(planned.id, Score(0, 2))
    session.flush()
    home, away = teams
    assert planned.status == MatchStatus.PLAYED.value
    assert planned.score == Score(0, 2)
    assert home.rating < 1600.0
    assert home.rating + away.rating == pytest.approx(3100.0)
    (change,) = TeamService(session).history(home.id)
    assert change.rating_before == 1600.0
    assert change.rating_after == home.rating


def test_a_result_is_entered_only_once(session: Session, planned: Match) -> None:
    service = MatchService(session)
    service.enter_result(planned.id, Score(1, 0))
    with pytest.raises(ConflictError, match="is played already"):
        service.enter_result(planned.id, Score(2, 0))
    with pytest.raises(ConflictError, match="is played already"):
        service.cancel(planned.id)


def test_a_match_has_no_result_before_its_kickoff(
    session: Session, planned: Match
) -> None:
    early = KICKOFF - timedelta(seconds=1)
    with pytest.raises(RuleError, match="before its kickoff"):
        MatchService(session).enter_result(planned.id, Score(1, 0), early)
    entered = MatchService(session).enter_result(planned.id, Score(1, 0), KICKOFF)
    assert entered.score == Score(1, 0)


def test_matches_are_filtered(session: Session, planned: Match) -> None:
    service = MatchService(session)
    other = service.plan(
        planned.away_team_id, planned.home_team_id, "Liga", KICKOFF - timedelta(days=7)
    )
    service.cancel(other.id)
    session.flush()
    assert list(service.listed()) == [other, planned]
    assert list(service.listed(MatchStatus.CANCELLED)) == [other]
    assert list(service.listed(team_id=planned.home_team_id)) == [other, planned]
    assert list(service.listed(team_id=999)) == []


def test_a_prediction_is_kept_even_after_the_result(
    session: Session, planned: Match
) -> None:
    service = PredictionService(session)
    first = service.predict(planned.id)
    MatchService(session).enter_result(planned.id, Score(3, 1))
    assert service.predict(planned.id) is first
    assert first.model_version == MODEL_VERSION
    assert list(service.listed()) == [first]


def test_a_played_match_is_not_predicted(session: Session, planned: Match) -> None:
    MatchService(session).enter_result(planned.id, Score(1, 1))
    with pytest.raises(RuleError, match="too late to predict"):
        PredictionService(session).predict(planned.id)


def test_the_preview_says_the_same_and_keeps_nothing(
    session: Session, planned: Match
) -> None:
    service = PredictionService(session)
    preview = service.preview(planned.home_team_id, planned.away_team_id)
    assert list(service.listed()) == []
    assert service.predict(planned.id).home_win == pytest.approx(preview.home_win)


def test_accuracy_counts_played_matches_only(session: Session, planned: Match) -> None:
    service = PredictionService(session)
    kept = service.predict(planned.id)
    session.flush()
    assert service.accuracy().count == 0
    MatchService(session).enter_result(planned.id, Score(2, 0))
    session.flush()
    summary = service.accuracy()
    assert summary.count == 1
    assert summary.hit_share == 1.0
    assert summary.brier == pytest.approx(
        (1 - kept.home_win) ** 2 + kept.draw**2 + kept.away_win**2
    )
