"""The workflow in parts, GitLab and Jenkins: their steps, with each one's variables."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest

from readiness import __version__
from tests.support.channels import SHOP, WORSE, GitHub, Runner, documents, gitlab_jobs
from tests.support.program import ROOT, Ended
from tests.support.repositories import commit, git

COPIED = [
    *(ROOT / ".github/workflows/readiness.yml", ROOT / "templates/readiness.yml"),
    *(ROOT / "action.yml", ROOT / "docs/ci.md"),
    *(path for path in (ROOT / "examples/ci").rglob("*") if path.is_file()),
]


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> GitHub:
    """A machine with the shop checked out."""
    made = GitHub(tmp_path_factory.mktemp("runner"), wheels)
    made.known["vars.READINESS_REQUIREMENT"] = f"readiness=={__version__}"
    made.environment["READINESS_REQUIREMENT"] = f"readiness=={__version__}"
    commit(made.project, SHOP)
    return made


def test_the_workflow_decides_on_the_parts(runner: GitHub) -> None:
    """Each part is measured by itself, and the whole says what one run would say."""
    (workflow,) = documents(ROOT / ".github/workflows/readiness.yml")
    inputs = workflow["on"]["workflow_call"]["inputs"]
    runner.known |= {f"inputs.{name}": str(row["default"]) for name, row in inputs.items()}
    runner.known["inputs.setup"] = 'echo installed > "$HOME/setup"'
    runner.known["strategy.job-total"] = str(len(json.loads(runner.known["inputs.shards"])))
    measure, decide = (workflow["jobs"][name] for name in ("measure", "decide"))
    temporary = Path(runner.known["runner.temp"])
    for shard in json.loads(runner.known["inputs.shards"]):
        runner.known["matrix.shard"] = str(shard)
        for step in steps(measure):
            ended = runner.step(step, job_environment(runner, measure))
            assert ended.status == 0, ended
    assert (runner.home / "setup").read_text() == "installed\n"
    (temporary / "parts").mkdir()
    for part in temporary.glob("readiness-*.json"):
        part.rename(temporary / "parts" / part.name)
    *before, gate = steps(decide)
    assert [runner.step(step).status for step in before] == [0] * len(before)
    ended = runner.step(gate, job_environment(runner, decide))
    assert ended.status == 1, ended
    outputs = {name: runner.value(text) for name, text in decide["outputs"].items()}
    assert outputs == {"decision": "not_ready", "score": "6.6", "failed-blockers": ""}
    assert (temporary / "readiness.html").exists()


def steps(job: Mapping[str, Iterable[Mapping[str, object]]]) -> list[Mapping[str, object]]:
    """The steps of a job that run a script."""
    return [step for step in job["steps"] if "run" in step]


def job_environment(runner: GitHub, job: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    """What a job puts into the environment of its steps."""
    return {name: runner.value(value) for name, value in job.get("env", {}).items()}


class GitLab:
    """A runner of GitLab: variables, then all lines of a job in one shell."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.variables = {
            "GITLAB_CI": "true",
            "CI_BUILDS_DIR": str(runner.home / "tmp"),
            "CI_PROJECT_DIR": str(runner.project),
            "CI_DEFAULT_BRANCH": "main",
        }

    def job(self, job: Mapping[str, object], number: str, **variables: str) -> Ended:
        """Run one job."""
        known = {**self.variables, "CI_JOB_ID": number, **variables}
        declared = {str(name): str(value) for name, value in job.get("variables", {}).items()}  # type: ignore[attr-defined]
        expanded = {
            name: re.sub(r"\$(\w+)", lambda found: known.get(found[1], ""), value)
            for name, value in declared.items()
        }
        lines = [*job.get("before_script", []), *job["script"]]  # type: ignore[misc, attr-defined]
        return self.runner.bash("\n".join(map(str, lines)), "-eo", "pipefail", env=known | expanded)


