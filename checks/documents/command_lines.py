"""Find the commands in a document: in blocks, unit files and cron lines, and in the text itself."""

import re
import shlex
from collections.abc import Iterator

from checks.documents.markdown import SHELLS, MarkdownDocument

CONSOLES = {"console", "shell-session", "shellsession", "sh-session", "terminal"}
PROMPTED = re.compile(r"^[ \t]*[^\s$]*[$] (.*(?:\\\n.*)*)$", re.MULTILINE)
SETTINGS = {"", "text", "txt", "ini", "systemd", "service", "conf", "cron", "crontab", "dockerfile"}
"""Languages of blocks in which a line may be a command, or name one."""
PREFIX = re.compile(
    r"""\s*(?: [$][ ]
    | (?:(?:[\d*/,-]+|[A-Za-z]{3})\s+){5} | @(?:hourly|daily|weekly|monthly|reboot)\s+
    | Exec(?:Start|StartPre|StartPost|Reload|Stop|StopPost)=[-@:+!]* | (?:RUN|CMD)\s+ )""",
    re.VERBOSE,
)
"""What stands before a command in a session, a crontab, a unit file and a Dockerfile."""
BEFORE = {"sudo", "env", "exec", "time", "nohup", "if", "then", "else", "do", "!", "while"}
ASSIGNED = re.compile(r"\w+=")
BETWEEN = re.compile(r"[;|&()<>]+")


def blocks_for_shells(document: MarkdownDocument) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each block that is for a shell; of a session what is typed."""
    for line, language, text in document.blocks:
        if language in SHELLS:
            yield line, text
        elif language in CONSOLES:
            yield line, "\n".join(PROMPTED.findall(text))


def command_lines(document: MarkdownDocument) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the words of each command, whatever its program is."""
    for line, language, text in document.blocks:
        if language in SHELLS | CONSOLES | SETTINGS:
            is_session = language in CONSOLES
            number = line
            for joined in re.split(r"(?<!\\)\n", text):
                if not is_session or re.match(r"\s*[^\s$]*[$] ", joined):
                    yield from ((number, words) for words in _commands(joined))
                number += 1 + joined.count("\n")
    for line, text in document.code:
        yield from ((line, words) for words in _commands(text))


def _commands(text: str) -> Iterator[list[str]]:
    """Split a line into its commands; what no shell could read has none."""
    text = text.replace("\\\n", " ")
    if prefix := PREFIX.match(text):
        text = text[prefix.end() :]
    lexer = shlex.shlex(text, posix=True, punctuation_chars=";|&()<>")
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    try:
        tokens = [*lexer, ";"]
    except ValueError:
        return
    for token in tokens:
        if BETWEEN.fullmatch(token) or token.startswith("#"):
            if words:
                yield words
            words = []
            if token.startswith("#"):
                return
        elif words or not (token in BEFORE or ASSIGNED.match(token)):
            words.append(token)
