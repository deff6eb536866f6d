"""Which criteria apply, and what is left out."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from readiness.load.catalogue import load_catalogue
from readiness.model.errors import BoardError
from readiness.model.words import Priority
from readiness.propose.proposal import Proposal, Proposed
from readiness.propose.proposals import propose
from readiness.propose.rules import load_rules
from readiness.propose.survey import survey
from tests.support.checking import build
from tests.support.repositories import commit

PACKAGE = {"shop/__init__.py": "", "shop/a.py": "x = 1\n", "tests/test_a.py": "def test(): ...\n"}


def of_files(folder: Path, files: Mapping[str, str], *added: str) -> Proposed:
    """What applies to a project of these files; `added` is asked for."""
    build(str(folder), files)
    return propose(survey(str(folder)), load_rules([str(folder / "checks")]), added)


def proposed(folder: Path, files: Mapping[str, str], *added: str) -> Proposed:
    """What applies to a project of a package, its tests and these files."""
    return of_files(folder, {**PACKAGE, **files}, *added)


def ci(*commands: str) -> dict[str, str]:
    """A workflow that runs some commands."""
    text = "".join(f"      - run: {command}\n" for command in commands)
    return {".github/workflows/ci.yml": f"jobs:\n  a:\n    steps:\n{text}"}


def the(answer: Proposed, check: str) -> Proposal:
    """The one proposal or offer of a check."""
    (proposal,) = [one for one in (*answer.proposals, *answer.offers) if one.check == check]
    return proposal


def reasons(answer: Proposed) -> dict[str, str]:
    """Why each thing was left out."""
    return {omission.what: omission.why for omission in answer.left_out}


PYPROJECT, ASKS = "pyproject.toml", "pyproject.toml asks for mypy"
SIGNS = {
    "a command of CI": (ci("mypy shop"), "CI runs it: mypy shop (.github/workflows/ci.yml)"),
    "a recipe": ({"Makefile": "lint:\n\tmypy shop\n"}, "`make lint` runs it (Makefile)"),
    "a table": ({"pyproject.toml": "[tool.mypy]\n"}, "pyproject.toml has [tool.mypy]"),
    "a file of settings": ({"mypy.ini": "[mypy]\n"}, "mypy.ini is there"),
    "a file": ({"shop/py.typed": ""}, "shop/py.typed is there"),
    "an extra": ({PYPROJECT: '[project.optional-dependencies]\ndev = ["mypy>=1"]\n'}, ASKS),
    "a group": ({PYPROJECT: '[dependency-groups]\ndev = ["MyPy"]\n'}, ASKS),
    "a requirements file": (
        {"requirements-dev.txt": "-r x.txt\n# no\nmypy == 1\n"},
        "requirements-dev.txt asks for mypy",
    ),
    "a Pipfile": ({"Pipfile": '[dev-packages]\nmypy = "*"\n'}, "Pipfile asks for mypy"),
}


@pytest.mark.parametrize(("files", "why"), SIGNS.values(), ids=SIGNS)
def test_a_check_applies_where_something_speaks_for_it(
    files: dict[str, str], why: str, tmp_path: Path
) -> None:
    """Whatever speaks for a check is told in the first words of its comment."""
    assert the(proposed(tmp_path, files), "mypy").why.startswith(f"{why}: ")


def test_nothing_speaks_for_what_is_not_used(tmp_path: Path) -> None:
    """A tool's name in another word, or a twin of its settings, is no sign of it."""
    files = {"pyproject.toml": '[tool.mypyc]\n[project]\ndependencies = ["mypy-zope"]\n'}
    assert [one for one in proposed(tmp_path, files).proposals if one.check == "mypy"] == []


def test_what_ci_runs_and_what_tests_blocks_a_release(tmp_path: Path) -> None:
    """Nothing else does, though its check would have it so."""
    answer = proposed(tmp_path, {"uv.lock": "", **ci("mypy shop")}, "pip-audit")
    blocking = [one.check for one in answer.proposals if one.priority is Priority.P0]
    assert blocking == ["mypy", "pytest"]
    assert the(answer, "pip-audit").priority is Priority.P1


