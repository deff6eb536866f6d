"""Record what checks print: `PATH=TOOLS/bin:$PATH python tests/support/record.py [CHECK…]`.

Each case is a small project in /tmp/project. What is read from a recording is part of its name, so
look at the names before you commit them; recordings of older versions stay.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from readiness.model.judgement import Measurement
from tests.support import projects
from tests.support.cases import Case, absent
from tests.support.checking import (
    CHECKS,
    ROOT,
    Outcome,
    build,
    catalogue,
    plain_python,
    run_check,
    text_of,
)
from tests.support.django_cases import DJANGO
from tests.support.monitoring_cases import MONITORING
from tests.support.network_cases import NETWORK
from tests.support.osv_server import advisory, osv_server
from tests.support.packaging_cases import PACKAGING
from tests.support.performance_cases import PERFORMANCE
from tests.support.projects import Files, migrations, service
from tests.support.servers import Missing
from tests.support.tool_cases import TOOLS

PROJECT = "/tmp/project"
RECORDINGS = os.path.join(ROOT, "tests", "recordings")
LINES = 6

UNTYPED = projects.SUMS.replace("-> int:", "-> str:")
UNUSED = "import os\nimport sys\n" + projects.SUMS
UNSORTED = "import sys\nimport os\n" + projects.SUMS
UGLY = projects.SUMS.replace("a + b", "a+b")
SHELL = "import subprocess\n\n\ndef run(c):\n    subprocess.call(c, shell=True)\n    assert c\n"
FAILING = projects.TESTS.replace("== 3", "== 4")
HOLLOW = "from app.sums import subtract\n\n\ndef test_nothing():\n    print(subtract(2, 1))\n"
SILENCED = projects.SUMS.replace("return a + b", "return a + b  # type: ignore  # noqa: E501")
NO_UNION = projects.REVISION.replace("from typing import Union\n", "")
NO_DOWNGRADE = projects.REVISION.replace('op.drop_table("team")', "pass")
DRIFTED = "\n".join(line for line in projects.REVISION.split("\n") if '"name"' not in line)
PINS = "six==1.16.0 --hash=sha256:" + "0" * 64 + "\n"


EMPTY: Files = {"src/": "", "tests/": "", "docs/": ""}
NO_SUCH = {"paths": "nosuch"}
UNITTEST = {"args": "discover -s tests"}


def linter(failing: Files, **params: str) -> list[Case]:
    """Make the cases that all tools have which read source code."""
    return [
        Case("clean", service(), {"paths": "src", **params}),
        Case("failing", failing, {"paths": "src", **params}),
        Case("nothing-to-look-at", EMPTY, {"paths": "src"}),
    ]


def style(sums: str, **params: str) -> list[Case]:
    """Make the cases of tools of which each ends in its own way where it cannot read something."""
    return [
        *linter(service(sums=sums), **params),
        Case("syntax-error", service(sums=projects.SYNTAX_ERROR), {"paths": "src"}),
        Case("no-such-folder", service(), NO_SUCH),
        absent(service()),
    ]


def tests(**params: str) -> list[Case]:
    """Make the cases of the checks that read the shared run of the tests."""
    return [Case("clean", service(), params), Case("failing", service(tests=FAILING), params)]


MISSING_IMPORT = Case("missing-import", migrations(NO_UNION))


def database(*more: Case) -> list[Case]:
    """Make the cases of migrations."""
    return [
        Case("clean", migrations()),
        *more,
        Case("nothing-to-look-at", EMPTY),
        absent(migrations()),
    ]


def make(target: str, **params: str) -> Case:
    """Make the case of one target."""
    return Case(target, {"Makefile": projects.MAKEFILE}, {"target": target, **params})


def documents(**files: str) -> Files:
    """Make a project with documents."""
    return {
        "Makefile": projects.MAKEFILE,
        "guide.md": projects.GUIDE,
        "notes.md": projects.NOTES,
        **files,
    }


def ci(old: str = "", new: str = "") -> Files:
    """Make a project with a workflow."""
    return {".github/workflows/ci.yml": projects.WORKFLOW.replace(old, new)}


GUIDE = {"paths": "guide.md", "min_words": "5", "sections": "Deploy|回滚"}
PYTEST = {"command": "pytest -q -p no:cacheprovider --junitxml=junit.xml tests"}
COVERAGE = {"command": "coverage run --source src -m pytest -q tests && coverage xml -q"}
RUFF = {"command": "ruff check -q --isolated --output-format sarif src", "report": "-"}
CASES: dict[str, list[Case]] = {
    "junit": [
        Case("clean", service(), PYTEST),
        Case("failing", service(tests=FAILING), PYTEST),
        Case("broken", service(tests="import nothing_of_that_name\n"), PYTEST),
        Case("nothing-to-look-at", EMPTY, PYTEST),
        Case("no-such-report", service(), {**PYTEST, "report": "other.xml"}),
    ],
    "tap": [
        Case("failing", {"a.t": "print qq{1..2\\nok 1\\nnot ok 2\\n}"}, {"command": "perl a.t"}),
        Case("cut-off", {"a.t": "print qq{1..2\\nok 1\\n}"}, {"command": "perl a.t"}),
    ],
    "coverage-report": [
        Case("clean", service(), COVERAGE),
        Case("other-files", service(), {**COVERAGE, "source": "docs"}),
        Case("no-such-report", service(), {**COVERAGE, "report": "other.xml"}),
    ],
    "sarif": [
        Case("clean", service(), RUFF),
        Case("failing", service(sums=UNUSED), RUFF),
        Case("no-such-folder", service(), {**RUFF, "paths": "nosuch"}),
        Case("other-format", service(), {**RUFF, "command": "ruff check -q --exit-zero"}),
    ],
    "mypy": [*linter(service(sums=UNTYPED)), absent(service())],
    "mypy-below": [
        Case("clean", service(), {"below": "src/app"}),
        Case("failing", service(sums=UNTYPED), {"below": "src/app"}),
        Case("not-checked", {**service(), "other/a.py": ""}, {"below": "other"}),
    ],
    "ruff": [*linter(service(sums=UNUSED)), absent(service())],
    "ruff-format": [*linter(service(sums=UGLY)), absent(service())],
    "black": style(UGLY),
    "flake8": style(UNUSED),
    "isort": style(UNSORTED),
    "pylint": style(UNUSED, args="--disable=invalid-name"),
    **{name: style(UNTYPED) for name in ("pyright", "basedpyright", "ty")},
    "bandit": [*linter(service(sums=SHELL)), absent(service())],
    "pip-audit": [
        Case("clean", {"a.lock": "six==1.16.0\n"}, {"lock": "a.lock"}),
        Case("high", {"a.lock": "six==1.16.0\necdsa==0.18.0\n"}, {"lock": "a.lock"}),
        Case("nothing-to-look-at", {"a.lock": ""}, {"lock": "a.lock"}),
        absent({"a.lock": "six==1.16.0\n"}, lock="a.lock"),
    ],
    "pytest": [*tests(), Case("no-such-folder", service(), NO_SUCH), absent(service())],
    "unittest": [
        Case("clean", {"tests/test_a.py": projects.UNITTEST}, UNITTEST),
        Case("failing", {"tests/test_a.py": projects.UNITTEST.replace("3)", "4)")}, UNITTEST),
        Case("broken", {"tests/test_a.py": "import nothing_of_that_name\n"}, UNITTEST),
        Case("no-such-folder", {}, UNITTEST),
        Case("nothing-to-look-at", EMPTY, UNITTEST),
        absent({"tests/test_a.py": projects.UNITTEST}, **UNITTEST),
    ],
    "pytest-below": [
        *tests(below="tests/unit"),
        Case("nothing-below", service(), {"below": "src"}),
    ],
    "test-outcomes": [*tests(), Case("no-such-folder", service(), NO_SUCH), absent(service())],
    "coverage": [Case("clean", service()), Case("nothing-below", service(), {"below": "tests"})],
    "test-flows": [
        Case("clean", service(), {"flows": "adding"}),
        Case("failing", service(tests=FAILING), {"flows": "adding"}),
        Case("none-named", service(), {"flows_file": ""}),
    ],
    "importable": [
        Case("clean", service()),
        Case("failing", service(sums="import nothing_of_that_name\n")),
        Case("nothing-to-look-at", EMPTY),
        absent(service()),
    ],
    "alembic-upgrade": database(MISSING_IMPORT),
    "alembic-rollback": database(MISSING_IMPORT, Case("no-downgrade", migrations(NO_DOWNGRADE))),
    "alembic-check": database(MISSING_IMPORT, Case("drift", migrations(DRIFTED))),
    "alembic-heads": database(),
    "make-target": [*map(make, ("good", "bad")), Case("no-makefile", {}, {"target": "good"})],
    "lock": [
        Case(
            "unhashed",
            {"a.in": "packaging\n", "a.lock": "packaging==0.1\n"},
            {"lock": "a.lock", "inputs": "a.in"},
        ),
        Case(
            "missing", {"a.in": "alembic\n", "a.lock": PINS}, {"lock": "a.lock", "inputs": "a.in"}
        ),
        Case(
            "nothing-to-look-at", {"a.in": "", "a.lock": ""}, {"lock": "a.lock", "inputs": "a.in"}
        ),
    ],
    "documents": [
        Case("clean", documents(), GUIDE),
        Case("no-such-file", documents(), {**GUIDE, "paths": "nosuch.md"}),
        Case("none-named", documents(), {**GUIDE, "paths": ""}),
    ],
    "suppressions": linter(service(sums=SILENCED)),
    "typed": linter(service(sums="def add(a, b):\n    return a + b\n")),
    "test-quality": [
        Case("clean", service()),
        Case("failing", service(tests=HOLLOW)),
        Case("nothing-to-look-at", EMPTY),
        absent(service()),
    ],
    "ci-workflow": [
        Case("clean", ci(), {"command": "make good"}),
        Case("masked", ci("make good", "make good || true"), {"command": "make good"}),
        Case("no-such-file", {}, {"command": "make good"}),
    ],
    "ci-make": [
        Case("clean", {**ci(), "Makefile": projects.MAKEFILE}, {"target": "good"}),
        Case("failing", {**ci("good", "bad"), "Makefile": projects.MAKEFILE}, {"target": "bad"}),
        Case("no-such-file", {"Makefile": projects.MAKEFILE}, {"target": "good"}),
    ],
    "audit-report": [Case("no-such-file", {}, {})],
    **NETWORK,
    **MONITORING,
    **PERFORMANCE,
    **DJANGO,
    **PACKAGING,
    **TOOLS,
}


def version(check: str) -> str:
    """Return the version of the check's tool, or of readiness where it has none."""
    from readiness import __version__

    command = catalogue()[check].version
    if not command:
        return __version__
    env = {**os.environ, "READINESS_PYTHON": sys.executable}
    # Debian's gitleaks does not know its own version, but its package does.
    for asked in (command, f"dpkg-query -W {command.split()[0]}"):
        done = subprocess.run(
            ["bash", "-c", asked], env=env, capture_output=True, text=True, check=False
        )
        if found := re.search(r"\d+(?:\.\d+)+", done.stdout or done.stderr):
            return found[0]
    return "unknown"


