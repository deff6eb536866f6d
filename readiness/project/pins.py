"""The versions of tools that a project pins, read from its files, and the ones installed."""

import os
import re
import shutil
from collections.abc import Iterator
from glob import glob
from typing import Final

from readiness.project.environments import text_of

# Where a project says which version of a tool it means, the strongest first.
_FILES: Final = (
    *(".pre-commit-config.yaml", "uv.lock", "poetry.lock", "pdm.lock", "pyproject.toml"),
    *("*requirements*.txt", "requirements/*.txt", "tox.ini", "setup.cfg"),
    *(".github/workflows/*.yml", ".github/workflows/*.yaml", ".gitlab-ci.yml"),
)
_VERSION: Final = r"(\d[\w.]*\w)(?![\w.*])"


def pins(folder: str, package: str) -> dict[str, str]:
    """Return the versions of a package that the project in `folder` pins, each with its place."""
    name = re.sub(r"[-_.]+", "[-_.]", package)
    pattern = re.compile(
        rf"(?<![\w.-]){name}(?:\[[^\]]*\])?\s*={{2,3}}\s*{_VERSION}"
        rf'|name = "{name}"\nversion = "([^"]+)"'
        rf"|(?<![\w.-]){name}@{_VERSION}"
        rf"|repo:\s*\S*/(?:mirrors-|pre-commit-)?{name}(?:-python|-pre-commit)?(?:-mirror)?(?:\.git)?[\"']?\s+rev:\s*"
        rf"(?:\S+\s+#\s*frozen:\s*v?{_VERSION}|[\"']?v?(\d+(?:\.\w+)+))",
        re.IGNORECASE,
    )
    versions: dict[str, str] = {}
    for path, text in _texts(folder):
        for match in pattern.finditer(text):
            version = next(filter(None, match.groups()))
            place = text.count("\n", 0, match.end()) + 1
            versions.setdefault(version, f"{path}:{place}")
    return versions


def pinned_install(install: str, folder: str) -> str:
    """Return a command of pip's with the versions that the project in `folder` pins.

    A package that has a version already keeps it.
    """
    start = "pip install "
    if not install.startswith(start):
        return install
    packages = [
        package
        if "=" in package
        else "==".join([package, *list(pins(folder, package.partition("[")[0]))[:1]])
        for package in install.removeprefix(start).split()
    ]
    return start + " ".join(packages)


def _texts(folder: str) -> Iterator[tuple[str, str]]:
    for names in _FILES:
        for path in sorted(glob(names, root_dir=folder)):
            whole = os.path.join(folder, path)
            if text := text_of(whole):
                yield path, text


def installed_version(tool: str) -> str:
    """Return the version of the package whose program is first on PATH; "" if it is unknown."""
    program = shutil.which(tool)
    if program is None:
        return ""
    environment = os.path.dirname(os.path.dirname(os.path.realpath(program)))
    records = glob(f"lib/python*/site-packages/{tool}-*.dist-info", root_dir=environment)
    names = {os.path.basename(record).removesuffix(".dist-info") for record in records}
    return names.pop().partition("-")[2] if len(names) == 1 else ""
