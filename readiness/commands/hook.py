"""Block a coding agent from finishing while its change makes things worse or loosens the gate."""

from readiness.agents.forms import agent_of, event_of
from readiness.command_line.options import Argument, Option, Switch, Verb
from readiness.model.errors import ExitStatus
from readiness.model.settings import RunSettings
from readiness.terminal.ending import protected

BUG = 1
"""The status of a bug, and of a command line that is wrong: of 2 agents take that it blocks."""


def hook(
    settings: RunSettings,
    event: str = "",
    *,
    agent: str,
    install: bool = False,
    uninstall: bool = False,
) -> int:
    """Read what the agent sends on standard input, and answer in its own form.

    The status is 0 whatever is answered, and 1 for a bug. With `install` or `uninstall` the agent's
    settings are edited instead.
    """
    if install or uninstall:
        from readiness.agents.installing import edit_settings

        return edit_settings(agent_of(agent), settings, remove=uninstall)
    from readiness.agents.hook import HookCall

    def answered() -> int:
        called = agent_of(agent)
        return HookCall(settings, called, event_of(event, called)).perform()

    status = protected(answered)
    return status if status == ExitStatus.READY or status > ExitStatus.SIGNAL else BUG


VERB = Verb(
    hook,
    Argument("event", "[EVENT]", "What the agent is about to do: start or stop."),
    Option("agent", "NAME", "claude-code, codex or cursor.", required=True, variable=False),
    Switch("install", "Write the hook to the agent's settings in this project.", variable=False),
    Switch("uninstall", "Remove the hook from the agent's settings.", variable=False),
    Option("base", "REF", "The revision to compare with. Default: where this work began."),
    takes="board project profile jobs timeout history",
    wrong=BUG,
)
