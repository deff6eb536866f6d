"""A run document that has everything in it: every verdict, and strings that mean harm."""

import json
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from readiness.model.board import Section, Success
from readiness.model.words import Decision, Place, Priority, Verdict
from readiness.record.document import (
    CriterionRecord,
    FindingRecord,
    GateRecord,
    Loosening,
    MilestoneRecord,
    ProbeRecord,
    RunDocument,
    StreamRecord,
    TaskRecord,
)
from readiness.record.origin import BoardRef, Git, Tool
from readiness.record.scores import ScoreRecord
from readiness.report._unfinished import unfinished
from readiness.text.languages import Language

HOSTILE = "::error file=a::x [green]READY[/green] [/a/b] ##[error]x \x1b[2J\x07 a|b `c` <b>&amp;"


Record = TypeVar("Record", CriterionRecord, TaskRecord, ProbeRecord)


def a_criterion(name: str, verdict: Verdict, **fields: object) -> CriterionRecord:
    """Return a criterion of no importance; `fields` replaces what a test is about."""
    criterion = CriterionRecord(
        id=name,
        title=f"Criterion {name}",
        verdict=verdict,
        value=0,
        shown="0 errors",
        unit="errors",
        expect="== 0",
        warn=None,
        baseline=None,
        progress=1.0,
        reason="",
        reason_code=None,
        hint=None,
        flaky=False,
        waiver=None,
        attestation=None,
        points=0.2,
        points_possible=0.2,
        probes=[],
    )
    return msgspec.structs.replace(criterion, **fields)


def a_task(name: str, *criteria: CriterionRecord, **fields: object) -> TaskRecord:
    """Return a task of priority P2 that is not done."""
    task = TaskRecord(
        id=name,
        title=f"Task {name}",
        priority=Priority.P2,
        owner="li.wei",
        done=False,
        attainment=0.5,
        criteria=list(criteria),
    )
    return msgspec.structs.replace(task, **fields)


def a_probe(name: str, command: str, **fields: object) -> ProbeRecord:
    """Return a probe that ended with status 0 after 1.2 s and wrote nothing."""
    probe = ProbeRecord(
        id=name,
        check=None,
        command=command,
        workdir=".",
        exit_status=0,
        signal=None,
        timed_out=False,
        leaked=0,
        attempts=1,
        started_at="2026-11-24T13:10:43Z",
        duration_s=1.2,
        cpu_s=1.0,
        memory_kib=20_480,
        reused=False,
        tool_version=None,
        stdout=StreamRecord(bytes=0, digest="sha256:0", head="", tail=""),
        stderr=StreamRecord(bytes=0, digest="sha256:0", head="", tail=""),
    )
    return msgspec.structs.replace(probe, **fields)


def a_document(**fields: object) -> RunDocument:
    """Return a run with every verdict, and everything else that a report can show."""
    document = RunDocument(
        id="20261124T131042Z-3f2a",
        tool=Tool(name="readiness", version="0.1.0"),
        board=BoardRef(
            title="Football prediction system",
            path="board.yaml",
            digest="sha256:1",
            file="board.yaml",
        ),
        profile="local",
        partial=False,
        interrupted=False,
        git=Git(commit="3f2a1bc9d0e4f5a6b7c8", branch="main", dirty=True),
        started_at="2026-11-24T13:10:42Z",
        finished_at="2026-11-24T13:10:54Z",
        duration_s=12.34,
        score=ScoreRecord(
            value=5.53,
            shown="5.53",
            target=8.0,
            progress=0.69,
            measured=7,
            in_scope=10,
            total=11,
            attested=0.12,
        ),
        gate=GateRecord(
            decision=Decision.NOT_READY,
            exit_status=1,
            reasons=[
                "score 5.53 is below the target 8.0",
                "T2.1 (P0) fails: 1029 errors, expected < 50",
            ],
        ),
        tasks=tasks_of("tasks"),
        probes=_probes(),
        findings=type_errors(1),
        milestones=[
            MilestoneRecord(id="M1", title="Basically usable", met=True, due="2025-10-30"),
            MilestoneRecord(id="M3", title="Production ready", met=False, due="2025-12-04"),
        ],
        loosened=[Loosening(subject="T2.1", what="expectation", before="== 0", after="< 50")],
    )
    return msgspec.structs.replace(document, **fields)


