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
    """It says what hides the failure; without a base it passes with a warning alone."""
    masked = edited("run: sh run_tests.sh", f"run: 'sh run_tests.sh{mask}'")
    commit(change.folder, {"board.yaml": masked})
    for command in ("guard", "check", "score"):
        ended = change(command, "--base", "main")
        assert ended.status == 4, ended
    told = {subject: after for subject, kind, _, after in loosened(change) if "mask" in kind}
    assert "passes when `sh run_tests.sh` fails" in told["T1.2"]
    assert "T1.2" in ended.out
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


LOOSER = [
    ("weight: 10", "weight: 1", "T1.1", "weight changed"),
    ("        proof: {as: text, regex: 'files checked'}\n", "", "T1.1", "proof removed"),
    (
        "      - {id: T1.2, title: Tests pass, run: sh run_tests.sh}\n",
        "",
        "T1.2",
        "criterion removed",
    ),
    ("title: Tests pass", "title: Some tests pass", "T1.2", "title changed"),
]


@pytest.mark.parametrize(("old", "new", "subject", "what"), LOOSER)
def test_117_a_looser_board_is_told(
    old: str, new: str, subject: str, what: str, change: Project
) -> None:
    """Weights, the target, proofs, priorities, titles: one each."""
    commit(change.folder, {"board.yaml": edited(old, new)})
    assert (subject, what) in [each[:2] for each in loosened(change)]


def test_117_twin_a_reformatted_or_stricter_board(change: Project) -> None:
    """Comments, quotes and order are neutral; more weight and a higher target are fine."""
    board = edited("title: A board", "# new\ntitle: 'A board'")
    commit(change.folder, {"board.yaml": edited("target: 9", "target: 9.0", board)})
    is_ready(change)
    commit(change.folder, {"board.yaml": edited("target: 9", "target: 9.5")})
    is_ready(change)


def test_119_a_base_that_is_not_there(change: Project, tmp_path: Path) -> None:
    """In a shallow clone of one branch there is no base: said so, with what to fetch.

    Twin: once that is fetched, the same clone is judged.
    """
    commit(change.folder, {"src/b.py": "x = 1\n"})
    (tmp_path / "other").mkdir()
    clone = Project(tmp_path / "other")
    clone.folder.rmdir()
    shallow = ("--depth=1", "--branch=feature", f"file://{change.folder}")
    git(tmp_path, "clone", "-q", *shallow, str(clone.folder))
    for command in ("guard", "check", "score"):
        ended = clone(command, "--base", "origin/main")
        assert ended.status == 4, ended
        assert "cannot read base origin/main" in ended.err
        assert "git fetch --depth=1 origin main" in ended.err
        assert "git fetch --unshallow" in ended.err
        assert not (clone.folder / ".readiness").exists()
    git(clone.folder, "fetch", "-q", "--depth=1", "origin", "main:refs/remotes/origin/main")
    ended = clone("check", "--base", "origin/main")
    assert ended.status == 0, ended


@pytest.mark.parametrize("ref", ["nowhere", "--all", "HEAD:board.yaml", "main..feature", ""])
def test_119_a_name_that_is_no_commit(ref: str, change: Project) -> None:
    """Neither an option, a file nor a range is one."""
    ended = change("check", f"--base={ref}")
    assert ended.status == (2 if ref in ("", "--all") else 4), ended
    assert "Traceback" not in ended.err


def test_121_done_by_hand_gives_no_credit(change: Project) -> None:
    """There is no such key: only what was measured counts.

    Twin: the same board without it.
    """
    commit(change.folder, {"board.yaml": edited("title: Errors", "title: Errors\n    done: true")})
    ended = change("check", "--base", "main")
    assert ended.status == 2
    assert "done" in ended.err
    commit(change.folder, {"board.yaml": BOARD})
    is_ready(change)


@pytest.mark.parametrize(
    "waiver",
    [
        "{by: lead, until: 2030-01-01}",
        "{reason: later, by: lead}",
        "{reason: later, until: 2030-01-01}",
        "{reason: '', by: lead, until: 2030-01-01}",
    ],
)
def test_123_a_waiver_that_lacks_something_is_a_mistake(waiver: str, change: Project) -> None:
    """Reason, end and approver, each.

    Twin: with all of them it is a waiver, if one that the change adds.
    """
    board = edited("weight: 10", f"weight: 10\n        waive: {waiver}")
    commit(change.folder, {"board.yaml": board})
    assert [change(name, "--base", "main").status for name in ("guard", "check")] == [2, 2]
    commit(change.folder, {"board.yaml": WAIVED})
    assert [change("guard", "--base", "main").status, change("check").status] == [4, 0]


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


