"""Recorded runs that no longer stand, rows 1901 to 1909, and their neighbours.

A record says what was measured. Whether that still holds depends on the day, on the files and on
nobody having edited it.
"""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.faults.rows import plain
from tests.support.program import Ended, Project, a_board, number
from tests.support.repositories import git

TODAY = dt.datetime.now(dt.UTC).date()
RECORD = "run.json"
NEEDS = plain("test -e needed && ! grep -q fault app.txt", exit={"ok": [0]})


def day(days: int) -> str:
    """So many days from now, as a board has it."""
    return (TODAY + dt.timedelta(days)).isoformat()


def attested(until: int) -> dict[str, object]:
    """A criterion on the word of somebody, which ends so many days from now."""
    valid = f"{until + 20}d"
    return {"attest": {"by": "li", "on": day(-20), "valid": valid, "evidence": "a meeting"}}


def waived(until: int, command: str = "echo errors: 9") -> dict[str, object]:
    """A criterion that fails under a waiver."""
    return number(command, waive={"reason": "known", "by": "li", "until": day(until)})


def on_another_day(project: Project, days: int) -> Ended:
    """Check the board with the clock set so many days back, and keep the run in `RECORD`."""
    clock = f"import time; real = time.time; time.time = lambda: real() + {days * 86400}"
    return project.end(project.start_patched(clock, "check", f"--report=json={RECORD}"))


def recorded(project: Project, *criteria: Mapping[str, object]) -> Ended:
    """Record a run of a board of these criteria."""
    project.write(a_board(*criteria))
    return project("check", f"--report=json={RECORD}")


def committed(project: Project, files: Mapping[str, str]) -> None:
    """Commit files, and a board that needs them, in a repository of the project's own."""
    project.write(a_board(NEEDS))
    for name, text in files.items():
        (project.folder / name).write_text(text)
    git(project.folder, "init", "-q")
    git(project.folder, "add", "-A")
    git(project.folder, "commit", "-qm", "all")


def edit(project: Project, **changes: object) -> None:
    """Change the record's first criterion by hand."""
    path = project.folder / RECORD
    document = json.loads(path.read_text())
    document["tasks"][0]["criteria"][0] |= changes
    path.write_text(json.dumps(document))


# --- dates --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("criterion", "status", "says"),
    [
        pytest.param(attested(-5), 1, "expired on", id="attested"),
        pytest.param(attested(5), 0, "", id="still attested"),
        pytest.param(waived(-3), 1, "its waiver expired on", id="waived"),
        pytest.param(waived(3), 0, "", id="still waived"),
        pytest.param(waived(-3, "false"), 3, "its waiver expired on", id="error waived"),
        pytest.param(waived(-3, "echo errors: 0"), 0, "", id="not in need of its waiver"),
    ],
)
def test_1901_to_1903_what_ended_since_is_over(
    project: Project, criterion: dict[str, object], status: int, says: str
) -> None:
    """What an attestation or a waiver of ten days ago is worth, today decides.

    Twin: one that is still in force, or that nothing needed.
    """
    project.write(a_board(criterion, plain("test -d ."), target=0))
    assert on_another_day(project, -10).status == 0
    ended = project("score", RECORD, "--output-format", "json")
    assert ended.status == status, ended
    found, _ = ended.run.criteria()
    assert says in found.reason
    assert found.reason.count("waive") <= 1


# --- files --------------------------------------------------------------------------------------

STATES: dict[str, tuple[Mapping[str, str | None], Mapping[str, str | None], bool]] = {
    "1905": ({"needed": "here"}, {"needed": None}, False),
    "its twin": ({"needed": "here"}, {}, True),
    "edited since": ({"needed": "here"}, {"needed": "there"}, False),
    "1909": ({"app.txt": "mended"}, {"app.txt": "fault"}, False),
    "still edited": ({"app.txt": "mended"}, {}, True),
    "edited again": ({"app.txt": "mended"}, {"app.txt": "mended again"}, False),
    "deleted, and back": ({"spare": None}, {"spare": "spare"}, False),
    "still deleted": ({"spare": None}, {}, True),
    "one more edited": ({"app.txt": "mended"}, {"spare": "edited"}, False),
    "clean": ({}, {}, True),
}
"""What is changed before the run and after it, and whether the record stands."""