@pytest.mark.parametrize("on", ["schedule: [{cron: '0 0 * * 1'}]", "push: {tags: ['v*']}"])
def test_what_ci_runs_apart_from_changes_is_not_asked_of_them(on: str, tmp_path: Path) -> None:
    """Each week, or for a release. Twin: at a push to a branch."""
    path, text = next(iter(ci("mypy shop").items()))
    answer = proposed(tmp_path, {path: f"on: {{{on}}}\n{text}"})
    assert "mypy" not in [one.check for one in answer.proposals]
    answer = proposed(tmp_path, {path: f"on: {{push: {{branches: [main]}}, {on}}}\n{text}"})
    assert ("mypy" in [one.check for one in answer.proposals]) is on.startswith("schedule")


def test_what_nobody_asks_for_is_offered(tmp_path: Path) -> None:
    """Once, though several files speak for it; who adds it has it as a criterion."""
    files = {"uv.lock": "", "poetry.lock": "", "requirements-dev.txt": "mypy\n"}
    answer = proposed(tmp_path, files)
    assert [one.check for one in answer.proposals] == ["pytest"]
    offers = [one.check for one in answer.offers]
    assert {"mypy", "pip-audit", "coverage", "suppressions"} <= set(offers)
    assert len(set(offers)) == len(offers)
    answer = proposed(tmp_path, files, "mypy")
    assert "mypy" in [one.check for one in answer.proposals]
    assert "mypy" not in [one.check for one in answer.offers]


def test_settings_ask_for_a_check_where_nothing_is_run(tmp_path: Path) -> None:
    """Else they are of what somebody runs by hand, or once did. So does a recipe that rewrites."""
    files = {"pyproject.toml": "[tool.mypy]\n"}
    assert the(proposed(tmp_path / "a", files), "mypy").asked
    assert not the(proposed(tmp_path / "b", {**files, **ci("pytest")}), "mypy").asked
    answer = proposed(tmp_path / "c", {"Makefile": "format:\n\truff format\n"})
    assert "ruff-format" not in [one.check for one in answer.proposals]


def test_what_a_hook_runs_is_asked_for_once(tmp_path: Path) -> None:
    """By the hooks' own criterion, in their environments. Twin: CI runs it too; tests."""
    files = {".pre-commit-config.yaml": HOOK, "pyproject.toml": "[tool.black]\n"}
    answer = proposed(tmp_path, files)
    hooks = the(answer, "pre-commit")
    assert hooks.why.startswith("`pre-commit run --all-files` runs it (.pre-commit-config.yaml)")
    assert {one.check for one in answer.proposals} == {"pytest", "pre-commit"}
    assert "black" not in [one.check for one in answer.offers]
    own = "- {repo: local, hooks: [{id: pytest, entry: pytest, language: system}]}"
    tested = proposed(tmp_path / "tests", {".pre-commit-config.yaml": f"repos:\n{own}\n"})
    assert {one.check for one in tested.proposals} == {"pytest", "pre-commit"}
    answer = proposed(tmp_path, {**files, **ci("black --check .")})
    assert {one.check for one in answer.proposals} == {"pytest", "pre-commit", "black"}


PATHS = [
    (ci("mypy --strict shop tests"), {"paths": "shop tests", "args": "--strict"}),
    (ci("mypy --cache-dir shop"), {"paths": "shop"}),
    (
        {"conf/mypy.ini": "", **ci("mypy --config-file=conf/mypy.ini shop")},
        {"paths": "shop", "config": "conf/mypy.ini"},
    ),
    (ci("mypy shop/a.py", "mypy"), {"paths": "shop"}),
    (ci("mypy shop/a.py", "mypy shop"), {"paths": "shop"}),
    ({"Makefile": "lint:\n\tmypy\n", **ci("mypy shop/a.py")}, {"paths": "shop/a.py"}),
    (ci("mypy a.py\n        working-directory: shop"), {"paths": "shop/a.py"}),
    ({"pyproject.toml": '[tool.mypy]\nfiles = ["shop/a.py", "gone"]\n'}, {"paths": "shop/a.py"}),
    ({"setup.cfg": "[mypy]\nfiles = shop, tests\n"}, {"paths": "shop tests"}),
    ({"pyproject.toml": "[tool.mypy]\n"}, {"paths": "shop"}),
]


@pytest.mark.parametrize(("files", "params"), PATHS)
def test_a_check_looks_where_the_project_does(
    files: dict[str, str], params: dict[str, str], tmp_path: Path
) -> None:
    """Paths come from the command, else from settings, else from the layout; only those there."""
    assert the(proposed(tmp_path, files), "mypy").params == params


