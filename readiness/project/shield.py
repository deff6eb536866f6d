"""What git is told so that it runs nothing of the repository that it reads."""

import os
from collections.abc import Iterator
from typing import Final

from readiness.startup.patterns import later

_ALWAYS: Final = (
    ("core.fsmonitor", "false"),
    ("core.hooksPath", os.devnull),
    ("core.pager", "cat"),
    ("log.showSignature", "false"),
    ("protocol.ext.allow", "never"),
)
# Settings that name a program, by how they are called in small letters, and what is said instead.
_PROGRAMS: Final = (
    (later(r"filter\..*\.(?:clean|smudge|process)"), ""),
    (later(r"filter\..*\.required"), "false"),
    (later(r"diff\..*\.textconv"), "cat"),
    (later(r"merge\..*\.driver"), "false"),
    (later(r"tar\..*\.command"), "cat"),
    (later(r"credential\.(?:.*\.)?helper|core\.(?:askpass|gitproxy)"), ""),
    (later(r"core\.sshcommand"), "ssh"),
    (later(r"core\.alternaterefscommand"), "true"),
    (later(r"remote\..*\.uploadpack"), "git-upload-pack"),
    (later(r"remote\..*\.receivepack"), "git-receive-pack"),
)
# What a repository's settings must say for one of those to be there, or to be elsewhere.
_MAY_NAME: Final = (
    *(b"include", b"filter", b"textconv", b"driver", b"command", b"helper", b"askpass"),
    *(b"gitproxy", b"uploadpack", b"receivepack"),
)
# `git lfs install --local` names an installed program, in these words.
_INSTALLED: Final = frozenset(
    ("git-lfs clean -- %f", "git-lfs smudge -- %f", "git-lfs filter-process")
)
_OWN_SCOPES: Final = frozenset(("local", "worktree"))
_LARGEST: Final = 1_000_000


def environment(folder: str) -> dict[str, str]:
    """Return the environment for git in a repository: no program that its settings name is run.

    Hooks, filters, pagers, credential helpers, monitors and the like that the user set for all
    repositories stay, but for those of `_ALWAYS`; those in the repository's own settings do not.
    Variables that speak of another repository are dropped. Commands that show differences must
    still be told `--no-ext-diff`.
    """
    settings = [*_ALWAYS, *_replaced(folder)]
    variables = {**bare_environment(), "GIT_CONFIG_COUNT": str(len(settings))}
    for number, (name, value) in enumerate(settings):
        variables[f"GIT_CONFIG_KEY_{number}"] = name
        variables[f"GIT_CONFIG_VALUE_{number}"] = value
    return variables


def bare_environment() -> dict[str, str]:
    """Return this process's environment without what a shell says of another repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "LC_ALL": "C.UTF-8", "GIT_TERMINAL_PROMPT": "0"}


def _replaced(folder: str) -> Iterator[tuple[str, str]]:
    """Yield the repository's own settings that name a program, each with what it must be."""
    if not _may_name_programs(folder):
        return
    for name, value in _own_settings(folder):
        for pattern, instead in _PROGRAMS:
            if pattern.fullmatch(name.lower()) and value not in _INSTALLED:
                yield name, instead


def _may_name_programs(folder: str) -> bool:
    """Return whether to ask git at all, which takes 2 ms: most settings name no program."""
    own = os.path.join(_top_of(folder), ".git")
    if not os.path.isdir(own):
        return os.path.exists(own)
    for name in ("config", "config.worktree"):
        try:
            with open(os.path.join(own, name), "rb") as file:
                text = file.read(_LARGEST).lower()
        except FileNotFoundError:
            continue
        except OSError:
            return True
        if len(text) == _LARGEST or any(word in text for word in _MAY_NAME):
            return True
    return False


def _top_of(folder: str) -> str:
    folder = os.path.realpath(folder)
    while not os.path.exists(os.path.join(folder, ".git")) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    return folder


def _own_settings(folder: str) -> Iterator[tuple[str, str]]:
    import subprocess

    command = ["git", "-C", folder, "config", "--null", "--show-scope", "--list", "--includes"]
    try:
        listed = subprocess.run(command, capture_output=True, env=bare_environment(), timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return
    parts = iter(listed.stdout.decode("utf-8", "surrogateescape").split("\0"))
    for scope, setting in zip(parts, parts, strict=False):
        name, _, value = setting.partition("\n")
        if scope in _OWN_SCOPES:
            yield name, value
