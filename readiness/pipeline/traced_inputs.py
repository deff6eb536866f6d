"""`prove --inputs`: run each probe once under strace in a copy, and tell what its inputs miss."""

import os
import time

import msgspec

from readiness.model.board import TRACED, Board
from readiness.model.errors import ExitStatus
from readiness.model.plan import Plan
from readiness.model.settings import RunSettings
from readiness.pipeline.execution import execute
from readiness.pipeline.facts import TOOL, Start, run_id
from readiness.plan import select
from readiness.plan.selection import skip_reason
from readiness.project.git import Asking
from readiness.prove.inputs import InputsDocument, TracedRecord, accesses, uncovered
from readiness.prove.trials import criteria_of, once
from readiness.prove.worlds import Worlds
from readiness.record.run import board_ref
from readiness.reuse.fingerprint import checks_by_probe, has_traced_inputs, input_patterns
from readiness.reuse.trace import read_trace, traced
from readiness.text.worded import worded

LABEL = "inputs"


def traced_inputs(board: Board, settings: RunSettings, tracer: str, scratch: str) -> InputsDocument:
    """Run each probe once under the tracer, in a copy in `scratch`; return what inputs miss."""
    git = Asking(board.workdir)
    chosen = select(board, settings.selectors, None)
    asked = [
        name
        for name, criterion in criteria_of(board).items()
        if not skip_reason(criterion, board, chosen)
        and criterion.check is not None
        and not criterion.unset
    ]
    copied = Worlds(board, os.environ, scratch).make(LABEL)
    criteria = {name: once(one) for name, one in copied.criteria(asked).items()}
    part = copied.part(criteria, LABEL, timeout=settings.timeout)
    plan, prefixes = _traced_plan(part.plan, tracer, scratch)
    at = time.time()
    start = Start(id=run_id(at), at=at, profile=board.profile)
    run = execute(part.board, plan, start, settings, versions={}).document
    records = _records(part.plan, prefixes, copied.root, run.interrupted)
    recorded = {name for record in records for name in record.criteria}
    status = ExitStatus.READY
    if any(record.uncovered for record in records):
        status = ExitStatus.NOT_READY
    elif any(record.why for record in records):
        status = ExitStatus.UNDECIDED
    return InputsDocument(
        tool=TOOL,
        board=board_ref(board, git.answer()),
        profile=board.profile,
        exit_status=run.gate.exit_status if run.interrupted else int(status),
        probes=records,
        without=[name for name in asked if name not in recorded],
    )


def _traced_plan(plan: Plan, tracer: str, scratch: str) -> tuple[Plan, dict[int, str]]:
    """Return the plan with those probes traced that name inputs, and where each is traced to."""
    checks = checks_by_probe(plan)
    traces = os.path.join(scratch, "traces")
    os.mkdir(traces)
    prefixes = {
        index: os.path.join(traces, probe.id)
        for index, probe in enumerate(plan.probes)
        if has_traced_inputs(checks[index])
        or input_patterns(probe, checks[index], plan.environment)
    }
    probes = tuple(
        traced(probe, tracer, prefixes[index]) if index in prefixes else probe
        for index, probe in enumerate(plan.probes)
    )
    return msgspec.structs.replace(plan, probes=probes), prefixes


def _records(
    plan: Plan, prefixes: dict[int, str], root: str, interrupted: bool
) -> list[TracedRecord]:
    checks = checks_by_probe(plan)
    readers: dict[int, list[str]] = {}
    for planned in plan.planned:
        for index in planned.probes:
            readers.setdefault(index, []).append(planned.criterion.id.partition("@")[0])
    records = []
    for index, prefix in prefixes.items():
        probe = plan.probes[index]
        patterns = input_patterns(probe, checks[index], plan.environment)
        is_traced = has_traced_inputs(checks[index])
        trace = read_trace(prefix, probe.workdir)
        seen = accesses(trace, root)
        why = worded("inputs.interrupted") if interrupted else trace.gap
        aged = not is_traced and any(check.max_age is not None for check in checks[index])
        if trace.spoke and not why and not aged:
            why = worded("inputs.spoke", what=trace.spoke)
        records.append(
            TracedRecord(
                check=probe.check.name or None,
                command=probe.command,
                criteria=readers.get(index, []),
                inputs=[*map(str, patterns), *([TRACED] if is_traced else [])],
                seen=len(seen),
                uncovered=[] if is_traced else list(uncovered(seen, probe.workdir, patterns)),
                why=why,
            )
        )
    return records
