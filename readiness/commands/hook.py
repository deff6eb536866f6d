"""Block a coding agent from finishing while its change makes things worse or loosens the gate."""

from typing import Annotated

from readiness.agents.forms import AGENTS, Event, agent_of
from readiness.command_line import options
from readiness.command_line.options import Verb, argument, asked, option, shared, switch


def hook(
    agent: Annotated[
        str,
        option(
            "--agent",
            "NAME",
            "claude-code, codex or cursor.",
            complete=tuple(agent.name for agent in AGENTS),
        ),
    ],
    event: Annotated[
        str,
        argument("[EVENT]", "What the agent is about to do: start or stop.", tuple(Event)),
    ] = "",
    install: Annotated[
        bool, switch("--install", "Write the hook to the agent's settings in this project.")
    ] = False,
    uninstall: Annotated[
        bool, switch("--uninstall", "Remove the hook from the agent's settings.")
    ] = False,
    base: Annotated[
        str | None,
        shared(
            "--base",
            "REF",
            "The revision to compare with. Default: where this work began.",
            complete="revisions",
        ),
    ] = None,
    board_file: options.Board = None,
    project: options.Project = None,
    profile: options.Profile = None,
    jobs: options.Jobs = None,
    timeout: options.Timeout = None,
    history: options.History = None,
) -> int:
    """Read what the agent sends on standard input, and answer in its own form.

    The status is 0 whatever is answered, and 1 for a bug. With `install` or `uninstall` the agent's
    settings are edited instead.
    """
    settings = asked(locals())
    if install or uninstall:
        from readiness.agents.installing import edit_settings

        return edit_settings(agent_of(agent), settings, remove=uninstall)
    from readiness.agents.hook import answer

    return answer(event, agent, settings)


VERB = Verb(hook, wrong=1)
