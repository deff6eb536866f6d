"""The environment that every probe of a run gets."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from readiness.model.board import Board, Check
from readiness.project.environments import (
    Environment,
    find_environment,
    is_environment,
    project_folders,
    session_environments,
)
from readiness.text.clean import in_urls, looks_secret

_SHORTEST_KEY: Final = 8
_SWITCHES: Final = frozenset(("true", "false", "none", "null"))

# What says how text looks and where this process stands; nobody misses it.
UNTOLD: Final = (
    *("CLICOLOR_FORCE", "COLUMNS", "FORCE_COLOR", "LANG", "LANGUAGE", "LC_*", "LINES", "PY_COLORS"),
    *("MAKELEVEL", "MAKEOVERRIDES", "MAKE_TERMERR", "MAKE_TERMOUT", "MFLAGS"),
    *("BASH_FUNC_*", "READINESS_*", "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT"),
)
# What has shells, the loader, interpreters and git do something else. What other tools obey, their
# check files say.
SETTINGS: Final = (
    *("BASHOPTS", "BASH_ENV", "CDPATH", "ENV", "GLOBIGNORE", "GREP_OPTIONS", "POSIXLY_CORRECT"),
    *("SHELLOPTS", "DYLD_INSERT_LIBRARIES", "LD_AUDIT", "LD_PRELOAD"),
    *("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "NODE_OPTIONS", "NODE_PATH"),
    *("PERL5DB", "PERL5LIB", "PERL5OPT", "RUBYLIB", "RUBYOPT", "GIT_*", "MAKEFILES"),
    *("GNUMAKEFLAGS", "MAKEFLAGS", "PYTHON*"),
)
# What looks like one of those, and only says how to reach something, what is built, or where
# Python keeps its caches.
KEPT: Final = (
    *("GIT_ASKPASS", "GIT_BRANCH", "GIT_COMMIT", "GIT_PROXY_*", "GIT_SSH*", "GIT_SSL_*"),
    *("GIT_TERMINAL_PROMPT", "GIT_URL", "PYTHON", "PYTHON_*", "PYTHONDONTWRITEBYTECODE"),
    "PYTHONUNBUFFERED",
)


class Surroundings:
    """What probes of a board get: the caller's environment made safe, then the board's.

    Secret-looking variables are passed on only where the board names them in `secrets`. Output
    is plain UTF-8: no colour, no terminal, no translation. `put_aside` names what the caller had
    set that changes what tools do: only the board may set that.
    """

    def __init__(self, board: Board, environ: Mapping[str, str]) -> None:
        self._board = board
        self._environ = environ
        self._beside = os.path.dirname(os.path.abspath(board.path))
        self._own: dict[str, Environment | None] = {}
        named = set(board.secrets)
        settings = (*SETTINGS, *board.settings_env)
        aside = {
            name
            for name in environ
            if name not in named and _is_one(name, settings) and not _is_one(name, KEPT)
        }
        dropped = {name for name in environ if name not in named and _is_one(name, UNTOLD)}
        self._common = {
            name: value
            for name, value in environ.items()
            if name not in aside
            and name not in dropped
            and (name in named or not looks_secret(name))
        }
        self._common.update(board.env)
        self._common.update(LC_ALL="C.UTF-8", NO_COLOR="1", TERM="dumb")
        # A make that started this process has set them by itself.
        by_make = {"MAKEFLAGS"} if "MAKELEVEL" in environ else set()
        untold = dropped | by_make | board.env.keys()
        self.put_aside = tuple(sorted(name for name in aside - untold if environ[name].strip()))

    def environment(self, workdir: str) -> dict[str, str]:
        """Return the variables of a probe in `workdir`; the project's own programs lead PATH."""
        path = self._path(workdir)
        return {**self._common, "PATH": path} if path is not None else dict(self._common)

    def own(self, workdir: str) -> Environment | None:
        """Find the environment of the project in `workdir`; None if it has none."""
        if workdir not in self._own:
            environ = {**self._environ, **self._board.env}
            self._own[workdir] = find_environment(
                workdir, self._beside, environ, environ.get("HOME", "")
            )
        return self._own[workdir]

    def session(self, workdir: str, tools: Sequence[str]) -> Environment | None:
        """Find the newest environment of tox or nox that has these tools; None without one."""
        home = self._environ.get("HOME", "")
        made = session_environments(project_folders(workdir, self._beside, home))
        for one in made:
            if all(os.access(os.path.join(one.programs, tool), os.X_OK) for tool in tools):
                return one
        return None

    def _path(self, workdir: str) -> str | None:
        own = self.own(workdir)
        home = self._environ.get("HOME", "")
        packages = (
            os.path.join(folder, "node_modules", ".bin")
            for folder in project_folders(workdir, self._beside, home)
        )
        leading = [*([own.programs] if own else []), *filter(os.path.isdir, packages)]
        path = self._common.get("PATH")
        if path is not None and "PATH" not in self._board.env:
            path = os.pathsep.join(
                _ours_last(list(self._of_the_caller(path.split(os.pathsep), workdir)))
            )
        if not leading:
            return path
        return os.pathsep.join([*leading, os.defpath if path is None else path])

    def _of_the_caller(self, folders: Sequence[str], workdir: str) -> Iterator[str]:
        """Return the folders of PATH without those in which a change could put programs unseen."""
        home = self._environ.get("HOME", "")
        top = project_folders(workdir, self._beside, home)[-1]
        root = os.path.join(os.path.realpath(top), "")
        at_home = os.path.join(os.path.realpath(home), "").startswith(root) if home else False
        for folder in folders:
            if not os.path.isabs(folder):
                continue
            inside = not at_home and os.path.join(os.path.realpath(folder), "").startswith(root)
            if not inside or _is_installed(folder):
                yield folder


