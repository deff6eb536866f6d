"""What a board becomes when it is loaded."""

from decimal import Decimal
from pathlib import Path

import pytest

from readiness.model.words import Format, Operator, Place, Priority, Scoring
from readiness.text.languages import Language
from tests.load.conftest import CriterionLoader, Loader
from tests.support.boards import EXAMPLE, put

# --- what a board becomes -------------------------------------------------------------------------


def test_the_example_of_the_contract_loads_in_full(board: Loader, folder: Path) -> None:
    """Everything that the example says is in the model."""
    loaded = board(EXAMPLE, environ={"TEST_DATABASE_URL": "postgres://t"})
    assert (loaded.title, loaded.language) == ("Football prediction system", Language.ZH)
    assert loaded.path == "board.yaml"
    assert loaded.workdir == str(folder / "examples/football")
    assert (loaded.target, loaded.min_measured) == (Decimal("8.0"), Decimal("0.9"))
    assert (loaded.baseline, loaded.scoring) == (Decimal("5.5"), Scoring.STRICT)
    assert loaded.priorities[Priority.P0].blocking
    assert not loaded.priorities[Priority.P1].blocking
    assert loaded.priorities[Priority.P1].weight == Decimal("7.5")
    assert loaded.env == {
        "DATABASE_URL": "sqlite:///dev.db",
        "BASE_URL": "http://127.0.0.1:8000",
    }
    assert (loaded.secrets, loaded.timeout, loaded.run_timeout) == (("SENTRY_DSN",), 600, 3600)
    assert (loaded.profile, loaded.profiles) == ("local", ("local", "production"))
    assert [(m.id, m.due, m.priority, m.score) for m in loaded.milestones] == [
        ("M1", "2025-10-30", Priority.P0, None),
        ("M3", "2025-12-04", None, Decimal("8.0")),
    ]
    task = loaded.tasks[1]
    assert (task.owner, task.estimate, task.risk) == ("unassigned", "1-2d", "high")
    assert (task.depends_on, task.tags, len(task.steps)) == (("T1",), ("quality",), 2)
    assert [each.id for each in task.criteria] == [f"T2.{n}" for n in range(1, 8)]
    types, _, latency, service, matrix, trained, audit = task.criteria
    assert types.check is not None
    assert types.measure is types.check.measures[0]
    assert (types.expect.text, types.warn and types.warn.text) == ("< 50", "< 10")
    assert (types.baseline, types.ratchet, types.profiles) == (1029, True, ("local",))
    assert types.params == {"paths": "src", "args": ""}
    assert (latency.samples, latency.measure and latency.measure.unit) == (5, "ms")
    assert (service.wait, service.retries) == (60, 1)
    assert service.params == {"url": "http://127.0.0.1:8000/health"}
    assert matrix.matrix == (
        {"database_url": "sqlite:///dev.db"},
        {"database_url": "postgres://t"},
    )
    assert trained.attest is not None
    assert (trained.attest.on, trained.attest.until) == ("2025-11-01", "2026-04-30")
    assert (trained.check, trained.measure) == (None, None)
    assert audit.waive is not None
    assert (audit.waive.until, audit.waive.up_to and audit.waive.up_to.number) == ("2025-12-01", 2)
    assert set(loaded.checks) >= {"mypy", "http", "alembic-upgrade", "pip-audit"}


def test_what_the_rendered_board_needs_is_loaded(
    board: Loader,
) -> None:
    """As it is written, with the place of a section where it has none."""
    text = """created: 2025-10-23
goal: "**Go**"
review: every Monday
key_figures: {T1.1: 1.10}
sections:
  - {title: A, text: b}
  - {title: C, text: d, place: guide}
"""
    loaded = board(put("run: x", text) + "    details: see `x`\n")
    assert (loaded.created, loaded.goal, loaded.review) == ("2025-10-23", "**Go**", "every Monday")
    assert loaded.key_figures == {"T1.1": "1.10"}
    assert [(each.title, each.text, each.place) for each in loaded.sections] == [
        ("A", "b", Place.BOTTOM),
        ("C", "d", Place.GUIDE),
    ]
    assert loaded.tasks[0].details == "see `x`"


