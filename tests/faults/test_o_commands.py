"""Ordinary work, part A: what careful people write as commands, in a good and a broken project."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from readiness.record.document import CriterionRecord
from tests.support.program import Project, a_board, tried
from tests.support.repositories import commit, git, write

Verdicts = tuple[str, str]

RIGHT: Verdicts = ("pass", "fail")
DOUBTED: Verdicts = ("warn", "fail")
LOST: Verdicts = ("error", "error")


class Row(NamedTuple):
    """A row of the list: its commands, their verdicts where all is well and where it is not.

    `fields` stand beside each command in the board.
    """

    row: int
    commands: str
    verdicts: Verdicts = RIGHT
    fields: dict[str, Any] = {}  # noqa: RUF012 - never changed


def number(expect: str, regex: str = r"\d+") -> dict[str, Any]:
    """The fields of a criterion that reads a number."""
    return {"read": {"as": "text", "regex": regex}, "expect": expect}


URL = "http://localhost:8000"
SERVE = "./start.sh & PID=$!; trap 'kill $PID' EXIT"
COUNTED = "mypy src | grep -c error || true"

ROWS = [
    Row(1, "npm test"),
    Row(2, "npx tsc --noEmit"),
    Row(3, "npx eslint . --max-warnings 0"),
    Row(4, "npm run build --workspaces"),
    Row(5, "npm run lint --if-present"),
    Row(5, "npm run nothing --if-present", LOST),
    Row(6, "pnpm -r test\nyarn lint\nbun test"),
    Row(7, "docker compose config -q"),
    Row(8, "docker build -q ."),
    Row(9, f"curl -fsS {URL}/health"),
    Row(10, f"curl -fsS {URL}/health | jq -e '.status == \"ok\"'"),
    Row(11, f"curl -s -o /dev/null -w '%{{http_code}}' {URL}", fields=number("== 200")),
    Row(12, f"curl -s -o /dev/null -w '%{{http_code}}' {URL}", ("pass", "pass")),
    Row(13, "test -f LICENSE\n[ -f LICENSE ]\ntest -s CHANGELOG.md"),
    Row(14, r"grep -q '^## \[1.2' CHANGELOG.md"),
    Row(15, "! grep -rn TODO src", DOUBTED),
    Row(15, "! grep -rn TODO srcc", LOST),
    Row(16, '[ "$(grep -rn FIXME src | wc -l)" -eq 0 ]', DOUBTED),
    Row(16, '[ "$(grep -rn FIXME srcc | wc -l)" -eq 0 ]', LOST),
    Row(17, 'test -z "$(git status --porcelain)"\n'
        '[ "$(git status --porcelain | wc -l)" = 0 ]\n'
        "! git status --porcelain | grep -q .", DOUBTED),
    Row(18, "make generate && git diff --exit-code -- generated"),
    Row(19, "git diff --quiet origin/main -- api/"),
    Row(20, "bash scripts/check.sh"),
    Row(21, "sh ci/lint.sh", LOST),
    Row(22, "make lint\nmake -C sub test\nmake -s check"),
    Row(23, "just ci\ntask lint\nnox -s tests\ntox -e py311\nhatch run lint\npoe check\ninv lint"),
    Row(24, "cargo test --locked\ncargo clippy -- -D warnings\ncargo fmt --check"),
    Row(25, "go vet ./...\ngo test ./..."),
    Row(25, 'test -z "$(gofmt -l .)"', DOUBTED),
    Row(26, "golangci-lint run\ngovulncheck ./..."),
    Row(27, "terraform validate\nterraform fmt -check -recursive\ntflint"),
    Row(28, "helm lint charts/app\nkubeconform -strict k8s/\n"
        "kubectl apply --dry-run=client -f k8s/"),
    Row(29, "shellcheck scripts/*.sh\nhadolint Dockerfile\nyamllint .\nmarkdownlint '**/*.md'"),
    Row(30, "sh -c 'ruff check src && ruff format --check src'"),
    Row(31, "ruff check src && mypy src\nruff check src; mypy src"),
    Row(32, "timeout 60 pytest -q tests/smoke"),
    Row(33, "python -m pytest -q -x\npython3 -W error -m pytest\n"
        "coverage run -m pytest && coverage report --fail-under=80"),
    Row(34, "python -m compileall -q src"),
    Row(35, "python -c 'import shop; shop.check()'"),
    Row(36, "python scripts/check_links.py"),
    Row(37, "./start.sh & PID=$!; sleep 0.3; kill $PID\n"
        "ruff check src & a=$!; mypy src & b=$!; wait $a && wait $b"),
    Row(38, f"{SERVE}; until curl -s {URL}; do sleep 0.1; done; curl -fsS {URL}"),
    Row(39, f"npx wait-on -t 20000 {URL} && npx playwright test"),
    Row(40, "docker run --rm app pytest -q"),
    Row(41, "ssh host 'systemctl is-active app'"),
    Row(42, "psql -Atc 'select count(*) from alembic_version'", fields=number("== 1")),
    Row(43, "alembic upgrade head && alembic check"),
    Row(44, "python manage.py check --deploy --fail-level WARNING\n"
        "python manage.py makemigrations --check --dry-run"),
    Row(45, "pip check\nuv lock --check\npoetry check --lock\nnpm ci --dry-run\n"
        "npm audit --audit-level=high"),
    Row(46, "du -sk dist | cut -f1", fields=number("< 500")),
    Row(47, "wc -l < src/big.py", fields=number("< 500")),
    Row(47, "find src -name '*.html' | wc -l", fields=number("> 0")),
    Row(48, "find . -name '*.orig' | wc -l", fields=number("== 0")),
    Row(48, "! find . -name '*.rej' | grep -q .", DOUBTED),
    Row(49, "cat coverage.txt", fields=number(">= 80", r"(\d+) %")),
    Row(49, "cat left/coverage.txt", DOUBTED, number(">= 80", r"(\d+) %")),
    Row(50, "jq '.metrics.p95' k6.json", fields=number("< 500")),
    Row(50, "jq '.metrics.p95' left/k6.json", DOUBTED, number("< 500")),
    Row(51, "openssl x509 -checkend 2592000 -noout -in cert.pem"),
    Row(52, "dig +short example.com", fields=number(r"matches ^\d+(\.\d+){3}$", ".+")),
    Row(53, "set -x; make lint\nexport FOO=1; pytest\ncd web && npm test\n(cd web; npm test)\n"
        "pushd web; npm test; popd"),
    Row(54, 'if [ -n "$CI" ]; then pytest -n auto; else pytest; fi'),
    Row(54, '[ -n "$BUILD" ] && pytest', LOST),
    Row(55, 'for d in services/*/; do (cd "$d" && pytest -q); done'),
    Row(55, 'for d in nowhere/*/; do (cd "$d" && pytest -q); done', ("fail", "fail")),
    Row(56, "xargs -n1 -P4 shellcheck < files.txt"),
    Row(57, "mypy src | tee mypy.log\npytest 2>&1 | tail -5"),
    Row(58, "pytest || true", LOST),
    Row(59, COUNTED, DOUBTED, number("== 0")),
    Row(60, "true\necho ok\nexit 0", LOST),
]  # fmt: skip

COUNTING = [
    (
        "mypy src || true",
        "for f in *.txt; do test ! -e $f || n=1; done; echo ${n-0}",
    ),
    ("! nosuch_tool", "if python3 -m py_compile src/big.py; then s=0; else s=$?; fi; echo $s"),
    ("! grep -rn TODO nosuchfolder", "test -f src/a.py && echo 1 || echo 0"),
    ("grep -rn TODO src || true", "grep -c TODO Makefile || true"),
]
"""What hides that a tool failed, and a command that counts, asks or branches, and is read."""

FAKES = """
alembic cargo coverage docker go golangci-lint govulncheck hadolint hatch helm inv just
kubeconform kubectl markdownlint nox npx openssl pip poe poetry pytest ruff shellcheck ssh
task terraform tflint tox uv yamllint
""".split()  # noqa: SIM905
SPEAKING = {
    "curl": 'case "$*" in *code*) echo $((200 + 303 * BROKEN)); exit 0;; -s\\ *) exit 0;; esac\n'
    'echo "{\\"status\\": \\"ok\\"}"',
    "dig": "[ $BROKEN = 0 ] && echo 1.2.3.4 || echo lost; exit 0",
    "gofmt": "[ $BROKEN = 0 ] || echo a.go; exit 0",
    "mypy": "[ $BROKEN = 0 ] || echo a.py: error",
    "npm": 'case "$*" in *nothing*) exit 0;; esac; echo npm ran in $$ ms',
    **dict.fromkeys(("bun", "pnpm", "yarn"), "echo ran in $$ ms"),
    "psql": "echo $((1 - BROKEN)); exit 0",
}
"""Tools that cannot be had everywhere: each ends as it would in a good and in a broken project."""

ENDS = "import os, sys; sys.exit(int(os.environ['BROKEN']))\n"
RECIPE = "\truff check src\n"
GOOD = {
    ".gitignore": ".readiness\nboard.yaml\nleft\n*.log\n*.pyc\n",
    "Makefile": f"generate:\n\t@echo $$BROKEN > generated\nlint check:\n{RECIPE}",
    "sub/Makefile": f"test:\n{RECIPE}",
    "generated": "0\n",
    "LICENSE": "MIT\n",
    "CHANGELOG.md": "# Changes\n\n## [1.2.0]\n",
    "src/big.py": "x = 1\n" * 5,
    "src/page.html": "<p>\n",
    "shop.py": f"def check():\n    {ENDS}",
    "pytest.py": ENDS,
    "manage.py": ENDS,
    "scripts/check_links.py": ENDS,
    "scripts/check.sh": "#!/bin/bash\nset -euo pipefail\npytest\necho done\n",
    "ci/lint.sh": "#!/bin/sh\nruff check\necho done\n",
    "start.sh": "#!/bin/sh\n[ $BROKEN = 0 ] || exit 1\nexec sleep 30\n",
    "api/a.json": "{}\n",
    "web/package.json": "{}\n",
    "services/a/a.py": "",
    "dist/a": "a\n",
    **{f"{folder}coverage.txt": "total 85 %\n" for folder in ("", "left/")},
    **{f"{folder}k6.json": '{"metrics": {"p95": 120}}\n' for folder in ("", "left/")},
    "files.txt": "start.sh\nci/lint.sh\n",
}
BROKEN = {
    "LICENSE": None,
    "CHANGELOG.md": "",
    "src/a.py": "x = (  # TODO FIXME\n",
    "src/big.py": "x = 1\n" * 600,
    "src/page.html": None,
    "api/a.json": "[]\n",
    "dist/a": "a" * 600_000,
    **{f"{folder}coverage.txt": "total 60 %\n" for folder in ("", "left/")},
    **{f"{folder}k6.json": '{"metrics": {"p95": 900}}\n' for folder in ("", "left/")},
    "a.orig": "",
    "a.rej": "",
}


def commands() -> Iterator[tuple[Row, str]]:
    """Each command with its row."""
    for row in ROWS:
        for command in row.commands.splitlines():
            yield row, command


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[CriterionRecord, ...]]:
    """What becomes of each command where all is well, and where it is not."""
    folder = tmp_path_factory.mktemp("ordinary")
    for name in FAKES:
        write(folder / "bin", {name: f"#!/bin/sh\necho {name} ran\nexit $BROKEN\n"})
    for name, script in SPEAKING.items():
        write(folder / "bin", {name: f"#!/bin/sh\n{script}\nexit $BROKEN\n"})
    project = Project(folder)
    project.environment["PATH"] = f"{folder / 'bin'}:{project.environment['PATH']}"
    criteria = [{**tried(command), **row.fields} for row, command in commands()]
    commit(project.folder, GOOD)
    git(project.folder, "update-ref", "refs/remotes/origin/main", "HEAD")
    runs = []
    for broken in ("0", "1"):
        if broken == "1":
            write(project.folder, BROKEN)
        project.write(a_board(*criteria, env={"BROKEN": broken, "CI": ""}))
        runs.append(project("check", "--output-format=json").run.criteria())
    project.close()
    return list(zip(*runs, strict=True))


def test_a_number_that_nothing_reads_is_pointed_out(
    judged: list[tuple[CriterionRecord, ...]],
) -> None:
    """Row 12: it passes by its own end, and says what to write. Twin: row 11 reads the number."""
    hints = [
        criteria[0].hint
        for (row, _), criteria in zip(CASES, judged, strict=True)
        if row.row in (11, 12)
    ]
    assert hints == [None, "it printed 200, which nothing reads: add `read` and `expect`"]


@pytest.mark.parametrize(("bare", "honest"), COUNTING)
def test_6011_to_6017_a_mask_and_a_command_that_counts(
    project: Project, bare: str, honest: str
) -> None:
    """Bare, it cannot fail, or its tool is in trouble. Twin: what counts and is read passes."""
    write(project.folder, {name: GOOD[name] for name in ("src/big.py", "Makefile")})
    project.write(
        a_board({"run": bare, "trial": True}, {"run": honest, "trial": True, **number("== 0")})
    )
    first, second = project("check", "--output-format=json").run.criteria()
    assert (first.verdict, second.verdict) == ("error", "pass")
    assert first.hint


def test_61_an_unusual_place_is_no_fault(tmp_path: Path) -> None:
    """No repository and no git, a folder with blanks, a home for reading, ends of Windows."""
    folder = tmp_path / "ein Ordner 中文"
    folder.mkdir()
    project = Project(folder)
    home = folder / "home"
    home.mkdir(mode=0o555)
    (folder / "few").mkdir()
    for name in ("bash", "test"):
        (folder / "few" / name).symlink_to(Path(project.environment["PATH"]) / name)
    project.environment |= {"HOME": str(home), "PATH": str(folder / "few")}
    board = json.dumps(a_board(tried("test -f a && test -d .")), indent=1)
    write(project.folder, {"a": "", "board.yaml": board.replace("\n", "\r\n")})
    ended = project("check")
    assert ended.status == 0, ended
    project.close()


def test_git_that_cannot_answer_is_an_error(project: Project) -> None:
    """Row 17: outside of a repository, and without git. Twins: in one, which is clean or not."""
    (row,) = (row for row in ROWS if row.row == 17)
    project.write(a_board(*map(tried, row.commands.splitlines())))
    few = project.environment["PATH"]
    (project.folder.parent / "few").mkdir()
    for name in ("bash", "grep", "wc"):
        (project.folder.parent / "few" / name).symlink_to(Path(few) / name)
    for path, code in ((few, "cannot_fail"), (str(project.folder.parent / "few"), "tool_missing")):
        ended = project("check", "--output-format=json", env={"PATH": path})
        reasons = [(criterion.verdict, criterion.reason_code) for criterion in ended.run.criteria()]
        assert reasons == [("error", code)] * 3, ended


CASES = list(commands())


@pytest.mark.parametrize("place", range(len(CASES)), ids=lambda n: f"{CASES[n][0].row}-{n}")
def test_a_command_is_judged_by_its_end(
    place: int, judged: list[tuple[CriterionRecord, ...]]
) -> None:
    """It passes where all is well and fails where it is not."""
    row, command = CASES[place]
    outcomes = [(criterion.verdict, criterion.reason) for criterion in judged[place]]
    assert tuple(verdict for verdict, _ in outcomes) == row.verdicts, (command, outcomes)
