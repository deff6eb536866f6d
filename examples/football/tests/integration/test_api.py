"""The API on a real database."""

import asyncio
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from src.api.errors import register_error_handlers
from src.core.cache import Kept
from src.core.config import Environment, Settings
from src.core.errors import FootballError
from src.core.logging import configure_logging
from src.database.revisions import expected_revision
from src.main import create_app
from src.monitoring.metrics import Metrics
from src.services.teams import TeamService

API = "/api/v1"
KEY = "k" * 16
PAST = "2025-08-16T16:00:00+02:00"
FUTURE = "2999-08-16T14:00:00Z"


def enter(client: TestClient, name: str, **extra: object) -> int:
    answer = client.post(f"{API}/teams", json={"name": name, "country": "DE"} | extra)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def plan(client: TestClient, home: int, away: int, kickoff: str = PAST) -> int:
    answer = client.post(
        f"{API}/matches",
        json={
            "home_team_id": home,
            "away_team_id": away,
            "competition": "Liga",
            "kickoff": kickoff,
        },
    )
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


@pytest.fixture
def match_id(client: TestClient) -> int:
    return plan(client, enter(client, "Alpha", rating=1600), enter(client, "Beta"))


@pytest.mark.flow("team-registration")
def test_a_team_is_entered_found_and_listed(client: TestClient) -> None:
    weak = enter(client, "  Beta  ")
    strong = enter(client, "山东泰山", country="CN", rating=1650.5)
    assert client.get(f"{API}/teams/{weak}").json()["name"] == "Beta"
    listed = client.get(f"{API}/teams").json()
    assert [team["id"] for team in listed] == [strong, weak]
    chinese = client.get(f"{API}/teams", params={"country": "CN"}).json()
    assert [team["name"] for team in chinese] == ["山东泰山"]
    assert client.get(f"{API}/teams/{weak}/ratings").json() == []


@pytest.mark.flow("team-registration")
@pytest.mark.parametrize(
    "body",
    [
        {"name": "", "country": "DE"},
        {"name": "Alpha", "country": "Germany"},
        {"name": "Alpha", "country": "DE", "rating": -1},
        {"name": "Alpha", "country": "DE", "colour": "red"},
        {"name": "A" * 81, "country": "DE"},
    ],
)
def test_a_malformed_team_is_refused(client: TestClient, body: dict[str, Any]) -> None:
    assert client.post(f"{API}/teams", json=body).status_code == 422
    assert client.get(f"{API}/teams").json() == []


@pytest.mark.flow("team-registration")
def test_a_taken_name_is_a_conflict(client: TestClient) -> None:
    enter(client, "Alpha")
    answer = client.post(f"{API}/teams", json={"name": "Alpha", "country": "FR"})
    assert answer.status_code == 409
    assert answer.json() == {"detail": "there is a team named 'Alpha' already"}


@pytest.mark.flow("match-planning")
def test_a_match_is_planned_listed_and_cancelled(
    client: TestClient, match_id: int
) -> None:
    shown = client.get(f"{API}/matches/{match_id}").json()
    assert shown["home_team"]["name"] == "Alpha"
    assert shown["kickoff"] == "2025-08-16T14:00:00Z"
    assert shown["status"] == "scheduled"
    cancelled = client.post(f"{API}/matches/{match_id}/cancel").json()
    assert cancelled["status"] == "cancelled"
    found = client.get(f"{API}/matches", params={"status": "cancelled"}).json()
    assert [match["id"] for match in found] == [match_id]
    assert client.get(f"{API}/matches", params={"status": "played"}).json() == []


@pytest.mark.flow("match-planning")
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"away_team_id": 999}, 404),
        ({"away_team_id": None}, 422),
        ({"kickoff": "2025-08-16T14:00:00"}, 422),
        ({"kickoff": PAST}, 409),
        ({"home_team_id": "same"}, 422),
    ],
)
def test_a_match_that_cannot_be_is_refused(
    client: TestClient, match_id: int, change: dict[str, Any], status: int
) -> None:
    shown = client.get(f"{API}/matches/{match_id}").json()
    body = {
        "home_team_id": shown["home_team"]["id"],
        "away_team_id": shown["away_team"]["id"],
        "competition": "Cup",
        "kickoff": FUTURE,
    } | change
    if body["home_team_id"] == "same":
        body["home_team_id"] = body["away_team_id"]
    assert client.post(f"{API}/matches", json=body).status_code == status
    assert len(client.get(f"{API}/matches").json()) == 1


