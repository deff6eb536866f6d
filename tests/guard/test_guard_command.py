"""`guard` and `--base` as a user meets them: what is printed, where boards are, what goes wrong."""

import json
import os
import signal
from contextlib import suppress
from pathlib import Path
from subprocess import CalledProcessError

import pytest

from tests.support.program import Project, a_board, wait_until
from tests.support.repositories import commit, git, write

BOARD = """\
version: 1
title: A board
tasks:
  - id: T1
    title: Things
    criteria:
      - {id: T1.1, title: One, run: echo 3, read: {as: text, regex: '\\d+'}, expect: "<= 5",
         trial: false}
      - {id: T1.2, title: Two, run: "test -d .", trial: false}
"""
EASED = BOARD.replace("<= 5", "<= 9")


@pytest.fixture
def based(project: Project) -> Project:
    """A repository with one commit, on `main`."""
    commit(project.folder, {"board.yaml": BOARD, "src/a.py": "x = 1\n"})
    return project


def test_loosened_comes_first_then_tightened_and_neutral_is_counted(based: Project) -> None:
    """With before, after and place, and the decision last."""
    board = EASED.replace('run: "test -d ."', 'run: "test -d .", retries: 0, samples: 2').replace(
        "title: A board", "title: Another"
    )
    write(based.folder, {"board.yaml": board, "src/a.py": "x = 1  # noqa\n"})
    ended = based("guard", "--base", "main")
    head = git(based.folder, "rev-parse", "main")[:12]
    assert ended.status == 4
    assert ended.err == ""
    assert ended.out.splitlines() == [
        f"board.yaml against main ({head})",
        "",
        "loosened: 2",
        "  T1.1  expectation changed  board.yaml:7",
        "      <= 5 → <= 9",
        "  src/a.py:1  suppression added (noqa)",
        "      none → # noqa",
        f"  `git diff {head} -- board.yaml src/a.py`",
        "",
        "tightened: 1",
        "  T1.2  samples changed  board.yaml:9",
        "      1 → 2",
        "",
        "neutral: 1 (shown with --verbose)",
        "",
        "LOOSENED: this change weakens the gate it must pass in 2 ways · exit 4",
    ]
    assert "text changed (title)" in based("guard", "--base", "main", "-v").out
    assert based("guard", "--base", "main", "-q").out == ended.out.splitlines()[-1] + "\n"


def test_without_a_base_it_is_where_the_branch_left(based: Project) -> None:
    """The default branch, as it was then; without a repository it asks for a revision."""
    start = git(based.folder, "rev-parse", "main")
    git(based.folder, "checkout", "-q", "-b", "topic")
    commit(based.folder, {"board.yaml": EASED})
    git(based.folder, "checkout", "-q", "main")
    commit(based.folder, {"src/b.py": "y = 1\n"})
    git(based.folder, "checkout", "-q", "topic")
    ended = based("guard")
    assert (ended.status, ended.out.splitlines()[0]) == (4, f"board.yaml against {start[:12]}")
    (based.folder / ".git").rename(based.folder / "gone")
    ended = based("guard")
    assert (ended.status, "name a revision" in ended.err) == (2, True)


def test_json_has_all_of_it(based: Project) -> None:
    """For programs: the directions apart, the base by its commit."""
    write(based.folder, {"board.yaml": EASED})
    document = based("guard", "--base", "main", "--output-format", "json").json
    assert document["exit_status"] == 4
    assert document["base"]["commit"] == git(based.folder, "rev-parse", "main")
    (change,) = document["loosened"]
    assert (change["subject"], change["kind"], change["line"]) == ("T1.1", "expectation", 7)
    assert (change["before"], change["after"]) == ("<= 5", "<= 9")
    assert based("guard", "--base", "main", "--output-format", "junit").status == 2


def test_nothing_is_run_or_recorded(based: Project) -> None:
    """No probe, no history, and the tree is as it was."""
    write(based.folder, {"board.yaml": BOARD.replace("echo 3", "touch ran; echo 3")})
    before = git(based.folder, "status", "--porcelain")
    assert based("guard", "--base", "main").status == 4
    assert git(based.folder, "status", "--porcelain") == before
    assert based.left() == []


