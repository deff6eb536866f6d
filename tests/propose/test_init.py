"""The command `init`: what it writes, what it refuses, and what it tells."""

import json
import os
import pty
import re
import shutil
import sys
from email.message import EmailMessage

import pytest
import yaml

from readiness import __version__
from readiness.propose import ci_lines
from readiness.propose.facts import ProjectFacts
from tests.support.checking import build
from tests.support.program import Project

FILES = {
    "pyproject.toml": '[project]\nname = "shop"\n',
    "shop/__init__.py": "def add(a: int) -> int:\n    return a  # noqa: X\n",
}


@pytest.fixture
def shop(project: Project) -> Project:
    """A package of one module, in an environment without its tools."""
    build(str(project.folder), FILES)
    return project


def files(project: Project) -> set[str]:
    """The files of the project."""
    return {str(path.relative_to(project.folder)) for path in project.folder.rglob("*")}


def test_a_board_is_written_and_its_first_run_recorded(shop: Project) -> None:
    """Nothing else; the account has a table and ends with what to do, and `show` has what it was.

    A count stands there with what it is counted among, as in the table of `check`.
    """
    before = files(shop)
    ended = shop("init", "--yes", "--add", "suppressions")
    assert ended.status == 0, ended
    new = {name for name in files(shop) - before if "__pycache__" not in name}
    assert {name.partition("/")[0] for name in new} == {"board.yaml", ".readiness"}
    assert "Written: board.yaml, 2 criteria in 2 tasks, measured in " in ended.out
    assert "\nScore " in ended.out
    assert ended.out.splitlines()[-1].startswith("  4. `readiness prove`")
    assert "  1 suppression in 1 file  " in ended.out
    assert "1 suppression in 1 file" in shop("show", "T2.1").out
    assert "  1 suppression in 1 file  " in shop("check").out


def test_init_tells_values_before_there_are_limits_and_has_colour(shop: Project) -> None:
    """A check's usual limit is not the one that the board will have. Errors are told at once."""
    ended = shop("init", "--yes", "--add", "suppressions", env={"FORCE_COLOR": "1"})
    told = re.sub(r"\x1b\[[\d;]*m", "", ended.err)
    progress = [line.split("  ")[:2] for line in told.splitlines() if "] " in line]
    assert ["[2/2] T2.1 No more suppressions than today", "1 suppression in 1 file"] in progress
    assert any(line.startswith(("[1/2] ? T1.1", "[2/2] ? T1.1")) for line, _ in progress)
    assert "\x1b[32m✓ pass\x1b[0m" in ended.out


def test_without_tests_nothing_is_ready(shop: Project) -> None:
    """A project without any that can be recognised is told so, by `init` and by `check`."""
    ended = shop("init", "--yes", "--output-format", "json")
    (tests,) = [criterion for criterion in ended.json["criteria"] if criterion["id"] == "T1.1"]
    assert (tests["value"], tests["verdict"]) == (None, "error")
    checked = shop("check")
    assert checked.status != 0
    assert "no tests were recognised; put the command" in checked.out.replace("\n", " ")


def test_a_tool_that_is_there_is_not_to_be_installed(shop: Project) -> None:
    """Tests that cannot be collected are the first step; what comes after them is none."""
    environ = {"PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"}
    build(str(shop.folder), {"tests/test_a.py": "import gone_module\n"})
    account = shop("init", "--yes", env=environ).out
    assert "pytest" not in "".join(re.findall(".*to measure.*", account))
    assert re.search(r"T1.1 +\? error +All tests pass +–", account)
    assert re.findall(r"make (\S+) measurable", account) == ["T1.1"], account


