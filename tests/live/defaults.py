"""Alerts through an Alertmanager with the delays that it has by default: a stack of its own."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.live.stack import Stack, ops, own_board
from tests.support.football import Football, Result

DELAYS = (("group_wait: 1s", "group_wait: 30s"), ("group_interval: 5s", "group_interval: 5m"))
FIRST = 31.0
"""After how long (s) the first alert of a group was told; the next one waits for five minutes."""


def measured_with_defaults(folder: Path, here: Path) -> Result:
    """Measure while a group of alerts is known already."""
    up = ops("up", "--monitoring", folder=folder)
    assert up.returncode == 0, up.stdout + up.stderr
    stack = Stack(folder, Football(here / "football"), own_board(here))
    settings = folder / "alertmanager" / "alertmanager.yml"
    text = settings.read_text("utf-8")
    for old, new in DELAYS:
        assert old in text
        text = text.replace(old, new)
    settings.write_text(text, encoding="utf-8")
    stack.reload("alertmanager")
    end = datetime.now(UTC) + timedelta(hours=1)
    labels = {"alertname": "FootballDown", "severity": "page"}
    alerts = json.dumps([{"labels": labels, "endsAt": end.isoformat()}])
    url = f"{stack.environment['ALERTMANAGER_URL']}/api/v2/alerts"
    kind = "Content-Type: application/json"
    stack.run("curl", "-sS", "--fail", "-H", kind, "-d", alerts, url)
    time.sleep(FIRST)
    return stack.check("T5.5")
