"""F. Changes and the base: a change cannot move its own goalposts unseen.

Every row is a change on a branch of a real repository, judged against `main`; its twin is the same
change done honestly.
"""

import os
from pathlib import Path

import pytest

from readiness.model.words import Decision, Verdict
from readiness.record.document import RunDocument
from tests.support.program import Ended, Project
from tests.support.repositories import commit, git, write

BOARD = """\
version: 1
title: A board
target: 9
tasks:
  - id: T1
    title: Errors
    priority: P0
    criteria:
      - id: T1.1
        title: No errors
        run: cat lint.txt
        read: {as: text, regex: 'errors: (\\d+)', unit: errors}
        proof: {as: text, regex: 'files checked'}
        expect: "<= 5"
        weight: 10
      - {id: T1.2, title: Tests pass, run: sh run_tests.sh}
  - id: T2
    title: Style
    priority: P2
    criteria:
      - {id: T2.1, title: Formatted, run: "test -e src/a.py"}
"""
FILES: dict[str, str | None] = {
    "board.yaml": BOARD,
    "lint.txt": "files checked\nerrors: 3\n",
    "run_tests.sh": "set -e\ntest -e tests/test_a.py\n",
    "src/a.py": "def f():\n    return 1\n",
    "tests/test_a.py": "def test_f():\n    assert f() == 1\n",
    "pyproject.toml": '[tool.ruff.lint]\nselect = ["E", "F"]\n',
}


@pytest.fixture
def change(project: Project) -> Project:
    """A repository whose `main` is healthy, with a branch checked out on top of it."""
    commit(project.folder, FILES, "base")
    git(project.folder, "checkout", "-q", "-b", "feature")
    return project


def edited(old: str, new: str, text: str = BOARD) -> str:
    """The board with one text in place of another, which must be there once."""
    assert text.count(old) == 1, old
    return text.replace(old, new)


def judged(change: Project, *arguments: str) -> RunDocument:
    """Run the change against its base, and read the document; it tells the exit status too."""
    ended = change("check", "--base", "main", "--output-format", "json", *arguments)
    assert ended.run.gate.exit_status == ended.status, ended
    return ended.run


def guarded(change: Project) -> Ended:
    """Ask what the change loosens; nothing is run for that."""
    return change("guard", "--base", "main")


def loosened(change: Project) -> list[tuple[str, str, str, str]]:
    """What both commands say that the change loosens, which is the same."""
    document = change("guard", "--base", "main", "--output-format", "json")
    assert document.status == 4, document
    run = judged(change)
    assert (run.gate.decision, run.gate.exit_status) == (Decision.LOOSENED, 4)
    of_run = [(each.subject, each.what, each.before, each.after) for each in run.loosened]
    assert len(of_run) == len(document.json["loosened"])
    assert [each[0] for each in of_run] == [each["subject"] for each in document.json["loosened"]]
    assert not list(Path(change.tmp).glob("readiness-*"))
    return of_run


def is_ready(change: Project) -> None:
    """The twin: neither command has anything against it."""
    assert guarded(change).status == 0, guarded(change)
    run = judged(change)
    assert (run.gate.decision, run.loosened) == (Decision.READY, []), run.gate.reasons
    assert run.base is not None
    assert run.base.commit == git(change.folder, "rev-parse", "main")


def test_113_an_eased_expectation_is_judged_by_the_base(change: Project) -> None:
    """Before and after are shown, and the base's limit decides: 7 errors fail it."""
    board = edited('"<= 5"', '"<= 99"')
    commit(change.folder, {"board.yaml": board, "lint.txt": "files checked\nerrors: 7\n"})
    assert ("T1.1", "expectation changed", "<= 5", "<= 99") in loosened(change)
    (first, *_) = judged(change).criteria()
    assert (first.verdict, first.expect) == (Verdict.FAIL, "<= 5")


def test_113_twin_a_tightened_expectation_counts(change: Project) -> None:
    """The head's stricter limit is asked as well: it passes with 3, and would fail below."""
    commit(change.folder, {"board.yaml": edited('"<= 5"', '"<= 3"')})
    is_ready(change)
    commit(change.folder, {"board.yaml": edited('"<= 5"', '"<= 2"')})
    run = judged(change)
    assert (run.gate.exit_status, run.loosened) == (1, [])
    (first, *_) = run.criteria()
    assert (first.verdict, first.expect) == (Verdict.FAIL, "<= 2")


@pytest.mark.parametrize("mask", [" || true", " || echo no", " || :", " & wait"])
def test_115_a_masked_command_is_told_as_a_changed_probe(mask: str, change: Project) -> None:
    """Without a base it passes with a warning: it was tried without the script."""
    masked = edited("run: sh run_tests.sh", f"run: 'sh run_tests.sh{mask}'")
    commit(change.folder, {"board.yaml": masked})
    for command in ("guard", "check", "score"):
        ended = change(command, "--base", "main")
        assert ended.status == 4, ended
    row = ("T1.2", "command changed (probe changed)", "sh run_tests.sh", f"sh run_tests.sh{mask}")
    assert row in loosened(change)
    ended = change("check", "--output-format", "json")
    assert [each.verdict for each in ended.run.criteria()][1] == "warn", ended


