"""`readiness waive` and `readiness attest`: decisions that people write into the board."""

import datetime as dt
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from readiness.project.evidence import content_digest, locate
from tests.support.program import Ended, Project

BOARD = """\
# The gate
version: 1
title: "发布"   # 注
target: 5
tasks:
  - id: T1
    priority: P0
    criteria:
      - title: a   # why
        run: "false"
      - {title: count, run: "echo 'n: 3'", read: {as: text, regex: 'n: (\\d+)', unit: errors}}
      - title: trained
        attest: {evidence: docs/training.md}   # by whom?
""".replace("unit: errors}}", 'unit: errors}, trial: false, expect: "== 0"}')
NEXT_YEAR = (dt.datetime.now(dt.UTC) + dt.timedelta(days=100)).date().isoformat()
GOOD = ("--reason", "no fix yet", "--by", "li.wei", "--until", NEXT_YEAR)


@pytest.fixture
def board(project: Project) -> Project:
    """A project with a board of a failing, a counting and an attested criterion."""
    project.write(BOARD)
    (project.folder / "docs").mkdir()
    (project.folder / "docs" / "training.md").write_text("who was trained\n")
    return project


def text(project: Project) -> str:
    """The board's text."""
    return (project.folder / "board.yaml").read_bytes().decode()


def verdicts(project: Project) -> dict[str, Any]:
    """The record of each criterion of a run."""
    return {one.id: one for one in project("check", "--output-format", "json").run.criteria()}


def at(project: Project, moment: str, *arguments: str) -> Ended:
    """Run the program at a time of our choice."""
    clock = f"import time; time.time = lambda: {dt.datetime.fromisoformat(moment).timestamp()}"
    return project.end(project.start_patched(clock, *arguments))


# --- waive --------------------------------------------------------------------------------------


def test_a_waiver_is_one_line_more(board: Project) -> None:
    """Everything else stays; the criterion is waived, and says by whom, why and how long."""
    ended = board("waive", "T1.1", *GOOD)
    assert ended.status == 0, ended
    line = f"        waive: {{reason: no fix yet, by: li.wei, until: {NEXT_YEAR}}}\n"
    assert text(board) == BOARD.replace('run: "false"\n', f'run: "false"\n{line}')
    waived = verdicts(board)["T1.1"]
    assert waived.verdict == "waived"
    assert (waived.waiver.reason, waived.waiver.by, waived.waiver.until) == (
        "no fix yet", "li.wei", NEXT_YEAR,
    )  # fmt: skip
    for command in (("check",), ("show", "T1.1")):
        shown = board(*command).out
        assert all(word in shown for word in ("no fix yet", "li.wei", NEXT_YEAR)), shown


def test_a_waiver_may_have_a_bound(board: Project) -> None:
    """It stays when the waiver is renewed, and goes when that is said."""
    assert board("waive", "T1.2", *GOOD, "--up-to", "<= 3").status == 0
    assert verdicts(board)["T1.2"].verdict == "waived"
    assert board("waive", "T1.2", *GOOD, "--up-to", "<= 2").status == 0
    assert verdicts(board)["T1.2"].verdict == "fail"
    renewed = board("waive", "T1.2", *GOOD, "--reason", "still none")
    assert "kept unchanged: up_to" in renewed.out
    assert 'up_to: "<= 2"' in text(board)
    gone = board("waive", "T1.2", *GOOD, "--up-to", "", "--output-format", "json").json
    assert gone["before"]["up_to"] == "<= 2"
    assert set(gone["after"]) == {"reason", "by", "until"}
    assert (gone["criterion"], gone["kind"], gone["written"]) == ("T1.2", "waive", True)
    assert verdicts(board)["T1.2"].verdict == "waived"


