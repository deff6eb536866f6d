"""Digests are what other tools compute."""

import pytest

from readiness.model.digests import digest, short_digest

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(("data", "sha256"), [(b"abc", ABC), (b"", NOTHING)])
def test_it_is_the_sha_256_of_the_data(data: bytes, sha256: str) -> None:
    """The test vectors of FIPS 180-2, whole and shortened."""
    assert digest(data) == f"sha256:{sha256}"
    assert short_digest(data) == sha256[:24]
