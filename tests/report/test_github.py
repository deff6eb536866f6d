"""GitHub Actions: annotations, the job summary and the outputs of a step."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.model.errors import NotWrittenError
from readiness.model.words import Decision, Verdict
from readiness.record.document import RunDocument
from readiness.report import Context, render
from readiness.report.github import PER_TYPE, SUMMARY_LIMIT, outputs, summary
from tests.report.test_comment import a_large_run
from tests.support.documents import a_criterion, a_document, a_task
from tests.support.hostile import HOSTILE_TEXTS, full_of
from tests.support.program import Project, a_board, number

Annotation = tuple[str, dict[str, str], str]


def _unescaped(text: str) -> str:
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")):
        text = text.replace(escape, character)
    return text.replace("%25", "%")


def obeyed(log: str) -> list[Annotation]:
    """The commands that GitHub's runner finds in a log, as it parses them."""
    commands = []
    for line in log.split("\n"):
        trimmed = line.lstrip()
        end = trimmed.find("::", 2)
        if not trimmed.startswith("::") or end < 0:
            assert "##[" not in line
            assert not line, line
            continue
        name, _, properties = trimmed[2:end].partition(" ")
        pairs = [each.split("=", 1) for each in properties.split(",") if "=" in each]
        values = {key.strip(): _unescaped(value) for key, value in pairs}
        commands.append((name, values, _unescaped(trimmed[end + 2 :])))
    return commands


def annotations(run: RunDocument) -> list[Annotation]:
    """The annotations of a run, as the runner understands them."""
    return obeyed(render("github", run, Context()))


def test_the_annotations_are_as_they_were_agreed_on(golden: Callable[[str, str], None]) -> None:
    """One run with everything in it."""
    golden("mixed.github.txt", render("github", a_document(), Context()))


def test_criteria_are_annotated_at_their_line_of_the_board() -> None:
    """With the verdict in the title, and what was found in the message."""
    by_criterion = {values["title"].split()[0]: (kind, values, message)
             for kind, values, message in annotations(_with_lines())}  # fmt: skip
    kind, values, message = by_criterion["T2.1"]
    assert kind == "error"
    assert (values["file"], values["line"]) == ("release/board.yaml", "42")
    assert values["title"] == "T2.1 fail: Fewer than 50 mypy errors"
    assert message.startswith("1029 errors\nExpected: < 50\nNext: start with the import errors")


def _with_lines() -> RunDocument:
    run = a_document()
    tasks = [
        msgspec.structs.replace(
            task, criteria=[msgspec.structs.replace(each, line=42) for each in task.criteria]
        )
        for task in run.tasks
    ]
    board = msgspec.structs.replace(run.board, file="release/board.yaml")
    return a_document(tasks=tasks, board=board, findings=[])


def test_there_are_no_more_of_a_type_than_github_shows_and_blockers_come_first() -> None:
    """The first line tells how many are left out."""
    shown = annotations(a_large_run(tasks=5, criteria=7))
    errors = [values["title"].split()[0] for kind, values, _ in shown if kind == "error"]
    assert errors[:7] == [f"T5.{n}" for n in range(7)]
    assert len(errors) == PER_TYPE
    kind, _, message = shown[0]
    assert kind == "notice"
    assert message.endswith("and 25 more")
    for kind in ("error", "warning", "notice"):
        assert sum(each[0] == kind for each in shown) <= PER_TYPE


def test_what_fails_in_a_release_that_is_ready_is_a_warning() -> None:
    """No red mark on a green gate."""
    gate = msgspec.structs.replace(a_document().gate, decision=Decision.READY, exit_status=0)
    kinds = {kind for kind, _, _ in annotations(a_document(gate=gate))}
    assert kinds == {"notice", "warning"}


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_text_stays_data(text: str) -> None:
    """The runner finds our commands and no other, of the same types and in the same order."""
    run = full_of(HOSTILE_TEXTS[text])
    commands = annotations(run)
    assert [kind for kind, _, _ in commands] == [kind for kind, _, _ in annotations(a_document())]
    assert all(set(values) <= {"file", "line", "title"} for _, values, _ in commands)
    assert all(values.get("line", "1").isdecimal() for _, values, _ in commands)
    assert render("github", run, Context()).replace("\n", "").isprintable()


@given(st.text("%:,=\n\r ADa0235#[]"))
def test_data_is_read_back_as_it_was(reason: str) -> None:
    """Whatever it is made of, one annotation stays one."""
    run = a_document(
        tasks=[a_task("T1", a_criterion("T1.1", Verdict.FAIL, title=reason, reason=reason))],
        findings=[],
    )
    notice, error = annotations(run)
    assert (notice[0], error[0]) == ("notice", "error")
    assert set(error[1]) == {"file", "line", "title"}
    if reason.isprintable() and "##" not in reason and not reason.lstrip().startswith("::"):
        assert error[1]["title"] == f"T1.1 fail: {reason}"


# --- the summary ----------------------------------------------------------------------------------


