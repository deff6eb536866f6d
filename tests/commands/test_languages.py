"""A board is read in one language to the end: its own, or the one that is asked for."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.few_programs import few_programs
from tests.support.program import ROOT, run
from tests.support.repositories import commit

BOARD = """
version: 1
title: 足球预测系统
language: zh
target: 8.0
tasks:
  - id: T1
    title: 清理类型错误
    priority: P0
    owner: 李伟
    estimate: 1-2d
    problem: 类型错误掩盖真正的问题。
    criteria:
      - {title: 构建通过, run: "exit 3"}
      - {title: 按时完成, run: sleep 5, timeout: 1s}
      - {title: 工具齐全, run: nosuchtool x}
      - {title: 变量已设置, check: mypy, with: {paths: "${NOPE}"}}
  - id: T2
    title: 性能与培训
    priority: P1
    depends_on: [T1]
    criteria:
      - {title: 团队已培训, attest: {by: 李伟, on: 2025-01-01, valid: 30d}}
      - title: 延迟
        run: "echo 700"
        trial: false
        read: {as: text, regex: '(\\\\d+)', unit: ms}
        expect: "< 500 ms"
      - title: 错误数
        run: "echo 1029"
        trial: false
        read: {as: text, regex: '(\\\\d+)', unit: errors}
        expect: "< 50"
      - {title: 有输出, run: "test -d .", read: {as: text, regex: 'a(\\\\d+)'}, expect: "== 0"}
  - id: T3
    title: 检查
    priority: P2
    criteria:
      - {title: 文档, check: documents, with: {paths: none.md, min_words: "5"}}
      - {title: 文件, check: documents, with: {paths: board.yaml, sections: Use}}
      - {title: 标注, check: typed, with: {paths: nowhere}}
      - {title: 锁, check: lock, with: {lock: none.lock}}
      - {title: 服务, check: http, with: {url: "http://127.0.0.1:9/"}}
      - {title: 证书, check: tls, with: {host: "127.0.0.1:9"}}
      - {title: 端口, check: port, with: {host: 127.0.0.1, open: "9 x"}}
      - {title: 开放, check: port, with: {host: 127.0.0.1, open: "9"}}
      - {title: 防火墙, check: firewall, with: {address: 127.0.0.1, allowed: "9"}}
      - {title: 目标, check: make-target, with: {target: nosuch}}
      - {title: 流水线, check: ci-workflow, with: {workflow: board.yaml, command: make}}
      - {title: 扫描, check: security-scan, with: {scanners: nope}}
milestones:
  - {id: M1, title: 可用, due: 2025-10-30, requires: {priority: P0}}
"""
ENGLISH = BOARD.translate(str.maketrans({chr(code): None for code in range(0x4E00, 0x9FFF)}))
ENGLISH = re.sub(r"(title|owner|by|problem): *(?=[,}。\n])", r"\1: Words", ENGLISH)
ENGLISH = ENGLISH.replace("。", ".").replace("language: zh", "language: en")

COMMANDS = [
    ["check", "--verbose"],
    ["check", "T2"],
    ["check", "T3"],
    ["check", "--output-format", "markdown"],
    ["check", "--output-format", "board"],
    ["list"],
    ["next"],
    ["next", "--to", "8"],
    ["show", "T1"],
    ["show", "T2"],
    ["show", "T3"],
    ["checks"],
    ["checks", "mypy"],
    ["trend", "T9"],
    ["diff"],
    ["trend", "score"],
    ["history"],
    ["history", "--verify"],
    ["doctor"],
    ["score", "--explain"],
    ["report"],
    ["validate"],
    ["prove"],
    ["show", "T9"],
    ["check", "nothing"],
    ["diff", "x", "y", "z"],
    ["next", "--to", "11"],
    ["report", "--milestone", "M9"],
    ["check", "--frob"],
    ["chekc"],
    ["show"],
    ["list", "a", "b"],
    ["list", "--lang"],
    ["check", "-j", "many"],
    ["checks", "nothing"],
    ["check", "--dry-run"],
]

# What is no sentence of ours: commands, tools' own words, places, options, and the plain line.
ASIDE = re.compile(
    r"│.*|No rule to( make target)?|"
    r"`[^`]*`|«[^»]*»|\$\{[^}]*\}|--[\w-]+|readiness \w+( [A-Z]\w*)*|/[\w./-]+|"
    r"readiness/\S+|<[^>]*>|make \w+|exit 3|sleep 5|nosuchtool x|echo \d+|"
    r"mypy[^|,，）)\n]*|Python \S+|UTC|https?://\S+|\|[^\n]*```|on PATH|P\d|T\d[\d.]*|M\d"
)
SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:]? [a-z]{2,} [a-z]{2,}")
CHINESE = re.compile("[\u4e00-\u9fff]+")


def written(folder: Path, *arguments: str) -> str:
    """All that a command writes, on both streams."""
    environ = {"PATH": few_programs(), "HOME": str(folder), "PYTHONPATH": str(ROOT)}
    ended = run(arguments, environ, folder)
    assert ended.status != 70, ended
    return ended.out + ended.err


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A board in each language that has been run twice."""
    folders = {}
    for language, text in (("zh", BOARD), ("en", ENGLISH)):
        folder = tmp_path_factory.mktemp(language)
        (folder / "board.yaml").write_text(text.replace("\\\\", "\\"), encoding="utf-8")
        for _ in range(2):
            written(folder, "check")
        folders[language] = folder
    return folders


