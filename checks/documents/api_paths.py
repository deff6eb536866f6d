"""Judge the endpoints that documents name by the application, or by its OpenAPI document."""

import difflib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from typing import NamedTuple, cast

import yaml

from checks.documents.answers import answer
from checks.documents.markdown import MarkdownDocument
from checks.in_project.common import RUNNER, not_measured, read_text

METHODS = "GET|HEAD|OPTIONS|TRACE|POST|PUT|PATCH|DELETE"
ASKED = re.compile(rf"\b({METHODS}) (/[^\s\"'`,;|)]*)")
ALONE = re.compile(r"/[\w.~{}<>:-]+(?:/[\w.~{}<>:-]+)*/?(?:\?\S*)?")
BASE = r"https?://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+|:\$\w+)?|\$\{?\w*(?:URL|HOST|BASE|SERVICE)\w*\}?"
URL = re.compile(rf"({BASE})(/[\w.~{{}}<>:/-]*)")
OPEN = re.compile(r"[<{:$]|^\d+$|…|\.\.\.|%")
"""A segment that stands for any: a placeholder, or a number."""
SIMILAR = 0.75


class ServedPaths(NamedTuple):
    """Paths, each with its methods; `whole`: there are no others."""

    paths: Mapping[str, frozenset[str]]
    whole: bool


def read_api(source: str, kept: str) -> ServedPaths:
    """Return the API of an OpenAPI document, or of an application of FastAPI as `module:name`."""
    if os.path.isfile(source):
        try:
            data = yaml.load(read_text(source), yaml.CSafeLoader)
            paths = {path: {*map(str.upper, rows)} for path, rows in data["paths"].items()}
        except (yaml.YAMLError, TypeError, KeyError, AttributeError) as error:
            not_measured(f"{source} is no OpenAPI document: {type(error).__name__}")
        whole = False
    else:
        command = ["python", RUNNER, "in_project/openapi_operations", "routes"]
        status, text = answer(command, kept, {"app": source})
        if status:
            sys.stderr.write(text)
            sys.exit(status)
        routes = cast("dict[str, list[str]]", json.loads(text[text.index("{") :])["routes"])
        paths = {path: set(methods) for path, methods in routes.items() if methods}
        whole = len(paths) == len(routes)
    if not paths:
        not_measured(f"{source} has no path")
    return ServedPaths({path: frozenset(methods) for path, methods in paths.items()}, whole)


def _segments(path: str) -> list[str]:
    return path.partition("?")[0].strip("/").split("/")


def _fits(asked: str, known: str) -> bool:
    return asked == known or bool(OPEN.search(known) or OPEN.search(asked))


def _holds(asked: list[str], known: list[str]) -> bool:
    """Return whether a path is asked for: whole, or without what stands before or after it."""
    size = len(asked)
    return any(
        (start == 0 or asked[0] == known[start] or OPEN.search(asked[0]))
        and all(map(_fits, asked, known[start : start + size]))
        for start in range(len(known) - size + 1)
    )


def _is_end(asked: list[str], known: list[str]) -> bool:
    """Return whether a path is asked for to its end."""
    return len(asked) <= len(known) and _holds(asked, known[-len(asked) :])


def _near(asked: list[str], api: ServedPaths) -> tuple[str, bool]:
    """Return the path that differs in one segment alone, and whether that one is misspelled."""
    sibling = ""
    for path in api.paths:
        known = _segments(path)
        for start in range(len(known) - len(asked) + 1):
            pairs = list(zip(asked, known[start:], strict=False))
            other = [at for at, pair in enumerate(pairs) if not _fits(*pair)]
            if len(other) != 1:
                continue
            segment, other_segment = pairs[other[0]]
            if _is_slip(segment, other_segment):
                return path, True
            # What has all segments but the last of a longer path is meant to be one.
            if start == 0 and len(asked) > 2 and other[0] == len(asked) - 1:
                sibling = path
    return sibling, False


def _is_slip(segment: str, other: str) -> bool:
    versions = re.fullmatch(r"v\d+/v\d+", f"{segment}/{other}")
    ratio = difflib.SequenceMatcher(None, segment, other).ratio()
    return bool(versions) or (
        len(segment) > 3 and ratio >= SIMILAR and segment.rstrip("s") != other.rstrip("s")
    )


def absent_endpoints(api: ServedPaths, document: MarkdownDocument) -> Iterator[tuple[int, str]]:
    """Yield the line and the fault of each endpoint that there is not."""
    pieces = [(line, text) for line, text in document.code]
    for first, _, text in document.blocks:
        pieces += [(first + at, line) for at, line in enumerate(text.splitlines())]
    own = {
        base
        for _, text in pieces
        for base, path in URL.findall(text)
        if path.strip("/") and any(_holds(_segments(path), _segments(known)) for known in api.paths)
    }
    for line, text in pieces:
        asked = [(path, method, False) for method, path in ASKED.findall(text)]
        asked += [(text, "", False)] if ALONE.fullmatch(text) else []
        asked += [(path, "", True) for base, path in URL.findall(text) if base in own]
        for path, method, is_own in asked:
            if fault := _fault(api, path, method, is_own=is_own):
                yield line, fault


def _fault(api: ServedPaths, path: str, method: str, *, is_own: bool) -> str:
    """Say what is wrong with an endpoint; `is_own`: another one of this API has that address.

    What else is named may be of another service.
    """
    asked = _segments(path)
    if asked == [""]:
        return ""
    near, is_slip = _near(asked, api)
    fitting = {path: row for path, row in api.paths.items() if _holds(asked, _segments(path))}
    # A word that is misspelled would also be taken for the name of something: `/teams/{name}`.
    literal = any(_segments(known)[-len(asked) :] == asked for known in fitting)
    if fitting and not (is_slip and not literal and not OPEN.search(path)):
        exact = [row for known, row in fitting.items() if _is_end(asked, _segments(known))]
        served = {"OPTIONS"}.union(*exact)
        served |= {"HEAD"} if "GET" in served else set()
        return (
            f"{path} is not asked by {method}" if method and exact and method not in served else ""
        )
    if near and (is_slip or method or is_own):
        return f"there is no endpoint {path}, but {near}"
    return f"there is no endpoint {path}" if is_own and api.whole and not OPEN.search(path) else ""