def test_the_summary_is_as_long_as_github_shows() -> None:
    """More would not be shown at all."""
    assert len(summary(a_large_run()).encode()) <= SUMMARY_LIMIT
    with pytest.raises(NotWrittenError, match="only 10 are left"):
        summary(a_document(), 10)


# --- outputs --------------------------------------------------------------------------------------


def read_outputs(text: str) -> dict[str, str]:
    """The outputs that the runner reads from the file, as it parses it."""
    values = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, _, value = line.partition("=")
        else:
            name, _, end = line.partition("<<")
            assert end
            value = "\n".join(iter(lambda: next(lines), end))
        assert name not in values, name
        values[name] = value
    return values


def test_the_outputs_tell_what_later_steps_decide_by() -> None:
    """The decision, the numbers, and what is open."""
    assert read_outputs(outputs(a_document())) == {
        "decision": "not_ready",
        "ready": "false",
        "exit-status": "1",
        "score": "5.53",
        "target": "8.0",
        "readiness": "55.3%",
        "measured": "7",
        "in-scope": "10",
        "total": "11",
        "failed": "2",
        "errors": "2",
        "loosened": "1",
        "open": "T2.1 T2.2 T7.2 T7.4",
        "failed-blockers": "T2.1 T2.2",
        "profile": "local",
        "run": "20261124T131042Z-3f2a",
        "reasons": "\n".join(a_document().gate.reasons),
    }


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_text_makes_no_output(text: str) -> None:
    """The names stay those that we write, and the decision what it is."""
    hostile = read_outputs(outputs(full_of(HOSTILE_TEXTS[text])))
    harmless = read_outputs(outputs(a_document()))
    assert list(hostile) == list(harmless)
    assert (hostile["decision"], hostile["ready"]) == ("not_ready", "false")


def test_reasons_cannot_end_themselves() -> None:
    """Not even by what ended the reasons of a run before."""
    last = "a reason"
    for _ in range(3):
        gate = msgspec.structs.replace(a_document().gate, reasons=last.split("\n"))
        written = outputs(a_document(gate=gate))
        assert read_outputs(written)["reasons"] == last
        end = written.rstrip().split("\n")[-1]
        last = f"{last}\n{end}\nready=true"


# --- the files of a step --------------------------------------------------------------------------


def _files(project: Project) -> dict[str, str]:
    folder = project.folder / "runner"
    folder.mkdir()
    (folder / "summary").write_text("# before\n", encoding="utf-8")
    (folder / "output").write_text("earlier=1\n", encoding="utf-8")
    return {"GITHUB_STEP_SUMMARY": str(folder / "summary"), "GITHUB_OUTPUT": str(folder / "output")}


def _read(env: dict[str, str]) -> tuple[str, str]:
    summary_file, output_file = map(Path, env.values())
    return summary_file.read_text(encoding="utf-8"), output_file.read_text(encoding="utf-8")


BOARD = a_board({"run": "test -d ."}, number("echo errors: 7"))


@pytest.mark.parametrize(
    "arguments", [("--output-format", "github"), ("--report", "github=annotations.txt")]
)
def test_a_step_leaves_its_summary_and_its_outputs(
    project: Project, arguments: tuple[str, ...]
) -> None:
    """After what is in the files already, wherever the format is asked for."""
    project.write(BOARD)
    env = _files(project)
    ended = project("check", *arguments, env=env)
    assert ended.status == 1, ended
    shown, values = _read(env)
    assert shown.startswith("# before\n## ❌ NOT READY")
    told = read_outputs(values)
    assert (told["earlier"], told["decision"], told["open"]) == ("1", "not_ready", "T1.2")
    report = project.folder / "annotations.txt"
    log = report.read_text(encoding="utf-8") if report.exists() else ended.out
    assert [kind for kind, _, _ in obeyed(log)] == ["notice", "error"]


def test_recorded_runs_leave_them_too(project: Project) -> None:
    """`readiness score RUN.json` is a step like others."""
    project.write(BOARD)
    assert project("check", "--report", "json=run.json").status == 1
    env = _files(project)
    assert project("score", "run.json", "--output-format", "github", env=env).status == 1
    assert read_outputs(_read(env)[1])["decision"] == "not_ready"


def test_other_formats_leave_the_files_alone(project: Project) -> None:
    """And outside of GitHub there are none to write."""
    project.write(BOARD)
    env = _files(project)
    before = _read(env)
    assert project("check", env=env).status == 1
    assert _read(env) == before
    assert project("check", "--output-format", "github", env=dict.fromkeys(env, "")).status == 1


def test_a_file_that_cannot_be_written_makes_the_step_fail(project: Project) -> None:
    """A link is not followed; the other file is written all the same."""
    project.write(a_board({"run": "test -d ."}))
    env = _files(project)
    target = project.folder / "target"
    target.write_text("kept", encoding="utf-8")
    link = project.folder / "link"
    link.symlink_to(target)
    ended = project("check", "--output-format", "github", env=env | {"GITHUB_OUTPUT": str(link)})
    assert ended.status == 5, ended
    assert "GITHUB_OUTPUT" in ended.err
    assert "symbolic link" in ended.err
    assert target.read_text(encoding="utf-8") == "kept"
    assert "READY" in Path(env["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8")
