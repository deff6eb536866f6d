"""Ask git about the project, so that nothing that the repository's own settings name is run."""

import os
import subprocess

from readiness.project.shield import environment


def git(*words: str, folder: str = "") -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder, by default this one; what it says is captured, names as they are."""
    command = ["git", "--no-optional-locks", "--no-pager", "-c", "core.quotepath=false", *words]
    return subprocess.run(
        command, cwd=folder or None, env=environment(folder or "."), capture_output=True
    )


def lines(*words: str) -> list[str]:
    """Return what git lists, by lines or with `-z` by NULs; nothing where it cannot say."""
    done = git(*words)
    text = "" if done.returncode else done.stdout.decode(errors="surrogateescape")
    return list(filter(None, text.split("\0" if "-z" in words else "\n")))


def shielded(folder: str) -> dict[str, str]:
    """Return the variables to add for a program that calls git itself, in that folder."""
    return {
        name: value
        for name, value in environment(folder).items()
        if name.startswith("GIT_") and os.environ.get(name) != value
    }
