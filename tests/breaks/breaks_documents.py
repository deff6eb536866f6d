"""Breaks of the documents: what they say is not so."""

from tests.breaks.table import Change, Row, append, edit
from tests.support.football import Football

DEPLOYMENT, OPERATIONS = "docs/deployment.md", "docs/operations.md"
TROUBLE, TRAINING = "docs/troubleshooting.md", "docs/training.md"
MONITORING, BACKUP = "docs/monitoring.md", "docs/backup-and-restore.md"
LOREM = (
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut"
    " labore et dolore magna aliqua."
)


def shell(path: str, command: str) -> Change:
    """Add a block of commands that are not run."""
    return append(path, f"\n```sh\n{command}\n```\n")


def command(criterion: str, path: str, name: str, broken: str, neighbour: str) -> Row:
    """Make a row of a command that does not work, and one that does."""
    return Row("documents: a command", criterion, name, shell(path, broken), shell(path, neighbour))


def words(family: str, criterion: str, path: str, name: str, broken: str, neighbour: str) -> Row:
    """Make a row of a sentence that is not so, and one that is."""
    return Row(
        f"documents: {family}",
        criterion,
        name,
        append(path, f"\n{broken}\n"),
        append(path, f"\n{neighbour}\n"),
    )


def leave_to_write(football: Football) -> None:
    """Take all that a section says."""
    text = (football.folder / TRAINING).read_text("utf-8")
    start, end = text.index("## Check yourself"), len(text)
    football.write(TRAINING, f"{text[:start]}## Check yourself\n\nTODO\n{text[end:]}")


