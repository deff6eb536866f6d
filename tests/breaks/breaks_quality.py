"""Breaks of what checks types, style, tests and coverage, and of the CI that runs all that."""

from functools import partial
from textwrap import indent

from tests.breaks.table import Change, Row, all_of, append, edit
from tests.support.breaks import WORKFLOW
from tests.support.football import Football

MAKEFILE = "Makefile"
UNIT = "tests/unit/test_domain.py"
HOLLOW_RULES = (
    "lint:\n\t@echo '60 files already formatted'\n\ntype-check:\n\t@echo '60 source files'\n"
)


def write(path: str, text: str, mode: int = 0o644) -> Change:
    """Write a file."""

    def do(football: Football) -> None:
        football.write(path, text)
        (football.folder / path).chmod(mode)

    return do


recipe = partial(edit, MAKEFILE)
workflow = partial(edit, WORKFLOW)
CHECK, FORMAT = r"^\truff check \.$", r"^\truff format --check \.$"
QUIET = recipe(CHECK, "\truff check --quiet --no-cache .")


def lint(name: str, broken: Change, neighbour: Change = QUIET) -> Row:
    """Weaken `make lint`."""
    return Row("make: lint", "T8.2", name, broken, neighbour)


LINT = (
    lint("ruff's failure is hidden", recipe(CHECK, r"\g<0> || true")),
    lint("ruff finds and ends well", recipe(CHECK, r"\g<0> --exit-zero")),
    lint(
        "a folder less",
        recipe(CHECK, "\truff check scripts tests ops"),
        recipe(CHECK, "\truff check src scripts tests ops"),
    ),
    lint(
        "a layer is left out",
        recipe(CHECK, r"\g<0> --extend-exclude src/api"),
        recipe(CHECK, r"\g<0> --extend-exclude build"),
    ),
    lint(
        "make ignores ruff's failure",
        recipe(CHECK, "\t-ruff check ."),
        recipe(CHECK, "\t@ruff check ."),
    ),
    lint("hardly a rule", recipe(CHECK, r"\g<0> --select E9")),
    lint(
        "rules less",
        recipe(CHECK, r"\g<0> --ignore F,B"),
        recipe(CHECK, r"\g<0> --extend-select PIE"),
    ),
    lint("the settings are put aside", recipe(CHECK, r"\g<0> --isolated")),
    lint(
        "the formatter's failure is hidden",
        recipe(FORMAT, r"\g<0> || true"),
        recipe(FORMAT, r"\g<0> && true"),
    ),
    lint(
        "the formatter looks at two folders",
        recipe(FORMAT, "\truff format --check tests ops src/core src/services"),
        recipe(FORMAT, "\truff format --check ops tests scripts src"),
    ),
    lint(
        "the formatter mends what it finds",
        recipe(FORMAT, "\truff format . | sed 's/unchanged/already formatted/'"),
        recipe(FORMAT, "\truff format --check --diff ."),
    ),
    lint(
        "a pipe takes ruff's status",
        recipe(CHECK, r"\g<0> | tail -1"),
        recipe(CHECK, r"\g<0> >lint.log"),
    ),
)

MYPY = r"^\tmypy --strict \$\(CODE\)$"
SHOWN = recipe(MYPY, r"\g<0> --pretty")


def types(name: str, broken: Change, neighbour: Change = SHOWN) -> Row:
    """Weaken `make type-check`."""
    return Row("make: type-check", "T2.5", name, broken, neighbour)