def _ours_last(folders: list[str]) -> list[str]:
    """Return the folders with that of an environment made for this program alone at their end.

    Whoever starts it from such a one may put it first on PATH; it has no tool, but a Python.
    """
    if os.path.join(sys.prefix, "bin") not in folders:
        return folders
    from readiness.project.own import programs_for_this_alone

    ours = programs_for_this_alone()
    return sorted(folders, key=lambda folder: folder == ours)


def is_elsewhere(check: Check, tool: str, own: Environment | None) -> bool:
    """Return whether a Python tool is not of the Python environment that the project has.

    An interpreter is none: what it lacks says so itself.
    """
    if own is None or not tool or not check.install.startswith("pip ") or not own.python:
        return False
    if os.path.basename(tool).startswith("python"):
        return False
    return os.path.dirname(tool) != own.programs


def probe_environment(board: Board, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a probe in the board's folder; see `Surroundings`."""
    return Surroundings(board, environ).environment(board.workdir)


def secret_values(board: Board, environ: Mapping[str, str]) -> list[str]:
    """Return the values that must not be shown, each once.

    They are those of every variable and parameter that is named as one or looks secret, but for
    switches, and what a URL in any other reveals, unless that is an ordinary word, such as
    `postgres`.
    """
    named = set(board.secrets)
    values: dict[str, None] = {}
    for source in (environ, board.env, *_parameters(board)):
        for name, value in source.items():
            if name in named or (looks_secret(name) and value.lower() not in _SWITCHES):
                values[value] = None
            elif "://" in value:
                parts = [value[start:end] for start, end in in_urls(value)]
                values.update({part: None for part in parts if _is_key(part)})
    return list(values)


def _is_key(part: str) -> bool:
    return len(part) >= _SHORTEST_KEY and not part.isalpha()


def _parameters(board: Board) -> Iterator[Mapping[str, str]]:
    for criterion in board.criteria():
        yield {**criterion.params, "": criterion.check.run if criterion.check else ""}
        yield from filter(None, criterion.matrix)


def _is_one(name: str, patterns: Sequence[str]) -> bool:
    """Return whether a name is one of those; `*` at the end of one stands for anything."""
    beginnings = tuple(pattern[:-1] for pattern in patterns if pattern[-1] == "*")
    return name in patterns or name.startswith(beginnings)


def _is_installed(folder: str) -> bool:
    """Return whether an installer filled a folder of programs, not the project's sources."""
    above = os.path.dirname(os.path.normpath(folder))
    return is_environment(above) or os.path.basename(above) == "node_modules"
