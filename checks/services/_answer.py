"""What every probe may answer: findings, or that it could not measure."""

from collections.abc import Iterable

import msgspec

Answer = dict[str, object]
"""What a probe prints as JSON."""


class ProbeError(Exception):
    """Nothing was measured. The message is for the reader and names the address."""


class Complaint(msgspec.Struct, frozen=True):
    """One complaint: where (a file, or host and path), which rule, and what is wrong."""

    path: str
    rule: str
    message: str
    line: int = 0


def complaints(path: str, problems: Iterable[tuple[str, str]]) -> list[Complaint]:
    """Return complaints about one place, of which each is a rule and what is wrong."""
    return [Complaint(path, rule, message) for rule, message in problems]
