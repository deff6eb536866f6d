"""What a Chinese team sees of each command on a terminal of 80 columns, as it was looked at."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable

import msgspec
import pytest

from readiness.history.store import History, board_key
from readiness.record.document import RunDocument
from readiness.walls import find_wall
from tests.support.program import Project

COLUMNS = 80
READ = {"as": "text", "regex": r"(\d+)"}
BOARD = {
    "version": 1,
    "title": "足球预测系统部署任务看板",
    "language": "zh",
    "target": 8.0,
    "tasks": [
        {
            "id": "T1",
            "title": "数据库迁移导入错误修复",
            "priority": "P0",
            "owner": "李伟",
            "estimate": "1-2d",
            "problem": "迁移文件无法导入。",
            "steps": ["修复导入", "逐个运行迁移"],
            "criteria": [
                {"title": "构建通过", "run": "exit 3"},
                {
                    "title": "所有迁移文件都能成功导入，无导入错误，全部可以回滚",
                    "run": "nosuchtool x",
                },
                {"title": "变量已设置", "check": "lines", "with": {"paths": "${NOPE}"}},
                {
                    "title": "类型错误少于 50 个",
                    "run": "cat errors",
                    "read": {**READ, "unit": "errors"},
                    "expect": "< 50",
                },
            ],
        },
        {
            "id": "T2",
            "title": "性能与培训",
            "priority": "P1",
            "depends_on": ["T1"],
            "criteria": [
                {
                    "title": "P95 响应时间小于 500 毫秒",
                    "run": "cat latency",
                    "read": {**READ, "unit": "ms"},
                    "expect": "< 500 ms",
                },
                {
                    "title": "团队已培训",
                    "attest": {"by": "李伟", "on": "2025-01-01", "valid": "30d"},
                },
                {
                    "title": "无高危漏洞",
                    "run": "exit 1",
                    "waive": {"reason": "尚无修复版本", "by": "安全组", "until": "2099-12-31"},
                },
                {"title": "文档齐全", "run": "test -d ."},
            ],
        },
    ],
    "milestones": [
        {"id": "M1", "title": "基本可用", "due": "2025-10-30", "requires": {"priority": "P0"}}
    ],
}
SCREENS = {
    "check": "report",
    "list": "list",
    "show": "show T1",
    "next": "next",
    "next-to": "next --to 8",
    "diff": "diff",
    "trend": "trend T1.4",
    "trend-score": "trend score",
    "history": "history",
    "doctor": "doctor",
    "score": "score --explain --history=",
    "validate": "validate",
    "validate-faults": "validate -b wrong.yaml",
    "dry-run": "check --dry-run",
    "checks": "checks lines",
}
PLACE = re.compile(r"/\S*/(?=checks/)")
CHECK = """\
summary: 行数过多的文件
tool: linecount
install: pip install linecount
params:
  paths: {default: src, help: 要检查的文件夹}
run: linecount $paths
measures:
  long: {as: text, regex: '^long (\\d+)$', unit: files, of: files, better: lower}
  files: {as: text, regex: '^files (\\d+)$', unit: files}
expect: "== 0"
"""
WRONG = """\
version: 1
title: 看板
language: zh
target: 很高
tasks:
  - {id: T1, title: 任务, priority: P9, criteria: [{title: 标准, chek: mypy}]}
  - {id: T1, title: 任务, priority: P0, criteria: []}
  - {id: T2, title: 任务, priority: P0, criteria: [{title: 慢, run: x, timeout: 2 min}]}
"""


def settled(run: RunDocument, number: int) -> RunDocument:
    """The run as if it had been made at a time of ours, and as fast every time."""
    # So long ago that an age has as many figures for years to come.
    day = f"2020-11-{20 + number}T09:10"
    probes = [
        msgspec.structs.replace(
            probe, started_at=f"{day}:01.000Z", duration_s=1.2, cpu_s=1.0, memory_kib=20_480
        )
        for probe in run.probes
    ]
    return msgspec.structs.replace(
        run,
        id=f"202011{20 + number}T091000Z-0000000{number}",
        started_at=f"{day}:00.000Z",
        finished_at=f"{day}:09.000Z",
        duration_s=9.0,
        probes=probes,
    )


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with two runs, of which the second one is better in one thing and worse in one."""
    project = Project(tmp_path_factory.mktemp("team"))
    tools = tmp_path_factory.mktemp("tools")
    for name in ("bash", "sh", "cat"):
        (tools / name).symlink_to(str(shutil.which(name)))
    project.environment |= {"READINESS_HISTORY": "kept.db", "PATH": str(tools)}
    project.write(BOARD)
    (project.folder / "checks").mkdir()
    (project.folder / "checks" / "lines.yaml").write_text(CHECK, encoding="utf-8")
    (project.folder / "wrong.yaml").write_text(WRONG, encoding="utf-8")
    kept = History(str(project.folder / "kept.db"))
    for number, (errors, latency) in enumerate(((1029, 412), (214, 700)), 1):
        (project.folder / "errors").write_text(f"{errors}\n", encoding="utf-8")
        (project.folder / "latency").write_text(f"{latency}\n", encoding="utf-8")
        written = f"run{number}.json"
        project("check", "--history=", "--report", f"json={written}")
        data = (project.folder / written).read_bytes()
        run = settled(msgspec.json.decode(data, type=RunDocument), number)
        kept.begin(
            run.id, board_key(str(project.folder / "board.yaml")), run.profile, run.started_at
        )
        kept.finish(run, {}, {})
    kept.close()
    return project


def shown(project: Project, command: str) -> str:
    """What a terminal shows of a command at last, without colours and what differs by machine."""
    errors = subprocess.STDOUT if "wrong" in command else subprocess.DEVNULL
    screen = project.on_a_terminal(command, COLUMNS, errors)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen)
    lines = [line.rpartition("\r")[2].rstrip() for line in text.split("\n")]
    text = "\n".join(lines).replace(str(project.folder), "FOLDER")
    if command == "doctor":
        if find_wall(os.environ) is None:
            pytest.skip("this machine has no wall, and doctor says so")
        text = re.sub(r"由 \w+ 隔离", "由 WALL 隔离", re.sub("─+", "──", text))
    if command == "doctor":  # whose columns are as wide as this machine's paths
        text = re.sub(r" {2,}", "  ", re.sub(r"(?<!FOLDER)/[\w./-]+", "PATH", text))
        # A long one takes several lines.
        text = re.sub(r"PATH(\s+PATH|\n +[\w.-]+$)+", "PATH", text, flags=re.MULTILINE)
    text = re.sub(r"\d+ (s|min|h|d) 前 *", "AGE 前 ", text)
    text = re.sub(r"\s+(?=FOLDER|PATH)", " ", PLACE.sub("PATH/", text))
    return text.strip("\n") + "\n"


@pytest.mark.parametrize("name", SCREENS)
def test_the_screen_is_as_it_was_looked_at(
    team: Project, name: str, golden: Callable[[str, str], None]
) -> None:
    """In letters: tests/commands/test_languages.py finds sentences that are English."""
    golden(f"chinese.{name}.txt", shown(team, SCREENS[name]))
