"""What a rendered board says beside the words that all reports share."""

import msgspec

from readiness.model.words import Language, Priority


class PriorityWords(msgspec.Struct, frozen=True, kw_only=True):
    """How a priority is spoken of: as a chapter, as a class, and as a level."""

    chapter: str
    name: str
    meaning: str
    level: str


class BoardWords(msgspec.Struct, frozen=True, kw_only=True):
    """The words of a rendered board; `str.format` fills the braces."""

    rendered: str
    created: str
    state: str
    degree: str
    degree_of: str
    revision: str
    guide: str
    goal: str
    goal_from: str
    goal_to: str
    classes: str
    acceptance: str
    acceptance_rule: str
    acceptance_marks: str
    priorities: dict[Priority, PriorityWords]
    task: str
    priority: str
    estimate: str
    units: dict[str, tuple[str, str]]
    owner: str
    nobody: str
    problem: str
    status: str
    status_done: str
    status_progress: str
    status_open: str
    status_unknown: str
    status_out: str
    passed: str
    unmeasured: str
    waived: str
    criteria: str
    details: str
    steps: str
    risk: str
    risks: dict[str, str]
    depends: str
    depends_open: str
    tags: str
    colon: str
    comma: str
    progress: str
    figures: str
    figure: str
    now: str
    aim: str
    degree_figure: str
    tasks_done: str
    milestones: str
    missing: str
    asks_priority: str
    asks_score: str
    success: str
    success_rule: str
    success_score: str
    success_blocking: str
    success_open: str
    success_gate: str
    maintained: str
    updated: str
    review: str
    next_due: str
    loosened: str


_ENGLISH = BoardWords(
    rendered="Rendered by readiness: a change belongs into the board file, not here.",
    created="Created",
    state="State of the board",
    degree="Overall readiness",
    degree_of="{} of 10 (target {} of 10)",
    revision="Revision",
    guide="📋 How to use this board",
    goal="🎯 Goal",
    goal_from="From {} of 10, when the board was opened, to {} of 10; now {}.",
    goal_to="To {} of 10; now {}.",
    classes="📊 Classes of tasks",
    acceptance="✅ Acceptance",
    acceptance_rule=(
        "Every task has acceptance criteria of its own, and is done only when all of them are met."
        " A box is ticked by evidence alone: by what was measured in a run, or by a person's word"
        " that is named beside it and has not expired."
    ),
    acceptance_marks=(
        "Beside each box stand the verdict, the value, what is expected, and the day and the commit"
        " of the measurement (`+`: the work tree had changes)."
    ),
    priorities={
        Priority.P0: PriorityWords(
            chapter="🚨 P0: blocking problems (to be solved at once)",
            name="🚨 P0, blocking",
            meaning="problems that block basic functions and have to be solved at once",
            level="🔴 **highest**",
        ),
        Priority.P1: PriorityWords(
            chapter="⚠️ P1: important problems (the quality of the release)",
            name="⚠️ P1, important",
            meaning="important problems that lower the quality of the release",
            level="🟡 **high**",
        ),
        Priority.P2: PriorityWords(
            chapter="🔧 P2: optimisations (performance and experience)",
            name="🔧 P2, optimisation",
            meaning="better performance and a better experience",
            level="🟠 **medium**",
        ),
        Priority.P3: PriorityWords(
            chapter="📈 P3: enhancements (for the long run)",
            name="📈 P3, enhancement",
            meaning="improvements for the long run",
            level="🔵 **low**",
        ),
    },
    task="Task {}",
    priority="Priority",
    estimate="Estimate",
    units={"m": ("minute", "minutes"), "h": ("hour", "hours"), "d": ("day", "days")}
    | {"w": ("week", "weeks")},
    owner="Owner",
    nobody="nobody yet",
    problem="Problem",
    status="Status",
    status_done="✅ **Done**",
    status_progress="🔄 **In progress**",
    status_open="❌ **Not started**",
    status_unknown="❓ **Could not be measured**",
    status_out="➖ **Not part of this run**",
    passed="{} of {} criteria met",
    unmeasured="{} could not be measured",
    waived="{} waived",
    criteria="Acceptance criteria",
    details="Technical details",
    steps="Solution",
    risk="Risk",
    risks={"high": "🔴", "medium": "🟡", "low": "🟠", "very low": "🔵"},
    depends="Depends on",
    depends_open="{} (open)",
    tags="Tags",
    colon=": ",
    comma=", ",
    progress="📊 Progress",
    figures="🎯 Key figures",
    figure="Figure",
    now="Now",
    aim="Target",
    degree_figure="Overall readiness",
    tasks_done="{} tasks done",
    milestones="🎉 Milestones",
    missing="missing {}",
    asks_priority="all {} tasks done",
    asks_score="score {} reached",
    success="🎯 Success",
    success_rule="The release is ready when all of this holds:",
    success_score="The score reaches {} of 10: now {}",
    success_blocking="Every criterion that blocks the release is met or waived",
    success_open="open: {}",
    success_gate="The gate decides: ready",
    maintained="**Kept by** {}, rendered from run {}; do not edit it, edit {}",
    updated="Last update",
    review="Next review",
    next_due="next milestone {}",
    loosened="⚠️ What this change loosens",
)

