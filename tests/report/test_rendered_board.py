"""The board as Markdown: what the board file says, ticked by evidence alone."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from readiness.decide.judge import judge
from readiness.load import load_board
from readiness.model.board import Board
from readiness.model.judgement import Judgement, Measurement, Reading
from readiness.model.words import Better, Verdict
from readiness.pipeline.concluding import conclude
from readiness.pipeline.facts import Facts, Start
from readiness.record.criteria import Recorder
from readiness.record.document import RunDocument, TaskRecord
from readiness.report import Context, render
from readiness.report._board.progress import share
from readiness.report._board.tasks import estimate, risk, status
from readiness.text.clean import Redactor
from readiness.text.languages import Language
from readiness.text.sentences import sentences
from tests.support.documents import a_criterion, a_document, a_task, a_written_document
from tests.support.hostile import HOSTILE_TEXTS, full_of
from tests.support.pages import RECOGNISED, on_github

ROOT = Path(__file__).parents[2]
EN, ZH = sentences(Language.EN), sentences(Language.ZH)
BOX = re.compile(r"^- \[([ x])\] \*\*(\S+)\*\* ", re.MULTILINE)


def board_of(run: RunDocument) -> str:
    """The rendered board."""
    return render("board", run, Context())


def in_chinese(run: RunDocument) -> RunDocument:
    """The same run of a board in Chinese."""
    return msgspec.structs.replace(
        run, board=msgspec.structs.replace(run.board, language=Language.ZH)
    )


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("mixed.board.en.md", a_written_document()),
        ("mixed.board.zh.md", in_chinese(a_written_document())),
    ],
)
def test_the_board_is_as_it_was_agreed_on(
    name: str, run: RunDocument, golden: Callable[[str, str], None]
) -> None:
    """One run with everything in it, in both languages."""
    golden(name, board_of(run))


def test_evidence_alone_ticks_a_box() -> None:
    """Pass and warn do; a failure, an error, a waiver and what was skipped do not."""
    run = a_document()
    boxes = {name: box for box, name in BOX.findall(board_of(run))}
    assert boxes == {
        criterion.id: "x" if criterion.verdict in (Verdict.PASS, Verdict.WARN) else " "
        for criterion in run.criteria()
    }


def test_each_criterion_is_one_line_in_the_order_of_its_task() -> None:
    """So a diff of two boards shows what changed, and nothing else."""
    before = board_of(a_document())
    run = a_document()
    tasks = [
        msgspec.structs.replace(
            task,
            criteria=[
                msgspec.structs.replace(each, value=512, shown="512 errors")
                if each.id == "T2.1"
                else each
                for each in task.criteria
            ],
        )
        for task in run.tasks
    ]
    after = board_of(msgspec.structs.replace(run, tasks=tasks))
    lines = zip(before.splitlines(), after.splitlines(), strict=True)
    box, figure = [one for one, other in lines if one != other]
    assert box.startswith("- [ ] **T2.1** ")
    assert figure.startswith("| Fewer than 50 mypy errors (T2.1) |")


def test_beside_a_box_stands_what_ticked_it() -> None:
    """The verdict, the value, what is expected, the day and the commit."""
    page = board_of(a_document())
    (line,) = [line for line in page.splitlines() if "**T2.1**" in line and line.startswith("- [")]
    assert line.endswith(
        "❌ fail · 1029 errors · Expected `< 50` · Done 5% · 2026-11-24 · `3f2a1bc9d0+`"
    )


def test_the_day_is_that_of_the_measurement() -> None:
    """Not that of the run, where a result was taken over from another day."""
    run = a_document()
    probes = [
        msgspec.structs.replace(probe, started_at="2026-11-20T23:00:00Z") for probe in run.probes
    ]
    page = board_of(msgspec.structs.replace(run, probes=probes))
    assert re.search(r"\*\*T1\.1\*\* .* · 2026-11-20 · ", page)


# --- what is told of a task -----------------------------------------------------------------------


def _task(*verdicts: Verdict, **fields: object) -> TaskRecord:
    criteria = [a_criterion(f"T.{n}", verdict, **fields) for n, verdict in enumerate(verdicts)]
    in_scope = [verdict for verdict in verdicts if verdict is not Verdict.SKIP]
    done = bool(in_scope) and all(v in (Verdict.PASS, Verdict.WARN) for v in in_scope)
    return a_task("T", *criteria, done=done)


P, W, F, E, A, S = Verdict


@pytest.mark.parametrize(
    ("task", "told"),
    [
        (_task(P, W, S), "✅ **Done** - 2 of 2 criteria met"),
        (_task(P, F, E), "🔄 **In progress** - 1 of 3 criteria met, 1 could not be measured"),
        (_task(F, F), "❌ **Not started** - 0 of 2 criteria met"),
        (_task(F, E), "❌ **Not started** - 0 of 2 criteria met, 1 could not be measured"),
        (_task(E), "❓ **Could not be measured** - 0 of 1 criteria met, 1 could not be measured"),
        (_task(S), "➖ **Not part of this run**"),
        (_task(A, P), "🔄 **In progress** - 1 of 2 criteria met, 1 waived"),
        (
            _task(F, value=30.0, baseline=22.53, better=Better.HIGHER),
            "🔄 **In progress** - 0 of 1 criteria met",
        ),
        (
            _task(F, value=22.53, baseline=22.53, better=Better.HIGHER),
            "❌ **Not started** - 0 of 1 criteria met",
        ),
        (
            _task(F, value=900, baseline=1029, better=Better.LOWER),
            "🔄 **In progress** - 0 of 1 criteria met",
        ),
    ],
)
def test_the_status_of_a_task_is_derived(task: TaskRecord, told: str) -> None:
    """From its criteria, and from numbers that moved since the board was opened."""
    assert status(task, EN) == told


@pytest.mark.parametrize(
    ("written", "english", "chinese"),
    [
        ("4-6h", "4-6 hours", "4-6小时"),
        ("1-2d", "1-2 days", "1-2天"),
        ("1d", "1 day", "1天"),
        ("2w", "2 weeks", "2周"),
        ("a while", "a while", "a while"),
        ("<b>", "\\<b>", "\\<b>"),
    ],
)
def test_estimates_are_words(written: str, english: str, chinese: str) -> None:
    """In the board's language; what is no estimate stays as it is."""
    assert estimate(written, EN) == english
    assert estimate(written, ZH) == chinese


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("高 - 阻塞数据库操作", "🔴 **高** - 阻塞数据库操作"),
        ("极低 - 长期改进", "🔵 **极低** - 长期改进"),
        ("中", "🟡 **中**"),
        ("unclear - who knows", "**unclear** - who knows"),
    ],
)
def test_risks_have_their_colour(written: str, told: str) -> None:
    """By the level before the dash."""
    assert risk(written, ZH) == told


