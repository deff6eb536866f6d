"""What this program moved in an environment that it shares with a project."""

from pathlib import Path

import pytest

from readiness.project.moved import MovedPin, moved_pins

NEEDS = {
    "readiness-1.0": ["typer>=0.26,<0.29", "jinja2>=3.1.2", 'redis>=8; extra == "services"'],
    "typer-0.28.0": ["click>=8.2", "rich~=14.0"],
    "jinja2-3.1.6": [],
    "click-8.3.0": [],
    "rich-14.1.0": [],
    "redis-8.0": [],
}


@pytest.mark.parametrize(
    ("pinned", "moved"),
    [
        ("click==8.1.3", [MovedPin("click", "8.3.0", "8.1.3", "requirements.txt:1")]),
        ("Typer==0.9.0", [MovedPin("typer", "0.28.0", "0.9.0", "requirements.txt:1")]),
        # We would have worked with these: somebody else moved them, or nobody knows.
        ("jinja2==3.1.2", []),
        ("rich==13.7.0", []),
        ("redis==5.0", []),
        ("click>=8.1", []),
    ],
)
def test_only_what_we_do_not_allow_was_moved_by_us(
    pinned: str, moved: list[MovedPin], tmp_path: Path
) -> None:
    """Of our requirements and theirs, those that are locked in a version out of their limits."""
    for name, required in NEEDS.items():
        folder = tmp_path / "lib" / "python3.12" / "site-packages" / f"{name}.dist-info"
        folder.mkdir(parents=True)
        lines = [f"Name: {name}", *(f"Requires-Dist: {line}" for line in required)]
        (folder / "METADATA").write_text("\n".join(lines) + "\n\n")
    (tmp_path / "requirements.txt").write_text(pinned + "\n")
    assert list(moved_pins(str(tmp_path), str(tmp_path))) == moved