_CHINESE = BoardWords(
    rendered="由 readiness 生成：请修改看板文件，不要修改此文件。",
    created="创建时间",
    state="看板状态",
    degree="整体完成度",
    degree_of="{}/10 (目标: {}/10)",
    revision="版本",
    guide="📋 看板使用指南",
    goal="🎯 看板目标",
    goal_from="得分从看板创建时的 {}/10 提升到 {}/10；当前 {}。",
    goal_to="得分达到 {}/10；当前 {}。",
    classes="📊 任务分类说明",
    acceptance="✅ 验收标准说明",
    acceptance_rule=(
        "每个任务都包含明确的验收标准，只有当所有验收标准全部满足时，任务才算完成。"
        "勾选只依据证据：本次运行的测量结果，或署名且未过期的人工确认。"
    ),
    acceptance_marks=(
        "每项标准旁写明结论、实测值、要求，以及测量的日期和提交（`+` 表示工作区有修改）。"
    ),
    priorities={
        Priority.P0: PriorityWords(
            chapter="🚨 P0级阻塞问题 (必须立即解决)",
            name="🚨 P0-阻塞级",
            meaning="必须立即解决的阻塞性问题，影响系统基本功能",
            level="🔴 **最高**",
        ),
        Priority.P1: PriorityWords(
            chapter="⚠️ P1级重要问题 (影响部署质量)",
            name="⚠️ P1-重要级",
            meaning="重要的问题，影响生产部署质量",
            level="🟡 **高**",
        ),
        Priority.P2: PriorityWords(
            chapter="🔧 P2级优化任务 (性能和体验)",
            name="🔧 P2-优化级",
            meaning="性能优化和体验改进项",
            level="🟠 **中**",
        ),
        Priority.P3: PriorityWords(
            chapter="📈 P3级增强任务 (长期改进)",
            name="📈 P3-增强级",
            meaning="长期改进和功能增强项",
            level="🔵 **低**",
        ),
    },
    task="任务 {}",
    priority="优先级",
    estimate="预计工时",
    units={
        "m": ("分钟", "分钟"),
        "h": ("小时", "小时"),
        "d": ("天", "天"),
        "w": ("周", "周"),
    },
    owner="负责人",
    nobody="待分配",
    problem="问题描述",
    status="当前状态",
    status_done="✅ **已完成**",
    status_progress="🔄 **进行中**",
    status_open="❌ **待开始**",
    status_unknown="❓ **无法测量**",
    status_out="➖ **不在本次运行范围**",
    passed="满足 {}/{} 项标准",
    unmeasured="{} 项无法测量",
    waived="{} 项豁免",
    criteria="验收标准",
    details="技术细节",
    steps="解决方案",
    risk="风险等级",
    risks={"高": "🔴", "中": "🟡", "低": "🟠", "极低": "🔵"},
    depends="依赖任务",
    depends_open="{}（未完成）",
    tags="标签",
    colon=": ",
    comma="，",
    progress="📊 整体进度追踪",
    figures="🎯 关键指标",
    figure="指标",
    now="当前状态",
    aim="目标状态",
    degree_figure="整体就绪度",
    tasks_done="{}任务完成",
    milestones="🎉 里程碑目标",
    missing="缺少 {}",
    asks_priority="{}任务全部完成",
    asks_score="得分达到 {}",
    success="🎯 成功标准",
    success_rule="以下条件全部满足时，可以发布：",
    success_score="得分达到 {}/10：当前 {}",
    success_blocking="所有阻塞发布的标准均已满足或豁免",
    success_open="未满足: {}",
    success_gate="门禁结论：就绪",
    maintained="**看板维护**: 由 {} 根据运行 {} 生成，请勿手工修改，请修改 {}",
    updated="最后更新",
    review="下次评估",
    next_due="下一个里程碑 {}",
    loosened="⚠️ 此变更放宽的内容",
)


def board_words(language: Language) -> BoardWords:
    """Return the words in `language`."""
    return _CHINESE if language is Language.ZH else _ENGLISH
