"""`--dry-run`: the plan, in the order in which it would start."""

from readiness.model.board import Board
from readiness.model.plan import Plan, Probe
from readiness.text.layout import columns


def describe(board: Board, plan: Plan) -> str:
    """The probes of a plan as a table, and what is not run, and why."""
    readers: dict[int, list[str]] = {index: [] for index in range(len(plan.probes))}
    for planned in plan.planned:
        for index in planned.probes:
            readers[index].append(planned.criterion.id)
    rows = [_row(plan, index, readers[index]) for index in plan.order]
    table = columns(rows, ["probe", "check", "command", "after", "limit", "read by"])
    criteria = len(plan.planned)
    skipped = sum(1 for planned in plan.planned if planned.skipped)
    summary = (
        f"{board.title}: {len(plan.order)} probes for {criteria - skipped} of {criteria} criteria"
        f" in {board.workdir}"
    )
    return f"{summary}\n\n{table}\n\nNothing was run."


def _row(plan: Plan, index: int, readers: list[str]) -> list[str]:
    probe = plan.probes[index]
    after = " ".join(plan.probes[producer].id for producer in probe.after)
    return [
        probe.id,
        probe.check.name or "-",
        _one_line(probe),
        after or "-",
        f"{probe.timeout:g} s",
        " ".join(readers) or ("its version" if not probe.check.measures else "other probes"),
    ]


def _one_line(probe: Probe) -> str:
    params = " ".join(f"{name}={value!r}" for name, value in probe.env.items() if value)
    command = " ".join(probe.command.split())
    return f"{command}  [{params}]" if params else command
