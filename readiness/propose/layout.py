"""Where the code and the tests of a project lie, from the names of its files."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final

from readiness.propose.facts import Data, Layout, Subproject
from readiness.propose.needs import dependencies_of
from readiness.propose.tree import lookup, words_of

TEST_FILE: Final = re.compile(r"test_.*\.py|.*_tests?\.py")
TEST_FOLDERS: Final = ("tests", "test", "testing", "t")
# Names that pytest collects only where it is asked to, taken where nothing else looks like tests.
_LIKE_TESTS: Final = re.compile(r"tests\.py|tests_.*\.py|test\.py")
PYTEST: Final = "pytest"
OF_PYTEST: Final = re.compile(r"\bpytest\b|^(?:async )?def test(?![a-z])", re.MULTILINE)
"""What tests have in their text that pytest alone can run."""
_PYTEST_FILES: Final = (
    "pyproject.toml:tool.pytest.ini_options.python_files",
    "pytest.ini:pytest.python_files",
    "setup.cfg:tool:pytest.python_files",
    "tox.ini:pytest.python_files",
)
# Code that is there for the project, and is not what it releases.
_BESIDE_NAMES = """
tests test docs doc examples example samples scripts script tools tool ci bench benchmarks benchmark
perf misc contrib extras notebooks migrations alembic ansible deploy deployment docker requirements
packaging templates static
"""
_BESIDE: Final = frozenset(_BESIDE_NAMES.split())
_SAMPLES: Final = frozenset(["examples", "docs", "example"])
_LOOSE_NAMES = """
setup.py conftest.py noxfile.py tasks.py manage.py fabfile.py versioneer.py dodo.py wsgi.py asgi.py
__init__.py toxfile.py pavement.py ez_setup.py bootstrap.py tests.py test.py
"""
_LOOSE: Final = frozenset(_LOOSE_NAMES.split())
PROJECT_FILES: Final = ("pyproject.toml", "setup.py", "setup.cfg")


def find_parts(
    files: Sequence[str], settings: Mapping[str, Data], name: str
) -> tuple[Subproject, ...]:
    """Return the project, or the projects of a repository that has several.

    Code at the root is the project, unless the root says that it is a workspace: then its members
    are projects beside it. Folders without `__init__.py` are taken for code where no folder has
    settings of its own.
    """
    root = _part("", files, settings, name)
    members = _members(settings)
    folders = [
        folder
        for folder in _project_folders(files)
        if not root.source
        or _is_loose(root)
        or any(fnmatchcase(folder, pattern) for pattern in members)
    ]
    parts = tuple(
        part
        for part in (
            _part(folder, [path for path in files if is_inside(path, [folder])], settings, folder)
            for folder in folders
        )
        if part.source
    )
    if not parts:
        return (root,)
    if not root.source or _is_loose(root):
        return parts
    own = [path for path in files if not is_inside(path, folders)]
    return (_part("", own, settings, name), *parts)


def _project_folders(files: Sequence[str]) -> list[str]:
    """Return the outermost folders below the root that have settings of a project."""
    folders = sorted(
        {
            os.path.dirname(path)
            for path in files
            if os.path.basename(path) in PROJECT_FILES and os.path.dirname(path)
        }
    )
    return [
        folder
        for folder in folders
        if not any(folder.startswith(f"{other}/") for other in folders)
        and not _BESIDE & set(folder.split("/"))
    ]


def _members(settings: Mapping[str, Data]) -> list[str]:
    members = lookup(settings, "", "pyproject.toml:tool.uv.workspace.members")
    return [path for path in members if isinstance(path, str)] if isinstance(members, list) else []


def _is_loose(part: Subproject) -> bool:
    """Return whether only the lack of anything better made these folders code."""
    return part.layout is Layout.FLAT and not any(
        f"{folder}/__init__.py" in part.files for folder in part.source
    )


def _part(folder: str, files: Sequence[str], settings: Mapping[str, Data], name: str) -> Subproject:
    inner = [os.path.relpath(path, folder) for path in files] if folder else list(files)
    name = _declared_name(folder, settings) or os.path.basename(name)
    layout, source = find_source(inner, name)
    own = [words_of(lookup(settings, folder, reference)) for reference in _PYTEST_FILES]
    tests = find_tests(inner, source, [pattern for patterns in own for pattern in patterns])

    def whole(paths: Iterable[str]) -> tuple[str, ...]:
        return tuple(os.path.normpath(os.path.join(folder, path)) for path in paths)

    return Subproject(
        folder=folder,
        name=name,
        layout=layout,
        source=whole(source),
        tests=whole(tests),
        files=tuple(files),
        settings=settings,
        dependencies=dependencies_of(folder, settings),
    )


# --- code -----------------------------------------------------------------------------------------


def find_source(files: Sequence[str], name: str) -> tuple[Layout, tuple[str, ...]]:
    """Return the layout of a project, and the folders or modules that are its code.

    Its name decides where several could be meant.
    """
    python = [path for path in files if path.endswith(".py")]
    if any(path.startswith("src/") for path in python) and "src/__init__.py" not in files:
        return Layout.SRC, ("src",)
    packages = [folder for folder in _tops(python) if f"{folder}/__init__.py" in files]
    packages = _wanted(packages, name)
    own = f"{_importable(name)}.py"
    if not packages and own not in python:  # namespace packages, applications without __init__.py
        loose = [top for top in _tops(python) if not _is_another(files, python, top)]
        packages = _wanted(loose, name)
    if packages:
        return Layout.FLAT, tuple(packages)
    modules = [
        path
        for path in python
        if "/" not in path and path not in _LOOSE and not TEST_FILE.fullmatch(path)
    ]
    return (Layout.MODULE, tuple(modules)) if modules else (Layout.NONE, ())


def _tops(python: Iterable[str]) -> list[str]:
    return sorted({path.split("/")[0] for path in python if "/" in path})


def _importable(name: str) -> str:
    return re.sub(r"[-.]+", "_", name).lower()


def _wanted(folders: Sequence[str], name: str) -> list[str]:
    """Return those that are released: nothing beside them that is not the project's namesake."""
    own = _importable(name)
    exact = [folder for folder in folders if folder.lower() == own]
    ours = [folder for folder in folders if folder.lower() not in _BESIDE]
    return sorted({*exact, *ours})


