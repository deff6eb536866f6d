"""Tests in other languages: which are gone, and which only follow the code."""

import shutil

import pytest

from readiness.guard.following import Followers
from readiness.guard.states import States
from tests.guard.test_guard_any_project import Memory
from tests.support.checking import TOOLCHAINS
from tests.support.loosening import board, guarded
from tests.support.program import Project

Files = dict[str, str | None]
CODE = "exports.add = (a, b) => a + b;\nexports.old = () => 1;\n"
TESTS = """const test = require("node:test"), assert = require("node:assert");
const app = require("./app");
test("adds", () => {
  assert.equal(app.add(1, 2), 3);
});
test("old", () => {
  assert.equal(app.old(), 1);
});
"""
WITHOUT_OLD = TESTS.partition('test("old"')[0]
NEWER = CODE.replace("a + b", "a + b + 1").replace("old", "older")
FOLLOWING = [
    pytest.param(NEWER, TESTS.replace("3)", "4)").replace("app.old", "app.older"), True, id="both"),
    pytest.param(NEWER, WITHOUT_OLD, True, id="dead code"),
    pytest.param(NEWER, WITHOUT_OLD.replace("const app", "let x;\nconst app"), True, id="more"),
    pytest.param(NEWER, TESTS.replace("equal(app.old(), 1)", "ok(app.older())"), False, id="less"),
    pytest.param(NEWER, TESTS.partition('test("adds"')[0], False, id="also of what is there"),
    pytest.param(CODE, TESTS.replace("3)", "4)"), False, id="no code"),
    pytest.param(NEWER, "", False, id="nothing left"),
]


@pytest.mark.parametrize(("code", "tests", "is_following"), FOLLOWING)
def test_edits_that_the_code_asks_for_are_told_from_others(
    code: str, tests: str, is_following: bool
) -> None:
    """Other values and names of the code, but no other words and no fewer."""
    before, after = (
        Memory({"app.js": one.encode(), "app.test.js": other.encode()})
        for one, other in ((CODE, TESTS), (code, tests))
    )
    assert Followers(States(before, after)).follows("app.test.js") is is_following


ADDED = [
    ("lib/b.test.ts", True),
    ("b_test.go", True),
    ("jest.setup.js", False),
    ("tests/h.pyc", False),
]


@pytest.mark.parametrize(("path", "is_following"), ADDED)
def test_a_new_file_only_adds_tests_where_others_use_nothing_of_it(
    path: str, is_following: bool
) -> None:
    """What others take in may change what they ask."""
    before, after = Memory({"app.js": b"old"}), Memory({"app.js": b"new", path: b"x"})
    assert Followers(States(before, after)).follows(path) is is_following


RUN = "node --test --test-reporter=junit --test-reporter-destination=r.xml"
BASE: Files = {
    "app.js": CODE,
    "app.test.js": TESTS,
    "board.yaml": board({"check": "junit", "run": RUN, "with": {"report": "r.xml"}}),
}
CHANGES = [
    pytest.param({"app.test.js": WITHOUT_OLD}, 4, id="removed"),
    pytest.param({"app.test.js": TESTS.replace('test("old"', 'test.skip("old"')}, 4, id="skipped"),
    pytest.param({"app.test.js": TESTS.replace('"old"', '"elder"')}, 0, id="another name"),
    pytest.param({"app.test.js": WITHOUT_OLD, "old.test.js": TESTS}, 0, id="moved"),
    pytest.param({"app.js": NEWER, "app.test.js": WITHOUT_OLD.replace("3", "4")}, 0, id="dead"),
]


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
@pytest.mark.parametrize(("change", "status"), CHANGES)
def test_the_report_says_which_tests_are_gone(change: Files, status: int, project: Project) -> None:
    """By name, from what the runner itself reports of both sides."""
    ended = guarded(project, BASE, change)
    assert ended.status == status, ended
    assert not status or "old" in ended.out
    assert "no criterion lists" not in ended.out


def test_tests_that_nobody_lists_are_named(project: Project) -> None:
    """What they ask was not compared, and that is said."""
    files = {**BASE, "board.yaml": board({"run": "test -s app.js"})}
    ended = guarded(project, files, {"app.test.js": WITHOUT_OLD})
    assert ended.status == 0, ended
    assert "app.test.js: no criterion lists the tests there" in ended.out


TWOS = "\n    #[test]\n    fn twos() {\n        assert_eq!(twice(2), 4);\n    }\n"
TWICE = "pub fn twice(a: i32) -> i32 { 2 * a }\n\n"
ADDS = "    #[test]\n    fn adds() {\n        assert_eq!(add(1, 2), 3);\n    }\n"
HALF = """/// ```
/// assert_eq!(c::half(4), 2);
/// ```
pub fn half(a: i32) -> i32 { a / 2 }

"""
RUST = f"""pub fn add(a: i32, b: i32) -> i32 {{ a + b }}

{HALF}{TWICE}#[cfg(test)]
mod tests {{
    use super::*;

{ADDS}{TWOS}}}
"""
CRATE: Files = {
    "Cargo.toml": '[package]\nname = "c"\nversion = "0.1.0"\nedition = "2021"\n',
    ".gitignore": "target\nCargo.lock\n",
    "src/lib.rs": RUST,
}
CARGO: list[dict[str, object]] = [
    {"check": "cargo-test", "with": {"args": "--offline"}},
    {"run": "cargo test --offline"},
    {"run": "cargo test -q --offline"},
]
CRATES = [
    pytest.param(RUST.replace(TWOS, ""), 4, id="removed"),
    pytest.param(RUST.replace(TWOS, "").replace("a + b", "b + a"), 4, id="removed beside an edit"),
    pytest.param(RUST.replace("    fn twos", "    #[ignore]\n    fn twos"), 4, id="ignored"),
    pytest.param(RUST.replace("twos", "doubles"), 0, id="another name"),
    pytest.param(RUST.replace(TWOS, "").replace(TWICE, ""), 0, id="dead"),
    pytest.param(RUST.replace(HALF, ""), 0, id="dead, with its example"),
    pytest.param(RUST.replace("2 * a", "3 * a").replace("2), 4", "2), 6"), 0, id="another value"),
]


@pytest.mark.skipif(not shutil.which("cargo"), reason="cargo is not installed")
@pytest.mark.parametrize("criterion", CARGO, ids=["check", "run", "quiet"])
@pytest.mark.parametrize(("code", "status"), CRATES)
def test_tests_that_stand_behind_code_are_listed_on_both_sides(
    code: str, status: int, criterion: dict[str, object], project: Project
) -> None:
    """As the runner has it for the base itself, or prints it; its file is code as well."""
    project.environment.update(TOOLCHAINS)
    ended = guarded(project, {**CRATE, "board.yaml": board(criterion)}, {"src/lib.rs": code})
    assert ended.status == status, ended