def test_115_twin_a_board_that_is_broken_otherwise_is_broken(change: Project) -> None:
    """A mistake of the board is status 2, with and without a base; another command is a change."""
    commit(change.folder, {"board.yaml": edited("title: A board", "titel: A board")})
    assert [change(name, "--base", "main").status for name in ("guard", "check")] == [2, 2]
    commit(change.folder, {"board.yaml": edited("run: sh run_tests.sh", "run: make test")})
    assert ("T1.2", "command changed (probe changed)", "sh run_tests.sh", "make test") in loosened(
        change
    )


def test_119_a_branch_behind_its_base_changes_only_what_it_changes(change: Project) -> None:
    """What the base gained since is not taken away, unless a commit is named by its hash.

    Twin: a branch behind its base that removes a test of its own.
    """
    commit(change.folder, {"README.md": "More.\n"})
    git(change.folder, "checkout", "-q", "main")
    gained = {
        "board.yaml": edited("<= 5", "<= 4"),
        "tests/test_b.py": "def test_g():\n    assert g() == 2\n",
        ".github/workflows/ci.yml": "jobs: {gate: {steps: [{run: readiness score}]}}\n",
    }
    newest = commit(change.folder, gained)
    git(change.folder, "checkout", "-q", "feature")
    for command in ("guard", "check", "score"):
        assert change(command, "--base", "main").status == 0
    assert change("guard", "--base", newest[:9]).status == 4
    commit(change.folder, {"tests/test_a.py": "", "run_tests.sh": "true\n"})
    assert [subject for subject, *_ in loosened(change)] == ["tests/test_a.py:1"]
    assert "test_g" not in guarded(change).out


def test_119_a_base_that_is_not_there(change: Project, tmp_path: Path) -> None:
    """In a shallow clone there is no base, or nothing tells where HEAD left it: said with a remedy.

    Twin: once all is fetched, the same clone is judged.
    """
    commit(change.folder, {"src/b.py": "x = 1\n"})
    (tmp_path / "other").mkdir()
    clone = Project(tmp_path / "other")
    clone.folder.rmdir()
    shallow = ("--depth=1", "--branch=feature", f"file://{change.folder}")
    git(tmp_path, "clone", "-q", *shallow, str(clone.folder))
    remedy = "git fetch --unshallow origin main:refs/remotes/origin/main"

    def refused() -> None:
        for command in ("guard", "check", "score"):
            ended = clone(command, "--base", "origin/main")
            assert ended.status == 2, ended
            assert "cannot read base origin/main" in ended.err
            assert remedy in ended.err
            assert "fetch-depth: 0" in ended.err
            assert not (clone.folder / ".readiness").exists()

    refused()
    git(clone.folder, "fetch", "-q", "--depth=1", "origin", "main:refs/remotes/origin/main")
    refused()
    assert clone("guard", "--base", git(clone.folder, "rev-parse", "origin/main")).status == 0
    git(clone.folder, *remedy.split()[1:])
    ended = clone("check", "--base", "origin/main")
    assert ended.status == 0, ended


@pytest.mark.parametrize("ref", ["nowhere", "--all", "HEAD:board.yaml", "main..feature", ""])
def test_119_a_name_that_is_no_commit(ref: str, change: Project) -> None:
    """Neither an option, a file nor a range is one: a mistake, and nothing is loosened."""
    for command in ("guard", "check"):
        ended = change(command, f"--base={ref}")
        assert ended.status == 2, ended
        assert "Traceback" not in ended.err


def test_119_a_folder_that_is_no_repository(project: Project) -> None:
    """There is no revision to compare with."""
    write(project.folder, {"board.yaml": BOARD})
    ended = project("guard", "--base", "main")
    assert ended.status == 2, ended
    assert "not a git repository" in ended.err


WAIVED = edited(
    "weight: 10", "weight: 10\n        waive: {reason: later, by: a, until: 2099-01-01}"
)
BAD = "files checked\nerrors: 7\n"


def test_125_a_waiver_does_not_count_in_the_change_that_adds_it(change: Project) -> None:
    """The criterion fails as if there were none."""
    commit(change.folder, {"board.yaml": WAIVED, "lint.txt": BAD})
    assert ("T1.1", "waiver added") in [each[:2] for each in loosened(change)]
    (first, *_) = judged(change).criteria()
    assert (first.verdict, first.waiver) == (Verdict.FAIL, None)


