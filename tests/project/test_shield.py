"""Git is asked so that nothing which a repository's own settings name is run."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from readiness.project.git import Asking, ask, head_of, user_name
from readiness.project.shield import environment
from tests.support.repositories import commit, git

HOOKS = ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc")

SETTINGS = """
[core]
\tfsmonitor = "touch {mark}-fsmonitor; false"
\tpager = "touch {mark}-pager; cat"
\tsshCommand = "touch {mark}-ssh; false"
\taskPass = {mark}-askpass
\talternateRefsCommand = touch {mark}-alternates
[filter "marked"]
\tclean = touch {mark}-clean; cat
\tsmudge = touch {mark}-smudge; cat
\trequired = true
[filter "long"]
\tprocess = touch {mark}-process
[diff]
\texternal = touch {mark}-external; true
[diff "marked"]
\ttextconv = touch {mark}-textconv; cat
\tcommand = touch {mark}-difftool; true
[merge "marked"]
\tdriver = touch {mark}-merge
[credential]
\thelper = "!touch {mark}-credential"
[log]
\tshowSignature = true
[gpg]
\tprogram = {mark}-gpg
[protocol "ext"]
\tallow = always
[remote "origin"]
\turl = "ext::sh -c touch% {mark}-transport"
\tuploadpack = touch {mark}-uploadpack
[tar "tgz"]
\tcommand = touch {mark}-tar
"""


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    """A repository in which whatever git could run leaves a mark beside it; one file is edited."""
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    kinds = "*.txt filter=marked diff=marked merge=marked\n*.md filter=long\n"
    files = {"a.txt": "one\n", "b.md": "two\n", "c.py": "three\n"}
    commit(folder, {".gitattributes": kinds, **files})
    for name in HOOKS:
        hook = folder / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/mark-{name}\n", encoding="utf-8")
        hook.chmod(0o755)
    beside = folder / ".git" / "beside"
    beside.write_text(SETTINGS.format(mark=tmp_path / "mark"), encoding="utf-8")
    with (folder / ".git" / "config").open("a", encoding="utf-8") as file:
        file.write("[include]\n\tpath = beside\n")
    (folder / "a.txt").write_text("one, edited\n", encoding="utf-8")
    (folder / "b.md").write_text("two, edited\n", encoding="utf-8")
    return folder


def marks(folder: Path) -> set[str]:
    """What left a mark."""
    return {path.name for path in folder.parent.glob("mark*")}


ASKED: dict[str, Callable[[str], object]] = {
    "status": lambda folder: Asking(folder).answer(),
    "head": head_of,
    "user": user_name,
    "diff": lambda folder: ask(folder, "diff", "--no-ext-diff", "--name-only", "HEAD"),
    "log": lambda folder: ask(folder, "log", "-p", "-1"),
    "hash": lambda folder: ask(folder, "hash-object", "--", "a.txt"),
    "archive": lambda folder: ask(folder, "archive", "--format=tar", "HEAD"),
    "checkout": lambda folder: ask(folder, "checkout", "--quiet", "--", "a.txt", "b.md"),
    "reset": lambda folder: ask(folder, "reset", "--quiet", "--hard"),
    "reference": lambda folder: ask(folder, "update-ref", "refs/heads/other", "HEAD"),
}


@pytest.mark.parametrize("question", ASKED)
def test_nothing_of_the_repository_runs(marked: Path, question: str) -> None:
    """No hook, filter, monitor, pager, driver, helper or program for signatures."""
    ASKED[question](str(marked))
    assert marks(marked) == set()


@pytest.mark.parametrize("words", [("ls-remote", "origin"), ("fetch", "origin")])
def test_no_way_to_another_machine_is_the_repositorys(marked: Path, words: tuple[str, ...]) -> None:
    """Its transports, its ssh and its helpers of credentials are not used, and the answer is no."""
    env = environment(str(marked))
    done = subprocess.run(["git", "-C", marked, *words], env=env, capture_output=True)
    assert done.returncode
    assert marks(marked) == set()


def test_the_marks_would_be_left(marked: Path) -> None:
    """Without the shield this repository does run what it names: the tests above can fail."""
    for words in (("status",), ("log", "-p", "-1"), ("diff",), ("archive", "HEAD"), ("fetch",)):
        subprocess.run(["git", "-C", marked, *words], capture_output=True)
    left = {name.removeprefix("mark-") for name in marks(marked)}
    assert left >= {"fsmonitor", "clean", "process", "smudge", "textconv", "transport"}


def test_scripts_of_checks_ask_alike(marked: Path) -> None:
    """What measures asks git by the same rules, also where another program starts git."""
    code = "from checks import git; import subprocess; assert git.lines('ls-files');"
    code += "git.git('status'); git.git('log', '-p'); git.git('hash-object', 'a.txt');"
    code += "import os; env = {**os.environ, **git.shielded('.')};"
    code += "subprocess.run(['git', 'log', '-p'], env=env, stdout=subprocess.DEVNULL)"
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, "-c", code], cwd=marked, env=env, check=True)
    assert marks(marked) == set()


def test_what_the_user_set_for_all_repositories_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A filter of theirs, or one that git-lfs installs in a repository, is no program of it."""
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, {".gitattributes": "*.txt filter=upper\n*.bin filter=lfs\n", "a.txt": "one\n"})
    settings = '[filter "upper"]\n\tsmudge = tr a-z A-Z\n'
    (tmp_path / ".gitconfig").write_text(settings, encoding="utf-8")
    git(folder, "config", "filter.lfs.smudge", "git-lfs smudge -- %f")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert b"ONE" in ask(str(folder), "archive", "--format=tar", "HEAD")
    assert "git-lfs smudge -- %f" not in environment(str(folder)).values()
    assert not any(value.startswith("filter.") for value in environment(str(folder)).values())
