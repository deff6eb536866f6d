"""Secrets anywhere in the history, and what keeps gitleaks from finding them."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.checks.test_secret_scans import SECRET, scanned
from tests.support.checking import run_check
from tests.support.repositories import git

pytestmark = pytest.mark.skipif(not shutil.which("gitleaks"), reason="gitleaks is not installed")


def commit(folder: Path, name: str = "", data: bytes | None = b"", message: str = "More") -> None:
    """Commit a file; without content, that it is gone."""
    if data is None:
        (folder / name).unlink()
    elif name:
        (folder / name).write_bytes(data)
    git(folder, "add", "--all")
    git(folder, "commit", "-qm", message, "--allow-empty")


def _on_a_branch_that_changed_nothing(folder: Path) -> None:
    git(folder, "checkout", "-qb", "side")
    commit(folder, "a.env", SECRET)
    commit(folder, "a.env", None)
    git(folder, "checkout", "-q", "main")
    git(folder, "merge", "-q", "--no-ff", "--no-edit", "side")
    git(folder, "branch", "-D", "side")


def _in_a_merge_itself(folder: Path) -> None:
    git(folder, "checkout", "-qb", "side")
    commit(folder, "b.py", b"y = 1\n")
    git(folder, "checkout", "-q", "main")
    git(folder, "merge", "-q", "--no-ff", "--no-commit", "side")
    commit(folder, "a.env", SECRET)
    commit(folder, "a.env", None)


def _below_a_tag_alone(folder: Path) -> None:
    git(folder, "checkout", "-q", "--detach")
    commit(folder, "a.env", SECRET)
    git(folder, "tag", "old")
    git(folder, "checkout", "-q", "main")


def _on_a_branch_of_the_server_alone(folder: Path) -> None:
    _below_a_tag_alone(folder)
    git(folder, "update-ref", "refs/remotes/origin/side", "old")
    git(folder, "tag", "-d", "old")


def _kept_out_of_diffs(folder: Path) -> None:
    commit(folder, ".gitattributes", b"* -diff\n")
    commit(folder, "a.env", SECRET)
    commit(folder, "a.env", None)


def _in_a_note(folder: Path) -> None:
    git(folder, "notes", "add", "-m", SECRET.decode())


def _in_a_message(folder: Path) -> None:
    commit(folder, message=SECRET.decode())


def _in_the_message_of_a_tag(folder: Path) -> None:
    git(folder, "tag", "-a", "v1", "-m", SECRET.decode())


@pytest.mark.parametrize(
    "hide",
    [
        _on_a_branch_that_changed_nothing,
        _in_a_merge_itself,
        _below_a_tag_alone,
        _on_a_branch_of_the_server_alone,
        _kept_out_of_diffs,
        _in_a_note,
        _in_a_message,
        _in_the_message_of_a_tag,
    ],
    ids=lambda hide: hide.__name__.lstrip("_"),
)
def test_the_whole_history_is_looked_at(tmp_path: Path, hide: Callable[[Path], None]) -> None:
    """What any commit that has a name ever had, or said, is found once; the files have none."""
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, "app.py", b"x = 1\n")
    hide(tmp_path)
    assert run_check("gitleaks", str(tmp_path)).value("leaks") == 0
    assert run_check("gitleaks", str(tmp_path), {"history": "true"}).value("leaks") == 1


OLD_GIT = """\
#!/bin/sh
for word; do
    [ "$word" = --remerge-diff ] && { echo "fatal: unrecognized argument: $word" >&2; exit 128; }
done
exec {git} "$@"
"""


@pytest.mark.parametrize("hide", [_in_a_merge_itself, _below_a_tag_alone])
def test_an_older_git_shows_all_of_a_merge(tmp_path: Path, hide: Callable[[Path], None]) -> None:
    """That of Debian 11 and Ubuntu 22.04 cannot tell what the merge itself did."""
    folder, tools = tmp_path / "project", tmp_path / "tools"
    folder.mkdir()
    tools.mkdir()
    (tools / "git").write_text(OLD_GIT.replace("{git}", str(shutil.which("git"))))
    (tools / "git").chmod(0o755)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "app.py", b"x = 1\n")
    path = os.pathsep.join([str(tools), os.path.dirname(sys.executable), os.environ["PATH"]])
    assert run_check("gitleaks", str(folder), {"history": "true"}, path=path).value("leaks") == 0
    hide(folder)
    found = run_check("gitleaks", str(folder), {"history": "true"}, path=path)
    assert {each["path"] for each in found.findings} == {"a.env"}


def test_a_history_without_secrets_has_none(tmp_path: Path) -> None:
    """Merges, tags and messages are no leaks; nor is what is put aside here, and pushed nowhere."""
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, "app.py", b"x = 1\n")
    for name in ("one", "two"):
        git(tmp_path, "checkout", "-qb", name, "main")
        commit(tmp_path, "app.py", f"x = 1\n{name} = 2\n".encode())
    git(tmp_path, "merge", "-q", "-s", "ours", "--no-edit", "one")
    git(tmp_path, "tag", "-a", "v1", "-m", "First")
    (tmp_path / "app.py").write_bytes(SECRET)
    git(tmp_path, "stash")
    outcome = run_check("gitleaks", str(tmp_path), {"history": "true"})
    assert (outcome.value("problems"), outcome.value("commits")) == (0, 4)


OWN = "[[rules]]\nid = 'github-pat'\ndescription = 'x'\nregex = 'gh[ps]_[0-9a-zA-Z]{36}'\n"
KEY = b"key = 'AKIA" + b"QWERTZ7ASDFGH3YX'\n"


@pytest.mark.parametrize(
    ("settings", "data", "suppressed"),
    [(OWN, KEY, 1), (OWN, b"x = 2\n", 0), (f"[extend]\nuseDefault = true\n{OWN}", b"x = 2\n", 0)],
    ids=["left out", "nothing to find", "extended"],
)
def test_rules_of_gitleaks_that_settings_drop_are_suppressions(
    tmp_path: Path, settings: str, data: bytes, suppressed: int
) -> None:
    """Each that finds something here; own rules in their place are as good where none does."""
    outcome = scanned(tmp_path, {".gitleaks.toml": settings.encode(), "b.py": data})
    assert (outcome.value("leaks"), outcome.value("suppressed")) == (0, suppressed)


def test_an_argument_may_name_a_file_that_is_no_settings(tmp_path: Path) -> None:
    """What is known already is read by gitleaks itself."""
    outcome = scanned(tmp_path, {"known.json": b"[]\n"}, args="--baseline-path=known.json")
    assert outcome.value("problems") == 0
