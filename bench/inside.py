"""What is measured inside one process: inside.py (yaml BOARD | (table | rich) RUN.json ROWS).

`table` and `rich` print the CPU time of one rendering, the best of five, in milliseconds.
"""

import io
import sys
import time
from collections.abc import Callable


def bare_yaml(path: str) -> None:
    """Load a board as a program without care would."""
    import yaml

    with open(path, encoding="utf-8") as file:
        yaml.load(file, yaml.CSafeLoader)


def table(path: str, rows: int) -> float:
    """The time that the table of a run takes."""
    from readiness.record.document import from_json
    from readiness.report import Context, render

    with open(path, "rb") as file:
        run = from_json(file.read(), path)
    plain = Context(width=140, verbose=True)
    return best(lambda: render("table", run, plain), rows)


def rich_table(path: str, rows: int) -> float:
    """The time that rich.Table takes for the same columns."""
    from rich.console import Console
    from rich.table import Table

    from readiness.record.document import from_json

    with open(path, "rb") as file:
        run = from_json(file.read(), path)

    def draw() -> str:
        out = io.StringIO()
        grid = Table("id", "criterion", "verdict", "value", "expected", "progress")
        for task in run.tasks:
            for each in task.criteria:
                grid.add_row(
                    each.id,
                    each.title,
                    each.verdict,
                    str(each.value),
                    each.expect,
                    str(each.progress),
                )
        Console(file=out, width=140, highlight=False).print(grid)
        return out.getvalue()

    return best(draw, rows)


def best(work: Callable[[], str], rows: int) -> float:
    """The shortest of five times, in milliseconds of CPU."""
    shortest = float("inf")
    for _ in range(5):
        start = time.process_time()
        drawn = work()
        shortest = min(shortest, time.process_time() - start)
        if drawn.count("\n") < rows:
            raise SystemExit("rows are missing")
    return shortest * 1000


if __name__ == "__main__":
    how, file_name, *size = sys.argv[1:]
    if how == "yaml":
        bare_yaml(file_name)
    else:
        print({"table": table, "rich": rich_table}[how](file_name, int(*size)))
