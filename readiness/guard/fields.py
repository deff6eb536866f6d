"""What a change of each field of the model means: a row for every one of them.

A field without a row loosens, whatever becomes of it: what nobody thought of is never silent.
"""

from collections.abc import Iterator
from enum import Enum
from typing import Final

import msgspec

from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.model.board import (
    Acceptance,
    Attestation,
    Board,
    Check,
    Control,
    Criterion,
    Doubt,
    Expectation,
    Measure,
    Milestone,
    Parameter,
    Position,
    PriorityRule,
    Reader,
    Section,
    StandsFor,
    Success,
    Task,
    Waiver,
)

LONGEST = 200


class Meaning(Enum):
    """What a change of a field does to the gate.

    What is `compared` has a comparison of its own, which knows the direction. `place` is where
    something stands or what it is called by, and no part of the promise.
    """

    COMPARED = "compared"
    LOOSENS = "loosens"
    NEUTRAL = "neutral"
    PLACE = "place"


COMPARED, LOOSENS, NEUTRAL, PLACE = Meaning

_ROWS: Final[dict[type[msgspec.Struct], dict[Meaning, str]]] = {
    Board: {
        COMPARED: (
            "title workdir tasks checks priorities profiles target min_measured baseline scoring"
            " env unset_env secrets timeout run_timeout milestones accept"
        ),
        LOOSENS: "settings_env",
        NEUTRAL: "language durations created goal review sections key_figures subtitle success",
        PLACE: "path digest catalogues profile",
    },
    Task: {
        COMPARED: (
            "id title priority criteria owner estimate risk problem steps weight depends_on tags"
        ),
        NEUTRAL: "details notes",
        PLACE: "position",
    },
    Criterion: {
        COMPARED: (
            "id title task expect check measure params matrix workdirs unset warn baseline ratchet"
            " weight profiles samples wait retries timeout attest waive"
        ),
        # What is written takes the place of its check before boards are compared.
        PLACE: "position written",
    },
    Check: {
        COMPARED: (
            "run measures tools version after exit_ok proof reject inputs max_age timeout"
            " exclusive findings expect doubt"
        ),
        LOOSENS: "recipes stands_for control",
        NEUTRAL: "summary work install params by_hand tried needs",
        PLACE: "name path folder",
    },
    Control: {LOOSENS: "measures files run params times"},
    Doubt: {NEUTRAL: "reason hint"},
    StandsFor: {LOOSENS: "command values params"},
    Measure: {COMPARED: "name reader unit better of"},
    Reader: {COMPARED: "format source query regex count pick"},
    Expectation: {COMPARED: "operator number high unit pattern", PLACE: "text"},
    Parameter: {COMPARED: "name default", NEUTRAL: "help"},
    Acceptance: {COMPARED: "what reason by until"},
    Waiver: {COMPARED: "reason by until up_to"},
    Attestation: {COMPARED: "by on until evidence digest"},
    PriorityRule: {COMPARED: "weight blocking"},
    Milestone: {COMPARED: "id title due priority score"},
    Section: {NEUTRAL: "title text place"},
    Success: {NEUTRAL: "title criteria"},
    Position: {PLACE: "line column"},
}

FIELDS: Final = {
    kind: {name: meaning for meaning, names in rows.items() for name in names.split()}
    for kind, rows in _ROWS.items()
}


def meaning_of(kind: type[msgspec.Struct], field: str) -> Meaning:
    """Return what a change of a field means; a field without a row loosens."""
    return FIELDS.get(kind, {}).get(field, LOOSENS)


def others(change: Teller, old: msgspec.Struct, new: msgspec.Struct) -> Iterator[Change]:
    """Yield changes of the fields that differ and have no comparison of their own."""
    for name in old.__struct_fields__:
        meaning = meaning_of(type(old), name)
        before, after = getattr(old, name), getattr(new, name)
        if meaning in (COMPARED, PLACE) or before == after:
            continue
        direction = Direction.LOOSENED if meaning is LOOSENS else Direction.NEUTRAL
        if name in FIELDS.get(type(old), {}) and meaning is LOOSENS and before in (None, (), ""):
            direction = Direction.TIGHTENED  # nothing was asked there before
        yield change(Kind.FIELD, direction, _encoded(before), _encoded(after), name)


def _encoded(value: object) -> str:
    if not value:
        return ""
    return msgspec.json.encode(value).decode()[:LONGEST]
