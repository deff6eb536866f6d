"""What the database itself holds to."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError

from src.database.models import Match, Prediction, Team
from src.database.session import Database

KICKOFF = datetime(2025, 8, 16, 16, 0, tzinfo=timezone(timedelta(hours=2)))


def pair() -> tuple[Team, Team]:
    return Team(name="Alpha", country="DE"), Team(name="Beta", country="DE")


@pytest.mark.flow("match-planning")
def test_times_come_back_in_utc(migrated_url: str) -> None:
    database = Database(migrated_url)
    home, away = pair()
    match = Match(home_team=home, away_team=away, competition="L", kickoff=KICKOFF)
    with database.session() as session:
        session.add(match)
    with database.session() as session:
        stored = session.get_one(Match, match.id)
        assert stored.kickoff == datetime(2025, 8, 16, 14, 0, tzinfo=UTC)
        assert stored.kickoff.utcoffset() == timedelta(0)
        assert stored.score is None
    database.close()


@pytest.mark.flow("match-planning")
def test_a_time_without_zone_is_refused(database: Database) -> None:
    home, away = pair()
    naive = KICKOFF.replace(tzinfo=None)
    with (
        pytest.raises(StatementError, match="without a time zone"),
        database.session() as session,
    ):
        session.add(
            Match(home_team=home, away_team=away, competition="L", kickoff=naive)
        )


@pytest.mark.flow("match-planning")
def test_a_failed_session_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError, match="later"), database.session() as session:
        session.add(pair()[0])
        session.flush()
        raise RuntimeError("later")
    with database.session() as session:
        assert session.execute(text("SELECT count(*) FROM teams")).scalar() == 0


@pytest.mark.flow("match-planning")
@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE matches SET away_team_id = home_team_id",
        "UPDATE matches SET status = 'played'",
        "UPDATE matches SET home_goals = 1, away_goals = 0",
        "UPDATE matches SET home_team_id = 99",
        "DELETE FROM teams",
    ],
)
def test_the_rules_hold_in_the_database(migrated_url: str, broken: str) -> None:
    database = Database(migrated_url)
    home, away = pair()
    with database.session() as session:
        session.add(
            Match(home_team=home, away_team=away, competition="L", kickoff=KICKOFF)
        )
    with pytest.raises(IntegrityError), database.session() as session:
        session.execute(text(broken))
    database.close()


@pytest.mark.flow("match-prediction")
def test_a_prediction_needs_its_match(migrated_url: str) -> None:
    database = Database(migrated_url)
    with pytest.raises(IntegrityError), database.session() as session:
        session.add(
            Prediction(
                match_id=99,
                model_version="m",
                home_win=0.5,
                draw=0.3,
                away_win=0.2,
                expected_home_goals=1.0,
                expected_away_goals=1.0,
                likely_home_goals=1,
                likely_away_goals=1,
            )
        )
    database.close()
