"""What the formats for machines share: one sentence a criterion, the gate in a word, places, ids.

They speak English whatever the board's language, so that what reads them need not care. All text
in here is one line, and literal already.
"""

import hashlib
import posixpath
from enum import StrEnum

import msgspec

from readiness.model.words import Decision, Verdict
from readiness.record.document import CriterionRecord, FindingRecord, RunDocument
from readiness.report._shown import meaning, measured
from readiness.report._standing import as_of, last_tried, last_whole
from readiness.text.clean import cut
from readiness.text.languages import Language
from readiness.text.layout import literal
from readiness.text.sentences import sentences

SAY = sentences(Language.EN)

SENTENCE = 1_000
"""The longest message of one result, in characters; GitHub shows no more."""


class GateState(StrEnum):
    """What the gate comes to, for formats that know no more than that."""

    READY = "ready"
    BAD = "bad"
    UNKNOWN = "unknown"
    PARTIAL = "partial"
    HELD = "held"


_GOOD = {
    Decision.READY: GateState.READY,
    Decision.HELD: GateState.HELD,
    Decision.ACCEPTED: GateState.HELD,
}


class FilePlace(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a file, named from the repository's root."""

    path: str
    line: int


def gate_state(run: RunDocument) -> GateState:
    """Return the state of the gate of `run`. Only a whole run that is ready is `READY`."""
    if run.interrupted or run.gate.decision is Decision.UNDECIDED:
        return GateState.UNKNOWN
    if run.gate.decision is Decision.PARTIAL:
        return {0: GateState.PARTIAL, 3: GateState.UNKNOWN}.get(run.gate.exit_status, GateState.BAD)
    good = _GOOD.get(run.gate.decision)
    if good is None or run.gate.exit_status != 0:
        return GateState.BAD
    # An earlier whole run was good, and a part ran since: nothing failed, nothing was decided.
    return GateState.PARTIAL if run.selected else good


def gate_name(run: RunDocument) -> str:
    """Return the name of what the gate of `run` decides on."""
    return SAY("formats.gate") if run.gate.line is None else SAY("formats.line_gate")


def gate_sentence(run: RunDocument) -> str:
    """Format the decision and its reasons, and of a partial run which whole run stands."""
    told = f"{SAY(f'decision.{run.gate.decision}')}{meaning(run.gate, SAY)}"
    parts = [told, *map(literal, run.gate.reasons)]
    if run.selected and not run.interrupted:
        is_own = run.gate.decision is Decision.PARTIAL
        stands = (is_own and last_whole(run, SAY)) or as_of(run, SAY)
        parts.insert(1, stands.rstrip("."))
    if run.interrupted:
        parts.insert(0, SAY("report.interrupted").rstrip("."))
    return cut("; ".join(parts), SENTENCE)


def sentence(criterion: CriterionRecord) -> str:
    """Format what was found and expected, and whose word it rests on; never empty."""
    text = literal(measured(criterion))
    expect = literal(criterion.expect)
    if criterion.attestation and criterion.verdict is Verdict.PASS:
        text = attested(criterion)
    elif not criterion.verdict.in_scope:
        text = text or SAY("formats.not_in_scope")
        text = "; ".join(filter(None, (text, last_tried(criterion, SAY))))
    elif expect and expect not in text and not criterion.verdict.unknown:
        wanted = SAY("formats.expected", expect=expect)
        text = f"{text}, {wanted}" if text else wanted
    if criterion.verdict is Verdict.WAIVED:
        text = SAY("formats.without_waiver", waived=waived(criterion), text=text)
    return cut(text.strip() or criterion.verdict.value, SENTENCE)


def waived(criterion: CriterionRecord) -> str:
    """Format who waived a criterion, why, and until when."""
    waiver = criterion.waiver
    if waiver is None:
        return SAY("verdict.waived")
    by, until, reason = map(literal, (waiver.by, waiver.until, waiver.reason))
    return SAY("formats.waived_by", by=by, until=until, reason=reason)


def attested(criterion: CriterionRecord) -> str:
    """Format whose word takes the place of a measurement."""
    attestation = criterion.attestation
    if attestation is None:
        return ""
    by, on, until = map(literal, (attestation.by, attestation.on, attestation.until))
    text = SAY("formats.attested_by", by=by, on=on, until=until)
    if attestation.evidence:
        text += SAY("formats.evidence", path=literal(attestation.evidence))
    return text


def name(criterion: CriterionRecord) -> str:
    """Return the id and the title: the same in every run of a board."""
    return f"{literal(criterion.id)} {literal(criterion.title)}".strip()


def seconds(run: RunDocument) -> dict[str, float]:
    """Return for each criterion how long its probes took; what was reused took no time."""
    took = {probe.id: 0.0 if probe.reused else probe.duration_s for probe in run.probes}
    return {
        criterion.id: sum(took.get(probe, 0.0) for probe in criterion.probes)
        for criterion in run.criteria()
    }


def board_file(run: RunDocument) -> str:
    """Return the board's file from the repository's root; never empty, never above it."""
    path = _inside(literal(run.board.file)) or _inside(literal(posixpath.basename(run.board.path)))
    return path or "board.yaml"


def board_place(run: RunDocument, criterion: CriterionRecord | None = None) -> FilePlace:
    """Return the place of a criterion in the board, or the board's first line."""
    return FilePlace(path=board_file(run), line=max(1, criterion.line if criterion else 1))


def finding_place(run: RunDocument, finding: FindingRecord) -> FilePlace | None:
    """Return the place of a finding; None if it is outside of the repository, or an address."""
    path = literal(finding.path)
    if "://" in path or posixpath.isabs(path) or posixpath.normpath(path.strip()) == ".":
        return None
    inside = _inside(posixpath.join(literal(run.git.folder) if run.git else "", path))
    return FilePlace(path=inside, line=max(1, finding.line)) if inside else None


def finding_sentence(finding: FindingRecord, place: FilePlace | None) -> str:
    """Format a tool's complaint; with its place, for a format that has no room for that."""
    rule = literal(finding.rule).strip()
    text = literal(finding.message).strip() or rule or SAY("formats.no_message")
    if place is None:
        text = f"{literal(finding.place)}: {text}"
    return cut(text, SENTENCE)


def fingerprint(*parts: str) -> str:
    """Return 64 hexadecimal digits that are the same for the same parts, in every run."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()


def _inside(path: str) -> str:
    """Return `path` in its shortest form; an empty text for one that leads outside."""
    path = posixpath.normpath(path) if path.strip() else "."
    outside = path in (".", "..") or path.startswith(("/", "../"))
    return "" if outside else path
