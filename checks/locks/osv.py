"""Ask a service that speaks the OSV protocol, and tell how severe an advisory is."""

import json
import math
import urllib.error
import urllib.request
from typing import TypedDict, cast

from checks.in_project.common import not_measured

HIGH = 7.0
"""The CVSS base score from which an advisory is high."""

WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
PRIVILEGES = {
    "U": {"N": 0.85, "L": 0.62, "H": 0.27},
    "C": {"N": 0.85, "L": 0.68, "H": 0.5},
}


class _Severity(TypedDict):
    type: str
    score: str


class _Specific(TypedDict, total=False):
    severity: str


class Advisory(TypedDict, total=False):
    """An OSV record, as far as it is read here."""

    id: str
    severity: list[_Severity]
    database_specific: _Specific


class Service:
    """A service that speaks the OSV protocol; `url` is its query address."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.base = url.removesuffix("/query")

    def known(self, release: str) -> int:
        """Count the advisories that the service has for `name==version`."""
        name, _, version = release.partition("==")
        question = {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
        answer = self._ask(self.url, json.dumps(question).encode())
        return len(cast("list[object]", (answer or {}).get("vulns", [])))

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
    """Tell whether an advisory is high or critical; None where the record does not tell.

    A version 4 vector is not computed here: the label that its database gives counts.
    """
    scores = [
        score
        for entry in advisory.get("severity", [])
        if entry["type"] == "CVSS_V3" and (score := cvss3(entry["score"])) is not None
    ]
    label = advisory.get("database_specific", {}).get("severity", "").upper()
    if any(score >= HIGH for score in scores) or label in {"HIGH", "CRITICAL"}:
        return True
    return False if scores or label in {"LOW", "MODERATE", "MEDIUM"} else None


def cvss3(vector: str) -> float | None:
    """Compute the base score of a CVSS 3.x vector; None if it is not one."""
    metrics = dict(part.partition(":")[::2] for part in vector.split("/"))
    try:
        changed = metrics["S"] == "C"
        privileges = PRIVILEGES[metrics["S"]][metrics["PR"]]
        av, ac, ui, c, i, a = (WEIGHTS[name][metrics[name]] for name in WEIGHTS)
    except KeyError:
        return None
    iss = 1 - (1 - c) * (1 - i) * (1 - a)
    impact = 7.52 * (iss - 0.029) - 3.25 * (iss - 0.02) ** 15 if changed else 6.42 * iss
    if impact <= 0:
        return 0.0
    raw = (impact + 8.22 * av * ac * privileges * ui) * (1.08 if changed else 1)
    return _round_up(min(raw, 10))


def _round_up(number: float) -> float:
    """Round up to one decimal, as the standard's appendix does to avoid binary surprises."""
    whole = round(number * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (math.floor(whole / 10_000) + 1) / 10