def test_a_dry_run_shows_the_change_and_makes_none(board: Project) -> None:
    """As a diff; in JSON too."""
    ended = board("waive", "T1.1", *GOOD, "--dry-run")
    assert (ended.status, text(board)) == (0, BOARD)
    assert "+        waive: {reason: no fix yet" in ended.out
    told = board("waive", "T1.1", *GOOD, "--dry-run", "--output-format", "json").json
    assert (told["written"], "+        waive:" in told["diff"]) == (False, True)
    assert text(board) == BOARD


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("waive", "T1.1", "--by", "a", "--until", NEXT_YEAR), "--reason"),
        (("waive", "T1.1", "--by", "a", "--reason", "x"), "--until"),
        (("waive", "T1.1", *GOOD, "--reason", " "), "--reason"),
        (("waive", "T1.1", *GOOD, "--reason", "\x1b[2J"), "--reason"),
        (("waive", "T1.1", *GOOD, "--by", ""), "--by"),
        (("waive", "T1.1", *GOOD, "--until", "2020-01-01"), "in the past"),
        (("waive", "T1.1", *GOOD, "--until", "20300101"), "YYYY-MM-DD"),
        (("waive", "T1.1", *GOOD, "--until", "2030-02-30"), "YYYY-MM-DD"),
        (("waive", "T1.2", *GOOD, "--up-to", "about 2"), "--up-to"),
        (("waive", "T1.2", *GOOD, "--up-to", "<= 2 ms"), "does not fit"),
        (("waive", "T1.3", *GOOD, "--up-to", "<= 2"), "--up-to"),
        (("waive", "T1", *GOOD), "T1.1, T1.2, T1.3"),
        (("waive", "T1.11", *GOOD), "T1.1"),
        (("waive", "T1.1", *GOOD, "--output-format", "yaml"), "--output-format"),
        (("attest", "T1.1", "--by", "a"), "measured"),
        (("attest", "T1.3", "--by", "a", "--on", "2199-01-01"), "future"),
        (("attest", "T1.3", "--by", "a", "--valid", "long"), "--valid"),
        (("attest", "T1.3", "--by", "a", "--valid", "2h"), "--valid"),
        (("attest", "T1.3", "--by", "a", "--evidence", "docs/none.md"), "docs/none.md"),
        (("attest", "T1.3"), "--by"),
    ],
)
def test_a_decision_needs_a_reason_a_name_and_an_end(
    board: Project, command: tuple[str, ...], says: str
) -> None:
    """Whatever is wrong, the board is untouched."""
    ended = board(*command)
    assert (ended.status, ended.out, text(board)) == (2, "", BOARD), ended
    assert says in ended.err


def test_a_long_waiver_is_a_warning(board: Project) -> None:
    """It is written."""
    ended = board("waive", "T1.1", *GOOD, "--until", "2199-01-01")
    assert ended.status == 0
    assert "more than a year" in ended.err


def test_who_decides_is_who_git_says(board: Project) -> None:
    """That is told; without a name there is no decision."""
    arguments = ("waive", "T1.1", "--reason", "x", "--until", NEXT_YEAR)
    ended = board(*arguments)
    assert (ended.status, text(board)) == (2, BOARD)
    assert "--by" in ended.err
    (board.tmp.parent / ".gitconfig").write_text("[user]\nname = Li Wei\n")
    ended = board(*arguments)
    assert "Li Wei (git user.name)" in ended.err
    assert "by: Li Wei," in text(board)


@pytest.mark.parametrize(
    ("moment", "verdict"),
    [
        ("2026-11-24T23:59:59.999+00:00", "waived"),
        ("2026-11-25T00:00:00+00:00", "fail"),
        ("2026-11-25T07:59:59+08:00", "waived"),
        ("2026-11-24T19:00:00-05:00", "fail"),
    ],
)
def test_a_waiver_ends_with_its_day_in_utc(project: Project, moment: str, verdict: str) -> None:
    """So does an attestation, wherever the machine is."""
    project.write(
        "version: 1\ntasks:\n- id: T1\n  criteria:\n"
        "  - run: 'false'\n    waive: {reason: x, by: a, until: 2026-11-24}\n"
        "  - attest: {by: a, on: 2026-11-23, valid: 1d}\n"
    )
    ended = at(project, moment, "check", "--output-format", "json")
    first, second = ended.run.criteria()
    assert first.verdict == verdict, ended
    assert second.verdict == ("pass" if verdict == "waived" else "fail")
    assert ("expired on 2026-11-24" in first.reason) == (verdict == "fail")


