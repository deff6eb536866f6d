"""The environment that every probe of a run gets."""

import os
from collections.abc import Iterator, Mapping

from readiness.model.board import Board
from readiness.text.clean import looks_secret

# What would make a tool look elsewhere, colour its output, or run code of the caller's.
DROPPED = frozenset(
    {
        "BASH_ENV",
        "CDPATH",
        "CLICOLOR_FORCE",
        "COLUMNS",
        "ENV",
        "FORCE_COLOR",
        "GNUMAKEFLAGS",
        "GREP_OPTIONS",
        "LANG",
        "LANGUAGE",
        "LINES",
        "MAKEFILES",
        "MAKEFLAGS",
        "MAKELEVEL",
        "MAKEOVERRIDES",
        "MFLAGS",
        "PY_COLORS",
        "PYTEST_ADDOPTS",
        "PYTEST_CURRENT_TEST",
        "PYTHONHOME",
        "PYTHONINSPECT",
        "PYTHONSTARTUP",
        "SHELLOPTS",
        "VIRTUAL_ENV",
        "VIRTUAL_ENV_PROMPT",
    }
)
DROPPED_PREFIXES = ("GIT_", "BASH_FUNC_", "READINESS_", "LC_", "COV_CORE_")
KEPT_GIT = frozenset({"GIT_SSL_CAINFO", "GIT_SSL_NO_VERIFY"})


def probe_environment(board: Board, environ: Mapping[str, str]) -> dict[str, str]:
    """What every probe of `board` gets: the caller's environment made safe, then the board's.

    Secret-looking variables are passed on only where the board names them in `secrets`. Output
    is plain UTF-8: no colour, no terminal, no translation. `<workdir>/.venv/bin` leads PATH.
    """
    named = set(board.secrets)
    environment = {
        name: value
        for name, value in environ.items()
        if name in named or not (_dropped(name) or looks_secret(name))
    }
    environment.update(board.env)
    environment.update(LC_ALL="C.UTF-8", NO_COLOR="1", TERM="dumb")
    local = os.path.join(board.workdir, ".venv", "bin")
    if os.path.isdir(local):
        path = environment.get("PATH", os.defpath)
        environment["PATH"] = f"{local}{os.pathsep}{path}"
    return environment


def secret_values(board: Board, environ: Mapping[str, str]) -> list[str]:
    """The values that must not be shown, each once.

    They are those of every variable and parameter that looks secret or is named as one.
    """
    named = set(board.secrets)
    values: dict[str, None] = {}
    for source in (environ, board.env, *_parameters(board)):
        for name, value in source.items():
            if name in named or looks_secret(name):
                values[value] = None
    return list(values)


def _parameters(board: Board) -> Iterator[Mapping[str, str]]:
    for criterion in board.criteria():
        if criterion.params:
            yield criterion.params
        yield from filter(None, criterion.matrix)


def _dropped(name: str) -> bool:
    return name in DROPPED or (name.startswith(DROPPED_PREFIXES) and name not in KEPT_GIT)
