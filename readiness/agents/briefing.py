"""What a coding agent is told: each thing once, nothing empty, no longer than it asks for."""

from collections.abc import Iterable, Iterator
from typing import cast

import msgspec

from readiness.model.words import Verdict
from readiness.record.document import RunDocument
from readiness.report._evidence import printed
from readiness.report._shown import Entry, causes, findings, open_criteria, outcome
from readiness.text.layout import middle
from readiness.text.sentences import sentences

Answer = dict[str, object]

CHARACTERS = 1_500
"""How long the answer to `check` is, unless another length is asked for."""

STEPS = 5
"""How many steps `next` tells, unless another number is asked for."""

_FINDINGS, _LINE, _SHORT, _SHORTER, _FEW = 3, 160, 90, 44, 3


def run_answer(run: RunDocument, status: int, characters: int = CHARACTERS) -> Answer:
    """Tell what a run came to in at most so many characters of JSON.

    There is a line for each cause, and details (output, places, what to do) of the first ones as
    far as there is room: what blocks the release comes first.
    """
    entries = [entry for entry in open_criteria(run) if entry[1].verdict.bad]
    named = {criterion.id for _, criterion in entries}
    answer = without_blanks(
        {
            "exit_status": status,
            "run": run.id,
            "decision": run.gate.decision.value,
            "score": run.score.shown if run.score.value is not None else None,
            "target": run.score.target,
            "measured": f"{run.score.measured} of {run.score.in_scope + run.score.left_out}",
            "reasons": [reason for reason in run.gate.reasons if not _is_about(reason, named)],
            "loosened": run.loosened,
        }
    )
    blocks = causes(entries)
    room = characters - _size(answer) - 160  # for what tells how to see more
    briefing = _Briefing(run)
    longest = _SHORT if len(blocks) <= 12 else _SHORTER
    lines = [briefing.line(block, longest) for block in blocks]
    fitting = _fitting(lines, room)
    answer["open"] = fitting
    room -= _size(fitting)
    details: list[Answer] = []
    for block in blocks[: len(fitting)]:
        longest_that_fits = next(
            (detail for detail in briefing.details(block) if _size(detail) + 12 <= room), None
        )
        if longest_that_fits is None:
            break
        details.append(longest_that_fits)
        room -= _size(longest_that_fits) + 2
    if details:
        answer["details"] = details
    if len(details) < len(blocks):
        more = f"{len(blocks) - len(fitting)} more are open; " if len(fitting) < len(blocks) else ""
        answer["more"] = f"{more}show ID, or check with characters={4 * characters}"
    return answer


def in_text(answer: Answer) -> str:
    """Write an answer as text, for hosts that show no data: its sum in a line, then each fact."""
    return "\n".join([_in_a_line(answer), *_outline(answer.items())])


def _outline(items: Iterable[tuple[str, object]], indent: str = "") -> Iterator[str]:
    for name, value in items:
        label = f"{indent}{name}" if name == "-" else f"{indent}{name}:"
        if isinstance(value, dict | list):
            yield label
            inner = value.items() if isinstance(value, dict) else (("-", item) for item in value)
            yield from _outline(inner, f"{indent}  ")
        else:
            written = str(value).lower() if isinstance(value, bool) else str(value)
            first, *rest = written.split("\n")
            yield f"{label} {first}"
            yield from (f"{indent}  {line}" for line in rest)


def _in_a_line(answer: Answer) -> str:
    decision = answer.get("decision") or answer.get("verdict") or ""
    facts = [str(decision)] if decision else []
    if "score" in answer:
        facts.append(f"score {answer['score']} of 10, target {answer['target']}")
    lists = ((key, answer.get(key)) for key in ("open", "criteria", "loosened"))
    facts += [f"{key}: {len(items)}" for key, items in lists if isinstance(items, list)]
    if changed := cast("list[str]", answer.get("tree_changed", [])):
        facts.append(f"files changed since it was measured: {len(changed)}, check again")
    return f"exit status {answer.get('exit_status', 0)}; {', '.join(facts)}".rstrip("; ")


def without_blanks(value: object) -> Answer:
    """Return the value as data without nulls, empty texts and lists, and keys of sentences."""
    return cast("Answer", _without_blanks(msgspec.to_builtins(value)))


def _without_blanks(value: object) -> object:
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if item not in (None, "", [], {})}
        return {key: _without_blanks(item) for key, item in kept.items() if key != "said"}
    return [_without_blanks(item) for item in value] if isinstance(value, list) else value


def _is_about(reason: str, named: set[str]) -> bool:
    """Return whether a reason of the gate is one on criteria, which are told with what is open."""
    return reason.partition(" ")[0].rstrip(",") in named


def _size(value: object) -> int:
    """Count the characters that a value takes in JSON, as it is sent."""
    return len(msgspec.json.encode(value).decode())


def _fitting(lines: list[str], room: int) -> list[str]:
    """Return the first lines that there is room for, one at least."""
    fitting: list[str] = []
    for line in lines:
        room -= _size(line) + 1
        if room < 0 and fitting:
            break
        fitting.append(line)
    return fitting


class _Briefing:
    """Tells of criteria that are not good, each in a line and in detail."""

    def __init__(self, run: RunDocument) -> None:
        self._say = sentences(run.board.language)
        self._probes = {probe.id: probe for probe in run.probes}
        self._findings = findings(run)

    def line(self, block: list[Entry], longest: int) -> str:
        """Write the ids, the verdict and the finding: `T2.1 fail: 1029 errors, expected < 50`."""
        task, criterion = block[0]
        ids = " ".join(member.id for _, member in block)
        finding = outcome(criterion, self._say).replace("\n", "; ")
        expected = f", expected {criterion.expect}"
        told = not criterion.expect or criterion.attestation or expected in finding
        if criterion.verdict is Verdict.FAIL and not told:
            finding += expected
        blocks = " (blocks)" if task.blocking else ""
        return f"{ids} {criterion.verdict}{blocks}: {middle(finding, longest)}"

    def details(self, block: list[Entry]) -> Iterator[Answer]:
        """All that helps to repair it; then less of it, for where there is less room."""
        _, criterion = block[0]
        lines = [middle(line, _LINE) for line in printed(criterion, self._probes)]
        places = [
            f"{place.path}:{place.line} {place.rule} {middle(place.message, _SHORT)}"
            for place in self._findings.get(criterion.id, [])
        ]
        for last, first in ((len(lines), _FINDINGS), (_FEW, 1), (0, 1)):
            yield without_blanks(
                {
                    "id": criterion.id,
                    "title": criterion.title,
                    "hint": criterion.hint,
                    "by_hand": criterion.by_hand,
                    "output": "\n".join(lines[len(lines) - last :] if last else []),
                    "findings": places[:first],
                    "more_findings": max(len(places) - first, 0) or None,
                }
            )
