"""Agents are told what terminals and CI jobs are told, over the Model Context Protocol."""

import json
import re
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.types import TextContent

from tests.support.program import Project
from tests.support.repositories import git

BOARD = {
    "version": 1,
    "title": "Served",
    "target": 5,
    "tasks": [
        {
            "id": "T1",
            "title": "First",
            "priority": "P0",
            "criteria": [
                {"id": "T1.1", "title": "Is there", "run": "test -e there"},
                {"id": "T1.2", "title": "Also", "run": "test -d ."},
            ],
        }
    ],
}


ASKING: dict[str, dict[str, object]] = {"next": {}, "show": {"subject": "T1.1"}}


@pytest.fixture
def served(project: Project) -> Project:
    """A project with a board, of which one criterion fails."""
    project.write(BOARD)
    return project


def talk(project: Project, talking: Callable[[Client], Awaitable[None]]) -> None:
    """Start the server as an agent's host does, and talk to it with the official client."""

    async def session() -> None:
        parameters = StdioServerParameters(
            command=sys.executable,
            args=["-m", "readiness", "mcp"],
            cwd=str(project.folder),
            env=project.environment,
        )
        with anyio.fail_after(50):
            async with Client(parameters) as client:
                await talking(client)

    anyio.run(session)


async def answered(client: Client, name: str, **arguments: object) -> dict[str, Any]:
    """What a tool answers, as data; its text has each fact too."""
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result
    (content,) = result.content
    assert isinstance(content, TextContent)
    answer = result.structured_content
    assert answer is not None
    assert [fact for fact in _facts(answer) if fact not in content.text] == []
    answer["text"] = content.text
    assert not re.search(r'(null|""|\{\})[,}\]]', json.dumps(answer))
    return answer


