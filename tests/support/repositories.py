"""Real Git repositories for tests."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

AUTHOR = {
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull,
}  # fmt: skip


_QUIET = ("-c", "maintenance.auto=false", "-c", "gc.auto=0")
"""After a commit Git would start two more processes, to see whether there is anything to tidy."""

_CONFIG = """\
[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = false
\tlogallrefupdates = true
"""


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder."""
    output = subprocess.check_output(
        ["git", *_QUIET, "-C", folder, *arguments],
        env={**os.environ, **AUTHOR},
        stderr=subprocess.STDOUT,
    )
    return output.decode().strip()


def init(folder: Path) -> None:
    """Make a repository without commits, on `main`, as `git init` does, in no process."""
    made = folder / ".git"
    for name in ("hooks", "info", "objects/info", "objects/pack", "refs/heads", "refs/tags"):
        (made / name).mkdir(parents=True)
    (made / "HEAD").write_text("ref: refs/heads/main\n")
    (made / "config").write_text(_CONFIG)


@dataclass(frozen=True)
class Link:
    """What stands for a file in place of its text: a link, by where it leads."""

    to: str


@dataclass(frozen=True)
class Mode:
    """Another mode of a file whose text stays."""

    bits: int


Content = str | Link | Mode | None


def write(folder: Path, files: Mapping[str, Content]) -> None:
    """Write files below a folder; None deletes one, and what begins with `#!` may be run."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        match text:
            case None:
                path.unlink()
            case Link():
                path.unlink(missing_ok=True)
                path.symlink_to(text.to)
            case Mode():
                path.chmod(text.bits)
            case str():
                path.write_text(text, encoding="utf-8")
                if text.startswith("#!"):
                    path.chmod(0o755)


def commit(folder: Path, files: Mapping[str, Content], message: str = "change") -> str:
    """Write files and commit everything, in a repository that is made if there is none."""
    if not (folder / ".git").exists():
        init(folder)
    write(folder, files)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return _head(folder) or git(folder, "rev-parse", "HEAD")


def _head(folder: Path) -> str:
    """Return the newest commit of the branch, as Git wrote it; "" where that is elsewhere."""
    head = folder / ".git" / "HEAD"
    branch = head.read_text().strip().removeprefix("ref: ") if head.is_file() else ""
    written = folder / ".git" / branch
    return written.read_text().strip() if branch.startswith("refs/") and written.is_file() else ""