def what_is_read(outcome: Outcome) -> str:
    """Return `is42` or `error`: what the engine reads from an outcome."""
    found = outcome.read()
    return f"is{text_of(found.value)}" if isinstance(found, Measurement) else "error"


def without_places(text: str) -> str:
    """What was printed, with names for where this machine has its tools."""
    text = text.replace(CHECKS, "checks").replace(sys.prefix, "venv")
    return text.replace(sys.base_prefix, "python")


def printed(stderr: str) -> str:
    """Return what a check said first and last, without the paths of this machine."""
    text = re.sub(r"/tmp/readiness-\w+/", "", without_places(stderr))
    lines = text.splitlines()
    return "\n".join([*lines[:1], *lines[1:][-LINES:]]) + "\n"


def record(check: str, case: Case, params: dict[str, str]) -> str:
    """Run one case and write what it printed; returns the recording's name."""
    shutil.rmtree(PROJECT, ignore_errors=True)
    os.makedirs(PROJECT)
    build(PROJECT, case.files)
    with case.service(Path(PROJECT)) as where, without(catalogue()[check].tools) as poor:
        path, python = os.environ["PATH"], sys.executable
        if case.absent:
            path, python = poor, plain_python(Path(poor))
        outcome = run_check(
            check, PROJECT, {**params, **case.filled(where)}, path=path, python=python
        )
    name = f"{version(check)}_{case.name}.exit{outcome.exit_status}.{what_is_read(outcome)}"
    folder = os.path.join(RECORDINGS, check)
    os.makedirs(folder, exist_ok=True)
    for old in os.listdir(folder):
        if old.startswith(f"{version(check)}_{case.name}."):
            os.remove(os.path.join(folder, old))
    with open(os.path.join(folder, f"{name}.stdout"), "wb") as file:
        file.write(without_places(outcome.stdout.decode("latin-1")).encode("latin-1"))
    if name.endswith("error"):
        with open(os.path.join(folder, f"{name}.stderr"), "w", encoding="utf-8") as text:
            text.write(printed(outcome.stderr))
    return f"{check}/{name}"


@contextmanager
def without(tools: Sequence[str]) -> Iterator[str]:
    """Make a PATH with what the system has, but for these tools."""
    with tempfile.TemporaryDirectory() as folder:
        for name in set(os.listdir("/usr/bin")) - set(tools):
            os.symlink(f"/usr/bin/{name}", f"{folder}/{name}")
        yield folder


def main() -> None:
    """Record the checks that are named, or all of them."""
    records = [advisory("GHSA-wj6h-64fc-37mp", "ecdsa", "0.18.0", label="HIGH")]
    with osv_server(records) as url:
        for check in sys.argv[1:] or CASES:
            for case in CASES[check]:
                try:
                    print(record(check, case, {"osv_url": url}))
                except (Exception, Missing) as error:  # noqa: BLE001 - a producer that failed leaves nothing to record
                    print(f"{check}: {case.name}: {str(error).splitlines()[0]}")


if __name__ == "__main__":
    main()
