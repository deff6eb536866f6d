"""The assessment of an agent's change, in the words that the agent reads."""

from collections.abc import Iterator, Mapping, Sequence

from readiness.agents.answering import Assessment, Impact
from readiness.agents.reason import Objection, reason
from readiness.model.errors import BoardError, ReadinessError
from readiness.pipeline.at_stop import Look
from readiness.record.document import CriterionRecord, Loosening, RunDocument
from readiness.record.localised import localised
from readiness.report._evidence import printed
from readiness.report._shown import findings
from readiness.startup.patterns import later
from readiness.text.clean import clean
from readiness.text.layout import middle
from readiness.text.sentences import Sentences, for_reader, sentences, spoken
from readiness.text.worded import in_language, words_of

_TITLE, _WHAT, _LINE, _COMMIT = 60, 260, 160, 12
_WORD = later(r"\w")
_FAULT = later(r"(?i)error|exception|assert|traceback|fatal|not found|no such")


def assess_look(look: Look, base: str) -> Assessment:
    """Return what a look at the change comes to."""
    run = localised(look.document, spoken(look.document.board.language))
    say = sentences(run.board.language)
    wording = _Wording(run, say)
    if look.worse or run.loosened:
        impact = Impact.BAD
        opening = say("hook.worse", worse=len(look.worse), loosened=len(run.loosened))
        objections = [
            *wording.objections(look.worse),
            *_loosenings(run.loosened, base, say),
            *wording.objections(look.lost),
        ]
    elif look.lost or look.unknown:
        impact = Impact.LOST if look.lost else Impact.UNKNOWN
        opening = say("hook.unmeasured", count=len(look.lost or look.unknown))
        objections = list(wording.objections(look.lost or look.unknown))
    else:
        return Assessment(impact=Impact.GOOD)
    closing = say("hook.repair") if impact is Impact.BAD else say("hook.measure_again")
    return Assessment(
        impact=impact,
        key="\n".join(objection.what for objection in objections),
        text=reason(opening, objections, closing, say("hook.more", base=base[:_COMMIT] or "HEAD")),
    )


def assess_fault(error: ReadinessError, *, is_of_change: bool) -> Assessment:
    """Return what keeps the board from being measured: bad where the change has brought it."""
    say = for_reader(error.language)
    if isinstance(error, BoardError):
        faults = [str(in_language(fault.worded(), say)) for fault in error.faults]
    else:
        faults = [in_language(words_of(error), say)]
    objections = [Objection(what=_shortened(fault, _WHAT)) for fault in faults]
    by_hand = say("hook.by_hand", command="readiness validate")
    return Assessment(
        impact=Impact.BAD if is_of_change else Impact.UNKNOWN,
        key="\n".join(faults),
        text=reason(say("hook.broken"), objections, by_hand, say("hook.more_faults")),
    )


def _loosenings(loosened: Sequence[Loosening], base: str, say: Sentences) -> Iterator[Objection]:
    """Yield what a change loosens; the first with how to see it, which is the same for all."""
    by_hand = say("hook.by_hand", command=f"readiness guard --base {base[:_COMMIT]}")
    for number, loosening in enumerate(loosened):
        none = say("gate.none")
        what = say(
            "hook.loosened",
            subject=_shortened(loosening.subject, _TITLE),
            what=loosening.what,
            before=_shortened(loosening.before, _TITLE) or none,
            after=_shortened(loosening.after, _TITLE) or none,
        )
        place = f"{loosening.path}:{loosening.line}" if loosening.line else loosening.path
        known = place and not loosening.subject.startswith(loosening.path)
        lines = [place] if known else []
        yield Objection(
            what=_shortened(what, _WHAT), lines=[*lines, *([] if number else [by_hand])]
        )


class _Wording:
    """Words objections to criteria: what was found, its first place, and how to see it."""

    def __init__(self, run: RunDocument, say: Sentences) -> None:
        self._say = say
        self._records = {record.id: record for record in run.criteria()}
        self._probes = {probe.id: probe for probe in run.probes}
        self._findings = findings(run)

    def objections(self, reasons: Mapping[str, str]) -> Iterator[Objection]:
        """Yield an objection for each criterion, by its id and its reason."""
        for name, why in reasons.items():
            record = self._records[name]
            title = _shortened(record.title, _TITLE)
            what = f"{name} {title}: {in_language(why, self._say)}"
            yield Objection(what=_shortened(what, _WHAT), lines=list(self._evidence(record)))

    def _evidence(self, record: CriterionRecord) -> Iterator[str]:
        places = self._findings.get(record.id, [])
        if places:
            first = places[0]
            place = f"{first.path}:{first.line}" if first.line else first.path
            yield _shortened(f"{place} {first.rule} {first.message}", _LINE)
        if record.by_hand:
            yield self._say("hook.by_hand", command=_shortened(record.by_hand, _LINE))
        if not places:
            output = [line for line in printed(record, self._probes) if _WORD.search(line)]
            # What failed is named as an error somewhere above how many did.
            faults = [line for line in output if _FAULT.search(line)]
            telling = dict.fromkeys([*faults[:2], *output[-2:]])
            yield from (_shortened(line, _LINE) for line in list(telling)[:3])


def _shortened(text: str, longest: int) -> str:
    """Return a text in one clean line, its middle left out where it is longer."""
    return middle(" ".join(clean(text, newlines=False).split()), longest)
