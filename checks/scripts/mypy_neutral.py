"""Print the options that put aside what silences mypy: the project's settings, and comments.

mypy is shown a copy of each file with such a comment, in which the comment means nothing and
every line and column is where it was. Without the parameter `neutral`, nothing is printed.
"""

import os
import re
import tokenize

from _common import files_below, not_measured, param, words

SPEAKING = re.compile(r"(#\s*(?:mypy(?=:)|type(?=:\s*ignore))):")


def without_comments(text: str) -> str:
    """Return the text with the comments that speak to mypy made meaningless."""
    lines = text.splitlines(keepends=True)
    rest = iter(lines)
    for token in list(tokenize.generate_tokens(lambda: next(rest, ""))):
        if token.type == tokenize.COMMENT and SPEAKING.search(token.string):
            row, column = token.start
            line = lines[row - 1]
            lines[row - 1] = line[:column] + SPEAKING.sub(r"\1;", line[column:])
    return "".join(lines)


def main() -> None:
    """Write the copies, and name them."""
    if param("neutral") != "true":
        return
    print("--config-file=")
    folder = os.path.join(os.environ["READINESS_TMP"], "neutral")
    os.mkdir(folder)
    for number, path in enumerate(files_below(words("paths"), (".py", ".pyi"))):
        try:
            with tokenize.open(path) as file:
                text = file.read()
                encoding = file.encoding
            if not SPEAKING.search(text):
                continue
            text = without_comments(text)
        except (OSError, SyntaxError, UnicodeDecodeError, tokenize.TokenError) as error:
            not_measured(f"{path} cannot be read: {error}")
        copy = os.path.join(folder, f"{number}.py")
        with open(copy, "w", encoding=encoding) as file:
            file.write(text)
        print("--shadow-file", path, copy, sep="\n")


if __name__ == "__main__":
    main()
