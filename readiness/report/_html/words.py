"""The words that only the page says; all others are those of every report (`text.labels`)."""

import msgspec

from readiness.model.words import Language


class PageWords(msgspec.Struct, frozen=True, kw_only=True):
    """What the page says in its own words; `str.format` fills the braces."""

    skip: str
    contents: str
    decision: str
    history: str
    first_run: str
    out_of: str
    score: str
    expected: str
    target: str
    baseline: str
    verdicts: str
    attested: str
    why: str
    nothing: str
    next: str
    nothing_open: str
    more: str
    left_out: str
    newly: str
    late: str
    tasks: str
    over_time: str
    score_over_time: str
    score_from_to: str
    ready_run: str
    board_changed: str
    runs_table: str
    date: str
    commit: str
    board: str
    changed: str
    numbers: str
    numbers_cut: str
    number_from_to: str
    heat: str
    heat_hint: str
    heat_cut: str
    heat_words: str
    heat_course: str
    times: str
    time_sum: str
    time_cut: str
    time_none: str
    span: str
    probe: str
    when: str
    requires_all: str
    requires_score: str
    missing: str
    stale: str
    nobody: str
    owner: str
    estimate: str
    risk: str
    tags: str
    depends: str
    problem: str
    steps: str
    weight: str
    skipped: str
    out_of_scope: str
    cpu: str
    memory: str
    started: str
    findings: str
    evidence_at: str
    no_evidence: str
    output_omitted: str
    lines_omitted: str
    points: str
    filter: str
    priority: str
    all: str
    text: str
    reset: str
    matching: str
    none_matching: str
    open_all: str
    close_all: str
    made_by: str
    light: str


_ENGLISH = PageWords(
    skip="Skip to the content",
    contents="On this page",
    decision="Decision",
    history="Score, run by run",
    first_run="The first run of this board and profile: nothing to compare with yet.",
    out_of="of 10",
    score="Score",
    expected="expected {}",
    target="target {}",
    baseline="opened at {}",
    verdicts="Criteria by verdict",
    attested="{} of the score rests on attestations",
    why="Why",
    nothing="Every condition of the gate is met.",
    next="What to do next",
    nothing_open="Nothing is open: every criterion in scope is good.",
    more="{} more",
    left_out="and {} more, below among the tasks",
    newly="passed in the run before",
    late="Overdue: {}",
    tasks="Tasks and criteria",
    over_time="Over time",
    score_over_time="Score over {} runs",
    score_from_to="From {} on {} to {} on {}; the target is {}.",
    ready_run="filled: ready",
    board_changed="dotted: the board changed",
    runs_table="The runs as a table",
    date="Date",
    commit="Commit",
    board="Board",
    changed="changed",
    numbers="Each number's way to its target",
    numbers_cut="{} of {}: what is furthest from its target first.",
    number_from_to="{} → {} in {} runs, expected {}",
    heat="Criteria, run by run",
    heat_hint="One row a criterion, one column a run, the newest at the right.",
    heat_cut="{} of {} criteria: those that are not good, or changed.",
    heat_words="The same in words",
    heat_course="Course",
    times="Where the time went",
    time_sum="{} probes worked {} within {}.",
    time_cut="The longest {}; the other {} took {} together.",
    time_none="No probe was started in this run.",
    span="from {} to {}",
    probe="Probe",
    when="When",
    requires_all="every {} task",
    requires_score="score {}",
    missing="Missing",
    stale="not needed",
    nobody="no owner",
    owner="Owner",
    estimate="Estimate",
    risk="Risk",
    tags="Tags",
    depends="Depends on",
    problem="Problem",
    steps="Steps",
    weight="Weight",
    skipped="Out of scope",
    out_of_scope="{} criteria are not part of this run, and not of its score.",
    cpu="CPU {}",
    memory="memory {}",
    started="Started",
    findings="Findings",
    evidence_at="Output: at {}",
    no_evidence="No probe was run.",
    output_omitted="{} characters of output are not on this page",
    lines_omitted="… {} characters left out …",
    points="{} of {} points",
    filter="Filter",
    priority="Priority",
    all="all",
    text="Text",
    reset="Reset",
    matching="{} of {} criteria shown",
    none_matching="No criterion matches.",
    open_all="Open all tasks",
    close_all="Close all tasks",
    made_by="Made by {} from run {}",
    light="board {}",
)

_CHINESE = PageWords(
    skip="跳到正文",
    contents="本页内容",
    decision="结论",
    history="历次得分",
    first_run="这是此看板在该环境下的首次运行，尚无可比较的历史。",
    out_of="满分 10",
    score="得分",
    expected="要求 {}",
    target="目标 {}",
    baseline="起点 {}",
    verdicts="各结论的标准数",
    attested="得分的 {} 依据人工确认",
    why="原因",
    nothing="门禁的所有条件均已满足。",
    next="下一步",
    nothing_open="没有待办：范围内的标准全部达标。",
    more="另有 {} 项",
    left_out="另有 {} 项，见下方任务",
    newly="上次运行时通过",
    late="已逾期：{}",
    tasks="任务与验收标准",
    over_time="历史变化",
    score_over_time="{} 次运行的得分",
    score_from_to="从 {}（{}）到 {}（{}），目标 {}。",
    ready_run="实心：就绪",
    board_changed="点线：看板有改动",
    runs_table="以表格查看各次运行",
    date="日期",
    commit="提交",
    board="看板",
    changed="有改动",
    numbers="各项数值走向目标的过程",
    numbers_cut="{}/{} 项，离目标最远的在前。",
    number_from_to="{} → {}，共 {} 次运行，要求 {}",
    heat="历次运行中的验收标准",
    heat_hint="每行一项标准，每列一次运行，最新的在右侧。",
    heat_cut="{}/{} 项标准：未达标或有变化的。",
    heat_words="以文字查看",
    heat_course="经过",
    times="时间用在哪里",
    time_sum="{} 个探测共工作 {}，历时 {}。",
    time_cut="最长的 {} 个；其余 {} 个合计 {}。",
    time_none="本次运行没有启动探测。",
    span="从 {} 到 {}",
    probe="探测",
    when="时段",
    requires_all="全部 {} 任务",
    requires_score="得分 {}",
    missing="缺少",
    stale="不再需要",
    nobody="无负责人",
    owner="负责人",
    estimate="预计工时",
    risk="风险",
    tags="标签",
    depends="依赖",
    problem="问题",
    steps="步骤",
    weight="权重",
    skipped="范围之外",
    out_of_scope="{} 项标准不在本次运行之内，也不计入得分。",
    cpu="CPU {}",
    memory="内存 {}",
    started="开始",
    findings="发现",
    evidence_at="输出见 {}",
    no_evidence="没有运行探测。",
    output_omitted="{} 个字符的输出未放入本页",
    lines_omitted="…… 省略 {} 个字符 ……",
    points="得 {} / {} 分",
    filter="筛选",
    priority="优先级",
    all="全部",
    text="文字",
    reset="重置",
    matching="显示 {} / {} 项标准",
    none_matching="没有符合条件的标准。",
    open_all="展开全部任务",
    close_all="收起全部任务",
    made_by="由 {} 根据运行 {} 生成",
    light="看板 {}",
)


def page_words(language: Language) -> PageWords:
    """Return the page's words in `language`."""
    return _CHINESE if language is Language.ZH else _ENGLISH
