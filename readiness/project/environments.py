"""The environment that a project's tools are installed in: looked for, nothing is started."""

import os
from collections.abc import Iterator, Mapping, Sequence

import msgspec


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """A folder with programs in `bin`. `kind` is what it is known by: `.venv`, `pdm`."""

    kind: str
    folder: str

    @property
    def programs(self) -> str:
        """The folder of its programs."""
        return os.path.join(self.folder, "bin")

    @property
    def python(self) -> str:
        """Its Python, or ""."""
        python = os.path.join(self.programs, "python")
        return python if os.access(python, os.X_OK) else ""


def find_environment(
    workdir: str, board: str, environ: Mapping[str, str], home: str = ""
) -> Environment | None:
    """Find the environment that belongs to the project in `workdir`; None where it has none.

    The folder itself comes first, then those above it up to the root of the repository. In each:
    `.venv`, `venv`, and what uv, pdm, poetry and hatch made for it. What is activated leads PATH.
    """
    for folder in project_folders(workdir, board, home):
        if found := next(_made_for(folder, environ), None):
            return found
    return None


def session_environments(folders: Sequence[str]) -> list[Environment]:
    """Return what tox and nox made for their sessions in some folders, the newest first."""
    sessions = [
        Environment(kind=kind, folder=os.path.join(folder, kind, name))
        for folder in folders
        for kind in (".tox", ".nox")
        for name in _names(os.path.join(folder, kind))
    ]
    ready = [session for session in sessions if is_environment(session.folder)]
    return sorted(ready, key=lambda session: -os.stat(session.folder).st_mtime_ns)


def project_folders(workdir: str, board: str, home: str = "") -> list[str]:
    """Return `workdir` and the folders above it that are of the same project, from inside out.

    The last is the repository's root; without a repository, the board's folder. The user's home
    folder is no project, though it may be a repository.
    """
    folders = [workdir]
    while not os.path.exists(os.path.join(folders[-1], ".git")):
        parent = os.path.dirname(folders[-1])
        if parent in (folders[-1], home):
            break
        folders.append(parent)
    else:
        return folders
    return folders[: folders.index(board) + 1] if board in folders else [workdir]


def is_environment(folder: str) -> bool:
    """Whether programs are installed in the `bin` of this folder for one project or user alone."""
    return any(os.path.exists(os.path.join(folder, name)) for name in ("pyvenv.cfg", "conda-meta"))


# --- made for a folder ----------------------------------------------------------------------------


def _made_for(folder: str, environ: Mapping[str, str]) -> Iterator[Environment]:
    yield from _inside(folder)
    if (named := environ.get("UV_PROJECT_ENVIRONMENT")) and _has(folder, "uv.lock"):
        local = os.path.join(folder, named)
        if is_environment(local):
            yield Environment(kind="uv", folder=local)
    if python := _first_line(os.path.join(folder, ".pdm-python")):
        local = os.path.dirname(os.path.dirname(python))
        if is_environment(local):
            yield Environment(kind="pdm", folder=local)
    if settings := text_of(os.path.join(folder, "pyproject.toml")):
        if _has(folder, "poetry.lock") or "[tool.poetry" in settings:
            yield from _by_poetry(folder, environ)
        if "[tool.hatch" in settings:
            yield from _by_hatch(folder, environ)


def _inside(folder: str) -> Iterator[Environment]:
    local = os.path.join(folder, ".venv")
    if os.path.isfile(local):  # the name of the place where it is
        local = os.path.join(folder, _first_line(local))
    if os.path.isdir(os.path.join(local, "bin")):
        yield Environment(kind=".venv", folder=local)
    local = os.path.join(folder, "venv")
    if is_environment(local):
        yield Environment(kind="venv", folder=local)


def _by_poetry(folder: str, environ: Mapping[str, str]) -> Iterator[Environment]:
    """Find `NAME-HASH-pyVERSION` in poetry's cache; of several, what `poetry env use` chose."""
    cache = environ.get("POETRY_CACHE_DIR") or os.path.join(
        _base("XDG_CACHE_HOME", ".cache", environ), "pypoetry"
    )
    place = environ.get("POETRY_VIRTUALENVS_PATH") or os.path.join(cache, "virtualenvs")
    mark = f"-{_short_hash(os.path.normcase(os.path.realpath(folder)))}-py"
    names = [name for name in _names(place) if mark in name]
    chosen = text_of(os.path.join(place, "envs.toml")) if len(names) > 1 else ""
    if chosen:
        import tomllib

        for base, entry in tomllib.loads(chosen).items():
            wanted = f"{base}-py{entry.get('minor', '')}"
            names.sort(key=lambda name: name != wanted)
    for name in names:
        if is_environment(found := os.path.join(place, name)):
            yield Environment(kind="poetry", folder=found)


def _by_hatch(folder: str, environ: Mapping[str, str]) -> Iterator[Environment]:
    """Find `PROJECT/HASH/PROJECT`, the default environment, in hatch's data."""
    data = environ.get("HATCH_DATA_DIR") or os.path.join(
        _base("XDG_DATA_HOME", os.path.join(".local", "share"), environ), "hatch"
    )
    place = os.path.join(data, "env", "virtual")
    names = _names(place)
    mark = _short_hash(folder) if names else ""
    for name in names:
        found = os.path.join(place, name, mark, name)
        if is_environment(found):
            yield Environment(kind="hatch", folder=found)


def _short_hash(path: str) -> str:
    """Return what poetry and hatch call a project by, beside its name."""
    from base64 import urlsafe_b64encode
    from hashlib import sha256

    return urlsafe_b64encode(sha256(path.encode()).digest()).decode()[:8]


# --- looking --------------------------------------------------------------------------------------


def _base(variable: str, below_home: str, environ: Mapping[str, str]) -> str:
    return environ.get(variable) or os.path.join(environ.get("HOME", ""), below_home)


def _has(folder: str, name: str) -> bool:
    return os.path.exists(os.path.join(folder, name))


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def text_of(path: str, largest: int = 10_000_000) -> str:
    """Read a file of at most so many bytes; "" where it is larger, or cannot be read."""
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > largest:
            return ""
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _first_line(path: str) -> str:
    return text_of(path).partition("\n")[0].strip()
