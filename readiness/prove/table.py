"""A proof as text for people."""

from collections.abc import Iterable

from readiness.prove.document import ProofDocument, ProofOutcome, ProofRecord, World
from readiness.text.layout import columns, duration, literal
from readiness.text.sentences import Sentences
from readiness.text.worded import in_language


def table(proof: ProofDocument, say: Sentences, *, quiet: bool) -> str:
    """Format each criterion with its verdict in every world, then what still passes and why."""
    lines = (
        [] if quiet else [f"{literal(proof.board.title)}\n", _rows(proof, say), _tools(proof, say)]
    )
    for outcome, title in (
        (ProofOutcome.STILL_PASSES, say("prove.still_passes")),
        (ProofOutcome.NOT_TRIED, say("prove.not_tried")),
    ):
        lines += _listed(title, say, (each for each in proof.criteria if each.outcome is outcome))
    lines += _shared(proof, say)
    return "\n".join([*lines, _summary(proof, say)])


def _rows(proof: ProofDocument, say: Sentences) -> str:
    used = {trial.world for record in proof.criteria for trial in record.trials}
    worlds = [world for world in World if world is not World.NORMAL and world in used]
    rows = []
    for record in proof.criteria:
        found = {trial.world: say(f"verdict.{trial.verdict}") for trial in record.trials}
        now = say(f"verdict.{record.now.verdict}") if record.now else "-"
        verdicts = [found.get(world, "-") for world in worlds]
        rows.append([record.id, now, *verdicts, say(f"prove.outcome.{record.outcome}")])
    return columns(
        rows,
        [*say.heads("prove.heads"), *(say(f"prove.world.{world}") for world in worlds), ""],
    )


def _tools(proof: ProofDocument, say: Sentences) -> str:
    """Format which tools were taken away from which criteria."""
    users: dict[str, list[str]] = {}
    for each in proof.criteria:
        if each.tools:
            users.setdefault(", ".join(each.tools), []).append(each.id)
    if not users:
        return ""
    return columns(
        [[tools, " ".join(ids)] for tools, ids in users.items()], say.heads("prove.tools")
    )


def _listed(title: str, say: Sentences, records: Iterable[ProofRecord]) -> list[str]:
    lines = []
    for record in records:
        lines.append(f"  {record.id} {literal(record.title)}")
        lines.append(f"    {literal(in_language(record.why, say))}")
        if record.hint:
            hint = literal(in_language(record.hint, say))
            lines.append(f"    {say('prove.hint', hint=hint)}")
    return [title, *lines, ""] if lines else []


def _shared(proof: ProofDocument, say: Sentences) -> list[str]:
    names = ", ".join(map(literal, proof.linked))
    return [say("prove.shared", names=names)] if names else []


def _summary(proof: ProofDocument, say: Sentences) -> str:
    parts = [say("prove.count_can_fail", count=proof.can_fail)]
    if proof.still_passes:
        parts.append(say("prove.count_passes", count=proof.still_passes))
    if proof.not_tried:
        parts.append(say("prove.count_not_tried", count=proof.not_tried))
    if proof.skipped:
        parts.append(say("prove.count_skipped", count=proof.skipped))
    counts, time = say("report.comma").join(parts), duration(proof.duration_s)
    number = len(proof.criteria)
    if proof.interrupted:
        return say("prove.cut", counts=counts, time=time, count=number)
    return say("prove.sum", counts=counts, time=time, count=number)
