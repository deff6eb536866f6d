"""Whether anything of a finished probe may be read at all."""

import re
from itertools import takewhile

import msgspec

from readiness.measure import text
from readiness.measure.documents import Documents
from readiness.measure.problem import NotMeasuredError, shown
from readiness.model.board import Check, Reader
from readiness.model.capture import Capture, Stream
from readiness.model.judgement import Unmeasured
from readiness.model.words import Format, ReasonCode
from readiness.startup.patterns import later
from readiness.text.clean import clean, decode, strip_ansi
from readiness.text.worded import joined, worded

_TELLING = later(
    r"error|fatal|cannot|can't|could not|not found|no such|denied|failed|invalid|unrecogni|panic",
    re.IGNORECASE,
)
_OWN_WORDS = "not measured: "
_DOUBT = "doubtful: "
"""Beginning of the line of standard error on which a check's script says why it cannot measure."""

_OWN_CODES = (
    *(ReasonCode.OUTSIDE_SETTINGS, ReasonCode.NOT_THE_TREE),
    *(ReasonCode.STALE_FILE, ReasonCode.UNREADABLE),
)
"""What may stand before its reason, with a colon."""

_TRACEBACK = "Traceback (most recent call last)"
# The shell that runs the command says so; a script that it starts goes by its own name.
_UNBOUND = later(
    r"^(?:bash|sh): (?:line )?\d+: (\w+): (?:unbound variable|parameter not set)$", re.MULTILINE
)
# Of what the command names. A module that any other program lacks may be the project's own.
_NO_MODULE = later(
    r"^\S+: (?:Error while finding .*)?No module named '?([\w.]+)(?:'\))?$"
    r"|^error: The (\w+) package is needed\.$"
)
_NOT_IN_SETUP = later(r'"(?:.*/)?setup\.py", .*(?:\n    .*)*\n\w+: No module named \'(\w+)\'$')
# As bash says it, and dash.
_NOT_FOUND = later(r"^[\w./-]+: (?:line )?\d+: ([\w./+-]+): (?:command )?not found$", re.MULTILINE)
# Of a backtrace, as Rust, Go, Node and Java print them below what went wrong.
_FRAME = later(r"[ \t]+(?:\d+: |at )|goroutine \d+ \[")
_LINES_LOOKED_AT = 8
_LINES_SHOWN = 3
_SHOWN = 300
_BYTES_LOOKED_AT = 16 * 1024
_LAST_SIGNAL = 64


def unusable(documents: Documents, check: Check) -> Unmeasured | None:
    """Return why nothing of this capture may be read, or None.

    In this order: it could not be run, ended by a limit or a signal, left processes, ended with a
    status that the check does not allow, printed what the check rejects, lacks the check's proof.
    """
    # Checks live as long as the board, so their identity is a sound key; hashing one is not cheap.
    key = id(check)
    if key not in documents.refusals:
        documents.refusals[key] = _refusal(documents, check)
    return documents.refusals[key]


def _refusal(documents: Documents, check: Check) -> Unmeasured | None:
    capture = documents.capture
    return (
        _not_run(capture, check)
        or _not_ended(documents)
        or _lacks_a_program(capture, check)
        or _bad_status(capture, check)
        or _rejected(documents, check)
        or _unproven(documents, check)
    )


def _not_run(capture: Capture, check: Check) -> Unmeasured | None:
    if capture.failure is None:
        return None
    missing = capture.failure is ReasonCode.TOOL_MISSING
    return Unmeasured(
        code=capture.failure,
        reason=shown(capture.failure_text) or worded(f"code.{capture.failure}"),
        hint=_install(check) if missing else "",
    )


def _install(check: Check) -> str:
    if check.install:
        return worded("hint.install_how", how=check.install)
    return worded("hint.install_or_correct") if not check.tools else worded("hint.install")


def _not_ended(documents: Documents) -> Unmeasured | None:
    capture = documents.capture
    if capture.timed_out:
        limit = _limit(documents)
        killed = worded("reason.needed_kill", limit=limit) if capture.needed_kill else limit
        return Unmeasured(
            code=ReasonCode.TIMEOUT,
            reason=joined([killed, *_printed_last(capture)], "semicolon"),
            hint=worded("hint.timeout"),
        )
    if capture.signal is not None:
        ended = _signalled(capture.signal, "")
        reason = joined([ended.reason, *_printed_last(capture)], "semicolon")
        return msgspec.structs.replace(ended, reason=reason)
    if capture.leaked:
        processes = worded("reason.processes", count=capture.leaked)
        return Unmeasured(
            code=ReasonCode.LEAKED,
            reason=worded("reason.leaked", processes=processes),
            hint=worded("hint.leaked"),
        )
    return None