@pytest.mark.parametrize("name", STATES)
def test_1905_to_1909_only_the_files_that_were_measured_are_scored(
    project: Project, name: str
) -> None:
    """A record of uncommitted changes says nothing of other files. Twin: they are still there."""
    before, after, stands = STATES[name]
    committed(project, {"app.txt": "fault", "spare": "spare", "other": "x"})
    if "app.txt" not in before:
        (project.folder / "app.txt").write_text("fine")
        git(project.folder, "commit", "-qam", "mended")
    if "needed" not in before:
        (project.folder / "needed").write_text("here")
        git(project.folder, "add", "needed")
        git(project.folder, "commit", "-qm", "needed")
    apply(project, before)
    assert project("check", f"--report=json={RECORD}").status == 0
    apply(project, after)
    ended = project("score", RECORD)
    assert (ended.status, bool(ended.out)) == ((0, True) if stands else (2, False)), ended
    if not stands:
        assert "uncommitted changes that are not the present ones" in ended.err


def apply(project: Project, files: Mapping[str, str | None]) -> None:
    """Write files; None deletes one."""
    for name, text in files.items():
        if text is None:
            (project.folder / name).unlink()
        else:
            (project.folder / name).write_text(text)


@pytest.mark.parametrize(
    "way",
    ["--output-format=json > run.json", "--output-format=json 2>run.log | tee run.json",
     "-q --report json=run.json --report html=page.html"],
)  # fmt: skip
def test_what_a_run_leaves_behind_is_no_change(project: Project, way: str) -> None:
    """However the record gets into its file, and whatever the probes leave, it can be scored."""
    committed(project, {"app.txt": "fine"})
    (project.folder / "needed").write_text("not committed")
    project.write(a_board(plain("test -e needed; echo x > left")))
    for _ in range(2):
        line = f'exec 3>&1; "$0" -m readiness check {way} >&3' if ">" not in way else ""
        run(project, line or f'"$0" -m readiness check {way}')
        ended = project("score", RECORD)
        assert ended.status == 0, ended


def run(project: Project, line: str) -> None:
    """Run a line of a shell in the project; `$0` is Python."""
    import subprocess
    import sys

    subprocess.run(
        ["bash", "-c", line, sys.executable],
        cwd=project.folder,
        env=project.environment,
        check=True,
        capture_output=True,
    )


# --- edits --------------------------------------------------------------------------------------

PASSED: dict[str, Any] = {"verdict": "pass", "reason": "fine", "reason_code": None}


def test_1907_twin_a_record_from_elsewhere_is_scored(project: Project) -> None:
    """A history that does not know the run has nothing against it."""
    recorded(project, number("echo errors: 1"))
    project.write(a_board(number("echo errors: 1")))
    (project.folder / ".readiness").rename(project.folder / "elsewhere")
    assert project("check").status == 0
    assert project("score", RECORD).status == 0


@pytest.mark.parametrize(
    ("criterion", "changes"),
    [
        (number("echo errors: 9"), {"value": 0, "shown": "0", **PASSED}),
        (number("echo errors: 9"), {"waiver": None, "value": 5, **PASSED}),
        (number("echo nothing"), PASSED),
        (number("echo errors: 1"), {"title": "Another"}),
    ],
)
def test_1907_any_edit_is_found_by_the_history(
    project: Project, criterion: dict[str, object], changes: dict[str, object]
) -> None:
    """Also one that leaves the record consistent. Twin: the record as it was written."""
    recorded(project, criterion)
    assert project("score", RECORD).status != 2
    edit(project, **changes)
    ended = project("score", RECORD)
    assert (ended.status, ended.out) == (2, ""), ended
    assert "edited since it was recorded" in ended.err


def test_an_altered_history_backs_no_record(project: Project) -> None:
    """Whoever edits the history too is found by its chain; another history may be named."""
    recorded(project, number("echo errors: 9"))
    project("check")
    edit(project, value=0, shown="0", **PASSED)
    with project.opened_history() as connection:
        text = (project.folder / RECORD).read_bytes()
        connection.execute("update runs set document = ? where sequence = 1", (text,))
    ended = project("score", RECORD)
    assert (ended.status, ended.out) == (2, ""), ended
    assert "readiness history --verify" in ended.err