@pytest.mark.flow("match-prediction")
def test_a_match_is_predicted_once(client: TestClient, match_id: int) -> None:
    first = client.post(f"{API}/matches/{match_id}/prediction").json()
    assert client.post(f"{API}/matches/{match_id}/prediction").json() == first
    assert first["home_win"] + first["draw"] + first["away_win"] == pytest.approx(1)
    assert first["home_win"] > first["away_win"]
    assert client.get(f"{API}/predictions/{first['id']}").json() == first
    assert client.get(f"{API}/predictions").json() == [first]


@pytest.mark.flow("match-prediction")
def test_any_two_teams_can_be_previewed(client: TestClient, match_id: int) -> None:
    shown = client.get(f"{API}/matches/{match_id}").json()
    answer = client.get(
        f"{API}/predictions/preview",
        params={
            "home_team_id": shown["away_team"]["id"],
            "away_team_id": shown["home_team"]["id"],
        },
    )
    assert answer.status_code == 200
    assert answer.json()["home_win"] < answer.json()["away_win"]
    assert client.get(f"{API}/predictions").json() == []


@pytest.mark.flow("match-prediction")
@pytest.mark.parametrize("path", ["predictions/9", "matches/9", "teams/9"])
def test_unknown_things_are_not_found(client: TestClient, path: str) -> None:
    answer = client.get(f"{API}/{path}")
    assert answer.status_code == 404
    assert "9 does not exist" in answer.json()["detail"]


@pytest.mark.flow("result-entry")
def test_a_result_moves_both_ratings(client: TestClient, match_id: int) -> None:
    answer = client.post(
        f"{API}/matches/{match_id}/result", json={"home_goals": 0, "away_goals": 1}
    )
    assert answer.status_code == 200
    played = answer.json()
    assert played["status"] == "played"
    assert played["home_team"]["rating"] < 1600
    home = played["home_team"]["id"]
    (change,) = client.get(f"{API}/teams/{home}/ratings").json()
    assert change["match_id"] == match_id
    assert change["rating_before"] == 1600
    assert change["rating_after"] == played["home_team"]["rating"]


@pytest.mark.flow("result-entry")
def test_a_result_cannot_come_twice_or_early(client: TestClient, match_id: int) -> None:
    result = {"home_goals": 2, "away_goals": 2}
    client.post(f"{API}/matches/{match_id}/result", json=result)
    again = client.post(f"{API}/matches/{match_id}/result", json=result)
    assert again.status_code == 409
    early = plan(client, 1, 2, FUTURE)
    answer = client.post(f"{API}/matches/{early}/result", json=result)
    assert answer.status_code == 422
    assert "before its kickoff" in answer.json()["detail"]


@pytest.mark.flow("accuracy-review")
def test_predictions_are_judged_by_results(client: TestClient, match_id: int) -> None:
    before = client.get(f"{API}/predictions/accuracy").json()
    assert before == {"count": 0, "hit_share": None, "brier": None}
    client.post(f"{API}/matches/{match_id}/prediction")
    client.post(
        f"{API}/matches/{match_id}/result", json={"home_goals": 3, "away_goals": 0}
    )
    after = client.get(f"{API}/predictions/accuracy").json()
    assert after["count"] == 1
    assert after["hit_share"] == 1.0
    assert 0 < after["brier"] < 0.5


@pytest.mark.flow("access-control")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"X-API-Key": "wrong"}, 401),
        ({"X-API-Key": KEY}, 201),
    ],
)
def test_only_the_key_opens_the_door(
    sqlite_file: Path, headers: dict[str, str], status: int
) -> None:
    settings = Settings(
        environment=Environment.PRODUCTION,
        database_url=f"sqlite:///{sqlite_file}",
        api_key=KEY,
    )
    with TestClient(create_app(settings)) as client:
        body = {"name": "Alpha", "country": "DE"}
        answer = client.post(f"{API}/teams", json=body, headers=headers)
        assert answer.status_code == status
        assert client.get(f"{API}/teams").status_code == 200
        assert client.get("/docs").status_code == 404


