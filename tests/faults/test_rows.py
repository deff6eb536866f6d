"""No row of the conformance lists is left out, and no fault is without its healthy twin."""

import re
from itertools import chain
from pathlib import Path

from tests.faults.rows import covered

FAULTS = Path(__file__).parent
TESTS = FAULTS.parent
NEARER = {
    79: "report/test_formats.py::test_hostile_text_stays_text",
    85: "text/test_markdown_text.py::test_foreign_text_stays_text",
    91: "report/test_report_write.py::test_no_link_is_followed",
    93: "report/test_report_write.py::test_what_cannot_be_written_is_named",
    107: "commands/test_history_command.py::test_an_edited_entry_is_named",
    117: "guard/test_guard_board.py::test_an_edit_is_told",
    121: "load/test_board_faults.py::test_each_mistake_in_a_board_is_one_fault",
    123: "load/test_board_faults.py::test_each_mistake_in_a_criterion_is_one_fault",
    127: "guard/test_guard_silenced.py::test_what_keeps_a_tool_silent_is_told",
    129: "guard/test_project_settings.py::test_a_setting_is_told_in_its_direction",
    135: "project/test_git.py::test_variables_do_not_mislead",
    1103: "faults/test_h_sessions.py::test_1101_a_failing_test_cannot_be_hidden_by_a_conftest",
    1105: "faults/test_h_sessions.py::test_1201_no_option_makes_less_look_like_all",
    1107: "faults/test_h_sessions.py::test_1201_no_option_makes_less_look_like_all",
    1109: "faults/test_h_sessions.py::test_1101_a_failing_test_cannot_be_hidden_by_a_conftest",
    1203: "faults/test_h_sessions.py::test_1201_no_option_makes_less_look_like_all",
    1205: "faults/test_h_sessions.py::test_1201_no_option_makes_less_look_like_all",
    5001: "commands/test_mcp.py::test_mistakes_are_told_with_their_status",
    5003: "commands/test_mcp.py::test_mistakes_are_told_with_their_status",
    5013: "checks/test_dependencies.py::test_what_is_no_hash_is_none",
    5015: "checks/test_dependencies.py::test_what_is_no_hash_is_none",
    6001: "checks/test_files_looked_at.py::test_ruff_counts_the_modules_that_it_looked_at",
    6007: "checks/test_files_looked_at.py::test_ruff_format_reads_both_ways_of_telling",
    6009: "checks/test_migrations.py::test_what_the_projects_own_code_prints_is_no_number",
    **dict.fromkeys(
        range(4001, 4014, 2), "text/test_disguise.py::test_a_disguised_secret_is_masked"
    ),
    **dict.fromkeys(
        range(3501, 3518, 2),
        "checks/test_suppressions_and_types.py::"
        "test_each_way_to_keep_a_tool_silent_is_counted_once",
    ),
}
"""Rows that a test closer to the code holds, twin included, in place of one of all the program."""
ORDINARY = {
    62: "checks/test_tests_and_coverage.py::test_tests_count_without_coverage_beside_pytest",
    63: "propose/test_real_projects.py::test_settings_that_the_code_needs_get_a_place",
    64: "checks/test_tests_and_coverage.py::test_tests_are_counted_by_how_they_end",
    65: "pipeline/test_settle.py::test_a_pass_on_a_retry_is_a_warning",
    66: "faults/test_h_sessions.py::test_1101_to_1109_twin_honest_sessions_are_counted",
    67: "propose/test_proposals.py::test_something_runs_the_tests",
    68: "checks/test_documents_commands.py::test_a_target_is_asked_for_by_make_alone",
    69: "checks/test_documents_commands.py::test_a_site_resolves_its_own_links",
    70: "checks/test_hollow_tests.py::test_what_some_answer_or_fault_makes_fail_is_not_hollow",
    71: "project/test_pins.py::test_pinned_versions_are_read",
    72: "checks/test_lock_formats.py::test_a_lock_of_a_tool_is_read",
    73: "faults/test_j_ci.py::test_1501_to_1515_only_a_plain_step_passes",
    74: "propose/test_layout.py::test_a_repository_of_several_projects_has_several_parts",
    75: "channels/test_packages.py::test_the_projects_tools_are_run",
    76: "commands/test_hold_line.py::test_the_line_is_the_base_itself",
}
"""Rows of ordinary work that other tests hold."""
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
    assert sorted(rows - faults - NEARER.keys()) == []
    assert sorted(rows - twins - NEARER.keys()) == []


def test_every_row_of_ordinary_work_is_tested() -> None:
    """A command, a project or a change that no test tries is named."""
    texts = [module.read_text(encoding="utf-8") for module in FAULTS.glob("test_o_*.py")]
    rows = {
        int(row) for text in texts for row in re.findall(r"(?:\bRow\(|def test_)(\d+)[,_]", text)
    }
    assert sorted(set(range(1, 97)) - rows - ORDINARY.keys()) == []


def test_what_holds_a_row_elsewhere_is_there() -> None:
    """A row whose nearer test was renamed or removed is named."""
    for row, place in (*NEARER.items(), *ORDINARY.items()):
        path, _, name = place.partition("::")
        assert f"\ndef {name}(" in (TESTS / path).read_text(encoding="utf-8"), row
