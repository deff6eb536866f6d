"""`--accepted`: somebody outside of a change accepts what it loosens, and nothing else."""

import json

import pytest

from tests.support.program import Project, a_board
from tests.support.repositories import Content, commit

BY = "li.wei: the old importer goes"
ACCEPTED = ("--accepted", BY)
GATE = "- run: readiness check --hold-line\n"
JOB = "on: pull_request\njobs:\n  gate:\n    runs-on: x\n    steps:\n      "
HOOKS = (
    "repos:\n- repo: local\n  hooks:\n  - {id: gate, entry: readiness check, language: system}\n"
)


def board(limit: str = "<= 1", **changes: object) -> str:
    """A board that counts words, and reads a manual."""
    few = {"run": "cat src/shop.py", "read": {"as": "text", "count": "PRICE"}, "expect": limit}
    return json.dumps(a_board(few, {"run": "grep -q Manual manual.md"}, **changes))


BASE: dict[str, Content] = {
    "board.yaml": board(),
    "manual.md": "# Manual\n",
    "src/shop.py": "PRICE = 1\n",
    "tests/test_old.py": "def test_old():\n    assert True is not False\n",
    ".github/workflows/ci.yml": JOB + GATE,
    ".pre-commit-config.yaml": HOOKS,
}
ENTRY = {"what": "tests/*", "reason": "it goes", "by": "li.wei"}
LOOSENED: dict[str, dict[str, Content]] = {
    "a test is gone": {"tests/test_old.py": None},
    "a comment silences": {"src/shop.py": "PRICE = 1  # noqa\n"},
    "a limit is eased": {"board.yaml": board("<= 9")},
    "a limit is eased and used": {
        "board.yaml": board("<= 2"),
        "src/shop.py": "PRICE = 1\nPRICE = 3\n",
    },
    "an entry of accept": {"board.yaml": board(accept=[ENTRY])},
}
KEEPS: dict[str, dict[str, Content]] = {
    "the job no longer runs": {".github/workflows/ci.yml": JOB + "- run: echo fine\n"},
    "the job no longer minds": {".github/workflows/ci.yml": JOB + GATE.replace("\n", " || true\n")},
    "the job accepts by itself": {
        ".github/workflows/ci.yml": f"{JOB}{GATE}        env: {{READINESS_ACCEPTED: 'me: yes'}}\n"
    },
    "the hook is gone": {".pre-commit-config.yaml": "repos: []\n"},
}


@pytest.fixture
def changed(project: Project, request: pytest.FixtureRequest) -> Project:
    """A project with a change of the parameter upon a good base."""
    commit(project.folder, BASE)
    commit(project.folder, request.param)
    return project


def these(**rows: dict[str, Content]) -> pytest.MarkDecorator:
    """Try a test with each of these changes."""
    return pytest.mark.parametrize("changed", rows.values(), ids=rows, indirect=True)


@these(**LOOSENED)
def test_what_is_accepted_can_be_merged(changed: Project) -> None:
    """By every command that judges a change, and only where somebody says so."""
    base = ("--base", "HEAD~1")
    for command in (("check",), ("check", "--hold-line"), ("score",), ("guard",)):
        assert changed(*command, *base).status == 4
        ended = changed(*command, *base, *ACCEPTED)
        assert ended.status == 0, ended
        assert "accepted by li.wei: the old importer goes" in ended.out


@these(one=LOOSENED["a test is gone"])
def test_everybody_is_told_who_accepts_it(changed: Project) -> None:
    """In the document, the table, the comment, the history, and what is made of them."""
    words = ("--base", "HEAD~1", "--hold-line")
    changed.environment["READINESS_ACCEPTED"] = BY
    files = ("--report", "markdown=c.md", "--report", "table=t.txt", "--report", "html=p.html")
    run = changed("check", *words, *files, "--output-format", "json").run
    assert (run.gate.decision, run.gate.exit_status, len(run.loosened)) == ("accepted", 0, 1)
    assert run.gate.accepted is not None
    assert (run.gate.accepted.by, run.gate.accepted.reason) == ("li.wei", "the old importer goes")
    for name in ("c.md", "t.txt", "p.html"):
        text = (changed.folder / name).read_text()
        assert ("test_old" in text, "li.wei" in text) == (True, True), name
    assert "accepted" in changed("history").out
    assert changed("report", "--output-format", "json").run.gate == run.gate
    changed.environment["READINESS_ACCEPTED"] = ""
    assert changed("check", *words).status == 4
    guarded = changed("guard", "--base", "HEAD~1", *ACCEPTED, "--output-format", "json").json
    assert (guarded["exit_status"], guarded["accepted"]["by"]) == (0, "li.wei")


@these(**KEEPS)
def test_what_runs_the_gate_is_not_accepted(changed: Project) -> None:
    """A code owner decides there, and both commands say so."""
    for command in ("check", "guard"):
        ended = changed(command, "--base", "HEAD~1", *ACCEPTED)
        assert ended.status == 4, ended
        assert "code owner" in ended.out


@these(
    worse={"manual.md": "# Other\n", "tests/test_old.py": None},
    limit={"board.yaml": board("<= 2"), "src/shop.py": "PRICE = 1\nPRICE = 2\nPRICE = 3\n"},
)
def test_nothing_else_is_accepted(changed: Project) -> None:
    """What fails by the change's own rules fails, and the loosening is told beside it."""
    ended = changed("check", "--base", "HEAD~1", *ACCEPTED)
    assert (ended.status, "NOT READY" in ended.out, "li.wei" in ended.out) == (1, True, True), ended


@these(honest={"src/shop.py": "PRICE = 2\n"})
def test_an_honest_change_needs_nobody(changed: Project) -> None:
    """Nothing is accepted where nothing is loosened; a part of the board stays a part."""
    run = changed("check", "--base", "HEAD~1", *ACCEPTED, "--output-format", "json").run
    assert (run.gate.decision, run.gate.accepted) == ("ready", None)
    guarded = changed("guard", "--base", "HEAD~1", *ACCEPTED, "--output-format", "json").json
    assert guarded["accepted"] is None


@these(one=LOOSENED["a test is gone"])
def test_parts_are_accepted_where_each_was(changed: Project) -> None:
    """Recorded runs that are joined, or what is said when they are."""
    words = ("--base", "HEAD~1", "--exit-zero")
    for number, accepted in ((1, ACCEPTED), (2, ACCEPTED), (3, ())):
        shard = ("--shard", f"{min(number, 2)}/2")
        changed("check", *words, *accepted, *shard, "--report", f"json=.readiness/{number}.json")
    parts = [f".readiness/{number}.json" for number in (1, 2, 3)]
    assert changed("score", *parts[:2]).status == 0
    assert changed("score", parts[0], parts[2]).status == 4
    assert changed("score", parts[0], parts[2], *ACCEPTED).status == 0


@pytest.mark.parametrize("text", ["li.wei", "li.wei:", ": why", " : "])
@pytest.mark.parametrize("command", ["check", "score", "guard"])
def test_it_takes_a_name_and_a_reason(text: str, command: str, project: Project) -> None:
    """Else nothing is run."""
    commit(project.folder, BASE)
    ended = project(command, "--accepted", text)
    assert (ended.status, "NAME: why" in ended.err) == (2, True), ended
