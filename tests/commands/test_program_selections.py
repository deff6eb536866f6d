"""What a selection runs."""

import pytest

from tests.support.program import Project


@pytest.mark.parametrize(
    ("selectors", "chosen", "status"),
    [
        (["T1"], ["T1.1", "T1.2"], 1),
        (["T1.1"], ["T1.1"], 0),
        (["P1"], ["T2.1", "T3.1"], 3),
        (["tag:fast"], ["T1.1", "T1.2"], 1),
        (["check:c"], ["T2.1"], 0),
        (["owner:li.wei"], ["T2.1"], 0),
        (["check:c", "T1.1"], ["T1.1", "T2.1"], 0),
    ],
)
def test_selectors_choose_what_is_run(
    several: Project, selectors: list[str], chosen: list[str], status: int
) -> None:
    """Partial, never ready; the rest is skipped and counted."""
    ended = several("check", *selectors, "--output-format", "json")
    assert ended.status == status, ended
    run = ended.run
    assert [one.id for one in run.criteria() if one.verdict != "skip"] == chosen
    assert (run.partial, run.gate.decision) == (True, "partial")
    assert (run.score.in_scope, run.score.total) == (len(chosen), 4)
    assert not any(milestone.met for milestone in run.milestones)


def test_a_task_that_is_not_selected_has_no_attainment(several: Project) -> None:
    """Nor does what is not selected of a task count for it; in a whole run all of it does."""

    def shares(*selectors: str) -> list[float | None]:
        run = several("check", *selectors, "--output-format", "json").run
        return [task.attainment for task in run.tasks]

    assert shares("T1.1") == [1.0, None, None]
    assert shares("T1") == [0.5, None, None]
    assert shares() == [0.5, 1.0, 0.0]
