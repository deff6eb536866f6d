"""`--reuse`: what depends on nothing that has changed is not run again, and all else is."""

import json
import time
from typing import Any

import pytest

from readiness.record.document import RunDocument
from tests.support.program import Project, a_board, number
from tests.support.repositories import commit

COUNT = 'cat a.txt; echo ran >> "$HOME/ran.log"'
TOGETHER = "it can only be reused together with"
TOKEN = {"read": {"as": "text", "regex": "(hunt.*)"}, "expect": "contains hunt"}


@pytest.fixture
def counting(project: Project) -> Project:
    """A project with one criterion that reads a file, and leaves a line each time that it runs."""
    (project.folder / "a.txt").write_text("errors: 3\n")
    project.write(a_board(number(COUNT)))
    return project


def ran(project: Project) -> int:
    """How often the probe was run."""
    return len((project.folder.parent / "ran.log").read_text().splitlines())


def check(project: Project, *options: str, **kwargs: Any) -> RunDocument:
    """Run the board with --reuse; the document."""
    ended = project("check", "--reuse", "--output-format", "json", *options, **kwargs)
    assert ended.status in (0, 1, 3), ended
    return ended.run


def settle_clock() -> None:
    """Let files become older than the moment in which they may change unseen."""
    time.sleep(0.05)


def test_an_unchanged_probe_is_not_run_again(counting: Project) -> None:
    """Its verdict and value are as they were, and it says which run measured it, and when."""
    settle_clock()
    first, second, third = check(counting), check(counting), check(counting)
    assert ran(counting) == 1
    assert [one.probes[0].reused for one in (first, second, third)] == [False, True, True]
    for run in (second, third):
        source = run.probes[0].reused_from
        assert source is not None
        assert (source.run, source.at) == (first.id, first.probes[0].started_at)
    assert [c.value for c in third.criteria()] == [c.value for c in first.criteria()] == [3]
    assert third.gate == first.gate


def test_without_the_option_all_is_run(counting: Project) -> None:
    """And nothing is reused, though an earlier run left it."""
    settle_clock()
    check(counting)
    for command in ("check", "score"):
        assert not counting(command, "--output-format", "json").run.probes[0].reused
    assert ran(counting) == 3
    assert counting("score", "--reuse", "--output-format", "json").run.probes[0].reused


@pytest.mark.parametrize(
    ("line", "variables", "times"),
    [
        ("check", {}, 1),
        ("check --fresh", {}, 2),
        ("check --fresh --reuse", {}, 2),
        ("check", {"READINESS_FRESH": "1"}, 2),
        ("check", {"CI": "true"}, 2),
        ("check --base HEAD", {}, 2),
        ("score", {}, 2),
    ],
)
def test_on_a_terminal_check_reuses(
    counting: Project, line: str, variables: dict[str, str], times: int
) -> None:
    """Where nobody but whoever waits for it is told the result; it says how much."""
    commit(counting.folder, {".gitignore": ".readiness\n"})
    settle_clock()
    counting.environment.update(variables)
    first = counting.on_a_terminal("check --reuse", 100)
    shown = counting.on_a_terminal(line, 100)
    assert ran(counting) == times, first + shown
    assert ("1 of 1 probes reused" in shown) is (times == 1)


def test_the_expectation_is_that_of_the_board_now(counting: Project) -> None:
    """What was measured is reused, what is asked of it is not. Twin: who may read the board."""
    for ignores, times in ((["board.yaml"], 1), ([], 3)):
        counting.write(a_board(number(COUNT, ignores=ignores)))
        settle_clock()
        assert check(counting).probes[0].not_kept == ""
        counting.write(a_board(number(COUNT, "< 3", ignores=ignores)))
        (criterion,) = check(counting).criteria()
        assert (ran(counting), criterion.verdict) == (times, "fail")


def alter(project: Project, what: str) -> dict[str, Any]:
    """Change one thing that the result depends on; what the next run has to be given."""
    folder = project.folder
    match what:
        case "a file":
            (folder / "a.txt").write_text("errors: 4\n")
        case "the command":
            project.write(a_board(number(f"true; {COUNT}")))
        case "what is read":
            other = {"as": "text", "regex": r"(\d+)", "unit": "errors"}
            project.write(a_board(number(COUNT, read=other)))
        case "what it ignores":
            project.write(a_board(number(COUNT, ignores=["b.txt"])))
        case "the environment":
            return {"env": {"SOME_SETTING": "1"}}
        case "the board's environment":
            project.write(a_board(number(COUNT), env={"SOME": "x"}))
    return {}