TYPES = (
    types("not strict", recipe(MYPY, "\tmypy $(CODE)"), recipe(MYPY, "\tmypy $(CODE) --strict")),
    types(
        "the tests are left out",
        recipe(r"^CODE := src scripts tests$", "CODE := src scripts"),
        recipe(r"^CODE := src scripts tests$", "CODE := tests scripts src"),
    ),
    types("an error is switched off", recipe(MYPY, r"\g<0> --disable-error-code arg-type")),
    types(
        "a layer is left out",
        recipe(MYPY, r"\g<0> --exclude src/api"),
        recipe(MYPY, r"\g<0> --exclude build/"),
    ),
    types("the failure is hidden", recipe(MYPY, r"\g<0> || true")),
    types("make ignores the failure", recipe(MYPY, "\t-mypy --strict $(CODE)")),
    types(
        "generics need no parameters",
        recipe(MYPY, r"\g<0> --allow-any-generics"),
        recipe(MYPY, r"\g<0> --disallow-any-unimported"),
    ),
    types(
        "functions need no types",
        recipe(MYPY, r"\g<0> --allow-untyped-defs --allow-incomplete-defs"),
    ),
    types(
        "the errors are counted, not heard",
        recipe(MYPY, r"\g<0> | tail -1"),
        recipe(MYPY, r"\g<0> --no-color-output"),
    ),
)

RUN, SHOW = r"^\tcoverage run -m pytest$", r"^\tcoverage report "


def coverage(name: str, broken: Change, neighbour: Change) -> Row:
    """Weaken `make coverage`."""
    return Row("make: coverage", "T4.5", name, broken, neighbour)


COVERAGE = (
    coverage(
        "one folder of tests",
        recipe(RUN, r"\g<0> tests/integration"),
        recipe(RUN, r"\g<0> tests"),
    ),
    coverage(
        "one file of tests",
        recipe(RUN, r"\g<0> tests/integration/test_api.py"),
        recipe(RUN, r"\g<0> tests/unit tests/integration tests/e2e"),
    ),
    coverage(
        "tests chosen by a variable",
        recipe(r"^CODE :=", r"export PYTEST_ADDOPTS := -k api\n\g<0>"),
        recipe(r"^CODE :=", r"export PYTEST_ADDOPTS := --durations 3\n\g<0>"),
    ),
    coverage(
        "tests chosen by their names",
        recipe(RUN, r"\g<0> -k 'not backup'"),
        recipe(RUN, r"\g<0> -k 'test or not test'"),
    ),
    coverage(
        "a test left out by name",
        recipe(RUN, r"\g<0> --deselect tests/unit/test_config.py"),
        recipe(RUN, r"\g<0> --durations 3"),
    ),
    coverage(
        "a folder of tests ignored",
        recipe(RUN, r"\g<0> --ignore tests/e2e"),
        recipe(RUN, r"\g<0> --ignore tests/nothing"),
    ),
    coverage(
        "a layer is not measured",
        recipe(RUN, "\tcoverage run --omit 'src/database/*' -m pytest"),
        recipe(RUN, "\tcoverage run --omit 'build/*' -m pytest"),
    ),
    coverage(
        "a layer is not shown",
        recipe(SHOW, r"\g<0>--omit 'src/database/*' "),
        recipe(SHOW, r"\g<0>--omit 'build/*' "),
    ),
    coverage(
        "only a layer is shown",
        recipe(SHOW, r"\g<0>--include 'src/api/*' "),
        recipe(SHOW, r"\g<0>--sort=cover "),
    ),
    coverage(
        "the failure of tests is hidden",
        recipe(RUN, r"\g<0> || true"),
        recipe(RUN, r"\g<0> && true"),
    ),
    coverage(
        "the tests are only collected",
        recipe(RUN, r"\g<0> --collect-only"),
        recipe(RUN, r"\g<0> --strict-markers"),
    ),
)


def a_test(body: str, imports: str = "") -> Change:
    """Add a test of what `expected_points` answers."""
    text = f"\n\ndef test_of_a_level() -> None:\n{indent(body, '    ')}\n"
    head = edit(UNIT, r"^import pytest$", rf"{imports}\n\n\g<0>") if imports else append(UNIT, "")
    return all_of(append(UNIT, text), head)


MOCK = "from unittest import mock"


