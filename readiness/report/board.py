"""The board as Markdown, for people to read: what the board file says, ticked by evidence alone."""

from collections.abc import Iterator

from readiness.model.words import Place, Priority
from readiness.record.document import RunDocument
from readiness.report import Context
from readiness.report._board.progress import figures, milestones, score_shown, success
from readiness.report._board.tasks import TaskChapters
from readiness.report._board.words import board_words
from readiness.report._shown import meaning, moment, target
from readiness.text.labels import labels
from readiness.text.layout import inert
from readiness.text.markdown import code, own, prose, strong, text


def render(run: RunDocument, context: Context) -> str:  # noqa: ARG001 - it is as wide as its page
    """Return the whole board, in its language; each criterion is one line."""
    return inert("\n".join(_Board(run).lines()).rstrip("\n") + "\n")


class _Board:
    """Writes one board."""

    def __init__(self, run: RunDocument) -> None:
        self._run = run
        self._labels = labels(run.board.language)
        self._words = board_words(run.board.language)

    def lines(self) -> Iterator[str]:
        """Yield the board from its title to its last line."""
        run, words, names = self._run, self._words, self._labels
        yield from self._head()
        yield from self._guide()
        yield from self._sections(Place.TOP, "##")
        yield from TaskChapters(run, words, names).lines()
        yield f"## {words.progress}\n"
        yield from figures(run, words, names)
        yield from self._sections(Place.PROGRESS, "###")
        yield from milestones(run, words, names)
        yield from self._sections(Place.BOTTOM, "##")
        yield f"## {words.success}\n"
        yield from success(run, words, names)
        yield from self._sections(Place.SUCCESS, "###")
        yield from self._foot()

    def _head(self) -> Iterator[str]:
        run, words, names = self._run, self._words, self._labels
        decision = run.gate.decision
        yield f"<!-- {words.rendered} -->"
        yield f"# {prose(run.board.title) or 'readiness'}\n"
        if run.board.created:
            yield f"- **{words.created}**: {text(run.board.created)}"
        yield f"- **{words.updated}**: {text(moment(run.finished_at))}"
        state = f"**{names.decisions[decision]}**{meaning(run, names, text)}"
        yield f"- **{words.state}**: {decision.emoji} {state}"
        shown = names.unknown if run.score.value is None else text(run.score.shown)
        degree = words.degree_of.format(shown, target(run.score.target))
        yield f"- **{words.degree}**: {degree}"
        if run.git is not None:
            commit = f"{code(run.git.branch)} {code(run.git.commit[:10])}".strip()
            dirty = names.dirty.format(commit) if run.git.dirty else commit
            yield f"- **{words.revision}**: {dirty}"
        if run.interrupted:
            yield f"\n**{names.interrupted}**"
        yield ""
        if run.loosened:
            yield f"## {words.loosened}\n"
            for item in run.loosened:
                change = f"{code(item.before)} → {code(item.after)}".strip(" →")
                yield f"- {strong(item.subject)} {text(item.what)} {change}".rstrip()
            yield ""
        yield "---\n"

    def _guide(self) -> Iterator[str]:
        run, words, names = self._run, self._words, self._labels
        yield f"## {words.guide}\n\n### {words.goal}\n"
        if run.board.goal.strip():
            yield f"{own(run.board.goal, level=4)}\n"
        yield f"{self._way(score_shown(run, names))}\n"
        yield f"### {words.classes}\n"
        for priority in Priority:
            named = words.priorities[priority]
            blocks = any(task.blocking for task in run.tasks if task.priority is priority)
            remark = f" ({names.blocking})" if blocks else ""
            yield f"- **{named.name}**: {named.meaning}{remark}"
        yield f"\n### {words.acceptance}\n\n{words.acceptance_rule}\n\n{words.acceptance_marks}\n"
        yield from self._sections(Place.GUIDE, "###")
        yield "---\n"

    def _way(self, now: str) -> str:
        run, words = self._run, self._words
        goal = target(run.score.target)
        if run.board.baseline is None:
            return words.goal_to.format(goal, now)
        return words.goal_from.format(target(run.board.baseline), goal, now)

    def _sections(self, place: Place, marks: str) -> Iterator[str]:
        """Yield what the team wrote for a place."""
        for section in self._run.board.sections:
            if section.place is place:
                yield f"{marks} {prose(section.title)}\n"
                yield f"{own(section.text, level=len(marks) + 1)}\n"

    def _foot(self) -> Iterator[str]:
        run, words = self._run, self._words
        tool, path = text(f"{run.tool.name} {run.tool.version}"), code(run.board.path)
        profile = f" ({self._labels.profile.format(code(run.profile))})" if run.profile else ""
        yield "---\n"
        yield f"- {words.maintained.format(tool, code(run.id) + profile, path)}"
        yield f"- **{words.updated}**: {text(moment(run.finished_at))}"
        due = [each for each in run.milestones if each.due and not each.met and not each.overdue]
        told = [text(run.board.review)] if run.board.review.strip() else []
        if due:
            first = min(due, key=lambda milestone: milestone.due)
            told.append(words.next_due.format(f"{strong(first.id)} ({text(first.due)})"))
        if told:
            yield f"- **{words.review}**: {words.comma.join(told)}"
