"""Coding agents are done when the gate says so."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Ended, Project, a_board, number, wait_until
from tests.support.repositories import commit, git
from tests.support.running import alive_in

BOARD = a_board(
    {"title": "It works", "run": "python3 work.py"},
    number("cat errors", "<= 9", title="Few errors", baseline=3),
)
FILES = {"work.py": "", "errors": "errors: 3\n", ".gitignore": "__pycache__/\n"}
SLOW = 300
BROKEN = "raise SystemExit(f'work.py: not so')\n"


@pytest.fixture
def hooked(project: Project) -> Project:
    """A project with a board and a commit, of which nothing is recorded yet."""
    project.write(BOARD)
    commit(project.folder, FILES)
    return project


def call(project: Project, event: str, agent: str = "claude-code", **payload: object) -> Ended:
    """Call the hook as an agent does."""
    sent = {"session_id": "s", "cwd": str(project.folder), "stop_hook_active": False, **payload}
    return send(project, json.dumps(sent).encode(), event, "--agent", agent)


def send(project: Project, data: bytes, *arguments: str) -> Ended:
    """Call the hook with these bytes."""
    path = project.folder.parent / "payload"
    path.write_bytes(data)
    with path.open("rb") as stdin:
        return project("hook", *arguments, stdin=stdin)


def answer(ended: Ended) -> Any:
    """What the agent is answered; None for nothing. The status is always 0."""
    assert ended.status == 0, ended
    return ended.json if ended.out.strip() else None


def reason(ended: Ended) -> str:
    """Why a stop is blocked."""
    blocked = answer(ended)
    assert blocked is not None, ended
    assert blocked["decision"] == "block", blocked
    assert len(blocked["reason"]) <= 1200
    text: str = blocked["reason"]
    return text


def change(project: Project, **files: str) -> None:
    """Write files, whose names have a dot for each `__`."""
    for name, text in files.items():
        (project.folder / name.replace("__", ".")).write_text(text, "utf-8")


def test_nothing_changed_is_silent(hooked: Project) -> None:
    """And nothing is run or recorded."""
    assert answer(call(hooked, "stop")) is None
    assert hooked.entries() == []


def test_what_is_worse_blocks_until_it_is_good(hooked: Project) -> None:
    """With what was found, where, and how to see it; no run was ever recorded before."""
    change(hooked, work__py=BROKEN)
    text = reason(call(hooked, "stop"))
    began = git(hooked.folder, "rev-parse", "HEAD")[:10]
    assert f"T1.1 It works: exit 1, expected == 0; in {began}: exit 0" in text
    assert "by hand: python3 work.py" in text
    assert "work.py: not so" in text
    assert "T1.2" not in text
    change(hooked, work__py="# better\n")
    assert answer(call(hooked, "stop", stop_hook_active=True)) is None


def test_what_was_red_before_does_not_block(hooked: Project) -> None:
    """The line is held, whatever a release asks; a baseline is a line too."""
    commit(hooked.folder, {"work.py": BROKEN})
    change(hooked, notes="I looked at it.\n")
    assert answer(call(hooked, "stop")) is None
    change(hooked, errors="errors: 5\n")
    text = reason(call(hooked, "stop"))
    assert "T1.2 Few errors: rose from 3 errors to 5 errors" in text


def test_what_loosens_blocks(hooked: Project) -> None:
    """The gate's limits, and what silences a tool; what is good beside it changes nothing."""
    board = json.loads((hooked.folder / "board.yaml").read_text("utf-8"))
    board["tasks"][0]["criteria"][1]["expect"] = "<= 90"
    hooked.write(board)
    text = reason(call(hooked, "stop"))
    assert "loosened: T1.2: expectation changed: <= 9 → <= 90" in text
    assert f"readiness guard --base {git(hooked.folder, 'rev-parse', 'HEAD')[:12]}" in text


def test_what_is_committed_counts_as_well(hooked: Project) -> None:
    """On a branch since it left the default branch, else since the session began."""
    assert answer(call(hooked, "start")) is None
    commit(hooked.folder, {"work.py": BROKEN})
    assert "T1.1" in reason(call(hooked, "stop"))
    git(hooked.folder, "switch", "-q", "-c", "topic", "HEAD~1")
    commit(hooked.folder, {"errors": "errors: 8\n"})
    assert "T1.2" in reason(call(hooked, "stop", session_id="another"))


def test_three_blocks_a_prompt(hooked: Project, tmp_path: Path) -> None:
    """A prompt is a message of the user in the transcript, which hooks and tools are not."""
    prompt = {"type": "user", "uuid": "1", "message": {"role": "user", "content": "Mend it"}}
    meta = {**prompt, "uuid": "2", "isMeta": True}
    path = tmp_path / "transcript.jsonl"
    change(hooked, work__py=BROKEN)

    def stop(*lines: object) -> Any:
        path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
        return answer(call(hooked, "stop", transcript_path=str(path)))

    answers = [stop(prompt, *[meta] * count) for count in range(5)]
    assert [one and one.get("decision") for one in answers] == ["block"] * 3 + [None] * 2
    assert "Agent allowed to stop" in answers[3]["systemMessage"]
    assert answers[4] is None
    assert stop(prompt, meta, {**prompt, "uuid": "3"})["decision"] == "block"