LOCKS = ["uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml", "pylock.dev.toml"]


def test_each_lock_is_compared_and_audited(tmp_path: Path) -> None:
    """None stands for another, whatever CI audits, and no two criteria of a check share a title."""
    files = dict.fromkeys(["requirements.lock", "pyproject.toml", *LOCKS], "")
    wanted = {**files, **ci("pip-audit -r requirements.lock")}
    answer = proposed(tmp_path, wanted, "lock", "pip-audit")
    for check in ("lock", "pip-audit"):
        ours = [proposal for proposal in answer.proposals if proposal.check == check]
        assert {proposal.params["lock"] for proposal in ours} == {"requirements.lock", *LOCKS}
        assert len({proposal.title for proposal in ours}) == len(ours)
        inputs = {proposal.params.get("inputs") for proposal in ours}
        assert inputs == {"pyproject.toml" if check == "lock" else None}
    assert "lock" not in " ".join(reasons(answer))


def test_a_lock_of_a_sample_or_of_another_project_is_not_proposed(tmp_path: Path) -> None:
    """Only what lies beside the project's own settings is what it is installed from."""
    found = proposed(tmp_path, {"tests/uv.lock": "", "web/yarn.lock": ""})
    assert {each.check for each in found.offers} & {"lock", "pip-audit"} == set()


def test_one_run_of_the_tests_serves_all(tmp_path: Path) -> None:
    """Coverage is given what the tests are given, with the options that CI has for them."""
    command = "pytest -vv -n4 -m 'not net' --cov shop --record=none --import-mode importlib tests"
    answer = proposed(tmp_path, ci(command))
    args = "-m 'not net' --record=none --import-mode=importlib"
    params = {"paths": "tests", "source": "shop", "args": args}
    assert the(answer, "pytest").params == the(answer, "coverage").params == params


def test_jobs_for_some_tests_each_are_about_all(tmp_path: Path) -> None:
    """What only one of them asks for would leave out the others' tests."""
    answer = proposed(tmp_path, ci("pytest --import-mode importlib -m a", "pytest -m 'not a'"))
    assert the(answer, "pytest").params["args"] == "--import-mode=importlib"


def test_a_command_of_ci_that_only_looks_becomes_a_criterion(tmp_path: Path) -> None:
    """It is run as CI does, once, and told where it stands."""
    found = proposed(tmp_path, ci("codespell docs", "codespell docs"))
    (own,) = [one for one in found.proposals if one.run]
    assert (own.run, own.title) == ("codespell docs", "`codespell docs` passes")
    assert own.why == "CI runs it: codespell docs (.github/workflows/ci.yml)"


def test_what_does_harm_is_left_out_and_named(tmp_path: Path) -> None:
    """Each with what it does; what is not known, and what is cut out of a line, too."""
    commands = "twine upload x", "alembic upgrade head", "./go", "codespell x || true", "yapf -i ."
    answer = proposed(tmp_path, ci(*commands))
    assert [proposal for proposal in answer.proposals if proposal.run] == []
    assert {what.partition(" (")[0]: why for what, why in reasons(answer).items()} == {
        "twine upload x": "it publishes",
        "alembic upgrade head": "it migrates",
        "./go": "what it does is unknown",
        "codespell x": "it is part of a longer command",
        "yapf -i .": "it rewrites",
    }


MAKE = [
    ("lint:\n\tcodespell docs\n", True, ""),
    ("lint:\n\tmypy shop\n", False, ""),
    ("lint: up\n\tcodespell docs\nup:\n\tpip install x\n", False, "it installs: pip install x"),
    ("lint:\n\tcodespell docs\n\trm -rf x\n", False, "it deletes: rm -rf x"),
    ("lint:\n\t./go\n", False, "what `go` does is unknown"),
    ("lint: part\n\t@echo ok\npart:\n\t$(MAKE) other\nother:\n\tcodespell docs\n", True, ""),
]


@pytest.mark.parametrize(("makefile", "taken", "why"), MAKE)
def test_a_target_is_what_its_recipe_does(
    makefile: str, taken: bool, why: str, tmp_path: Path
) -> None:
    """A harmless target is a criterion, unless a check says more; another is named with why."""
    answer = proposed(tmp_path, {"Makefile": makefile, **ci("make lint")})
    targets = [one.params["target"] for one in answer.proposals if one.check == "make-target"]
    assert targets == (["lint"] if taken else [])
    assert reasons(answer).get("make lint", "") == why