@pytest.mark.parametrize("comment", ["# type: ignore", "# noqa", "# pragma: no cover", "# nosec"])
def test_127_a_suppression_is_told_by_file_and_line(comment: str, change: Project) -> None:
    """Also in a file that nobody has committed."""
    write(change.folder, {"src/b.py": f"x = 1\ny = 2  {comment}\n"})
    assert ("src/b.py:2", "") in [(each[0], each[2]) for each in loosened(change)]
    assert f"src/b.py:2  suppression added ({comment[2:]})" in guarded(change).out


def test_127_twin_code_without_suppressions(change: Project) -> None:
    """Even if a string looks like one."""
    write(change.folder, {"src/b.py": 'x = "# type: ignore"\n'})
    is_ready(change)


PROTECTED: list[tuple[dict[str, str | None], str]] = [
    ({"pyproject.toml": '[tool.ruff.lint]\nselect = ["E"]\n'}, "ruff lint.select"),
    ({".coveragerc": "[run]\nomit = src/*\n"}, "coverage run.omit"),
    ({"mypy.ini": "[mypy]\nignore_errors = True\n"}, "mypy ignore_errors"),
    (
        {"conftest.py": "def pytest_sessionfinish(session):\n    session.exitstatus = 0\n"},
        "conftest.py:1",
    ),
    ({"tests/test_a.py": "def test_f():\n    assert True\n"}, "tests/test_a.py:2"),
    ({"tests/test_a.py": "x = 1\n"}, "tests/test_a.py:1"),
    ({"run_tests.sh": "exit 0\n", "tests/test_a.py": None}, "T1.2"),
]


@pytest.mark.parametrize(("files", "subject"), PROTECTED)
def test_129_what_decides_what_is_measured_is_protected(
    files: dict[str, str | None], subject: str, change: Project
) -> None:
    """Settings, hooks, tests, and scripts that no longer see what is wrong."""
    commit(change.folder, files)
    assert subject in [each[0] for each in loosened(change)]


def test_129_twin_stricter_settings_and_more_tests(change: Project) -> None:
    """They are shown as tightened."""
    tests = "def test_f():\n    assert f() == 1\n\n\ndef test_g():\n    assert g() == 1\n"
    settings = '[tool.ruff.lint]\nselect = ["E", "F", "S"]\n'
    commit(change.folder, {"tests/test_a.py": tests, "pyproject.toml": settings})
    is_ready(change)
    assert "tightened: 2" in guarded(change).out


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


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_133_edits_that_git_was_told_not_to_see_are_seen(flag: str, change: Project) -> None:
    """Files are read, not asked about."""
    git(change.folder, "update-index", flag, "src/a.py", "board.yaml")
    write(
        change.folder,
        {
            "src/a.py": "def f():  # noqa\n    return 1\n",
            "board.yaml": edited("target: 9", "target: 1"),
        },
    )
    assert git(change.folder, "status", "--porcelain", "--untracked-files=no") == ""
    found = [each[0] for each in loosened(change)]
    assert {"src/a.py:1", "board"} <= set(found)


def test_135_variables_of_another_repository_do_not_mislead(
    change: Project, tmp_path: Path
) -> None:
    """GIT_DIR and GIT_INDEX_FILE are dropped: the right repository is read."""
    commit(change.folder, {"board.yaml": edited('"<= 5"', '"<= 99"')})
    other = tmp_path / "elsewhere"
    other.mkdir()
    commit(other, {"board.yaml": edited('"<= 5"', '"<= 99"')}, "other")
    lies = {
        "GIT_DIR": str(other / ".git"),
        "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": "x",
        "GIT_OBJECT_DIRECTORY": str(other / ".git" / "objects"),
    }
    for command in ("guard", "check"):
        ended = change(command, "--base", "main", env=lies)
        assert ended.status == 4, ended
        assert "T1.1" in ended.out


def test_135_twin_variables_do_not_matter_for_a_healthy_change(
    change: Project, tmp_path: Path
) -> None:
    """Nor is anything read from where they point."""
    lies = {"GIT_DIR": str(tmp_path / "nowhere"), "GIT_INDEX_FILE": "x"}
    assert change("guard", "--base", "main", env=lies).status == 0
    assert change("check", "--base", "main", env=lies).status == 0


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
