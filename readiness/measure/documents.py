"""What one attempt of a probe left to read: its streams and files, each read and parsed once."""

import codecs
import os
import re
import stat
from collections.abc import Mapping

from readiness.measure.data import Data
from readiness.measure.problem import NotMeasuredError, no_value, shown, unreadable
from readiness.model.board import Measure, Reader
from readiness.model.capture import Capture, Stream
from readiness.model.judgement import Measurement, Unmeasured
from readiness.model.words import Format, ReasonCode
from readiness.startup.patterns import later
from readiness.text.clean import decode, strip_ansi
from readiness.text.worded import worded

LARGEST_FILE = 64 * 1024 * 1024
"""The largest file that is read, in bytes."""

STREAMS = ("stdout", "stderr")
"""Sources that are no files; `output` is both."""

_CLOCK_TICK = 0.01
"""The resolution of file time stamps, in seconds: a file is stamped with the last tick's time."""

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""Byte order marks of UTF-16, in no UTF-8; a count of lines would find no word in it."""

_VARIABLE = later(r"\$(?:\{(\w+)\}|(\w+))", re.ASCII)


class Documents:
    """What is read of one capture. Made once for it, shared by all that read it, then let go.

    `workdir` is the probe's folder, to which files are relative. `environment` is all that the
    probe had, READINESS_TMP and READINESS_SCRATCH included. `timeout` is its limit in seconds,
    where that is known. Texts and parsed data live as long as this does.
    """

    def __init__(
        self,
        capture: Capture,
        workdir: str,
        environment: Mapping[str, str],
        *,
        timeout: float | None = None,
    ) -> None:
        self.capture = capture
        self.workdir = workdir
        self.timeout = timeout
        self.refusals: dict[int, Unmeasured | None] = {}
        self.measured: dict[
            tuple[Measure, Reader | None, bool, float], Measurement | Unmeasured
        ] = {}
        self._environment = environment
        self._texts: dict[str, str] = {}
        self._plain_texts: dict[str, str] = {}
        self._documents: dict[tuple[str, Format, str], Data | NotMeasuredError] = {}

    def text(self, source: str) -> str:
        """Return what a source holds: UTF-8, bad bytes as escapes, lines ended as on Unix."""
        text = self._texts.get(source)
        if text is None:
            text = self._texts[source] = _as_on_unix(decode(self._utf8(source)))
        return text

    def plain_text(self, source: str) -> str:
        """Return the text of a source without terminal sequences.

        A byte that is not UTF-8 is a lone surrogate in it: as an escape it would be read as digits.
        """
        text = self._plain_texts.get(source)
        if text is None:
            marked = self._utf8(source).decode("utf-8", "surrogateescape")
            text = self._plain_texts[source] = strip_ansi(_as_on_unix(marked))
        return text

    def _utf8(self, source: str) -> bytes:
        data = self._bytes(source)
        if data.startswith(_WIDE):
            raise unreadable(worded("reason.utf16", source=shown(source)), worded("hint.utf8"))
        return data

    def document(self, source: str, kind: Format, passed_over: str = "") -> Data:
        """Return the source as parsed data.

        `passed_over` is a pattern: lines of JSON lines that are plain text and match are no fault.
        """
        key = (source, kind, passed_over)
        if key not in self._documents:
            self._documents[key] = self._parsed(*key)
        document = self._documents[key]
        if isinstance(document, NotMeasuredError):
            raise document
        return document

    def _parsed(self, source: str, kind: Format, passed_over: str) -> "Data | NotMeasuredError":
        from readiness.measure.parsing import parse

        try:
            return parse(kind, self.text(source), passed_over)
        except NotMeasuredError as error:
            return error

    def _bytes(self, source: str) -> bytes:
        if source == "output":
            first, second = self._bytes("stdout"), self._bytes("stderr")
            between = b"\n" if first and second and not first.endswith(b"\n") else b""
            return first + between + second
        if source in STREAMS:
            return _stream(
                self.capture.stdout if source == "stdout" else self.capture.stderr, source
            )
        path = path_of(source, self.workdir, self._environment)
        return _file(path, source, self.capture.started_at)


def path_of(source: str, workdir: str, environment: Mapping[str, str]) -> str:
    """Return the path that a reader names. Raises `NotMeasuredError` for an unset variable."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        setting = environment.get(name)
        if not setting:
            raise NotMeasuredError(
                ReasonCode.UNSET_VARIABLE,
                worded("reason.file_unset", source=shown(source), name=name),
                worded("hint.set", name=name),
            )
        return setting

    return os.path.join(workdir, _VARIABLE.sub(value, source))


def _as_on_unix(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _stream(stream: Stream, name: str) -> bytes:
    if stream.cut:
        raise unreadable(
            worded(
                "reason.output_cut",
                source=name,
                written=f"{stream.size:,}",
                kept=f"{_kept(stream):,}",
            ),
            worded("hint.print_less"),
        )
    if not stream.spool:
        return stream.data
    with open(stream.spool, "rb") as spool:
        return spool.read()


def _kept(stream: Stream) -> int:
    try:
        return os.path.getsize(stream.spool) if stream.spool else len(stream.data)
    except OSError:
        return 0


def _file(path: str, source: str, started_at: float) -> bytes:
    name = shown(source)
    try:
        # Opening a device may have effects; opening a FIFO blocks, unless told otherwise.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise unreadable(worded("reason.not_regular", path=name))
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else worded("reason.not_a_path")
        raise no_value(worded("reason.cannot_read", path=name, why=reason)) from None
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if status.st_mtime < started_at - _CLOCK_TICK:
            raise NotMeasuredError(
                ReasonCode.STALE_FILE,
                worded("reason.stale", path=name),
                worded("hint.stale"),
            )
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise unreadable(worded("reason.file_large", path=name, size=LARGEST_FILE // 1024**2))
    return data
