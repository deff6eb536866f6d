"""Where a finding can be looked at: on the repository's web page, and in an editor."""

import re
from urllib.parse import quote

from readiness.record.document import FindingRecord, RunDocument
from readiness.report._facts import finding_place

_FORMS = {
    "gitlab": ("/-/blob/", "#L"),
    "bitbucket": ("/src/", "#lines-"),
    "codeberg": ("/src/commit/", "#L"),
    "gitea": ("/src/commit/", "#L"),
    "forgejo": ("/src/commit/", "#L"),
}
"""How hosts of this name write the address of a line; others write it as GitHub does."""

_COMMITS = {"gitlab": "/-/commit/", "bitbucket": "/commits/"}
_GITHUB = ("/blob/", "#L")
_WEB = re.compile(r"https://([\w.-]+)(?:/[\w.~+-]+)+", re.ASCII)


def web_link(run: RunDocument, finding: FindingRecord) -> str:
    """Return the line's address on the web; empty where the run knows no such place."""
    place = finding_place(run, finding)
    git = run.git
    known = _WEB.fullmatch(git.web) if git is not None else None
    if place is None or git is None or known is None:
        return ""
    folder, anchor = next((form for name, form in _FORMS.items() if name in known[1]), _GITHUB)
    line = f"{anchor}{finding.line}" if finding.line else ""
    return f"{git.web}{folder}{_quoted(git.commit)}/{_quoted(place.path)}{line}"


def commit_link(run: RunDocument) -> str:
    """Return the commit's address on the web; empty where the run knows none."""
    git = run.git
    known = _WEB.fullmatch(git.web) if git is not None else None
    if git is None or known is None or not git.commit:
        return ""
    folder = next((form for name, form in _COMMITS.items() if name in known[1]), "/commit/")
    return f"{git.web}{folder}{_quoted(git.commit)}"


def editor_link(run: RunDocument, finding: FindingRecord) -> str:
    """Return a link that opens the line in an editor on the run's machine; "" as `web_link`."""
    if not run.board.workdir.startswith("/") or finding_place(run, finding) is None:
        return ""
    line = f":{finding.line}" if finding.line else ""
    return f"vscode://file{_quoted(f'{run.board.workdir}/{finding.path}')}{line}"


def _quoted(text: str) -> str:
    return quote(text, errors="backslashreplace")
