"""For each ready-made board a project that meets it, and what makes it meet nothing of it."""

from typing import Final, NamedTuple

from tests.support.django_cases import DEPLOYED, PRICED, django
from tests.support.django_cases import TESTS as DJANGO_TESTS
from tests.support.packaging_cases import API, OPEN_API, PYPROJECT, library
from tests.support.projects import Files

TYPED: Final = '''\
"""A shop."""


def add(a: int, b: int) -> int:
    """Add two prices."""
    return a + b
'''
TEST: Final = '''\
"""Tests of the shop."""

from shop import add


def test_add() -> None:
    """Prices add up."""
    assert add(1, 2) == 3
'''
SETTINGS: Final = (
    PYPROJECT
    + """\
requires-python = ">=3.11"
license = "MIT"
license-files = ["LICENSE"]

[tool.pytest.ini_options]
minversion = "8"
testpaths = ["tests"]
pythonpath = ["src"]
log_level = "INFO"
strict = true
addopts = ["-ra", "--strict-config", "--strict-markers"]
xfail_strict = true
filterwarnings = ["error"]

[tool.mypy]
strict = true
warn_unreachable = true
enable_error_code = ["ignore-without-code", "redundant-expr", "truthy-bool"]
"""
)
BAD_CODE: Final = (
    "import os\nimport subprocess\n\n\ndef add(a, b) -> str:\n    print(a)\n    return 1\n"
)
FAULTY: Final = BAD_CODE + '\n\nsubprocess.call("ls " + add(1, 2), shell=True)  # TODO: remove\n'
LIBRARY: Final = {
    **library(SETTINGS),
    ".gitignore": ".venv/\n.readiness/\n__pycache__/\n.mypy_cache/\n.ruff_cache/\n.pytest_cache/\n",
    "LICENSE": "MIT License\n",
    "README.md": "# Shop\n\nA shop that adds prices, as the [changes](CHANGELOG.md) say.\n",
    "CHANGELOG.md": "# Changes\n\n## 1.0\n\nThe first release of it.\n",
    "src/shop/__init__.py": TYPED,
    "src/shop/py.typed": "",
    "tests/test_shop.py": TEST,
}
SERVICE_TEST: Final = """\
from fastapi.testclient import TestClient

from app.main import app


def test_health() -> None:
    client = TestClient(app)
    assert client.get("/health").json() == {"status": "ok"}
    assert client.post("/items", json={"name": "a"}).status_code in (401, 403)
    named = client.post("/items", json={"name": "a"}, headers={"Authorization": "Bearer x"})
    assert named.json() == {"name": "a"}
"""
VULNERABLE: Final = "ecdsa==0.18.0\n"
LOCUST: Final = """\
from locust import HttpUser, constant, task


class Visitor(HttpUser):
    wait_time = constant(0.1)

    @task
    def health(self) -> None:
        self.client.get("/health")
"""
RUNBOOK: Final = "# Runbook\n" + "".join(
    f"\n## {title}\n\nDo first what the checklist says, then look at the log, then call somebody.\n"
    for title in ("Deploy", "Roll back", "Restore", "Troubleshooting")
)
OPEN_SOURCE: Final = {
    "LICENSE": "MIT License\n\nPermission is hereby granted, free of charge\n",
    "README.md": "# Shop\n\n## Usage\n\nInstall it, import it and add as many prices as you like;"
    " whatever is added is a whole number, and never gets lost.\n",
    "CONTRIBUTING.md": "# Contributing\n\nSend a small change with a test, and say what it is for."
    "\n\n## Reporting defects\n\nOpen an issue that tells what you did, saw and expected.\n",
    "SECURITY.md": "# Security\n\nWrite to security@shop.example.\n",
    "pyproject.toml": PYPROJECT,
    "logo.png": "\x89PNG\x00",
}


class Template(NamedTuple):
    """A project that meets a template, and changes after which no probe of it is good any more.

    `first` is committed before `good`, as the base of the change.
    """

    good: Files
    bad: dict[str, str | None]
    first: Files | None = None


PROJECTS: Final[dict[str, Template]] = {
    "python-package": Template(
        good=LIBRARY,
        bad={
            "pyproject.toml": SETTINGS.replace("hatchling.build", "no_such_backend"),
            "README.md": "# Shop\n\nSee [nothing](nosuch.md).\n",
            "CHANGELOG.md": "# Changes\n",
            "src/shop/__init__.py": BAD_CODE,
            "src/shop/more.py": "import os\n" + "a = 1\n" * 20,
            "src/shop/py.typed": None,
        },
    ),
    "fastapi": Template(
        good={
            "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n',
            "requirements.lock": "six==1.16.0\n",
            "app/__init__.py": "",
            "app/main.py": API,
            "tests/test_api.py": SERVICE_TEST,
        },
        bad={
            "requirements.lock": VULNERABLE,
            "app/main.py": OPEN_API.replace(") -> Item:", "):"),
            "app/more.py": FAULTY + "a = 1\n" * 20,
        },
    ),
    "django": Template(
        good={**django(), "site_settings.py": DEPLOYED, "requirements.lock": "six==1.16.0\n"},
        bad={
            "site_settings.py": DEPLOYED.replace("DEBUG = False", "DEBUG = True")
            + "SECURE_HSTS_SECONDS = 0\n"
            + 'SILENCED_SYSTEM_CHECKS = ["security.W004"]\n',
            "shop/models.py": PRICED + "\n\n" + FAULTY.partition("\n\n\n")[0] + "\n",
            "shop/shell.py": FAULTY,
            "shop/tests.py": DJANGO_TESTS.replace('== "a"', '== "b"'),
            "requirements.lock": VULNERABLE,
        },
    ),
    "osps-1": Template(
        good=OPEN_SOURCE,
        bad={
            "LICENSE": None,
            "LICENCES.txt": "All rights reserved.\n",
            "README.md": "# Shop\n\nSee http://shop.example/.\n",
            "CONTRIBUTING.md": "No.\n",
            "SECURITY.md": "Nobody.\n",
            "pyproject.toml": None,
            "tool.exe": "MZ\x00",
            "key.py": 'KEY = "ghp_' + "x7Kp2mQ9vR4tW8yB3nL6cF1dH5jS0gZaEuTi" + '"\n',
        },
    ),
    "agent": Template(
        first={**LIBRARY, "src/shop/__init__.py": TYPED.replace("a + b", "a - b")},
        good={**LIBRARY, "CHANGELOG.md": LIBRARY["CHANGELOG.md"] + "\nPrices add up.\n"},
        bad={
            "src/shop/__init__.py": FAULTY,
            "tests/test_shop.py": TEST.replace("assert add(1, 2) == 3", "add(1, 2)"),
            "pyproject.toml": SETTINGS.replace("strict = true\nwarn", "strict = false\nwarn"),
            "CHANGELOG.md": LIBRARY["CHANGELOG.md"],
        },
    ),
    "service": Template(
        good={"locustfile.py": LOCUST, "docs/runbook.md": RUNBOOK},
        bad={"docs/runbook.md": "# Runbook\n\nTo be written.\n"},
    ),
}