@pytest.mark.parametrize(
    ("part", "told"),
    [(0.6875, "68.75%"), (0.69125, "69.12%"), (0.999999, "99.99%"), (1.0, "100%"), (0.0, "0%"),
     (0.5, "50%"), (0.29, "29%"), (0.1, "10%")],
)  # fmt: skip
def test_the_overall_progress_is_never_more_than_it_is(part: float, told: str) -> None:
    """It has as many decimals as it needs, two at most, and is rounded down."""
    assert share(part) == told


def test_the_team_writes_its_own_sections() -> None:
    """Each where it asked for, its headings below ours, its HTML as text."""
    page = board_of(a_written_document())
    order = ["### Rules", "## Risks", "### Weather", "## 🚨 P0", "### 🎯 Key figures", "### Plan",
             "### 🎉 Milestones", "## Emergencies", "## 🎯 Success", "### Aim"]  # fmt: skip
    places = [page.index(f"\n{heading}") for heading in order]
    assert places == sorted(places)
    assert "Rain \\<b>" in page
    shown = on_github(page)
    assert {"script", "b"}.isdisjoint(shown.elements)
    assert any("make stop" in code for code in shown.code)
    assert not any("Success" in code for code in shown.code), "an open fence swallows the rest"


def test_a_board_while_its_run_goes_on_says_so() -> None:
    """And ticks nothing."""
    run = a_document(tasks=[], probes=[], findings=[], milestones=[], interrupted=True)
    page = board_of(run)
    assert EN("report.interrupted") in page
    assert "[x]" not in page


