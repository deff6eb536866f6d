"""The command `import`: one file is written, nothing is run, and nothing is written over."""

import pytest
import yaml
from rich.cells import cell_len

from tests.support.program import Project

BOARD = """\
# Shop

## Task 1: Quality
Priority: P0

- [x] `make lint` passes
- [ ] Team trained
- [ ] `make deploy` works

## Milestones
- Party: soon
"""


@pytest.fixture
def shop(project: Project) -> Project:
    """A folder with a task board, and with a target that would leave a trace."""
    (project.folder / "tasks.md").write_text(BOARD, encoding="utf-8")
    (project.folder / "Makefile").write_text("lint deploy:\n\ttouch ran\n", encoding="utf-8")
    return project


def test_one_file_is_written_and_nothing_is_run(shop: Project) -> None:
    """The account counts what has a probe, and names what has none and what was left out."""
    before = set(shop.folder.iterdir())
    ended = shop("import", "tasks.md")
    assert ended.status == 0, ended
    assert set(shop.folder.iterdir()) - before == {shop.folder / "board.yaml"}
    assert ended.out.startswith("Written: board.yaml, 3 criteria in 1 task, 1 of them with a probe")
    assert (
        "T1.3  `make deploy` works  it is not run as a probe: `make deploy` may have" in ended.out
    )
    assert "milestone Party: soon: it requires neither a priority nor a score" in ended.out
    assert shop("validate").status == 0


def test_a_ticked_box_is_measured(shop: Project) -> None:
    """What was ticked and does not hold fails, and what nobody has attested fails as well."""
    (shop.folder / "Makefile").write_text("lint:\n\tfalse\n", encoding="utf-8")
    assert shop("import", "tasks.md").status == 0
    document = shop("check", "--output-format", "json").json
    assert [each["verdict"] for each in document["tasks"][0]["criteria"]] == ["fail"] * 3


def test_what_waits_for_a_person_is_one_line(shop: Project) -> None:
    """It is told apart from failures, in the table and in a comment."""
    assert shop("import", "tasks.md").status == 0
    out = shop("check").out
    assert "T1.2  ? not attested  Team trained" in out
    assert "\nNot attested  T1.2, T1.3  have somebody decide: readiness attest ID\n" in out
    assert "Found     nobody" not in out
    assert "1 pass · 2 not attested" in out
    assert (
        "Not attested: 1</summary>\n\n- T1.2, T1.3\n"
        in shop("check", "--output-format", "markdown").out
    )


PROJECT = {
    "pyproject.toml": "[project]\nname = 'shop'\nversion = '1'\ndependencies = ['a']\n",
    "shop/api/__init__.py": "",
    "shop/__init__.py": "",
    "checks_of_ours/test_shop.py": "def test_shop():\n    assert True\n",
    "uv.lock": "",
    "README.md": "# Shop\n",
    "tasks.md": "- [ ] All tests pass\n- [ ] API coverage at least 70 %\n- [ ] mypy passes\n"
    "- [ ] No known vulnerabilities\n- [ ] README links work\n- [ ] p95 < 200 ms\n"
    "- [ ] More than 150 concurrent users\n\n# Rules\n- be kind\n",
}


def test_the_project_beside_the_board_is_known(shop: Project) -> None:
    """Checks look where `init` would, and nothing is stated that neither of the two states."""
    for name, text in PROJECT.items():
        (shop.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (shop.folder / name).write_text(text, encoding="utf-8")
    assert shop("import", "tasks.md").status == 0
    text = (shop.folder / "board.yaml").read_text(encoding="utf-8")
    criteria = yaml.safe_load(text)["tasks"][0]["criteria"]
    assert [criterion.get("with") for criterion in criteria] == [
        {"paths": "checks_of_ours", "source": "shop"},
        {"paths": "checks_of_ours", "source": "shop", "neutral": "true", "below": "shop/api"},
        {"paths": "shop"},
        {"lock": "uv.lock"},
        {"paths": "README.md", "min_words": "0", "min_headings": "0"},
        {"host": "${LOAD_URL}"},
        {"host": "${LOAD_URL}", "users": "151"},
    ]
    assert text.endswith(
        "# lists below these lines: 9: they have no boxes, and are in no task\n#   - be kind\n"
    )


def test_another_file_may_be_named(shop: Project) -> None:
    """`--board` says where; the same file is not written twice."""
    (shop.folder / "gate").mkdir()
    assert shop("import", "tasks.md", "--board", "gate/release.yaml", "--quiet").status == 0
    again = shop("import", "tasks.md", "--board", "gate/release.yaml")
    assert (again.status, again.err.partition(" and ")[0]) == (
        2,
        "gate/release.yaml already exists",
    )
    assert shop("validate", "--board", "gate/release.yaml").status == 0


def test_json_says_how_each_criterion_is_measured(shop: Project) -> None:
    """With the check or the command, the reason where there is neither, and what was left out."""
    answer = shop("import", "tasks.md", "--output-format", "json").json
    assert answer["board"] == "board.yaml"
    checks = {criterion["id"]: criterion.get("check") for criterion in answer["criteria"]}
    assert checks == {"T1.1": "make-target", "T1.2": None, "T1.3": None}
    assert answer["criteria"][1]["why"] == "no known check measures all of it"
    assert [omission["what"] for omission in answer["left_out"]] == ["milestone Party: soon"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "tasks.md: not read: No such file"),
        (b"", "tasks.md: no tasks or criteria found; criteria are boxes"),
        (b"\xff\xfe\x00 nothing", "tasks.md: no tasks or criteria found"),
    ],
)
def test_what_is_no_board_is_said(content: bytes | None, message: str, shop: Project) -> None:
    """Status 2, the reason, and nothing written."""
    path = shop.folder / "tasks.md"
    path.unlink() if content is None else path.write_bytes(content)
    ended = shop("import", "tasks.md")
    assert ended.status == 2
    assert ended.err.startswith(message)
    assert not (shop.folder / "board.yaml").exists()


CHINESE = """\
# 商店

## 任务 1: 质量
优先级: P0

- [x] `make lint` 通过
- [ ] 团队培训完成
- [ ] `kubectl apply -f k8s` 可用
"""


def test_a_chinese_board_is_imported_in_chinese(shop: Project) -> None:
    """Without being asked; JSON stays English, and another language can be asked for."""
    (shop.folder / "tasks.md").write_text(CHINESE, encoding="utf-8")
    ended = shop("import", "tasks.md")
    assert ended.status == 0, ended
    assert ended.out.startswith("已写入：board.yaml，1 个任务共 3 项标准，其中 1 项有探测命令\n")
    assert "不作为探测命令运行：`kubectl apply -f k8s` 会部署" in ended.out
    text = (shop.folder / "board.yaml").read_text("utf-8")
    assert text.startswith("# 由 tasks.md 导入，")
    assert "# 第 7 行：没有检查项能测量它所说的全部内容。" in text
    assert all(cell_len(line) <= 100 for line in text.splitlines())
    (shop.folder / "board.yaml").unlink()
    data = shop("import", "tasks.md", "--output-format", "json").json
    assert data["criteria"][1]["why"] == "no known check measures all of it"
    (shop.folder / "board.yaml").unlink()
    assert shop("import", "tasks.md", "--lang", "en").out.startswith("Written: board.yaml, ")
    text = (shop.folder / "board.yaml").read_text("utf-8")
    assert text.startswith("# Imported from tasks.md")
    assert "\nlanguage: zh\n" in text