def test_what_is_only_looked_at_or_installed_is_no_change_of_the_gate(project: Project) -> None:
    """A document that a check reads, a lock, and an environment that nobody ignores."""
    documents = "check: documents, with: {paths: README.md}"
    board = BOARD.replace(
        "run: echo 3, read: {as: text, regex: '\\d+'}, expect: \"<= 5\"", documents
    )
    assert documents in board
    commit(project.folder, {"board.yaml": board, "README.md": "# One\n"})
    site = ".venv/lib/python3/site-packages"
    write(project.folder, {"README.md": "# Two\n", f"{site}/a.py": "x = 1  # noqa\n"})
    ended = project("guard", "--no-run", "--base", "HEAD")
    assert ended.status == 0, ended


def test_a_first_board_loosens_nothing(project: Project) -> None:
    """There is nothing to compare it with, and nothing to judge by."""
    commit(project.folder, {"src/a.py": "x = 1\n"})
    commit(project.folder, {"board.yaml": BOARD})
    ended = project("guard", "--base", "HEAD~1")
    assert ended.status == 0
    assert "the base has no board" in ended.out
    ended = project("check", "--base", "HEAD~1")
    assert ended.status == 4
    assert "no board to judge by" in ended.err
    write(project.folder, {"board.yaml": BOARD.replace("tasks:", "tusks:")})
    assert project("guard", "--base", "HEAD~1").status == 2


MOVES = [
    pytest.param(
        {"board.yaml": None, "gate/board.yaml": EASED}, ["-b", "gate/board.yaml"], id="-b"
    ),
    pytest.param(
        {"easy.yaml": EASED, "pyproject.toml": '[tool.readiness]\nboard = "easy.yaml"\n'},
        [],
        id="another one named",
    ),
    pytest.param({"easy.yaml": EASED}, ["-b", "easy.yaml"], id="another one asked for"),
]


@pytest.mark.parametrize(("files", "options"), MOVES)
def test_a_board_that_moves_is_compared_with_what_it_was(
    files: dict[str, str | None], options: list[str], based: Project
) -> None:
    """To start afresh elsewhere is no way around the base."""
    commit(based.folder, files)
    for command in ("guard", "check"):
        ended = based(command, "--base", "HEAD~1", *options)
        assert ended.status == 4, ended
        assert "<= 5 → <= 9" in ended.out
    out = based("guard", "--base", "HEAD~1", "-v", *options).out
    assert "board changed (another path)" in out


def test_a_board_of_another_kind_is_a_first_one(based: Project) -> None:
    """A service of its own, in a folder that never had a board, beside one that has."""
    commit(based.folder, {"a/board.yaml": BOARD, "board.yaml": None}, "base")
    commit(based.folder, {"b/board.yaml": EASED})
    ended = based("guard", "--base", "HEAD~1", "-b", "b/board.yaml")
    assert ended.status == 0, ended
    assert "the base has no board" in ended.out


def test_a_base_whose_board_does_not_load(based: Project) -> None:
    """Its mistakes are told, with the places that they have in the base."""
    commit(based.folder, {"board.yaml": BOARD.replace("expect:", "expct:")})
    commit(based.folder, {"board.yaml": BOARD})
    for command in ("guard", "check"):
        ended = based(command, "--base", "HEAD~1")
        assert ended.status == 4
        assert "cannot read base HEAD~1: its board does not load" in ended.err
        assert "\nboard.yaml:7:" in ended.err
        assert str(based.tmp) not in ended.err


def test_without_git(project: Project, tmp_path: Path) -> None:
    """There is no base, and that is no pass."""
    project.write(BOARD)
    ended = project("guard", "--base", "main", env={"PATH": str(tmp_path)})
    assert ended.status == 2
    assert "git cannot be run" in ended.err


