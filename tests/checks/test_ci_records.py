"""A step of the CI is believed when the forge recorded that it succeeded on this commit.

The answers have the form of the examples in the documentation of the APIs.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from readiness.model.judgement import Unmeasured
from tests.support.checking import Outcome, build, run_check
from tests.support.http_servers import Answering, serving
from tests.support.repositories import commit, git

PATH = ".github/workflows/ci.yml"
WORKFLOW = """\
on: [push]
jobs:
  build:
    if: github.repository == 'octo-org/octo-repo'
    runs-on: ubuntu-latest
    strategy: {matrix: {python: ["3.11", "3.12"]}}
    steps:
      - uses: actions/checkout@v4
      - name: Lint on ${{ matrix.python }}
        run: make lint
      - run: cd docs && make types
"""


def step(name: str, conclusion: str | None = "success", status: str = "completed") -> Any:
    """A step as GitHub records it."""
    return {"name": name, "status": status, "conclusion": conclusion, "number": 3}


def job(python: str, *steps: Any, sha: str = "", **more: Any) -> Any:
    """A job as GitHub records it."""
    shown = {"id": 399444496, "run_id": 29679449, "workflow_name": "CI", "status": "completed"}
    shown |= {"name": f"build ({python})", "conclusion": "success", "steps": list(steps)}
    return shown | ({"head_sha": sha} if sha else {}) | more


def lint(python: str, conclusion: str | None = "success", **more: Any) -> Any:
    """The job with the step that runs the linter."""
    return job(python, step("Set up job"), step(f"Lint on {python}", conclusion), **more)


def project(folder: Path, text: str = WORKFLOW) -> str:
    """Make a repository whose workflow reading alone cannot decide; returns its commit."""
    commit(folder, {PATH: text, ".gitignore": "*.json\n"})
    git(folder, "remote", "add", "origin", "git@forge.example:octo-org/octo-repo.git")
    return git(folder, "rev-parse", "HEAD").strip()


def measured(folder: Path, **params: str) -> object:
    """How many problems there are, or why that is not known."""
    return verdict(run_check("ci-workflow", str(folder), {"command": "make lint", **params}))


def verdict(outcome: Outcome) -> object:
    """Return the number of problems, or what standard error says."""
    found = outcome.read()
    return outcome.stderr if isinstance(found, Unmeasured) else found.value


def test_without_a_record_a_condition_is_unknown(tmp_path: Path) -> None:
    """What decides it is said."""
    project(tmp_path)
    assert "ci.yml, line 4: if: github.repository" in str(measured(tmp_path))


@pytest.mark.parametrize(
    ("jobs", "expected"),
    [
        ([lint("3.11"), lint("3.12")], 0),
        ([lint("3.11", "skipped"), lint("3.12")], 0),
        ([lint("3.11"), lint("3.12", "failure")], 1),
        ([lint("3.11"), lint("3.12", "cancelled")], 1),
        ([lint("3.11", "skipped"), lint("3.12", "skipped")], 2),
        ([job("3.11", conclusion="skipped")], 1),
        ([lint("3.11"), lint("3.12", None)], "has not ended: completed"),
        ([job("3.11", step("Test"))], "has such a step"),
        ([lint("3.11", sha="f83a356604ae3c5d03e1b46ef4d1ca77d64a90b0")], "of the commit f83a356"),
        ([{"name": "build (3.11)"}], "not of the form"),
        ("jobs", "not of the form"),
    ],
)
def test_a_saved_record_decides(tmp_path: Path, jobs: Any, expected: object) -> None:
    """It has to be of this commit, and to say that the step succeeded, and failed nowhere."""
    sha = project(tmp_path)
    build(str(tmp_path), {"run.json": json.dumps({"headSha": sha, "jobs": jobs})})
    found = measured(tmp_path, runs="run.json")
    assert found == expected if isinstance(expected, int) else str(expected) in str(found)


def test_a_record_is_of_a_clean_and_whole_tree(tmp_path: Path) -> None:
    """What is changed since, or what is not all of an answer, is not measured."""
    sha = project(tmp_path)
    record = {"total_count": 2, "jobs": [lint("3.11", sha=sha)]}
    build(str(tmp_path), {"jobs.json": json.dumps(record)})
    assert "1 of 2 jobs" in str(measured(tmp_path, runs="jobs.json"))
    build(str(tmp_path), {"jobs.json": json.dumps({**record, "total_count": 1}), "new.txt": ""})
    assert measured(tmp_path, runs="jobs.json") == 0
    build(str(tmp_path), {".gitignore": "*.json\n*.txt\n"})
    assert ".gitignore differs from it here" in str(measured(tmp_path, runs="jobs.json"))


@pytest.mark.parametrize(
    ("text", "params", "expected"),
    [
        (WORKFLOW, {"command": "make types"}, "line 11: cd docs"),
        (WORKFLOW, {"command": "make types", "step": "Run cd docs && make types"}, 0),
        (WORKFLOW, {"command": "make types", "step": "Types"}, "has such a step"),
        (WORKFLOW.replace("types", "types || true"),
         {"command": "make types", "step": "Run cd docs && make types || true"}, 1),
    ],
)  # fmt: skip
def test_what_a_step_runs_is_read_or_named(
    tmp_path: Path, text: str, params: dict[str, str], expected: object
) -> None:
    """A record does not say what a step ran: whoever names it does. What is plain, stays."""
    sha = project(tmp_path, text)
    ran = job("3.11", step("Run cd docs && make types"), sha=sha)
    ran["steps"].append(step("Run cd docs && make types || true"))
    build(str(tmp_path), {"jobs.json": json.dumps({"jobs": [ran]})})
    found = measured(tmp_path, runs="jobs.json", **params)
    assert found == expected if isinstance(expected, int) else str(expected) in str(found)


def test_a_step_of_the_same_name_is_not_taken_for_it(tmp_path: Path) -> None:
    """A job may be called as one of a matrix is, and run something else."""
    decoy = "  decoy:\n    name: build (3.13)\n    steps: [{name: Lint on it, run: 'true'}]\n"
    sha = project(tmp_path, WORKFLOW + decoy)
    build(str(tmp_path), {"jobs.json": json.dumps({"jobs": [lint("3.11", sha=sha)]})})
    assert "steps of one name" in str(measured(tmp_path, runs="jobs.json"))
    assert measured(tmp_path, runs="jobs.json", step="Lint on 3.11", job="build") == 0


def answers(asked: list[str], replies: dict[str, Any]) -> type[Answering]:
    """Answer each path with its reply, and note what was asked, with the token."""

    class Forge(Answering):
        def do_GET(self) -> None:  # noqa: N802 - its name is given
            token = self.headers["Authorization"] or self.headers["PRIVATE-TOKEN"]
            asked.append(f"{self.path} {token}")
            known = [reply for path, reply in replies.items() if self.path.startswith(path)]
            self.answer(200 if known else 404, known[0] if known else {"message": "Not Found"})

    return Forge


def test_the_api_of_github_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the runs of this workflow the newest counts in which the step was not skipped."""
    sha = project(tmp_path)
    runs = "/repos/octo-org/octo-repo/actions/runs"
    listed = [
        {"id": 3, "path": ".github/workflows/other.yml", "head_sha": sha},
        {"id": 2, "path": f"{PATH}@main", "head_sha": sha},
        {"id": 1, "path": PATH, "head_sha": sha},
        {"id": 0, "path": PATH, "head_sha": sha},
    ]
    replies = {
        f"{runs}?": {"total_count": 4, "workflow_runs": listed},
        f"{runs}/3/": {"jobs": [lint("3.11", "failure", sha=sha)]},
        f"{runs}/2/": {"jobs": [lint("3.11", "skipped", sha=sha)]},
        f"{runs}/1/jobs?filter=latest&per_page=100&page=1": {
            "jobs": [lint(f"1.{number}", sha=sha) for number in range(100)]},
        f"{runs}/1/jobs?filter=latest&per_page=100&page=2": {
            "jobs": [lint("3.11", "failure", sha=sha)]},
    }  # fmt: skip
    asked: list[str] = []
    with serving(answers(asked, replies)) as address:
        outcome = asking(tmp_path, {"GITHUB_API_URL": f"http://{address}", "GH_TOKEN": "t"})
    assert [each["message"] for each in outcome.findings] == ["build (3.11): Lint on 3.11: failure"]
    assert asked[0] == f"{runs}?head_sha={sha}&per_page=100&page=1 Bearer t"
    assert len(asked) == 4


