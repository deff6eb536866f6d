"""Checks of projects for Node.js, Go and Rust: what counts as work, by tools that print as told."""

import json
import os
import sys
from pathlib import Path

import pytest

from readiness.model.judgement import Unmeasured
from readiness.model.words import ReasonCode
from tests.support.checking import Outcome, build, run_check
from tests.support.repositories import git

HERE = os.pathsep.join([os.path.dirname(sys.executable), "/usr/bin", "/bin"])


def run_with(project: str, check: str, script: str, tool: str = "", **params: str) -> Outcome:
    """Run a check with a stand-in for its tool."""
    folder = Path(project).with_name(f"{Path(project).name}-tools")
    folder.mkdir(exist_ok=True)
    program = folder / (tool or check)
    program.write_text(f"#!/bin/bash\n{script}\n")
    program.chmod(0o755)
    return run_check(check, project, params, path=f"{folder}{os.pathsep}{HERE}")


def jest(project: str, *suites: object, **rest: object) -> Outcome:
    """Run the check of Jest where Jest reports these suites."""
    build(project, {"report": json.dumps({"testResults": suites, **rest})})
    return run_with(project, "jest", 'for W; do :; done; cp report "$READINESS_TMP/report.json"')


def suite(project: str, name: str, *tests: object, status: str = "passed") -> object:
    """Return what Jest says of a file of tests."""
    return {"name": f"{project}/{name}", "status": status, "assertionResults": tests}


def a_test(name: str, status: str = "passed", **more: object) -> object:
    """Return what Jest says of a test."""
    return {"fullName": name, "status": status, "failureMessages": [], **more}


def test_files_of_tests_that_were_not_run_are_counted(project: str) -> None:
    """Git lists them, and the report does not; tests that passed on another try are flaky."""
    build(project, {"a.test.js": "", "b.spec.tsx": "", "c.js": ""})
    tests = [a_test("adds"), a_test("later", "pending"), a_test("sums", invocations=2)]
    outcome = jest(project, suite(project, "a.test.js", *tests))
    assert [outcome.number(name) for name in ("failed", "executed", "flaky", "not_run")] == [
        0,
        2,
        1,
        1,
    ]


def test_a_file_of_tests_that_cannot_be_loaded_is_an_error(project: str) -> None:
    """Its tests are nowhere, though it has no failed one."""
    build(project, {"a.test.js": ""})
    good, bad = a_test("adds"), suite(project, "a.test.js", status="failed")
    outcome = jest(project, suite(project, "b.test.js", good), bad)
    assert [outcome.number(name) for name in ("failed", "errors", "tests")] == [1, 1, 2]
    assert outcome.findings[0]["path"] == "a.test.js"


def test_a_run_that_was_interrupted_is_no_measurement(project: str) -> None:
    """Nor is one of no test."""
    assert jest(project, suite(project, "a.test.js", a_test("a")), wasInterrupted=True).is_error
    assert jest(project, suite(project, "a.test.js")).is_error


def eslint(project: str, *results: object) -> Outcome:
    """Run the check of ESLint where ESLint reports these files."""
    build(project, {"report": json.dumps(results)})
    return run_with(project, "eslint", 'cp report "$READINESS_TMP/report"')


def linted(name: str, *messages: object) -> object:
    """Return what ESLint says of a file."""
    return {"filePath": name, "messages": messages}


def test_what_eslint_ignores_was_not_looked_at(project: str) -> None:
    """Where it says so, and where it says nothing."""
    build(project, {"a.js": "", "b.ts": "", "c.js": ""})
    ignored = {"ruleId": None, "severity": 1, "message": "File ignored by default."}
    bad = {"ruleId": "no-undef", "severity": 2, "message": "'x' is not defined", "line": 3}
    outcome = eslint(project, linted("a.js", bad), linted("b.ts", ignored))
    names = ("errors", "warnings", "files", "unchecked")
    assert [outcome.number(name) for name in names] == [1, 0, 1, 2]
    finding = {"path": "a.js", "line": 3, "rule": "no-undef", "message": "'x' is not defined"}
    assert outcome.findings == [finding]