def _limit(documents: Documents) -> str:
    if documents.capture.failure_text:  # the whole run's, not the probe's own
        return shown(documents.capture.failure_text)
    if documents.timeout is None:
        return worded("reason.timed_out_after", seconds=f"{documents.capture.duration:.1f}")
    return worded("reason.timed_out", seconds=f"{documents.timeout:g}")


def _signalled(number: int, more: str) -> Unmeasured:
    from signal import Signals

    try:
        name = worded("reason.signal_name", name=Signals(number).name)
    except ValueError:
        name = ""
    return Unmeasured(
        code=ReasonCode.SIGNAL, reason=worded("reason.signal", number=number, name=name, more=more)
    )


def _bad_status(capture: Capture, check: Check) -> Unmeasured | None:
    status = capture.exit_status
    if status is None:
        return Unmeasured(code=ReasonCode.NOT_RUN, reason=worded("reason.no_exit_status"))
    if check.exit_ok is not None and status in check.exit_ok:
        return None
    if shell_stopped := _stopped_by_its_shell(capture):
        return shell_stopped
    if status < 124 and check.exit_ok is None:
        return _without_module(capture, check) if status == 1 else None
    message = _tool_message(capture)
    more = worded("reason.said", words=message) if message else ""
    if status in {126, 127}:
        what = worded("reason.found_not") if status == 127 else worded("reason.cannot_execute")
        return Unmeasured(
            code=ReasonCode.TOOL_MISSING,
            reason=joined([what, message], "colon") if message else what,
            hint=_install(check),
        )
    if status == 124:
        return Unmeasured(code=ReasonCode.TIMEOUT, reason=worded("reason.own_limit", more=more))
    if 128 < status <= 128 + _LAST_SIGNAL:
        return _signalled(status - 128, worded("reason.reported_as", status=status, more=more))
    if check.exit_ok is None:
        return None
    if own := own_words(capture.stderr):
        name, _, why = own.partition(": ")
        code = ReasonCode.EXIT_STATUS if name not in _OWN_CODES else ReasonCode(name)
        return Unmeasured(code=code, reason=why if name in _OWN_CODES else own)
    return Unmeasured(
        code=ReasonCode.EXIT_STATUS,
        reason=worded(
            "reason.exit_status", status=status, wanted=_alternatives(check.exit_ok), more=more
        ),
    )


def _without_module(capture: Capture, check: Check) -> Unmeasured | None:
    """Return that `python -m` or setup.py did not find the module that it runs, or None."""
    said = decode(_end(capture.stderr)).rstrip()
    missing = _NO_MODULE.search(said.rpartition("\n")[2]) or _NOT_IN_SETUP.search(said)
    return missing and Unmeasured(
        code=ReasonCode.TOOL_MISSING,
        reason=worded("reason.no_module", name=missing[1] or missing[2]),
        hint=_install(check),
    )


def _stopped_by_its_shell(capture: Capture) -> Unmeasured | None:
    """Return why the shell did not run a command to its end: a variable that nobody set."""
    unset = _UNBOUND.search(decode(_end(capture.stderr))) if capture.exit_status else None
    return unset and Unmeasured(
        code=ReasonCode.UNSET_VARIABLE,
        reason=worded("reason.unset", count=1, names=unset[1]),
        hint=worded("hint.unset", names=unset[1], first=unset[1]),
    )


def _lacks_a_program(capture: Capture, check: Check) -> Unmeasured | None:
    """Return which program a shell did not find, although the command went on without it."""
    missing = (
        None
        if check.name or not capture.stderr.size
        else _NOT_FOUND.search(decode(_end(capture.stderr)))
    )
    return missing and Unmeasured(
        code=ReasonCode.TOOL_MISSING,
        reason=worded("reason.not_found", name=missing[1]),
        hint=_install(check),
    )


def _alternatives(statuses: tuple[int, ...]) -> str:
    *others, last = map(str, statuses or (0,))
    return joined([joined(others, "names"), last], "or") if others else last


def _last_words(stream: Stream) -> list[str]:
    """Return the last lines of a tool: at most three, from the first that says why it stopped.

    Lines in which a check's script speaks itself are not among them, nor a backtrace at the end.
    """
    ending = strip_ansi(decode(_end(stream))).rstrip().split("\n")
    if any(map(_FRAME.match, ending[-_LINES_LOOKED_AT:])):
        ending = list(takewhile(lambda line: not _FRAME.match(line), ending))
    lines = [line for line in _stripped(ending) if not line.startswith((_OWN_WORDS, _DOUBT))]
    if any(line.startswith(_TRACEBACK) for line in lines):
        return lines[-1:]
    last = lines[-_LINES_LOOKED_AT:]
    first = next((place for place, line in enumerate(last) if _TELLING.search(line)), None)
    return last[-1:] if first is None else last[first : first + _LINES_SHOWN]


