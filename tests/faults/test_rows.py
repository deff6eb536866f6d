"""No row of the conformance list is left out, and none is without its healthy twin."""

from pathlib import Path

import pytest

from tests.faults.rows import covered, numbers

HERE = Path(__file__).parent

SECTIONS = {
    "test_a_processes.py": range(1, 26, 2),
    "test_b_values.py": range(27, 54, 2),
    "test_c_board_file.py": range(55, 76, 2),
    "test_d_reports.py": range(77, 100, 2),
    "test_e_history.py": (*range(101, 112, 2), 131, 133),
    "test_f_change.py": sorted({*range(113, 138, 2)} - {131}),
    "test_g_secrets.py": range(141, 150, 2),
    "test_i_make.py": (*range(1301, 1314, 2), *range(1401, 1440, 2), 5011),
    "test_j_ci.py": range(1501, 1516, 2),
    "test_h_sessions.py": (*range(1101, 1110, 2), *range(1201, 1206, 2)),
    "test_p_records.py": range(1901, 1910, 2),
    "test_q_statuses.py": range(5001, 5012, 2),
    "test_h_suppressions.py": range(3501, 3518, 2),
    "test_k_words.py": (*range(1601, 1608, 2), *range(1701, 1716, 2), *range(1801, 1824, 2)),
    "test_l_disguises.py": range(4001, 4014, 2),
    "test_n_honest.py": range(6011, 6018, 2),
    "../prove/test_prove_honest.py": [6005],
    "test_n_tools.py": (*range(5013, 5018, 2), 6001, 6003, 6007, 6009),
}
"""The rows of each section, by the module that tests them."""


@pytest.mark.parametrize("module", SECTIONS)
def test_every_row_is_tested_and_has_its_twin(module: str) -> None:
    """A row without a test, or without a twin that passes, is named."""
    faults, twins = covered(HERE / module)
    wanted = set(SECTIONS[module])
    assert not wanted - faults, f"rows without a test: {numbers(wanted - faults)}"
    assert not wanted - twins, f"rows without a twin: {numbers(wanted - twins)}"