@pytest.mark.parametrize("name", ["board.yaml", "readiness.yaml", "shop.readiness.yaml"])
def test_a_board_is_never_written_over(name: str, shop: Project) -> None:
    """Whatever it is called, and whatever is in it, it stays; status 2."""
    (shop.folder / name).write_text("not a board", encoding="utf-8")
    before = files(shop)
    ended = shop("init", "--yes")
    assert (ended.status, files(shop)) == (2, before)
    assert ended.err.startswith(f"{name} already exists and was left unchanged")
    assert (shop.folder / name).read_text(encoding="utf-8") == "not a board"


def test_a_board_that_the_settings_name_is_the_board(shop: Project) -> None:
    """It is written where pyproject.toml says, and no second one beside it."""
    settings = FILES["pyproject.toml"] + '[tool.readiness]\nboard = "gate/own.yaml"\n'
    build(str(shop.folder), {"pyproject.toml": settings, "gate/README": ""})
    assert shop("init", "--yes", "--no-measure").status == 0
    assert (shop.folder / "gate" / "own.yaml").exists()
    assert shop("validate").status == 0
    for arguments in ([], ["--board", "second.yaml"], ["--template", "agent"]):
        again = shop("init", "--yes", *arguments)
        assert again.status == 2
        assert again.err.startswith("gate/own.yaml already exists and was left unchanged")
    assert not (shop.folder / "board.yaml").exists()


def test_a_link_that_leads_nowhere_is_not_followed(shop: Project) -> None:
    """Not even through a link is anything written elsewhere."""
    (shop.folder / "board.yaml").symlink_to("elsewhere.yaml")
    assert shop("init", "--yes").status == 2
    assert not (shop.folder / "elsewhere.yaml").exists()


def test_where_nobody_can_be_asked_all_or_nothing_is_taken(shop: Project) -> None:
    """Off a terminal `--yes` has to be said; nothing is written without it."""
    ended = shop("init")
    assert ended.status == 2
    assert "accept them all with --yes" in ended.err
    assert not (shop.folder / "board.yaml").exists()


def test_nothing_is_run_where_that_is_not_wanted(shop: Project) -> None:
    """Without a measurement there are no baselines; all criteria stand in the board."""
    ended = shop("init", "--yes", "--no-measure", "--output-format", "json")
    assert ended.status == 0, ended
    outcomes = {(criterion["value"], criterion["verdict"]) for criterion in ended.json["criteria"]}
    assert outcomes == {(None, "skip")}
    assert "baseline" not in (shop.folder / "board.yaml").read_text(encoding="utf-8")
    assert shop("validate").status == 0


def test_a_command_that_hides_a_failure_is_an_error_with_its_remedy(shop: Project) -> None:
    """It was tried: the first board says that it cannot fail."""
    rule = "{title: a, task: b, priority: P1, why: c, when: {settings: [pyproject.toml]}}"
    check = f"summary: s\nrun: grep -q x a || true\npropose:\n  - {rule}\n"
    build(str(shop.folder), {"checks/masked.yaml": check})
    ended = shop("init", "--yes", "--output-format", "json")
    assert ended.status == 0, ended
    verdicts = {one.get("check"): one["verdict"] for one in ended.json["criteria"]}
    assert verdicts["masked"] == "error"
    assert "it ignores how grep ended" in (shop.folder / "board.yaml").read_text(encoding="utf-8")


def test_another_folder_and_another_file_can_be_named(shop: Project) -> None:
    """The board says where the project lies from where it stands itself."""
    (shop.folder / "gate").mkdir()
    ended = shop("init", "--yes", "--project", ".", "--board", "gate/own.yaml")
    assert ended.status == 0, ended
    board = yaml.safe_load((shop.folder / "gate" / "own.yaml").read_text(encoding="utf-8"))
    assert board["workdir"] == ".."
    assert shop("check", "--board", "gate/own.yaml", "--history", "").status == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--project", "gone"], "--project: no such folder: gone"),
        (["--board", ""], "--board: expected a file name"),
        (["--output-format", "junit"], 'unknown format "junit"'),
    ],
)
def test_a_wrong_command_line_is_told(arguments: list[str], message: str, shop: Project) -> None:
    """Nothing is run or written; status 2."""
    ended = shop("init", "--yes", *arguments)
    assert ended.status == 2, ended
    assert message in ended.err
    assert not (shop.folder / "board.yaml").exists()


