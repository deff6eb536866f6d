"""Read what a forge recorded of the steps that it ran on the commit that is measured."""

import json
import os
import re
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from checks.git import lines
from checks.in_project.common import not_measured, read_json

Answer = Any
"""JSON in the form that the documentation of a forge's API says."""
_REMOTE = re.compile(r"(?:\w+://)?(?:[^@/]*@)?(\w[\w.-]*)(?::\d+)?[:/]([^/].*?)(?:\.git)?/?")
_SKIPPED = frozenset(("skipped", "neutral", "manual"))
_ENDED = frozenset(
    ("success", "failure", "failed", "cancelled", "canceled", "timed_out", "startup_failure")
)
_MOST = 100
"""The most that a forge lists at a time."""


def failures(
    runs: str, env: Mapping[str, str], workflow: str, steps: list[tuple[str, str]]
) -> list[str]:
    """Say which steps did not succeed on this commit, or that none of them was run.

    `steps` match the names of the job and of the step. What has not ended, or is of another
    commit, cannot be measured.
    """
    commit = next(iter(lines("rev-parse", "HEAD")), "")
    if changed := lines("status", "--porcelain", "--untracked-files=no"):
        not_measured(f"a record is of a commit, and {changed[0][3:]} differs from it here")
    ended: list[tuple[str, str]] = []
    try:
        for jobs in _runs(runs, env, workflow, commit):
            ended = list(_ended(jobs, steps, commit)) or ended
            if any(state not in _SKIPPED for _, state in ended):
                break
    except (KeyError, TypeError, AttributeError) as error:
        not_measured(f"the record is not of the form that its forge documents: {error!r}")
    if not ended:
        not_measured(f"no record of {commit or 'a commit'} has such a step")
    for name, state in ended:
        if state not in _SKIPPED | _ENDED:
            not_measured(f"{name} has not ended: {state}")
    succeeded = any(state == "success" for _, state in ended)
    against = _ENDED - {"success"} if succeeded else _ENDED | _SKIPPED
    return [f"{name}: {state}" for name, state in ended if state in against]


def _ended(
    jobs: list[Answer], steps: list[tuple[str, str]], commit: str
) -> Iterator[tuple[str, str]]:
    """Yield how steps ended, by their names; a job without any stands for itself."""
    for job in jobs:
        ran = job.get("head_sha") or job.get("commit", {}).get("id")
        if ran != commit:
            not_measured(f"the record is of the commit {ran}, and {commit or 'none'} is here")
        for job_shown, shown in steps:
            if re.fullmatch(job_shown, job["name"]):
                own = [each for each in job.get("steps") or () if re.fullmatch(shown, each["name"])]
                for each in own if job.get("steps") else [job]:
                    name = job["name"] if each is job else f"{job['name']}: {each['name']}"
                    yield name, str(each.get("conclusion") or each["status"])


def _runs(runs: str, env: Mapping[str, str], workflow: str, commit: str) -> Iterator[list[Answer]]:
    """Yield the jobs of each run of the workflow on a commit, the newest first."""
    if runs not in ("github", "gitlab"):
        yield _saved(runs)
        return
    remote = _REMOTE.fullmatch(next(iter(lines("remote", "get-url", "origin")), ""))
    if not remote:
        not_measured("the remote `origin` has no address, which says where the forge is")
    host, project = remote.groups()
    if runs == "github":
        api = env.get("GITHUB_API_URL") or f"https://api.{host}"
        token = env.get("GITHUB_TOKEN") or env.get("GH_TOKEN")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        above = f"{api}/repos/{project}/actions/runs"
        path = "".join(lines("rev-parse", "--show-prefix")) + os.path.normpath(workflow)
        for run in _listed(f"{above}?head_sha={commit}", headers, "workflow_runs"):
            if run["path"].partition("@")[0] == path:
                yield _listed(f"{above}/{run['id']}/jobs?filter=latest", headers, "jobs")
        return
    api = env.get("CI_API_V4_URL") or f"https://{host}/api/v4"
    tokens = {"PRIVATE-TOKEN": env.get("GITLAB_TOKEN"), "JOB-TOKEN": env.get("CI_JOB_TOKEN")}
    headers = dict([(name, token) for name, token in tokens.items() if token][:1])
    above = f"{api}/projects/{quote(project, safe='')}/pipelines"
    for pipeline in _listed(f"{above}?sha={commit}", headers):
        yield _listed(f"{above}/{pipeline['id']}/jobs?include_retried=false", headers)


def _saved(path: str) -> list[Answer]:
    """Return the jobs of a saved answer, of an API or of `gh run view --json jobs,headSha`."""
    data: Answer = read_json(path)
    jobs = data if isinstance(data, list) else data["jobs"]
    if isinstance(data, dict):
        if data.get("total_count", 0) > len(jobs):
            not_measured(f"{path} holds {len(jobs)} of {data['total_count']} jobs")
        jobs = [{"head_sha": data.get("headSha"), **job} for job in jobs]
    return list(jobs)


def _listed(url: str, headers: Mapping[str, str], key: str = "") -> list[Answer]:
    """Return all that a forge lists at an address, page by page."""
    listed: list[Answer] = []
    page = None
    while page is None or len(page) == _MOST:
        answer = _asked(f"{url}&per_page={_MOST}&page={len(listed) // _MOST + 1}", headers)
        page = answer[key] if key else answer
        listed += page
    return listed


def _asked(url: str, headers: Mapping[str, str]) -> Answer:
    request = urllib.request.Request(url)  # noqa: S310 - checked below
    for name, value in headers.items():
        # An address to which this one redirects does not get the token.
        request.add_unredirected_header(name, value)
    try:
        if request.type not in ("https", "http"):
            raise ValueError("it is no address of HTTP")
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - checked above
            return json.load(answer)
    except (OSError, ValueError) as error:
        not_measured(f"{url.partition('?')[0]}: {error}")