@pytest.mark.flow("readiness")
def test_a_migrated_database_is_ready(client: TestClient) -> None:
    health = client.get("/health").json()
    assert health["status"] == "ok"
    assert health["environment"] == "test"
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["revision"] == expected_revision()


@pytest.mark.flow("readiness")
def test_an_old_or_lost_database_is_not_ready(sqlite_file: Path) -> None:
    app = create_app(Settings(database_url=f"sqlite:///{sqlite_file}"))
    with TestClient(app) as client:
        with app.state.database.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        answer = client.get("/health/ready")
        assert answer.status_code == 503
        assert answer.json()["database"] == "wrong revision"
        app.state.database.close()
        sqlite_file.unlink()
        sqlite_file.mkdir()
        answer = client.get("/health/ready")
        assert answer.status_code == 503
        assert answer.json()["database"] == "unreachable"


@pytest.mark.flow("measurement")
def test_requests_are_counted_by_route(client: TestClient, match_id: int) -> None:
    client.get(f"{API}/matches/{match_id}", headers={"X-Request-ID": "abc-123"})
    client.post(f"{API}/matches/{match_id}/prediction")
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert (
        'football_http_requests_total{method="GET",'
        'route="/api/v1/matches/{match_id}",status="200"} 1.0'
    ) in answer.text
    assert "football_predictions_total 1.0" in answer.text
    assert 'football_build_info{version="1.0.0"} 1.0' in answer.text


@pytest.mark.flow("measurement")
@pytest.mark.parametrize(
    ("given", "kept"), [("abc-123", True), ("a" * 65, False), ("x y", False)]
)
def test_a_request_can_be_traced(
    client: TestClient,
    capsys: pytest.CaptureFixture[str],
    given: str,
    kept: bool,
) -> None:
    configure_logging("INFO")
    answer = client.get("/health", headers={"X-Request-ID": given})
    name = answer.headers["X-Request-ID"]
    assert (name == given) is kept
    entry = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert entry["request_id"] == name
    assert entry["status"] == 200


