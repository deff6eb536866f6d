"""A badge for shields' endpoint: the decision and the score, green for ready alone."""

from readiness.model.words import Decision
from readiness.record.document import RunDocument
from readiness.record.newest import of_the_project
from readiness.record.scores import over, score_text
from readiness.report import Context
from readiness.report._facts import GateState, gate_state
from readiness.report._json import dump
from readiness.text.layout import literal
from readiness.text.sentences import sentences

FOR_PEOPLE = True

_COLOURS = {
    GateState.READY: "brightgreen",
    GateState.BAD: "red",
    GateState.UNKNOWN: "orange",
    GateState.PARTIAL: "lightgrey",
    GateState.HELD: "blue",
}


def render(run: RunDocument, _: Context) -> str:
    """Return the badge of `run`, in the language of its board."""
    say = sentences(run.board.language)
    run = of_the_project(run)
    state = gate_state(run)
    decision = run.gate.decision
    if state is GateState.UNKNOWN:
        decision = Decision.UNDECIDED
    message = say(f"decision.{decision}").lower()
    if run.score.value is not None:
        message = f"{message} {literal(score_text(run.score, say))}/10{over(run.score, say)}"
    if not run.whole and run.whole_run is not None:
        message = f"{message} ({run.whole_run.at[:10]})"
    badge = {
        "schemaVersion": 1,
        "label": "readiness",
        "message": message,
        "color": _COLOURS[state],
        # An error badge keeps its colour whatever its address asks for.
        "isError": state is not GateState.READY,
    }
    return dump(badge, indent=2) + "\n"
