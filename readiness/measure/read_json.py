"""JSON, strictly: no NaN, no infinity, no repeated keys; numbers with a point are exact."""

import json
from typing import NoReturn

from readiness.measure.data import Data
from readiness.measure.numbers import decimal
from readiness.text.worded import worded

IN_PLACE = 1024 * 1024
TEXT_ONLY = False


def parse(text: str) -> Data:
    """Return one JSON text as data."""
    data: Data = _DECODER.decode(text)
    return data


def _refuse(constant: str) -> NoReturn:
    raise ValueError(worded("reason.not_json", text=constant))


def _object(pairs: list[tuple[str, Data]]) -> dict[str, Data]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(worded("reason.json_twice", key=repr(twice)))
    return made


_DECODER = json.JSONDecoder(parse_float=decimal, parse_constant=_refuse, object_pairs_hook=_object)
