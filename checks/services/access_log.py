"""Send requests that bear a tag and count the lines of the server's log that bear it too.

A log that is switched off for one location, method or status, sampled, or written to another file
is seen in this, and so is one that believes what a caller says of its own address.
"""

import math
import os
import re
import secrets
import time
from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from checks.services import _http
from checks.services._answer import Complaint, ProbeError
from checks.services._connect import reason
from checks.services._options import Lines, OptionsError, Words
from checks.services.http import Client

_PAUSE = 0.05
# What a caller says of itself is not where it is: an address for documents (RFC 5737).
_ELSEWHERE = "203.0.113.77"
_MOST_BYTES = 64 * 2**20


class AccessLogOptions(Client, frozen=True, kw_only=True):
    """The options of this probe."""

    url: Annotated[str, Meta(description="the site, such as `https://football.test`")]
    log: Annotated[str, Meta(description="the file that the server logs to")]
    paths: Annotated[
        Words,
        Meta(
            description="locations to ask for, each `requests` times, whatever they answer;"
            " those of other hosts and ports with their whole address"
        ),
    ] = ("/",)
    requests: Annotated[int, Meta(ge=1, le=10_000, description="requests for each location")] = 20
    methods: Annotated[Words, Meta(description="methods to ask with, in turn")] = ("GET",)
    tag_in: Annotated[
        Literal["user-agent", "query", "path"], Meta(description="user-agent, query or path")
    ] = "user-agent"
    fields: Annotated[
        Lines,
        Meta(
            description="what each line must have, a regular expression a line; {client} is the"
            " address that asked, {method} and {status} what was asked and answered"
        ),
    ] = ()
    wait: Annotated[float, Meta(ge=0, le=600, description="seconds to wait for the lines")] = 5.0


class AccessLogAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`logged` and `complete` are in %; `complete` is null where no line was found to look at."""

    url: str
    log: str
    sent: int
    found: int
    logged: float
    complete: float | None
    findings: list[Complaint]


class _Log:
    """A file that grows, and may be moved away and begun anew."""

    def __init__(self, path: str) -> None:
        self.path = path
        status = self._status()
        self.file, self.start = status.st_ino, status.st_size

    def _status(self) -> os.stat_result:
        try:
            return os.stat(self.path)
        except OSError as error:
            raise ProbeError(f"the log {self.path} cannot be read: {reason(error)}") from None

    def lines(self) -> list[str]:
        """Return the whole lines that were written since the start."""
        status = self._status()
        same = status.st_ino == self.file and status.st_size >= self.start
        try:
            with open(self.path, "rb") as file:
                file.seek(self.start if same else 0)
                data = file.read(_MOST_BYTES)
        except OSError as error:
            raise ProbeError(f"the log {self.path} cannot be read: {reason(error)}") from None
        return data.decode("utf-8", "replace").split("\n")[:-1]


class _Sent(NamedTuple):
    """A request that was answered: what its line has to tell."""

    path: str
    method: str
    status: int
    client: str

    def pattern(self, text: str) -> re.Pattern[str]:
        for name in ("client", "method", "status"):
            text = text.replace(f"{{{name}}}", re.escape(str(getattr(self, name))))
        return _pattern(text)


def measure(options: AccessLogOptions) -> AccessLogAnswer:
    """Send, wait for the lines, count."""
    via = options.via()
    for text in options.fields:
        _pattern(text)
    log = _Log(options.log)
    tag = secrets.token_hex(8)
    asked = [
        (path, options.methods[turn % len(options.methods)])
        for turn in range(max(options.requests, len(options.methods)))
        for path in options.paths
    ]
    sent: dict[str, _Sent] = {}
    for number, (path, method) in enumerate(asked):
        mark = f"{tag}-{number}x"
        answer = _http.fetch(_request(options, path, method, mark), via)
        sent[mark] = _Sent(path, method, answer.status, answer.client)
    lines = _wait(log, tag, set(sent), options.wait)
    lacking = {
        mark: [text for text in options.fields if not sent[mark].pattern(text).search(line)]
        for mark, line in lines.items()
    }
    complete = [mark for mark, fields in lacking.items() if not fields]
    return AccessLogAnswer(
        url=_http.without_password(options.url),
        log=options.log,
        sent=len(sent),
        found=len(lines),
        logged=_percent(len(lines), len(sent)),
        complete=_percent(len(complete), len(lines)) if lines else None,
        findings=_findings(options, sent, lacking),
    )


def _percent(part: int, whole: int) -> float:
    """Return the percentage, rounded down: what is not all of them is not 100 %."""
    return math.floor(100_000 * part / whole) / 1000


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise OptionsError(f"--fields: {text!r} is no regular expression: {error}") from None


def _request(options: AccessLogOptions, path: str, method: str, mark: str) -> _http.Request:
    url = path if "://" in path else options.url.rstrip("/") + path
    headers = {"X-Forwarded-For": _ELSEWHERE, "X-Real-IP": _ELSEWHERE}
    if options.tag_in == "path":
        url = f"{url.rstrip('/')}/{mark}"
    elif options.tag_in == "query":
        url = f"{url}{'&' if '?' in path else '?'}readiness={mark}"
    else:
        headers["User-Agent"] = f"readiness/{mark}"
    return _http.Request(url=url, method=method, headers=headers)


def _wait(log: _Log, tag: str, marks: set[str], seconds: float) -> dict[str, str]:
    """Return the line of each mark, as soon as there is one for each or the time is over."""
    end = time.monotonic() + seconds
    bearing = re.compile(rf"{tag}-\d+x")
    while True:
        found: dict[str, str] = {}
        for line in log.lines():
            for mark in bearing.findall(line):
                if mark in marks:
                    found.setdefault(mark, line)
        if len(found) == len(marks) or time.monotonic() > end:
            return found
        time.sleep(_PAUSE)


def _findings(
    options: AccessLogOptions, sent: Mapping[str, _Sent], lacking: Mapping[str, list[str]]
) -> list[Complaint]:
    """Tell of each location and method how many requests are not in the log, or not whole."""
    said = []
    for path, method in dict.fromkeys((one.path, one.method) for one in sent.values()):
        marks = [mark for mark, one in sent.items() if (one.path, one.method) == (path, method)]
        asked = path if method == "GET" else f"{method} {path}"
        missing = sum(mark not in lacking for mark in marks)
        if missing:
            said.append(("not-logged", f"{missing} of {len(marks)} requests for {asked}"))
        for pattern in options.fields:
            number = sum(pattern in lacking.get(mark, ()) for mark in marks)
            if number:
                said.append(("incomplete", f"{number} lines for {asked} lack {pattern}"))
    return [Complaint(path=options.log, rule=rule, message=text) for rule, text in said]