def asking(folder: Path, env: dict[str, str], **params: str) -> Outcome:
    """Run the check as one that may ask a forge."""
    names = " ".join(f"{name}='{value}'" for name, value in env.items())
    run = f'{names} "$READINESS_PYTHON" "$READINESS_CHECK_DIR/run.py" ci/ci_workflow'
    asked = {"command": "make lint", "runs": "github", **params}
    return run_check("ci-workflow", str(folder), asked, instead=run)


@pytest.mark.parametrize("remote", ["/srv/octo-repo.git", "../octo-repo", "file:///srv/octo-repo"])
def test_a_remote_without_a_host_is_no_forge(tmp_path: Path, remote: str) -> None:
    """Nobody else is asked then."""
    project(tmp_path)
    git(tmp_path, "remote", "set-url", "origin", remote)
    assert "`origin` has no address" in str(measured(tmp_path, runs="github"))


def test_a_forge_that_does_not_answer_is_unknown(tmp_path: Path) -> None:
    """Nor does one say anything of a commit that it does not have."""
    project(tmp_path)
    with serving(answers([], {"/repos": {"total_count": 0, "workflow_runs": []}})) as address:
        none = asking(tmp_path, {"GITHUB_API_URL": f"http://{address}"})
        lost = asking(tmp_path, {"GITHUB_API_URL": f"http://{address}/gone"})
    assert "has such a step" in str(verdict(none))
    assert "404" in str(verdict(lost))