@pytest.mark.parametrize("line", COMMANDS, ids=" ".join)
def test_a_chinese_board_is_read_in_chinese(line: list[str], project: dict[str, Path]) -> None:
    """No English sentence, but for what tools say, commands, ids and paths."""
    text = written(project["zh"], *line)
    assert CHINESE.search(text)
    assert SENTENCE.findall(ASIDE.sub(" ", text)) == []


CHANGED = [
    ["guard", "--base", "main"],
    ["guard", "--base", "main", "--no-run"],
    ["backtest", "--last", "1"],
    ["fleet", "."],
    ["flaky"],
    ["attest", "T2.1", "--by", "李伟"],
    ["attest", "T1.1"],
    ["waive", "T2.2", "--reason", "尚无", "--by", "李伟", "--until", "2099-01-01"],
    ["accept", "T2.2", "--reason", "已定", "--by", "李伟"],
    ["init"],
    ["import", "board.yaml"],
    ["hook", "--install", "--agent", "claude-code"],
    ["check", "--base", "nope"],
]


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A branch whose change loosens what it can, of a Chinese board and of what that measures."""
    folder = tmp_path_factory.mktemp("changed")
    board = BOARD.replace("\\\\", "\\").replace("sleep 5, timeout: 1s", "exit 1")
    test = "from m import f\n\ndef test_f():\n    assert f(1) == 2\n"
    settings = "[tool.mypy]\nstrict = true\n"
    code = "def f(a: int) -> int:\n    return a + 1\n"
    files = {"board.yaml": board, "m.py": code, "test_m.py": test, "pyproject.toml": settings}
    commit(folder, files)
    subprocess.run(["git", "checkout", "-q", "-b", "change"], cwd=folder, check=True)
    (folder / "test_m.py").unlink()
    less = board.replace("< 500 ms", "< 900 ms").replace("target: 8.0", "target: 7.0")
    settings, code = settings.replace("true", "false"), f"{code}x = f(1)  # type: ignore\n"
    commit(folder, {"board.yaml": less, "m.py": code, "pyproject.toml": settings})
    return folder


@pytest.mark.parametrize("line", CHANGED, ids=" ".join)
def test_what_a_change_does_is_told_in_chinese(line: list[str], changed: Path) -> None:
    """What it loosens, what a gate would have done, and what is written into the board."""
    text = written(changed, *line)
    assert CHINESE.search(text)
    assert SENTENCE.findall(ASIDE.sub(" ", text)) == []


@pytest.mark.parametrize("line", COMMANDS, ids=" ".join)
def test_an_english_board_is_read_in_english(line: list[str], project: dict[str, Path]) -> None:
    """Not one Chinese character."""
    assert CHINESE.findall(written(project["en"], *line)) == []


@pytest.mark.parametrize("line", COMMANDS[:20], ids=" ".join)
def test_another_language_can_be_asked_for(line: list[str], project: dict[str, Path]) -> None:
    """By the option, for a run that was recorded as well as for a new one."""
    text = written(project["en"], *line, "--lang=zh")
    assert CHINESE.search(text)
    assert SENTENCE.findall(ASIDE.sub(" ", text)) == []
    assert CHINESE.findall(written(project["en"], *line, "--lang", "en")) == []


def test_an_unknown_language_is_told(project: dict[str, Path]) -> None:
    """With those that there are."""
    assert "en, zh" in written(project["en"], "list", "--lang", "fr")
