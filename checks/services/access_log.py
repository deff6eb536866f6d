"""Send requests that bear a tag and count the lines of the server's log that bear it too.

A log that is switched off for one location, method, status, version of HTTP or caller, sampled, or
written to another file is seen in this, and so is one that believes what a caller says of its own
address, or that takes the server's for the caller's.
"""

import math
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta

from checks.services import _http
from checks.services._answer import Answer, ProbeError, complaints
from checks.services._connect import reason, within
from checks.services._json import wait
from checks.services._options import Lines, Words, pattern
from checks.services.http import Client

# What a caller says of itself is not where it is: an address for documents (RFC 5737), which stands
# last, as servers take the last one, and in half of the requests one that many let in before it.
_ELSEWHERE = ("203.0.113.77", "127.0.0.1, 203.0.113.77")
_CLAIMS = ("X-Forwarded-For", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP")
_MOST_BYTES = 64 * 2**20


class AccessLogOptions(Client, frozen=True, kw_only=True):
    """The options of this probe."""

    url: str
    log: str
    paths: Words = ("/",)
    requests: Annotated[int, Meta(ge=1, le=10_000)] = 20
    methods: Words = ("GET",)
    versions: tuple[Literal["1.1", "1.0"], ...] = ("1.1",)
    agents: Lines = ("readiness",)
    headers: Lines = ()
    outside_netns: str = ""
    outside_source: str = ""
    other_sources: Words = ()
    tag_in: Literal["user-agent", "query", "path"] = "user-agent"
    fields: Lines = ()
    wait: Annotated[float, Meta(ge=0, le=600)] = 5.0


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
        return pattern("fields", text)


def measure(options: AccessLogOptions) -> Answer:
    """Send, wait for the lines, count.

    `logged` and `complete` are in %; `complete` is null where no line was found to look at.
    """
    via = options.via()
    for text in options.fields:
        pattern("fields", text)
    log = _Log(options.log)
    tag = secrets.token_hex(8)
    sides = [("", via)]
    if options.outside_netns or options.outside_source:
        sources = dict.fromkeys((options.outside_source, *options.other_sources))
        sides += [(options.outside_netns, via._replace(source=source)) for source in sources]
    turns = range(max(options.requests, len(options.methods) * len(sides)))
    asked = [(path, turn) for turn in turns for path in options.paths]
    sent: dict[str, _Sent] = {}
    for number, (path, turn) in enumerate(asked):
        mark, method = f"{tag}-{number}x", options.methods[turn % len(options.methods)]
        lap = turn // len(options.methods)
        namespace, way = sides[lap % len(sides)]
        # By laps as well: else a version would always come with the same methods.
        request = _request(options, path, method, mark, (turn + lap, number))
        with within(namespace):
            answer = _http.fetch(request, way)
        sent[mark] = _Sent(path, method, answer.status, answer.client)

    def marked_lines() -> dict[str, str]:
        lines: dict[str, str] = {}
        for line in log.lines():
            for mark in re.findall(rf"{tag}-\d+x", line):
                if mark in sent:
                    lines.setdefault(mark, line)
        return lines

    wait(lambda: len(marked_lines()) == len(sent) or None, options.wait)
    lacking = {
        mark: [text for text in options.fields if not sent[mark].pattern(text).search(line)]
        for mark, line in marked_lines().items()
    }
    complete = [mark for mark, fields in lacking.items() if not fields]
    return {
        "url": _http.without_password(options.url),
        "log": options.log,
        "sent": len(sent),
        "found": len(lacking),
        "logged": _percent(len(lacking), len(sent)),
        "complete": _percent(len(complete), len(lacking)) if lacking else None,
        "findings": complaints(options.log, _problems(options, sent, lacking)),
    }


def _percent(part: int, whole: int) -> float:
    """Return the percentage, rounded down: what is not all of them is not 100 %."""
    return math.floor(100_000 * part / whole) / 1000


def _request(
    options: AccessLogOptions, path: str, method: str, mark: str, turns: tuple[int, int]
) -> _http.Request:
    """Make a request of its turn's version, and of its turn's agent."""
    url = path if "://" in path else options.url.rstrip("/") + path
    of_version, of_agent = turns
    agent = options.agents[of_agent % len(options.agents)]
    headers = dict.fromkeys(_CLAIMS, _ELSEWHERE[of_agent % len(_ELSEWHERE)])
    headers |= {"User-Agent": agent, **_http.headers_of(options.headers)}
    if options.tag_in == "path":
        url = f"{url.rstrip('/')}/{mark}"
    elif options.tag_in == "query":
        url = f"{url}{'&' if '?' in path else '?'}readiness={mark}"
    else:
        headers["User-Agent"] = f"{agent}/{mark}"
    version = options.versions[of_version % len(options.versions)]
    return _http.Request(url=url, method=method, version=version, headers=headers)


def _problems(
    options: AccessLogOptions, sent: Mapping[str, _Sent], lacking: Mapping[str, list[str]]
) -> Iterator[tuple[str, str]]:
    """Tell of each location and method how many requests are not in the log, or not whole."""
    for path, method in dict.fromkeys(request[:2] for request in sent.values()):
        marks = [mark for mark, request in sent.items() if request[:2] == (path, method)]
        asked = path if method == "GET" else f"{method} {path}"
        missing = sum(mark not in lacking for mark in marks)
        if missing:
            yield "not-logged", f"{missing} of {len(marks)} requests for {asked}"
        for field in options.fields:
            number = sum(field in lacking.get(mark, ()) for mark in marks)
            if number:
                yield "incomplete", f"{number} lines for {asked} lack {field}"
