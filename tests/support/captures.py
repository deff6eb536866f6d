"""Builders of captures, checks and documents, as literal as a test needs them."""

from collections.abc import Mapping

from readiness.measure import Documents, measure
from readiness.model.board import Check, Measure, Reader
from readiness.model.capture import Capture, Stream
from readiness.model.judgement import Measurement, Unmeasured
from readiness.model.words import Format, Pick


def a_stream(data: bytes | str = b"") -> Stream:
    """Return a stream that holds the data."""
    data = data.encode() if isinstance(data, str) else data
    return Stream(data=data, size=len(data), head=data[:1024])


def a_capture(
    stdout: bytes | str = b"",
    stderr: bytes | str = b"",
    *,
    exit_status: int | None = 0,
    **fields: object,
) -> Capture:
    """Return a capture of a probe that ended by itself."""
    return Capture(
        probe=0,
        exit_status=exit_status,
        stdout=a_stream(stdout),
        stderr=a_stream(stderr),
        **fields,  # type: ignore[arg-type]  # a builder takes what the struct takes
    )


def a_reader(kind: str, *, pick: str | None = None, **fields: str) -> Reader:
    """Return a reader of a format."""
    return Reader(format=Format(kind), pick=Pick(pick) if pick else None, **fields)


def a_check(
    reader: Reader | None = None,
    *,
    unit: str = "",
    exit_ok: tuple[int, ...] | None = (0,),
    **fields: object,
) -> Check:
    """Return a check with one measure."""
    measures = (Measure(name="value", reader=reader or a_reader("exit"), unit=unit),)
    return Check(name="check", run="tool", measures=measures, exit_ok=exit_ok, **fields)  # type: ignore[arg-type]


def documents_of(
    capture: Capture,
    *,
    workdir: str = "/",
    environment: Mapping[str, str] | None = None,
    timeout: float | None = 10,
) -> Documents:
    """Return the documents of a capture."""
    return Documents(capture, workdir, environment or {}, timeout=timeout)


def read(
    reader: Reader,
    stdout: bytes | str = b"",
    *,
    number: bool = True,
    unit: str = "",
    **fields: object,
) -> Measurement | Unmeasured:
    """Return what a reader makes of an output."""
    check = a_check(reader, unit=unit, **fields)  # type: ignore[arg-type]
    documents = documents_of(a_capture(stdout))
    return measure(documents, check, check.measures[0], number=number)
