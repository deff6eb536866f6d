"""What commands do: what may be a probe, and what may not, whatever it is wrapped in."""

import shlex

import pytest

from readiness.propose.effects import Deed, effect, unwrapped

# What does harm, and beside it the twin that only looks.
TWINS = [
    ("twine upload dist/*", Deed.PUBLISHES, "twine check dist/*"),
    ("uv run twine upload dist/*", Deed.PUBLISHES, "uv run --group dev twine check dist/x"),
    ("python -m twine upload x", Deed.PUBLISHES, "python -m twine check x"),
    ("poetry publish --build", Deed.PUBLISHES, "poetry check"),
    ("git push origin main", Deed.PUBLISHES, "pytest tests/test_push.py"),
    ("gh release create v1", Deed.PUBLISHES, "gitlint --commits main"),
    ("kubectl apply -f k8s", Deed.DEPLOYS, "kubeconform k8s"),
    ("helm upgrade shop chart", Deed.DEPLOYS, "helm lint chart"),
    ("terraform apply", Deed.DEPLOYS, "tflint"),
    ("docker compose up -d", Deed.STARTS, "docker compose config"),
    ("uvicorn app:app", Deed.STARTS, "pytest -k uvicorn"),
    ("docker compose build", Deed.BUILDS, "docker compose config"),
    ("python -m build", Deed.BUILDS, "python -m twine check dist/x"),
    ("ssh host restart", Deed.ASKS, "pytest -m ssh"),
    ("curl http://localhost:8000/health", Deed.ASKS, "yamllint curl.yml"),
    ("rm -rf build", Deed.DELETES, "vulture rm.py"),
    ("git clean -fdx", Deed.DELETES, "yamllint clean.yml"),
    ("python manage.py flush", Deed.DELETES, "python manage.py check"),
    ("pip install -e .", Deed.INSTALLS, "pip-audit -r requirements.lock"),
    ("uv sync --frozen", Deed.INSTALLS, "uv lock --check"),
    ("tox -e lint", Deed.INSTALLS, "flake8 tox_plugin"),
    ("pre-commit run --all-files", Deed.INSTALLS, "codespell docs"),
    ("black .", Deed.REWRITES, "black --check ."),
    ("black shop tests", Deed.REWRITES, "black --diff shop tests"),
    ("isort .", Deed.REWRITES, "isort --check-only ."),
    ("ruff format", Deed.REWRITES, "ruff format --check"),
    ("ruff check --fix .", Deed.REWRITES, "ruff check ."),
    ("ruff check . --fix", Deed.REWRITES, "ruff check . --no-fix"),
    ("codespell -w docs", Deed.REWRITES, "codespell docs"),
    ("npx prettier --write .", Deed.REWRITES, "npx prettier --check ."),
    ("mypy --install-types --non-interactive src", Deed.REWRITES, "mypy --strict src"),
    ("python manage.py makemigrations", Deed.REWRITES, "manage.py makemigrations --dry-run"),
    ("alembic upgrade head", Deed.MIGRATES, "alembic check"),
    ("poetry run alembic downgrade -1", Deed.MIGRATES, "poetry run alembic heads"),
    ("python manage.py migrate", Deed.MIGRATES, "python manage.py test"),
    ("DATABASE_URL=x ./manage.py migrate", Deed.MIGRATES, "DATABASE_URL=x ./manage.py check"),
]


@pytest.mark.parametrize(("harmful", "what", "innocent"), TWINS, ids=[each[0] for each in TWINS])
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
        ("CI=1 env pytest", "pytest"),
        ("pytest -m mypy", "pytest -m mypy"),
    ],
)
def test_what_leads_up_to_a_command_is_taken_away(wrapped: str, bare: str) -> None:
    """Runners, interpreters and variables hide no command."""
    assert unwrapped(wrapped.split()) == tuple(bare.split())
