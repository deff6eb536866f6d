"""The declared flows and the tests belong together."""

import re
from pathlib import Path

from tests.flows import declared_flows

TESTS = Path(__file__).parent.parent


def test_every_declared_flow_has_a_test_at_its_level() -> None:
    for level, flows in declared_flows().items():
        text = "".join(
            file.read_text(encoding="utf-8")
            for file in sorted((TESTS / level).glob("test_*.py"))
        )
        assert set(re.findall(r'mark\.flow\("([^"]+)"\)', text)) == set(flows)
