"""The recordings of checks of what is released: a library, and an application with an API."""

from typing import Final

from tests.support.cases import Case, absent
from tests.support.django_cases import DEPLOYED, UNIMPORTABLE, django
from tests.support.projects import Files

PYPROJECT: Final = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "shop"
version = "1.0"
description = "A shop"
readme = "README.md"
"""
API: Final = """\
from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from pydantic import BaseModel

app = FastAPI()


class Item(BaseModel):
    name: str


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/items", dependencies=[Depends(HTTPBearer())])
def add(item: Item) -> Item:
    return item
"""
OPEN_API: Final = API.replace(", dependencies=[Depends(HTTPBearer())]", "")
OFFLINE: Final = {"args": "--no-isolation"}


def library(pyproject: str = PYPROJECT, **files: str) -> Files:
    """The files of a package that can be built."""
    return {
        "pyproject.toml": pyproject,
        "README.md": "# Shop\n\nA shop.\n",
        "src/shop/__init__.py": '"""A shop."""\n',
        **files,
    }


NO_README: Final = PYPROJECT.replace('readme = "README.md"\n', "")
TESTS_INSIDE: Final = (
    PYPROJECT + '\n[tool.hatch.build.targets.wheel]\npackages = ["src/shop", "tests"]\n'
)
WITH_TESTS: Final = {**library(TESTS_INSIDE), "tests/__init__.py": "", "tests/test_shop.py": ""}

# A backend of its own, which writes something that is no archive.
CARELESS: Final = {
    "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "own"\n'
    'backend-path = ["."]\n',
    "own.py": """\
def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "shop-1.0-py3-none-any.whl"
    open(f"{folder}/{name}", "w").write("not an archive")
    return name
""",
}

PACKAGING: Final = {
    "package-build": [
        Case("clean", library(), OFFLINE),
        Case("wheel-only", library(), {"args": "--no-isolation --wheel"}),
        Case("nothing-to-look-at", {"src/": ""}, OFFLINE),
        absent(library(), **OFFLINE),
    ],
    "twine": [
        Case("clean", library(), OFFLINE),
        Case("no-description", library(NO_README), OFFLINE),
        Case("unreadable", CARELESS, {"args": "--no-isolation --wheel"}),
    ],
    "wheel-contents": [
        Case("clean", library(), OFFLINE),
        Case("tests-inside", WITH_TESTS, OFFLINE),
        Case("no-wheel", library(), {"args": "--no-isolation --sdist"}),
    ],
    "repo-review": [
        Case("clean", library(), {"args": "--select PY001,PY002"}),
        Case("failing", library()),
        Case("all-ignored", library(), {"args": "--select NO001"}),
        Case("nothing-to-look-at", {"src/": ""}, {"paths": "nosuch"}),
        absent(library()),
    ],
    "django-deploy": [
        Case("clean", {**django(), "site_settings.py": DEPLOYED}),
        Case("failing", django()),
        Case("broken", django(models=UNIMPORTABLE)),
        Case("nothing-to-look-at", {"src/": ""}),
        absent(django()),
    ],
    "openapi": [
        Case("clean", {"app/main.py": API}),
        Case("failing", {"app/main.py": OPEN_API}),
        Case("nothing-to-look-at", {"src/": ""}),
        absent({"app/main.py": API}),
    ],
}
