"""Whole scenarios, over HTTP and the command line only."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import RunTool, Start

API = "/api/v1"


def post(client: httpx2.Client, path: str, body: dict[str, Any] | None = None) -> Any:
    answer = client.post(API + path, json=body)
    answer.raise_for_status()
    return answer.json()


def get(client: httpx2.Client, path: str) -> Any:
    answer = client.get(API + path)
    answer.raise_for_status()
    return answer.json()


def enter(client: httpx2.Client, name: str) -> int:
    return int(post(client, "/teams", {"name": name, "country": "DE"})["id"])


def plan(client: httpx2.Client, home: int, away: int, day: int) -> int:
    body = {
        "home_team_id": home,
        "away_team_id": away,
        "competition": "Liga",
        "kickoff": f"2025-08-{day:02}T14:00:00Z",
    }
    return int(post(client, "/matches", body)["id"])


@pytest.mark.flow("season")
def test_an_analyst_follows_a_season(start: Start, sqlite_file: Path) -> None:
    client = start(sqlite_file)
    names = ["Alpha", "Beta", "Gamma"]
    alpha, beta, gamma = (enter(client, name) for name in names)
    fixtures = [
        (alpha, beta, 3, 0),
        (beta, gamma, 1, 1),
        (gamma, alpha, 0, 2),
        (alpha, gamma, 2, 0),
    ]
    chances = []
    for day, (home, away, home_goals, away_goals) in enumerate(fixtures, start=1):
        match = plan(client, home, away, day)
        chances.append(post(client, f"/matches/{match}/prediction")["home_win"])
        result = {"home_goals": home_goals, "away_goals": away_goals}
        assert post(client, f"/matches/{match}/result", result)["status"] == "played"

    table = get(client, "/teams")
    assert [team["name"] for team in table][0] == "Alpha"
    assert sum(team["rating"] for team in table) == pytest.approx(3 * 1500)
    assert len(get(client, f"/teams/{alpha}/ratings")) == 3
    assert chances[3] > chances[0], "Alpha is stronger at the end than at the start"
    accuracy = get(client, "/predictions/accuracy")
    assert accuracy["count"] == 4
    assert accuracy["hit_share"] == 0.5
    assert accuracy["brier"] < 2 / 3, "better than three equal chances"


@pytest.mark.flow("cancelled-match")
def test_a_cancelled_match_stays_out_of_the_figures(
    start: Start, sqlite_file: Path
) -> None:
    client = start(sqlite_file)
    match = plan(client, enter(client, "Alpha"), enter(client, "Beta"), 9)
    post(client, f"/matches/{match}/prediction")
    post(client, f"/matches/{match}/cancel")
    late = client.post(
        f"{API}/matches/{match}/result", json={"home_goals": 1, "away_goals": 0}
    )
    assert late.status_code == 409
    assert get(client, "/predictions/accuracy")["count"] == 0
    assert {team["rating"] for team in get(client, "/teams")} == {1500.0}
    assert get(client, "/matches?status=cancelled")[0]["id"] == match


@pytest.mark.flow("first-deployment")
def test_an_operator_deploys_on_an_empty_database(
    start: Start, run_tool: RunTool, tmp_path: Path
) -> None:
    database = tmp_path / "new.db"
    client = start(database)
    assert client.get("/health").json()["environment"] == "production"
    early = client.get("/health/ready")
    assert early.status_code == 503
    assert early.json()["database"] == "wrong revision"
    migrated = run_tool(database, "alembic", "upgrade", "head")
    assert migrated.returncode == 0, migrated.stderr
    assert client.get("/health/ready").json()["status"] == "ready"
    unknown = client.post(f"{API}/teams", json={}, headers={"X-API-Key": "wrong"})
    assert unknown.status_code == 401
    assert enter(client, "Alpha") == 1
    assert "football_http_requests_total" in client.get("/metrics").text


@pytest.mark.flow("disaster-recovery")
def test_an_operator_restores_a_lost_database(
    start: Start, run_tool: RunTool, sqlite_file: Path, tmp_path: Path
) -> None:
    module = "src.database.maintenance"
    backup = tmp_path / "backup.db"
    client = start(sqlite_file)
    enter(client, "Alpha")
    saved = run_tool(sqlite_file, module, "backup", str(backup))
    assert saved.returncode == 0, saved.stderr
    enter(client, "Beta")

    lost = tmp_path / "rebuilt.db"
    assert run_tool(lost, module, "check").returncode == 1
    restored = run_tool(lost, module, "restore", str(backup))
    assert restored.stdout == "restore: ok, revision 0004 (newest)\n"
    second = start(lost)
    assert second.get("/health/ready").json()["status"] == "ready"
    assert [team["name"] for team in get(second, "/teams")] == ["Alpha"]
