"""The command `init`: what it writes, what it refuses, and what it tells."""

import os
import pty
import re
import subprocess
import sys

import pytest
import yaml

from readiness import __version__
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


def test_one_file_is_written_and_nothing_else(shop: Project) -> None:
    """No history and no second file; the account ends with what to do and with CI's lines."""
    before = files(shop)
    ended = shop("init", "--yes")
    assert ended.status == 0, ended
    assert {name for name in files(shop) - before if "__pycache__" not in name} == {"board.yaml"}
    assert "Written: board.yaml, " in ended.out
    assert "\nScore " in ended.out
    assert [ended.out.count(f"\n  {number}. ") for number in (1, 2, 3, 4)] == [1, 1, 1, 0]
    assert ended.out.rstrip().endswith("run: readiness score --output-format github")


def test_its_table_shows_values_as_check_does(shop: Project) -> None:
    """A count with what it is counted among."""
    told = shop("init", "--yes").out
    line = next(line for line in told.splitlines() if "No more is silenced" in line)
    assert "  1 suppression in 1 file  " in line
    assert "  1 suppression in 1 file  " in shop("check").out


def test_a_tool_that_is_there_is_not_to_be_installed(shop: Project) -> None:
    """Tests that cannot be collected are a step of their own; so is what comes after them none."""
    told_for = {"import gone_module\n": True, "def test_a() -> None:\n    assert 1\n": False}
    environ = {"PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"}
    for text, is_told in told_for.items():
        build(str(shop.folder), {"tests/test_a.py": text})
        (shop.folder / "board.yaml").unlink(missing_ok=True)
        told = shop("init", "--yes", env=environ).out
        install = next((line for line in told.splitlines() if "more would be measured" in line), "")
        assert "pytest" not in install
        assert ("let T1.1 be measured (All tests pass)" in told) is is_told, told


@pytest.mark.parametrize("name", ["board.yaml", "readiness.yaml", "shop.readiness.yaml"])
def test_a_board_is_never_written_over(name: str, shop: Project) -> None:
    """Whatever it is called, and whatever is in it, it stays; status 2."""
    (shop.folder / name).write_text("not a board", encoding="utf-8")
    before = files(shop)
    ended = shop("init", "--yes")
    assert (ended.status, files(shop)) == (2, before)
    assert ended.err.startswith(f"{name}: there is a board already")
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
        assert again.err.startswith("gate/own.yaml: there is a board already")
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
    assert "take them all with --yes" in ended.err
    assert not (shop.folder / "board.yaml").exists()


def test_nothing_is_run_where_that_is_not_wanted(shop: Project) -> None:
    """Without a measurement there are no baselines; all criteria stand in the board."""
    ended = shop("init", "--yes", "--no-measure", "--output-format", "json")
    assert ended.status == 0, ended
    assert {(each["value"], each["verdict"]) for each in ended.json["criteria"]} == {(None, "skip")}
    assert "baseline" not in (shop.folder / "board.yaml").read_text(encoding="utf-8")
    assert shop("validate").status == 0


def test_a_command_that_hides_a_failure_is_not_proposed(shop: Project) -> None:
    """It is named among what was left out, with the reason."""
    rule = "{title: a, task: b, priority: P1, why: c, when: {files: [pyproject.toml]}}"
    check = f"summary: s\nrun: grep -q x a || true\npropose:\n  - {rule}\n"
    build(str(shop.folder), {"checks/masked.yaml": check})
    ended = shop("init", "--yes", "--no-measure", "--output-format", "json")
    assert ended.status == 0, ended
    left_out = {each["what"]: each["why"] for each in ended.json["left_out"]}
    assert left_out["masked"] == "this command passes where `grep -q x a` fails"
    assert "masked" not in (shop.folder / "board.yaml").read_text(encoding="utf-8")


