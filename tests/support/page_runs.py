"""Run documents for the page: a release on its way, with its history, and a very large board."""

import math
from collections.abc import Sequence

import msgspec

from readiness.model.words import Better, Decision, Priority, ReasonCode, Verdict
from readiness.record.document import (
    AttestationRecord,
    CriterionRecord,
    FindingRecord,
    GateRecord,
    MilestoneRecord,
    ProbeRecord,
    RunDocument,
    ScoreRecord,
    StreamRecord,
    TaskRecord,
    WaiverRecord,
)
from readiness.record.earlier import PastPoint, Previous
from readiness.record.origin import BoardRef, Git
from readiness.record.wording import wording_of
from readiness.text.languages import Language
from readiness.text.worded import joined, worded
from tests.support.documents import a_criterion, a_document, a_probe, a_task
from tests.support.release_board import BOARD, Row, Task

RUNS = 24
PAST = 30

MYPY_OUTPUT = "\n".join(
    f'{{"file": "src/api/{name}.py", "line": {line}, "severity": "error", "code": "arg-type",'
    f' "message": "Argument {line} to predict has an incompatible type"}}'
    for line, name in enumerate(["matches", "teams", "odds", "users", "main"] * 4, 3)
)
LOST = "curl: (7) Failed to connect to 127.0.0.1 port 8000: Connection refused"


def a_release(language: Language = Language.EN) -> RunDocument:
    """Return a run of a board of seven tasks after 24 earlier runs, in English or Chinese."""
    made = _Release(language)
    tasks = [made.task(task) for task in BOARD]
    past = [_point(tasks, at) for at in range(RUNS)]
    title = "Football prediction system" if made.english else "足球预测系统部署任务看板"
    return a_document(
        board=BoardRef(
            title=title, path="board.yaml", digest="sha256:9c2e", language=language, baseline=4.0
        ),
        git=Git(commit="3f2a1bc9d0e4f5a6b7c8", branch="main", dirty=False),
        duration_s=88.4,
        score=ScoreRecord(
            value=6.58,
            shown="6.58",
            target=8.0,
            progress=0.8225,
            measured=16,
            in_scope=18,
            total=19,
            attested=0.03,
        ),
        gate=a_gate(
            worded("gate.score_below", score="6.58", target="8.0"),
            a_complaint("T2.1", "214 errors", "< 50"),
            a_complaint("T2.2", "81.25%", ">= 90%"),
            a_complaint("T3.3", "2 problems", "== 0"),
        ),
        tasks=tasks,
        probes=made.probes,
        findings=[
            FindingRecord(
                criterion="T2.1",
                path=f"src/api/{name}.py",
                line=line,
                rule="arg-type",
                message=f'Argument {line} to "predict" has an incompatible type',
            )
            for line, name in enumerate(["matches", "teams", "odds", "users", "main"] * 6, 3)
        ],
        milestones=_milestones(made),
        loosened=[],
        past=past,
    )


def a_gate(*reasons: str) -> GateRecord:
    """Return the decision that it is not ready, for these reasons."""
    return GateRecord(
        decision=Decision.NOT_READY,
        exit_status=1,
        reasons=list(map(str, reasons)),
        wordings=[wording_of(reason, str) for reason in reasons],
    )


def a_complaint(names: str, shown: str, expect: str, priority: str = "P0") -> str:
    """Return the gate's reason that a criterion fails."""
    return worded("complaint.fails", names=names, priority=priority, reason=_missed(shown, expect))


def _missed(shown: str, expect: str) -> str:
    return joined([shown, worded("reason.expected", expect=expect)])


