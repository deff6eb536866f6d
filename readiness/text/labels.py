"""The fixed words of reports, in each language that a board may ask for."""

import msgspec

from readiness.model.words import Decision, Language, Verdict


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a report says in its own words; `str.format` fills the braces.

    `meanings` follow the words of `decisions` on the same line.
    """

    verdicts: dict[Verdict, str]
    decisions: dict[Decision, str]
    meanings: dict[Decision, str]
    profile: str
    dirty: str
    no_revision: str
    interrupted: str
    criterion: str
    id: str
    verdict: str
    value: str
    expected: str
    progress: str
    change: str
    time: str
    blocking: str
    done: str
    new: str
    better: str
    worse: str
    otherwise: str
    same: str
    reused: str
    attested: str
    milestones: str
    met: str
    not_met: str
    due: str
    overdue: str
    for_milestone: str
    problems: str
    found: str
    where: str
    next_step: str
    worth: str
    exit: str
    signal: str
    timed_out: str
    leaked: str
    attempts: str
    not_started: str
    output_cut: str
    more_findings: str
    more_probes: str
    more: str
    output: str
    warn_at: str
    flaky: str
    waived: str
    waived_by: str
    stale: str
    stale_hint: str
    attestations: str
    attested_by: str
    attested_share: str
    loosened: str
    base: str
    not_run: str
    score: str
    unknown: str
    measured: str
    way: str
    reasons: str
    exit_status: str


_ENGLISH = Labels(
    verdicts={verdict: verdict.value for verdict in Verdict},
    decisions={
        Decision.READY: "READY",
        Decision.NOT_READY: "NOT READY",
        Decision.UNDECIDED: "UNDECIDED",
        Decision.PARTIAL: "PARTIAL",
        Decision.LOOSENED: "LOOSENED",
    },
    meanings={
        Decision.READY: " for release",
        Decision.NOT_READY: " for release",
        Decision.UNDECIDED: ": what could not be measured makes the difference",
        Decision.PARTIAL: ": a part of the board was run, which decides no release",
        Decision.LOOSENED: ": this change loosens its own gate",
    },
    profile="profile {}",
    dirty="{} (dirty)",
    no_revision="no revision",
    interrupted="This run was interrupted: what is missing was not measured.",
    criterion="Criterion",
    id="Id",
    verdict="Verdict",
    value="Value",
    expected="Expected",
    progress="Done",
    change="Before",
    time="Time",
    blocking="blocks the release",
    done="{} of {} done",
    new="new",
    better="better than {} before",
    worse="worse than {} before",
    otherwise="{} before",
    same="as before",
    reused="reused",
    attested="attested",
    milestones="Milestones",
    met="met",
    not_met="not met",
    due="due {}",
    overdue="overdue",
    for_milestone=" for milestone {}",
    problems="What failed, and why",
    found="Found",
    where="Where",
    next_step="Next",
    worth="worth {} points",
    exit="exit {}",
    signal="signal {}",
    timed_out="timed out",
    leaked="processes left behind: {}",
    attempts="attempts: {}",
    not_started="not started",
    output_cut="wrote {} bytes, cut",
    more_findings="and {} more",
    more_probes="and {} more probes",
    more="More: readiness show {}",
    output="Output",
    warn_at="{}, without a warning {}",
    flaky="unsteady: it did not pass every time",
    waived="Waived",
    waived_by="{}, by {} until {}",
    stale="Waivers that nothing needs",
    stale_hint="passes; its waiver ({}) can go",
    attestations="Attested, not measured",
    attested_by="{} on {}, until {}",
    attested_share="{} of the score rests on attestations",
    loosened="What this change loosens",
    base="judged by {}",
    not_run="Not run as they are here, only as the base has them: {}",
    score="Score {} of 10, target {}",
    unknown="unknown",
    measured="measured {} of {} in scope, {} in all",
    way="{} of the way to {}",
    reasons="Why",
    exit_status="exit {}",
)

_CHINESE = Labels(
    verdicts={
        Verdict.PASS: "通过",
        Verdict.WARN: "警告",
        Verdict.FAIL: "未通过",
        Verdict.ERROR: "错误",
        Verdict.WAIVED: "豁免",
        Verdict.SKIP: "跳过",
    },
    decisions={
        Decision.READY: "就绪",
        Decision.NOT_READY: "未就绪",
        Decision.UNDECIDED: "无法判定",
        Decision.PARTIAL: "部分运行",
        Decision.LOOSENED: "标准被放宽",
    },
    meanings={
        Decision.READY: "，可以发布",
        Decision.NOT_READY: "，不可发布",
        Decision.UNDECIDED: "：结果取决于未能测量的标准",
        Decision.PARTIAL: "：只运行了看板的一部分，不构成发布决定",
        Decision.LOOSENED: "：此变更放宽了自己的门禁",
    },
    profile="环境 {}",
    dirty="{}（有修改）",
    no_revision="无版本",
    interrupted="本次运行被中断：缺少的部分没有测量。",
    criterion="验收标准",
    id="编号",
    verdict="结论",
    value="实测",
    expected="要求",
    progress="进度",
    change="上次",
    time="用时",
    blocking="阻塞发布",
    done="完成 {}/{}",
    new="新增",
    better="好于上次（{}）",
    worse="差于上次（{}）",
    otherwise="上次 {}",
    same="与上次相同",
    reused="沿用",
    attested="人工确认",
    milestones="里程碑",
    met="已达成",
    not_met="未达成",
    due="截止 {}",
    overdue="已逾期",
    for_milestone="：里程碑 {}",
    problems="未通过的标准及原因",
    found="实测",
    where="来源",
    next_step="下一步",
    worth="值 {} 分",
    exit="退出状态 {}",
    signal="信号 {}",
    timed_out="超时",
    leaked="遗留 {} 个进程",
    attempts="尝试 {} 次",
    not_started="未启动",
    output_cut="写出 {} 字节，已截断",
    more_findings="另有 {} 处",
    more_probes="另有 {} 个探测",
    more="详情：readiness show {}",
    output="输出",
    warn_at="{}，无警告 {}",
    flaky="不稳定：并非每次都通过",
    waived="豁免",
    waived_by="{}，{} 批准，至 {}",
    stale="不再需要的豁免",
    stale_hint="已通过，其豁免（{}）可以删除",
    attestations="人工确认，未测量",
    attested_by="{} 于 {} 确认，有效至 {}",
    attested_share="得分的 {} 依据人工确认",
    loosened="此变更放宽的内容",
    base="评判依据 {}",
    not_run="未按此处的写法运行，只按基准版本运行：{}",
    score="得分 {} / 10，目标 {}",
    unknown="未知",
    measured="范围内 {}/{} 项已测量，共 {} 项",
    way="距离目标已完成 {}（目标 {}）",
    reasons="原因",
    exit_status="退出状态 {}",
)


def labels(language: Language) -> Labels:
    """Return the words of a report in `language`."""
    return _CHINESE if language is Language.ZH else _ENGLISH
