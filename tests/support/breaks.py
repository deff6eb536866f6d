"""How a healthy football is broken, in the very way that each criterion of the board is about.

A world is one copy with several breaks whose effects do not meet, so that one run proves all of
them: a break `fails` criteria that no other break of its world touches. What fails along with
them, such as `make lint` where ruff complains, stands under `also`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support.football import Football
from tests.support.osv_server import Record, advisory


@dataclass(frozen=True)
class Break:
    """What is done to the project, and the criteria that must fail for it."""

    name: str
    do: Callable[[Football], None]
    fails: frozenset[str]
    also: frozenset[str] = frozenset()


@dataclass(frozen=True)
class World:
    """A broken copy, and the criteria that are measured in it."""

    name: str
    select: tuple[str, ...]
    breaks: tuple[Break, ...]
    advisories: tuple[Record, ...] = field(default=())


def a_break(
    name: str, fails: str, do: Callable[[Football], None] = lambda _: None, also: str = ""
) -> Break:
    """Make a break; criteria are parted by spaces."""
    return Break(name, do, frozenset(fails.split()), frozenset(also.split()))


def locked(name: str) -> str:
    """Return the version of a package in the lock file."""
    from tests.support.football import EXAMPLE

    found = re.search(rf"^{name}==(\S+)", (EXAMPLE / "requirements.lock").read_text(), re.MULTILINE)
    assert found
    return found[1]


# --- what is done -----------------------------------------------------------------------------

MIGRATIONS = "src/database/migrations"
VERSIONS = f"{MIGRATIONS}/versions"
WORKFLOW = ".github/workflows/ci.yml"


def import_nothing_known(football: Football) -> None:
    football.write(
        f"{VERSIONS}/old/0000_draft.py",
        """
        from typing import Onion  # type: ignore

        __all__ = ["Onion"]
        """,
    )


def name_nothing_known(football: Football) -> None:
    football.append(
        f"{MIGRATIONS}/env.py",
        """

        def later() -> None:
            undefined_name()  # type: ignore
        """,
    )
    football.hide_from_ruff(f"{MIGRATIONS}/env.py", "F821")


def add_a_column(football: Football) -> None:
    football.edit(
        "src/database/models.py",
        r"^    rating: Mapped\[float\].*$",
        r"\g<0>\n    stadium: Mapped[str] = mapped_column(String(80), default='')",
    )
    football.edit("src/database/models.py", r"default=''", 'default=""')


def keep_the_table(football: Football) -> None:
    football.edit(f"{VERSIONS}/0004_rating_changes.py", r'^    op\.drop_table\("rating.*$', "")
    football.edit(f"{VERSIONS}/0004_rating_changes.py", r"\n+\Z", "\n")


def only_stamp(football: Football) -> None:
    football.edit("Makefile", r"^\talembic upgrade head$", "\talembic stamp head")


def scan_with_rules_left_out(football: Football) -> None:
    call_a_shell(football)
    football.edit(
        "scripts/security_scan.py", r'"--recursive", ', r'\g<0>"--skip", "B404,B602,B607", '
    )


def show_old_coverage(football: Football) -> None:
    football.edit(
        "Makefile",
        r"^coverage: .*\n(?:\t.*\n)+",
        "coverage:\n\t@echo 'TOTAL 100 1 99%'\n\tcoverage --version\n",
    )


def mask(recipe: str) -> Callable[[Football], None]:
    def do(football: Football) -> None:
        football.edit("Makefile", rf"^\t{recipe}$", r"\g<0> || true")

    return do


def look_at_the_form_alone(football: Football) -> None:
    football.edit("Makefile", r"^\truff check \.\n", "")


def sixty_errors(comment: str, path: str) -> Callable[[Football], None]:
    def do(football: Football) -> None:
        lines = "".join(f'NUMBER_{n}: int = "{n}"\n' for n in range(60))
        football.write(path, f'{comment}\n"""Sixty numbers."""\n\n{lines}')

    return do


def leave_untyped(path: str, comment: str = "") -> Callable[[Football], None]:
    def do(football: Football) -> None:
        football.append(
            path,
            f'''

            def doubled(number):{comment}
                """Return twice the number."""
                return 2 * number
            ''',
        )

    return do


def silence_api(football: Football) -> None:
    leave_untyped("src/api/errors.py")(football)
    football.append(
        "pyproject.toml",
        """
        [[tool.mypy.overrides]]
        module = ["src.api.*"]
        ignore_errors = true
        """,
    )


def switch_off_the_job(football: Football) -> None:
    football.edit(WORKFLOW, r"^  checks:$", r"\g<0>\n    if: false")


def call_a_shell(football: Football) -> None:
    football.append(
        "src/core/logging.py",
        '''

        def shout(words: str) -> int:
            """Say it aloud."""
            import subprocess

            return subprocess.call(f"echo {words}", shell=True)
        ''',
    )


def report_no_commit(football: Football) -> None:
    football.edit("scripts/security_scan.py", r'^(        "commit": )commit,$', r"\1None,")


def need_one_more(football: Football) -> None:
    football.append("requirements.in", "rich\n")


def mutable_default(football: Football) -> None:
    football.append(
        "scripts/security_scan.py",
        '''

        def gather(found: list[str] = []) -> list[str]:
            """Collect."""
            return found
        ''',
    )


def format_badly(football: Football) -> None:
    football.append("tests/flows.py", "\nNAMES = [ 'a',\n  'b' ]\n")


def skip_the_formatter(football: Football) -> None:
    football.append("tests/flows.py", "\n\nNAMES = ['a',   'b']  # fmt: skip\n")


def unsorted_imports(football: Football) -> None:
    football.write(
        "src/core/order.py",
        '''
        """Imports in a bad order."""

        import sys
        import os

        __all__ = ["os", "sys"]
        ''',
    )
    football.hide_from_ruff("src/core/order.py", "I")


def unused_variable(football: Football) -> None:
    football.append(
        "src/core/errors.py",
        '''

        def forget() -> None:
            """Do nothing."""
            forgotten = 1
        ''',
    )
    football.hide_from_ruff("src/core/errors.py", "F841")


def uncovered(path: str, statements: int) -> Callable[[Football], None]:
    def do(football: Football) -> None:
        body = "".join(f"    number = {n}\n" for n in range(statements))
        football.write(path, f'"""Dead code."""\n\n\ndef dead() -> int:\n{body}    return number\n')

    return do


def three_dead_modules(football: Football) -> None:
    uncovered("src/api/dead.py", 100)(football)
    football.edit("src/api/dead.py", r"int:$", "int:  # pragma: no cover")
    uncovered("src/services/dead.py", 180)(football)
    uncovered("src/database/dead.py", 260)(football)


def omit_files(football: Football) -> None:
    football.edit(
        "pyproject.toml",
        r'^source = \["src"\]$',
        r'\g<0>\nomit = ["src/*/dead.py", "src/core/errors.py", "src/core/logging.py"]',
    )


def fail_a_test(football: Football) -> None:
    football.append(
        "tests/unit/test_config.py", "\n\ndef test_that_fails() -> None:\n    assert 1 + 1 == 3\n"
    )


def assert_whatever_comes(football: Football) -> None:
    football.append(
        "tests/unit/test_domain.py",
        """

        def test_of_whatever_comes() -> None:
            found = expected_points(LEVEL)
            again = found
            assert found == again
        """,
    )


def skip_a_flow(football: Football) -> None:
    football.edit(
        "tests/integration/test_api.py",
        r'^@pytest\.mark\.flow\("accuracy-review"\)$',
        r'@pytest.mark.skip("later")\n\g<0>',
    )


def drop_a_flow(football: Football) -> None:
    football.edit("tests/e2e/test_scenarios.py", r'@pytest\.mark\.flow\("disaster(?s:.*)', "")
    football.edit("tests/flows.yaml", r"^  disaster-recovery: .*\n", "")


def test_slowly(football: Football) -> None:
    for folder in ("unit", "integration", "e2e"):
        football.remove(f"tests/{folder}")
    football.write(
        "tests/test_slow.py",
        '''
        """One slow test."""

        import time

        from src.domain.ratings import INITIAL_RATING


        def test_slowly() -> None:
            time.sleep(60.5)
            assert INITIAL_RATING > 0
        ''',
    )


def rename(path: str, heading: str) -> Callable[[Football], None]:
    def do(football: Football) -> None:
        football.edit(f"docs/{path}", rf"^(#+) {heading}.*$", r"\1 And so on")

    return do


def append_to(path: str, text: str) -> Callable[[Football], None]:
    return lambda football: football.append(f"docs/{path}", text)


def leave_a_key(football: Football) -> None:
    football.write("ops/keys.py", f'KEY = "{"AKIA"}{"Q3EGWZ7TLNYKM5RV"}"\n')


def leave_a_password(football: Football) -> None:
    football.append("src/core/errors.py", '\nPASSWORD = "secret"  # nosec\n')


def start_by_tags_alone(football: Football) -> None:
    football.edit(WORKFLOW, r"^  push:\n  pull_request:$", "  push:\n    tags: ['v*']")


def empty(path: str, headings: str) -> Callable[[Football], None]:
    def do(football: Football) -> None:
        titles = "".join(f"## {heading}\n\nTo do.\n\n" for heading in headings.split("|"))
        football.write(f"docs/{path}", f"# To do\n\n{titles}")

    return do


# --- the worlds -------------------------------------------------------------------------------

FLAWS = World(
    "flaws",
    ("T1", "T2.5", "T2.6", "T3", "T8", "T10"),
    (
        a_break("a migration imports what is not there", "T1.1", import_nothing_known),
        a_break("make db-migrate only says that it was done", "T1.2", only_stamp),
        a_break("a model changes without a migration", "T1.3", add_a_column),
        a_break("a downgrade leaves its table", "T1.4", keep_the_table),
        a_break("env.py uses an undefined name", "T1.5", name_nothing_known),
        a_break("only tags start the CI", "T2.6", start_by_tags_alone, "T8.6"),
        a_break("a locked package has a high advisory", "T3.1 T3.2 T3.3 T3.4"),
        a_break("the report names no commit", "T3.5", report_no_commit),
        a_break("the lock file lacks a new requirement", "T3.6", need_one_more),
        a_break("a mutable default", "T8.1", mutable_default, "T8.2 T8.6"),
        a_break("a badly formatted file", "T8.3", format_badly, "T8.2 T8.6"),
        a_break("imports out of order, hidden in the settings", "T8.4", unsorted_imports),
        a_break("an unused variable, hidden in the settings", "T8.5", unused_variable),
        a_break("no section on going back", "T10.1", rename("deployment.md", "Roll back")),
        a_break("a dead link", "T10.2", append_to("operations.md", "\nSee [more](more.md).\n")),
        a_break(
            "a link to no heading",
            "T10.3",
            append_to("troubleshooting.md", "\nSee [more](operations.md#more).\n"),
        ),
        a_break(
            "hardly a word of training",
            "T10.4",
            empty("training.md", "Aims|Lesson 1|Lesson 5|Check yourself"),
        ),
        a_break(
            "a target that does not exist",
            "T10.5",
            append_to("monitoring.md", "\n```bash\nmake dashboards\n```\n"),
        ),
        a_break(
            "a command that is no command",
            "T10.6",
            append_to("backup-and-restore.md", '\n```bash\necho "unfinished\n```\n'),
        ),
    ),
    (
        advisory(
            "GHSA-aaaa-aaaa-aaaa", "starlette", locked("starlette"), fixed="99.0", label="HIGH"
        ),
    ),
)

SILENCED = World(
    "silenced",
    ("T2", "T3.1", "T3.2", "T3.3", "T3.4", "T8.2", "T8.3", "T8.6"),
    (
        a_break(
            "sixty errors in a file that switches mypy off",
            "T2.1",
            sixty_errors("# mypy: ignore-errors", "src/monitoring/numbers.py"),
        ),
        a_break(
            "an untyped function of the domain with a type: ignore",
            "T2.2",
            leave_untyped("src/domain/ratings.py", "  # type: ignore"),
        ),
        a_break("an untyped function below ignore_errors", "T2.3", silence_api),
        a_break(
            "an untyped function of the database",
            "T2.4",
            leave_untyped("src/database/session.py", "  # type: ignore[no-untyped-def]"),
        ),
        a_break(
            "make type-check goes on after a failure",
            "T2.5",
            mask(r"mypy --strict \$\(CODE\)"),
            "T2.6",
        ),
        a_break("a locked package has a low advisory", "T3.2 T3.3 T3.4"),
        a_break("a badly formatted line, kept from the formatter", "T8.3", skip_the_formatter),
        a_break("the job of the CI is switched off", "T8.6", switch_off_the_job, "T2.6"),
    ),
    (advisory("GHSA-bbbb-bbbb-bbbb", "idna", locked("idna"), fixed="99.0", label="LOW"),),
)

UNTESTED = World(
    "untested",
    ("T4", "T6.4", "T6.6", "T9.1", "T9.2", "T9.3", "T9.4", "T9.5"),
    (
        a_break("modules that no test runs", "T4.2 T4.3 T4.4 T9.1 T9.2", three_dead_modules),
        a_break("a test fails", "T4.5", fail_a_test),
        a_break("a key beside the code", "T6.4", leave_a_key),
        a_break("a password, kept from bandit", "T6.6", leave_a_password),
        a_break("a test passes whatever comes out", "T9.3", assert_whatever_comes),
        a_break("the test of a flow is skipped", "T9.4", skip_a_flow),
        a_break("the test of a flow is gone, and its name with it", "T9.5", drop_a_flow),
    ),
)

UNCOVERED = World(
    "uncovered",
    ("T3.3", "T4", "T8.2", "T8.6", "T9.1", "T9.2"),
    (
        a_break("the scan leaves rules out", "T3.3", scan_with_rules_left_out),
        a_break("make coverage shows numbers of old", "T4.5", show_old_coverage),
        a_break("make lint looks at the form alone", "T8.2 T8.6", look_at_the_form_alone),
        a_break(
            "most of the code is not tested",
            "T4.1",
            uncovered("src/monitoring/dead.py", 1100),
            "T9.1 T9.2",
        ),
        a_break("the settings leave files out", "T4.6", omit_files),
        a_break(
            "an untested module of the API, which the settings leave out",
            "T4.2",
            uncovered("src/api/dead.py", 150),
            "T9.1 T9.2",
        ),
    ),
)

SLOW = World(
    "slow", ("T9.6",), (a_break("the tests take more than a minute", "T9.6", test_slowly),)
)

WORLDS = (
    FLAWS,
    SILENCED,
    UNTESTED,
    UNCOVERED,
    SLOW,
)
