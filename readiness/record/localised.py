"""A run document in the language of its reader."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from readiness.record.document import CriterionRecord, GateRecord, RunDocument, TaskRecord
from readiness.record.said import Said, worded_again
from readiness.text.languages import Language
from readiness.text.sentences import Sentences, sentences
from readiness.text.worded import in_language

ATTESTED = "attested"
"""The expectation of a criterion that is attested."""

Record = TypeVar("Record", bound=msgspec.Struct)


def localised(run: RunDocument, language: Language) -> RunDocument:
    """Return the run as it reads in `language`; ids, paths, commands and foreign text stay."""
    if language is not run.board.language:
        board = msgspec.structs.replace(run.board, language=language)
        run = msgspec.structs.replace(run, board=board)
    if language is Language.EN:  # as it is written down
        return run
    say = sentences(language)
    tasks = [_task(task, say) for task in run.tasks]
    probes = [_anew(each, each.said, say) for each in run.probes]
    loosened = [_anew(each, each.said, say) for each in run.loosened]
    whole = run.whole_run
    if whole is not None:
        whole = msgspec.structs.replace(whole, gate=_gate(whole.gate, say))
    gate = _gate(run.gate, say)
    return msgspec.structs.replace(
        run, gate=gate, tasks=tasks, probes=probes, loosened=loosened, whole_run=whole
    )


def localised_criterion(record: CriterionRecord, language: Language) -> CriterionRecord:
    """Return one criterion as it reads in `language`."""
    return record if language is Language.EN else _criterion(record, sentences(language))


def _gate(gate: GateRecord, say: Sentences) -> GateRecord:
    if len(gate.said) != len(gate.reasons):
        return gate
    reasons = [
        in_language(worded_again(text, what), say)
        for text, what in zip(gate.reasons, gate.said, strict=True)
    ]
    return msgspec.structs.replace(gate, reasons=reasons)


def _task(task: TaskRecord, say: Sentences) -> TaskRecord:
    return msgspec.structs.replace(task, criteria=[_criterion(one, say) for one in task.criteria])


def _criterion(record: CriterionRecord, say: Sentences) -> CriterionRecord:
    record = _anew(record, record.said, say)
    if record.expect == ATTESTED:
        record = msgspec.structs.replace(record, expect=say("report.attested"))
    known, last = record.carried, record.last_known
    if known is None and last is None:
        return record
    return msgspec.structs.replace(
        record,
        carried=None if known is None else _anew(known, known.said, say),
        last_known=None if last is None else _anew(last, last.said, say),
    )


def _anew(record: Record, what: Mapping[str, Said], say: Sentences) -> Record:
    """Return a record with its sentences in another language."""
    texts = {
        name: in_language(worded_again(text, each), say)
        for name, each in what.items()
        if isinstance(text := getattr(record, name, None), str)
    }
    return msgspec.structs.replace(record, **texts) if texts else record
