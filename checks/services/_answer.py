"""What every probe may answer: findings, or that it could not measure."""

import msgspec


class ProbeError(Exception):
    """Nothing was measured. The message is for the reader and names the address."""


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """One complaint: where (a file, or host and path), which rule, and what is wrong."""

    path: str
    rule: str
    message: str
    line: int = 0
