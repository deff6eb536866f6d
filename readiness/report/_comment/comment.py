"""A run as a comment in Markdown: the decision first, what fails and why, the rest folded away."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from readiness.record.document import (
    CriterionRecord,
    FindingRecord,
    Loosening,
    RunDocument,
)
from readiness.record.scores import goal_text, score_text
from readiness.report._comment.parts import Limit, Part, fitted
from readiness.report._evidence import WIDEST, printed
from readiness.report._links import web_link
from readiness.report._shown import (
    Entry,
    attested_by,
    badge,
    badge_counts,
    beneath,
    change,
    change_in_words,
    decided,
    findings,
    in_words,
    meaning,
    moment,
    number,
    open_blocks,
    outcome,
    percent,
    reuse,
    revision,
    standing,
    value_shown,
    waived_by,
)
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

_CHANGES = {"▼": 0, "▲": 1, "±": 2}
_SAME = "="


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
        self._run = run
        self._say = say
        self._probes = {probe.id: probe for probe in run.probes}
        self._places = findings(run)

    def parts(self, marker: str) -> Iterator[Part]:
        """Yield all parts, in the order in which they are read."""
        run, say = self._run, self._say
        yield Part(
            rank=0, head="\n".join([*filter(None, [marker]), self._verdict(), "", *self._facts()])
        )
        yield from _listed(1, say("report.loosened"), run.loosened, _loosened)
        yield from self._changes()
        bad, unattested, doubtful = open_blocks(run)
        reasons = _beside(run.gate.reasons, bad)
        yield from _listed(2, say("report.reasons"), reasons, _reason, share=0.3)
        new = list(enumerate(block for block in bad if not self._is_old(block)))
        old = list(enumerate(block for block in bad if self._is_old(block)))
        doubts = list(enumerate(doubtful))
        yield from _listed(3, say("report.problems"), new, self._problem, share=0.6)
        yield from _listed(3, say("report.unattested"), unattested, _names)
        yield from _listed(
            4, say("comment.old_problems"), old, self._problem, share=0.6, folded=True
        )
        yield from _listed(4, say("report.doubts"), doubts, self._problem, share=0.6, folded=True)
        yield from self._decisions()
        yield from self._criteria()
        yield Part(rank=0, head=self._end())

    # --- the decision -----------------------------------------------------------------------------

    def _verdict(self) -> str:
        run, say = self._run, self._say
        decision = run.gate.decision
        shown = text(_short(score_text(run.score, say), 40))
        verdict = f"{decision.emoji} {say(f'decision.{decision}')}{meaning(run.gate, say, text)}"
        return (
            f"## {verdict} · {say('report.score', score=shown, target=goal_text(run.score.target))}"
        )

    def _facts(self) -> Iterator[str]:
        run, say = self._run, self._say
        score = run.score
        measured = say(
            "report.measured", measured=score.measured, scope=score.in_scope, total=score.total
        )
        facts = [f"**{prose(_short(run.board.title, 200)) or 'readiness'}**", measured]
        if score.value is not None:
            facts.append(
                say(
                    "report.way", share=percent(score.progress or 0), target=goal_text(score.target)
                )
            )
        yield " · ".join(facts)
        if run.interrupted:
            yield f"\n**{say('report.interrupted')}**"

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
        lines += [
            self._place(finding) for finding in self._places.get(criterion.id, [])[:_FINDINGS]
        ]
        if criterion.expect and not criterion.attestation and len(block) == 1:
            lines.append(f"  - {say('report.expected')}: {code(_short(criterion.expect))}")
        if criterion.hint:
            lines.append(f"  - {say('report.next_step')}: {text(_short(_joined(criterion.hint)))}")
        return "\n".join(lines)

    def _is_old(self, block: list[Entry]) -> bool:
        """Return whether all of a block is as it was in the last run."""
        return all(change(criterion, self._say)[0] == _SAME for _, criterion in block)

    def _place(self, finding: FindingRecord) -> str:
        """Return the line of a finding, with a link if the repository is on the web."""
        name = code(_short(finding.place, _PLACE))
        if link := web_link(self._run, finding):
            name = f"[{name}]({link})"
        message = " ".join(filter(None, (finding.rule, finding.message)))
        return f"  - {name} {text(_short(message, _PLACE))}"

    def _heading(self, criterion: CriterionRecord) -> str:
        verdict = in_words(criterion, self._say)
        return f"{verdict} {strong(criterion.id)} {prose(_short(criterion.title))}"

    def _decisions(self) -> Iterator[Part]:
        """Yield what rests on somebody's word, and what was waived."""
        say = self._say
        waived, stale, attested = decided(self._run)
        yield from _listed(4, say("report.waived"), waived, self._waived, folded=True)
        yield from _listed(4, say("report.stale"), stale, self._stale, folded=True)
        foot = ""
        if self._run.score.attested > 0:
            foot = f"\n{say('report.attested_share', share=percent(self._run.score.attested))}"
        yield from _listed(
            4, say("report.attestations"), attested, self._attested, foot=foot, folded=True
        )

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
        """Yield what is worse, better, or just different than in the last run."""
        say = self._say
        criteria = list(self._run.criteria())
        if not any(criterion.previous for criterion in criteria):
            return
        changed = [
            (mark, criterion)
            for criterion in criteria
            if (mark := change(criterion, say)[0][:1]) in _CHANGES and criterion.previous
        ]
        changed.sort(key=lambda entry: _CHANGES[entry[0]])
        title = say("comment.changes")
        before = self._run.past[-1].shown if self._run.past else ""
        if before and self._run.score.value is not None:
            shown = say("comment.score_then", before=text(before), now=text(self._run.score.shown))
            title = f"{title} ({shown})"
        if changed:
            yield from _listed(5, title, changed, self._changed)
        else:
            yield from _listed(5, title, [say("comment.unchanged")], str)

    def _changed(self, entry: tuple[str, CriterionRecord]) -> str:
        mark, criterion = entry
        before = criterion.previous
        say = self._say
        then = ""
        if before is not None:
            then = f"{say(f'verdict.{before.verdict}')} {_value(before.value)}".strip()
        now = f"{badge(criterion, say).word} {text(_short(criterion.shown))}".strip()
        title = prose(_short(criterion.title))
        return f"- {mark} {strong(criterion.id)} {title}: {then} → {now}"

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
        yield from _table(8, head, columns, rows, self._criterion, "\n</details>")

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


