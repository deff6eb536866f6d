"""Know the operations of an OpenAPI document, and which one a request is for."""

import json
import re
import ssl
import urllib.request
from collections.abc import Iterable, Mapping
from typing import cast
from urllib.parse import urlsplit

from checks.in_project.common import Params, not_measured, read_json

METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
PLACE = re.compile(r"\{[^}/]*\}")


class Endpoints:
    """The operations, each named as `GET /teams/{team_id}`."""

    def __init__(self, document: Mapping[str, object]) -> None:
        servers = cast("list[Mapping[str, str]]", document.get("servers") or [{}])
        self._prefix = urlsplit(servers[0].get("url", "")).path.rstrip("/")
        paths = cast("Mapping[str, Mapping[str, object]]", document.get("paths") or {})
        self.names = [
            f"{method.upper()} {path}"
            for path, methods in paths.items()
            for method in methods
            if method.upper() in METHODS
        ]
        # Of two that fit, the one with fewer places to fill in is meant.
        self._patterns = [
            (name, re.compile("[^/]+".join(map(re.escape, PLACE.split(name)))))
            for name in sorted(self.names, key=lambda each: len(PLACE.findall(each)))
        ]

    def of_request(self, method: str, path: str) -> str | None:
        """Name the operation of a request; None where there is none."""
        asked = f"{method} {path.removeprefix(self._prefix)}"
        return next((name for name, pattern in self._patterns if pattern.fullmatch(asked)), None)

    def of_labels(self, labels: Iterable[str]) -> str | None:
        """Name the operation that a sample of a counter is about, by the values of its labels."""
        words = set(labels)
        methods = words & METHODS
        for name in self.names:
            method, _, path = name.partition(" ")
            if words & {path, self._prefix + path} and (not methods or method in methods):
                return name
        return None


def read_endpoints(params: Params, place: str) -> Endpoints:
    """Read the document from a file or an address."""
    document = _fetched(params, place) if "://" in place else read_json(place)
    if not isinstance(document, dict):
        not_measured(f"{place} is no OpenAPI document")
    endpoints = Endpoints(document)
    if not endpoints.names:
        not_measured(f"{place} describes no operation")
    return endpoints


def _fetched(params: Params, address: str) -> object:
    trusted = ssl.create_default_context(cafile=params.text("ca_file") or None)
    try:
        with urllib.request.urlopen(address, timeout=10, context=trusted) as answer:  # noqa: S310
            return json.load(answer)
    except (OSError, ValueError) as error:
        not_measured(f"{address} gave no OpenAPI document: {error}")
