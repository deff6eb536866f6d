"""Lines of plain text among JSON lines, which a check expects: passed over before reading."""

from readiness.measure import bounded

_MOST_PLAIN_LINES = 100


def without(text: str, pattern: str) -> str:
    """Return the text without those lines of plain text in which the pattern is found."""
    lines = text.split("\n")
    plain = [place for place, line in enumerate(lines) if line.strip() and not _is_json(line)]
    for place in plain[:_MOST_PLAIN_LINES]:
        if bounded.count(pattern, lines[place]):
            lines[place] = ""
    return "\n".join(lines) if plain else text


def _is_json(line: str) -> bool:
    return line.lstrip()[0] in "{["
