"""A run document that has everything in it: every verdict, and strings that mean harm."""

import msgspec

from readiness.model.board import Attestation, Section, Success
from readiness.model.words import Decision, Place, Priority, ReasonCode, Verdict
from readiness.record.document import (
    CriterionRecord,
    FindingRecord,
    GateRecord,
    Loosening,
    MilestoneRecord,
    ProbeRecord,
    RunDocument,
    ScoreRecord,
    StreamRecord,
    TaskRecord,
    WaiverRecord,
)
from readiness.record.earlier import Previous, ReusedFrom
from readiness.record.origin import BoardRef, Git, Tool
from readiness.report import unfinished
from readiness.text.languages import Language

HOSTILE = "::error file=a::x [green]READY[/green] [/a/b] ##[error]x \x1b[2J\x07 a|b `c` <b>&amp;"


REUSED = ReusedFrom(run="20261124T121042Z-17aa", at="2026-11-24T12:10:43Z", age_s=3599.0)


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
        tasks=_tasks(),
        probes=_probes(),
        findings=[
            FindingRecord(
                criterion="T2.1",
                path=f"src/api/{name}.py",
                line=line,
                rule="arg-type",
                message=f'Argument {line} to "predict" has an incompatible type',
            )
            for line, name in enumerate(["matches", "teams", "odds", "users", "main"], 3)
        ],
        milestones=[
            MilestoneRecord(id="M1", title="Basically usable", met=True, due="2025-10-30"),
            MilestoneRecord(id="M3", title="Production ready", met=False, due="2025-12-04"),
        ],
        loosened=[
            Loosening(subject="T2.1", what="expectation", before="== 0", after="< 50"),
        ],
    )
    return msgspec.structs.replace(document, **fields)


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


def _tasks() -> list[TaskRecord]:
    return [
        a_task(
            "T7",
            a_criterion(
                "T7.2",
                Verdict.ERROR,
                title="P95 below 500 ms",
                value=None,
                shown="",
                unit="ms",
                expect="< 500 ms",
                progress=0.0,
                reason="wrk is not on PATH",
                reason_code=ReasonCode.TOOL_MISSING,
                hint="apt-get install wrk",
                points=0.0,
                previous=Previous(verdict=Verdict.PASS, value=412),
            ),
            a_criterion(
                "T7.3",
                Verdict.WARN,
                title="Throughput above 500 requests per second",
                value=512.5,
                shown="512.5 rps",
                unit="rps",
                expect="> 500 rps",
                reason="passed on attempt 2 of 2",
                flaky=True,
                probes=["p4"],
                previous=Previous(verdict=Verdict.WARN, value=530),
            ),
            a_criterion(
                "T7.4",
                Verdict.ERROR,
                title=HOSTILE,
                value=None,
                shown="",
                expect=">= 100",
                progress=0.0,
                reason=f"signal 11 after {HOSTILE}",
                reason_code=ReasonCode.SIGNAL,
                hint=f"::warning::{HOSTILE}\nsecond line of the hint",
                points=0.0,
                probes=["p5", "p6"],
            ),
            title="Performance under load",
            attainment=0.33,
        ),
        a_task(
            "T1",
            a_criterion(
                "T1.1",
                Verdict.PASS,
                title="All migrations can be imported",
                shown="0 failures",
                probes=["p1"],
                previous=Previous(verdict=Verdict.PASS, value=0),
            ),
            a_criterion(
                "T1.2",
                Verdict.PASS,
                title="`make db-migrate` works",
                shown="exit 0",
                expect="exit 0",
                probes=["p2"],
                previous=Previous(verdict=Verdict.FAIL, value=2),
                waiver=WaiverRecord(
                    reason="no database in CI", by="sec-lead", until="2026-12-01", stale=True
                ),
            ),
            title="Repair the database migrations",
            priority=Priority.P0,
            blocking=True,
            done=True,
            attainment=1.0,
        ),
        a_task(
            "T2",
            a_criterion(
                "T2.1",
                Verdict.FAIL,
                title="Fewer than 50 mypy errors",
                value=1029,
                shown="1029 errors",
                expect="< 50",
                warn="< 10",
                baseline=1104.0,
                progress=0.05,
                reason="1029 errors, expected < 50",
                hint="start with the import errors: they hide the others",
                points=0.0,
                points_possible=0.91,
                probes=["p3"],
                check="mypy",
                previous=Previous(verdict=Verdict.FAIL, value=1104),
            ),
            a_criterion(
                "T2.2",
                Verdict.FAIL,
                title="Type hints cover the core",
                value=81.25,
                shown="81.25%",
                unit="%",
                expect=">= 90%",
                progress=0.9027,
                reason="81.25%, expected >= 90%",
                points=0.0,
                probes=["p3"],
                previous=Previous(verdict=Verdict.FAIL, value=84),
            ),
            title="Clean up type errors",
            priority=Priority.P0,
            owner="",
            blocking=True,
            attainment=0.0,
        ),
        a_task(
            "T3",
            a_criterion(
                "T3.1",
                Verdict.WAIVED,
                title="No high vulnerabilities",
                value=2,
                shown="2 high",
                reason="2 high, expected == 0",
                progress=0.0,
                points=0.0,
                waiver=WaiverRecord(
                    reason="no fixed release of ecdsa", by="sec-lead", until="2026-12-01"
                ),
                probes=["p7"],
            ),
            a_criterion(
                "T3.2",
                Verdict.PASS,
                title="The team is trained",
                value=True,
                shown="",
                expect="",
                attestation=Attestation(
                    by="zhang.min", on="2026-11-01", until="2027-04-30", evidence="docs/training.md"
                ),
            ),
            a_criterion(
                "T3.3",
                Verdict.SKIP,
                title="The certificate is valid",
                value=None,
                shown="",
                progress=None,
                reason="not in profile local",
                points=0.0,
                points_possible=0.0,
            ),
            title="Security",
            priority=Priority.P1,
            owner="zhang.min",
        ),
    ]


def _probes() -> list[ProbeRecord]:
    spilled = StreamRecord(
        bytes=2_147_483_648,
        digest="sha256:2",
        head=f"  {HOSTILE}\nsecond line",
        tail="::stop-commands::t\nlast line",
        cut=True,
    )
    return [
        a_probe("p1", "python -m importcheck migrations"),
        a_probe("p2", "make db-migrate", reused=True, reused_from=REUSED),
        a_probe(
            "p3",
            "mypy --output json $args $paths",
            check="mypy",
            exit_status=1,
            duration_s=8.1,
            tool_version="mypy 2.4.1",
        ),
        a_probe("p4", "cat bench.json", attempts=2, duration_s=0.012),
        a_probe(
            "p5",
            "load --url $url",
            exit_status=None,
            signal=11,
            leaked=1,
            duration_s=200.4,
            params={"url": "http://127.0.0.1:8000", "users": "101"},
            stderr=spilled,
        ),
        a_probe(
            "p6",
            f"load --url $url; {HOSTILE}",
            exit_status=None,
            timed_out=True,
            params={"url": "http://[::1]:8000", "users": "101"},
        ),
        a_probe("p7", "pip-audit -r requirements.lock -f json", exit_status=1),
    ]