def test_a_folder_that_cannot_be_written_to_is_told(shop: Project) -> None:
    """A file that could not be written is status 5, and no traceback."""
    ended = shop("init", "--yes", "--no-measure", "--board", "gone/board.yaml")
    assert ended.status == 5, ended
    assert "gone/board.yaml: not written: No such file or directory" in ended.err


def few_tools(project: Project) -> str:
    """A folder beside the project with programs of every system, and no tool of Python's."""
    tools = project.folder.parent / "tools"
    if not tools.exists():
        tools.mkdir()
        for name in ("bash", "env", "git", "python3", "cat"):
            (tools / name).symlink_to(shutil.which(name) or name)
    return str(tools)


def test_what_is_missing_here_is_told_where_it_stands(shop: Project) -> None:
    """A check whose tool is not here is an error, with a comment that says how to get it."""
    style = "[testenv:style]\ncommands =\n  pycodestyle src\n  mypy shop\n"
    build(str(shop.folder), {"mypy.ini": "[mypy]\n", "tox.ini": style})
    ended = shop("init", "--yes", env={"PATH": few_tools(shop)})
    assert ended.status == 0, ended
    # What installs a tool is known of checks alone.
    step = "1. install what is missing, then `readiness check`: `pip install mypy`"
    assert f"  {step}\n" in ended.out
    text = (shop.folder / "board.yaml").read_text(encoding="utf-8")
    assert "# Not measured here: mypy" in text
    assert "# Not measured here: pycodestyle: not found (127)" in text
    assert re.search("(?m)^ +check: mypy$", text)
    (shop.folder / "board.yaml").unlink()
    (shop.folder / "Pipfile.lock").write_text("{}")
    ended = shop("init", "--yes", "--add", "pip-audit", env={"PATH": few_tools(shop)})
    assert "`pipenv install --dev pip-audit mypy`" in ended.out
    assert "# Not measured here: no tests were recognised" in text


def test_what_nobody_asks_for_is_offered_and_added_by_name(shop: Project) -> None:
    """In one line; who adds it finds it behind what was there, of which no line changes."""
    first = shop("init", "--yes", "--no-measure")
    (offer,) = re.findall(r"Also possible here: (.*); `readiness init --add NAME`", first.out)
    assert "suppressions" in offer.split(", ")
    before = (shop.folder / "board.yaml").read_text("utf-8")
    assert "suppressions" not in before
    wrong = shop("init", "--yes", "--add", "supressions")
    assert (wrong.status, 'did you mean "suppressions"?' in wrong.err) == (2, True)
    added = shop("init", "--yes", "--add", "suppressions", "--output-format", "json").json
    assert [each.get("check") for each in added["criteria"]] == ["suppressions"]
    assert "suppressions" not in [offer["name"] for offer in added["offers"]]
    assert (shop.folder / "board.yaml").read_text("utf-8").startswith(before.rstrip())
    assert shop("init", "--yes", "--add", "suppressions").out == "Nothing new for board.yaml\n"


