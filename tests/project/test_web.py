"""Where a repository can be read on the web."""

import pytest

from readiness.project.web import web_address


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://code.test/owner/name.git/", "https://code.test/owner/name"),
        ("git@code.test:owner/name.git", "https://code.test/owner/name"),
        ("code.test:group/sub/name.git", "https://code.test/group/sub/name"),
        ("ssh://git@code.test:2222/owner/name.git", "https://code.test/owner/name"),
        ("https://user:token@code.test/owner/name.git", "https://code.test/owner/name"),
        ("origin", ""),
        ("/srv/repositories/name.git", ""),
        ("file:///srv/name.git", ""),
        ("javascript:alert(1)", ""),
        ('https://code.test/owner/"><script>', ""),
    ],
)
def test_a_remote_is_an_address_without_the_users_name(remote: str, address: str) -> None:
    """Every spelling that git fetches from a host gives the page; what is no host gives none."""
    assert web_address(remote) == address
