"""Below the grid: what failed and why, one block each, and what rests on somebody's word."""

from collections.abc import Iterable, Iterator, Mapping

from readiness.record.document import (
    CriterionRecord,
    FindingRecord,
    ProbeRecord,
    RunDocument,
    StreamRecord,
)
from readiness.report._evidence import WIDEST, ending, output, printed, varying
from readiness.report._reasons import named_ids
from readiness.report._shown import (
    Entry,
    attested_by,
    beneath,
    change_in_words,
    decided,
    findings,
    open_blocks,
    outcome,
    percent,
    standing,
    waived_by,
    with_expectation,
)
from readiness.terminal.blocks import FileLink, Line, Part, Style, title
from readiness.text.layout import middle
from readiness.text.sentences import Sentences

_BAR: Part = ("│ ", Style.DIM)
_FINDINGS, _PROBES, _COMMAND, _BLOCKS, _TITLES, _CLOSELY = 3, 6, 100, 12, 12, 20


def problems(run: RunDocument, say: Sentences, *, verbose: bool) -> Iterator[Line]:
    """Yield what fails or could not be measured, what blocks first; then passes with a doubt.

    Criteria that one cause keeps from being measured are reported once. Where a run is held to
    what was before, what it made worse is explained, and what was bad before is named in one line.
    What waits to be attested is one line at the end.
    """
    explainer = Explainer(run.probes, findings(run), say, verbose=verbose)
    bad, unattested, doubtful = open_blocks(run)
    before: list[list[Entry]] = []
    if run.gate.line is not None and run.gate.line.lack is None and not verbose:
        worse = named_ids(run)
        before = [block for block in bad if not any(one.id in worse for _, one in block)]
        bad = [block for block in bad if block not in before]
    for name, blocks in ((say("report.problems"), bad), (say("report.doubts"), doubtful)):
        shown = blocks if verbose else blocks[:_BLOCKS]
        if shown:
            yield from title(name)
        for number, block in enumerate(shown):
            if number:
                yield Line()
            yield from explainer.block(block)
        if left := sum(map(len, blocks[len(shown) :])):
            yield Line()
            yield Line(parts=((say("report.more_problems", count=left), Style.WARN),))
    if shown := (bad or doubtful)[:1]:
        yield Line()
        yield Line(parts=((say("report.more", id=shown[0][0][1].id), Style.DIM),))
    yield from _named(say("report.bad_before"), before)
    yield from _named(say("report.unattested"), unattested, say("report.attest"))


def _named(label: str, blocks: list[list[Entry]], advice: str = "") -> Iterator[Line]:
    """Yield the ids of criteria in one line."""
    if blocks:
        names = ", ".join(criterion.id for block in blocks for _, criterion in block)
        yield Line()
        yield Line(
            label=(label, Style.STRONG),
            parts=((names, Style.PLAIN), (f"  {advice}".rstrip(), Style.DIM)),
        )


def decisions(run: RunDocument, say: Sentences) -> Iterator[Line]:
    """Yield what is waived, waivers that nothing needs, and what rests on attestations."""
    waived, stale, attested = decided(run)
    if waived:
        yield from title(say("report.waived"))
        for criterion in waived:
            yield from _waived(criterion, say)
    if stale:
        yield from title(say("report.stale"))
        for criterion in stale:
            if criterion.waiver:
                text = say("report.stale_hint", reason=criterion.waiver.reason)
                yield _entry(criterion, (text, Style.PLAIN))
    if attested:
        yield from title(say("report.attestations"))
        for criterion in attested:
            yield _attested(criterion, say)
        if run.score.attested > 0:
            share = say("report.attested_share", share=percent(run.score.attested))
            yield Line(parts=((share, Style.PLAIN),), indent=2)


def loosened(run: RunDocument, say: Sentences) -> Iterator[Line]:
    """Yield how the change weakens its own gate."""
    if run.loosened:
        yield from title(say("report.loosened"))
    for item in run.loosened:
        what, before, after = item.what, item.before, item.after
        text = f"{what}: {before or '-'} → {after or '-'}" if before or after else what
        place = f"{item.path}:{item.line}" if item.path and item.line else ""
        yield Line(
            label=(item.subject, Style.BAD),
            parts=(
                (text, Style.PLAIN),
                (f"  {place}" if place != item.subject else "", Style.DIM),
            ),
            indent=2,
        )
    if run.base is not None and run.base.not_run:
        if not run.loosened:
            yield Line()
        names = ", ".join(run.base.not_run)
        yield Line(parts=((say("report.not_run", names=names), Style.WARN),), indent=2)


