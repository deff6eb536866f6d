"""`readiness fleet` as a whole program: real projects, real repositories, real signals."""

import signal
import time
from pathlib import Path

import pytest

from readiness.project.git import head_of
from tests.support.program import Project, a_board, wait_until
from tests.support.repositories import commit
from tests.support.running import alive_in

GOOD = a_board({"run": "test -d ."}, title="Good")
BAD = a_board({"run": "test -d ."}, {"run": "test -e there"}, title="Bad")
BROKEN = {"version": 1, "title": "Broken", "tsks": []}


@pytest.fixture
def services(project: Project) -> Project:
    """A folder of services: one ready, one not, one with a broken board, one with none."""
    for name, board in (("good", GOOD), ("bad", BAD), ("broken", BROKEN), ("bare", None)):
        (project.folder / name).mkdir()
        if board is not None:
            project.write(board, f"{name}/board.yaml")
    return project


def test_folders_are_measured_each_by_its_own_board(services: Project) -> None:
    """Each by `readiness` itself; what could not be measured stays in, with the reason."""
    ended = services("fleet", "good", "bad", "broken", "bare", "gone", "--output-format", "json")
    assert ended.status == 1, ended
    projects = {record["name"]: record for record in ended.json["projects"]}
    assert list(projects) == ["good", "bad", "broken", "bare", "gone"]
    assert {name: record["decision"] for name, record in projects.items()} == {
        "good": "ready",
        "bad": "not_ready",
        "broken": "unknown",
        "bare": "unknown",
        "gone": "unknown",
    }
    assert (projects["good"]["score"], projects["bad"]["score"], projects["gone"]["score"]) == (
        10,
        5,
        None,
    )
    assert "board.yaml:" in projects["broken"]["reason"]
    assert "`readiness init`" in projects["bare"]["reason"]
    assert [record["verdict"] for record in projects["bad"]["criteria"]] == ["pass", "fail"]
    assert (services.folder / "bad" / ".readiness" / "history.db").exists()


@pytest.mark.parametrize(
    ("names", "status"), [(["good"], 0), (["good", "gone"], 3), (["good", "gone", "bad"], 1)]
)
def test_it_ends_as_the_worst_of_them(services: Project, names: list[str], status: int) -> None:
    """Every format and `--exit-zero` tell the same."""
    ended = services("fleet", *names)
    assert ended.status == status, ended
    assert f"exit status {status}" in ended.out
    assert services("fleet", *names, "--exit-zero").status == 0


def test_a_board_above_is_no_board_of_a_folder(services: Project) -> None:
    """Else every folder of a monorepo would be ready as the whole of it is."""
    services.write(GOOD)
    assert services("fleet", "bare").status == 3


def test_recorded_runs_stand_for_their_projects(services: Project) -> None:
    """Nothing is run for it."""
    board = a_board({"run": "echo x >> ran"}, title="Counted")
    services.write(board, "good/board.yaml")
    ended = services("check", "--output-format", "json", cwd=services.folder / "good")
    (services.folder / "run.json").write_bytes(ended.raw)
    ended = services("fleet", "run.json", "--output-format", "json")
    assert ended.status == 0, ended
    decisions = {project["name"]: project["decision"] for project in ended.json["projects"]}
    assert decisions == {"Counted": "ready"}
    assert (services.folder / "good" / "ran").read_text().count("x") == 1


@pytest.mark.parametrize("content", [b"", b"{}", b"{", b"[1]", b"\xff", b'{"version": 99}'])
def test_a_file_that_is_no_run_is_unknown(services: Project, content: bytes) -> None:
    """With what is wrong with it, and never a traceback."""
    (services.folder / "run.json").write_bytes(content)
    ended = services("fleet", "run.json", "good", "--output-format", "json")
    assert ended.status == 3, ended
    assert ended.json["projects"][0]["decision"] == "unknown"
    assert "run.json" in ended.json["projects"][0]["reason"]