def _beside(reasons: Sequence[str], bad: Sequence[list[Entry]]) -> list[str]:
    """Return the reasons that say more than that one of these criteria is bad; never none."""
    names = {criterion.id for block in bad for _, criterion in block}
    others = [reason for reason in reasons if reason.partition(" ")[0] not in names]
    return others or [*reasons]


def _reason(reason: str) -> str:
    return f"- {text(_short(reason))}"


def _loosened(item: Loosening) -> str:
    change = f"- {strong(_short(item.subject))} {text(_short(item.what))}"
    if item.before or item.after:
        return f"{change}: {code(_short(item.before))} → {code(_short(item.after))}"
    return change


def _value(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    return text(_short(value)) if isinstance(value, str) else ""


def _listed(
    rank: int,
    title: str,
    items: Sequence[Record],
    write: Callable[[Record], str],
    *,
    foot: str = "",
    share: float = 1.0,
    folded: bool = False,
) -> Iterator[Part]:
    """Yield a part with a heading, or `folded` away, unless it is empty."""
    if items:
        head = f"### {title}\n"
        if folded:
            head = f"<details><summary>{title}: {len(items)}</summary>\n"
            foot = f"{foot}\n</details>"
        yield Part(rank=rank, head=head, items=items, write=write, foot=foot, share=share)


def _table(
    rank: int,
    head: str,
    columns: Sequence[str],
    rows: Sequence[Record],
    write: Callable[[Record], str],
    foot: str = "",
) -> Iterator[Part]:
    if rows:
        line = f"{head}{row(*columns)}\n{row(*['---'] * len(columns))}"
        yield Part(rank=rank, head=line, items=rows, write=write, foot=foot)


def _joined(lines: str) -> str:
    return "; ".join(filter(None, map(str.strip, lines.splitlines())))


def _safe_text(foreign: str) -> str:
    return text(_short(foreign))


def _short(foreign: str, most: int = _LONGEST) -> str:
    return cut(foreign, most)
