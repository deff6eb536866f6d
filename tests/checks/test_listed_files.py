"""Checks of tools that take files one by one: which they are given, what is found where."""

import os
from pathlib import Path

from readiness.model.judgement import Unmeasured
from tests.support.checking import build, run_check
from tests.support.repositories import commit
from tests.support.tool_cases import CI, TRIGGERED

BAD = "#!/bin/sh\nrm $1\n"


def test_scripts_are_known_by_suffix_or_first_line(project: str) -> None:
    """Whatever Git lists: not what it ignores, nor what is of others, nor what is no shell's."""
    files = {"a.sh": BAD, "bin/b": "#!/usr/bin/env -S bash -e\nrm $1\n", "c": "rm $1\n"}
    others = {
        "vendor/d.sh": BAD,
        "made.sh": BAD,
        ".gitignore": "made.sh\n",
        "e": "#!/usr/bin/fish\n",
    }
    commit(Path(project), {**files, **others})
    outcome = run_check("shellcheck", project)
    assert outcome.number("files") == 2
    assert sorted((each["path"], each["line"], each["rule"]) for each in outcome.findings) == [
        ("a.sh", 2, "SC2086"),
        ("bin/b", 2, "SC2086"),
    ]
    assert run_check("shellcheck", project, {"paths": "vendor"}).number("files") == 1


def test_paths_may_leave_files_out(project: str) -> None:
    """In Git's own words; where nothing is left, nothing was measured."""
    commit(Path(project), {"a.sh": BAD, "tests/b.sh": BAD})
    assert run_check("shellcheck", project, {"paths": ". :!tests"}).number("files") == 1
    assert run_check("shellcheck", project, {"paths": ". :!*.sh"}).is_error


def test_a_script_that_cannot_be_parsed_is_no_measurement(project: str) -> None:
    """The rest of it was not looked at."""
    build(project, {"a.sh": "#!/bin/sh\nif then\n"})
    assert run_check("shellcheck", project).is_error


def test_a_script_that_is_absent_is_half_a_tree(project: str) -> None:
    """A sparse checkout has fewer findings than the commit."""
    commit(Path(project), {"a.sh": BAD, "b.sh": BAD})
    os.system(f"git -C {project} update-index --skip-worktree b.sh && rm {project}/b.sh")
    outcome = run_check("shellcheck", project).read()
    assert isinstance(outcome, Unmeasured)
    assert "b.sh is not in the work tree" in run_check("shellcheck", project).stderr


def test_settings_that_leave_files_out_are_seen(project: str) -> None:
    """They are counted; those that leave all out, the sample too, measure nothing."""
    bad = {"a.yaml": "a:    1\n", "b.yaml": "a:    1\n"}
    build(project, {**bad, ".yamllint": "extends: default\nignore: b.yaml\n"})
    outcome = run_check("yamllint", project)
    assert [outcome.number(name) for name in ("errors", "files", "unchecked")] == [1, 2, 1]
    assert [(each["path"], each["line"], each["rule"]) for each in outcome.findings] == [
        ("a.yaml", 1, "colons")
    ]
    build(project, {".yamllint": "extends: default\nrules: {colons: disable}\nignore: '*.yaml'\n"})
    assert isinstance(run_check("yamllint", project).read(), Unmeasured)


def test_dockerfiles_are_known_by_their_names(project: str) -> None:
    """With either side of the dot; and each finding has its place."""
    text = "FROM debian:12\nRUN sudo ls\n"
    build(
        project, {"Dockerfile": text, "web/Dockerfile.dev": text, "c.dockerfile": text, "d": text}
    )
    outcome = run_check("hadolint", project)
    assert outcome.number("files") == 3
    assert sorted((each["path"], each["line"], each["rule"]) for each in outcome.findings) == [
        ("Dockerfile", 2, "DL3004"),
        ("c.dockerfile", 2, "DL3004"),
        ("web/Dockerfile.dev", 2, "DL3004"),
    ]


def test_a_workflow_that_is_not_audited_is_no_measurement(project: str) -> None:
    """Zizmor passes over one that it cannot read, and ends well; lines count from 1."""
    build(project, {CI: TRIGGERED})
    assert ("template-injection", 8) in [
        (each["rule"], each["line"]) for each in run_check("zizmor", project).findings
    ]
    build(project, {".github/workflows/b.yml": "on: [\n"})
    assert isinstance(run_check("zizmor", project).read(), Unmeasured)


def test_what_actionlint_finds_does_not_depend_on_other_tools(project: str) -> None:
    """Scripts in workflows are checked only where options ask for it."""
    build(project, {CI: TRIGGERED.replace("run: echo", "run: rm $1; echo")})
    rules = [each["rule"] for each in run_check("actionlint", project).findings]
    assert "expression" in rules
    assert "shellcheck" not in rules
    asked = run_check("actionlint", project, {"args": "-shellcheck=shellcheck"})
    assert "shellcheck" in [each["rule"] for each in asked.findings]
