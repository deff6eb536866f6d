"""TOML; dates and times are text as ISO 8601 writes them."""

import tomllib
from decimal import Decimal

from readiness.measure.data import Data
from readiness.measure.numbers import decimal

IN_PLACE = 4 * 1024
TEXT_ONLY = False


def parse(text: str) -> Data:
    """Return the document as an object."""
    return _plain(tomllib.loads(text, parse_float=decimal))


def _plain(value: object) -> Data:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, str | int | Decimal):
        return value
    return str(value)
