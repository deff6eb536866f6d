"""An imported board as text, made to be read and changed."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from readiness.importing.board import Imported, ImportedCriterion, NewTask
from readiness.propose.account import omission_lines
from readiness.text.clean import clean
from readiness.text.languages import Language
from readiness.text.sentences import Sentences
from readiness.text.worded import in_language
from readiness.text.yaml_lines import comment, mapping_lines


def board_text(
    board: Imported,
    source: str,
    say: Sentences,
    refused: Mapping[str, str],
    python_path: Sequence[str],
) -> str:
    """Return the whole file. `refused` maps criteria whose probes a board does not take to why.

    `say` is the language of its comments, `python_path` where the project's code is imported from.
    """
    draft = board.draft
    milestones = [
        {
            "id": milestone.id,
            **({"title": milestone.title} if milestone.title else {}),
            **({"due": milestone.due} if milestone.due else {}),
            "requires": {"priority": milestone.priority}
            if milestone.priority
            else {"score": Decimal(milestone.score)},
        }
        for milestone in board.milestones
    ]
    head = {
        "version": Decimal(1),
        "title": draft.title,
        "language": board.language.value if board.language is not Language.EN else "",
        "target": Decimal(draft.target) if draft.target else None,
        "baseline": Decimal(draft.baseline) if draft.baseline else None,
        "created": draft.created,
        "review": draft.review,
        "goal": draft.goal,
        "key_figures": board.key_figures,
        "milestones": milestones,
        "env": {"PYTHONPATH": ":".join(python_path)} if python_path else {},
    }
    lines = [*comment(say("import.board_about", source=source)), *mapping_lines(head)]
    lines += ["", "tasks:"]
    for task in board.tasks:
        lines += [*_task(task, refused, say), ""]
    for omission in omission_lines(board.left_out, say):
        lines += comment(omission.strip())
    for line in "\n".join(draft.unread.values()).splitlines():
        lines += comment(f"  {line}" if line.strip() else "-")
    return "\n".join(lines).rstrip() + "\n"


def _task(task: NewTask, refused: Mapping[str, str], say: Sentences) -> list[str]:
    draft = task.draft
    values = {
        "id": task.id,
        "title": draft.title,
        "priority": task.priority.value,
        "owner": draft.owner,
        "estimate": draft.estimate,
        "risk": draft.risk,
        "depends_on": task.depends_on,
        "tags": draft.tags,
        "problem": clean("\n\n".join(draft.problem), newlines=True),
        "details": clean("\n\n".join(draft.details), newlines=True),
        "steps": [_on_one_line(step) for step in draft.steps],
    }
    lines = [*_item(mapping_lines(values, "    ")), "    criteria:"]
    for criterion in task.criteria:
        lines += _criterion(criterion, refused, say)
    return lines


def _item(lines: list[str]) -> list[str]:
    """Make the lines of a mapping those of an item of a list."""
    return [f"{lines[0][: -len(lines[0].lstrip()) - 2]}- {lines[0].lstrip()}", *lines[1:]]


def _on_one_line(text: str) -> str:
    return " ".join(clean(text, newlines=True).split()) or "–"


def _criterion(
    criterion: ImportedCriterion, refused: Mapping[str, str], say: Sentences
) -> list[str]:
    head = {"id": criterion.id, "title": _on_one_line(criterion.title)}
    lines = _item(mapping_lines(head, "        "))
    if criterion.probe is None or criterion.id in refused:
        why = in_language(refused.get(criterion.id, criterion.why), say)
        about = say("import.board_line", line=criterion.line, why=why)
        return [*comment(about, "      "), *lines, "        attest: {}"]
    return [*lines, *criterion.probe.lines("        ")]