# --- attest -------------------------------------------------------------------------------------


def test_a_word_is_given_and_holds_until_its_evidence_changes(board: Project) -> None:
    """Nobody has given it at first; the digest of the evidence stands in board and document."""
    assert verdicts(board)["T1.3"].reason == "nobody has attested it"
    ended = board("attest", "T1.3", "--by", "li.wei")
    assert ended.status == 0, ended
    evidence = board.folder / "docs" / "training.md"
    digest = content_digest(str(evidence))
    today = dt.datetime.now(dt.UTC).date().isoformat()
    given = f'by: li.wei, on: {today}, valid: 180d, digest: "{digest}"'
    assert text(board) == BOARD.replace("training.md}", f"training.md, {given}}}")
    record = verdicts(board)["T1.3"]
    assert (record.verdict, record.attestation.digest) == ("pass", digest)
    assert (record.attestation.by, record.attestation.on) == ("li.wei", today)
    evidence.write_text("nobody\n")
    record = verdicts(board)["T1.3"]
    assert record.verdict == "fail"
    assert "docs/training.md changed since it was attested" in record.reason
    assert record.attestation.digest == content_digest(str(evidence)) != digest
    assert board("attest", "T1.3", "--by", "zhao").status == 0
    assert verdicts(board)["T1.3"].verdict == "pass"
    evidence.unlink()
    assert "does not exist" in verdicts(board)["T1.3"].reason
    assert board("attest", "T1.3", "--by", "zhao").status == 2


@pytest.mark.parametrize(
    ("name", "content", "verdict"),
    [
        ("docs/none.md", "", "fail"),
        ("docs/blank.md", " \n", "fail"),
        ("proof/.gitkeep", "", "fail"),
        ("docs/short.md", "1\n", "pass"),
        ("proof/all.md", "yes", "pass"),
    ],
)
def test_evidence_holds_something(board: Project, name: str, content: str, verdict: str) -> None:
    """A file without content is as good as none, and so is a folder of such files."""
    path = board.folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    evidence = "proof/" if "proof" in name else name
    given = f"{{by: a, on: 2026-01-01, valid: 9999d, evidence: {evidence}}}"
    board.write(BOARD.replace("{evidence: docs/training.md}", given))
    assert verdicts(board)["T1.3"].verdict == verdict
    status = board("attest", "T1.3", "--by", "a", "--evidence", evidence).status
    assert status == (0 if verdict == "pass" else 2)


WAIVE = "attest: {{by: a, on: 2026-01-01, valid: 9999d}}, waive: {{reason: x, by: a, until: {}}}"
EVIDENCE = "attest: {by: a, on: 2026-01-01, valid: 9999d, evidence: b.md"


@pytest.mark.parametrize(
    ("head", "priority", "criterion", "note"),
    [
        ("", "P2", WAIVE.format("2999-01-01"), "runs for more than a year, until 2999-01-01"),
        ("", "P0", WAIVE.format(NEXT_YEAR), f"lifts the block of a P0 task until {NEXT_YEAR}"),
        ("", "P2", EVIDENCE + "}", "b.md may change unnoticed"),
        ("", "P2", WAIVE.format(NEXT_YEAR), ""),
        ("", "P0", WAIVE.format("2026-01-01"), ""),
        ("waivers: {max: 101d}\n", "P0", WAIVE.format(NEXT_YEAR), ""),
        ("", "P2", f"{EVIDENCE}, digest: 'sha256:{'0' * 64}'}}", ""),
    ],
)
def test_what_was_decided_for_long_is_noted(
    project: Project, head: str, priority: str, criterion: str, note: str
) -> None:
    """A note with its place, in every run; the board is valid."""
    task = f"- {{id: T1, priority: {priority}, criteria: [{{{criterion}}}]}}\n"
    project.write(f"{head}version: 1\ntasks:\n{task}")
    validated = project("validate", "--output-format", "json")
    assert validated.status == 0, validated
    notes = validated.json.get("notes", [])
    assert [note in entry["message"] for entry in notes] == [True] * bool(note)
    for verb in ("validate", "check"):
        told = [line for line in project(verb).err.splitlines() if line.startswith("note: board.")]
        assert [note in line for line in told] == [True] * bool(note)