def test_what_cannot_be_measured_is_told_once(hooked: Project) -> None:
    """Where it could be measured before, the agent hears it, and is not blocked twice."""
    change(hooked, errors="nothing\n")
    assert "T1.2 Few errors: no value" in reason(call(hooked, "stop"))
    assert answer(call(hooked, "stop", stop_hook_active=True)) is None
    assert answer(call(hooked, "stop", prompt_id="another")) is None


def test_a_board_that_the_change_breaks_blocks(hooked: Project) -> None:
    """And so does one that it takes away or hides; what was broken before is only told."""
    hooked.write("version: 1\ntitel: x\n")
    text = reason(call(hooked, "stop"))
    assert "board.yaml:2" in text
    (hooked.folder / "board.yaml").unlink()
    assert "no board" in reason(call(hooked, "stop"))
    git(hooked.folder, "checkout", "board.yaml")
    change(hooked, pyproject__toml="[tool.readiness\n")
    assert "pyproject.toml" in reason(call(hooked, "stop"))
    (hooked.folder / "pyproject.toml").unlink()
    commit(hooked.folder, {"board.yaml": "version: 1\ntitel: x\n"})
    change(hooked, notes="x")
    told = answer(call(hooked, "stop", session_id="another"))
    assert list(told) == ["systemMessage"]
    assert answer(call(hooked, "stop", session_id="another")) is None


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b"null"])
def test_a_broken_payload_is_told(hooked: Project, data: bytes) -> None:
    """It never blocks: nobody could count how often."""
    change(hooked, work__py=BROKEN)
    told = answer(send(hooked, data, "stop", "--agent", "codex"))
    assert "did not send a JSON object" in told["systemMessage"]
    cursor = send(hooked, data, "stop", "--agent", "cursor")
    assert answer(cursor) is None
    assert "did not send a JSON object" in cursor.err


def test_projects_without_a_board_are_left_alone(project: Project) -> None:
    """As a plugin is called in all of them."""
    commit(project.folder, {"a": "b"})
    change(project, a="c")
    assert answer(call(project, "stop")) is None


def test_a_first_board_blocks_nobody(project: Project) -> None:
    """There is nothing that it could be worse than; that is told."""
    commit(project.folder, {"a": "b"})
    project.write(a_board({"run": "false"}))
    told = answer(call(project, "stop"))
    assert "could not be" in told["systemMessage"]


def test_a_base_without_a_board_gives_way_to_where_the_session_began(project: Project) -> None:
    """A board that only the branch has is not eased unseen. Twin: honest work beside it."""
    commit(project.folder, FILES | {"a.py": "x = 1\n"})
    git(project.folder, "checkout", "-q", "-b", "topic")
    project.write(BOARD | {"target": 9})
    commit(project.folder, {})
    assert answer(call(project, "start")) is None
    change(project, a__py="x = 2\n")
    assert answer(call(project, "stop")) is None
    project.write(BOARD | {"target": 1})
    commit(project.folder, {"a.py": "x = 1  # noqa\n"})
    text = reason(call(project, "stop"))
    assert "loosens 2" in text
    assert "target changed: 9 → 1" in text


def test_without_a_repository_nobody_is_blocked(project: Project) -> None:
    """There is nothing that it could be worse than; what fails is told."""
    project.write(BOARD)
    change(project, work__py="", errors="errors: 3\n")
    assert answer(call(project, "stop")) is None
    change(project, errors="errors: 10\n")
    assert "T1.2" in answer(call(project, "stop"))["systemMessage"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["stop", "--agent", "clippy"],
        ["dance", "--agent", "codex"],
        ["--agent", "codex"],
        ["stop", "--agent", "codex", "--unknown"],
        ["stop"],
    ],
)
def test_a_wrong_call_is_never_an_agents_word_for_blocking(
    hooked: Project, arguments: list[str]
) -> None:
    """The status is 1, not 2."""
    ended = send(hooked, b"{}", *arguments)
    assert ended.status == 1, ended
    assert ended.out == ""
    assert ended.err


def test_an_agent_that_ends_the_hook_gets_no_answer(hooked: Project) -> None:
    """And the next call begins as if it had not been."""
    board = a_board({"run": "touch began; sleep 60"})
    hooked.write(board)
    commit(hooked.folder, {})
    change(hooked, work__py=BROKEN)
    path = hooked.folder.parent / "payload"
    path.write_text(json.dumps({"session_id": "s", "cwd": str(hooked.folder)}), "utf-8")
    with path.open("rb") as stdin:
        started = hooked.start("hook", "stop", "--agent", "codex", stdin=stdin)
    wait_until(hooked.folder / "began", 60)
    started.terminate()
    ended = hooked.end(started)
    assert ended.out == ""
    assert ended.status == 128 + 15