def test_profiles_are_all_compared(based: Project) -> None:
    """What is eased in one that is not the default is no secret."""
    profiles = "profiles: {ci: {}, production: {env: {LIMIT: strict}}}\ntasks:"
    board = BOARD.replace("tasks:", profiles)
    commit(based.folder, {"board.yaml": board}, "base")
    write(based.folder, {"board.yaml": board.replace("strict", "lax")})
    ended = based("guard", "--base", "main")
    assert "LIMIT=strict → LIMIT=lax" in ended.out
    assert based("guard", "--base", "main", "--profile", "ci").status == 0


def test_secrets_are_in_no_output(based: Project) -> None:
    """Neither those of the environment nor one that somebody wrote into a board."""
    board = BOARD.replace("tasks:", 'env: {API_TOKEN: "${API_TOKEN:-hunter2hunter2}"}\ntasks:')
    board = board.replace("- {id: T1.2,", "- {id: T1.2, with: {password: hunter2, x: y},")
    write(based.folder, {"board.yaml": board})
    for arguments in (("guard", "--base", "main"), ("check", "--base", "main")):
        for shape in ("table", "json"):
            ended = based(*arguments, "--output-format", shape, env={"API_TOKEN": "s3cr3t-s3cr3t"})
            assert ended.status == 4
            assert "s3cr3t" not in ended.out + ended.err
            assert "hunter2" not in ended.out + ended.err


def test_what_a_change_calls_itself_is_not_obeyed(based: Project) -> None:
    """Neither by a terminal nor by a CI log."""
    name = "src/\x1b[2J::error::x.py"
    title = "One\\e[31m"
    write(
        based.folder,
        {name: "x = 1  # noqa\n", "board.yaml": BOARD.replace("title: One", f'title: "{title}"')},
    )
    for command in ("guard", "check", "score"):
        ended = based(command, "--base", "main")
        assert ended.status == 4
        assert "\x1b" not in ended.out + ended.err


def test_a_board_below_the_root_and_a_linked_catalogue(project: Project) -> None:
    """Paths are those of the repository; links within it are followed, others are not there."""
    check = 'summary: c\nrun: sh "$READINESS_CHECK_DIR/c.sh"\n'
    board = BOARD.replace('run: "test -d ."', "check: c")
    files = {"gate/board.yaml": board, "shared/c.yaml": check, "shared/c.sh": "true\n"}
    commit(project.folder, files)
    (project.folder / "gate" / "checks").symlink_to("../shared")
    (project.folder / "gate" / "out").symlink_to("/etc/passwd")
    commit(project.folder, {}, "base")
    write(project.folder, {"shared/c.sh": "exit 0 # \n"})
    ended = project("check", "-b", "gate/board.yaml", "--base", "main")
    assert ended.status == 4, ended
    assert "script changed" in ended.out
    git(project.folder, "checkout", "-q", "shared/c.sh")
    assert project("check", "-b", "gate/board.yaml", "--base", "main").status == 0


def test_a_catalogue_beside_the_repository_is_believed(project: Project) -> None:
    """No change of the repository can alter it, so both sides have it; another one is told."""
    shared = project.folder.parent / "shared"
    write(shared, {"c.yaml": 'summary: c\nrun: sh "$READINESS_CHECK_DIR/c.sh"\n', "c.sh": "true\n"})
    board = BOARD.replace('run: "test -d ."', "check: c").replace(
        "tasks:", "checks: [../shared]\ntasks:"
    )
    commit(project.folder, {"board.yaml": board, "src/a.py": "x = 1\n"})
    write(project.folder, {"src/a.py": "x = 2\n"})
    for command in ("guard", "check"):
        ended = project(command, "--base", "main")
        assert ended.status == 0, ended
    write(project.folder, {"board.yaml": board.replace("../shared", "../other")})
    write(shared.parent / "other", {"c.yaml": 'summary: c\nrun: "test -d ."\n'})
    ended = project("guard", "--base", "main")
    assert ended.status == 4, ended
    assert "command changed" in ended.out