def test_a_check_of_the_project_is_proposed_too(tmp_path: Path) -> None:
    """Adding a check takes one file, beside the board as among the built-in ones."""
    check = """
run: spelling $paths
params: {paths: {default: docs}}
propose:
  - {title: No typos, task: Spelling, priority: P3, why: they look bad,
     when: {files: [words.txt]}, with: {paths: "{file}"}}
"""
    found = proposed(tmp_path, {"checks/spelling.yaml": check, "words.txt": ""})
    assert the(found, "spelling").params == {"paths": "words.txt"}


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("with: {path: x}", 'unknown parameter "path"; did you mean "paths"?'),
        ("measure: error", 'unknown measure "error"'),
        ("when: {file: [x]}", "file"),
    ],
)
def test_a_rule_that_does_not_fit_is_a_fault(rule: str, message: str, tmp_path: Path) -> None:
    """A check that proposes what it does not have is told with its place."""
    check = "run: x\nparams: {paths: {default: docs}}\npropose:\n"
    check += f"  - {{title: a, task: b, priority: P1, why: c, {rule}}}\n"
    build(str(tmp_path), {"checks/x.yaml": check})
    with pytest.raises(BoardError) as caught:
        load_rules([str(tmp_path / "checks")])
    assert message in str(caught.value)


def test_every_rule_names_a_check_with_the_measure_it_asks_for() -> None:
    """The built-in rules fit their checks, and each says why."""
    catalogue = load_catalogue([])
    rules = load_rules([])
    assert len(rules) >= 20
    assert all(rule.check in catalogue for rule in rules)
    assert [rule.check for rule in rules if not rule.propose.why] == ["make-target"]


def test_what_lies_beside_the_projects_of_a_repository_is_seen(tmp_path: Path) -> None:
    """Configuration and documents at the root belong to no part, and apply all the same."""
    files = {f"packages/{name}/src/{name}/__init__.py": "" for name in "ab"}
    files |= {f"packages/{name}/pyproject.toml": "" for name in "ab"}
    answer = of_files(tmp_path, {**files, "README.md": "# Shop\n", "alembic.ini": ""}, *["ruff"])
    assert the(answer, "documents").params["paths"] == "README.md"
    assert the(answer, "alembic-heads").params == {"config": "alembic.ini"}
    linted = {one.params["paths"] for one in answer.proposals if one.check == "ruff"}
    assert linted == {"packages/a", "packages/b"}


def test_a_command_speaks_for_the_project_that_it_is_run_in(tmp_path: Path) -> None:
    """Of several in one repository, by its folder or its paths; one that names none, for all."""
    paths = ("pyproject.toml", "src/{name}/__init__.py", "tests/test_x.py")
    parts = {f"{name}/{path.format(name=name)}": "" for name in "ab" for path in paths}
    steps = ci("mypy src\n        working-directory: a", "ruff check b/src", "pytest -q")
    answer = of_files(tmp_path, {**parts, **steps})
    by_ci = [proposal for proposal in answer.proposals if "CI runs" in proposal.why]
    pairs = {(proposal.check, proposal.params.get("paths", "")) for proposal in by_ci}
    assert {pair for pair in pairs if pair[0] in ("mypy", "ruff", "pytest")} == {
        ("mypy", "a/src"),
        ("ruff", "b/src"),
        ("pytest", "a"),
        ("pytest", "b"),
    }


UNITTEST = "import unittest\n\n\nclass A(unittest.TestCase):\n    def test(self): ...\n"
SUITES = {
    "unittest in one file": ({"tests.py": UNITTEST}, "unittest", ["tests.py"]),
    "unittest with a helper": (
        {"tests/test_a.py": f"{UNITTEST}\n\ndef testing_server(): ...\n"},
        "unittest",
        ["discover -s tests"],
    ),
    "unittest in a package": (
        {"tests/__init__.py": "", "tests/test_a.py": UNITTEST},
        "unittest",
        ["discover -s tests -t ."],
    ),
    "unittest in two places": (
        {"a/test_a.py": UNITTEST, "tests/a_test.py": UNITTEST},
        "unittest",
        ["discover -s a", "discover -s tests -p '*_test.py'"],
    ),
    "what CI runs": (
        {"tests/test_a.py": UNITTEST, **ci("python -m unittest -v tests/test_a.py")},
        "unittest",
        ["-v tests/test_a.py"],
    ),
    "another language": ({"go.mod": "", **ci("go test ./...")}, "go test ./...", []),
}