def test_gitlab_holds_the_line_and_gates_tags(runner: GitHub) -> None:
    """A branch is recorded, a merge request compared with it, a tag has to be ready."""
    job = gitlab_jobs(ROOT / "templates/readiness.yml")["readiness"]
    gitlab = GitLab(runner)
    assert gitlab.job(job, "1", CI_COMMIT_BRANCH="main", CI_PIPELINE_SOURCE="push").status == 0
    base = git(runner.project, "rev-parse", "HEAD")
    merge = {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_DIFF_BASE_SHA": base}
    ended = gitlab.job(job, "1", **merge)
    assert ended.status == 0, ended
    commit(runner.project, WORSE)
    ended = gitlab.job(job, "1", **merge)
    assert ended.status == 1, ended
    (alert, *_) = json.loads((runner.project / "gl-code-quality-report.json").read_text())
    assert alert["location"]["path"] == "board.yaml"
    commit(runner.project, SHOP)
    ended = gitlab.job(job, "1", CI_COMMIT_TAG="v1", CI_PIPELINE_SOURCE="push")
    assert ended.status == 1, ended
    assert "Readiness: 66.0%" in ended.out
    assert ElementTree.parse(runner.project / "readiness.junit.xml").getroot().tag == "testsuites"


def test_gitlab_decides_on_the_parts(runner: GitHub) -> None:
    """As the template for many machines does."""
    jobs = gitlab_jobs(ROOT / "examples/ci/gitlab/parallel.gitlab-ci.yml")
    gitlab = GitLab(runner)
    measure, decide = (
        {**jobs[".readiness"], **jobs[name]} for name in ("readiness measure", "readiness")
    )
    for number in range(1, measure["parallel"] + 1):
        known = {"CI_NODE_INDEX": str(number), "CI_NODE_TOTAL": str(measure["parallel"])}
        ended = gitlab.job(measure, "2", **known)
        assert ended.status == 0, ended
        # Each job has a work tree of its own, and leaves its artifacts to the server.
        for part in runner.project.glob("*.part.json"):
            part.rename(runner.home / part.name)
    parts = list(runner.home.glob("*.part.json"))
    assert len(parts) == measure["parallel"]
    for part in parts:
        part.rename(runner.project / part.name)
    ended = gitlab.job(decide, "2")
    assert ended.status == 1, ended
    assert "Readiness: 66.0%" in ended.out


def test_jenkins_does_the_same(runner: GitHub) -> None:
    """Its two stages, on a branch, for a change, and for a tag."""
    text = (ROOT / "examples/ci/Jenkinsfile").read_text("utf-8")
    install, gate = (
        script.replace("\\\\", "\\") for script in re.findall(r"'''\n(.*?)'''", text, re.S)
    )
    workspace = {"WORKSPACE_TMP": str(runner.home / "jenkins"), "WORKSPACE": str(runner.project)}

    def sh(script: str, **variables: str) -> Ended:
        return runner.bash(script, "-xe", env=workspace | variables)

    assert sh(install).status == 0
    ended = sh(gate, BRANCH_NAME="main")
    assert ended.status == 0, ended
    git(runner.project, "update-ref", "refs/remotes/origin/main", "HEAD")
    assert sh(gate, CHANGE_TARGET="main").status == 0
    commit(runner.project, WORSE)
    assert sh(gate, CHANGE_TARGET="main").status == 1
    commit(runner.project, SHOP)
    assert sh(gate, TAG_NAME="v1").status == 1
    assert (runner.project / "readiness.junit.xml").exists()


@pytest.mark.parametrize("path", COPIED, ids=lambda path: path.name)
def test_one_variable_says_where_readiness_is(path: Path) -> None:
    """What is copied for CI names no home of its own, and nothing for a reader to replace."""
    text = path.read_text("utf-8")
    assert "READINESS_REQUIREMENT" in text
    assert re.findall(r"\bOWNER\b|@COMMIT|readiness==|[/:]readiness@|component:", text) == []
