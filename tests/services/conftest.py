"""What the tests of services share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.checking import Outcome, run_check

Check = Callable[..., Outcome]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Run a check with parameters in the test's own folder."""
    return lambda name, *params, **options: run_check(name, str(tmp_path), *params, **options)
