"""Where the probes of a run ran, and with which environment."""

import msgspec


class FolderRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A folder in which probes ran: what the project's own environment there is, and the Python."""

    workdir: str
    kind: str | None
    environment: str | None
    python: str | None
