"""docs/llms.txt: the documents for language models, made of the documents themselves.

python -m tests.support.llms    write it anew
"""

import re

import yaml

from tests.support.program import ROOT

PATH = ROOT / "docs" / "llms.txt"


def llms() -> str:
    """The file as it should be: what the program is, and each document in a sentence."""
    readme = (ROOT / "README.md").read_text("utf-8")
    lines = [f"# {title(readme)}", "", f"> {sentence(readme)}", ""]
    for entry in yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"]:
        heading, pages = entry.popitem() if isinstance(entry, dict) else ("Overview", [entry])
        own = [page for page in pages if isinstance(page, str)]
        lines += [f"## {heading}", "", *map(_entry, own), ""]
    return "\n".join(lines)


def _entry(page: str) -> str:
    text = (ROOT / "docs" / page).read_text("utf-8")
    return f"- [{title(text)}]({page}): {sentence(text)}"


def title(text: str) -> str:
    """The first heading."""
    found = re.search(r"^# (.+)$", text, re.MULTILINE)
    assert found, text[:80]
    return found[1]


def sentence(text: str) -> str:
    """The first sentence that is not heading, code, list, table, quotation, picture or settings."""
    text = re.sub(r"\A---\n.*?^---$|^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    parts = re.split(r"\n\s*\n", text)
    plain = (
        " ".join(part.split()) for part in parts if not re.match(r"\s*([#|>!<[]|- |    )", part)
    )
    first = next(filter(None, plain), "")
    first = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", first)
    return re.split(r"(?<=[.:])\s", first, maxsplit=1)[0].rstrip(":")


if __name__ == "__main__":
    PATH.write_text(llms(), "utf-8")