def test_other_evidence_may_be_named(board: Project) -> None:
    """A link has no digest; without evidence there is none."""
    assert board("attest", "T1.3", "--by", "a", "--valid", "30d").status == 0
    link = board("attest", "T1.3", "--by", "a", "--evidence", "https://wiki.example.org/t.md",
                 "--output-format", "json").json  # fmt: skip
    assert link["after"]["evidence"] == "https://wiki.example.org/t.md"
    assert link["after"]["valid"] == "30d"
    assert "digest" not in link["after"]
    assert verdicts(board)["T1.3"].verdict == "pass"
    none = board("attest", "T1.3", "--by", "a", "--evidence", "", "--output-format", "json").json
    assert set(none["after"]) == {"by", "on", "valid"}
    folder = board("attest", "T1.3", "--by", "a", "--evidence", "./docs", "--on", "2026-01-01")
    assert folder.status == 0, folder
    assert "digest" in text(board)


def test_what_evidence_holds(tmp_path: Path) -> None:
    """A folder by the names and contents within; nothing where there is nothing to read."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_text("1")
    assert locate("a/x", ["/nowhere", str(tmp_path)]) == str(tmp_path / "a" / "x")
    assert locate("a/y", [str(tmp_path)]) == ""
    seen = {content_digest(str(tmp_path / "a"))}
    (tmp_path / "a" / "x").write_text("2")
    seen.add(content_digest(str(tmp_path / "a")))
    (tmp_path / "a" / "x").rename(tmp_path / "a" / "y")
    seen.add(content_digest(str(tmp_path / "a")))
    assert len(seen) == 3
    assert content_digest(str(tmp_path / "none")) == content_digest("/dev/null") == ""


# --- the file -----------------------------------------------------------------------------------


def test_rights_and_links_stay(board: Project) -> None:
    """The file that a link leads to is the board; nothing is left beside it."""
    real = board.folder / "real.yaml"
    (board.folder / "board.yaml").rename(real)
    (board.folder / "board.yaml").symlink_to("real.yaml")
    real.chmod(0o640)
    assert board("waive", "T1.1", *GOOD).status == 0
    assert (board.folder / "board.yaml").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert "waive" in real.read_text()
    assert sorted(os.listdir(board.folder)) == ["board.yaml", "docs", "real.yaml"]


def test_several_at_once_are_all_written(board: Project) -> None:
    """None of them writes over another's."""
    board.write("version: 1\ntasks:\n- id: T1\n  criteria:\n" + "  - run: 'false'\n" * 6)
    started = [board.start("waive", f"T1.{n}", *GOOD) for n in range(1, 7)]
    assert [board.end(process).status for process in started] == [0] * 6
    assert text(board).count("waive:") == 6


def test_a_full_disk_leaves_the_board(board: Project) -> None:
    """As it was, and nothing beside it."""
    limit = ["bash", "-c", 'ulimit -f 0; exec "$@"', "-"]
    ended = board("waive", "T1.1", *GOOD, prefix=limit)
    assert (ended.status, text(board)) == (5, BOARD), ended
    assert sorted(os.listdir(board.folder)) == ["board.yaml", "docs"]


def test_a_board_that_is_wrong_is_not_decided_on(board: Project) -> None:
    """Its mistakes are told instead; so is a place that stands for several."""
    board.write(BOARD + "nonsense: 1\n")
    ended = board("waive", "T1.1", *GOOD)
    assert (ended.status, "nonsense" in ended.err) == (2, True)
    board.write("version: 1\ntasks:\n- id: T1\n  criteria: [&c {run: 'false'}, *c]\n")
    for name in ("T1.1", "T1.2"):
        ended = board("waive", name, *GOOD)
        assert (ended.status, ended.out) == (2, ""), ended
        assert "left as it is" in ended.err
    assert "waive" not in text(board)
