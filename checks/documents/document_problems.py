"""Look for what makes a document useless: missing sections, dead links, broken commands."""

import os
import re
from collections.abc import Mapping
from datetime import date
from typing import TextIO
from urllib.parse import unquote

from checks.documents.command_lines import blocks_for_shells
from checks.documents.doc_commands import (
    KnownNames,
    absent_files,
    absent_programs,
    absent_targets,
    has_file,
    ignored,
)
from checks.documents.documented import DocumentedFacts, filler
from checks.documents.make_targets import read_makefiles
from checks.documents.markdown import MarkdownDocument, read_markdown
from checks.git import lines
from checks.in_project.common import CheckFinding, Params, emit, not_measured, place, read_text
from checks.project_copy import copy_project

EXTERNAL = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
COMPUTED = re.compile(r"[{}<>$*|]")
SPHINX = ("conf.py",)
SITES = (*SPHINX, "mkdocs", "_config.yml", "docusaurus.config.")
"""How the names of the settings of what makes a site of documents start."""
MARKUPS = {".md", ".rst"}


def asked_sections(params: Params) -> list[str]:
    """Return the words of the headings that documents must have."""
    return [*filter(None, map(str.strip, params.text("sections").split("|")))]


def names(wanted: str, title: str) -> bool:
    """Return whether a word of a heading begins as wanted: `test` is not in `latest`."""
    return bool(re.search(rf"(?<![a-z0-9_]){re.escape(wanted)}", title, re.IGNORECASE))


def outline(params: Params, path: str, document: MarkdownDocument) -> list[CheckFinding]:
    """List the sections that are missing or empty, and what is too short."""
    findings = []
    enough = params.number("section_words") or 0
    for wanted in asked_sections(params):
        called = [section for section in document.sections if names(wanted, section.title)]
        if not called:
            message = f"no section with words below it is called {wanted}"
            findings.append(place(path, 0, "section", message))
        elif all(not each.shows and each.words < enough for each in called):
            said = f"{called[0].words} words, at least {enough:g} asked"
            message = f"{called[0].title} says next to nothing: {said}"
            findings.append(place(path, 0, "section", message))
    for what, counted, least in (
        ("words", document.words, params.number("min_words")),
        ("headings", len(document.sections), params.number("min_headings")),
    ):
        if least is not None and counted < least:
            findings.append(place(path, 0, "length", f"{counted} {what}, at least {least:g} asked"))
    return findings


def dead_links(path: str, document: MarkdownDocument) -> list[CheckFinding]:
    """List the links into the project that surely lead nowhere.

    What a site's generator may resolve is left out: labels, pages named by their address, files
    below the site's root, HTML, and headings of pages that are put together from others.
    """
    findings = []
    has_labels = _has_above(path, SPHINX)
    for line, target in document.links:
        address, _, anchor = unquote(target).partition("#")
        if EXTERNAL.match(target) or COMPUTED.search(address):
            continue
        file = address.partition("?")[0]
        named = _linked_file(path, file) if file else path
        if not named:
            if _is_dead(path, file):
                findings.append(place(path, line, "link", f"{target} does not exist"))
        elif anchor and named.endswith(".md") and not has_labels:
            other = document if named == path else read_markdown(read_text(named))
            if not other.may_have(anchor):
                findings.append(place(path, line, "link", f"{target}: there is no such heading"))
    return findings


def _linked_file(path: str, file: str) -> str:
    """Return the file or folder that a link in a document stands for; "" if there is none."""
    if file.startswith("/"):
        return file[1:] if os.path.exists(file[1:]) else ""
    real = os.path.relpath(os.path.realpath(path))
    page = os.path.splitext(path)[0]  # the folder of the page's own address on a site
    tops = (os.path.dirname(path), os.path.dirname(real), page)
    places = (os.path.normpath(os.path.join(top, file)) for top in tops)
    return next(filter(os.path.exists, places), "")


def _is_dead(path: str, file: str) -> bool:
    """Return whether a link to a file that is not there is one to a file of the project.

    On a site a link may be a label or the address of a page, lead to what a theme brings, or
    stand in a piece that is put into pages of another folder.
    """
    folder, name = os.path.split(path)
    within = os.path.normpath(os.path.join(folder, file))
    ending = os.path.splitext(file)[1]
    if file.startswith("/") or within.startswith(os.pardir) or ending == ".html":
        return False
    if folder and _has_above(path, SITES):
        is_known = ending in MARKUPS and not has_file(file.lstrip("./"))
    else:
        is_known = bool(ending) or name.upper().startswith("README")
    return is_known and not ignored(within)


def _has_above(path: str, starts: tuple[str, ...]) -> bool:
    """Return whether a folder around a file has a file whose name starts with one of these."""
    folders = [os.path.dirname(path)]
    while folders[-1]:
        folders.append(os.path.dirname(folders[-1]))
    return any(name.startswith(starts) for top in folders for name in os.listdir(top or "."))


def failing_blocks(
    params: Params, path: str, document: MarkdownDocument, number: int
) -> list[CheckFinding]:
    """Run the bash blocks of a document, in order, in a copy of its own."""
    copy = copy_project(params, f"copy{number}")
    for line, language, text in document.blocks:
        if language == "bash":
            status, output = copy.run(["bash", "-euo", "pipefail", "-c", text])
            if status:
                last = "".join(output.strip().splitlines()[-1:])
                return [place(path, line, "command", f"status {status}: {last}")]
    return []


def age(path: str) -> float | None:
    """Return the days since the last commit; None where the history is not all here."""
    if lines("rev-parse", "--is-shallow-repository") == ["false"]:
        for committed in lines("log", "-1", "--format=%ct", "--", path):
            return float((date.today() - date.fromtimestamp(int(committed))).days)
    return None


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Look at each document; one that is missing is a problem, none at all is a mistake."""
    params = Params(env)
    paths = params.words("paths")
    if not paths:
        not_measured("no document is named")
    targets, known_names, facts = read_makefiles(), KnownNames(params), DocumentedFacts(params)
    asked = asked_sections(params)
    findings: list[CheckFinding] = []
    ages: list[float | None] = []
    read: list[MarkdownDocument] = []
    for number, path in enumerate(paths):
        if not os.path.isfile(path):
            findings.append(place(path, 0, "missing", "the document does not exist"))
            continue
        text = read_text(path)
        document = read_markdown(text)
        read.append(document)
        ages.append(age(path))
        findings += outline(params, path, document) + dead_links(path, document)
        findings += absent_targets(path, document, targets)
        findings += known_names.absent(path, text)
        findings += facts.faults(path, document)
        findings += filler(path, document, lambda title: any(names(each, title) for each in asked))
        if params.text("files") == "true":
            findings += absent_files(path, document)
            findings += absent_programs(path, document)
        if params.text("execute") == "true":
            findings += failing_blocks(params, path, document, number)
    if not known_names.seen:
        not_measured("no document has a name that the pattern names finds")
    known = [days for days in ages if days is not None]
    numbers = {
        "problems": len(findings),
        "age": round(max(known), 2) if known and len(known) == len(paths) else None,
        "words": sum(document.words for document in read),
        "headings": sum(len(document.sections) for document in read),
        "links": sum(len(document.links) for document in read),
        "commands": sum(1 for document in read for _ in blocks_for_shells(document)),
    }
    emit(numbers, findings)
    return 0
