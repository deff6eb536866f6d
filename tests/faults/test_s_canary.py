"""Nothing of a project runs unless the board says so: commands over a project of canaries."""

import shutil
from pathlib import Path

import anyio
import pytest
from mcp import Client, StdioServerParameters

from tests.support.canary import Canary, Seen, call

pytestmark = pytest.mark.skipif(not shutil.which("strace"), reason="no strace: nothing can be seen")

OURS = {"git", "python", "python3", "python3.11", "readiness", "bwrap", "sh", "true"}
"""What a command that only reads may start: Git, this Python, and a wall, to see if it holds."""


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Canary:
    """One project with a board, which commands that only read leave as it is."""
    made = Canary(tmp_path_factory.mktemp("canary"))
    # A run is recorded of the one criterion that runs nothing.
    quiet(made.run("check", "T1.8", "--report", "json=run.json"))
    return made


def quiet(seen: Seen, *, status: tuple[int, ...] = (0,)) -> None:
    """Nothing left a mark or was asked over the network, and the command did its work."""
    assert seen.marks == set(), seen
    assert seen.connected == [], seen
    assert seen.status in status, seen


MCP_READERS: dict[str, dict[str, object]] = {
    "next": {},
    "show": {"subject": "T1.8"},
    "guard": {"base": "HEAD", "no_run": True},
}

READERS = [
    "validate",
    "list",
    "list --output-format json",
    "show T1.1",
    "show T1 --output-format json",
    "next",
    "next --to 8",
    "checks",
    "checks own",
    "history",
    "report",
    "fleet run.json",
    "report --report html=page.html",
    "schema board",
    "check --dry-run",
    "guard --no-run --base HEAD",
    "guard --no-run --base HEAD~1",
]
"""Each command that reads, as it is called."""


@pytest.mark.parametrize("line", READERS)
def test_who_reads_runs_nothing(canary: Canary, line: str) -> None:
    """No mark, no program but Git, no connection; only the history may be made."""
    seen = canary.run(*line.split())
    quiet(seen, status=(0, 3, 4))
    assert seen.programs <= OURS, seen.programs
    allowed = str(canary.folder / ".readiness")
    written = {path for path in seen.written if not path.startswith(allowed)}
    assert written <= {str(canary.folder / "page.html")}
    assert "Traceback" not in seen.err


def test_doctor_asks_tools_alone(canary: Canary) -> None:
    """By `--version`, in an empty folder; no check, settings or hook of the project."""
    seen = canary.run("doctor")
    quiet(seen, status=(0, 3))
    assert {path for path in seen.written if path.startswith(str(canary.folder))} == set()
    assert "mypy" in seen.out


def test_import_reads_the_board_of_tasks(tmp_path: Path) -> None:
    """It writes one board."""
    canary = Canary(tmp_path, board=False)
    seen = canary.run("import", "TASKS.md")
    quiet(seen)
    assert seen.programs <= OURS
    assert seen.written == {str(canary.folder / "board.yaml")}, seen.written


def test_init_without_measuring_reads(tmp_path: Path) -> None:
    """It writes one board, pipes and endless files included in what it looks at."""
    canary = Canary(tmp_path, board=False)
    seen = canary.run("init", "--yes", "--no-measure")
    quiet(seen)
    assert seen.programs <= OURS
    assert seen.written == {str(canary.folder / "board.yaml")}, seen.written


def test_a_hook_at_the_start_reads(canary: Canary) -> None:
    """An agent is told of the gate, and nothing is run."""
    seen = canary.run("hook", "start", "--agent", "claude-code", stdin=call(canary.folder))
    quiet(seen)
    assert seen.programs <= OURS


def test_a_module_of_the_project_is_not_imported_in_place_of_a_library(tmp_path: Path) -> None:
    """Though `python -m` has Python look into the caller's folder first."""
    canary = Canary(tmp_path)
    shutil.rmtree(canary.folder / "readiness")  # that one `python -m` itself would start
    quiet(canary.run("list", module=True))


def test_the_readers_of_mcp_run_nothing(canary: Canary) -> None:
    """An agent's host starts the server; what it then reads of the project is only read."""
    before = canary.left()

    async def session() -> None:
        parameters = StdioServerParameters(
            command=canary.program, args=["mcp"], cwd=str(canary.folder), env=canary.environment()
        )
        with anyio.fail_after(120):
            async with Client(parameters) as client:
                for name, arguments in MCP_READERS.items():
                    result = await client.call_tool(name, arguments)
                    assert not result.is_error, (name, result)

    anyio.run(session)
    assert canary.left() == before


@pytest.mark.parametrize(
    "line", ["check", "score", "prove", "guard --base HEAD", "check --base HEAD --hold-line"]
)
def test_who_measures_runs_the_commands_of_the_board(canary: Canary, line: str) -> None:
    """And of its base; of a project that asks for one command, that one alone."""
    seen = canary.run(*line.split(), "--board", "quiet.yaml")
    quiet(seen)
    assert seen.programs <= OURS | {"test", "bash", "cat"}, seen.programs


INIT_RUNS = {"manage.py.here", "django.py.here", "plugin.py.here", "conftest.py.here"}
INIT_RUNS |= {"tests-conftest.py.here", "tests-test_shop.py.here", "tests-test_shop.py.in_test"}
INIT_RUNS |= {"package.json.test", ".pre-commit-config.yaml.hook"}
"""What runs where `init` measures: tests with what they load, Django's program, and hooks."""


@pytest.mark.slow
def test_init_runs_what_it_names(tmp_path: Path) -> None:
    """Tests and tools, as they do; nothing else of what the project's files say."""
    canary = Canary(tmp_path, board=False, pipes=False)
    before = canary.files()
    seen = canary.run("init", "--yes")
    assert seen.status == 0, seen
    assert seen.marks <= INIT_RUNS, seen.marks
    assert "tests-test_shop.py.in_test" in seen.marks, seen
    announced = seen.err.partition("\n")[0]
    assert all(name in announced for name in ("pytest", "django-tests", "npm test", "pre-commit"))
    written = {name for name in canary.files() - before if not name.startswith(".readiness/")}
    assert written == {"board.yaml"}