@pytest.mark.parametrize(
    ("status", "expected"), [("success", 0), ("failed", 1), ("manual", 1), ("running", "running")]
)
def test_the_api_of_gitlab_is_asked(tmp_path: Path, status: str, expected: object) -> None:
    """Its jobs have no steps: the job is the one that is named."""
    sha = project(tmp_path)
    above = "/api/v4/projects/octo-org%2Focto-repo/pipelines"
    of_job = {"id": 6, "stage": "test", "allow_failure": False, "commit": {"id": sha}}
    replies = {
        f"{above}?sha={sha}": [{"id": 47, "sha": sha, "ref": "main", "status": "success"}],
        f"{above}/47/jobs": [
            {**of_job, "name": "lint: [3.11]", "status": status},
            {**of_job, "name": "lint-docs", "status": "failed"},
        ],
    }
    asked: list[str] = []
    with serving(answers(asked, replies)) as address:
        env = {"CI_API_V4_URL": f"http://{address}/api/v4", "GITLAB_TOKEN": "t"}
        found = verdict(asking(tmp_path, env, runs="gitlab", job="lint"))
    assert found == expected if isinstance(expected, int) else str(expected) in str(found)
    assert {each.rpartition(" ")[2] for each in asked} == {"t"}
    assert "with GitLab `job`" in str(verdict(asking(tmp_path, {}, runs="gitlab")))


def test_another_address_does_not_get_the_token(tmp_path: Path) -> None:
    """Where the forge redirects, the request goes on without it."""
    project(tmp_path)
    asked: list[str] = []

    class Moved(Answering):
        def do_GET(self) -> None:  # noqa: N802 - its name is given
            self.answer(302, b"", {"Location": f"http://{address}{self.path}"})

    with serving(answers(asked, {})) as address, serving(Moved) as first:
        asking(tmp_path, {"GITHUB_API_URL": f"http://{first}", "GITHUB_TOKEN": "t"})
    assert asked[0].endswith(" None")