def look(project: Project, limit: float) -> Ended:
    """Call the hook at a stop, with less time than agents give it."""
    path = project.folder.parent / "payload"
    path.write_text(json.dumps({"session_id": "s", "cwd": str(project.folder)}), "utf-8")
    patch = f"from readiness.agents import hook; hook.RUN_LIMIT_S = {limit}"
    with path.open("rb") as stdin:
        line = ("hook", "stop", "--agent", "claude-code")
        return project.end(project.start_patched(patch, *line, stdin=stdin))


@pytest.mark.slow
def test_what_there_was_no_time_for_is_told_as_unknown(hooked: Project) -> None:
    """By the end of the time for a look all probes are over, and none of them passes for good."""
    hooked.longest = SLOW
    change(hooked, work__py="import time\ntime.sleep(600)\n")
    told = answer(look(hooked, 20))
    text = told.get("reason") or told["systemMessage"]  # by whether there was time for the base
    assert "1 criterion could not be measured" in text
    assert re.search(r"T1\.1 It works: the .*time limit ", text)  # of the run, or of all of it
    assert alive_in(hooked.folder) == []


def test_the_answer_is_in_the_boards_language(hooked: Project) -> None:
    """As all that is told of it."""
    hooked.write(BOARD | {"language": "zh"})
    commit(hooked.folder, {})
    change(hooked, work__py=BROKEN)
    text = reason(call(hooked, "stop"))
    assert "尚未完成" in text
    assert "退出状态 1，要求 == 0；在 " in text
    assert "手动运行：python3 work.py" in text


# --- in an agent's settings ----------------------------------------------------------------------


def as_agent(project: Project, command: str, **payload: object) -> Ended:
    """Run an installed command as an agent does: by a shell, with a payload."""
    sent = json.dumps({"session_id": "s", "cwd": str(project.folder), **payload})
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=project.folder,
        env={**project.environment, "CLAUDE_PROJECT_DIR": str(project.folder)},
        input=sent.encode(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("agent", "file", "events"),
    [
        ("claude-code", ".claude/settings.json", ["SessionStart", "Stop"]),
        ("codex", ".codex/hooks.json", ["SessionStart", "Stop"]),
        ("cursor", ".cursor/hooks.json", ["sessionStart", "stop"]),
    ],
)
def test_what_is_installed_is_live(
    hooked: Project, agent: str, file: str, events: list[str]
) -> None:
    """Its command answers as the agent runs it; doctor says so, and that a dead one is dead."""
    ended = hooked("hook", "--install", "--agent", agent)
    assert ended.status == 0, ended
    path = hooked.folder / file
    settings = json.loads(path.read_text("utf-8"))
    assert sorted(settings["hooks"]) == events
    (group,) = settings["hooks"][events[-1]]
    (handler,) = group.get("hooks", [group])
    change(hooked, work__py=BROKEN)
    found = as_agent(hooked, handler["command"], workspace_roots=[str(hooked.folder)])
    assert "T1.1" in json.dumps(answer(found)), found

    (alive,) = [
        one for one in hooked("doctor", "--output-format=json").json if "hook" in one["tool"]
    ]
    assert alive["path"] == str(path)
    path.write_text(path.read_text("utf-8").replace("-m readiness", "-m unreadable.readiness"))
    dead = hooked("doctor")
    assert dead.status == 3
    assert f"readiness hook --install --agent {agent}" in " ".join(dead.out.split())

    assert hooked("hook", "--uninstall", "--agent", agent).status == 0
    assert not path.exists()
    assert not path.parent.exists()


def test_settings_keep_all_else(hooked: Project) -> None:
    """Also their rights, and a link that leads to them; again changes nothing."""
    real = hooked.folder / "shared.json"
    text = '{\n\t"permissions": {"allow": ["Bash(ls:*)"]}\n}'
    real.write_text(text, "utf-8")
    real.chmod(0o640)
    link = hooked.folder / ".claude" / "settings.json"
    link.parent.mkdir()
    link.symlink_to(real)
    assert hooked("hook", "--install", "--agent", "claude-code").status == 0
    assert "is unchanged" in hooked("hook", "--install", "--agent", "claude-code").out
    found = json.loads(real.read_text("utf-8"))
    assert list(found) == ["permissions", "hooks"]
    assert sorted(found["hooks"]) == ["SessionStart", "Stop"]
    assert real.stat().st_mode & 0o777 == 0o640
    assert hooked("hook", "--uninstall", "--agent", "claude-code").status == 0
    assert json.loads(real.read_text("utf-8")) == json.loads(text)
    assert link.is_symlink()


def test_settings_that_are_not_understood_are_not_touched(hooked: Project) -> None:
    """And a project without a board gets no hook, which would be silent for ever."""
    path = hooked.folder / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text('{"hooks": [] /* mine */}', "utf-8")
    ended = hooked("hook", "--install", "--agent", "claude-code")
    assert ended.status == 2
    assert str(path) in ended.err
    assert path.read_text("utf-8") == '{"hooks": [] /* mine */}'
    (hooked.folder / "board.yaml").unlink()
    ended = hooked("hook", "--install", "--agent", "codex")
    assert ended.status == 2
    assert not os.path.lexists(hooked.folder / ".codex")
