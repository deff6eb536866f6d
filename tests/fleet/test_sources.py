"""What the words of a command line name."""

from pathlib import Path

import pytest

from readiness.fleet.sources import SourceKind, sources


@pytest.mark.parametrize(
    ("word", "kind", "name"),
    [
        ("services/billing", SourceKind.FOLDER, "billing"),
        ("services/billing/", SourceKind.FOLDER, "billing"),
        ("services/billing/release.yaml", SourceKind.BOARD, "billing"),
        ("runs/billing.json", SourceKind.RECORDED, "billing"),
        ("https://example.org/shop/billing.git", SourceKind.ADDRESS, "billing"),
        ("git@example.org:shop/billing.git", SourceKind.ADDRESS, "billing"),
        ("ssh://git@example.org/shop/billing", SourceKind.ADDRESS, "billing"),
        ("file:///srv/billing", SourceKind.ADDRESS, "billing"),
        ("ext::sh -c true", SourceKind.FOLDER, "ext::sh -c true"),
        ("--upload-pack=x", SourceKind.FOLDER, "--upload-pack=x"),
    ],
)
def test_a_word_names_one_kind_of_project(word: str, kind: SourceKind, name: str) -> None:
    """Addresses by their scheme, files by their ending; all else is a folder."""
    (found,) = sources([word])
    assert (found.kind, found.name) == (kind, name)


def test_a_revision_follows_the_address() -> None:
    """It is no part of the address."""
    (found,) = sources(["https://example.org/shop.git#v1.2"])
    assert (found.place, found.revision) == ("https://example.org/shop.git", "v1.2")


def test_nobodys_password_is_shown() -> None:
    """Git gets it; what people and programs read does not have it."""
    (found,) = sources(["https://me:s3cret@example.org/shop.git"])
    assert "s3cret" in found.place
    assert (found.path, found.name) == ("https://example.org/shop.git", "shop")


def test_a_project_counts_once(tmp_path: Path) -> None:
    """However often, and by whatever way, it is named."""
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to("a")
    assert len(sources([str(tmp_path / name) for name in ("a", "a/", "link")])) == 1