def test_another_folder_and_another_file_can_be_named(shop: Project) -> None:
    """The board says where the project lies from where it stands itself."""
    (shop.folder / "gate").mkdir()
    ended = shop("init", "--yes", "--project", ".", "--board", "gate/own.yaml")
    assert ended.status == 0, ended
    board = yaml.safe_load((shop.folder / "gate" / "own.yaml").read_text(encoding="utf-8"))
    assert board["workdir"] == ".."
    assert shop("check", "--board", "gate/own.yaml", "--history", "").status in (0, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--project", "gone"], "--project: there is no folder gone"),
        (["--board", ""], "--board: no file is named"),
        (["--output-format", "junit"], 'no format "junit"'),
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


def test_a_project_of_nothing_has_an_open_question(project: Project) -> None:
    """Where nothing applies, the board is valid, and says that somebody has to speak."""
    ended = project("init", "--yes")
    assert ended.status == 0, ended
    assert project("validate").status == 0
    assert project("check", "--history", "").status == 1


def few_tools(project: Project) -> str:
    """A folder beside the project with programs of every system, and no tool of Python's."""
    tools = project.folder.parent / "tools"
    tools.mkdir()
    for name in ("bash", "env", "git", "python3", "cat"):
        found = subprocess.run(["which", name], capture_output=True, text=True, check=True).stdout
        (tools / name).symlink_to(found.strip())
    return str(tools)


def test_what_is_missing_here_is_told_where_it_would_stand(shop: Project) -> None:
    """A check whose tool is not here becomes a comment that says how to get it."""
    build(str(shop.folder), {"mypy.ini": "[mypy]\n"})
    tools = few_tools(shop)
    ended = shop("init", "--yes", "--output-format", "json", env={"PATH": tools})
    assert ended.status == 0, ended
    reasons = {each["what"]: each["why"] for each in ended.json["left_out"]}
    assert "pip install mypy" in reasons["mypy"]
    text = (shop.folder / "board.yaml").read_text(encoding="utf-8")
    assert "# Not measured here: mypy" in text
    told = shop("init", "--yes", "--board", "b.yaml", env={"PATH": tools})
    assert told.status == 2
    (shop.folder / "board.yaml").unlink()
    told = shop("init", "--yes", env={"PATH": tools})
    assert ", by what was measured; 1 proposal could not be\n" in told.out
    assert "  1. install what is missing, take board.yaml away, and call this again: 1 more" in (
        told.out
    )
    assert "`pip install mypy`" in told.out
    assert "mypy" not in [each.get("check") for each in ended.json["criteria"]]


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


def test_on_a_terminal_each_proposal_is_asked_about(shop: Project) -> None:
    """One is refused, one is edited, the rest is taken; what was edited is in the board."""
    workflow = "on: [push]\njobs: {a: {runs-on: x, steps: [{run: tox}]}}\n"
    build(str(shop.folder), {".github/workflows/ci.yml": workflow})
    status, shown = on_a_terminal(shop, "n\ne\nMy own title\n\n\n\n\n\n\na\n")
    assert status == 0, shown
    assert "[Y]es, (n)o, (e)dit, (a)ll the rest, (q)uit: " in shown
    text = (shop.folder / "board.yaml").read_text(encoding="utf-8")
    assert "My own title" in text
    assert "All modules can be imported" not in text
    assert "importable: All modules can be imported: it was refused" in shown


def test_code_that_nobody_imports_is_not_imported(shop: Project) -> None:
    """To import is to run: it is proposed only where tests or CI import the code anyway."""
    told = shop("init", "--yes", "--no-measure")
    assert "importable" not in (shop.folder / "board.yaml").read_text(encoding="utf-8"), told


def test_who_quits_gets_no_board(shop: Project) -> None:
    """Nothing is run and nothing is written."""
    status, shown = on_a_terminal(shop, "q\n")
    assert status == 2
    assert "nothing was written" in shown
    assert not (shop.folder / "board.yaml").exists()


def test_without_ci_a_whole_workflow_is_told(shop: Project) -> None:
    """It is YAML that installs the project and what the board needs, and holds the line."""
    build(str(shop.folder), {"requirements.txt": "", "setup.py": "", "mypy.ini": ""})
    ended = shop("init", "--yes", "--no-measure")
    heading, _, lines = ended.out.partition("In CI, as .github/workflows/readiness.yml\n")
    assert heading
    steps = yaml.safe_load(lines)["jobs"]["readiness"]["steps"]
    runs = [step["run"] for step in steps if "run" in step]
    assert runs[0] == "pip install -r requirements.txt -e ."
    assert runs[1] == "pip install mypy"
    # It is on no index: a package of its name there would be somebody else's.
    assert runs[2] == f"pip install git+https://github.com/OWNER/readiness@v{__version__}"
    assert steps[0]["with"] == {"fetch-depth": 0}
    build(str(shop.folder), {".github/workflows/ci.yml": "jobs: {a: {steps: [{run: mypy}]}}\n"})
    (shop.folder / "board.yaml").unlink()
    assert "behind what installs your tools (.github/workflows/ci.yml)\n" in (
        shop("init", "--yes", "--no-measure").out
    )


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
    """What is left out, refused and to do, and what the board says of itself; JSON stays."""
    build(str(shop.folder), {"Dockerfile": "FROM scratch\n", "Makefile": "go:\n\ttwine upload x\n"})
    refused = shop("init", "--lang", "zh")
    assert (refused.status, "但无人可以询问" in refused.err) == (2, True)
    ended = shop("init", "--yes", "--no-measure", "--lang", "zh")
    assert ended.status == 0, ended
    account = ended.out.partition("\nname: Readiness")[0]
    assert ENGLISH.findall(account) == []
    for told in (
        "已写入：board.yaml，",
        "\n未纳入\n",
        "  twine upload x (Makefile:2)：它会发布",
        "\n下一步\n",
    ):
        assert told in account
    text = (shop.folder / "board.yaml").read_text("utf-8")
    assert "language: zh" in text
    assert "第一份看板" in "".join(text.splitlines()[:3])
    assert shop("validate").status == 0
    (shop.folder / "board.yaml").unlink()
    data = shop("init", "--yes", "--no-measure", "--lang", "zh", "--output-format", "json").json
    whys = {each["what"]: each["why"] for each in data["left_out"]}
    assert whys["twine upload x (Makefile:2)"] == "it publishes"


def test_what_was_measured_is_told_in_chinese(shop: Project) -> None:
    """The verdicts, the score, and why something is missing, in the account and in the board."""
    build(str(shop.folder), {"mypy.ini": "[mypy]\n"})
    ended = shop("init", "--yes", "--lang", "zh", env={"PATH": few_tools(shop)})
    assert ended.status == 0, ended
    assert "\n  1. 安装缺少的工具，移走 board.yaml，再运行一次：" in ended.out
    assert re.search(
        r"\n得分 \S+（满分 10），目标 8\.0：\S+，仅就已测量的部分而言；另有 \d+ 项无法测量\n",
        ended.out,
    )
    assert re.search(r"\nT\d+\.1 +(通过|未通过|警告) ", ended.out)
    assert "# 此处未能测量：mypy：不在 PATH 中：安装：pip install mypy\n" in (
        shop.folder / "board.yaml"
    ).read_text("utf-8")


def test_a_template_is_told_in_chinese(shop: Project) -> None:
    """The list, one that there is none of, and what one still needs."""
    listed = shop("init", "--template", "list", "--lang", "zh")
    assert "Django 站点，发布之前" in listed.out
    assert ENGLISH.findall(listed.out) == []
    assert "没有名为 frob 的模板；可用 " in shop("init", "--template", "frob", "--lang", "zh").err
    ended = shop("init", "--template", "service", "--lang", "zh")
    assert "\n下一步\n  1. 设置 " in ended.out


def test_a_project_in_english_is_told_in_english(shop: Project) -> None:
    """Nobody is told in a language that nobody asked for."""
    ended = shop("init", "--yes", "--no-measure")
    text = (shop.folder / "board.yaml").read_text("utf-8")
    assert not re.search("[\u4e00-\u9fff]", ended.out + ended.err + text)
    assert "language:" not in text


def test_lines_for_coding_agents_are_offered(shop: Project) -> None:
    """For the file that they read here, which is not written to."""
    path = shop.folder / "CLAUDE.md"
    path.write_text("# Shop\n", encoding="utf-8")
    ended = shop("init", "--yes", "--no-measure")
    assert "For coding agents, in CLAUDE.md\n" in ended.out
    assert "\n- Done means that `readiness check --hold-line --base HEAD` ends with 0." in ended.out
    assert path.read_text("utf-8") == "# Shop\n"
