"""From a board to probes: what is merged, in which order, with which environment and limits."""

import os
from pathlib import Path
from typing import Any

import pytest

from readiness.model.board import Check, Criterion
from readiness.model.plan import Plan, Probe
from readiness.plan import make_plan, probe_environment, secret_values
from tests.support.builders import a_board, a_check, a_criterion, a_task

ENVIRON = {"PATH": "/bin"}


def plan_of(*criteria: Criterion, checks: tuple[Check, ...] = (), **options: Any) -> Plan:
    """Plan a board of one task with these criteria and a catalogue of these checks."""
    board = a_board(a_task("T1", criteria), checks={check.name: check for check in checks})
    return make_plan(board, environ=ENVIRON, **options)


def numbered(*checks: Check, **changes: Any) -> list[Criterion]:
    """Make a criterion of each check."""
    return [a_criterion(f"T1.{n}", check=check, **changes) for n, check in enumerate(checks, 1)]


# --- what is one probe --------------------------------------------------------------------------


def test_equal_probes_are_one() -> None:
    """Criteria that read other measures of a check, or expect something else, share its run."""
    check = a_check()
    plan = plan_of(*numbered(check, check), a_criterion("T1.3", expected="< 9", check=check))
    assert [planned.probes for planned in plan.planned] == [(0,)] * 3
    assert len(plan.probes) == 1


def test_checks_that_run_the_same_command_share_it() -> None:
    """A probe is what it runs, not what it is called; each criterion reads by its own check."""
    plan = plan_of(*numbered(a_check(name="one"), a_check(name="two", exit_ok=(0, 1))))
    assert len(plan.probes) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"run": "lint ."},
        {"folder": "/elsewhere"},
        {"timeout": 5.0},
        {"exclusive": ("database",)},
        {"tools": ("lint",)},
    ],
    ids=str,
)
def test_what_differs_is_not_merged(other: dict[str, Any]) -> None:
    """Neither in the command, nor in what it needs, nor in how it is kept apart."""
    plan = plan_of(*numbered(a_check(), a_check(**other)))
    assert len(plan.probes) == 2


@pytest.mark.parametrize(
    "other",
    [{"params": {"paths": "lib"}}, {"samples": 3}, {"wait": 9.0}, {"retries": 1}, {"timeout": 1.0}],
    ids=str,
)
def test_criteria_that_ask_for_more_have_their_own_probe(other: dict[str, Any]) -> None:
    """Other parameters, and other patience."""
    plan = plan_of(a_criterion("T1.1"), a_criterion("T1.2", **other))
    assert len(plan.probes) == 2
    assert plan.probes[0].key != plan.probes[1].key


def test_a_matrix_is_a_probe_for_each_combination() -> None:
    """Its parameters replace the criterion's own; equal combinations are one."""
    plan = plan_of(
        a_criterion(params={"paths": "src", "x": "1"}, matrix=({"x": "2"}, {"x": "3"}, {"x": "2"}))
    )
    assert plan.planned[0].probes == (0, 1)
    assert [probe.env for probe in plan.probes] == [
        {"paths": "src", "x": "2"},
        {"paths": "src", "x": "3"},
    ]


def test_what_is_not_measured_has_no_probe() -> None:
    """Attested, without its variables, or out of the profile."""
    plan = plan_of(
        a_criterion("T1.1", check=None, measure=None),
        a_criterion("T1.2", unset=("BASE_URL",)),
        a_criterion("T1.3", profiles=("production",)),
    )
    assert plan.probes == ()
    assert [bool(planned.skipped) for planned in plan.planned] == [False, False, True]


# --- producers ----------------------------------------------------------------------------------


PRODUCER = a_check(name="producer", run="produce")
READER = a_check(name="reader", run="read", after=("producer",))
OTHER = a_check(name="other", run="read it", after=("producer",))
CATALOGUE = (PRODUCER, READER, OTHER)