@pytest.mark.parametrize(("files", "runner", "runs"), SUITES.values(), ids=SUITES)
def test_tests_that_pytest_does_not_run_are_run_too(
    files: dict[str, str], runner: str, runs: list[str], tmp_path: Path
) -> None:
    """They block the release as those of pytest do."""
    found = of_files(tmp_path, files)
    (tests,) = [proposal for proposal in found.proposals if proposal.tests]
    assert (tests.check or tests.run, tests.priority) == (runner, Priority.P0)
    assert [*tests.params.values(), *tests.matrix.get("args", [])] == runs


HOOK = "repos: [{repo: https://x.org/psf/black, rev: 23.1.0, hooks: [{id: black}]}]\n"
LINES = "[testenv:style]\ncommands =\n  isort -c shop\n  pylint -E --disable C0114 shop\n"
SCRIPTS = '[tool.hatch.envs.types.scripts]\nall = ["strict"]\nstrict = "pyright {args:shop}"\n'
LINTERS: list[tuple[dict[str, str], dict[str, dict[str, str]]]] = [
    (
        {"tox.ini": LINES},
        {"isort": {"paths": "shop"}, "pylint": {"paths": "shop", "args": "-E --disable=C0114"}},
    ),
    ({"pyproject.toml": SCRIPTS, **ci("hatch run types:all")}, {"pyright": {"paths": "shop"}}),
    ({"requirements-dev.txt": "basedpyright\n"}, {"basedpyright": {}}),
    (ci("uv run ty check shop"), {"ty": {"paths": "shop"}}),
    (
        {".flake8": "[flake8]\n", **ci("flake8 --select=E9 --statistics .")},
        {"flake8": {"paths": ".", "args": "--select=E9"}},
    ),
]


