"""One call of an agent's hook: from what was sent to what is answered."""

import os
import sys
import time

import msgspec

from readiness.agents.answering import MOST_BLOCKS, Assessment, Impact, Reply, reply
from readiness.agents.forms import (
    CANARY,
    LARGEST,
    Agent,
    Call,
    Event,
    agent_of,
    event_of,
    payload_of,
)
from readiness.agents.memory import Kept, folder_of, remembered
from readiness.agents.transcript import SIGNATURE
from readiness.model.errors import ExitStatus, ReadinessError, StoppedError, UsageError
from readiness.model.settings import RunSettings, find_board
from readiness.plan.selection import CHANGED
from readiness.project.change import base_of, digest_of, had_board, meant_by, state_of
from readiness.project.git import Asking, Changed, head_of, repository
from readiness.terminal.ending import protected
from readiness.text.sentences import say_now
from readiness.text.worded import words_of

RUN_LIMIT_S = 540.0
"""When all that a look runs is over: sooner than agents stop to wait for a hook, at 600."""


BUG = 1
"""The status of a bug, and of a command line that is wrong: of 2 agents take that it blocks."""


def answer(event: str, agent: str, settings: RunSettings) -> int:
    """Answer an agent that calls at an event; the status is 0 whatever is answered."""

    def answered() -> int:
        called = agent_of(agent)
        return HookCall(settings, called, event_of(event, called)).perform()

    status = protected(answered)
    return status if status == ExitStatus.READY or status > ExitStatus.SIGNAL else BUG


class HookCall:
    """One call of a hook, by an agent, at an event."""

    def __init__(self, settings: RunSettings, agent: Agent, event: Event) -> None:
        self._settings = settings
        self._agent = agent
        self._event = event
        self._root = ""
        self._changed = Changed(root="", headers={}, paths=[], untracked=set())
        self._base = ""

    def perform(self) -> int:
        """Read standard input, write standard output; the result is the exit status."""
        payload = payload_of(sys.stdin.buffer.read(LARGEST))
        if payload is None:
            return self._tell_user(say_now("hook.no_payload"))
        call = self._agent.reads(payload)
        try:
            os.chdir(call.folder or os.curdir)
        except OSError as error:
            why = error.strerror
            return self._tell_user(say_now("hook.no_folder", path=call.folder, why=why))
        if call.canary:
            find_board(self._settings, os.environ, os.getcwd())
            return self._put({CANARY: call.canary})
        if call.ended:
            return ExitStatus.READY
        self._root = repository(os.getcwd())
        place = self._root or os.getcwd()
        with remembered(folder_of(os.environ), place, call.session) as kept:
            if self._event is Event.START:
                kept.memory.head = kept.memory.head or head_of(place)
                kept.save()
                return ExitStatus.READY
            return self._look(call, kept)

    def _look(self, call: Call, kept: Kept) -> int:
        """Look at the change as far as it is not known, and answer."""
        self._changed = Asking(self._root or os.curdir).changed()
        self._base = self._base_of_work(kept)
        if not self._is_ours():
            return ExitStatus.READY
        settings = msgspec.structs.replace(
            self._settings,
            base=self._base or None,
            selectors=(f"{CHANGED}:{self._base}",) if self._base else (),
            reuse=True,
            hold_line=True,
            quiet=True,
        )
        known = self._known(kept)
        if known is not None:
            return self._answer(known, call, kept)
        # Only now what runs probes is imported: most stops come this far for nothing.
        from readiness.run.processes.supervise import supervise

        settings = msgspec.structs.replace(settings, over_at=time.monotonic() + RUN_LIMIT_S)
        return supervise(lambda: protected(lambda: self._measured(settings, call, kept)))

    # --- what is known ------------------------------------------------------------------------

    def _base_of_work(self, kept: Kept) -> str:
        """Return the commit to compare with, asking for it again only where HEAD has moved."""
        if self._settings.base:
            return meant_by(self._root, self._settings.base) or self._settings.base
        headers, memory = self._changed.headers, kept.memory
        head = headers.get("branch.oid", "")
        if not self._root or head in ("", "(initial)"):
            return ""
        at = f"{head} {headers.get('branch.head', '')}"
        memory.head = memory.head or head
        if memory.at != at:
            branch = headers.get("branch.head", "")
            base = base_of(self._root, head, branch, memory.head, os.getcwd())
            memory.at, memory.base = at, base
        return memory.base

    def _is_ours(self) -> bool:
        """Return whether the project has a board, or had one before this change."""
        try:
            find_board(self._settings, os.environ, os.getcwd())
        except UsageError as error:
            if getattr(words_of(error), "key", "") != "usage.no_board":
                return True
            return bool(self._base) and had_board(self._root, self._base, os.getcwd())
        return True

    def _known(self, kept: Kept) -> Assessment | None:
        """Assess without a run where nothing differs, or nothing since the last; else None."""
        if not self._base:
            return None
        if self._base == self._changed.headers.get("branch.oid") and not self._changed.paths:
            return Assessment(impact=Impact.GOOD)
        if kept.memory.seen == digest_of(state_of(self._changed, self._base)):
            return msgspec.json.decode(kept.memory.assessment, type=Assessment)
        return None

    # --- what is assessed ---------------------------------------------------------------------

    def _measured(self, settings: RunSettings, call: Call, kept: Kept) -> int:
        from readiness.agents.assessing import assess_fault, assess_look
        from readiness.pipeline.at_stop import base_is_sound, look

        before = state_of(self._changed, self._base)
        try:
            assessment = assess_look(look(settings), self._base)
        except StoppedError as error:
            return error.status
        except ReadinessError as error:
            is_of_change = bool(self._base) and base_is_sound(settings)
            assessment = assess_fault(error, is_of_change=is_of_change)
        # Of this state no second look is needed.
        kept.memory.seen = digest_of(before) if self._base else ""
        kept.memory.assessment = msgspec.json.encode(assessment)
        return self._answer(assessment, call, kept)

    # --- what is answered ---------------------------------------------------------------------

    def _answer(self, assessment: Assessment, call: Call, kept: Kept) -> int:
        answer = reply(assessment, kept.memory, goes_on=call.goes_on, prompt=call.prompt)
        is_kept = kept.save()
        if answer is Reply.BLOCK and call.goes_on and not is_kept:
            answer = Reply.LET_GO  # nobody counts, so the agent might go round for ever
        if answer is Reply.NOTHING:
            return ExitStatus.READY
        if answer is Reply.BLOCK:
            return self._put(self._agent.blocks(assessment.text))
        if answer is Reply.LET_GO:
            let_go = say_now("hook.let_go", most=MOST_BLOCKS)
            return self._tell_user(f"{let_go}\n{assessment.text.removeprefix(SIGNATURE)}")
        message = self._agent.tells(assessment.text)
        if message is None and not call.goes_on:  # all that it hears makes it go on, once
            message = self._agent.blocks(assessment.text)
        return self._put(message)

    def _tell_user(self, text: str) -> int:
        """Tell the agent's user, as far as there is a way."""
        return self._put(self._agent.tells(f"{SIGNATURE}{text}"), otherwise=text)

    def _put(self, answer: dict[str, object] | None, otherwise: str = "") -> int:
        from readiness.terminal.ending import tell
        from readiness.terminal.output import put

        if answer is not None:
            put(msgspec.json.encode(answer).decode())
        elif otherwise:
            tell(otherwise)
        return ExitStatus.READY