ROWS = (
    words(
        "a link",
        "T10.2",
        OPERATIONS,
        "a link leads nowhere",
        "See [more](more.md).",
        "See [the guide](deployment.md#verify).",
    ),
    command(
        *("T10.2", OPERATIONS, "a subcommand of systemctl is misspelled"),
        *("systemctl relode nginx", "systemctl try-reload-or-restart nginx"),
    ),
    command(
        *("T10.1", DEPLOYMENT, "another subcommand of systemctl is misspelled"),
        *("systemctl daemon-relaod", "systemctl daemon-reexec"),
    ),
    command(
        *("T10.1", DEPLOYMENT, "an option of systemctl is misspelled"),
        *("systemctl enable --nwo football", "systemctl --now --runtime enable football"),
    ),
    Row(
        "documents: a command",
        "T10.6",
        "an option of pg_dump is misspelled",
        edit(BACKUP, r"^pg_dump --format=custom", "pg_dump --fromat=custom"),
        edit(BACKUP, r"^pg_dump --format=custom", "pg_dump --format=c --no-owner"),
    ),
    Row(
        "documents: a command",
        "T10.6",
        "an option in a line for cron is misspelled",
        edit(BACKUP, r"pg_dump --format=custom (?=--file=\"/var)", "pg_dump --formta=custom "),
        edit(BACKUP, r"pg_dump --format=custom (?=--file=\"/var)", "pg_dump -Fc --no-acl "),
    ),
    Row(
        "documents: a command",
        "T10.6",
        "pg_restore has no such option",
        edit(BACKUP, "--exit-on-error", "--stop-on-error"),
        edit(BACKUP, "--exit-on-error", "--exit-on-error --no-privileges"),
    ),
    command(
        *("T10.6", BACKUP, "pg_dump has no such letter"),
        *('pg_dump -Q "$DATABASE_URL"', 'pg_dump -Fc -Z 9 "$DATABASE_URL"'),
    ),
    Row(
        "documents: a command",
        "T10.2",
        "nginx has no such letter",
        edit(OPERATIONS, "^nginx -t$", "nginx -x"),
        edit(OPERATIONS, "^nginx -t$", "nginx -t -q"),
    ),
    Row(
        "documents: a command",
        "T10.1",
        "an option of pip is misspelled",
        edit(DEPLOYMENT, "pip install --require-hashes -r", "pip install --require-hash3s -r"),
        edit(DEPLOYMENT, "pip install --require-hashes -r", "pip install --no-deps -r"),
    ),
    Row(
        "documents: a command",
        "T10.1",
        "an option in a unit file is misspelled",
        edit(DEPLOYMENT, "--port 8000 --no-access-log", "--prot 8000 --no-access-log"),
        edit(DEPLOYMENT, "--port 8000 --no-access-log", "--port 8001 --proxy-headers"),
    ),
    Row(
        "documents: a command",
        "T10.1",
        "an option of git is misspelled",
        edit(DEPLOYMENT, "git clone --branch", "git clone --brnach"),
        edit(DEPLOYMENT, "git clone --branch", "git clone --depth 1 --branch"),
    ),
    Row(
        "documents: a command",
        "T10.1",
        "an option of alembic in a sentence is misspelled",
        edit(DEPLOYMENT, "`alembic upgrade head --sql`", "`alembic upgrade head --sqll`"),
        edit(DEPLOYMENT, "`alembic upgrade head --sql`", "`alembic upgrade --sql head`"),
    ),
    Row(
        "documents: a command",
        "T10.4",
        "a subcommand of alembic in a sentence is misspelled",
        edit(TRAINING, "alembic revision --auto", "alembic revison --auto"),
        edit(TRAINING, "alembic revision --auto", "alembic revision --sql --auto"),
    ),
    command(
        *("T10.1", DEPLOYMENT, "a subcommand of git is misspelled"),
        *("git chekcout v1.0", "git checkout v1.0"),
    ),
    command(
        *("T10.6", BACKUP, "the project has no such program"),
        "python -m src.database.maintenence --help",
        "python -m src.database.maintenance --help",
    ),
    command(
        *("T10.2", OPERATIONS, "a script has another name"),
        *("sh ops/instal.sh --help", "sh ops/install.sh --help"),
    ),
    command(
        *("T10.6", BACKUP, "a subcommand of the project's own program is misspelled"),
        "python -m src.database.maintenance bakcup backups/x.db",
        "python -m src.database.maintenance backup backups/x.db",
    ),
    Row(
        "documents: a command",
        "T10.5",
        "an option of amtool is misspelled",
        edit(MONITORING, "amtool --alertmanager.url", "amtool --alertmanager.ulr"),
        edit(MONITORING, "amtool --alertmanager.url", "amtool --verbose --alertmanager.url"),
    ),
    Row(
        "documents: a command",
        "T10.3",
        "an option of journalctl is misspelled",
        edit(TROUBLE, "journalctl --unit football", "journalctl --uint football"),
        edit(TROUBLE, "journalctl --unit football", "journalctl --no-pager -u football"),
    ),
    Row(
        "documents: a command",
        "T10.3",
        "an option of psql is misspelled",
        edit(TROUBLE, '"\\$DATABASE_URL" --command', '"$DATABASE_URL" --comand'),
        edit(TROUBLE, '"\\$DATABASE_URL" --command', '"$DATABASE_URL" -At --command'),
    ),
    command(
        *("T10.2", OPERATIONS, "an option of curl is misspelled"),
        *("curl --silent --fial http://127.0.0.1/", "curl -sS --fail-with-body http://127.0.0.1/"),
    ),
    Row(
        "documents: a variable of make",
        "T10.1",
        "no Makefile has the variable",
        edit(DEPLOYMENT, "make run PORT=8017", "make run PORTS=8017 PORT=8017"),
        edit(DEPLOYMENT, "make run PORT=8017", "make run HOST=127.0.0.1 PORT=8017"),
    ),
    Row(
        "documents: a variable of make",
        "T10.1",
        "a variable of make is misspelled",
        edit(DEPLOYMENT, "MINIMUM_COVERAGE=80", "MINIMAL_COVERAGE=80"),
        edit(DEPLOYMENT, "MINIMUM_COVERAGE=80", "MINIMUM_COVERAGE=85"),
    ),
    Row(
        "documents: a variable",
        "T10.1",
        "a variable of the service is misspelled",
        edit(DEPLOYMENT, "^DATABASE_URL=", "DATABSE_URL="),
        append(DEPLOYMENT, '\n```sh\nBACKUP_DIR=/var/backups\nls "$BACKUP_DIR"\n```\n'),
    ),
    Row(
        "documents: a variable",
        "T10.1",
        "a variable has another name than the service's",
        edit(DEPLOYMENT, "^REDIS_URL=", "CACHE_ADDRESS="),
        edit(DEPLOYMENT, "^REDIS_URL=", "LOG_LEVEL=INFO\nPGSSLMODE=require\nREDIS_URL="),
    ),
    Row(
        "documents: a variable",
        "T10.5",
        "a variable in a table is misspelled",
        edit(MONITORING, "`OTEL_EXPORTER_OTLP_ENDPOINT`", "`OTEL_EXPORTER_OTLP_ENDPIONT`"),
        edit(MONITORING, "`OTEL_EXPORTER_OTLP_ENDPOINT`", "`OTEL_EXPORTER_OTLP_HEADERS`"),
    ),
    Row(
        "documents: an endpoint",
        "T10.2",
        "an endpoint is misspelled",
        edit(OPERATIONS, "`GET /health/ready`", "`GET /health/redy`"),
        edit(OPERATIONS, "`GET /health/ready`", "`HEAD /health/ready`"),
    ),
    Row(
        "documents: an endpoint",
        "T10.2",
        "a command asks for an endpoint that there is not",
        edit(OPERATIONS, r'"\$URL/predictions/accuracy"', '"$URL/predictions/acuracy"'),
        edit(OPERATIONS, r'"\$URL/predictions/accuracy"', '"$URL/predictions?limit=3"'),
    ),
    words(
        *("an endpoint", "T10.4", TRAINING, "an endpoint is invented"),
        'Its state:\n\n```sh\ncurl "$URL/status"\n```',
        'Its state:\n\n```sh\ncurl "$URL/metrics"\ncurl http://127.0.0.1:9090/status\n```',
    ),
    words(
        *("an endpoint", "T10.3", TROUBLE, "an endpoint has another version"),
        "Ask `/api/v2/teams` for the names.",
        "Ask `/api/v1/teams` for the names, and Alertmanager's `/api/v2/alerts`.",
    ),
    words(
        *("an endpoint", "T10.3", TROUBLE, "an endpoint is none of those beside it"),
        "All teams: `GET /api/v1/clubs`.",
        "All teams: `GET /api/v1/teams`. The front's own: `GET /status`.",
    ),
    words(
        *("an endpoint", "T10.3", TROUBLE, "an endpoint is not asked in that way"),
        "A wrong team goes with `DELETE /api/v1/teams/{team_id}`.",
        "A team is read with `GET /api/v1/teams/{team_id}`.",
    ),
    Row(
        "documents: a threshold",
        "T10.5",
        "the limit of an alert is another",
        edit(MONITORING, "> 0.01`, 5m", "> 0.05`, 5m"),
        edit(MONITORING, "> 0.01`, 5m", "> 1e-2`, 5m"),
    ),
    Row(
        "documents: a threshold",
        "T10.5",
        "the time of an alert is another",
        edit(MONITORING, r"(in_progress > 100`,) 2m", r"\1 20m"),
        append(MONITORING, "\nAcknowledge FootballQueue within 5m, and ask again after 1h.\n"),
    ),
    Row(
        "documents: a threshold",
        "T10.5",
        "the severity of an alert is another",
        edit(MONITORING, r"(in_progress > 100`, 2m \|) page", r"\1 ticket"),
        append(MONITORING, "\nFootballQueue is a page; most others open a ticket.\n"),
    ),
    Row(
        "documents: a threshold",
        "T10.5",
        "an expression compares the other way",
        edit(MONITORING, "in_progress > 100`", "in_progress < 100`"),
        edit(MONITORING, "in_progress > 100`", "in_progress  >  100`"),
    ),
    words(
        *("a threshold", "T10.3", TROUBLE, "a sentence has another limit than the rule"),
        "FootballMemory fires above 800 MB.",
        "FootballMemory fires above 500 MB.",
    ),
    Row(
        "documents: a unit file",
        "T10.1",
        "a setting of systemd is misspelled",
        edit(DEPLOYMENT, "^Restart=on-failure", "Restrat=on-failure"),
        edit(DEPLOYMENT, "^Restart=on-failure", "Restart=always\nRestartSec=2"),
    ),
    Row(
        "documents: a unit file",
        "T10.6",
        "cron knows no such hour",
        edit(BACKUP, r"^15 3 \* \* \*", "15 30 * * *"),
        edit(BACKUP, r"^15 3 \* \* \*", "*/15 3 * * 1-5"),
    ),
    Row(
        "documents: filler",
        "T10.4",
        "a paragraph means nothing",
        append(TRAINING, f"\n{LOREM}\n"),
        append(TRAINING, f"\nA name may be long:\n\n```text\n{LOREM}\n```\n"),
    ),
    words(
        *("filler", "T10.3", TROUBLE, "another paragraph means nothing"),
        "At vero eos et accusam et justo duo dolores et ea rebum. Stet clita kasd gubergren.",
        "At first, ask for the state: at worst it is *sanctus*, as the old page says.",
    ),
    Row(
        "documents: filler",
        "T10.4",
        "a section is yet to be written",
        leave_to_write,
        append(TRAINING, "\n## What comes next\n\nTo do: read the guides once more, aloud.\n"),
    ),
    words(
        *("filler", "T10.3", TROUBLE, "a section further down says TBD"),
        "## When the disk is full\n\n*TBD*",
        "## When the disk is full\n\nGrow it.",
    ),
)