def _facts(value: object) -> list[str]:
    """Each line of each scalar in an answer."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [fact for item in inner for fact in _facts(item)]
    return (str(value).lower() if isinstance(value, bool) else str(value)).split("\n")


async def refused(client: Client, name: str, **arguments: object) -> str:
    """What a tool says that could not do as it was told: an error of the call."""
    result = await client.call_tool(name, arguments)
    assert result.is_error, result
    (content,) = result.content
    assert isinstance(content, TextContent)
    assert "Traceback" not in content.text
    return content.text


def test_an_agent_finds_the_tools(served: Project) -> None:
    """With what they are for, and which of them run something."""

    async def talking(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"check", "next", "show", "guard"}
        assert all(tool.description for tool in tools.values())
        reading = {name for name, tool in tools.items() if tool.annotations.read_only_hint}
        assert reading == {"next", "show"}
        assert "do not edit the board" in (client.instructions or "")

    talk(served, talking)


def test_an_agent_works_its_way_to_ready(served: Project) -> None:
    """Next, repair, check that alone, check all, and see the evidence."""

    async def talking(client: Client) -> None:
        before = await answered(client, "check")
        assert (before["exit_status"], before["decision"]) == (1, "not_ready")
        assert before["open"] == ["T1.1 fail (blocks): exit 1, expected == 0"]
        (details,) = before["details"]
        assert (details["id"], details["by_hand"]) == ("T1.1", "test -e there")

        advice = await answered(client, "next", to=10)
        assert [step["id"] for step in advice["criteria"]] == ["T1.1"]
        assert [task["id"] for task in advice["way"]["tasks"]] == ["T1"]

        (served.folder / "there").touch()
        part = await answered(client, "check", selectors=["T1.1"])
        assert (part["exit_status"], part["decision"], part["open"]) == (0, "partial", [])
        whole = await answered(client, "check")
        assert (whole["exit_status"], whole["decision"]) == (0, "ready")

        evidence = await answered(client, "show", subject="T1.1")
        assert evidence["probes"][0]["command"] == "test -e there"

    talk(served, talking)


def test_an_agent_learns_that_the_files_have_changed_since(served: Project) -> None:
    """Which ones, and in the text too; what was measured and is committed now is no change."""

    async def talking(client: Client) -> None:
        await answered(client, "check")
        git(served.folder, "add", "-A")
        git(served.folder, "commit", "-qm", "as it was measured")
        for name, arguments in ASKING.items():
            assert "tree_changed" not in await answered(client, name, **arguments)
        (served.folder / "code.py").write_text("x = 2")
        for name, arguments in ASKING.items():
            answer = await answered(client, name, **arguments)
            assert answer["tree_changed"] == ["code.py"]
            assert "files changed since it was measured: 1" in answer["text"].split("\n")[0]
        assert "score 5.0 of 10, target 5.0" in (await answered(client, "next"))["text"]

    (served.folder / "code.py").write_text("x = 1")
    git(served.folder, "init", "-q")
    git(served.folder, "commit", "-q", "--allow-empty", "-m", "nothing yet")
    talk(served, talking)


def _wordy(criteria: int) -> dict[str, object]:
    """A board whose criteria all fail, each with more to say than anyone wants to hear."""
    says = "for n in 1 2 3 4 5 6 7 8 9; do echo a long line of no importance $n >&2; done"
    failing = [
        {"title": f"Criterion {place}", "run": f"{says}; echo the reason {place} >&2; exit 1"}
        for place in range(criteria)
    ]
    task = {"id": "T1", "title": "First", "priority": "P0", "criteria": failing}
    return {"version": 1, "title": "Wordy", "tasks": [task]}


def test_what_failed_is_told_in_few_characters(served: Project) -> None:
    """Of twenty failures each has its line, the first its output too; more where that is asked.

    Of a hundred as many are told as there is room for, and how many others there are.
    """

    async def talking(client: Client) -> None:
        served.write(_wordy(20))
        answer = await answered(client, "check")
        assert _size(answer) <= 1500
        assert [line.split()[0] for line in answer["open"]] == [f"T1.{n}" for n in range(1, 21)]
        assert answer["details"][0]["output"].endswith("the reason 0")
        assert len(answer["details"]) < 20
        assert answer["more"] == "show ID, or check with characters=6000"

        whole = await answered(client, "check", characters=40_000)
        assert [detail["id"] for detail in whole["details"]] == [f"T1.{n}" for n in range(1, 21)]
        assert whole["details"][19]["output"].endswith("the reason 19")
        assert whole["details"][19]["output"].count("\n") == 9
        assert "more" not in whole

        served.write(_wordy(100))
        answer = await answered(client, "check")
        assert _size(answer) <= 1500
        assert answer["more"].startswith(f"{100 - len(answer['open'])} more are open; ")
        advice = await answered(client, "next")
        assert len(advice["criteria"]) == 5
        assert advice["more"].startswith("95 more are open")
        assert len((await answered(client, "next", most=100))["criteria"]) == 100

    talk(served, talking)


def _size(answer: dict[str, Any]) -> int:
    answer.pop("text")
    return len(json.dumps(answer, ensure_ascii=False, separators=(",", ":")))


def test_mistakes_are_told_with_their_status(served: Project) -> None:
    """An unknown id, a wrong board; and what looks like an option is none."""

    async def talking(client: Client) -> None:
        assert re.search(r"exit status 2: .*T9", await refused(client, "show", subject="T9"))
        option = await refused(client, "check", selectors=["--exit-zero"])
        assert re.search("exit status 2: .*--exit-zero", option)
        for base in ("\0", "a\0b", "-x"):
            assert "exit status 2: " in await refused(client, "guard", base=base)
        assert "exit status 2: " in await refused(client, "check", selectors=["T1\0"])
        assert "exit status 2: cannot read base" in await refused(client, "guard", base="nope")
        served.write({"version": 1, "title": "x"})
        broken = await refused(client, "check")
        assert re.search("exit status 2: .*board.yaml:", broken)

    talk(served, talking)


def test_without_a_board_nothing_is_served(project: Project) -> None:
    """The host sees at once what is wrong."""
    ended = project("mcp")
    assert (ended.status, ended.out) == (2, "")
    assert "no board.yaml here" in ended.err
