"""Run documents for the page: a release on its way, with its history, and a very large board."""

import math
from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from readiness.model.words import Decision, Priority, ReasonCode, Verdict
from readiness.record.document import (
    CriterionRecord,
    GateRecord,
    MilestoneRecord,
    ProbeRecord,
    RunDocument,
    StreamRecord,
    TaskRecord,
)
from readiness.record.earlier import PastPoint, Previous
from readiness.record.origin import Git
from readiness.record.wording import wording_of
from readiness.text.languages import Language
from readiness.text.worded import joined, worded
from tests.support.documents import (
    HOSTILE,
    a_criterion,
    a_document,
    a_probe,
    a_task,
    tasks_of,
    type_errors,
    written,
)

RUNS = 24
PAST = 30

MYPY_OUTPUT = "\n".join(
    f'{{"file": "src/api/{name}.py", "line": {line}, "severity": "error", "code": "arg-type",'
    f' "message": "Argument {line} to predict has an incompatible type"}}'
    for line, name in enumerate(["matches", "teams", "odds", "users", "main"] * 4, 3)
)
LOST = "curl: (7) Failed to connect to 127.0.0.1 port 8000: Connection refused"

FIRST = {"T2.1": 1104.0, "T2.2": 44.0, "T3.1": 16.0, "T4.1": 30.0, "T5.2": 0.0, "T7.3": 180.0}
"""What criteria were measured as when the board was opened."""


def a_release(language: Language = Language.EN) -> RunDocument:
    """Return a run of a board of six tasks after 24 earlier runs, in English or Chinese."""
    document = a_document()
    tasks = [_with_courses(task) for task in (*document.tasks, *tasks_of("further_tasks"))]
    run = a_document(
        board=msgspec.structs.replace(
            document.board, language=language, baseline=4.0, digest="sha256:9c2e"
        ),
        git=Git(commit="3f2a1bc9d0e4f5a6b7c8", branch="main", dirty=False),
        gate=a_gate(
            worded("gate.score_below", score="5.53", target="8.0"),
            a_complaint("T2.1", "1029 errors", "< 50"),
            a_complaint("T2.2", "81.25%", ">= 90%"),
            a_complaint("T4.1", "71.9%", ">= 80%"),
        ),
        tasks=tasks,
        probes=_probes(document),
        findings=type_errors(6),
        milestones=_milestones(),
        loosened=[],
        past=[_point(tasks, at) for at in range(RUNS)],
    )
    if language is Language.EN:
        return run
    return msgspec.convert(_in_chinese(msgspec.to_builtins(run), written("chinese")), RunDocument)


def _with_courses(task: TaskRecord) -> TaskRecord:
    """Return a task without what is hostile in it, with first numbers and wordings."""
    criteria = []
    for criterion in task.criteria:
        if criterion.title == HOSTILE:
            continue
        changes: dict[str, object] = {"baseline": FIRST.get(criterion.id)}
        if criterion.verdict in (Verdict.FAIL, Verdict.WAIVED):
            missed = _missed(criterion.shown, criterion.expect)
            changes["wordings"] = {"reason": wording_of(missed, str)}
        criteria.append(msgspec.structs.replace(criterion, **changes))
    owner = "li.wei" if task.id == "T2" else task.owner
    return msgspec.structs.replace(task, criteria=criteria, owner=owner)


def _probes(document: RunDocument) -> list[ProbeRecord]:
    """Return the probes one after the other, two at a time, and what the longest of them wrote."""
    lost = _stream(LOST)
    probes = [probe for probe in document.probes if probe.id not in ("p5", "p6")]
    probes += [
        a_probe("p8", "coverage json -o -", check="coverage", duration_s=4.2),
        a_probe("p9", "http-check $url", check="http", exit_status=7, stderr=lost),
    ]
    clock, placed = 43.0, []
    for probe in probes:
        changes: dict[str, object] = {"started_at": f"2026-11-24T13:10:{clock:06.3f}Z"}
        if probe.id == "p3":
            changes["stdout"] = _stream(MYPY_OUTPUT, data=True)
        placed.append(msgspec.structs.replace(probe, **changes))
        clock += probe.duration_s * 0.55
    return placed


def _in_chinese(data: object, texts: dict[str, str]) -> object:
    if isinstance(data, str):
        return texts.get(data, data)
    if isinstance(data, dict):
        return {name: _in_chinese(value, texts) for name, value in data.items()}
    return [_in_chinese(value, texts) for value in data] if isinstance(data, list) else data


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


def _milestones() -> list[MilestoneRecord]:
    late = MilestoneRecord(
        id="M1",
        title="Basically usable",
        met=False,
        due="2026-11-15",
        overdue=True,
        priority=Priority.P0,
        missing=["T2", "T4"],
    )
    return [
        late,
        MilestoneRecord(id="M2", title="Quality reached", met=True, due="2026-11-30", score=5.5),
        MilestoneRecord(id="M3", title="Production ready", met=False, due="2026-12-18", score=8.0),
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
        started_at=f"{date(2026, 10, 1) + timedelta(days=at * 48 // runs)}T09:00:00Z",
        commit=f"{at * 7919 + 4096:08x}",
        board_digest="sha256:9c2e" if at > 8 else "sha256:11aa",
        decision=Decision.NOT_READY if at != 11 else Decision.UNDECIDED,
        score=None if at == 11 else round(4 + 1.5 * share**0.8 - 0.25 * (at % 5 == 3), 2),
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
