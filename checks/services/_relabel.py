"""What becomes of an alert's labels on the way from Prometheus to Alertmanager.

The actions are those of
https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence

import msgspec

from checks.services._answer import ProbeError

Labels = Mapping[str, str]


class Relabeling(msgspec.Struct, frozen=True):
    """One step."""

    source_labels: list[str] = []
    separator: str = ";"
    regex: str = "(.*)"
    modulus: int = 0
    target_label: str = ""
    replacement: str = "$1"
    action: str = "replace"


def relabeled(labels: Labels, steps: Sequence[Relabeling]) -> Labels | None:
    """Return the labels after all steps; None where one drops the alert.

    Raises ProbeError for an action or an expression that is not known here.
    """
    now = dict(labels)
    for step in steps:
        joined = step.separator.join(now.get(name, "") for name in step.source_labels)
        if _drops(step, joined, now):
            return None
        now = {name: value for name, value in _applied(step, joined, now).items() if value}
    return now


def _drops(step: Relabeling, joined: str, labels: Labels) -> bool:
    match step.action.lower():
        case "drop":
            return _matches(step, joined) is not None
        case "keep":
            return _matches(step, joined) is None
        case "dropequal":
            return labels.get(step.target_label, "") == joined
        case "keepequal":
            return labels.get(step.target_label, "") != joined
    return False


def _applied(step: Relabeling, joined: str, labels: Labels) -> Labels:
    match step.action.lower():
        case "drop" | "keep" | "dropequal" | "keepequal":
            return labels
        case "replace":
            match = _matches(step, joined)
            if match is None:
                return labels
            target = _expanded(match, step.target_label)
            return {**labels, target: _expanded(match, step.replacement)}
        case "lowercase":
            return {**labels, step.target_label: joined.lower()}
        case "uppercase":
            return {**labels, step.target_label: joined.upper()}
        case "hashmod":
            digest = hashlib.md5(joined.encode(), usedforsecurity=False).digest()[8:]
            number = int.from_bytes(digest, "big") % (step.modulus or 1)
            return {**labels, step.target_label: str(number)}
        case "labeldrop":
            return {name: text for name, text in labels.items() if not _matches(step, name)}
        case "labelkeep":
            return {name: text for name, text in labels.items() if _matches(step, name)}
        case "labelmap":
            mapped = {
                _expanded(match, step.replacement): text
                for name, text in labels.items()
                if (match := _matches(step, name))
            }
            return {**labels, **mapped}
    raise ProbeError(f"alert_relabel_configs: the action {step.action!r} is not known here")


def _matches(step: Relabeling, text: str) -> re.Match[str] | None:
    try:
        return re.fullmatch(step.regex, text, re.DOTALL)
    except re.error as error:
        raise ProbeError(f"alert_relabel_configs: {step.regex!r}: {error}") from None


def _expanded(match: re.Match[str], template: str) -> str:
    """Fill in `$1`, `${1}` and `${name}` as Go does: what is not there is empty."""

    def value(reference: re.Match[str]) -> str:
        name = reference[1] or reference[2]
        try:
            return match[int(name) if name.isdecimal() else name] or ""
        except IndexError:
            return ""

    return re.sub(r"\$(?:(\w+)|\{(\w+)\})", value, template)