def test_a_board_may_be_very_short(board: Loader, folder: Path) -> None:
    """What is not said has the defaults of the contract."""
    loaded = board("tasks: [{id: a, criteria: [{run: make}]}]")
    assert (loaded.target, loaded.timeout, loaded.run_timeout) == (10, 600, 3600)
    assert (loaded.profile, loaded.workdir, loaded.language) == ("", str(folder), Language.EN)
    assert loaded.digest.startswith("sha256:")
    assert [rule.weight for rule in loaded.priorities.values()] == [
        10,
        Decimal("7.5"),
        5,
        Decimal("2.5"),
    ]
    (task,) = loaded.tasks
    assert (task.title, task.priority, task.weight) == ("a", Priority.P2, 1)
    (found,) = task.criteria
    assert (found.id, found.title, found.weight, found.matrix) == ("a.1", "make", 1, ({},))


def test_a_priority_keeps_what_the_board_does_not_change(board: Loader) -> None:
    """To block on P1 does not take naming its weight."""
    rules = board(put("run: make", "priorities: {P1: {blocking: true}}\n")).priorities
    assert (rules[Priority.P1].weight, rules[Priority.P1].blocking) == (Decimal("7.5"), True)
    assert rules[Priority.P0].blocking


def test_a_command_without_a_reader_passes_on_exit_status_0(criterion: CriterionLoader) -> None:
    """An inline probe is judged by its status, which its reader takes as it is."""
    loaded = criterion("run: sh type-check.sh")
    assert loaded.measure.reader.format is Format.EXIT
    assert (loaded.measure.name, loaded.measure.unit) == ("exit", "")
    assert (loaded.expect.operator, loaded.expect.number) == (Operator.EQ, 0)
    assert loaded.check.exit_ok is None
    assert (loaded.check.name, loaded.check.run) == ("", "sh type-check.sh")


def test_an_inline_probe_has_what_a_check_has(criterion: CriterionLoader, folder: Path) -> None:
    """Proof, rejection, what it ignores, exclusive words and a time limit belong to its check."""
    check = criterion(
        "run: x\nproof: {as: text, regex: (a)(b)}\nreject: Traceback\nignores: [a, b]\n"
        "exclusive: database\ntimeout: 5s\n"
    ).check
    assert check.proof.regex == "(a)(b)"
    assert (check.reject, check.ignores) == ("Traceback", ("a", "b"))
    assert (check.exclusive, check.timeout, check.folder) == (("database",), 5, str(folder))


@pytest.mark.parametrize("text", ["inputs: traced", "inputs: ['$paths/**']"])
def test_what_was_written_for_older_versions_is_no_fault(
    criterion: CriterionLoader, text: str
) -> None:
    """A base of a change may still have it. All files count now, which is never less."""
    assert criterion(f"run: x\n{text}").check.ignores == ()


def test_a_criterion_of_a_check_may_refuse_to_be_reused(criterion: CriterionLoader) -> None:
    """Only the board knows that its tests ask a service."""
    assert not criterion("check: mypy\nreuse: false").check.reuse
    assert criterion("check: mypy").check.reuse


def test_a_boards_defaults_are_for_its_criteria_that_say_nothing_else(
    criterion: CriterionLoader,
) -> None:
    """Of this check alone; what the criterion, its matrix or its command says comes first."""
    head = "defaults: {mypy: {args: --strict, paths: '${code}/lib'}, http: {url: '${NONE}'}}\n"
    assert criterion("check: mypy\nmatrix: {code: [a, b]}", head).matrix[1]["paths"] == "b/lib"
    one = criterion("check: mypy\nwith: {args: ''}\nmatrix: {paths: [c]}", head)
    assert (one.params["args"], one.matrix, one.unset) == ("", ({"paths": "c"},), ())
    assert criterion("check: http", head).unset == ("NONE",)
    assert criterion("run: make $args", head).params == {}


def test_parameters_of_an_inline_probe_are_free(criterion: CriterionLoader) -> None:
    """A command of the board's own may have parameters and a matrix too."""
    loaded = criterion(
        "run: pytest --db $db $more\nwith: {more: -x}\nmatrix: {db: [a, b], v: [1, 2]}"
    )
    assert loaded.params == {"more": "-x", "db": "a", "v": "1"}
    assert [(each["db"], each["v"]) for each in loaded.matrix] == [
        *(("a", "1"), ("a", "2"), ("b", "1"), ("b", "2"))
    ]


@pytest.mark.parametrize("text", ["expect: true", "expect: 'true'"])
def test_an_expectation_may_be_a_yaml_boolean(criterion: CriterionLoader, text: str) -> None:
    """`expect: true` needs no quotes."""
    found = criterion(f"run: x\nread: {{as: json, query: ok}}\n{text}")
    assert found.expect.operator is Operator.TRUE


