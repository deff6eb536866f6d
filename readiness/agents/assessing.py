"""What is found of an agent's change, in the words that it is told."""

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


def found_of(look: Look, base: str) -> Assessment:
    """What a look at the change comes to."""
    run = localised(look.document, spoken(look.document.board.language))
    say = sentences(run.board.language)
    teller = _Wording(run, say)
    if look.worse or run.loosened:
        impact = Impact.BAD
        opening = say("hook.worse", worse=len(look.worse), loosened=len(run.loosened))
        told = [*teller.of(look.worse), *slips(run.loosened, base, say), *teller.of(look.lost)]
    elif look.lost or look.unknown:
        impact = Impact.LOST if look.lost else Impact.UNKNOWN
        opening = say("hook.unmeasured", count=len(look.lost or look.unknown))
        told = list(teller.of(look.lost or look.unknown))
    else:
        return Assessment(impact=Impact.GOOD)
    closing = say("hook.repair") if impact is Impact.BAD else say("hook.measure_again")
    return Assessment(
        impact=impact,
        key="\n".join(each.what for each in told),
        text=reason(opening, told, closing, say("hook.more", base=base[:_COMMIT] or "HEAD")),
    )


def loosened_found(loosened: Sequence[Loosening], base: str) -> Assessment:
    """What a change loosens, as far as reading tells."""
    if not loosened:
        return Assessment(impact=Impact.GOOD)
    say = for_reader()
    told = list(slips(loosened, base, say))
    opening = say("hook.worse", worse=0, loosened=len(told))
    return Assessment(
        impact=Impact.BAD,
        key="\n".join(each.what for each in told),
        text=reason(opening, told, say("hook.repair"), say("hook.more", base=base[:_COMMIT])),
    )


def fault_found(error: ReadinessError, *, is_of_change: bool) -> Assessment:
    """What keeps the board from being measured: bad where the change has brought it."""
    say = for_reader(error.language)
    if isinstance(error, BoardError):
        faults = [str(in_language(each.worded(), say)) for each in error.faults]
    else:
        faults = [in_language(words_of(error), say)]
    told = [Objection(what=_line(fault, _WHAT)) for fault in faults]
    by_hand = say("hook.by_hand", command="readiness validate")
    return Assessment(
        impact=Impact.BAD if is_of_change else Impact.UNKNOWN,
        key="\n".join(faults),
        text=reason(say("hook.broken"), told, by_hand, say("hook.more_faults")),
    )


def ended_early(seconds: float, base: str) -> Assessment:
    """What a look comes to that was ended after so many seconds: nothing is known of the change."""
    say = for_reader()
    by_hand = say("hook.more", base=base[:_COMMIT] or "HEAD")
    return Assessment(
        impact=Impact.LOST,
        key="hook.ended_early",
        text=reason(say("hook.ended_early", seconds=f"{seconds:g}"), [], by_hand, ""),
    )


def slips(loosened: Sequence[Loosening], base: str, say: Sentences) -> Iterator[Objection]:
    """What a change loosens, each with how to see it; said once, as it is the same for all."""
    by_hand = say("hook.by_hand", command=f"readiness guard --base {base[:_COMMIT]}")
    for number, one in enumerate(loosened):
        none = say("gate.none")
        what = say(
            "hook.loosened",
            subject=_line(one.subject, _TITLE),
            what=one.what,
            before=_line(one.before, _TITLE) or none,
            after=_line(one.after, _TITLE) or none,
        )
        place = f"{one.path}:{one.line}" if one.line else one.path
        known = place and not one.subject.startswith(one.path)
        lines = [place] if known else []
        yield Objection(what=_line(what, _WHAT), lines=[*lines, *([] if number else [by_hand])])


class _Wording:
    """Tells of criteria: what was found and expected, the first place, and how to see it."""

    def __init__(self, run: RunDocument, say: Sentences) -> None:
        self._say = say
        self._records = {one.id: one for one in run.criteria()}
        self._probes = {probe.id: probe for probe in run.probes}
        self._findings = findings(run)

    def of(self, reasons: Mapping[str, str]) -> Iterator[Objection]:
        for name, why in reasons.items():
            one = self._records[name]
            title = _line(one.title, _TITLE)
            what = f"{name} {title}: {in_language(why, self._say)}"
            yield Objection(what=_line(what, _WHAT), lines=list(self._lines(one)))

    def _lines(self, one: CriterionRecord) -> Iterator[str]:
        places = self._findings.get(one.id, [])
        if places:
            first = places[0]
            place = f"{first.path}:{first.line}" if first.line else first.path
            yield _line(f"{place} {first.rule} {first.message}", _LINE)
        if one.by_hand:
            yield self._say("hook.by_hand", command=_line(one.by_hand, _LINE))
        if not places:
            told = [each for each in printed(one, self._probes) if _WORD.search(each)]
            # What failed is named as an error somewhere above how many did.
            faults = [each for each in told if _FAULT.search(each)]
            shown = dict.fromkeys([*faults[:2], *told[-2:]])
            yield from (_line(each, _LINE) for each in list(shown)[:3])


def _line(text: str, longest: int) -> str:
    return middle(" ".join(clean(text, newlines=False).split()), longest)