def test_recorded_runs_keep_what_was_loosened(based: Project) -> None:
    """Joined again they are no more ready than they were, and have no base of their own."""
    write(based.folder, {"src/a.py": "x = 1  # noqa\n"})
    ended = based("check", "--base", "main", "--report", "json=run.json")
    assert ended.status == 4
    joined = based("score", "run.json", "--output-format", "json")
    assert joined.status == 4, joined
    assert [each.subject for each in joined.run.loosened] == ["src/a.py:1"]
    assert joined.run.base is not None
    assert (joined.run.gate.decision, joined.run.base.board) == ("loosened", "board.yaml")
    assert based("score", "run.json", "--base", "main").status == 2


def test_a_nearer_board_that_is_gone_is_still_the_base_s(based: Project) -> None:
    """The search goes on to another board; the base's would have ended at that one."""
    commit(based.folder, {"a/board.yaml": BOARD.replace("echo 3", "echo 4")}, "base")
    commit(based.folder, {"a/board.yaml": None, "a/x": ""})
    assert based("guard", "--base", "main", cwd=based.folder / "a").status == 0
    ended = based("guard", "--base", "main~1", cwd=based.folder / "a")
    assert ended.status == 4
    assert "echo 4 → echo 3" in ended.out


def test_an_interrupted_run_leaves_no_folder(based: Project) -> None:
    """What was copied of the base is removed however the run ends."""
    board = BOARD.replace('run: "test -d ."', 'run: "touch began; sleep 30"')
    commit(based.folder, {"board.yaml": board}, "base")
    process = based.start("check", "--base", "main")
    wait_until(based.folder / "began")
    process.send_signal(signal.SIGINT)
    assert based.end(process).status == 130
    assert based.left() == []


def test_names_that_are_no_text(based: Project) -> None:
    """A file's name may hold any byte."""
    (based.folder / os.fsdecode(b"src/\xff.py")).write_text("x = 1  # noqa\n")
    for arguments in (["guard"], ["check"], ["guard", "--output-format", "json"]):
        ended = based(*arguments, "--base", "main")
        assert ended.status == 4, ended
        assert r"src/\xff.py" in ended.out.replace("\\\\", "\\")


def test_a_link_stands_for_the_file_that_it_leads_to(based: Project) -> None:
    """Within the repository; what leads out of it is not read."""
    commit(based.folder, {"conf/settings.toml": "[tool.mypy]\nstrict = true\n"})
    (based.folder / "pyproject.toml").symlink_to("conf/settings.toml")
    (based.folder / ".flake8").symlink_to("/etc/passwd")
    commit(based.folder, {}, "base")
    assert based("guard", "--base", "main").status == 0
    write(based.folder, {"conf/settings.toml": "[tool.mypy]\nstrict = false\n"})
    assert "mypy strict" in based("guard", "-v", "--base", "main").out


def test_a_tool_that_the_change_brings_is_told(based: Project) -> None:
    """`.venv/bin` leads PATH: a program that is tracked there could stand for any tool.

    What git does not track was installed.
    """
    write(based.folder, {".venv/bin/mypy": "#!/bin/sh\necho ok\n"})
    assert based("guard", "--base", "main").status == 0
    git(based.folder, "add", "-f", ".venv")
    ended = based("guard", "--base", "main")
    assert ended.status == 4
    assert "  .venv  program added  .venv/bin/mypy\n" in ended.out, ended.out


def test_a_tool_that_the_base_had_may_be_there_and_go(based: Project) -> None:
    """Neither is a change that brings one; another in its place is."""
    git(based.folder, "checkout", "-q", "-b", "old")
    write(based.folder, {".venv/bin/mypy": "#!/bin/sh\necho ok\n"})
    git(based.folder, "add", "-f", ".venv")
    git(based.folder, "commit", "-q", "-m", "tools")
    assert based("guard", "--base", "old").status == 0
    write(based.folder, {".venv/bin/mypy": "#!/bin/sh\necho fine\n"})
    assert based("guard", "--base", "old").status == 4
    write(based.folder, {".venv/bin/mypy": None})
    assert based("guard", "--base", "old").status == 0