def type_errors(times: int) -> list[FindingRecord]:
    """Return places in five modules that mypy complains about, so many times."""
    return [
        FindingRecord(
            criterion="T2.1",
            path=f"src/api/{name}.py",
            line=line,
            rule="arg-type",
            message=f'Argument {line} to "predict" has an incompatible type',
        )
        for line, name in enumerate(["matches", "teams", "odds", "users", "main"] * times, 3)
    ]


def a_chinese_document() -> RunDocument:
    """Return the same for a board in Chinese."""
    document = a_document()
    titles = {
        "T1": "数据库迁移Union导入错误修复",
        "T1.1": "所有迁移文件都能成功导入，无Union导入错误",
        "T2": "MyPy类型错误清理",
        "T2.1": "MyPy错误数量从1029个减少到50个以下",
    }
    tasks = [
        msgspec.structs.replace(
            task,
            title=titles.get(task.id, task.title),
            criteria=[
                msgspec.structs.replace(criterion, title=titles.get(criterion.id, criterion.title))
                for criterion in task.criteria
            ],
        )
        for task in document.tasks
    ]
    board = msgspec.structs.replace(
        document.board, title="足球预测系统部署任务看板", language=Language.ZH
    )
    return msgspec.structs.replace(document, board=board, tasks=tasks)


def a_written_document() -> RunDocument:
    """Return the same for a board with all that its rendering can show."""
    document = a_document()
    board = msgspec.structs.replace(
        document.board,
        baseline=4.5,
        created="2025-10-23",
        goal="Make it **fit** for `production`.",
        review="every Monday",
        subtitle="From code to service",
        success=[Success(title="It is fast", criteria=["T7.2", "T1.1"])],
        sections=[
            Section(title="Rules", text="1. Measure first", place=Place.GUIDE),
            Section(title="Risks", text="# Weather\n\nRain <b>", place=Place.TOP),
            Section(title="Plan", text="- week 1: P0", place=Place.PROGRESS),
            Section(title="Emergencies", text="```\nmake stop", place=Place.BOTTOM),
            Section(title="Aim", text="A [good](docs/aim.md) service", place=Place.SUCCESS),
        ],
        key_figures={"T2.1": "Type errors", "T3.1": "", "T7.2": "P95", "T9.9": "not there"},
    )
    written = {
        "estimate": "4-6h",
        "risk": "High - blocks the database",
        "problem": "Migrations fail.",
        "details": "```bash\nmake db-migrate\n```",
        "steps": ["Look at `all` of them", "Repair them"],
        "notes": {"2025-11-02": "Looked at half of them"},
        "depends_on": ["T1", "T3"],
        "tags": ["database"],
    }
    tasks = [
        msgspec.structs.replace(task, **written) if task.id == "T2" else task
        for task in document.tasks
    ]
    milestones = [
        document.milestones[0],
        msgspec.structs.replace(document.milestones[1], score=8.0),
        MilestoneRecord(
            id="M4",
            title="Nothing blocks",
            met=False,
            due="2026-11-01",
            overdue=True,
            priority=Priority.P0,
            missing=["T2"],
        ),
    ]
    return msgspec.structs.replace(document, board=board, tasks=tasks, milestones=milestones)


def an_unfinished_document() -> RunDocument:
    """Return what stands in the place of a report while its run goes on."""
    return unfinished(
        run="20261124T131042Z-3f2a",
        tool=Tool(name="readiness", version="0.1.0"),
        board=BoardRef(title="A board", path="board.yaml", digest="sha256:1"),
        profile="local",
        git=None,
        started_at="2026-11-24T13:10:42Z",
    )


def tasks_of(name: str) -> list[TaskRecord]:
    """Return the tasks below a key of documents.yaml."""
    tasks = []
    for task in written(name):
        criteria = [
            _filled(a_criterion(fields["id"], Verdict.PASS), fields)
            for fields in task.pop("criteria")
        ]
        tasks.append(_filled(a_task(task["id"], *criteria), task))
    return tasks


def _probes() -> list[ProbeRecord]:
    return [_filled(a_probe(fields["id"], ""), fields) for fields in written("probes")]


def written(name: str) -> Any:
    """Return what stands below a key of documents.yaml, with the string that means harm in it."""
    text = Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text.replace("@HOSTILE@", json.dumps(HOSTILE)[1:-1]))[name]


def _filled(record: Record, fields: dict[str, object]) -> Record:
    """Return a record with other values in these fields."""
    return msgspec.convert({**msgspec.to_builtins(record), **fields}, type(record))