def claim(name: str, hollow: str, serious: str, imports: str = "") -> Row:
    """Add a test that shows nothing, and one like it that does."""
    return Row(
        "tests: hollow ones", "T9.3", name, a_test(hollow, imports), a_test(serious, imports)
    )


HOLLOW = (
    claim(
        "an answer is itself",
        "assert expected_points(LEVEL) == expected_points(LEVEL)",
        "assert expected_points(LEVEL) == 1 - expected_points(LEVEL)",
    ),
    claim(
        "an absurd tolerance",
        "assert expected_points(LEVEL) == pytest.approx(1, abs=1e9)",
        "assert expected_points(LEVEL) == pytest.approx(0.4, abs=0.2)",
    ),
    claim(
        "an absurd distance",
        "assert abs(expected_points(LEVEL) - 1) < 1e6",
        "assert abs(expected_points(LEVEL) - 0.5) < 0.1",
    ),
    claim(
        "an absurd closeness",
        "assert math.isclose(expected_points(LEVEL), 1, abs_tol=1e9)",
        "assert math.isclose(expected_points(LEVEL), 0.4, abs_tol=0.2)",
        "import math",
    ),
    claim(
        "what a mock was given comes back",
        "double = mock.Mock(return_value=expected_points(LEVEL))\nassert double() == double()",
        "double = mock.Mock(return_value=expected_points(LEVEL))\nassert double() == 0.5",
        MOCK,
    ),
    claim(
        "a mock alone",
        "double = mock.Mock(return_value=0.5)\nassert double(1) == 0.5",
        "double = mock.Mock(side_effect=expected_points)\nassert double(LEVEL) == 0.5",
        MOCK,
    ),
    claim(
        "a mock was called by the test",
        "double = mock.Mock()\ndouble.send(1)\ndouble.send.assert_called_once_with(1)",
        "double = mock.Mock()\ndouble(expected_points(LEVEL))\ndouble.assert_called_once_with(0.5)",
        MOCK,
    ),
    claim(
        "at most what it is",
        "points = expected_points(LEVEL)\nassert points <= points",
        "points = expected_points(LEVEL)\nassert 0 < points < 1",
    ),
    claim(
        "one of itself",
        "assert expected_points(LEVEL) in [expected_points(LEVEL)]",
        "assert expected_points(LEVEL) in [0.25, 0.5]",
    ),
    claim(
        "both sides are worked out alike",
        "assert sorted([expected_points(LEVEL)]) == [expected_points(LEVEL)]",
        "assert sorted([expected_points(LEVEL), 0]) == [0, 0.5]",
    ),
    claim(
        "not what it could never be",
        "assert expected_points(LEVEL) != 1e99",
        "assert expected_points(LEVEL) != 0",
    ),
    claim(
        "objects are themselves",
        "score = Score(1, 0)\nassert rated(LEVEL, score) == rated(LEVEL, score)",
        "assert rated(LEVEL, Score(1, 0)) != rated(LEVEL, Score(0, 1))",
    ),
)

STEP = r"^        run: make lint$"
LINTING = r"^      - name: Lint$"
CHECKOUT = r"^      - uses: actions/checkout@v4$"
JOB_ENV = r"^    env:$"
BEFORE = workflow(LINTING, r"      - run: python --version\n\g<0>")
HARMLESS = workflow(JOB_ENV, r"\g<0>\n      PIP_DISABLE_PIP_VERSION_CHECK: '1'")


def runs(name: str, broken: Change, neighbour: Change = BEFORE) -> Row:
    """Have the CI run something else than `make lint` of this commit."""
    return Row("ci: what runs", "T8.6", name, broken, neighbour)


def before(command: str) -> Change:
    """Run a command in the step before."""
    return workflow(LINTING, rf"      - run: {command}\n\g<0>")


def in_the_job(variable: str) -> Change:
    """Set a variable for all steps."""
    return workflow(JOB_ENV, rf"\g<0>\n      {variable}")


