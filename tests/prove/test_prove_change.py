"""`prove --change`: the tests of a change fail on the source of its base, for what they assert."""

import json

import pytest

from tests.support.few_programs import few_own_programs
from tests.support.program import Ended, Project, a_board
from tests.support.repositories import commit

OLD = "def half(n: int) -> int:\n    return n\n"
NEW = "def half(n: int) -> int:\n    return n // 2\n"
KEPT = "from app import half\n\n\ndef test_zero() -> None:\n    assert half(0) == 0\n"
PROOF = f"{KEPT}\n\ndef test_half() -> None:\n    assert half(4) == 2\n"
BASE: dict[str, str | None] = {
    "board.yaml": json.dumps(a_board({"run": "test -d ."})),
    "app.py": OLD,
    "tests/test_app.py": KEPT,
    "pytest.ini": "[pytest]\npythonpath = .\n",
}


def proved(project: Project, change: dict[str, str | None], *options: str) -> Ended:
    """Commit a change upon the base, and ask whether its tests prove it."""
    project.environment["PATH"] = few_own_programs()
    commit(project.folder, BASE)
    commit(project.folder, change)
    return project("prove", "--change", "HEAD~1", *options)


CASES = [
    pytest.param({"app.py": NEW, "tests/test_app.py": PROOF}, 0, "fails without the change",
                 id="proves"),
    pytest.param({"app.py": NEW, "tests/test_app.py": PROOF.replace("(4) == 2", "(0) == 0")},
                 1, "PASSES WITH OR WITHOUT THE CHANGE", id="passes either way"),
    pytest.param({"app.py": NEW}, 1, "changes a test", id="no test"),
    pytest.param({"tests/test_app.py": PROOF}, 0, "no source changed", id="no source"),
    pytest.param({"app.py": f"{OLD}\n\ntwo = 2\n",
                  "tests/test_two.py": "from app import two\n\n\ndef test_two() -> None:\n"
                                       "    assert two == 2\n"}, 3, "test_two", id="an import"),
    pytest.param({"app.py": f"{OLD}\n\ntwo = 2\n",
                  "tests/test_two.py": "import app\nimport pytest\n\n\n@pytest.fixture\n"
                                       "def two() -> int:\n    return app.two\n\n\n"
                                       "def test_two(two: int) -> None:\n    assert two == 2\n"},
                 3, "cannot run on the base's source", id="a fixture"),
    pytest.param({"app.py": NEW, "tests/test_app.py": PROOF.replace("== 2", "== 3")}, 1,
                 "FAILS WITH THE CHANGE", id="fails in any case"),
]  # fmt: skip


def test_a_crash_in_the_code_is_what_a_test_is_for(project: Project) -> None:
    """Of whatever kind the error is: only one of the test's own says that something is missing."""
    crashing = BASE | {"app.py": 'def half(n: int) -> int:\n    return n // "2"\n'}
    project.environment["PATH"] = few_own_programs()
    commit(project.folder, crashing)
    commit(project.folder, {"app.py": NEW, "tests/test_app.py": PROOF})
    ended = project("prove", "--change", "HEAD~1")
    assert (ended.status, "fails without the change" in ended.out) == (0, True), ended


@pytest.mark.parametrize(("change", "status", "shown"), CASES)
def test_only_a_test_that_fails_without_the_change_proves_it(
    change: dict[str, str | None], status: int, shown: str, project: Project
) -> None:
    """A broken import or fixture is an error, and a test that passes anyway says nothing."""
    ended = proved(project, change)
    assert (ended.status, shown in ended.out) == (status, True), ended


def test_programs_are_told_each_test(project: Project) -> None:
    """Kept tests are no proof of a change; each of the others is told with its place."""
    ended = proved(project, {"app.py": NEW, "tests/test_app.py": PROOF}, "--output-format", "json")
    assert ended.json["sources"] == ["app.py"]
    (test,) = ended.json["tests"]
    assert (test["path"], test["name"], test["line"]) == ("tests/test_app.py", "test_half", 8)
    assert test["proving"] == "proves"


def test_the_base_needs_no_board(project: Project) -> None:
    """The change's own says how to measure."""
    project.environment["PATH"] = few_own_programs()
    commit(project.folder, {path: text for path, text in BASE.items() if path != "board.yaml"})
    added = {"board.yaml": BASE["board.yaml"], "app.py": NEW, "tests/test_app.py": PROOF}
    commit(project.folder, added)
    assert project("prove", "--change", "HEAD~1").status == 0


FIXTURE = """import pytest

from app import half


@pytest.fixture
def number() -> int:
    return 0


def test_half(number: int) -> None:
    assert half(number) == number // 2
"""


def test_a_fixture_proves_by_the_tests_that_use_it(project: Project) -> None:
    """Though no test is another."""
    project.environment["PATH"] = few_own_programs()
    commit(project.folder, {**BASE, "tests/test_app.py": FIXTURE})
    commit(project.folder, {"app.py": NEW, "tests/test_app.py": FIXTURE.replace("n 0", "n 4")})
    ended = project("prove", "--change", "HEAD~1")
    assert (ended.status, "test_half" in ended.out) == (0, True), ended


THIRD = "\n\ndef third(n: int) -> int:\n    return n // 3\n"


def test_each_function_of_the_change_is_told_with_the_tests_that_need_it(project: Project) -> None:
    """One that none needs is, too."""
    change: dict[str, str | None] = {"app.py": NEW + THIRD, "tests/test_app.py": PROOF}
    functions = proved(project, change, "--output-format", "json").json["functions"]
    assert [(each["name"], each["line"], each["noticed_by"]) for each in functions] == [
        ("half", 1, ["tests/test_app.py::test_half"]),
        ("third", 5, []),
    ]


def test_the_project_is_left_as_it_was(project: Project) -> None:
    """All of it happens in copies, which are gone afterwards."""
    proved(project, {"app.py": NEW, "tests/test_app.py": PROOF})
    assert (project.folder / "app.py").read_text() == NEW
    assert project.left() == []
