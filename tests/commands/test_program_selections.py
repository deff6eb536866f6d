"""What a selection runs."""

from tests.support.program import Project


def test_a_task_that_is_not_selected_has_no_attainment(several: Project) -> None:
    """Nor is anything earned of a task by what is not selected of it."""

    def shares(*selectors: str) -> list[float | None]:
        run = several("check", *selectors, "--output-format", "json").run
        return [task.attainment for task in run.tasks]

    assert shares("T1.1") == [0.5, None, None]
    assert shares("T1") == [0.5, None, None]
    assert shares() == [0.5, 1.0, 0.0]