def _without_markdown(run: RunDocument) -> RunDocument:
    """The run without what may hold Markdown of the team's own."""
    board = msgspec.structs.replace(run.board, goal="", sections=[])
    tasks = [msgspec.structs.replace(task, details="") for task in run.tasks]
    return msgspec.structs.replace(run, board=board, tasks=tasks)


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
@pytest.mark.parametrize("run", [a_document(), in_chinese(a_document())], ids=["en", "zh"])
def test_hostile_text_stays_text(text: str, run: RunDocument) -> None:
    """In every string at once: the same boxes, headings and tables, and nothing recognised."""
    board = msgspec.structs.replace(
        run.board, subtitle="A second title" if HOSTILE_TEXTS[text] else ""
    )
    run = msgspec.structs.replace(run, board=board)
    made = board_of(_without_markdown(full_of(HOSTILE_TEXTS[text], run)))
    page, harmless = on_github(made), on_github(board_of(run))
    for element in ("h1", "h2", "h3", "table", "tr", "td", "input", "hr"):
        assert page.elements.count(element) == harmless.elements.count(element), element
    assert {"a", "img", "details", "script"}.isdisjoint(page.elements)
    assert not RECOGNISED.search("\n".join(page.words))
    assert made.replace("\n", "").isprintable()
    assert "##[" not in made
    assert not [line for line in made.splitlines() if line.lstrip().startswith("::")]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_markdown_of_a_board_ends_where_it_ends(text: str) -> None:
    """Sections and details may hold anything: our own chapters stay, and there is no HTML."""
    run = full_of(HOSTILE_TEXTS[text], a_written_document())
    page = on_github(board_of(run))
    for heading in map(EN, ("board.guide", "board.progress", "board.success", "board.chapter.P2")):
        assert heading in page.said
    assert {"details", "script"}.isdisjoint(page.elements)
    assert page.elements.count("input") >= sum(1 for _ in run.criteria())


# --- the board that was kept by hand --------------------------------------------------------------

HEADINGS = [
    "足球预测系统部署任务看板",
    "📋 看板使用指南",
    "🎯 看板目标",
    "📊 任务分类说明",
    "✅ 验收标准说明",
    "🚨 P0级阻塞问题 (必须立即解决)",
    "数据库迁移Union导入错误修复",
    "MyPy类型错误清理",
    "安全漏洞修复",
    "⚠️ P1级重要问题 (影响部署质量)",
    "测试覆盖率提升",
    "生产环境监控配置",
    "生产环境安全配置",
    "🔧 P2级优化任务 (性能和体验)",
    "性能测试和优化",
    "Ruff代码质量清理",
    "📈 P3级增强任务 (长期改进)",
    "测试覆盖率最终达标",
    "文档和运维指南完善",
    "📊 整体进度追踪",
    "🎯 关键指标",
    "📅 时间规划",
    "🎉 里程碑目标",
    "📋 日常维护职责",
    "🎯 任务管理原则",
    "📊 报告机制",
    "🔄 持续改进",
    "📞 紧急联系方式",
    "🚨 紧急情况处理",
    "📚 相关文档",
    "🎯 成功标准",
    "✅ 部署成功定义",
    "🎉 最终目标",
]
"""The headings of the hand-kept board; its guide to maintenance has another title today."""

OF_A_TASK = ["优先级", "预计工时", "负责人", "问题描述", "当前状态"]
OF_A_TASK += ["验收标准", "解决方案", "风险等级"]
WRITTEN = [
    "必须立即解决的阻塞性问题，影响系统基本功能",
    "性能优化和体验改进项",
    "长期改进和功能增强项",
    "只有当所有验收标准全部满足时",
    "**实时更新**",
    "**严格验收**",
    "**问题追踪**",
    "**进度记录**",
    "**风险评估**",
    "4-6小时",
    "3-5天",
    "待分配",
    "from typing import Union, Sequence",
    "- MLflow: 升级到安全版本",
    "- 重负载测试 (200用户 × 10请求)",
    "**第1周**: 完成所有P0阻塞问题",
    "**第5-6周**: 完成P3增强任务",
    "**异常报告**",
    "**经验总结**",
    "**数据丢失**",
    "**监控完备**",
    "**安全、稳定、高性能、易维护**",
    "每日进度检查，每周全面评估",
    "2025-10-23",
]

