"""JSON over HTTP, and the waiting for something to arrive."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import msgspec

from checks.services._answer import ProbeError
from checks.services._http import MOST_BYTES, Request, Response, Via, fetch

Found = TypeVar("Found")
Kind = TypeVar("Kind")
PAUSE = 0.25
_MOST_PAGES = 200


def get(url: str, via: Via, headers: Mapping[str, str] | None = None) -> object:
    """Return what is found there, a list with all of its pages (RFC 8288, `rel="next"`).

    Raises ProbeError for another status than 200, and for more pages than anybody reads.
    """
    return _pages(_answer(url, via, headers), via, headers)


def look(url: str, via: Via, headers: Mapping[str, str] | None = None) -> object:
    """Return what is found there, None where there is nothing yet (404); else as `get` does."""
    answer = _answer(url, via, headers)
    return None if answer.status == 404 else _pages(answer, via, headers)


def post(url: str, data: object, via: Via, headers: Mapping[str, str] | None = None) -> Response:
    """Send data, and return the answer whatever its status is."""
    return fetch(
        Request(
            url=url,
            method="POST",
            headers={"Content-Type": "application/json", **(headers or {})},
            body=json.dumps(data).encode(),
        ),
        via,
    )


def typed(data: object, kind: type[Kind], url: str) -> Kind:
    """Return the data as what it should be. Raises ProbeError where it is not that."""
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise ProbeError(f"{url} answered something else: {error}") from None


def loads(answer: Response) -> object:
    """Read the answer's body. Raises ProbeError where it is no JSON."""
    try:
        return msgspec.json.decode(answer.body)
    except msgspec.DecodeError as error:
        raise ProbeError(f"{answer.url} answered no JSON: {error}") from None


def elsewhere(via: Via) -> Via:
    """Return the way to a server for which no bare `ip:port` of `--connect` is meant."""
    return via._replace(connect=tuple(word for word in via.connect if "=" in word))


def wait(find: Callable[[], Found | None], seconds: float) -> tuple[Found | None, float]:
    """Ask until something is found or the time is over; return it, and the seconds it took."""
    began = time.monotonic()
    while True:
        found = find()
        passed = time.monotonic() - began
        if found is not None or passed + PAUSE > seconds:
            return found, round(passed, 3)
        time.sleep(PAUSE)


def objects(data: object) -> Iterator[dict[str, object]]:
    """Every object within some JSON, the outer ones first."""
    waiting = [data]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting += reversed(list(one.values()))
        elif isinstance(one, list):
            waiting += reversed(one)


def strings(data: object) -> Iterator[str]:
    """Every string within some JSON, but for the names of fields."""
    for one in objects(data):
        for value in one.values():
            if isinstance(value, str):
                yield value
            elif isinstance(value, list):
                yield from (each for each in value if isinstance(each, str))


def _answer(url: str, via: Via, headers: Mapping[str, str] | None) -> Response:
    return fetch(Request(url=url, headers=dict(headers or {})), via)


def _pages(answer: Response, via: Via, headers: Mapping[str, str] | None) -> object:
    data = _data(answer)
    if not isinstance(data, list):
        return data
    origin = urlsplit(answer.url)[:2]
    for _ in range(_MOST_PAGES):
        following = _next(answer)
        if not following:
            return data
        if urlsplit(following)[:2] != origin:
            raise ProbeError(f"{answer.url} has its next page at another place: {following}")
        answer = _answer(following, via, headers)
        page = _data(answer)
        if not isinstance(page, list):
            raise ProbeError(f"{answer.url} answered something else: its next page is no list")
        data += page
    raise ProbeError(f"{answer.url} has more than {_MOST_PAGES} pages: ask for less")


def _next(answer: Response) -> str:
    """Return the address of the next page; "" where there is none, or it is said to be empty."""
    for link in answer.header("link").split(","):
        found = re.match(r"\s*<([^>]*)>(.*)", link, re.DOTALL)
        if found and re.search(r'rel="?next', found[2]) and 'results="false"' not in found[2]:
            return str(urljoin(answer.url, found[1]))
    return ""


def _data(answer: Response) -> object:
    if answer.status != 200:
        raise ProbeError(f"{answer.url} answered with status {answer.status}")
    if answer.cut:
        size = f"{MOST_BYTES / 2**20:g} MiB"
        raise ProbeError(f"{answer.url} answered with more than {size}: ask for less, or for pages")
    return loads(answer)
