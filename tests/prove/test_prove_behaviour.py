"""A proof leaves the project as it was, and behaves like every command."""

import hashlib
import os
import signal
import subprocess
from pathlib import Path

from tests.support.heard import heard
from tests.support.program import Project, number, tried
from tests.support.proving import proofs, proven


def snapshot(folder: Path) -> dict[str, str]:
    """All of a folder, to be compared byte by byte."""
    contents = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content = os.readlink(path) if path.is_symlink() else ""
        if path.is_file() and not path.is_symlink():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        contents[str(path.relative_to(folder))] = f"{status.st_mode:o} {content}"
    return contents


def test_nothing_is_changed_whatever_probes_do(equipped: Project) -> None:
    """They work in copies: tracked, ignored and new files, links, modes and the index stay."""
    folder = equipped.folder
    (folder / "kept.txt").write_text("kept\n")
    (folder / "link").symlink_to(folder / "kept.txt")
    (folder / "ignored").mkdir()
    (folder / "ignored" / "data").write_text("data\n")
    (folder / ".gitignore").write_text("ignored/\n")
    proven(
        equipped,
        {"run": "lint src/a.txt && git add --all && git commit --quiet --message x"},
        {"run": "lint src/a.txt && echo more >> link && echo more >> ignored/data"},
        {"run": f"lint src/a.txt && rm {folder}/kept.txt"},
        {"run": "lint src/*.txt && rm -r src && mkdir made"},
    )
    equipped.environment |= {"HOME": str(folder.parent), "LC_ALL": "C"}
    for words in (
        "init --quiet",
        "config user.name x",
        "config user.email x@example.org",
        "add --all",
        "commit --quiet --message all",
    ):
        subprocess.run(["git", "-C", str(folder), *words.split()], check=True)
    (folder / "kept.txt").write_text("changed\n")
    subprocess.run(["git", "-C", str(folder), "add", "kept.txt"], check=True)
    before = snapshot(folder)
    results = proofs(equipped, "-j", "1")

    assert snapshot(folder) == before
    names = ("T1.1", "T1.2", "T1.3", "T1.4")
    assert [results[name]["now"]["verdict"] for name in names] == ["pass"] * 4, results
    assert results[""]["exit_status"] == 0
    assert equipped.entries() == []


def test_what_a_proof_saw_fail_is_remembered(equipped: Project) -> None:
    """A check need not try it again, and counts it. Twin: without the proof it tries."""
    (equipped.folder / "Makefile").write_text("nothing:\n\t@:\n\t[ x = x ]\n")
    proven(equipped, {"run": "test -d src"})
    assert equipped("check").status == 0
    proven(equipped, tried("lint src/*.txt"), tried("make -s nothing"))
    assert "Trying once whether 2 commands" in equipped("check", "--history", "twin.db").err
    results = proofs(equipped)
    assert [results[name]["outcome"] for name in ("T1.1", "T1.2")] == ["can_fail", "still_passes"]
    ended = equipped("check", "--output-format", "json")
    assert "Trying once whether 1 command" in ended.err
    assert ended.run.score.seen_to_fail == 1
    assert "1 of 2 measured criteria proven able to fail" in equipped("list").out


def test_time_limits_hold(equipped: Project) -> None:
    """What hangs when its tool says nothing is ended, and does not pass."""
    proven(
        equipped,
        {"run": "until lint src/*.txt | grep -q checked; do sleep 0.1; done", "timeout": "1s"},
    )
    results = proofs(equipped)

    assert results["T1.1"]["outcome"] == "can_fail"
    assert "timeout" in {trial["reason_code"] for trial in results["T1.1"]["trials"]}


def test_what_is_waited_for_is_tried_once(equipped: Project) -> None:
    """A broken world does not get better."""
    proven(equipped, {"run": "lint src/*.txt", "wait": "50s", "retries": 3, "samples": 3})
    assert proofs(equipped)["T1.1"]["outcome"] == "can_fail"


def test_a_waiver_hides_nothing(equipped: Project) -> None:
    """What is waived would still pass without its tool."""
    waive = {"reason": "later", "by": "lead", "until": "2999-01-01"}
    proven(equipped, {"run": "lint src/*.txt || true", "waive": waive})
    assert proofs(equipped)["T1.1"]["outcome"] == "still_passes"


def test_no_secret_is_shown(equipped: Project) -> None:
    """Nor where the reason of a try is what a tool printed."""
    proven(equipped, number("lint src/*.txt; echo errors: $API_TOKEN"), secrets=["API_TOKEN"])
    secret = {"API_TOKEN": "s3cr3t-value-1"}
    for words in ((), ("--output-format", "json")):
        ended = equipped("prove", *words, env=secret)
        assert "s3cr3t-value-1" not in ended.out + ended.err


def test_a_signal_ends_it_and_leaves_nothing_behind(equipped: Project) -> None:
    """The copies are removed, the status is the signal's."""
    with heard() as log:
        proven(equipped, {"run": f"lint src/*.txt; {log.say('started')}; sleep 30"})
        process = equipped.start("prove")
        log.wait()
        process.send_signal(signal.SIGINT)
        ended = equipped.end(process)

    assert ended.status == 128 + signal.SIGINT, ended
    assert "interrupted" in ended.out


def test_the_table_says_what_the_document_says(equipped: Project) -> None:
    """Every criterion with its verdict in every world, and what passes."""
    proven(equipped, {"run": "lint src/*.txt || true"}, {"run": "lint src/*.txt"})
    ended = equipped("prove")
    rows = [line.split() for line in ended.out.splitlines()]

    assert ["criterion", "now", "tools", "gone", "failing"] in rows
    assert ["T1.1", "pass", "error", "pass", "STILL", "PASSES"] in rows
    assert ["T1.2", "pass", "error", "fail", "can", "fail"] in rows
    assert "2 criteria: 1 can fail, 1 still passes" in ended.out
    assert "T1.2" not in equipped("prove", "--quiet").out


def test_an_empty_board_for_this_profile_is_not_proven(equipped: Project) -> None:
    """Nothing tried is nothing shown."""
    proven(
        equipped,
        {"run": "test -d .", "profiles": ["production"]},
        profiles={"local": {}, "production": {}},
    )
    assert proofs(equipped)[""]["exit_status"] == 3