ELSEWHERE = write("ci/Makefile", HOLLOW_RULES)
OWN_MAKE = write("ci/make", "#!/bin/sh\nexit 0\n", 0o755)
FULL = workflow(CHECKOUT, r"\g<0>\n        with:\n          fetch-depth: 0")

CI = (
    runs(
        "a Makefile in another folder",
        all_of(ELSEWHERE, workflow(STEP, r"\g<0>\n        working-directory: ci")),
        workflow(STEP, r"\g<0>\n        working-directory: ."),
    ),
    runs(
        "make goes into another folder",
        all_of(ELSEWHERE, workflow(STEP, "        run: make -C ci lint")),
    ),
    runs(
        "the shell goes into another folder",
        all_of(ELSEWHERE, workflow(STEP, "        run: cd ci && make lint")),
    ),
    runs(
        "all steps are in another folder",
        all_of(ELSEWHERE, workflow("^jobs:", "defaults: {run: {working-directory: ci}}\n\njobs:")),
        workflow("^jobs:", "defaults: {run: {shell: bash}}\n\njobs:"),
    ),
    runs(
        "the shell begins with a file of its own",
        all_of(write("ci/env.sh", "make() { :; }\n"), in_the_job("BASH_ENV: ci/env.sh")),
        HARMLESS,
    ),
    runs(
        "make reads another file first",
        all_of(ELSEWHERE, in_the_job("MAKEFILES: ci/Makefile")),
        HARMLESS,
    ),
    runs(
        "a step has make read another file first",
        all_of(ELSEWHERE, before('echo "MAKEFILES=ci/Makefile" >> "$GITHUB_ENV"')),
        before('echo "MAKEFILES are not set" >> "$GITHUB_STEP_SUMMARY"'),
    ),
    runs("make only says what it would do", in_the_job("MAKEFLAGS: -n"), HARMLESS),
    runs(
        "its own make, by the path of all steps",
        all_of(OWN_MAKE, before('echo "$PWD/ci" >> "$GITHUB_PATH"')),
    ),
    runs(
        "its own make, by the path of the step",
        all_of(OWN_MAKE, workflow(STEP, "        run: PATH=ci:$PATH make lint")),
    ),
    runs("its own make, by the job's path", all_of(OWN_MAKE, in_the_job("PATH: ci")), HARMLESS),
    runs("its own make is installed", all_of(OWN_MAKE, before("sudo cp ci/make /usr/bin"))),
    runs("an old commit", workflow(CHECKOUT, r"\g<0>\n        with:\n          ref: v0.1"), FULL),
    runs("an old commit, by hand", before("git checkout v0.1"), before("git log -1")),
    runs("an old commit, put back", before("git reset --hard v0.1"), before("git status")),
    runs(
        "another repository",
        workflow(CHECKOUT, r"\g<0>\n        with:\n          repository: other/football"),
        FULL,
    ),
    runs("another Makefile is put in its place", all_of(ELSEWHERE, before("cp ci/Makefile ."))),
    runs(
        "a Makefile that comes first",
        write("GNUmakefile", HOLLOW_RULES),
        write("ci/GNUmakefile", HOLLOW_RULES),
    ),
    runs("the recipe is changed on the way", before("sed -i s/ruff/true/ Makefile")),
    runs(
        "the shell only reads",
        workflow(STEP, r"\g<0>\n        shell: bash -n {0}"),
        workflow(STEP, r"\g<0>\n        shell: bash"),
    ),
    runs(
        "only at night",
        workflow(STEP, r"\g<0>\n        if: github.event_name == 'schedule'"),
        workflow(STEP, r"\g<0>\n        if: always()"),
    ),
    runs(
        "its failure fails nothing",
        workflow(r"^    timeout-minutes: 15$", r"\g<0>\n    continue-on-error: true"),
        workflow(r"^    timeout-minutes: 15$", "    timeout-minutes: 20"),
    ),
)

ROWS = (*LINT, *TYPES, *COVERAGE, *HOLLOW, *CI)