def test_a_script_that_eslint_cannot_parse_is_no_measurement(project: str) -> None:
    """Its rules were not tried there."""
    build(project, {"a.ts": ""})
    message = {"ruleId": None, "severity": 2, "fatal": True, "message": "Parsing error", "line": 1}
    outcome = eslint(project, linted("a.ts", message))
    assert isinstance(outcome.read(), Unmeasured)
    assert "a.ts was not read: Parsing error" in outcome.stderr


def go(project: str, status: int, *events: tuple[str, str, str]) -> Outcome:
    """Run the check of Go's tests where `go test` tells these events."""
    build(project, {"a_test.go": "", "tagged_test.go": ""})
    lines = [
        json.dumps({"Action": action, "Package": "p", "Test": test, "Output": output})
        for action, test, output in events
    ]
    build(project, {"events": "\n".join(lines) + "\n"})
    script = f'[ "$1" = test ] || {{ echo "$PWD/a_test.go"; exit; }}\ncat events; exit {status}'
    return run_with(project, "go-test", script, "go")


def test_a_test_with_tests_inside_is_counted_by_these(project: str) -> None:
    """Each failure once, where its output says; files that no package has are not run."""
    printed = ("output", "TestA/two", "    a_test.go:7: no\n")
    ended = [("pass", "TestA/one", ""), ("fail", "TestA/two", ""), ("fail", "TestA", "")]
    outcome = go(project, 1, printed, *ended, ("fail", "", ""))
    assert [outcome.number(name) for name in ("failed", "tests", "not_run")] == [1, 2, 1]
    assert [(each["path"], each["line"], each["rule"]) for each in outcome.findings] == [
        ("a_test.go", 7, "TestA/two")
    ]


def test_a_package_that_fails_outside_its_tests_is_no_measurement(project: str) -> None:
    """It did not build, or a test ended the program."""
    output = ("output", "", "panic: no database\n")
    outcome = go(project, 1, ("pass", "TestA", ""), output, ("fail", "", ""))
    assert isinstance(outcome.read(), Unmeasured)
    assert "p failed outside its tests: panic: no database" in outcome.stderr


SUMMED = "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out"


def test_a_program_of_tests_that_ends_by_itself_is_no_measurement(project: str) -> None:
    """`process::exit(0)` in a test: cargo ends well, and nothing was summed up."""
    good = run_with(project, "cargo-test", f"echo 'running 2 tests'; echo '{SUMMED}'", "cargo")
    assert good.number("executed") == 2
    cut = run_with(project, "cargo-test", "echo 'running 2 tests'", "cargo")
    assert isinstance(cut.read(), Unmeasured)
    assert "did not come to its end" in cut.stderr


@pytest.mark.parametrize(
    ("check", "tool", "name"),
    [
        ("shellcheck", "", ".shellcheckrc"),
        ("markdownlint", "markdownlint-cli2", ".markdownlint.json"),
        ("eslint", "", "eslint.config.mjs"),
        ("prettier", "", ".prettierrc"),
        ("biome", "", "biome.jsonc"),
        ("tsc", "", "tsconfig.json"),
        ("go-vet", "go", "go.work"),
        ("cargo-test", "cargo", ".cargo/config.toml"),
        ("rustfmt", "cargo", ".rustfmt.toml"),
        ("clippy", "cargo", "clippy.toml"),
    ],
)
def test_settings_from_above_the_repository_decide_nothing(
    project: str, check: str, tool: str, name: str
) -> None:
    """They are an error, unless the project has its own."""
    inside = f"{project}/inside"
    build(project, {name: "", "inside/a.sh": "true\n", "inside/a.md": "# A\n"})
    git(Path(inside), "init", "-q")
    assert why_unknown(inside, check, tool) is ReasonCode.OUTSIDE_SETTINGS
    build(inside, {name: ""})
    assert why_unknown(inside, check, tool) is not ReasonCode.OUTSIDE_SETTINGS


def why_unknown(project: str, check: str, tool: str) -> ReasonCode:
    """Tell why a check has no number where its tool fails."""
    unmeasured = run_with(project, check, "exit 9", tool).read()
    assert isinstance(unmeasured, Unmeasured)
    return unmeasured.code