def test_125_an_attestation_does_not_either(change: Project) -> None:
    """In place of a measurement: the base's measurement is what counts."""
    board = edited("run: sh run_tests.sh}", "attest: {by: a, on: 2026-01-01, valid: 9999d}}")
    commit(change.folder, {"board.yaml": board, "run_tests.sh": "exit 1\n"})
    assert "T1.2" in [each[0] for each in loosened(change)]
    assert next(one for one in judged(change).criteria() if one.id == "T1.2").verdict == "fail"


def test_125_twin_a_waiver_of_the_base_is_in_force(project: Project) -> None:
    """It was decided before; taken away by the head, it is gone at once."""
    commit(project.folder, FILES | {"board.yaml": WAIVED, "lint.txt": BAD, "x": "1"}, "base")
    git(project.folder, "checkout", "-q", "-b", "feature")
    run = judged(project, "T1.1")
    assert [record.verdict for record in run.criteria() if record.id == "T1.1"] == [Verdict.WAIVED]
    commit(project.folder, {"board.yaml": BOARD})
    run = judged(project)
    assert [record.verdict for record in run.criteria() if record.id == "T1.1"] == [Verdict.FAIL]
    assert (run.gate.exit_status, run.loosened) == (1, [])


def test_133_edits_that_nobody_committed_are_seen(change: Project) -> None:
    """Staged or not; the run says that the tree is dirty.

    Twin: taken back, the change is healthy.
    """
    write(change.folder, {"board.yaml": edited('"<= 5"', '"<= 99"')})
    assert ("T1.1", "expectation changed", "<= 5", "<= 99") in loosened(change)
    git(change.folder, "add", "-A")
    assert ("T1.1", "expectation changed", "<= 5", "<= 99") in loosened(change)
    run = judged(change)
    assert run.git is not None
    assert run.git.dirty
    git(change.folder, "checkout", "-q", "HEAD", "--", "board.yaml")
    is_ready(change)


def test_137_only_the_commands_of_the_base_are_run(change: Project) -> None:
    """A fork's commands are not, in the board, in a check of its own, or in a new criterion."""
    board = edited("run: sh run_tests.sh", "run: touch pwned && sh run_tests.sh")
    board += "      - {id: T2.2, title: New, run: touch pwned}\n"
    board += "      - {id: T2.3, title: Check, check: evil}\n"
    evil = "summary: e\nversion: touch pwned\ntool: sh\nrun: touch pwned\n"
    commit(change.folder, {"board.yaml": board, "checks/evil.yaml": evil})
    run = judged(change)
    assert run.gate.exit_status == 4
    assert not (change.folder / "pwned").exists()
    assert [probe.command for probe in run.probes] == [
        "cat lint.txt",
        "sh run_tests.sh",
        "test -e src/a.py",
    ]
    assert run.base is not None
    assert run.base.not_run == ["T2.2", "T2.3", "T1.2"]
    assert change("check").status == 0
    assert (change.folder / "pwned").exists()


def test_137_scripts_of_checks_are_the_base_s(project: Project) -> None:
    """A script beside a check file is as good as its command."""
    check = 'summary: c\nrun: sh "$READINESS_CHECK_DIR/scripts/c.sh"\n'
    board = edited("run: sh run_tests.sh", "check: c")
    files = {"board.yaml": board, "checks/c.yaml": check, "checks/scripts/c.sh": "touch base\n"}
    commit(project.folder, FILES | files, "base")
    git(project.folder, "checkout", "-q", "-b", "feature")
    commit(project.folder, {"checks/scripts/c.sh": "touch pwned\n"})
    assert "checks/scripts/c.sh" in [each[0] for each in loosened(project)]
    assert (project.folder / "base").exists()
    assert not (project.folder / "pwned").exists()


def test_137_twin_a_new_criterion_is_named_and_not_run(change: Project) -> None:
    """It is no loosening: what the base asks is judged, and the new one is said to be left out."""
    commit(change.folder, {"board.yaml": BOARD + "      - {id: T2.2, title: New, run: 'false'}\n"})
    is_ready(change)
    ended = change("check", "--base", "main")
    assert "not as this change does: T2.2" in ended.out


def test_a_base_that_a_probe_moves_is_the_one_that_was_resolved(change: Project) -> None:
    """Document and table name the commit; the branch is somewhere else by then."""
    before = git(change.folder, "rev-parse", "main")
    commit(change.folder, {"run_tests.sh": "git update-ref refs/heads/main HEAD\n"})
    ended = change("score", "--base", "main")
    assert f"base: main ({before})" in ended.out
    assert git(change.folder, "rev-parse", "main") != before
    base = change.last_run().base
    assert base is not None
    assert base.commit == before


def test_a_changed_project_is_measured_with_its_own_files(change: Project) -> None:
    """The board is the base's, what it looks at is the work tree."""
    commit(change.folder, {"lint.txt": BAD})
    run = judged(change)
    assert (run.gate.exit_status, run.loosened) == (1, [])
    assert os.path.realpath(run.probes[0].workdir) == os.path.realpath(change.folder)