@pytest.mark.parametrize(("files", "checks"), LINTERS)
def test_what_a_project_uses_becomes_a_check(
    files: dict[str, str], checks: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    """Hooks, environments, scripts, requirements and CI speak for a linter, with its options."""
    build(str(tmp_path), {"shop/__init__.py": "", **files})
    rules = [rule for rule in load_rules([]) if rule.propose.task in ("Style", "Types")]
    proposed = propose(survey(str(tmp_path)), rules)
    params = {one.check: one.params for one in (*proposed.proposals, *proposed.offers)}
    assert {name: params.get(name) for name in checks} == checks
    assert not [proposal for proposal in proposed.proposals if proposal.run and not proposal.exits]


@pytest.mark.parametrize(
    ("files", "check"),
    [
        ({"shop/__init__.py": '"""Sums.\n\n>>> 1 + 1\n2\n"""\n'}, "pytest"),
        ({"Makefile": "test:\n\tgo test $(FLAGS) ./...\n", **ci("make test")}, "make-target"),
        ({"shop/__init__.py": ""}, ""),
    ],
)
def test_something_runs_the_tests(files: dict[str, str], check: str, tmp_path: Path) -> None:
    """Examples in docstrings are tests; where nothing is recognised, that stands on the board."""
    found = of_files(tmp_path, files)
    (tests,) = [proposal for proposal in found.proposals if proposal.tests]
    assert (tests.check, tests.priority) == (check, Priority.P0)
    assert bool(tests.exits) is not bool(check)


SCRIPTS = '{"scripts": {"lint": "eslint src && prettier --check .", "test": "vitest run"}}'


def test_scripts_of_package_json_are_taken_apart(tmp_path: Path) -> None:
    """What CI runs by their names is what speaks for a check, with the paths of the script."""
    files = {"package.json": SCRIPTS, "src/a.js": "", **ci("npm run lint", "npm test")}
    answer = proposed(tmp_path, files)
    eslint, vitest = the(answer, "eslint"), the(answer, "vitest")
    assert eslint.why.startswith("CI runs it: npm run lint (.github/workflows/ci.yml)")
    assert eslint.params == {"paths": "src"}
    assert (vitest.priority, the(answer, "prettier").workdir) == (Priority.P0, "")


def test_a_project_of_another_language_is_measured_in_its_folder(tmp_path: Path) -> None:
    """In a task of its own, by what is run there, or what it has."""
    files = {
        "web/package.json": '{"devDependencies": {"vitest": "4"}}',
        "web/tsconfig.json": "{}",
        "cli/go.mod": "",
        "cli/a_test.go": "",
        "core/Cargo.toml": "",
        "examples/b/go.mod": "",
    }
    answer = proposed(tmp_path, files, "clippy")
    checks = {each.check: (each.workdir, each.task) for each in answer.proposals if each.workdir}
    assert checks["tsc"] == ("web", "Types of web")
    assert {name: checks[name][0] for name in ("vitest", "go-test", "cargo-test", "clippy")} == {
        "vitest": "web",
        "go-test": "cli",
        "cargo-test": "core",
        "clippy": "core",
    }


def test_a_script_with_tests_of_its_own_kind_stands_for_all_that_it_runs(tmp_path: Path) -> None:
    """No check runs them: `npm test` itself is the criterion."""
    files = {"package.json": '{"scripts": {"test": "ava && tsd"}}', **ci("npm test")}
    for line in ("npm test", "if true; then npm test; fi"):
        answer = of_files(tmp_path, {**files, **ci(line)})
        assert [each.run for each in answer.proposals if each.tests] == ["npm test"]


def test_each_package_of_a_workspace_runs_its_own_tests(tmp_path: Path) -> None:
    """Where its package.json lies: the root has no such script."""
    files = {"package.json": '{"workspaces": ["packages/*"]}'}
    for name in "ab":
        files[f"packages/{name}/package.json"] = '{"scripts": {"test": "ava"}}'
    answer = of_files(tmp_path, files)
    assert [(each.run, each.workdir) for each in answer.proposals if each.tests] == [
        ("npm test", "packages/a"),
        ("npm test", "packages/b"),
    ]


@pytest.mark.parametrize(
    ("script", "command"),
    [
        ("node --test", "node --test-reporter=junit --test"),
        ("node --test --test-reporter dot a", "node --test-reporter=junit --test a"),
        (
            "mocha -R=dot a",
            "mocha a --reporter xunit --reporter-option output=$READINESS_TMP/mocha.xml",
        ),
        ("bats --tap tests", "bats tests --formatter junit"),
        ("node --test a/*.mjs", ""),
        ("NODE_ENV=a mocha && tsd", ""),
    ],
)
def test_a_runner_that_can_write_a_report_is_read_by_it(
    script: str, command: str, tmp_path: Path
) -> None:
    """With all that its command says; what cannot be said again stays the project's own command."""
    answer = of_files(tmp_path, {"package.json": json.dumps({"scripts": {"test": script}})})
    tests = [each.params.get("command", each.run) for each in answer.proposals if each.tests]
    assert tests == [command or "npm test"]


def test_an_action_of_ci_speaks_for_a_check(tmp_path: Path) -> None:
    """With its arguments. One that no check knows is nothing to tell of."""
    action = "      - uses: golangci/golangci-lint-action@v3\n        with: {args: --timeout=5m}\n"
    files = {"go.mod": "", "a.go": "", **ci("true")}
    files[".github/workflows/ci.yml"] += f"      - uses: actions/checkout@v4\n{action}"
    answer = proposed(tmp_path, files)
    assert the(answer, "golangci-lint").params == {"args": "--timeout=5m"}
    assert the(answer, "golangci-lint").why.startswith("CI runs it: golangci/golangci-lint-action")
    assert not [what for what in reasons(answer) if "checkout" in what]


def test_a_manager_starts_the_programs_of_its_packages(tmp_path: Path) -> None:
    """Where no script has that name. Of `tsc`, all that CI names are checked."""
    scripts = '{"scripts": {"types": "tsc -p a.json && tsc -p b.json", "lint": "eslint src"}}'
    files = {"package.json": scripts, "a.json": "{}", "b.json": "{}", "src/a.js": ""}
    files |= ci("pnpm vitest --coverage", "pnpm types", "pnpm run lint")
    answer = proposed(tmp_path, files)
    assert the(answer, "vitest").why.startswith("CI runs it: pnpm vitest --coverage")
    assert the(answer, "tsc").params == {"projects": "a.json b.json"}
    assert the(answer, "eslint").params == {"paths": "src"}
    assert not [what for what in reasons(answer) if "vitest" in what]


def test_tests_of_colours_do_not_get_the_variable_that_forbids_them(tmp_path: Path) -> None:
    """A command of the project's own gets what it has by hand; twin: others stay as they are."""
    for name, code in {"with": "process.env.NO_COLOR", "without": "NO_COLORS"}.items():
        folder = tmp_path / name
        folder.mkdir()
        commit(folder, {"package.json": '{"scripts": {"test": "ava"}}', "a.js": code})
        answer = propose(survey(str(folder)), load_rules([]))
        runs = [each.run for each in answer.proposals if each.tests]
        assert runs == ["env -u NO_COLOR npm test" if name == "with" else "npm test"]


def test_make_runs_the_tests_where_nothing_else_is_known_to(tmp_path: Path) -> None:
    """By a target of that name. Twin: what a check recognises is measured by that check."""
    answer = of_files(tmp_path / "make", {"Makefile": "test:\n\tsh t.sh\n", "t.sh": "true\n"})
    assert the(answer, "make-target").params == {"target": "test"}
    answer = proposed(tmp_path / "pytest", {"Makefile": "test:\n\tpytest\n"})
    assert "make-target" not in [each.check for each in answer.proposals]


def test_a_tool_looks_at_the_folder_that_ci_enters(tmp_path: Path) -> None:
    """Not at other tests, which CI leaves out. Twin: a path that it names there is its own."""
    files = {
        "shop/__init__.py": "",
        "tests/test_a.py": "def test_a(): ...\n",
        "extra/test_b.py": "def test_b(): ...\n",
    }
    answer = proposed(tmp_path, {**files, **ci("cd tests/ && pytest --cov shop")})
    assert the(answer, "pytest").params["paths"] == "tests"
    answer = proposed(tmp_path / "named", {**files, **ci("cd tests/ && pytest test_a.py")})
    assert the(answer, "pytest").params["paths"] == "tests/test_a.py"


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"pom.xml": "", "core/pom.xml": ""}, "mvn -B -ntp test"),
        ({"pom.xml": "", **ci("mvn verify -Pci")}, "mvn -B -ntp -Pci test"),
        ({"pom.xml": "", "mvnw": "", **ci("./mvnw -B verify")}, "./mvnw -B -ntp test"),
        (
            {"settings.gradle.kts": "", "app/build.gradle.kts": "", "gradlew": ""},
            "./gradlew --no-daemon --no-build-cache --continue cleanTest test",
        ),
        ({"pom.xml": "", "build.gradle": "", "gradlew": ""}, "mvn -B -ntp test"),
    ],
)
def test_the_tests_of_java_are_read_from_their_reports(
    files: dict[str, str], command: str, tmp_path: Path
) -> None:
    """Those of all modules, written anew, by the wrapper and with the profile that CI gives."""
    found = of_files(tmp_path, files)
    (tests,) = [proposal for proposal in found.proposals if proposal.tests]
    assert (tests.check, tests.priority) == ("junit", Priority.P0)
    assert tests.params["command"] == command
    assert tests.params["report"].startswith("**/")