def test_an_address_is_fetched_by_commit(services: Project, tmp_path: Path) -> None:
    """A name of a branch, a tag or a commit after `#` is a checkout of its own, used again."""
    origin = services.folder / "good"
    first = commit(origin, {})
    second = commit(origin, {"board.yaml": None, "readiness.md": "gone"})
    address = f"file://{origin}"
    asked = ("fleet", f"{address}#{first}", address, "--output-format", "json")
    env = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    ended = services(*asked, env=env)
    old, new = ended.json["projects"]
    assert (old["commit"], old["decision"]) == (first, "ready"), ended
    assert new["decision"] == "unknown"
    assert "no board" in new["reason"]
    (cache,) = (tmp_path / ".cache" / "readiness" / "fleet").iterdir()
    assert {"checkout-", f"checkout-{first}", "history.db"} <= {
        path.name for path in cache.iterdir()
    }
    assert head_of(str(cache / "checkout-")) == second
    assert not (origin / ".readiness").exists()
    again = services(*asked, env=env)
    assert again.json == ended.json


def test_an_address_that_cannot_be_reached_is_unknown(services: Project) -> None:
    """With what git says, but for anybody's password."""
    ended = services("fleet", "https://me:s3cret@127.0.0.1:1/shop.git", "good")
    assert ended.status == 3, ended
    assert "could not be fetched" in ended.out
    assert "s3cret" not in ended.out + ended.err


def test_options_of_the_caller_are_the_fleets_own(services: Project) -> None:
    """A report that a variable asks for is one report, of the fleet; no project writes it."""
    env = {"READINESS_REPORT": "json=out.json", "READINESS_BOARD": "bad/board.yaml"}
    assert services("fleet", "good", env=env).status == 0
    assert (services.folder / "out.json").exists()
    assert not (services.folder / "good" / "out.json").exists()


def test_reports_are_written_beside_the_table(services: Project) -> None:
    """The page and JSON."""
    asked = [f"--report={name}=out.{name}" for name in ("html", "json")]
    ended = services("fleet", "good", "bad", *asked)
    assert ended.status == 1, ended
    assert "<h1>Fleet</h1>" in (services.folder / "out.html").read_text(encoding="utf-8")
    assert b'"name": "bad"' in (services.folder / "out.json").read_bytes()


def test_a_report_that_cannot_be_written_is_told(services: Project) -> None:
    """Ready is then no 0; what is worse stays worse."""
    asked = ("--report", "html=nowhere/out.html")
    assert services("fleet", "good", *asked).status == 5
    assert services("fleet", "bad", *asked).status == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["fleet"], "name folders"),
        (["fleet", "good", "--output-format", "sarif"], "unknown format sarif"),
        (["fleet", "good", "--report", "junit=out.xml"], "unknown format junit"),
    ],
)
def test_a_wrong_command_line_runs_nothing(
    services: Project, words: list[str], message: str
) -> None:
    """It says what there is."""
    ended = services(*words)
    assert ended.status == 2, ended
    assert message in ended.err
    assert not (services.folder / "good" / ".readiness").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_of_it(services: Project, number: int) -> None:
    """No probe goes on, and what was measured before is in its project's history."""
    services.write(a_board({"run": "touch began; sleep 300"}), "bad/board.yaml")
    process = services.start("fleet", "bad", "good", "--jobs", "2")
    wait_until(services.folder / "bad" / "began")
    wait_until(services.folder / "good" / ".readiness" / "history.db")
    process.send_signal(number)
    assert services.end(process).status == 128 + number
    assert alive_in(services.folder) == []


def test_a_fleet_that_is_killed_leaves_no_run_behind(services: Project) -> None:
    """The runs that it started end with it."""
    services.write(a_board({"run": "touch began; sleep 300"}), "bad/board.yaml")
    process = services.start("fleet", "bad")
    wait_until(services.folder / "bad" / "began")
    process.kill()
    process.communicate()
    end = time.monotonic() + 30
    while alive_in(services.folder):
        assert time.monotonic() < end, "still alive"
        time.sleep(0.05)
