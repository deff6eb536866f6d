"""A proof as text for people."""

from collections.abc import Iterable

from readiness.prove.document import ProofDocument, ProofOutcome, ProofRecord
from readiness.prove.standins import World
from readiness.text.layout import columns, duration, literal

SAID = {
    ProofOutcome.CAN_FAIL: "can fail",
    ProofOutcome.STILL_PASSES: "STILL PASSES",
    ProofOutcome.NOT_TRIED: "not tried",
}
WORLDS = {
    World.ABSENT: "tools gone",
    World.SILENT: "silent",
    World.FAILING: "failing",
    World.CONTROL: "control",
    World.HOLLOW: "emptied",
    World.UNREACHABLE: "no answer",
}


def table(proof: ProofDocument, *, quiet: bool) -> str:
    """Show each criterion with its verdict in every world, then what still passes and why."""
    lines = [] if quiet else [f"{literal(proof.board.title)}\n", _rows(proof), _tools(proof)]
    for outcome, title in (
        (ProofOutcome.STILL_PASSES, "Still passes, so it cannot be relied on:"),
        (ProofOutcome.NOT_TRIED, "Could not be tried:"),
    ):
        lines += _listed(title, (each for each in proof.criteria if each.outcome is outcome))
    lines += _project(proof)
    return "\n".join([*lines, _summary(proof)])


def _rows(proof: ProofDocument) -> str:
    used = {trial.world for each in proof.criteria for trial in each.trials}
    worlds = [world for world in WORLDS if world.value in used]
    rows = []
    for each in proof.criteria:
        found = {trial.world: trial.verdict.value for trial in each.trials}
        now = each.now.verdict.value if each.now else "-"
        verdicts = [found.get(world.value, "-") for world in worlds]
        rows.append([each.id, now, *verdicts, SAID[each.outcome]])
    return columns(rows, ["criterion", "now", *(WORLDS[world] for world in worlds), ""])


def _tools(proof: ProofDocument) -> str:
    """Say what was taken away from which criteria."""
    users: dict[str, list[str]] = {}
    for each in proof.criteria:
        if each.tools:
            users.setdefault(", ".join(each.tools), []).append(each.id)
    if not users:
        return ""
    return columns([[tools, " ".join(ids)] for tools, ids in users.items()], ["tools", "of"])


def _listed(title: str, records: Iterable[ProofRecord]) -> list[str]:
    lines = []
    for each in records:
        lines.append(f"  {each.id} {literal(each.title)}")
        lines.append(f"    {literal(each.why)}")
        if each.hint:
            lines.append(f"    hint: {literal(each.hint)}")
    return [title, *lines, ""] if lines else []


def _project(proof: ProofDocument) -> list[str]:
    lines = []
    if proof.changed:
        lines.append("The project was changed while it was tried:")
        lines += [f"  {literal(each)}" for each in proof.changed]
    else:
        lines.append(f"The project is as it was, byte for byte: {proof.files} files and folders.")
    if proof.linked:
        names = ", ".join(map(literal, proof.linked))
        lines.append(f"The copies shared with it, and could have changed: {names}")
    return lines


def _summary(proof: ProofDocument) -> str:
    parts = [f"{proof.can_fail} can fail"]
    if proof.still_passes:
        parts.append(f"{proof.still_passes} still pass" + ("es" if proof.still_passes == 1 else ""))
    if proof.not_tried:
        parts.append(f"{proof.not_tried} could not be tried")
    if proof.skipped:
        parts.append(f"{proof.skipped} not in this run")
    interrupted = "interrupted; " if proof.interrupted else ""
    counted = ", ".join(parts)
    number = len(proof.criteria)
    noun = "criterion" if number == 1 else "criteria"
    return f"{interrupted}{number} {noun}: {counted} ({duration(proof.duration_s)})"
