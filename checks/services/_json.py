"""What servers and files tell, as data; and the waiting for something to arrive."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeVar

import msgspec
import yaml

from checks.services._answer import ProbeError
from checks.services._connect import reason
from checks.services._http import MOST_BYTES, Request, Response, Via, fetch

Result = TypeVar("Result")
Kind = TypeVar("Kind")
PAUSE = 0.25
_MOST_FILE = 64 * 2**20


class Api(NamedTuple):
    """The address below which a server answers with JSON, and how it is spoken to."""

    url: str
    via: Via
    headers: Mapping[str, str] = {}

    def get(self, path: str, kind: type[Kind], field: str = "") -> Kind:
        """Return what is at a path, or a field of it. Raises ProbeError as `get` and `typed` do."""
        data = get(f"{self.url}{path}", self.via, self.headers)
        return typed_field(data, field, kind, self.url) if field else typed(data, kind, self.url)

    def ask(self, path: str) -> Response:
        """Return what is at a path, whatever its status is."""
        return _answer(f"{self.url}{path}", self.via, self.headers)

    def post(self, path: str, data: object) -> Response:
        """Send data, and return the answer whatever its status is."""
        headers = {"Content-Type": "application/json", **self.headers}
        body = msgspec.json.encode(data)
        request = Request(url=f"{self.url}{path}", method="POST", headers=headers, body=body)
        return fetch(request, self.via)


def other_status(answer: Response) -> ProbeError:
    """Return the error for an answer with another status than was asked for."""
    demands = ": it demands a login" if answer.status in (401, 403) else ""
    return ProbeError(f"{answer.url} answered with status {answer.status}{demands}")


def get(url: str, via: Via, headers: Mapping[str, str] | None = None) -> object:
    """Return what is at an address. Raises ProbeError for another status than 200."""
    return _data(_answer(url, via, headers))


def look(url: str, via: Via, headers: Mapping[str, str] | None = None) -> object:
    """Return what is at an address, None where nothing is yet (404); else as `get` does."""
    answer = _answer(url, via, headers)
    return None if answer.status == 404 else _data(answer)


def typed(data: object, kind: type[Kind], place: str) -> Kind:
    """Return the data as what it should be. Raises ProbeError where it is not that."""
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise ProbeError(f"{place} answered something else: {error}") from None


def typed_field(data: object, field: str, kind: type[Kind], place: str) -> Kind:
    """Return a field of the data as what it should be. Raises ProbeError as `typed` does."""
    return typed(data.get(field) if isinstance(data, dict) else None, kind, place)


def from_json(data: str | bytes, kind: type[Kind], place: str) -> Kind:
    """Read JSON. Raises ProbeError where it is none, or something else."""
    try:
        return typed(msgspec.json.decode(data), kind, place)
    except msgspec.DecodeError as error:
        raise ProbeError(f"{place} holds no JSON: {error}") from None


def from_yaml(text: str, kind: type[Kind], place: str) -> Kind:
    """Read YAML. Raises ProbeError where it is none, or something else."""
    try:
        return typed(yaml.load(text, yaml.CSafeLoader) or {}, kind, place)
    except yaml.YAMLError as error:
        raise ProbeError(f"{place} holds no YAML: {error}") from None


def read_text(path: str) -> str:
    """Return the text of a file. Raises ProbeError where it cannot be read."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read(_MOST_FILE)
    except (OSError, UnicodeDecodeError) as error:
        why = reason(error) if isinstance(error, OSError) else "it is no text"
        raise ProbeError(f"{path} cannot be read: {why}") from None


def elsewhere(via: Via) -> Via:
    """Return the way to a server for which no bare `ip:port` of `--connect` is meant."""
    return via._replace(connect=tuple(word for word in via.connect if "=" in word))


def wait(find: Callable[[], Result | None], seconds: float) -> tuple[Result | None, float]:
    """Ask until there is a result or the time is over; return it, and the seconds it took."""
    began = time.monotonic()
    while True:
        result = find()
        passed = time.monotonic() - began
        if result is not None or passed + PAUSE > seconds:
            return result, round(passed, 3)
        time.sleep(PAUSE)


def objects(data: object) -> Iterator[dict[str, object]]:
    """Yield every object within some JSON, the outer ones first."""
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting += reversed(list(value.values()))
        elif isinstance(value, list):
            waiting += reversed(value)


def strings(data: object) -> Iterator[str]:
    """Yield every string within some JSON, but for the names of fields."""
    for data_object in objects(data):
        for value in data_object.values():
            values = value if isinstance(value, list) else [value]
            yield from (text for text in values if isinstance(text, str))


def _answer(url: str, via: Via, headers: Mapping[str, str] | None) -> Response:
    return fetch(Request(url=url, headers=dict(headers or {})), via)


def _data(answer: Response) -> object:
    if answer.status != 200:
        raise other_status(answer)
    if answer.cut:
        size = f"{MOST_BYTES / 2**20:g} MiB"
        raise ProbeError(f"{answer.url} answered with more than {size}: ask for less")
    return from_json(answer.body, object, answer.url)
