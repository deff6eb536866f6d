"""The action for GitHub: its steps in a clean clone, with the runner's variables."""

import re
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from readiness.record.document import from_json
from tests.support.channels import SHOP, WORSE, GitHub, documents
from tests.support.program import ROOT, Ended
from tests.support.repositories import commit, git

(ACTION,) = documents(ROOT / "action.yml")
STEPS = ACTION["runs"]["steps"]
INSTALL, GATE = (step for step in STEPS if "run" in step)

Act = Callable[..., Ended]


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory, clone: Path, wheels: Path) -> GitHub:
    """A runner with the shop checked out and the action installed, as its first step does it."""
    made = GitHub(tmp_path_factory.mktemp("runner"), wheels)
    commit(made.project, SHOP)
    _give(made, {})
    ended = made.step(INSTALL, {"GITHUB_ACTION_PATH": str(clone)})
    assert ended.status == 0, ended
    return made


@pytest.fixture
def act(runner: GitHub) -> Act:
    """Run the action's gate with inputs, as the runner would; no run was before the first."""
    rmtree(runner.home / "runner/readiness-history", ignore_errors=True)

    def run(**inputs: str) -> Ended:
        _give(runner, {name.replace("_", "-"): value for name, value in inputs.items()})
        return runner.step(GATE)

    return run


def _give(runner: GitHub, inputs: dict[str, str]) -> None:
    assert inputs.keys() <= ACTION["inputs"].keys()
    given = {name: str(each["default"]) for name, each in ACTION["inputs"].items()} | inputs
    runner.known |= {f"inputs.{name}": value for name, value in given.items()}


def outputs(runner: GitHub) -> dict[str, str]:
    """The action's outputs."""
    return {name: runner.value(each["value"]) for name, each in ACTION["outputs"].items()}


def test_a_release_is_blocked_with_its_outputs(runner: GitHub, act: Act) -> None:
    """As the action says by itself: the score, what blocks, the summary, the documents."""
    ended = act()
    assert ended.status == 1, ended
    seen = outputs(runner)
    assert (seen["decision"], seen["failed-blockers"], seen["exit-status"]) == (
        "not_ready",
        "",
        "1",
    )
    assert 0 < float(seen["score"]) < 10
    assert seen["reasons"].startswith("score")
    run = from_json(Path(seen["document"]).read_bytes(), "document")
    assert run.score.shown == seen["score"]
    assert "Shop" in runner.summary
    assert "::notice title=Shop::" in ended.out
    assert "Readiness: 66.0% (6.6/10)" in ended.out.partition("::notice")[0]


def test_a_ready_project_passes(runner: GitHub, act: Act) -> None:
    """Its innocent twin; selectors and options come as `arguments`."""
    commit(runner.project, {"manual.md": "# Manual\n"})
    assert act(arguments="--jobs 1\n-v").status == 0
    assert outputs(runner)["decision"] == "ready"
    assert act(command="check", arguments="T1 T2.1", summary="false").status == 0
    assert outputs(runner)["decision"] == "partial"
    assert runner.summary == ""
    commit(runner.project, {"manual.md": None})


def test_a_pull_request_holds_the_line(runner: GitHub, act: Act) -> None:
    """With the base: what is worse fails, what loosens is named, the rest is held."""
    base = git(runner.project, "rev-parse", "HEAD")
    inputs = {"command": "check", "hold_line": "true", "base": base}
    assert act(**inputs).status == 0
    assert outputs(runner)["decision"] == "held"
    commit(runner.project, WORSE)
    assert act(**inputs).status == 1
    assert outputs(runner)["failed-blockers"] == "T1.2"
    board = SHOP["board.yaml"].replace("<= 1", "<= 9")
    commit(runner.project, {"board.yaml": board})
    assert act(**inputs).status == 4
    assert outputs(runner)["decision"] == "loosened"
    commit(runner.project, SHOP)


def test_a_broken_board_is_told(runner: GitHub, act: Act) -> None:
    """With status 2 and no annotations of an earlier run; nothing is decided."""
    act()
    assert act(board="nowhere.yaml").status == 2
    assert "steps.gate.outputs.document" in runner.known
    assert not (Path(runner.known["runner.temp"]) / "readiness-reports/annotations.txt").exists()


def test_inputs_are_no_commands(runner: GitHub, act: Act) -> None:
    """A shell's words in an input stay words."""
    ended = act(arguments="$(touch${IFS}made) `touch made`; touch made", profile="$(touch made)")
    assert ended.status == 2
    assert not (runner.project / "made").exists()


def test_each_input_is_used_and_none_is_pasted_into_a_script() -> None:
    """Inputs reach scripts through the environment; each action of others is pinned to a commit."""
    text = (ROOT / "action.yml").read_text("utf-8")
    assert set(re.findall(r"inputs\.([a-z-]+)", text)) == set(ACTION["inputs"])
    assert not any("${{" in step["run"] for step in STEPS if "run" in step)
    uses = [step["uses"] for step in STEPS if "uses" in step]
    assert uses
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", each) for each in uses)


def test_what_follows_reads_what_was_written(runner: GitHub, act: Act) -> None:
    """The files that later steps send are where they look for them."""
    act()
    sent: list[Any] = [step["with"].get(key, "") for step in STEPS if "with" in step
                       for key in ("path", "sarif_file")]  # fmt: skip
    paths = {line for each in sent for line in runner.value(each).splitlines()}
    assert len(paths) == 5
    assert [path for path in paths if not Path(path).exists()] == []
