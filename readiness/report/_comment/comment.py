"""A run as a comment in Markdown: the decision, what the change did, the rest folded away."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from readiness.model.words import Decision
from readiness.record.document import CriterionRecord, FindingRecord, Loosening, RunDocument
from readiness.record.newest import of_the_project
from readiness.record.scores import goal_text, over, score_text
from readiness.report._comment.parts import Limit, Part, fitted
from readiness.report._evidence import WIDEST, printed
from readiness.report._facts import board_place
from readiness.report._links import web_link
from readiness.report._reasons import FALLEN, first_reasons, said_of, untold_reasons
from readiness.report._shown import (
    Entry,
    accepted_by,
    attested_by,
    badge,
    badge_counts,
    beneath,
    causes,
    change,
    change_in_words,
    decided,
    findings,
    in_words,
    is_unattested,
    line,
    moment,
    number,
    open_blocks,
    open_criteria,
    outcome,
    percent,
    reuse,
    revision,
    standing,
    value_shown,
    waived_by,
)
from readiness.report._standing import as_of
from readiness.text.clean import cut
from readiness.text.layout import inert, middle
from readiness.text.markdown import code, fence, prose, row, strong, text
from readiness.text.sentences import Sentences, sentences

Record = TypeVar("Record")

_LONGEST = 600
"""Characters of a text that are shown; a comment is no place for more."""

_FINDINGS, _TITLES, _PLACE = 3, 12, 200

_WITH_OUTPUT = 12
"""Number of failures whose output is shown, as a comment has little room."""

_CHANGES = "▼✗?▲±"
"""The marks of what is another than before, the most important first; ✗ and ? are new and bad."""

_MOST_CHANGES, _MOST_GOOD_CHANGES = 40, 8
"""Number of changes to show, the second where nothing keeps the gate shut."""


def comment(run: RunDocument, *, most: int, in_bytes: bool = False, marker: str = "") -> str:
    """Return the whole comment, of at most `most` characters or bytes in UTF-8.

    `marker` is Markdown of our own that stands before everything.
    """
    say = sentences(run.board.language)

    def left_out(count: int) -> str:
        return say("comment.left_out", count=count)

    limit = Limit(most=most, size=_bytes if in_bytes else len, left_out=left_out)
    return inert(fitted(list(_Comment(run, say).parts(marker)), limit))


def _bytes(written: str) -> int:
    return len(written.encode("utf-8", "backslashreplace"))


def _names(block: list[Entry]) -> str:
    return f"- {', '.join(prose(criterion.id) for _, criterion in block)}"


class _Comment:
    """Makes the parts of one run's comment."""

    def __init__(self, run: RunDocument, say: Sentences) -> None:
        self._run = of_the_project(run)
        self._rests = as_of(run, say)
        self._say = say
        self._probes = {probe.id: probe for probe in run.probes}
        self._places = findings(run)
        self._worse = said_of(run, *FALLEN)
        held, earlier = run.gate.line, any(record.previous for record in run.criteria())
        self._compared = line(held, say, code) if held else earlier and say("comment.last_run")

    def parts(self, marker: str) -> Iterator[Part]:
        """Yield all parts, in the order in which they are read."""
        run, say = self._run, self._say
        head = [*filter(None, [marker]), self._verdict(), "", *self._facts()]
        yield Part(head="\n".join(head))
        yield from self._changes()
        bad, unattested, doubtful = open_blocks(run)
        problems = list(enumerate(bad))
        doubts = list(enumerate(doubtful))
        reasons = first_reasons(untold_reasons(run), say)
        yield from _folded(say("report.reasons"), reasons, _reason)
        yield from _folded(say("report.problems"), problems, self._problem)
        yield from _folded(say("report.unattested"), unattested, _names)
        yield from _folded(say("report.doubts"), doubts, self._problem)
        yield from self._decisions()
        yield from self._criteria()
        yield Part(head=self._end())

    # --- the decision -----------------------------------------------------------------------------

    def _verdict(self) -> str:
        run, say = self._run, self._say
        decision, line = run.gate.decision, run.gate.line
        shown = text(_short(score_text(run.score, say), 40))
        if line is not None and line.score and line.score != run.score.shown:
            shown = f"{text(_short(line.score, 40))} → {shown}"
        verdict = f"{decision.emoji} {say(f'decision.{decision}')}{say(f'meaning.{decision}')}"
        target, of = goal_text(run.score.target), over(run.score, say)
        return f"## {verdict} · {say('report.score', score=shown, over=of, target=target)}"

    def _facts(self) -> Iterator[str]:
        run, say = self._run, self._say
        score = run.score
        facts = [f"**{prose(_short(run.board.title, 200)) or 'readiness'}**"]
        if self._compared:
            facts.append(say("comment.compared", line=self._compared))
        facts.append(
            say("report.measured", measured=score.measured, scope=score.in_scope, total=score.total)
        )
        yield " · ".join(facts)
        if accepted := accepted_by(run.gate, say, _safe_text):
            yield f"\n{say('report.loosened')}{accepted}"
        if run.interrupted:
            yield f"\n**{say('report.interrupted')}**"
        if self._rests:
            yield f"\n{self._rests}"

    def _end(self) -> str:
        run, say = self._run, self._say
        facts = [self._say("comment.run", id=code(_short(run.id, 200)))]
        facts += reuse(run, say)
        if run.profile:
            facts.append(say("report.profile", name=code(_short(run.profile, 200))))
        facts.append(revision(run, say, lambda name: code(_short(name, 200))))
        facts.append(text(moment(_short(run.started_at, 40))))
        facts.append(say("report.exit_status", status=run.gate.exit_status))
        facts.append(text(_short(f"{run.tool.name} {run.tool.version}", 80)))
        return " · ".join(facts)

    # --- criteria ---------------------------------------------------------------------------------

    def _problem(self, entry: tuple[int, list[Entry]]) -> str:
        number, block = entry
        _, criterion = block[0]
        say = self._say
        facts = say("report.comma").join(standing(block, say))
        lines = [f"- {self._heading(criterion)} ({facts})"]
        if len(block) > 1:
            cause = say("report.one_cause", count=len(block))
            lines = [f"- {in_words(criterion, say)} **{cause}** ({facts})"]
            lines += [
                f"  - {strong(other.id)} {prose(_short(other.title))}"
                for _, other in block[:_TITLES]
            ]
            rest = ", ".join(text(other.id) for _, other in block[_TITLES:])
            lines += [f"  - {rest}"] if rest else []
        result = f"{say('report.found')}: {text(_short(_joined(outcome(criterion, say))))}"
        if remark := change_in_words(criterion, say)[0]:
            result += f" ({text(_short(remark))})"
        lines.append(f"  - {result}")
        if number < _WITH_OUTPUT and (shown := printed(criterion, self._probes)):
            block_of_code = fence("\n".join(middle(line, WIDEST) for line in shown))
            lines += ["", *(f"    {line}" for line in block_of_code.split("\n")), ""]
        places = self._places.get(criterion.id, [])[:_FINDINGS]
        lines += [f"  - {self._place(finding)}" for finding in places]
        if criterion.expect and not criterion.attestation and len(block) == 1:
            lines.append(f"  - {say('report.expected')}: {code(_short(criterion.expect))}")
        if criterion.hint:
            lines.append(f"  - {say('report.next_step')}: {text(_short(_joined(criterion.hint)))}")
        return "\n".join(lines)

    def _place(self, finding: FindingRecord) -> str:
        """Return a finding, with a link if the repository is on the web."""
        name = code(_short(finding.place, _PLACE))
        if link := web_link(self._run, finding):
            name = f"[{name}]({link})"
        message = " ".join(filter(None, (finding.rule, finding.message)))
        return f"{name} {text(_short(message, _PLACE))}"

    def _heading(self, criterion: CriterionRecord) -> str:
        verdict = in_words(criterion, self._say)
        return f"{verdict} {strong(criterion.id)} {prose(_short(criterion.title))}"

    def _decisions(self) -> Iterator[Part]:
        """Yield what rests on somebody's word, and what was waived."""
        say = self._say
        waived, stale, attested = decided(self._run)
        yield from _folded(say("report.waived"), waived, self._waived)
        yield from _folded(say("report.stale"), stale, self._stale)
        foot = ""
        if self._run.score.attested > 0:
            foot = f"\n{say('report.attested_share', share=percent(self._run.score.attested))}"
        yield from _folded(say("report.attestations"), attested, self._attested, foot=foot)

    def _waived(self, criterion: CriterionRecord) -> str:
        reason = f"- {self._heading(criterion)}: {text(_short(beneath(criterion, self._say)))}"
        return f"{reason}\n  - {waived_by(criterion, self._say, _safe_text)}"

    def _stale(self, criterion: CriterionRecord) -> str:
        reason = text(_short(criterion.waiver.reason)) if criterion.waiver else ""
        return f"- {self._heading(criterion)}: {self._say('report.stale_hint', reason=reason)}"

    def _attested(self, criterion: CriterionRecord) -> str:
        person = attested_by(criterion, self._say, _safe_text)
        evidence = criterion.attestation.evidence if criterion.attestation else ""
        proof = f", {code(_short(evidence))}" if evidence else ""
        return f"- {self._heading(criterion)}: {person}{proof}"

    def _changes(self) -> Iterator[Part]:
        """Yield what the change loosened, made worse or better, and what of the rest was bad."""
        run, say = self._run, self._say
        urgent = {record.id: place for place, (_, record) in enumerate(open_criteria(run))}
        marked: dict[str, list[Entry]] = {mark: [] for mark in _CHANGES}
        same: list[CriterionRecord] = []
        for task, record in sorted(run.pairs(), key=lambda entry: urgent.get(entry[1].id, 0)):
            if (mark := self._mark(record)) in marked:
                marked[mark].append((task, record))
            elif record.verdict.in_scope:
                same.append(record)
        blocks = [(mark, block) for mark, entries in marked.items() for block in causes(entries)]
        lines: list[Loosening | tuple[str, list[Entry]]] = [*run.loosened, *blocks]
        most = _MOST_GOOD_CHANGES if run.gate.decision.good else _MOST_CHANGES
        more = max(len(lines) - most, 0)
        foot = f"\n{say('comment.more', count=more)}" if more else ""
        if lines:
            yield Part(items=lines[:most], write=self._line, foot=foot)
        total = len(same) + sum(map(len, marked.values()))
        red = sum(record.verdict.bad for record in same)
        if not self._compared:
            good = sum(record.verdict.good for record in run.criteria())
            rest = say("comment.first", good=good, total=total + run.score.left_out)
        elif red:
            rest = say("comment.rest", same=len(same), total=total, count=red)
        else:
            rest = say("comment.same", same=len(same), total=total)
        yield Part(head=rest)

    def _mark(self, criterion: CriterionRecord) -> str:
        """Return what happened to a criterion since the run that the gate compares with."""
        if not criterion.verdict.in_scope or criterion.carried is not None:
            return ""
        if self._run.gate.decision is Decision.WORSE and criterion.id in self._worse:
            return "▼"
        if criterion.previous is not None:
            return change(criterion, self._say)[0][:1]
        is_new = criterion.verdict.bad and not is_unattested(criterion)
        return criterion.verdict.mark if is_new else ""

    def _line(self, entry: Loosening | tuple[str, list[Entry]]) -> str:
        """Write a change with its place, in one line."""
        if isinstance(entry, Loosening):
            place = f"{entry.path}:{entry.line}" if entry.line else entry.path
            what = self._say("comment.weakened", what=_loosened(entry))
            return " · ".join(filter(None, (f"- {what}", code(_short(place, _PLACE)))))
        mark, block = entry
        criterion = block[0][1]
        say, before = self._say, criterion.previous
        now = _joined(criterion.shown or criterion.reason)
        now = f"{badge(criterion, say).word} {text(_short(now))}".strip()
        if before is not None:
            now = f"{say(f'verdict.{before.verdict}')} {_value(before.value)}".strip() + f" → {now}"
        board = board_place(self._run, criterion)
        where = code(f"{board.path}:{board.line}")
        for finding in self._places.get(criterion.id, [])[:1]:
            where = self._place(finding)
        names = say("joint.names").join(strong(one.id) for _, one in block[:_TITLES])
        title = prose(_short(criterion.title)) if len(block) == 1 else f"({len(block)})"
        return f"- {mark} {names} {title}: {now} · {where}"

    # --- the rest ---------------------------------------------------------------------------------

    def _criteria(self) -> Iterator[Part]:
        say = self._say
        counts = badge_counts(self._run.criteria(), say)
        totals = " · ".join(f"{count} {shown.word}" for shown, count in counts)
        columns = [
            say("report.id"),
            say("report.verdict"),
            say("report.criterion"),
            say("report.value"),
            say("report.expected"),
        ]
        columns += [say("report.progress"), say("report.change")]
        head = f"<details><summary>{self._say('comment.criteria')}: {totals}</summary>\n\n"
        rows = list(self._run.criteria())
        if rows:
            head += f"{row(*columns)}\n{row(*['---'] * len(columns))}"
            foot = "\n</details>"
            yield Part(head=head, items=rows, write=self._criterion, foot=foot)

    def _criterion(self, criterion: CriterionRecord) -> str:
        say = self._say
        progress = "" if criterion.progress is None else percent(criterion.progress)
        return row(
            text(criterion.id),
            in_words(criterion, say),
            prose(_short(criterion.title)),
            text(_short(value_shown(criterion, say))),
            text(_short(criterion.expect)),
            progress,
            text(_short(change(criterion, say)[0])),
        )


def _reason(reason: str) -> str:
    return f"- {text(_short(reason))}"


def _loosened(item: Loosening) -> str:
    change = f"{strong(_short(item.subject))} {text(_short(item.what))}"
    if item.before or item.after:
        return f"{change}: {code(_short(item.before))} → {code(_short(item.after))}"
    return change


def _value(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    return text(_short(value)) if isinstance(value, str) else ""


def _folded(
    title: str, items: Sequence[Record], write: Callable[[Record], str], *, foot: str = ""
) -> Iterator[Part]:
    """Yield a part that is folded away, unless it is empty."""
    if items:
        head = f"<details><summary>{title}: {len(items)}</summary>\n"
        foot = f"{foot}\n</details>"
        yield Part(head=head, items=items, write=write, foot=foot)


def _joined(lines: str) -> str:
    return "; ".join(filter(None, map(str.strip, lines.splitlines())))


def _safe_text(foreign: str) -> str:
    return text(_short(foreign))


def _short(foreign: str, most: int = _LONGEST) -> str:
    return cut(foreign, most)