@pytest.mark.flow("measurement")
def test_an_unexpected_error_tells_nothing_of_the_inside(
    sqlite_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(Settings(database_url=f"sqlite:///{sqlite_file}"))
    register_error_handlers(app, configure_logging("INFO"), Metrics())

    @app.get("/crash")
    def crash() -> None:
        raise ZeroDivisionError("inside")

    @app.get("/odd")
    def odd() -> None:
        raise FootballError("inside")

    with TestClient(app, raise_server_exceptions=False) as client:
        for path in ("/crash", "/odd"):
            answer = client.get(path)
            assert answer.status_code == 500
            assert answer.json() == {"detail": "internal error"}
    assert "ZeroDivisionError: inside" in capsys.readouterr().err


class Memory:
    """Keeps texts as Redis would."""

    def __init__(self) -> None:
        self.texts: dict[str, Kept] = {}
        self.generations = Counter[str]()
        self.pause = 0.0

    async def get(self, kind: str, key: str) -> Kept:
        await asyncio.sleep(self.pause)
        kept = self.texts.get(key)
        now = str(self.generations[kind])
        good = kept is not None and kept.generation == now
        return Kept(kept.text if kept and good else None, now)

    async def put(self, key: str, text: str, generation: str | None) -> None:
        self.texts[key] = Kept(text, generation)

    async def forget(self, *kinds: str) -> None:
        self.generations.update(kinds)

    async def close(self) -> None:
        self.texts.clear()


@pytest.fixture
def memory(client: TestClient) -> Memory:
    """A cache that keeps what it is given."""
    client.app.state.cache = Memory()  # type: ignore[attr-defined]
    kept: Memory = client.app.state.cache  # type: ignore[attr-defined]
    return kept


@pytest.mark.flow("measurement")
def test_a_forecast_is_kept_and_given_again(client: TestClient, memory: Memory) -> None:
    home, away = enter(client, "Home"), enter(client, "Away")
    path = f"{API}/predictions/preview?home_team_id={home}&away_team_id={away}"
    first, second = client.get(path), client.get(path)
    assert first.json() == second.json()
    numbers = client.get("/metrics").text
    assert 'football_cache_requests_total{result="hit"} 1.0' in numbers
    assert 'football_cache_requests_total{result="miss"} 1.0' in numbers


def test_an_answer_is_kept_until_somebody_writes(
    client: TestClient, memory: Memory
) -> None:
    enter(client, "First")
    assert len(client.get(f"{API}/teams").json()) == 1
    assert memory.texts.keys() == {f"{API}/teams?"}
    enter(client, "Second")
    assert len(client.get(f"{API}/teams").json()) == 2


def test_what_a_change_leaves_true_is_kept(client: TestClient, memory: Memory) -> None:
    home, away = enter(client, "Home"), enter(client, "Away")
    forecast = f"/predictions/preview?home_team_id={home}&away_team_id={away}"
    reads = [
        f"{API}{path}" for path in ("/teams", "/matches", forecast, "/predictions")
    ]
    plan = {"home_team_id": home, "away_team_id": away, "competition": "Cup"}
    changes = [
        ("/matches", plan | {"kickoff": "2020-01-01T12:00:00Z"}, ["/matches"]),
        ("/matches/1/prediction", {}, ["/predictions"]),
        ("/teams", {"name": "Third", "country": "NL"}, ["/teams"]),
        (
            "/matches/1/result",
            {"home_goals": 2, "away_goals": 0},
            ["/teams", "/matches", forecast, "/predictions"],
        ),
    ]
    before = [client.get(path).json() for path in reads]
    for path, body, untrue in changes:
        kept = dict(memory.texts)
        assert client.post(f"{API}{path}", json=body).is_success
        before = [client.get(read).json() for read in reads]
        anew = {read for read, text in memory.texts.items() if text is not kept[read]}
        wanted = {f"{API}{read}" + ("" if "?" in read else "?") for read in untrue}
        assert anew == wanted, path
    assert before[0][0]["rating"] > before[0][-1]["rating"]


def test_who_asks_at_once_has_it_computed_once(
    client: TestClient, memory: Memory
) -> None:
    enter(client, "Only")
    memory.pause = 0.2
    with ThreadPoolExecutor(5) as users:
        answers = list(users.map(client.get, [f"{API}/teams"] * 5))
    assert [len(answer.json()) for answer in answers] == [1] * 5
    numbers = client.get("/metrics").text
    assert 'football_cache_requests_total{result="miss"} 1.0' in numbers


def test_who_asks_after_a_change_is_not_given_what_was_begun_before(
    client: TestClient, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, goes_on = Event(), Event()
    ranked = TeamService.ranked

    def slow(*asked: object) -> object:
        answer = ranked(*asked)  # type: ignore[arg-type]
        if not begun.is_set():
            begun.set()
            goes_on.wait(10)
        return answer

    monkeypatch.setattr(TeamService, "ranked", slow)
    enter(client, "First")
    with ThreadPoolExecutor(1) as user:
        early = user.submit(client.get, f"{API}/teams")
        begun.wait(10)
        enter(client, "Second")
        assert len(client.get(f"{API}/teams").json()) == 2
        goes_on.set()
        assert len(early.result().json()) == 1
    assert len(client.get(f"{API}/teams").json()) == 2


def test_where_the_first_has_no_answer_others_have_their_own(
    client: TestClient, memory: Memory
) -> None:
    memory.pause = 0.2
    with ThreadPoolExecutor(3) as users:
        answers = list(users.map(client.get, [f"{API}/teams/1"] * 3))
    assert [answer.status_code for answer in answers] == [404] * 3
    enter(client, "Only")
    assert client.get(f"{API}/teams/1").status_code == 200


def test_only_good_answers_are_kept(client: TestClient, memory: Memory) -> None:
    assert client.get(f"{API}/teams/1").status_code == 404
    assert client.get(f"{API}/teams?limit=0").status_code == 422
    assert memory.texts == {}


def test_a_refused_change_forgets_nothing(client: TestClient, memory: Memory) -> None:
    enter(client, "Only")
    before = memory.generations.copy()
    body = {"name": "Only", "country": "NL"}
    assert client.post(f"{API}/teams", json=body).status_code == 409
    assert memory.generations == before
