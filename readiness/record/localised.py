"""A run document in the language of its reader."""

from typing import TypeVar

import msgspec

from readiness.record.criteria import with_criteria
from readiness.record.document import (
    CriterionRecord,
    FindingRecord,
    GateRecord,
    Loosening,
    ProbeRecord,
    RunDocument,
)
from readiness.record.earlier import Carried, LastKnown
from readiness.record.wording import sentence_of
from readiness.text.languages import Language
from readiness.text.sentences import Sentences, sentences
from readiness.text.worded import in_language

ATTESTED = "attested"
"""The expectation of a criterion that is attested."""

Record = TypeVar("Record", Carried, CriterionRecord, LastKnown, Loosening, ProbeRecord)


def localised(run: RunDocument, language: Language) -> RunDocument:
    """Return the run as it reads in `language`; ids, paths, commands and foreign text stay."""
    if language is not run.board.language:
        board = msgspec.structs.replace(run.board, language=language)
        run = msgspec.structs.replace(run, board=board)
    if language is Language.EN:  # as it is written down
        return run
    say = sentences(language)
    probes = [_anew(probe, say) for probe in run.probes]
    earlier = {
        name: msgspec.structs.replace(known, probes=[_anew(probe, say) for probe in known.probes])
        for name, known in run.earlier.items()
    }
    loosened = [_anew(loosening, say) for loosening in run.loosened]
    whole = run.whole_run
    if whole is not None:
        whole = msgspec.structs.replace(whole, gate=_gate(whole.gate, say))
    gate = _gate(run.gate, say)
    return msgspec.structs.replace(
        with_criteria(run, lambda record: _criterion(record, say)),
        gate=gate,
        probes=probes,
        earlier=earlier,
        loosened=loosened,
        findings=localised_findings(run.findings, say),
        whole_run=whole,
    )


def localised_criterion(record: CriterionRecord, language: Language) -> CriterionRecord:
    """Return one criterion as it reads in `language`."""
    return record if language is Language.EN else _criterion(record, sentences(language))


def localised_findings(findings: list[FindingRecord], say: Sentences) -> list[FindingRecord]:
    """Return findings whose messages a check has worded in the reader's language."""
    replace = msgspec.structs.replace
    return [replace(each, message=in_language(each.message, say)) for each in findings]


def _gate(gate: GateRecord, say: Sentences) -> GateRecord:
    reasons = [in_language(sentence, say) for sentence in gate.sentences()]
    return msgspec.structs.replace(gate, reasons=reasons)


def _criterion(record: CriterionRecord, say: Sentences) -> CriterionRecord:
    record = _anew(record, say)
    if record.expect == ATTESTED:
        record = msgspec.structs.replace(record, expect=say("report.attested"))
    known, last = record.carried, record.last_known
    if known is None and last is None:
        return record
    return msgspec.structs.replace(
        record,
        carried=None if known is None else _anew(known, say),
        last_known=None if last is None else _anew(last, say),
    )


def _anew(record: Record, say: Sentences) -> Record:
    """Return a record with its sentences in another language, and a reason that a check gave."""
    names = [name for name in {"reason", *record.wordings} if getattr(record, name, None)]
    texts = {name: in_language(sentence_of(record, name), say) for name in names}
    return msgspec.structs.replace(record, **texts) if texts else record