def on_a_terminal(project: Project, typed: str) -> tuple[int, str]:
    """Run `init` on a terminal, type some lines, and return its status and what was shown."""
    main, terminal = pty.openpty()
    process = project.start("init", stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    os.write(main, typed.encode())
    shown = b""
    while True:
        try:
            shown += os.read(main, 65536)
        except OSError:
            break
    os.close(main)
    return project.end(process).status, shown.decode()


def test_on_a_terminal_the_proposals_are_shown_first(shop: Project) -> None:
    """And a board of them is written after a yes."""
    workflow = "on: [push]\njobs: {a: {runs-on: x, steps: [{run: mypy shop}]}}\n"
    build(str(shop.folder), {".github/workflows/ci.yml": workflow, "mypy.ini": "[mypy]\n"})
    status, shown = on_a_terminal(shop, "\n")
    assert status == 0, shown
    shown = re.sub(r"\x1b\[[\d;]*m", "", shown)
    assert re.search(r"(?m)^P\d  .*  mypy\r$", shown)
    assert "[Y]es, (n)o: " in shown
    assert "check: mypy" in (shop.folder / "board.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("typed", ["n\n", "maybe\n", "\x04"])
def test_who_does_not_agree_gets_no_board(typed: str, shop: Project) -> None:
    """Nothing is run and nothing is written, also where the input ends."""
    status, shown = on_a_terminal(shop, typed)
    assert status == 2
    assert "nothing was written" in shown
    assert not (shop.folder / "board.yaml").exists()


def test_a_workflow_is_written_where_one_is_asked_for(shop: Project) -> None:
    """It is YAML that installs the project and what the board needs, and never overwrites."""
    build(str(shop.folder), {"requirements.txt": "", "setup.py": "", "mypy.ini": ""})
    assert shop("init", "--yes", "--no-measure", "--ci", "github").status == 0
    path = shop.folder / ".github" / "workflows" / "readiness.yml"
    steps = yaml.safe_load(path.read_text("utf-8"))["jobs"]["readiness"]["steps"]
    runs = [step["run"] for step in steps if "run" in step]
    assert runs[:2] == ["pip install -r requirements.txt -e .", "pip install mypy"]
    # It is on no index: a package of its name there would be somebody else's.
    assert runs[2].startswith('pipx install "${READINESS_REQUIREMENT:?')
    assert steps[0]["with"] == {"fetch-depth": 0}
    assert shop("init", "--ci", "github").status == 2
    assert shop("init", "--ci", "gitlab").out.startswith("Written: .gitlab-ci.yml")
    script = yaml.safe_load((shop.folder / ".gitlab-ci.yml").read_text("utf-8"))["readiness"]
    assert "pip install mypy" in script["script"]
    assert "choose from github, gitlab" in shop("init", "--ci", "jenkins").err


def test_a_front_end_is_installed_as_it_manages_its_packages(shop: Project) -> None:
    """In its own folder: what package.json names is there with all else, here as in CI."""
    package = {
        "scripts": {"test": "ava", "lint": "eslint . && tsc"},
        "devDependencies": {"eslint": "*", "typescript": "*"},
    }
    settings = ("eslint.config.js", "tsconfig.json", "pnpm-lock.yaml")
    build(
        str(shop.folder),
        {"web/package.json": json.dumps(package), **{f"web/{name}": "{}" for name in settings}},
    )
    told = shop("init", "--yes", env={"PATH": few_tools(shop)})
    assert "for 2 criteria, then `readiness check`: `(cd web && pnpm install)`\n" in told.out
    board = (shop.folder / "board.yaml").read_text("utf-8")
    assert re.search("run: pnpm test$", board, re.MULTILINE)
    shop("init", "--ci", "github")
    path = shop.folder / ".github" / "workflows" / "readiness.yml"
    assert "- run: corepack enable && (cd web && pnpm install)\n" in path.read_text("utf-8")


def test_ci_has_the_versions_that_a_project_names(shop: Project) -> None:
    """Of Go and of Node.js. A sentence that says how to install something is no command."""
    files = {"web/package.json": '{"engines": {"node": ">=22"}}', "a.go": "", "go.mod": "module a"}
    build(str(shop.folder), {**files, "main.tf": "", "Makefile": "lint:\n\tterraform validate\n"})
    assert shop("init", "--yes", "--no-measure", "--ci", "github").status == 0
    text = (shop.folder / ".github" / "workflows" / "readiness.yml").read_text("utf-8")
    steps = yaml.safe_load(text)["jobs"]["readiness"]["steps"]
    settings = [step.get("with") for step in steps]
    assert {"go-version-file": "go.mod"} in settings
    assert {"node-version-file": "web/package.json"} in settings
    assert not [step for step in steps if re.search("golang|terraform", str(step.get("run")))]
    assert "      # install Terraform: " in text


def test_the_home_of_the_repository_is_in_the_workflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once pyproject.toml names it; the variable still beats it."""
    described = EmailMessage()
    described["Project-URL"] = "Repository, https://git.example.org/readiness"
    monkeypatch.setattr(ci_lines, "metadata", lambda _: described)
    home = ci_lines.home_of_readiness()
    _, text = ci_lines.ci_file(
        "gitlab", ProjectFacts(name="shop", parts=()), [], branch="main", home=home
    )
    source = f"git+https://git.example.org/readiness@v{__version__}"
    assert f'pipx install "${{READINESS_REQUIREMENT:-{source}}}"' in text


def test_what_is_new_is_added_and_no_line_changes(shop: Project) -> None:
    """A second time there is nothing new; ids that are taken are not used again."""
    assert shop("init", "--yes").status == 0
    path = shop.folder / "board.yaml"
    path.write_text(path.read_text("utf-8") + "\n# the end\nmilestones: []\n", "utf-8")
    before = path.read_text("utf-8")
    assert shop("init", "--again", "--yes").out == "Nothing new for board.yaml\n"
    build(str(shop.folder), {"mypy.ini": "[mypy]\n", "tests/test_a.py": "def test(): pass\n"})
    added = shop("init", "--again", "--yes")
    assert added.status == 0, added
    assert "Added to board.yaml: " in added.out
    text = path.read_text("utf-8")
    kept = iter(text.splitlines())
    assert all(line in kept for line in before.splitlines())
    checks = {
        criterion.get("check")
        for task in yaml.safe_load(text)["tasks"]
        for criterion in task["criteria"]
    }
    assert {"pytest", "mypy"} <= checks
    assert shop("validate").status == 0


def test_it_reads_and_does_not_import_or_run(shop: Project) -> None:
    """A setup.py, a conftest.py or a Makefile of the project is read as text."""
    trap = "open('sprung', 'w')\n"
    build(
        str(shop.folder),
        {"setup.py": trap, "conftest.py": trap, "Makefile": "X := $(shell touch sprung)\nall:\n"},
    )
    assert shop("init", "--yes", "--no-measure").status == 0
    assert not (shop.folder / "sprung").exists()


ENGLISH = re.compile(r"\b(?:the|it|is|and|what|here|of)\b")
"""Words of a sentence in English, and of no name or command."""


def test_who_asks_for_chinese_is_told_in_chinese(shop: Project) -> None:
    """The account and the comments of the board; what programs read stays English."""
    readme = {"README.md": "[The code](shop/__init__.py)\n", "mypy.ini": "[mypy]\n"}
    build(str(shop.folder), {**readme, "Makefile": "go:\n\ttwine upload x\n"})
    arguments = ("--add", "documents", "--verbose", "--lang", "zh")
    ended = shop("init", "--yes", *arguments, env={"PATH": few_tools(shop)})
    assert ended.status == 0, ended
    account = ended.out.replace("readiness check", "")
    assert ENGLISH.findall(account.partition("\n未纳入\n")[2]) == []
    assert re.search(r"\nT\d+\.1 +[✓✗!] (通过|未通过|警告) ", account)
    assert "  twine upload x (Makefile)：它会发布" in account
    text = (shop.folder / "board.yaml").read_text("utf-8")
    assert "language: zh" in text
    assert "第一份看板" in "".join(text.splitlines()[:3])
    assert "# 此处未能测量：mypy：不在 PATH 中；安装：pip install mypy\n" in text
    (shop.folder / "board.yaml").unlink()
    arguments = ("--yes", "--no-measure", "--lang", "zh", "--output-format", "json")
    left_out = shop("init", *arguments).json["left_out"]
    assert {"what": "twine upload x (Makefile)", "why": "it publishes"} in left_out
