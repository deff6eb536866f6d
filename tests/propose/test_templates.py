"""Ready-made boards: each on a project that meets it, and on one that does not."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from readiness.model.words import Verdict
from readiness.propose.templates import templates
from readiness.record.document import RunDocument
from tests.support.few_programs import few_programs
from tests.support.football import TOOLS
from tests.support.monitoring_servers import monitored, web
from tests.support.osv_server import advisory, osv_server
from tests.support.program import Project
from tests.support.repositories import AUTHOR, commit
from tests.support.servers import need, postgres, postgres_tool
from tests.support.template_projects import PROJECTS

GIVEN = "attest: {by: lead, on: 2020-01-01, valid: 36500d}"
NAMES = sorted(PROJECTS)
PROBED = [name for name in NAMES if name != "service"]


def environment(**more: str) -> dict[str, str]:
    """The tools, and what the templates read."""
    tools = [os.path.dirname(sys.executable), str(TOOLS), few_programs()]
    return {**AUTHOR, "PATH": os.pathsep.join(tools), "BUILD_ARGS": "--no-isolation", **more}


def made(project: Project, name: str) -> None:
    """Build the project that meets a template, with its board, whose attestations are given."""
    template = PROJECTS[name]
    project.longest = 600
    if name == "osps-1":
        need("gitleaks")
    commit(project.folder, template.first or template.good)
    written = project("init", "--template", name, env=environment())
    assert written.status == 0, written
    board = project.folder / "board.yaml"
    text = board.read_text(encoding="utf-8").replace("attest: {}", GIVEN)
    board.write_text(text.replace("wait: 60s", "wait: 1s"))
    commit(project.folder, {})
    commit(project.folder, template.good)


@contextmanager
def advisories() -> Iterator[dict[str, str]]:
    """A service that knows one vulnerable release."""
    with osv_server([advisory("GHSA-wj6h-64fc-37mp", "ecdsa", "0.18.0", label="HIGH")]) as url:
        yield environment(OSV_URL=url, BASE_REF="HEAD~1")


def measured(project: Project, env: Mapping[str, str], *words: str) -> RunDocument:
    """What a run says."""
    ended = project("check", "--output-format", "json", *words, env=env)
    assert ended.raw, ended
    return ended.run


def good(run: RunDocument) -> set[str]:
    """The criteria that are good on the strength of a probe."""
    return {
        one.id
        for one in run.criteria()
        if one.verdict in (Verdict.PASS, Verdict.WARN) and one.attestation is None
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", PROBED)
def test_a_template_tells_a_good_project_from_a_bad_one(project: Project, name: str) -> None:
    """What meets it is ready; after the changes no probe is good."""
    made(project, name)
    with advisories() as env:
        run = measured(project, env)
        assert run.gate.exit_status == 0, run.gate.reasons
        assert good(run)
        bad = {path: text for path, text in PROJECTS[name].bad.items() if text is not None}
        for path in set(PROJECTS[name].bad) - set(bad):
            (project.folder / path).unlink()
        if name == "agent":
            for path, text in bad.items():
                (project.folder / path).write_text(text)
        else:
            commit(project.folder, bad)
        run = measured(project, env)
    assert run.gate.exit_status in (1, 3)
    assert good(run) == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", PROBED)
def test_every_criterion_of_a_template_can_fail(project: Project, name: str) -> None:
    """`prove` shows it of each that passes and is no attestation."""
    made(project, name)
    with advisories() as env:
        proved = project("prove", "--output-format", "json", env=env).json
    passed = [one for one in proved["criteria"] if one["now"] and one["now"]["verdict"] == "pass"]
    outcomes = {one["id"]: one["outcome"] for one in passed}
    assert outcomes
    assert set(outcomes.values()) == {"can_fail"}, outcomes


@contextmanager
def production(folder: Path) -> Iterator[dict[str, str]]:
    """A service that answers, is watched, calls somebody and has a database."""
    if not (TOOLS / "locust").exists():
        pytest.skip("locust is not installed: examples/football/requirements-ops.lock")
    with ExitStack() as stack:
        service = stack.enter_context(web(health={"status": "ok"}))
        watched = stack.enter_context(monitored(folder))
        database = stack.enter_context(postgres())
        rows = "create table item(id int primary key); insert into item values (1), (2)"
        postgres_tool(database, "psql", "-X", "-q", "-d", database.user, "-c", rows)
        yield environment(
            BASE_URL=service.url,
            PROMETHEUS_URL=watched["url"],
            ALERTMANAGER_URL=watched["manager"],
            ALERTS_RECEIVED_URL=watched["received"],
            DATABASE_URL=database.url,
            LOAD_USERS="10",
            LOAD_TIME="4s",
        )


@pytest.mark.slow
def test_production_readiness_is_asked_of_the_service(project: Project) -> None:
    """A running service with all around it is ready; of one that is gone nothing is good."""
    with production(project.folder) as env:
        made(project, "service")
        run = measured(project, env)
        assert run.gate.decision == "ready", run.gate.reasons
        assert len(good(run)) == 7
        proved = project("prove", "--output-format", "json", env=env).json
    assert {one["outcome"] for one in proved["criteria"] if one["now"]} == {"can_fail"}
    commit(project.folder, PROJECTS["service"].bad)
    assert good(measured(project, env)) == set()


@pytest.mark.slow
def test_an_api_is_asked_where_it_runs(project: Project) -> None:
    """The profile `production` of the template looks at the running API alone."""
    made(project, "fastapi")
    with web(health={"status": "ok"}) as service:
        env = environment(BASE_URL=service.url)
        run = measured(project, env, "--profile", "production")
        assert run.gate.exit_status == 0, run.gate.reasons
        service.answers.clear()
        run = measured(project, env, "--profile", "production", "--timeout", "5s")
        assert run.gate.exit_status == 1


def test_templates_are_listed(project: Project) -> None:
    """With `list`, and where no name follows; each is tried below."""
    assert sorted(templates()) == NAMES
    for words in (("--template", "list"), ("--template",)):
        ended = project("init", *words)
        assert ended.status == 0
        assert re.findall(r"^(\S+)", ended.out, re.MULTILINE) == NAMES
    assert project("init", "--template", "list", "--output-format", "json").json == templates()


def test_a_template_never_takes_the_place_of_a_board(project: Project) -> None:
    """What is there is left as it is; a name that is none is told with the one that was meant."""
    unknown = project("init", "--template", "fast-api")
    assert (unknown.status, 'did you mean "fastapi"?' in unknown.err) == (2, True)
    project.write("mine")
    refused = project("init", "--template", "agent")
    assert (refused.status, (project.folder / "board.yaml").read_text()) == (2, "mine")


def test_a_template_knows_the_project(project: Project) -> None:
    """Its folders and its version stand where the usual ones would; JSON tells the criteria."""
    commit(
        project.folder,
        {"pyproject.toml": '[project]\nname = "shop"\nversion = "2.1"\n', "shop/__init__.py": ""},
    )
    answer = project("init", "--template", "python-package", "--output-format", "json").json
    text = (project.folder / "board.yaml").read_text()
    assert 'title: "shop: release of the package"' in text
    assert 'sections: "2.1"' in text
    assert 'paths: "shop"' in text
    assert {"id": "tests.pass", "check": "pytest"}.items() <= answer["criteria"][3].items()


def test_a_template_for_another_folder(project: Project) -> None:
    """The board says where its probes run."""
    (project.folder / "part").mkdir()
    ended = project("init", "--template", "agent", "--project", "part", "--board", "board.yaml")
    assert ended.status == 0, ended
    assert '\nworkdir: "part"\n' in (project.folder / "board.yaml").read_text()
