"""The flows which tests/flows.yaml declares."""

from pathlib import Path

import yaml

FLOWS_FILE = Path(__file__).with_name("flows.yaml")


def declared_flows() -> dict[str, dict[str, str]]:
    """Return the flows by level: name and description of each."""
    content = yaml.safe_load(FLOWS_FILE.read_text(encoding="utf-8"))
    return {
        str(level): {str(name): str(text) for name, text in flows.items()}
        for level, flows in content.items()
    }
