"""An imported board as text, made to be read and changed."""

from collections.abc import Collection

from readiness.importing.board import Imported, ImportedCriterion, NewTask
from readiness.importing.mapping import ImportedProbe
from readiness.text.clean import clean
from readiness.text.languages import Language
from readiness.text.sentences import Sentences
from readiness.text.worded import in_language
from readiness.text.yaml_lines import block, comment, parameters, quoted, scalar


def board_text(
    board: Imported, source: str, say: Sentences, refused: dict[str, str] | None = None
) -> str:
    """Return the whole file. `refused` maps criteria whose probes a board does not take to why.

    `say` is the language of its comments.
    """
    draft = board.draft
    lines = [
        *comment(say("import.board_about", source=source)),
        "version: 1",
        f"title: {scalar(draft.title)}",
    ]
    lines += [f"subtitle: {scalar(draft.subtitle)}"] if draft.subtitle else []
    lines += [f"language: {board.language}"] if board.language is not Language.EN else []
    lines += [
        f"{key}: {value}"
        for key, value in (("target", draft.target), ("baseline", draft.baseline))
        if value
    ]
    lines += [f'created: "{draft.created}"'] if draft.created else []
    lines += [f"review: {scalar(draft.review)}"] if draft.review else []
    lines += [f"goal: {block(draft.goal, '  ')}"] if draft.goal else []
    if board.key_figures:
        lines.append("key_figures:")
        lines += [f"  {name}: {scalar(said)}" for name, said in board.key_figures.items()]
    if board.milestones:
        lines.append("milestones:")
    for each in board.milestones:
        asks = f"priority: {each.priority}" if each.priority else f"score: {each.score}"
        due = f', due: "{each.due}"' if each.due else ""
        title = f", title: {quoted(each.title)}" if each.title else ""
        lines.append(f"  - {{id: {each.id}{title}{due}, requires: {{{asks}}}}}")
    lines += ["", "tasks:"]
    for task in board.tasks:
        lines += [*_task(task, refused or {}, say), ""]
    return "\n".join(lines).rstrip() + "\n"


def _task(task: NewTask, refused: dict[str, str], say: Sentences) -> list[str]:
    draft = task.draft
    lines = [
        f"  - id: {quoted(task.id) if task.id[0].isdigit() else scalar(task.id)}",
        f"    title: {scalar(draft.title)}",
        f"    priority: {task.priority}",
    ]
    for key, value in (("owner", draft.owner), ("estimate", draft.estimate), ("risk", draft.risk)):
        lines += [f"    {key}: {scalar(value)}"] if value else []
    for key, values in (("depends_on", task.depends_on), ("tags", draft.tags)):
        lines += [f"    {key}: [{', '.join(map(quoted, values))}]"] if values else []
    if draft.problem:
        lines.append(f"    problem: {_text(draft.problem)}")
    if draft.details:
        lines.append(f"    details: {_text(draft.details)}")
    if draft.steps:
        lines += ["    steps:", *(f"      - {scalar(_one(step))}" for step in draft.steps)]
    lines.append("    criteria:")
    for each in task.criteria:
        lines += _criterion(each, refused, say)
    return lines


def _text(parts: Collection[str]) -> str:
    return block(clean("\n\n".join(parts), newlines=True), "      ")


def _one(text: str) -> str:
    return " ".join(clean(text, newlines=True).split()) or "–"


def _criterion(each: ImportedCriterion, refused: dict[str, str], say: Sentences) -> list[str]:
    lines = [f"      - id: {scalar(each.id)}", f"        title: {scalar(_one(each.title))}"]
    why = in_language(refused.get(each.id, each.why), say)
    if each.probe is None or each.id in refused:
        told = say("import.board_line", line=each.line, why=why)
        return [*comment(told, "      "), *lines, "        attest: {}"]
    return [*lines, *(f"      {line}" for line in _probe(each.probe))]


def _probe(probe: ImportedProbe) -> list[str]:
    if probe.check:
        lines = [f"  check: {probe.check}", *parameters(probe.params)]
    else:
        lines = [f"  run: {block(probe.run, '          ')}"]
    if probe.matrix:
        values = (
            f"{name}: [{', '.join(map(quoted, given))}]" for name, given in probe.matrix.items()
        )
        lines.append(f"  matrix: {{{', '.join(values)}}}")
    lines += [f"  measure: {scalar(probe.measure)}"] if probe.measure else []
    lines += [f"  expect: {quoted(probe.expect)}"] if probe.expect else []
    if probe.baseline:
        lines += [f"  baseline: {probe.baseline}", "  ratchet: true"]
    return lines