def test_a_producer_comes_before_its_readers_and_once() -> None:
    """It is merged with a criterion's own probe of the same check, too."""
    plan = plan_of(*numbered(READER, OTHER, PRODUCER), checks=CATALOGUE)
    assert [probe.check.name for probe in plan.probes] == ["producer", "reader", "other"]
    assert [probe.after for probe in plan.probes] == [(), (0,), (0,)]
    assert [planned.probes for planned in plan.planned] == [(1,), (2,), (0,)]


def test_parameters_are_passed_on_to_the_producer() -> None:
    """Those that it has; its other ones keep their defaults."""
    from readiness.model.board import Parameter

    params = (Parameter(name="paths"), Parameter(name="level", default="high"))
    producer = a_check(name="producer", run="produce", params=params)
    reader = a_criterion(check=READER, params={"paths": "lib", "own": "1"})
    plan = plan_of(reader, checks=(producer, READER))
    assert plan.probes[0].env == {"paths": "lib", "level": "high"}
    assert plan.probes[1].env == {"paths": "lib", "own": "1"}


def test_producers_of_other_parameters_are_others() -> None:
    """What is left for one reader is not for the other."""
    from readiness.model.board import Parameter

    producer = a_check(name="producer", run="produce", params=(Parameter(name="x"),))
    criteria = [a_criterion(f"T1.{n}", check=READER, params={"x": str(n)}) for n in (1, 2)]
    plan = plan_of(*criteria, checks=(producer, READER))
    assert [probe.check.name for probe in plan.probes] == ["producer", "reader"] * 2


def test_producers_that_run_the_same_are_known_by_their_names() -> None:
    """READINESS_TMP_<PRODUCER> is found under the name, so they are not merged."""
    twin = a_check(name="twin", run="produce")
    of_twin = a_check(name="of-twin", run="read", after=("twin",))
    plan = plan_of(*numbered(READER, of_twin), checks=(PRODUCER, twin, READER, of_twin))
    assert [probe.check.name for probe in plan.probes] == ["producer", "reader", "twin", "of-twin"]


# --- the order ----------------------------------------------------------------------------------


def names_in_order(plan: Plan) -> list[str]:
    """The checks' names in the order in which they start."""
    return [plan.probes[index].check.name for index in plan.order]


def keys(plan: Plan) -> dict[str, str]:
    """The key of each probe by its check's name."""
    return {probe.check.name: probe.key for probe in plan.probes}


def test_the_longest_chain_starts_first() -> None:
    """A producer counts for what waits for it; without a known duration a second is taken."""
    alone = [a_check(name=name, run=name) for name in ("quick", "unknown", "slow")]
    criteria = numbered(*alone, READER)
    known = keys(plan_of(*criteria, checks=(*CATALOGUE, *alone)))
    plan = plan_of(
        *criteria,
        checks=(*CATALOGUE, *alone),
        durations={known["quick"]: 0.1, known["slow"]: 4.0, known["reader"]: 6.0,
                   known["producer"]: 0.5},
    )  # fmt: skip
    assert names_in_order(plan) == ["producer", "reader", "slow", "unknown", "quick"]


def test_samples_count_as_often_as_they_are_taken() -> None:
    """Five of a second take longer than three of one."""
    few, many = (a_check(name=name, run=name) for name in ("few", "many"))
    plan = plan_of(a_criterion("T1.1", check=few), a_criterion("T1.2", check=many, samples=5))
    assert names_in_order(plan) == ["many", "few"]


def test_time_limits_decide_where_nothing_is_known_and_then_the_board() -> None:
    """The same board is always started in the same order, what may take longest first."""
    limits = {"c": 60.0, "a": 60.0, "b": 60.0, "suite": 1800.0}
    checks = [a_check(name=name, run=name, timeout=limits[name]) for name in limits]
    assert names_in_order(plan_of(*numbered(*checks))) == ["suite", "c", "a", "b"]