class Explainer:
    """Explains a verdict: what was expected and found, where, by which command, what to do next.

    `verbose` is for all places and the whole recorded output. `closely` is for more of both than
    stands in a table, and for the output of what passed.
    """

    def __init__(
        self,
        probes: Iterable[ProbeRecord],
        places: Mapping[str, list[FindingRecord]],
        say: Sentences,
        *,
        verbose: bool,
        closely: bool = False,
    ) -> None:
        self._say = say
        self._verbose = verbose
        self._closely = closely
        self._probes = {probe.id: probe for probe in probes}
        self._findings = places

    def block(self, block: list[Entry]) -> Iterator[Line]:
        """Yield everything about one criterion, or about several with one cause."""
        say = self._say
        _, criterion = block[0]
        yield from self._head(block)
        result = outcome(criterion, say)
        if criterion.expect and not criterion.attestation and len(block) == 1:
            if criterion.warn is None and result and not criterion.verdict.unknown:
                result = with_expectation(criterion, result, say)
            else:
                expected = ((self._expected(criterion), Style.PLAIN),)
                yield self.fact(self._say("report.expected"), expected)
        yield from self._paragraph(say("report.found"), result, change_in_words(criterion, say))
        if self._verbose:
            yield from self._outputs(block)
        else:
            for line in self._printed(criterion):
                shown = (middle(line, WIDEST), Style.PLAIN)
                yield self.fact("", (_BAR, shown), clipped=True)
        yield from self._listed(say("report.where"), self._places(criterion))
        yield from self._listed(say("report.ran"), self._ran(block))
        yield from self._paragraph(say("report.next_step"), criterion.hint or "")
        yield from self._by_hand(criterion)

    def fact(self, label: str, parts: tuple[Part, ...], *, clipped: bool = False) -> Line:
        """Return a line with a label, or with "" to go on with the one before."""
        return Line(label=(label, Style.DIM), parts=parts, indent=2, clipped=clipped)

    def _head(self, block: list[Entry]) -> Iterator[Line]:
        say = self._say
        _, criterion = block[0]
        facts = say("report.comma").join(standing(block, say))
        mark = f"{criterion.verdict.mark} {say(f'verdict.{criterion.verdict}')}"
        several = len(block) > 1
        name = say("report.one_cause", count=len(block)) if several else criterion.id
        yield Line(
            label=(f"{mark}  {name}", Style(criterion.verdict.tone)),
            parts=(
                ("" if several else f"{criterion.title}  ", Style.STRONG),
                (f"({facts})", Style.DIM),
            ),
        )
        if not several:
            return
        members = [member for _, member in block]
        for member in members[:_TITLES]:
            label = (member.id, Style(member.verdict.tone))
            parts = ((member.title, Style.STRONG),)
            yield Line(label=label, parts=parts, indent=2)
        if rest := ", ".join(member.id for member in members[_TITLES:]):
            yield Line(parts=((rest, Style(criterion.verdict.tone)),), indent=2)

    def _printed(self, criterion: CriterionRecord) -> list[str]:
        if self._closely:
            return printed(criterion, self._probes, _CLOSELY, passed=True)
        return printed(criterion, self._probes)

    def _paragraph(self, label: str, text: str, remark: Part = ("", Style.PLAIN)) -> Iterator[Line]:
        """Yield the lines of `text`, the first one labelled and followed by the remark."""
        for number, line in enumerate(text.splitlines()):
            parts: tuple[Part, ...] = ((line, Style.PLAIN),)
            if remark[0] and not number:
                parts = (*parts, (f"  {remark[0]}", remark[1]))
            yield self.fact("" if number else label, parts)

    def _expected(self, criterion: CriterionRecord) -> str:
        expect = criterion.expect
        if criterion.warn is None:
            return expect
        return self._say("report.warn_at", expect=expect, warn=criterion.warn)

    def _listed(self, label: str, lines: list[tuple[Part, ...]]) -> Iterator[Line]:
        for number, parts in enumerate(lines):
            yield self.fact("" if number else label, parts)

    def _places(self, criterion: CriterionRecord) -> list[tuple[Part, ...]]:
        """Yield the places that tools name, as many as one can read."""
        named = self._findings.get(criterion.id, [])
        places = named if self._verbose else named[: _CLOSELY // 2 if self._closely else _FINDINGS]
        lines = [_place(finding) for finding in places]
        if left := len(named) - len(places):
            lines.append(((self._say("report.more_findings", count=left), Style.DIM),))
        return lines

    def _ran(self, block: list[Entry]) -> list[tuple[Part, ...]]:
        """Yield what was run and how it ended, each probe once."""
        names = dict.fromkeys(name for _, member in block for name in member.probes)
        probes = [self._probes[name] for name in names if name in self._probes]
        shown = probes if self._verbose else probes[:_PROBES]
        lines = [self._probe(probe, varying(probes)) for probe in shown]
        if left := len(probes) - len(shown):
            lines.append(((self._say("report.more_probes", count=left), Style.DIM),))
        return lines

    def _by_hand(self, criterion: CriterionRecord) -> Iterator[Line]:
        """Yield the command to type, unless it stands beside a probe already."""
        command = " ".join(criterion.by_hand.split())
        shown = {
            probe.shown_command
            for name in criterion.probes
            if (probe := self._probes.get(name)) is not None
        }
        if command and command not in shown and len(shown) < 2:
            yield self.fact(self._say("report.by_hand"), ((command, Style.PLAIN),))

    def _probe(self, probe: ProbeRecord, varying: list[str]) -> tuple[Part, ...]:
        command = probe.shown_command
        if len(command) > _COMMAND and not self._verbose:
            command = f"{command[:_COMMAND]}…"
        given = {name: value for name in varying if (value := probe.params.get(name))}
        params = "".join(f"  {name}={value}" for name, value in given.items())
        is_whole = self._verbose or self._closely or probe.exit_status is None
        facts = self._say("report.comma").join(ending(probe, self._say)) if is_whole else ""
        return (
            (f"{probe.id}  " if self._verbose else "", Style.DIM),
            (command + params, Style.PLAIN),
            (f"  ({facts})" if facts else "", Style.DIM),
        )

    def _outputs(self, block: list[Entry]) -> Iterator[Line]:
        for name in dict.fromkeys(name for _, member in block for name in member.probes):
            if probe := self._probes.get(name):
                yield from self._output(f"{probe.id} stdout", probe.stdout)
                yield from self._output(f"{probe.id} stderr", probe.stderr)

    def _output(self, name: str, stream: StreamRecord) -> Iterator[Line]:
        """Yield the head and tail of a stream, behind a bar that keeps a log from obeying it."""
        if text := output(stream):
            yield self.fact(self._say("report.output"), ((name, Style.DIM),))
            for line in text.splitlines():
                yield self.fact("", (_BAR, (line, Style.PLAIN)))


def _place(finding: FindingRecord) -> tuple[Part, ...]:
    text = "  ".join(filter(None, (finding.rule, finding.message)))
    return ((FileLink(finding.place), Style.PLAIN), (f"  {text}", Style.DIM))


def _entry(criterion: CriterionRecord, *parts: Part) -> Line:
    return Line(label=(criterion.id, Style.PLAIN), parts=parts, indent=2)


def _waived(criterion: CriterionRecord, say: Sentences) -> Iterator[Line]:
    reason = beneath(criterion, say)
    yield _entry(
        criterion,
        (criterion.title, Style.PLAIN),
        (f"  {reason}" if reason else "", Style.DIM),
    )
    parts = ((waived_by(criterion, say), Style.WARN),)
    yield Line(label=("", Style.PLAIN), parts=parts, indent=2)


def _attested(criterion: CriterionRecord, say: Sentences) -> Line:
    evidence = criterion.attestation.evidence if criterion.attestation else ""
    return _entry(
        criterion,
        (f"{criterion.verdict.mark} ", Style(criterion.verdict.tone)),
        (criterion.title, Style.PLAIN),
        (f"  {attested_by(criterion, say)}  {evidence}".rstrip(), Style.DIM),
    )
