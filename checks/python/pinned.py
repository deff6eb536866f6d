"""Whether a tool is the one that the project pins: another version finds other things."""

from checks.in_project.common import not_measured
from readiness.project.pins import installed_version, pins


def refuse_another_version(tool: str) -> None:
    """End the script where the tool that found something is of no version that is pinned here."""
    versions = pins(".", tool)
    installed = installed_version(tool) if versions else ""
    if installed and installed not in versions:
        wanted, place = next(iter(versions.items()))
        not_measured(
            f"{tool} {installed} is installed, and {place} pins {wanted}, which may find other"
            f" things; install it: pip install {tool}=={wanted}"
        )
