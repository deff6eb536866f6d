"""No row of the conformance list is left out, and none is without its healthy twin."""

from itertools import chain
from pathlib import Path

from tests.faults.rows import covered

FAULTS = Path(__file__).parent
SECTIONS = (
    (1, 138),
    (141, 150),
    (1101, 1110),
    (1201, 1206),
    (1301, 1314),
    (1401, 1440),
    (1501, 1516),
    (1601, 1608),
    (1701, 1716),
    (1801, 1824),
    (1901, 1910),
    (3501, 3518),
    (4001, 4014),
    (5001, 5018),
    (6001, 6018),
)
"""The rows of each section: every second number from the first on."""


def test_every_row_is_tested_and_has_its_twin() -> None:
    """A row without a test, or without a twin that passes, is named."""
    modules = [*FAULTS.glob("test_*.py"), FAULTS.parent / "prove" / "test_prove_honest.py"]
    faults, twins = (set(chain(*rows)) for rows in zip(*map(covered, modules), strict=True))
    rows = {row for first, end in SECTIONS for row in range(first, end, 2)}
    assert sorted(rows - faults) == []
    assert sorted(rows - twins) == []
