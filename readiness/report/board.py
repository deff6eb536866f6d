"""The board as Markdown, for people to read: what the board file says, ticked by evidence alone."""

from collections.abc import Iterator

from readiness.model.words import Place, Priority
from readiness.record.document import RunDocument
from readiness.record.newest import of_the_project
from readiness.record.scores import goal_text, score_text
from readiness.report import Context
from readiness.report._board.progress import figures, milestones, score_shown, success
from readiness.report._board.tasks import TaskChapters
from readiness.report._shown import meaning, moment, reuse, revision
from readiness.report._standing import as_of
from readiness.text.layout import inert
from readiness.text.markdown import code, own, prose, strong, text
from readiness.text.sentences import sentences

FOR_PEOPLE = True


def render(run: RunDocument, context: Context) -> str:  # noqa: ARG001 - it is as wide as its page
    """Return the whole board, in its language; each criterion is one line."""
    return inert("\n".join(_Board(of_the_project(run)).lines()).rstrip("\n") + "\n")


class _Board:
    """Writes one board."""

    def __init__(self, run: RunDocument) -> None:
        self._run = run
        self._say = sentences(run.board.language)

    def lines(self) -> Iterator[str]:
        """Yield the board from its title to its last line."""
        run, say = self._run, self._say
        yield from self._head()
        yield from self._guide()
        yield from self._sections(Place.TOP, "##")
        yield from TaskChapters(run, say).lines()
        yield f"## {say('board.progress')}\n"
        yield from figures(run, say)
        yield from self._sections(Place.PROGRESS, "###")
        yield from milestones(run, say)
        yield from self._sections(Place.BOTTOM, "##")
        yield f"## {say('board.success')}\n"
        yield from success(run, say)
        yield from self._sections(Place.SUCCESS, "###")
        yield from self._foot()

    def _head(self) -> Iterator[str]:
        run, say = self._run, self._say
        decision = run.gate.decision
        yield f"<!-- {say('board.rendered')} -->"
        yield f"# {prose(run.board.title) or 'readiness'}\n"
        if run.board.subtitle:
            yield f"## {prose(run.board.subtitle)}\n"
        if run.board.created:
            yield f"- **{say('board.created')}**: {text(run.board.created)}"
        yield f"- **{say('board.updated')}**: {text(moment(run.finished_at))}"
        state = f"**{say(f'decision.{decision}')}**{meaning(run.gate, say, text)}"
        yield f"- **{say('board.state')}**: {decision.emoji} {state}"
        shown = text(score_text(run.score, say))
        degree = say("board.degree_of", score=shown, target=goal_text(run.score.target))
        yield f"- **{say('board.degree')}**: {degree}"
        if stands := as_of(run, say):
            yield f"- **{say('board.rests')}**: {text(stands)}"
        for reused in reuse(run, say):
            yield f"- **{say('board.reused')}**: {text(reused)}"
        if run.git is not None:
            yield f"- **{say('board.revision')}**: {revision(run, say, code)}"
        if run.interrupted:
            yield f"\n**{say('report.interrupted')}**"
        yield ""
        if run.loosened:
            yield f"## {say('board.loosened')}\n"
            for item in run.loosened:
                change = f"{code(item.before)} → {code(item.after)}".strip(" →")
                yield f"- {strong(item.subject)} {text(item.what)} {change}".rstrip()
            yield ""
        yield "---\n"

    def _guide(self) -> Iterator[str]:
        run, say = self._run, self._say
        yield f"## {say('board.guide')}\n\n### {say('board.goal')}\n"
        if run.board.goal.strip():
            yield f"{own(run.board.goal, level=4)}\n"
        yield f"{self._way(score_shown(run, say))}\n"
        yield f"### {say('board.classes')}\n"
        for priority in Priority:
            blocks = any(task.blocking for task in run.tasks if task.priority is priority)
            title = f"**{say(f'board.name.{priority}')}**: {say(f'board.meaning.{priority}')}"
            remark = f" ({say('report.blocking')})" if blocks else ""
            yield f"- {title}{remark}"
        yield f"\n### {say('board.acceptance')}\n"
        yield f"{say('board.acceptance_rule')}\n\n{say('board.acceptance_marks')}\n"
        yield from self._sections(Place.GUIDE, "###")
        yield "---\n"

    def _way(self, now: str) -> str:
        run, say = self._run, self._say
        goal = goal_text(run.score.target)
        if run.board.baseline is None:
            return say("board.goal_to", target=goal, now=now)
        return say("board.goal_from", baseline=goal_text(run.board.baseline), target=goal, now=now)

    def _sections(self, place: Place, marks: str) -> Iterator[str]:
        """Yield the sections that the team wrote for a place."""
        for section in self._run.board.sections:
            if section.place is place:
                yield f"{marks} {prose(section.title)}\n"
                yield f"{own(section.text, level=len(marks) + 1)}\n"

    def _foot(self) -> Iterator[str]:
        run, say = self._run, self._say
        tool, path = text(f"{run.tool.name} {run.tool.version}"), code(run.board.path)
        profile = f" ({say('report.profile', name=code(run.profile))})" if run.profile else ""
        yield "---\n"
        yield f"- {say('board.maintained', tool=tool, run=code(run.id) + profile, path=path)}"
        yield f"- **{say('board.updated')}**: {text(moment(run.finished_at))}"
        due = [record for record in run.milestones if record.due and record.state == "not_met"]
        reviews = [text(run.board.review)] if run.board.review.strip() else []
        if due:
            first = min(due, key=lambda milestone: milestone.due)
            reviews.append(
                say("board.next_due", milestone=f"{strong(first.id)} ({text(first.due)})")
            )
        if reviews:
            yield f"- **{say('board.review')}**: {say('report.comma').join(reviews)}"