# --- limits -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "own", "checks", "seconds"),
    [
        (None, None, None, 600.0),
        (None, None, 5.0, 5.0),
        (None, 4.0, 5.0, 4.0),
        (3.0, 4.0, 5.0, 3.0),
    ],
)
def test_the_nearest_time_limit_counts(
    option: float | None, own: float | None, checks: float | None, seconds: float
) -> None:
    """The option, then the criterion's, the check's, the board's."""
    criterion = a_criterion(check=a_check(timeout=checks), timeout=own)
    (probe,) = plan_of(criterion, timeout=option).probes
    assert probe.timeout == seconds


def test_a_plain_command_needs_no_shell() -> None:
    """And one with shell syntax does."""
    plan = plan_of(*numbered(a_check(run="lint src"), a_check(run="lint | wc -l")))
    assert [probe.argv for probe in plan.probes] == [("lint", "src"), None]


# --- versions -----------------------------------------------------------------------------------


@pytest.fixture
def versioned(tmp_path: Path) -> tuple[Check, dict[str, str]]:
    """A check that can tell its tool's version, and an environment in which the tool is."""
    tool = tmp_path / "lint"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    check = a_check(name="lint", tools=("lint",), version="lint --version")
    return check, {"PATH": f"/nowhere:{tmp_path}"}


def versions_asked(plan: Plan) -> list[Probe]:
    """The probes that only ask for a version."""
    return [probe for probe in plan.probes if not probe.check.measures]


def test_a_version_is_asked_once_and_last(versioned: tuple[Check, dict[str, str]]) -> None:
    """Whatever the number of probes of the tool; not again while the same file is the tool."""
    check, environ = versioned
    other = a_check(name="lint2", run="lint -x", tools=("lint",), version="lint --version")
    board = a_board(a_task("T1", numbered(check, other)))
    plan = make_plan(board, environ=environ)
    (asked,) = versions_asked(plan)
    assert plan.order[-1] == plan.probes.index(asked)
    assert asked.argv == ("lint", "--version")
    assert plan.version_keys == {"p1": asked.key, "p2": asked.key}
    again = make_plan(board, environ=environ, versions={asked.key})
    assert versions_asked(again) == []
    assert again.version_keys == plan.version_keys


def test_another_file_is_another_version(versioned: tuple[Check, dict[str, str]]) -> None:
    """An upgrade changes the file, and so the key."""
    check, environ = versioned
    board = a_board(a_task("T1", numbered(check)))
    (before,) = versions_asked(make_plan(board, environ=environ))
    tool = Path(environ["PATH"].partition(":")[2]) / "lint"
    tool.write_text("#!/bin/sh\necho 2\n")
    (after,) = versions_asked(make_plan(board, environ=environ, versions={before.key}))
    assert after.key != before.key


def test_a_missing_tool_has_no_version() -> None:
    """Its own probe will say that it is missing."""
    check = a_check(tools=("no_such_tool",), version="no_such_tool --version")
    assert versions_asked(plan_of(*numbered(check))) == []


@pytest.mark.parametrize(
    ("layout", "leads"),
    [
        ((".nox/tests", ".tox/lint/lint"), ".tox/lint"),
        ((".nox/old/lint", ".nox/new/lint"), ".nox/new"),
        ((".venv/lint", ".nox/tests/lint"), ".venv"),
        (("sources/tests/lint",), ""),
    ],
)
def test_tools_that_tox_and_nox_installed(
    tmp_path: Path, layout: tuple[str, ...], leads: str
) -> None:
    """The newest environment that has them leads PATH, where none else has. Twin: `.venv` has."""
    for number, path in enumerate(layout):
        folder = tmp_path.joinpath(*path.split("/")[: 1 if path.startswith(".venv") else 2])
        (folder / "bin").mkdir(parents=True)
        if not path.startswith("sources"):
            (folder / "pyvenv.cfg").write_text("")
        if path.endswith("/lint"):
            (folder / "bin" / "lint").write_text("#!/bin/sh\n")
            (folder / "bin" / "lint").chmod(0o755)
        os.utime(folder, (number, number))
    check = a_check(name="lint", run="lint src", tools=("lint",), install="pip install lint")
    board = a_board(a_task("T1", numbered(check)), workdir=str(tmp_path))
    (probe,) = make_plan(board, environ=ENVIRON).probes
    programs = str(tmp_path / leads / "bin")
    assert (probe.tool_path, probe.elsewhere) == (f"{programs}/lint" if leads else "", False)
    assert probe.path == (f"{programs}:/bin" if "x" in leads else "")


