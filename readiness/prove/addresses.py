"""Criteria that ask a service, when nobody answers: every address they are given is a dead one."""

import re

import msgspec

from readiness.model.board import Criterion

NOBODY = "127.0.0.1:9"
"""An address that refuses connections: the discard service, unused for decades."""

_IN_URL = re.compile(r"(?<=://)([^/\s@]*@)?(?:\[[^\]/\s]*\]|[^\s/?#:@]+)(?::\d+)?")
_ADDRESS = r"(?:\[[0-9A-Fa-f:.]+\]|[\w.-]+):\d{1,5}"
_ADDRESSES = re.compile(rf"{_ADDRESS}(?:[=,\s]+{_ADDRESS})*")


def without_services(criterion: Criterion) -> Criterion | None:
    """Return the criterion with each URL and `host:port` of its parameters replaced by `NOBODY`.

    None if there is none: the criterion asks no service, as far as its parameters tell.
    """
    params = {name: _dead(value) for name, value in criterion.params.items()}
    matrix = tuple(
        {name: _dead(value) for name, value in combination.items()}
        for combination in criterion.matrix
    )
    if params == criterion.params and matrix == criterion.matrix:
        return None
    return msgspec.structs.replace(criterion, params=params, matrix=matrix)


def _dead(value: str) -> str:
    if _ADDRESSES.fullmatch(value):
        return re.sub(_ADDRESS, NOBODY, value)
    return _IN_URL.sub(lambda match: f"{match[1] or ''}{NOBODY}", value)
