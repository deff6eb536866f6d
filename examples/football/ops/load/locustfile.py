"""What visitors do: mostly look at teams and forecasts; what few others do: enter something.

With `--requests N` a user makes so many requests and then waits for the others; else it stays until
the time is over. With `--pace N` a user makes at most so many in a second; else it asks again at
once. With `--kept` visitors take answers that the front has kept; else each request has a trace of
its own and reaches the service. CA_FILE names the authority that the service's certificate is from,
and SERVICE_KEY is the key of who may write: without it nobody does.
"""

import itertools
import os
import random
import ssl
from datetime import UTC, datetime
from functools import cache

import gevent
from locust import FastHttpUser, constant_throughput, events, stats, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.runners import Runner

stats.CSV_STATS_INTERVAL_SEC = 0.25
API = "/api/v1"
TEAMS = ["Ajax", "Benfica", "Celtic", "Dynamo"]
KEY = os.environ.get("SERVICE_KEY", "")
USERS_OF_A_WRITER = 15
SAMPLED = 0.02
"""The share of traces that are to be kept, as docs/monitoring.md has it."""
done = 0


@cache
def trust(cafile: str | None = None) -> ssl.SSLContext:
    """Trust the authority that CA_FILE names, or those of the client's file.

    All users share it: to read authorities takes some 9 ms, in which nobody is heard.
    """
    return ssl.create_default_context(cafile=os.environ.get("CA_FILE") or cafile)


def trace() -> dict[str, str]:
    """Make the header of a trace that nobody else has."""
    sampled = "01" if random.random() < SAMPLED else "00"  # noqa: S311
    bits = (random.getrandbits(128), random.getrandbits(64))
    return {"traceparent": f"00-{bits[0]:032x}-{bits[1]:016x}-{sampled}"}


@events.init_command_line_parser.add_listener
def more_options(parser: LocustArgumentParser) -> None:
    """Tell locust of the options that are ours."""
    parser.add_argument("--requests", type=int, default=0, help="requests of each user")
    parser.add_argument("--pace", type=float, default=0, help="of a user, requests a second")
    parser.add_argument("--kept", action="store_true", help="take kept answers too")


class User(FastHttpUser):
    """Somebody who makes so many requests, or keeps the pace."""

    abstract = True
    slower = 1
    ssl_context_factory = staticmethod(trust)
    network_timeout = 30.0
    connection_timeout = 10.0
    made = 0

    def wait_time(self) -> float:
        """How long to wait, so as to keep the pace."""
        pace = self.environment.parsed_options.pace
        return float(constant_throughput(pace / self.slower)(self)) if pace else 0.0

    def count(self) -> None:
        """Do nothing more after the last request."""
        global done
        self.made += 1
        if self.made == self.environment.parsed_options.requests:
            done += 1
            gevent.sleep(3600)


class Visitor(User):
    """Somebody who looks at forecasts."""

    @task(8)
    def health(self) -> None:
        """Ask whether the service runs."""
        self.ask("/health")

    @task(1)
    def ready(self) -> None:
        """Ask whether it can work."""
        self.ask("/health/ready")

    @task(6)
    def teams(self) -> None:
        """List the teams."""
        self.ask(f"{API}/teams")

    @task(1)
    def team(self) -> None:
        """Look at a team."""
        self.ask(f"{API}/teams/{self.some_team()}", name=f"{API}/teams/{{team_id}}")

    @task(1)
    def ratings(self) -> None:
        """See how its rating moved."""
        path = f"{API}/teams/{self.some_team()}/ratings"
        self.ask(path, name=f"{API}/teams/{{team_id}}/ratings")

    @task(6)
    def preview(self) -> None:
        """Forecast a match of two teams."""
        home, away = random.sample(range(1, len(TEAMS) + 1), 2)  # noqa: S311
        path = f"{API}/predictions/preview?home_team_id={home}&away_team_id={away}"
        self.ask(path, name=f"{API}/predictions/preview")

    @task(1)
    def matches(self) -> None:
        """List the matches."""
        self.ask(f"{API}/matches")

    @task(1)
    def match(self) -> None:
        """Look at the match that the stack has planned."""
        self.ask(f"{API}/matches/1", name=f"{API}/matches/{{match_id}}")

    @task(1)
    def predictions(self) -> None:
        """List the predictions."""
        self.ask(f"{API}/predictions")

    @task(1)
    def prediction(self) -> None:
        """Look at the prediction of that match."""
        self.ask(f"{API}/predictions/1", name=f"{API}/predictions/{{prediction_id}}")

    @task(1)
    def accuracy(self) -> None:
        """Ask how good the predictions were."""
        self.ask(f"{API}/predictions/accuracy")

    def some_team(self) -> int:
        """Choose one of the teams."""
        return random.randint(1, len(TEAMS))  # noqa: S311

    def ask(self, path: str, name: str | None = None) -> None:
        """Make a request."""
        kept = self.environment.parsed_options.kept
        self.client.get(path, name=name or path, headers={} if kept else trace())
        self.count()


class Writer(User):
    """Somebody who plans matches of two teams, which the first one enters, and how they end."""

    fixed_count = 1
    slower = 80
    ends = itertools.cycle(("prediction", "result", "cancel"))
    teams: tuple[int, ...] = ()

    def on_start(self) -> None:
        """Write at another time than others do, and soon: what is slow is to be seen."""
        if self.environment.parsed_options.pace:
            gevent.sleep(random.uniform(0, 4))  # noqa: S311

    @task
    def match(self) -> None:
        """Plan a match, and do one more thing with it."""
        if not Writer.teams:
            Writer.teams = (self.team(), self.team())
        home, away = Writer.teams
        kickoff = datetime.fromtimestamp(random.randrange(10**9), UTC).isoformat()  # noqa: S311
        planned = {"home_team_id": home, "away_team_id": away, "competition": "Load"}
        match = self.enter("/matches", planned | {"kickoff": kickoff})
        end = next(self.ends)
        goals = {"home_goals": 1, "away_goals": 1} if end == "result" else {}
        self.enter(f"/matches/{match}/{end}", goals, name=f"/matches/{{match_id}}/{end}")

    def team(self) -> int:
        """Enter a team that nobody has heard of."""
        name = f"Load {random.getrandbits(64):x}"
        return self.enter("/teams", {"name": name, "country": "NL", "rating": 1})

    def enter(self, path: str, what: dict[str, object], name: str | None = None) -> int:
        """Send something with the key, and return its number."""
        headers = {"X-API-Key": KEY, **trace()}
        answer = self.client.post(API + path, name=API + (name or path), json=what, headers=headers)
        self.count()
        return int(answer.json()["id"]) if answer.status_code < 400 else 0


@events.init.add_listener
def share(environment: Environment, runner: Runner | None, **_: object) -> None:
    """Have some users of many write, if they may."""
    options = environment.parsed_options
    if runner and options:
        Writer.fixed_count = max(1, options.num_users // USERS_OF_A_WRITER)
        if not KEY:
            environment.user_classes.remove(Writer)


@events.test_start.add_listener
def end_with_the_last_user(environment: Environment, **_: object) -> None:
    """With a number of requests the test is over when each user has made them."""
    options = environment.parsed_options
    if not (options and options.requests):
        return

    def watch() -> None:
        while done < options.num_users:
            gevent.sleep(0.1)
        gevent.sleep(3 * stats.CSV_STATS_INTERVAL_SEC)  # until all figures are written
        if environment.runner:
            environment.runner.quit()

    gevent.spawn(watch)