SEED = {
    "T4.1": ("22.53", "%"),
    "T2.1": ("1029", "errors"),
    "T3.1": ("16", "vulnerabilities"),
}
"""The values of the hand-kept board, by criterion."""

FIGURES = {
    "整体就绪度": ("5.5/10", "8.0/10", "68.75%"),
    "P0任务完成": ("0/3", "3/3", "0%"),
    "P1任务完成": ("0/3", "3/3", "0%"),
    "测试覆盖率": ("22.53 %", ">= 50 %", "45%"),
    "MyPy错误数": ("1029 个错误", "< 50", "5%"),
    "安全漏洞数": ("16 个漏洞", "== 0", "0%"),
}
"""Its key figures: now, target and progress, as it had computed them."""


@pytest.fixture(scope="module")
def own_board() -> Board:
    """The board of this repository."""
    return load_board(str(ROOT / "board.yaml"), profile="production", environ={})


def _judged(board: Board) -> list[Judgement]:
    """What the judge says of the values of the hand-kept board; nothing else was measured."""
    today = date(2025, 10, 23)
    judgements = []
    for task in board.tasks:
        for criterion in task.criteria:
            known = msgspec.structs.replace(criterion, unset=())
            value = SEED.get(criterion.id)
            sample = value and Measurement(value=Decimal(value[0]), unit=value[1])
            readings = [Reading(samples=(sample,))] if sample else []
            judgements.append(judge(known, readings, today=today, matches=lambda *_: False))
    return judgements


@pytest.fixture(scope="module")
def as_kept_by_hand(own_board: Board) -> RunDocument:
    """A run that found what the hand-kept board says, with the score that it states."""
    start = Start(id="20251023T011500Z-00000000", at=1761182100.0, profile="production")
    facts = Facts(
        probe_ids={each.id: [] for task in own_board.tasks for each in task.criteria},
        probes=[],
        findings=[],
        elapsed=1.0,
    )
    run = conclude(own_board, _judged(own_board), start, facts, Recorder(Redactor([])))
    score = msgspec.structs.replace(run.score, value=5.5, shown="5.5", progress=5.5 / 8.0)
    return msgspec.structs.replace(run, score=score)


def test_the_rendered_board_has_the_chapters_of_the_hand_kept_one(
    as_kept_by_hand: RunDocument,
) -> None:
    """A team that replaces its board by this file loses nothing."""
    page = board_of(as_kept_by_hand)
    headings = [line.lstrip("# ") for line in page.splitlines() if line.startswith("#")]
    for heading in HEADINGS:
        assert any(each.endswith(heading) for each in headings), heading
    for name in OF_A_TASK:
        assert page.count(f"**{name}**:") == 10, name
    for written in WRITTEN:
        assert written in page, written


def test_the_key_figures_are_those_of_the_hand_kept_board(as_kept_by_hand: RunDocument) -> None:
    """Fed its values, the table says what it said: now, target and progress."""
    page = board_of(as_kept_by_hand)
    rows = [
        tuple(cell.strip().strip("`") for cell in line.strip("|").split("|"))
        for line in page.splitlines()
        if line.startswith("| ")
    ]
    told = {re.sub(r" \(T[\d.]+\)$", "", name): facts for name, *facts in rows}
    for name, (now, aim, progress) in FIGURES.items():
        assert told[name] == [now, aim, progress]


def test_nothing_is_ticked_on_the_hand_kept_board(as_kept_by_hand: RunDocument) -> None:
    """None of its numbers had reached its target."""
    boxes = BOX.findall(board_of(as_kept_by_hand))
    assert len(boxes) == sum(1 for _ in as_kept_by_hand.criteria())
    assert {box for box, _ in boxes} == {" "}


def test_estimates_and_risks_of_the_board_are_shown(own_board: Board) -> None:
    """Each is of a form that the rendering knows."""
    for task in own_board.tasks:
        assert estimate(task.estimate, ZH) != task.estimate, task.id
        assert risk(task.risk, ZH)[0] in "🔴🟡🟠🔵", task.id
