"""Ask a service that speaks the OSV protocol, and tell how severe an advisory is."""

import json
import urllib.error
import urllib.request
from typing import TypedDict, cast

from checks.in_project.common import not_measured

RATED = {"LOW": False, "MODERATE": False, "MEDIUM": False, "HIGH": True, "CRITICAL": True}
"""What databases call severities, and whether they are high."""


class _Specific(TypedDict, total=False):
    severity: str


class Advisory(TypedDict, total=False):
    """An OSV record, as far as it is read here."""

    id: str
    aliases: list[str]
    withdrawn: str
    database_specific: _Specific


class Service:
    """A service that speaks the OSV protocol; `url` is its query address."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.base = url.removesuffix("/query")

    def known(self, release: str) -> list[Advisory]:
        """Return the advisories that the service has for `name==version`."""
        name, _, version = release.partition("==")
        question = {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
        answer = self._ask(self.url, json.dumps(question).encode())
        return cast("list[Advisory]", (answer or {}).get("vulns", []))

    def advisory(self, identifier: str) -> Advisory | None:
        """Return the record of that id; None where the service has none."""
        return cast("Advisory | None", self._ask(f"{self.base}/vulns/{identifier}"))

    def _ask(self, url: str, body: bytes | None = None) -> dict[str, object] | None:
        if not url.startswith(("http://", "https://")):
            not_measured(f"{url} is no address of an advisory service")
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - checked above
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - checked above
                return cast("dict[str, object]", json.load(answer))
        except urllib.error.HTTPError as error:
            if error.code == 404 and body is None:
                return None
            not_measured(f"the advisory service at {self.url} answered {error.code}")
        except (OSError, ValueError) as error:
            not_measured(f"the advisory service at {self.url} could not be reached: {_why(error)}")


def _why(error: Exception) -> str:
    cause = getattr(error, "reason", error)
    return str(getattr(cause, "strerror", None) or cause)


def is_high(advisory: Advisory) -> bool | None:
    """Tell whether a database rates an advisory high or critical; None where it does not rate it.

    Vectors of CVSS are not computed: a reviewed advisory has an alias with a rating.
    """
    return RATED.get(advisory.get("database_specific", {}).get("severity", "").upper())