@pytest.mark.parametrize("place", ["outside", "nested", "linked"])
def test_a_project_outside_of_the_repository_was_not_compared(based: Project, place: str) -> None:
    """What guard cannot see, it cannot call unchanged; a folder of the repository it can."""
    inside = BOARD.replace("version: 1\n", "version: 1\nworkdir: app\n", 1)
    commit(based.folder, {"board.yaml": inside, "app/a.py": "x = 1\n", ".gitignore": "nested\n"})
    assert based("guard", "--base", "HEAD").status == 0
    away = based.folder.parent / "away"
    away.mkdir()
    folder = {"outside": "../away", "nested": "nested", "linked": "link"}[place]
    if place == "nested":
        (based.folder / "nested").mkdir()
        commit(based.folder / "nested", {"a.py": "x = 1\n"})
    elif place == "linked":
        (based.folder / "link").symlink_to(away)
    write(based.folder, {"board.yaml": inside.replace("workdir: app", f"workdir: {folder}")})
    git(based.folder, "add", "-A")
    git(based.folder, "commit", "-qm", "elsewhere")
    for command in ("guard", "check"):
        ended = based(command, "--base", "HEAD")
        assert ended.status == 4, ended
        assert "not compared" in ended.out


@pytest.mark.parametrize("absolute", [False, True])
def test_a_folder_beside_the_repository_that_stays_has_not_changed(
    based: Project, absolute: bool
) -> None:
    """The base's probes run there too. Twin: another folder is a change of the board."""
    beside = based.folder.parent
    for name in ("away", "third"):
        (beside / name).mkdir()
    (beside / "away" / "here").touch()
    place = beside if absolute else ".."
    board = BOARD.replace("version: 1\n", f"version: 1\nworkdir: {place}/away\n", 1)
    board = board.replace('run: "test -d ."', "run: test -e here")
    commit(based.folder, {"board.yaml": board})
    ended = based("check", "--base", "HEAD")
    assert "2 pass" in ended.out
    assert "workdir changed" not in ended.out
    write(based.folder, {"board.yaml": board.replace("/away", "/third")})
    ended = based("guard", "--base", "HEAD")
    assert "workdir changed" in ended.out


def test_what_a_merge_under_way_brings_is_no_change(project: Project) -> None:
    """Main's new suppression and its lost test are not the branch's, on either side of a conflict.

    Twin: a suppression that is added while the conflict is resolved, and a test that is dropped.
    """
    test = "def test_b():\n    assert 2 < 3\n"
    commit(
        project.folder,
        {
            "board.yaml": json.dumps(a_board({"run": "mypy src && pytest tests"})),
            "src/a.py": "A = 1\n", "tests/test_a.py": "def test_a():\n    assert 1 < 2\n",
        },
    )  # fmt: skip
    git(project.folder, "checkout", "-q", "-b", "topic")
    commit(project.folder, {"src/a.py": "A = 3\n", "src/c.py": "C = 1\n"})
    git(project.folder, "checkout", "-q", "main")
    silent = "A = 2  # type: ignore[misc]\n"
    commit(project.folder, {"src/a.py": silent, "tests/test_a.py": None, "tests/test_b.py": test})
    git(project.folder, "checkout", "-q", "topic")
    with suppress(CalledProcessError):  # a conflict
        git(project.folder, "merge", "-q", "--no-commit", "main")
    guard = ("guard", "--no-run", "--base")
    for text in ("A = 3\n", silent):
        write(project.folder, {"src/a.py": text})
        for base in ("HEAD", "main"):
            ended = project(*guard, base)
            assert ended.status == 0, (base, ended)
    write(project.folder, {"src/c.py": "C = 1  # type: ignore[misc]\n", "tests/test_b.py": None})
    for base in ("HEAD", "main"):
        ended = project(*guard, base, "--output-format=json")
        assert [change["kind"] for change in ended.json["loosened"]] == ["test", "suppression"]