# --- variables ------------------------------------------------------------------------------------


def test_unset_variables_are_errors_of_their_criteria_alone(board: Loader) -> None:
    """A name that nobody set is noted at the criteria that use it; the board loads."""
    head = "env: {URL: '${HOST}/x', OK: '${HOME}'}\n"
    text = put("check: http\nwith: {url: '${NOPE}/${NOPE}/${GONE}'}", head)
    text += "      - run: curl $URL\n      - run: curl ${URL}x\n      - run: curl $URLS $OK\n"
    text += "      - {run: curl $URL, with: {URL: x}}\n"
    loaded = board(text, environ={"HOME": "/h"})
    assert [each.unset for each in loaded.tasks[0].criteria] == [
        *(("NOPE", "GONE"), ("HOST",), ("HOST",), (), ())
    ]
    assert (loaded.env, loaded.unset_env) == ({"OK": "/h"}, {"URL": "HOST"})


def test_the_profile_comes_before_the_board(board: Loader) -> None:
    """What a profile sets wins over the board's `env`; the environment wins over both."""
    head = "env: {A: board}\nprofiles: {one: {env: {A: one}}, two: {}}\n"
    text = put("check: http\nwith: {url: '${A}'}", head)
    assert board(text).env == {"A": "one"}
    assert board(text, profile="two").env == {"A": "board"}
    assert board(text, environ={"A": "env"}).tasks[0].criteria[0].params == {"url": "env"}


def test_an_unset_workdir_is_an_error_of_all_criteria(board: Loader, folder: Path) -> None:
    """Nothing can be run in a folder that is not known."""
    loaded = board(put("run: make", "workdir: '${WHERE}/x'\n"))
    assert loaded.tasks[0].criteria[0].unset == ("WHERE",)
    assert board(put("run: make", "workdir: '${W:-y}'\n")).workdir == str(folder / "y")


# --- stands for -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "params"),
    [
        ("make lint", {"target": "lint", "args": ""}),
        ("make -C sub lint LEVEL=2 -s", {"target": "lint", "args": "-C sub LEVEL=2 -s"}),
        ("make lint types", {"target": "lint types", "args": ""}),
        ("make", {"target": "", "args": ""}),
    ],
)
def test_a_check_stands_for_a_plain_command(
    criterion: CriterionLoader, command: str, params: dict[str, str]
) -> None:
    """A command that a check stands for is counted by it, where it runs, under its own words."""
    loaded = criterion(f"run: {command}\nignores: [docs]\ntimeout: 3s")
    assert loaded.check.name == "make-target"
    assert {**loaded.params, **params, "in_place": "true"} == loaded.params
    assert (loaded.written, loaded.title) == (command, command)
    assert (loaded.check.ignores, loaded.timeout) == (("docs",), 3)


@pytest.mark.parametrize(
    "text",
    [
        "run: make lint | tee log",
        "run: make lint && make types",
        'run: make "a b"',
        "run: makers lint",
        "run: make lint\nexpect: '== 2'",
        "run: make lint\nexit: {ok: [0, 2]}",
        "run: make lint\nread: {as: text, regex: x}\nexpect: contains x",
        "run: make lint\nproof: {as: text, regex: x}",
    ],
)
def test_what_the_board_judges_stays_as_it_is(criterion: CriterionLoader, text: str) -> None:
    """A command with shell syntax, or with a reading of its own, is run as it is written."""
    found = criterion(text)
    assert (found.check.name, found.written) == ("", "")


@pytest.mark.parametrize("says", ["expect: '== 0'", "expect: '<1'", "exit: {ok: [0]}"])
def test_to_write_out_that_0_is_success_changes_nothing(
    criterion: CriterionLoader, says: str
) -> None:
    """No words of the board that mean what is meant without them keep work from being counted."""
    assert criterion(f"run: make lint\n{says}").check.name == "make-target"


def test_a_command_beside_a_check_of_reports_is_what_writes_them(
    criterion: CriterionLoader,
) -> None:
    """It is left to the shell, as any command is, and names the criterion."""
    loaded = criterion('run: make "$X" > junit.xml\ncheck: junit\ntimeout: 5m')
    assert loaded.check is not None
    assert (loaded.check.name, loaded.title) == ("junit", 'make "$X" > junit.xml')
    assert loaded.params["command"] == 'make "$X" > junit.xml'
    assert (loaded.unset, loaded.timeout) == ((), 300)
