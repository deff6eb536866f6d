"""What commands do: what may be a probe, and what may not, whatever it is wrapped in."""

import shlex

import pytest

from readiness.propose.effects import Deed, effect, unwrapped

# What does harm, and beside it the twin that only looks.
TWINS = [
    ("twine upload dist/*", Deed.PUBLISHES, "twine check dist/*"),
    ("git push origin main", Deed.PUBLISHES, "pytest tests/test_push.py"),
    ("kubectl apply -f k8s", Deed.DEPLOYS, "kubeconform k8s"),
    ("uvicorn app:app", Deed.STARTS, "pytest -k uvicorn"),
    ("ssh host restart", Deed.ASKS, "pytest -m ssh"),
    ("rm -rf build", Deed.DELETES, "vulture rm.py"),
    ("pip install -e .", Deed.INSTALLS, "pip-audit -r requirements.lock"),
    ("pre-commit run --all-files", Deed.INSTALLS, "codespell docs"),
    ("black .", Deed.REWRITES, "black --check ."),
    ("ruff check --fix .", Deed.REWRITES, "ruff check ."),
    ("mypy --install-types --non-interactive src", Deed.REWRITES, "mypy --strict src"),
    ("alembic upgrade head", Deed.MIGRATES, "alembic check"),
    ("DATABASE_URL=x ./manage.py migrate", Deed.MIGRATES, "DATABASE_URL=x ./manage.py check"),
]


@pytest.mark.parametrize(("harmful", "what", "innocent"), TWINS, ids=[twins[0] for twins in TWINS])
def test_only_what_looks_may_become_a_probe(harmful: str, what: Deed, innocent: str) -> None:
    """A command is judged by what it does, and its innocent twin is not."""
    assert effect(shlex.split(harmful)) is what
    assert effect(shlex.split(innocent)) is Deed.LOOKS


@pytest.mark.parametrize(
    "command", ["./deliver.sh", "python scripts/sync.py", "shopctl sync", "make-it-so"]
)
def test_what_nobody_knows_is_no_probe(command: str) -> None:
    """A program that the table does not have may do anything."""
    assert effect(command.split()) is Deed.UNKNOWN


@pytest.mark.parametrize("command", ["echo done", "cd docs", "git status", "true", "read answer"])
def test_what_does_nothing_worth_telling_is_passed_over(command: str) -> None:
    """Shell words and questions are neither measured nor named."""
    assert effect(command.split()) is Deed.NEUTRAL


@pytest.mark.parametrize(
    ("wrapped", "bare"),
    [
        ("uv run --group dev --frozen mypy src", "mypy src"),
        ("poetry run python -m pytest -q", "pytest -q"),
        ("coverage run --source shop -m pytest tests", "pytest tests"),
        ("coverage run manage.py test", "manage.py test"),
        (".venv/bin/python -m mypy src", "mypy src"),
        ("pytest -m mypy", "pytest -m mypy"),
    ],
)
def test_what_leads_up_to_a_command_is_taken_away(wrapped: str, bare: str) -> None:
    """Runners, interpreters and variables hide no command."""
    assert unwrapped(wrapped.split()) == tuple(bare.split())