# --- the environment ----------------------------------------------------------------------------


def environment(environ: dict[str, str], **board: Any) -> dict[str, str]:
    """What a probe of a board gets from this environment."""
    return probe_environment(a_board(**board), environ)


@pytest.mark.parametrize("name", ["DEPLOY_TOKEN", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD", "api_key"])
def test_secrets_reach_probes_only_by_name(name: str) -> None:
    """And then unchanged."""
    assert name not in environment({name: "x"})
    assert environment({name: "x"}, secrets=(name,))[name] == "x"


@pytest.mark.parametrize(
    "name",
    ["MAKEFLAGS", "MFLAGS", "GIT_DIR", "GIT_INDEX_FILE", "BASH_ENV", "ENV", "BASH_FUNC_ls%%",
     "SHELLOPTS", "BASHOPTS", "CDPATH", "READINESS_BOARD", "READINESS_SCRATCH", "FORCE_COLOR",
     "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "LC_MESSAGES", "LANGUAGE", "COLUMNS"],
)  # fmt: skip
def test_what_leads_tools_astray_is_dropped(name: str) -> None:
    """Unless the board itself sets it."""
    assert name not in environment({name: "x"})
    assert environment({name: "x"}, env={name: "y"})[name] == "y"


@pytest.mark.parametrize(
    "name",
    ["HOME", "PIP_INDEX_URL", "UV_INDEX_URL", "PYTHON_VERSION", "HTTPS_PROXY", "GIT_SSL_CAINFO",
     "SSL_CERT_FILE", "LD_LIBRARY_PATH", "USER", "SSH_AUTH_SOCK", "DOCKER_HOST", "DATABASE_URL",
     "GIT_SSH_COMMAND", "CI"],
)  # fmt: skip
def test_the_rest_is_kept(name: str) -> None:
    """A probe is still at home."""
    assert environment({name: "x"})[name] == "x"


def test_output_is_plain() -> None:
    """No colour, no terminal, no translation."""
    found = environment({"LANG": "de_DE", "TERM": "xterm-256color", "LC_ALL": "de_DE"})
    assert found == {"LC_ALL": "C.UTF-8", "NO_COLOR": "1", "TERM": "dumb"}


def test_the_projects_own_environment_leads_path(tmp_path: Path) -> None:
    """Where there is one, and after what the board says of PATH."""
    workdir = str(tmp_path)
    assert environment({"PATH": "/bin"}, workdir=workdir)["PATH"] == "/bin"
    local = tmp_path / ".venv" / "bin"
    local.mkdir(parents=True)
    assert environment({"PATH": "/bin"}, workdir=workdir)["PATH"] == f"{local}:/bin"
    assert environment({}, workdir=workdir)["PATH"] == f"{local}:{os.defpath}"
    with_path = environment({"PATH": "/bin"}, workdir=workdir, env={"PATH": "/x"})
    assert with_path["PATH"] == f"{local}:/x"


def test_secret_values_are_those_of_all_that_looks_secret() -> None:
    """In the environment, in the board's own, in parameters, or by name; each once, no switch."""
    criterion = a_criterion(params={"token": "three", "paths": "src"}, matrix=({"password": "4"},))
    board = a_board(
        a_task("T1", [criterion]), env={"API_KEY": "two", "PLAIN": "x"}, secrets=("NAMED",)
    )
    environ = {"DEPLOY_TOKEN": "one", "NAMED": "two", "HOME": "/root", "TOKEN_ON": "True"}
    assert sorted(secret_values(board, environ)) == ["4", "one", "three", "two"]
