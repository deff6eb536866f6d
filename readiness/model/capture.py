"""What a run brings back: facts about finished probes, no judgement."""

import msgspec

from readiness.model.words import ReasonCode


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """What a probe wrote to one stream.

    `data` is the output up to the cap on memory; a longer one lies in the file `spool` instead
    (up to the cap on reading), and `data` is empty. `size` counts all bytes written, `digest` is
    over all of them (`sha256:...`), `cut` says that more was written than was kept for reading.
    """

    size: int = 0
    digest: str = ""
    data: bytes = b""
    spool: str = ""
    head: bytes = b""
    tail: bytes = b""
    cut: bool = False


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """One finished attempt of a probe: facts, no judgement.

    `exit_status` is None where the probe ended by a signal or never started. `leaked` counts
    processes that outlived it. `failure` is set where it could not be started at all.
    `started_at` is Unix time; `duration` and `cpu` are in seconds, `memory` in KiB. `tmp` and
    `scratch` are what READINESS_TMP and READINESS_SCRATCH named.
    """

    probe: int
    attempt: int = 1
    exit_status: int | None = None
    signal: int | None = None
    timed_out: bool = False
    needed_kill: bool = False
    leaked: int = 0
    failure: ReasonCode | None = None
    failure_text: str = ""
    started_at: float = 0.0
    duration: float = 0.0
    cpu: float = 0.0
    memory: int = 0
    stdout: Stream = Stream()
    stderr: Stream = Stream()
    tmp: str = ""
    scratch: str = ""