@pytest.mark.parametrize(
    ("command", "projects"),
    [
        ("npx tsc -p tsconfig.ci.json --noEmit", "tsconfig.ci.json"),
        ("npx tsc --project tsconfig.ci.json", "tsconfig.ci.json"),
        ("npx tsc -p nowhere.json", "tsconfig.json"),
        ("cd web && npx tsc -p tsconfig.ci.json", "web/tsconfig.ci.json"),
    ],
)
def test_the_compiler_reads_the_settings_that_ci_names(
    command: str, projects: str, tmp_path: Path
) -> None:
    """In the folder in which CI stands; what is not there cannot be read."""
    files = ["tsconfig.json", "tsconfig.ci.json", "web/tsconfig.ci.json", "package.json"]
    answer = proposed(tmp_path, {**dict.fromkeys(files, "{}"), **ci(command)})
    assert the(answer, "tsc").params["projects"] == projects


def test_auditors_of_workflows_are_proposed_where_somebody_asks_for_them(tmp_path: Path) -> None:
    """Not wherever they happen to be installed; a Compose file only could be checked."""
    files = {".github/zizmor.yml": "", "compose.yaml": "", "compose.prod.yaml": "", **ci("true")}
    checks = {proposal.check: proposal.params for proposal in proposed(tmp_path, files).proposals}
    assert "zizmor" in checks
    assert "actionlint" not in checks
    assert the(proposed(tmp_path, files), "compose-config").params == {"files": "compose.yaml"}