def a_large_document(count: int, runs: int = PAST) -> RunDocument:
    """Return a run with so many criteria, ten a task, each with a probe that wrote something."""
    verdicts = [Verdict.PASS] * 7 + [Verdict.FAIL, Verdict.ERROR, Verdict.WARN, Verdict.WAIVED]
    tasks, probes = [], []
    for first in range(0, count, 10):
        criteria = []
        for number in range(first, min(first + 10, count)):
            verdict = verdicts[number * 7 % len(verdicts)]
            name = f"T{first // 10 + 1}.{number - first + 1}"
            criteria.append(_one_of_many(name, number, verdict))
            probes.append(_probe_of_many(number, verdict))
        tasks.append(
            a_task(
                f"T{first // 10 + 1}",
                *criteria,
                title=f"Bring part {first // 10 + 1} of the system to its release",
                priority=list(Priority)[first // 10 * 4 * 10 // count],
                blocking=first * 4 < count,
                owner=["li.wei", "zhang.min", "chen.jie", ""][first // 10 % 4],
                attainment=0.7,
            )
        )
    past = [_point(tasks, at, runs) for at in range(runs)]
    score = msgspec.structs.replace(a_document().score, measured=count, in_scope=count, total=count)
    return a_document(tasks=tasks, probes=probes, past=past, findings=[], loosened=[], score=score)


class _Release:
    """Makes the records of the release in one language."""

    def __init__(self, language: Language) -> None:
        self.english = language is Language.EN
        self.probes: list[ProbeRecord] = []
        self._clock = 43.0

    def task(self, task: Task) -> TaskRecord:
        """Return a task, with the probes of its criteria made on the way."""
        criteria = [self._criterion(f"{task.id}.{at + 1}", row) for at, row in enumerate(task.rows)]
        good = [item.verdict in GOOD for item in criteria]
        return a_task(
            task.id,
            *criteria,
            title=task.english if self.english else task.chinese,
            owner=task.owner,
            priority=Priority(task.priority),
            blocking=task.priority == "P0",
            estimate=task.estimate,
            risk="high" if task.priority == "P0" else "",
            done=all(good),
            attainment=sum(good) / len(good),
        )

    def _criterion(self, name: str, row: Row) -> CriterionRecord:
        verdict = Verdict(row.verdict)
        measured = bool(row.command) and verdict is not Verdict.SKIP
        shown = "" if row.value is None or not row.command else _shown(row.value, row.unit)
        missed = verdict in (Verdict.FAIL, Verdict.WAIVED)
        progress = 1.0 if verdict in GOOD else PROGRESS.get(name, 0.0)
        before = Previous(
            verdict=_past(verdict, RUNS - 1, RUNS), value=_moved(row.value, row.first, 0.9)
        )
        reason = _missed(shown, row.expect)
        fields: dict[str, object] = {
            "title": row.english if self.english else row.chinese,
            "value": row.value,
            "shown": shown,
            "unit": row.unit,
            "expect": row.expect,
            "baseline": row.first,
            "progress": None if row.value is None else progress,
            "better": Better.LOWER if row.expect[:1] in "<=" else Better.HIGHER,
            "reason": str(reason) if missed else "",
            "wordings": {"reason": wording_of(reason, str)} if missed else {},
            "hint": HINTS[self.english].get(name),
            "probes": [self._probe(name, row)] if measured else [],
            "points": 0.55 if verdict in GOOD else 0.0,
            "points_possible": 0.55,
            "check": row.check or None,
            "previous": before if measured else None,
        }
        return a_criterion(name, verdict, **(fields | self._special(name)))

    def _special(self, name: str) -> dict[str, object]:
        by = "sec-lead" if self.english else "安全负责人"
        reason = "no fixed release of ecdsa" if self.english else "ecdsa 尚无修复版本"
        special: dict[str, dict[str, object]] = {
            "T3.1": {"waiver": WaiverRecord(reason=reason, by=by, until="2026-12-31")},
            "T4.3": {"warn": "< 45 s", "reason": "passed on attempt 2 of 2", "flaky": True},
            "T5.1": {
                "reason": "http-check ended with status 7",
                "reason_code": ReasonCode.EXIT_STATUS,
            },
            "T5.2": {"reason": "only in profile production"},
            "T7.3": {
                "attestation": AttestationRecord(
                    by="zhang.min", on="2026-11-01", until="2027-04-30", evidence="docs/training.md"
                )
            },
        }
        return special.get(name, {})

    def _probe(self, name: str, row: Row) -> str:
        for probe in self.probes:
            if probe.command == row.command:
                return probe.id
        mypy, lost = row.check == "mypy", name == "T5.1"
        self.probes.append(
            a_probe(
                f"p{len(self.probes) + 1}",
                row.command,
                check=row.check,
                exit_status=1 if mypy else 7 if lost else 0,
                attempts=2 if name == "T4.3" else 1,
                started_at=f"2026-11-24T13:{10 + int(self._clock // 60)}:{self._clock % 60:06.3f}Z",
                duration_s=row.seconds,
                cpu_s=row.seconds * 0.8,
                memory_kib=347_700 if mypy else 42_000,
                tool_version="mypy 2.4.1" if mypy else None,
                params={"paths": "src", "args": "--strict"} if mypy else {},
                stdout=_stream(MYPY_OUTPUT if mypy else "" if lost else "ok\n", data=mypy),
                stderr=_stream(LOST if lost else ""),
            )
        )
        self._clock += row.seconds * 0.55
        return self.probes[-1].id


GOOD = (Verdict.PASS, Verdict.WARN)
PROGRESS = {"T2.1": 0.23, "T2.2": 0.9, "T4.2": 0.89, "T6.2": 0.94, "T3.1": 0.87}
HINTS = {
    True: {
        "T2.1": "Start with the import errors: they hide the others",
        "T3.3": "Run `make security-report` and read what it could not write",
        "T4.2": "The least covered module is src/api/odds.py, 12%",
        "T5.1": "Start the service, or set BASE_URL to where it runs",
    },
    False: {
        "T2.1": "先修复导入错误：它们掩盖了其他错误",
        "T3.3": "运行 `make security-report`，查看哪些内容未能写出",
        "T4.2": "覆盖率最低的模块是 src/api/odds.py，12%",
        "T5.1": "启动服务，或将 BASE_URL 设为服务所在地址",
    },
}


def _milestones(made: _Release) -> list[MilestoneRecord]:
    titles = (
        ("Basically usable", "Quality reached", "Production ready")
        if made.english
        else ("系统基本可用，P0问题清零", "质量达标", "达到8.0/10就绪度")
    )
    return [
        MilestoneRecord(
            id="M1",
            title=titles[0],
            met=False,
            due="2026-11-15",
            overdue=True,
            priority=Priority.P0,
            missing=["T2", "T3"],
        ),
        MilestoneRecord(id="M2", title=titles[1], met=True, due="2026-11-30", score=5.5),
        MilestoneRecord(id="M3", title=titles[2], met=False, due="2026-12-18", score=8.0),
    ]


def _point(tasks: Sequence[TaskRecord], at: int, runs: int = RUNS) -> PastPoint:
    """An earlier run: numbers on their way, and verdicts that turned good one by one."""
    criteria = [item for task in tasks for item in task.criteria]
    share = at / runs
    verdicts = {
        item.id: _past(item.verdict, at + place % 9 - 4, runs)
        for place, item in enumerate(criteria)
        if item.verdict is not Verdict.SKIP
    }
    values = {
        item.id: float(_moved(item.value, item.baseline, share))
        for item in criteria
        if isinstance(item.value, int | float) and not isinstance(item.value, bool)
    }
    return PastPoint(
        id=f"run-{at}",
        started_at=f"2026-{10 if at < 14 else 11:02}-{(at * 2) % 28 + 1:02}T09:00:00Z",
        commit=f"{at * 7919 + 4096:08x}",
        board_digest="sha256:9c2e" if at > 8 else "sha256:11aa",
        decision=Decision.NOT_READY if at != 11 else Decision.UNDECIDED,
        score=None if at == 11 else round(4 + 2.5 * share**0.8 - 0.25 * (at % 5 == 3), 2),
        verdicts=verdicts,
        values=values,
    )


def _past(verdict: Verdict, at: int, runs: int) -> Verdict:
    if verdict in (Verdict.PASS, Verdict.WARN):
        return verdict if at > runs * 0.4 else Verdict.FAIL
    if verdict is Verdict.ERROR:
        return Verdict.PASS if at > runs * 0.5 else Verdict.ERROR
    if verdict is Verdict.WAIVED:
        return verdict if at > runs * 0.6 else Verdict.FAIL
    return verdict


def _moved(value: object, first: object, share: float) -> float:
    now = float(value) if isinstance(value, int | float) else 0.0
    if not isinstance(first, int | float):
        return now
    return round(now + (first - now) * (1 - share) ** 1.6, 2)


def _shown(value: object, unit: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value}{unit}" if unit == "%" else f"{value} {unit}".strip()


def _stream(text: str, *, data: bool = False) -> StreamRecord:
    return StreamRecord(bytes=len(text), digest="sha256:0", head=text, tail="", data=data)


def _one_of_many(name: str, number: int, verdict: Verdict) -> CriterionRecord:
    bad = verdict in (Verdict.FAIL, Verdict.ERROR)
    value = None if verdict is Verdict.ERROR else round(40 + 30 * math.sin(number), 1)
    return a_criterion(
        name,
        verdict,
        title=f"Component {number} keeps its promise about response times",
        value=value,
        shown="" if value is None else f"{value} ms",
        unit="ms",
        expect="< 50 ms",
        baseline=90,
        progress=0.4 if bad else 1.0,
        reason="the tool ended with status 3" if verdict is Verdict.ERROR else "",
        reason_code=ReasonCode.EXIT_STATUS if verdict is Verdict.ERROR else None,
        hint="Look at the slowest query first" if bad else None,
        points=0.0 if bad else 0.005,
        points_possible=0.005,
        probes=[f"p{number}"],
        check="load",
        previous=Previous(verdict=Verdict.PASS, value=41.5),
    )


def _probe_of_many(number: int, verdict: Verdict) -> ProbeRecord:
    return a_probe(
        f"p{number}",
        f"load --url http://127.0.0.1:8000/part/{number} --users 100 --output json",
        check="load",
        exit_status=3 if verdict is Verdict.ERROR else 0,
        started_at=f"2026-11-24T13:{10 + number // 60 % 40:02}:{number % 60:02}.250Z",
        duration_s=0.5 + number % 17 / 4,
        params={"users": "100"},
        stdout=_stream(f'{{"p95": {number}, "requests": 1000}}\n' * 40),
    )