def _tool_message(capture: Capture) -> str:
    """Return the last words of a tool on one line; "" if it was silent."""
    for stream in (capture.stderr, capture.stdout):
        if lines := _last_words(stream):
            return _joined(lines)
    return ""


def _joined(lines: list[str]) -> str:
    return shown("; ".join(line.rstrip(";") for line in lines), _SHOWN)


def _printed_last(capture: Capture) -> list[str]:
    """Return a sentence with the last line that was printed, if there is one."""
    for stream in (capture.stdout, capture.stderr):
        if lines := _lines(_end(stream)):
            return [worded("reason.last_said", line=shown(lines[-1], 80))]
    return []


def own_words(stream: Stream) -> str:
    """Return why a check's script could not measure, with the tool's own words.

    How a tool crashed adds nothing where the script knows the cause.
    """
    lines = [*_lines(_beginning(stream)), *_lines(_end(stream))]
    own_lines = [line for line in lines if line.startswith(_OWN_WORDS)]
    if not own_lines:
        return ""
    own = shown(own_lines[-1].removeprefix(_OWN_WORDS), _SHOWN)
    words = [line for line in _last_words(stream) if _adds(line, own)]
    crashed = any(line.startswith(_TRACEBACK) for line in lines)
    if (crashed and ": " in own) or not any(map(_TELLING.search, words)):
        return own
    return f"{own}: {_joined(words)}"


def doubts(stream: Stream) -> tuple[str, ...]:
    """Return what a check's script says that makes its results no more than a warning."""
    lines = dict.fromkeys((*_lines(_beginning(stream)), *_lines(_end(stream))))
    words = (line.removeprefix(_DOUBT) for line in lines if line.startswith(_DOUBT))
    return tuple(shown(line, _SHOWN) for line in words)


def _adds(line: str, known: str) -> bool:
    """Return whether a line adds to what is known, whichever program it names as its source.

    A shorter form of what is known adds nothing, nor does a heading (`=== FAILURES ===`).
    """
    if line[:3] == line[-3:] == 3 * line[0] and not line[0].isalnum():
        return False
    rest = line.partition(": ")[2].lstrip("* ")
    cause = known.partition(": ")[2]
    longer = bool(cause) and cause in shown(line)
    return not longer and shown(line) not in known and not (rest and shown(rest) in known)


def _end(stream: Stream) -> bytes:
    return (stream.tail or stream.data or stream.head)[-_BYTES_LOOKED_AT:]


def _lines(data: bytes) -> list[str]:
    return _stripped(strip_ansi(decode(data)).split("\n"))


def _stripped(lines: list[str]) -> list[str]:
    return [line.strip() for line in lines if line.strip()]


def _beginning(stream: Stream) -> bytes:
    return (stream.head or stream.data)[:_BYTES_LOOKED_AT]


def _rejected(documents: Documents, check: Check) -> Unmeasured | None:
    if not check.reject:
        return None
    try:
        for source in ("stdout", "stderr"):
            searched = documents.plain_text(source)
            for start, _ in text.spans(check.reject, searched, 1):
                line = searched[start:].split("\n", 1)[0] if start >= 0 else check.reject
                return Unmeasured(
                    code=ReasonCode.NO_PROOF,
                    reason=worded("reason.rejected", source=source, line=shown(line, 80)),
                )
    except NotMeasuredError as error:
        return error.unmeasured
    return None


def _unproven(documents: Documents, check: Check) -> Unmeasured | None:
    if check.proof is None:
        return None
    try:
        if _proves(documents, check.proof, check):
            return None
    except NotMeasuredError as error:
        if error.unmeasured.code not in {ReasonCode.NO_VALUE, ReasonCode.UNSET_VARIABLE}:
            return error.unmeasured
    message = _tool_message(documents.capture)
    sought, source = shown(_sought(check.proof)), clean(check.proof.source, newlines=False)
    return Unmeasured(
        code=ReasonCode.NO_PROOF,
        reason=worded("reason.no_proof_said", sought=sought, source=source, said=message)
        if message
        else worded("reason.no_proof", sought=sought, source=source),
    )


def _sought(proof: Reader) -> str:
    return proof.regex or proof.count or proof.query or proof.format


def _proves(documents: Documents, proof: Reader, check: Check) -> bool:
    """Return whether the proof finds anything: a match, or data that is neither false nor empty."""
    if proof.format is Format.TEXT:
        return bool(text.spans(proof.regex or proof.count, documents.plain_text(proof.source), 1))
    if proof.format is Format.EXIT:
        return True
    from readiness.measure.structured import query_result

    data = query_result(documents, proof, check)
    return data is not None and data is not False and data not in ("", [], {})
