"""Ask for the addresses that a ready-made board needs, try each once, and write them into it."""

import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from readiness.model.board import Board
from readiness.propose.account import omission_lines
from readiness.propose.facts import Omission
from readiness.terminal.output import ask
from readiness.text.clean import in_urls
from readiness.text.sentences import Sentences, for_reader
from readiness.text.tables import by_table
from readiness.text.worded import in_language, worded

TIMEOUT: Final = 5.0
_CHECK: Final = re.compile(r"\bcheck: ([\w-]+)")
_PARAMETER: Final = re.compile(r'(\w+): "[^"]*?\$\{(\w+)(:-)?([^}]*)\}')
_ON_THE_HOST: Final = re.compile(r"^# On the host itself.*: (.*)$", re.MULTILINE)
_UNQUOTED: Final = re.compile(r"[^\s\"{}$\\]+")


class Question(NamedTuple):
    """A variable that a board reads: the parameter of a check, and what stands for it if unset."""

    name: str
    check: str
    parameter: str
    default: str
    optional: bool


def questions(text: str) -> list[Question]:
    """Return the variables that the checks of a board's text need, each once, in their order."""
    known: dict[str, Question] = {}
    check = ""
    for line in text.splitlines():
        if named := _CHECK.search(line):
            check = named[1]
        for parameter, name, optional, default in _PARAMETER.findall(line):
            known.setdefault(name, Question(name, check, parameter, default, bool(optional)))
    return list(known.values())


def with_addresses(
    text: str, board: Board, environ: Mapping[str, str], *, can_ask: bool
) -> tuple[str, list[str], list[Omission]]:
    """Return a board's text with the addresses that it needs, what to tell, and what is left out.

    They are those of the environment or, where one `can_ask`, what is typed; each is tried once.
    """
    say = for_reader()
    asked = questions(text)
    values = {question.name: environ.get(question.name, "").strip() for question in asked}
    for question in asked if can_ask else ():
        if not values[question.name]:
            prompt = f"{_prompt(question, board, say)}\n>"
            typed = ask(prompt, unseen=question.name in board.secrets)
            values[question.name] = (typed or "").strip()
    values = {name: value for name, value in values.items() if value}
    lines, left_out = [], []
    for name, value in values.items():
        if "://" in value:
            try:
                came = in_language(_answer(value), say)
                lines.append(say("init.tried", name=name, came=came))
            except (OSError, HTTPException, ValueError) as error:
                why = getattr(error, "strerror", None) or str(error) or type(error).__name__
                left_out.append(Omission(what=name, why=worded("init.unreached", why=why)))
    left_out += _omissions(text, asked, values)
    lines += [say("init.left_out"), *omission_lines(left_out, say), ""]
    written = {name: value for name, value in values.items() if _is_public(name, value, board)}
    if kept := sorted(values.keys() - written.keys()):
        lines += [say("init.kept_out", names=say("joint.names").join(kept)), ""]
    return _filled_in(text, written), lines, left_out


def _prompt(question: Question, board: Board, say: Sentences) -> str:
    """Return what is asked, with the help of the parameter that the variable is for."""
    param = next(
        param
        for criterion in board.criteria()
        if criterion.check is not None and criterion.check.name == question.check
        for param in criterion.check.params
        if param.name == question.parameter
    )
    purpose = by_table(param.help, say.language)
    if question.optional:
        purpose = say("init.ask_optional", purpose=purpose, default=question.default or "–")
    return say("init.ask", name=question.name, purpose=purpose)


def _is_public(name: str, value: str, board: Board) -> bool:
    """Return whether a value may stand in the board: it is no secret, and needs no quotes."""
    hidden = name in board.secrets or list(in_urls(value))
    return not hidden and bool(_UNQUOTED.fullmatch(value))


def _filled_in(text: str, values: Mapping[str, str]) -> str:
    """Return a board's text with the values as what its variables mean if they are unset."""
    for name, value in values.items():
        reference = re.compile(rf"\$\{{{name}(?::-[^}}]*)?\}}")
        text = reference.sub(f"${{{name}:-{value}}}", text)
    return text


def _answer(url: str) -> str:
    """Ask for a URL, or connect where it is none of HTTP. Raises OSError and others."""
    parts = urlsplit(url)
    scheme, host = parts.scheme.partition("+")[0], parts.hostname or ""
    port = parts.port or socket.getservbyname(scheme)
    if scheme not in ("http", "https"):
        socket.create_connection((host, port), TIMEOUT).close()
        return worded("init.reached")
    kind = HTTPSConnection if scheme == "https" else HTTPConnection
    connection = kind(host, port, timeout=TIMEOUT)
    try:
        connection.request("GET", parts.path or "/", headers={"User-Agent": "readiness"})
        return worded("init.answers", status=connection.getresponse().status)
    finally:
        connection.close()


def _omissions(
    text: str, asked: Sequence[Question], values: Mapping[str, str]
) -> Iterator[Omission]:
    """Yield what is not looked at: for want of an address, or because it is for the host."""
    for question in asked:
        if question.name not in values and not question.optional:
            yield Omission(what=question.name, why=worded("init.not_given"))
    for names in _ON_THE_HOST.findall(text):
        for name in names.split():
            yield Omission(what=name, why=worded("init.on_the_host"))
