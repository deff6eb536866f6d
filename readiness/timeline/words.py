"""The fixed words of a report to a team, in each language of a board."""

import msgspec

from readiness.model.words import Language
from readiness.timeline.period import AlarmKind, ReportKind


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """Everything such a report says in its own words; `str.format` fills the braces."""

    kinds: dict[ReportKind, str]
    alarms: dict[AlarmKind, str]
    alarm_heading: str
    state: str
    score: str
    unknown_score: str
    not_comparable: str
    first_run: str
    runs: str
    counts: str
    causes: str
    board_cause: str
    scope_cause: str
    rounding_cause: str
    changes: str
    changed_heads: tuple[str, str, str, str]
    board_changes: str
    milestones: str
    milestone_heads: tuple[str, str, str, str]
    met: str
    not_met: str
    overdue: str
    lacks_score: str
    tasks: str
    task_heads: tuple[str, str, str, str, str, str]
    next: str
    next_heads: tuple[str, str, str, str, str]
    blocks: str
    nothing_open: str
    more: str
    measured: str
    modified: str


_ENGLISH = Words(
    kinds={
        ReportKind.DAILY: "Daily report",
        ReportKind.WEEKLY: "Weekly report",
        ReportKind.PERIOD: "Report since {}",
        ReportKind.MILESTONE: "Milestone report",
    },
    alarms={
        AlarmKind.REGRESSION: "passed before and does not any more",
        AlarmKind.OVERDUE: "was due on {} and is not met",
        AlarmKind.LOOSENED: "loosens the gate: {}",
    },
    alarm_heading="Exception report",
    state="Where it stands",
    score="Score {} → {}, target {}",
    unknown_score="unknown",
    not_comparable="The scores cannot be compared: a part of the board, or another profile.",
    first_run="Score {}, target {}; there is no earlier run to compare with.",
    runs="{} runs in this time",
    counts="{} better, {} worse, {} as before",
    causes="What moved the score",
    board_cause="the board has changed",
    scope_cause="criteria came into scope or left it",
    rounding_cause="rounding",
    changes="What changed",
    changed_heads=("Criterion", "Before", "Now", "What"),
    board_changes="What the board itself changed",
    milestones="Milestones",
    milestone_heads=("Milestone", "Due", "State", "Missing"),
    met="met",
    not_met="not met",
    overdue="overdue",
    lacks_score="a score of {}",
    tasks="Tasks that are not done",
    task_heads=("Task", "Priority", "Owner", "Estimate", "Good", "Risk"),
    next="What to do next",
    next_heads=("Criterion", "Priority", "Gain", "Verdict", "Next step"),
    blocks="blocks",
    nothing_open="Nothing is open.",
    more="and {} more",
    measured="Measured at {} UTC, run {}",
    modified="modified",
)

_CHINESE = Words(
    kinds={
        ReportKind.DAILY: "日报",
        ReportKind.WEEKLY: "周报",
        ReportKind.PERIOD: "报告（自 {} 起）",
        ReportKind.MILESTONE: "里程碑报告",
    },
    alarms={
        AlarmKind.REGRESSION: "此前通过，现在不再通过",
        AlarmKind.OVERDUE: "应于 {} 达成，尚未达成",
        AlarmKind.LOOSENED: "放宽了门禁：{}",
    },
    alarm_heading="异常报告",
    state="当前状态",
    score="得分 {} → {}，目标 {}",
    unknown_score="未知",
    not_comparable="得分不可比较：只运行了看板的一部分，或环境不同。",
    first_run="得分 {}，目标 {}；没有更早的运行可以比较。",
    runs="期间共运行 {} 次",
    counts="变好 {} 项，变差 {} 项，不变 {} 项",
    causes="得分变化的原因",
    board_cause="看板有变化",
    scope_cause="有标准进入或离开范围",
    rounding_cause="舍入",
    changes="变化",
    changed_heads=("验收标准", "之前", "现在", "内容"),
    board_changes="看板自身的变化",
    milestones="里程碑",
    milestone_heads=("里程碑", "截止", "状态", "尚缺"),
    met="已达成",
    not_met="未达成",
    overdue="已逾期",
    lacks_score="得分达到 {}",
    tasks="未完成的任务",
    task_heads=("任务", "优先级", "负责人", "预计工时", "达标", "风险"),
    next="下一步",
    next_heads=("验收标准", "优先级", "可得分", "结论", "下一步"),
    blocks="阻塞",
    nothing_open="没有未达标的标准。",
    more="另有 {} 项",
    measured="测量于 {} UTC，运行 {}",
    modified="有修改",
)


def words_in(language: Language) -> Words:
    """The words of a report in `language`."""
    return _CHINESE if language is Language.ZH else _ENGLISH