@pytest.mark.parametrize(
    "what",
    [
        *("a file", "the command", "what is read", "what it ignores"),
        *("the environment", "the board's environment"),
    ],
)
def test_whatever_it_depends_on_makes_it_run_again(counting: Project, what: str) -> None:
    """Files, the command, how it is read, and the environment that it gets."""
    settle_clock()
    check(counting)
    given = alter(counting, what)
    assert not check(counting, **given).probes[0].reused
    assert ran(counting) == 2


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"run": f"{COUNT}; : http://shop.test"}, "it may depend on more than files (http://)"),
        ({"reuse": False}, "it may depend on more than files (reuse: false)"),
        ({"samples": 2}, "it has samples, retries or a wait"),
        ({"retries": 1}, "it has samples, retries or a wait"),
        ({"wait": "1s"}, "it has samples, retries or a wait"),
        ({"max_age": "1h"}, "it may depend on more than files (reuse: false)"),
        ({"run": f"{COUNT}; echo errors: many"}, ""),
        ({"run": f"{COUNT}; exit 7"}, ""),
        ({"run": 'echo ran >> "$HOME/ran.log"; cat old.txt'}, "it is in doubt"),
        ({"run": f"{COUNT}; echo $TOKEN", **TOKEN}, "its value is a secret"),
        ({"run": f"{COUNT}; echo x >> a.txt"}, "a.txt changed while it ran"),
        ({"run": f"{COUNT}; sleep 30 & disown"}, ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_may_not_be_reused_is_run_again(
    counting: Project, changes: dict[str, Any], why: str
) -> None:
    """Whatever may not say the same again; where the board does not say so, the record does."""
    commit(counting.folder, {"seed": ""})
    (counting.folder / "old.txt").write_text("errors: 3\n")
    counting.write(a_board(number(COUNT) | changes, secrets=["TOKEN"]))
    settle_clock()
    for _ in range(2):
        run = check(counting, env={"TOKEN": "hunter2hunter2"})
        assert why in run.probes[0].not_kept
        assert bool(why) == bool(run.probes[0].not_kept)
    assert not run.probes[0].reused
    assert ran(counting) > 1


def test_a_file_that_is_edited_while_its_probe_runs_is_not_trusted(counting: Project) -> None:
    """Also where it is put back before the end: what the probe saw is not known."""
    command = f"{COUNT}; cp a.txt b; echo errors: 9 > a.txt; cp b a.txt"
    counting.write(a_board(number(command)))
    settle_clock()
    check(counting)
    settle_clock()
    assert not check(counting).probes[0].reused


def make_and_read(project: Project, **changes: Any) -> None:
    """Write a board whose check `read` reads what `make` leaves; `changes` are the reader's."""
    (project.folder / "checks").mkdir()
    for name, run, ignores in (
        (
            "make",
            'echo ran >> "$HOME/ran.log"; cat a.txt > "$READINESS_TMP/out"; echo 1',
            ["b.txt"],
        ),
        ("read", 'cat "$READINESS_TMP_MAKE/out" b.txt', ["a.txt"]),
    ):
        check_file = {
            "run": run,
            "ignores": ignores,
            "after": ["make"] if name == "read" else [],
            "measures": {"n": {"as": "text", "regex": r"\d+", "pick": "first"}},
            "expect": ">= 0",
        } | (changes if name == "read" else {})
        (project.folder / "checks" / f"{name}.yaml").write_text(json.dumps(check_file))
    (project.folder / "a.txt").write_text("1\n")
    (project.folder / "b.txt").write_text("2\n")
    project.write(a_board({"check": "read"}, {"check": "make"}))
    settle_clock()


def test_a_producer_and_its_readers_are_reused_together(project: Project) -> None:
    """A reader needs what its producer leaves behind: when one runs, the other does."""
    make_and_read(project)
    check(project)
    assert [one.reused for one in check(project).probes] == [True, True]
    (project.folder / "b.txt").write_text("3\n")
    again = check(project)
    assert [one.reused for one in again.probes] == [False, False]
    assert {one.verdict for one in again.criteria()} == {"pass"}
    (project.folder / "a.txt").write_text("4\n")
    assert [one.reused for one in check(project).probes] == [False, False]


def test_a_producer_is_measured_again_for_its_reader(project: Project) -> None:
    """What it leaves is gone by then; it says so, also where no criterion is its own."""
    make_and_read(project, run="echo none")
    assert {one.not_kept for one in check(project).probes} == {"", f"{TOGETHER} read"}
    assert not any(one.reused for one in check(project).probes)
    project.write(a_board({"check": "read"}))
    assert f": make: {TOGETHER} read" in project("check", "--reuse").out


def test_a_producer_is_reused_until_the_tool_of_its_reader_is_there(project: Project) -> None:
    """A reader that lacks its tool needs nothing; all tests would run each time, for nobody."""
    tool = project.folder.parent / "bin" / "new"
    path = {"PATH": f"{tool.parent}:{project.environment['PATH']}"}
    make_and_read(project, tool="new")
    for reused in (False, True):
        run = check(project, env=path)
        assert [one.reused for one in run.probes if one.check == "make"] == [reused]
    tool.parent.mkdir()
    tool.write_text("")
    tool.chmod(0o755)
    run = check(project, env=path)
    assert [one.reused for one in run.probes] == [False, False]
    assert {one.verdict for one in run.criteria()} == {"pass"}


EDITS = {
    "the document": "update runs set document = replace(document, 'errors', 'errorz')",
    "the result": "update results set result = replace(result, '\"3\"', '\"0\"')",
    "the link": "delete from chain",
    "the run": "delete from runs",
}


@pytest.mark.parametrize("what", EDITS)
def test_a_result_whose_run_was_altered_is_never_reused(counting: Project, what: str) -> None:
    """The chain has to hold from the run that measured it, and name what it left."""
    settle_clock()
    check(counting)
    with counting.opened_history() as connection:
        connection.execute(EDITS[what])
        connection.execute("update runs set document = cast(document as blob)")
        connection.execute("update results set result = cast(result as blob)")
    ended = counting("check", "--reuse", "--output-format", "json")
    assert not ended.run.probes[0].reused
    assert [one.value for one in ended.run.criteria()] == [3]


def test_a_later_run_that_was_altered_breaks_it_too(counting: Project) -> None:
    """Whoever edits one run may have edited others; the user is told."""
    settle_clock()
    check(counting)
    check(counting)
    check(counting)
    with counting.opened_history() as connection:
        connection.execute(
            "update runs set document = cast(replace(document, 'errors', 'errorz') as blob)"
            " where sequence = 2"
        )
    ended = counting("check", "--reuse", "--output-format", "json")
    assert not ended.run.probes[0].reused
    assert "not reused" in ended.err


def test_no_history_means_nothing_to_reuse(counting: Project) -> None:
    """It runs as ever."""
    for _ in range(2):
        assert not check(counting, "--history", "").probes[0].reused


# --- changed --------------------------------------------------------------------------------------


@pytest.fixture
def repository(project: Project) -> Project:
    """A committed project: two criteria that ignore files, one that does not, a person's word."""
    for name in ("a.txt", "b.txt", "README.md"):
        (project.folder / name).write_text("1\n")
    project.write(
        a_board(
            {"run": "test -s a.txt", "ignores": ["**/b.txt", "**/*.md"]},
            {"run": "test -s b.txt", "ignores": ["a.txt", "docs", "**/*.md"]},
            {"run": "test -d ."},
            {"attest": {}},
        )
    )
    commit(project.folder, {})
    return project


def selected(project: Project, selector: str) -> list[str]:
    """The criteria that are run."""
    run = project("check", selector, "--output-format", "json").run
    assert run.partial
    return [one.id for one in run.criteria() if one.verdict != "skip"]


ALWAYS = ["T1.3", "T1.4"]


@pytest.mark.parametrize(
    ("path", "also"),
    [
        ("a.txt", ["T1.1"]),
        ("deep/a.txt", ["T1.1", "T1.2"]),
        ("deep/b.txt", ["T1.2"]),
        ("docs/a.txt", ["T1.1"]),
        ("README.md", []),
    ],
)
@pytest.mark.parametrize("how", ["uncommitted", "committed"])
def test_changed_selects_what_the_change_can_affect(
    repository: Project, path: str, also: list[str], how: str
) -> None:
    """All but what ignores each of its files."""
    (repository.folder / path).parent.mkdir(exist_ok=True)
    (repository.folder / path).write_text("2\n")
    if how == "committed":
        commit(repository.folder, {})
    selector = "changed" if how == "uncommitted" else "changed:HEAD~1"
    assert sorted(selected(repository, selector)) == sorted([*ALWAYS, *also])


def test_what_defines_a_check_counts_though_its_tool_ignores_it(repository: Project) -> None:
    """It may ask for something else now, also where it is gone and another one takes its place."""
    path = repository.folder / "checks" / "own.yaml"
    path.parent.mkdir()
    path.write_text("run: 'true'\nignores: ['**']\nmeasures: {n: {as: exit}}\nexpect: == 0\n")
    repository.write(a_board({"check": "own"}))
    commit(repository.folder, {})
    assert selected(repository, "changed") == []
    path.write_text(path.read_text() + "\n")
    assert selected(repository, "changed") == ["T1.1"]


def test_another_board_may_change_everything(repository: Project) -> None:
    """Its criteria may be others."""
    board = (repository.folder / "board.yaml").read_text()
    repository.write(board + " ")
    assert len(selected(repository, "changed")) == 4


def test_nothing_that_a_change_can_affect_is_good(project: Project) -> None:
    """There is nothing to hold against it; that is said."""
    (project.folder / "a.txt").write_text("1\n")
    project.write(a_board({"run": "test -s a.txt"}))
    commit(project.folder, {"seed": ""})
    ended = project("check", "changed")
    assert ended.status == 0, ended
    assert "no criterion" in ended.out


@pytest.mark.parametrize("selector", ["changed:nope", "changed:", "changed:--all"])
def test_a_revision_that_is_none_is_a_mistake(repository: Project, selector: str) -> None:
    """Nothing is run: a wrong base would select too little."""
    ended = repository("check", selector)
    assert (ended.status, repository.entries()) == (2, [])


def test_changed_needs_git(project: Project) -> None:
    """Without a repository nobody knows what changed."""
    project.write(a_board({"run": "test -d ."}))
    assert project("check", "changed").status == 2