def _is_another(files: Iterable[str], python: Iterable[str], top: str) -> bool:
    """Return whether a folder has nothing but tests, or projects of their own."""
    if any(os.path.basename(path) in PROJECT_FILES for path in files if is_inside(path, [top])):
        return True
    below = [path for path in python if is_inside(path, [top])]
    return all(is_test(path) or path.endswith("conftest.py") for path in below)


def _declared_name(folder: str, settings: Mapping[str, Data]) -> str:
    for reference in (
        "pyproject.toml:project.name",
        "pyproject.toml:tool.poetry.name",
        "setup.cfg:metadata.name",
    ):
        name = lookup(settings, folder, reference)
        if isinstance(name, str) and name:
            return name
    return ""


# --- tests ----------------------------------------------------------------------------------------


def is_test(path: str, patterns: Sequence[str] = ()) -> bool:
    """Return whether a file holds tests, by its name or by patterns of the project's own."""
    name = os.path.basename(path)
    own = any(fnmatchcase(name, pattern) for pattern in patterns)
    return name.endswith(".py") and (own or TEST_FILE.fullmatch(name) is not None)


def find_tests(
    files: Sequence[str], source: Sequence[str], patterns: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the outermost folders of tests and lone test files; for tests among code, its folders.

    Only where there are none, what lies beside the code or is called `tests.py` counts too.
    """
    tests = [path for path in files if is_test(path, patterns)]
    folders = dict.fromkeys(filter(None, map(_test_folder, tests)))
    loose = [path for path in tests if not _test_folder(path)]
    among = [top for top in source if any(path.startswith(f"{top}/") for path in loose)]
    alone = [path for path in loose if not is_inside(path, among) and not _is_beside(path)]
    kept = [folder for folder in folders if not is_inside(folder, among)]
    outside = [folder for folder in kept if not is_inside(folder, source)]
    inside = [folder for folder in kept if is_inside(folder, source)]
    if len(inside) > 3:  # one for each package: name what they have in common
        inside = [top for top in source if any(is_inside(folder, [top]) for folder in inside)]
    lone = {os.path.dirname(path) or path for path in alone}
    return tuple(_outermost({*outside, *inside, *among, *lone})) or tuple(_like_tests(files, tests))


def _outermost(paths: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for path in sorted(paths):
        if not is_inside(path, kept):
            kept.append(path)
    return kept


def _like_tests(files: Iterable[str], tests: Iterable[str]) -> Iterator[str]:
    """Yield the files that hold tests by a weaker sign; none of documents and examples."""
    ours = {path for path in tests if not _SAMPLES & set(path.split("/"))}
    for path in files:
        if path in ours or _LIKE_TESTS.fullmatch(os.path.basename(path)):
            yield path


def _is_beside(path: str) -> bool:
    return bool(_BESIDE & set(path.split("/")[:-1]))


def is_inside(path: str, folders: Iterable[str]) -> bool:
    """Return whether a path is one of these folders or lies below one."""
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def seen_from(folder: str, top: str) -> str:
    """Return a folder as seen from another one, each relative to the root; "" for itself."""
    inner = os.path.relpath(folder or ".", top or ".")
    return "" if inner == "." else inner


def _test_folder(path: str) -> str:
    """Return the outermost folder of tests that a file lies in; "" where there is none."""
    steps = path.split("/")[:-1]
    for end, step in enumerate(steps, 1):
        if step in _SAMPLES:
            break
        if step.lower() in TEST_FOLDERS:
            return "/".join(steps[:end])
    return ""
