"""What visitors do: mostly look at teams and forecasts.

With `--requests N` a user makes so many requests and leaves; else it stays until the time is over.
With `--pace N` a user makes at most so many in a second; else it asks again at once. CA_FILE names
the authority that the service's certificate is from.
"""

import os
import random
import ssl

import gevent
from locust import FastHttpUser, constant_throughput, events, stats, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.exception import StopUser

stats.CSV_STATS_INTERVAL_SEC = 0.25
API = "/api/v1"
TEAMS = ["Ajax", "Benfica", "Celtic", "Dynamo"]


def trust() -> ssl.SSLContext:
    """Trust the authority that CA_FILE names, or the system's."""
    return ssl.create_default_context(cafile=os.environ.get("CA_FILE") or None)


@events.init_command_line_parser.add_listener
def more_options(parser: LocustArgumentParser) -> None:
    """Tell locust of the options that are ours."""
    parser.add_argument("--requests", type=int, default=0, help="requests of each user")
    parser.add_argument("--pace", type=float, default=0, help="of a user, requests a second")


class Visitor(FastHttpUser):
    """Somebody who looks at forecasts."""

    ssl_context_factory = staticmethod(trust)
    network_timeout = 30.0
    connection_timeout = 10.0
    made = 0

    def wait_time(self) -> float:
        """How long to wait, so as to keep the pace."""
        pace = self.environment.parsed_options.pace
        return float(constant_throughput(pace)(self)) if pace else 0.0

    @task(4)
    def health(self) -> None:
        """Ask whether the service runs."""
        self.ask("/health")

    @task(3)
    def teams(self) -> None:
        """List the teams."""
        self.ask(f"{API}/teams")

    @task(3)
    def preview(self) -> None:
        """Forecast a match of two teams."""
        home, away = random.sample(range(1, len(TEAMS) + 1), 2)  # noqa: S311
        path = f"{API}/predictions/preview?home_team_id={home}&away_team_id={away}"
        self.ask(path, name=f"{API}/predictions/preview")

    def ask(self, path: str, name: str | None = None) -> None:
        """Make a request, and leave after the last one."""
        self.client.get(path, name=name or path)
        self.made += 1
        if self.made == self.environment.parsed_options.requests:
            raise StopUser


@events.test_start.add_listener
def end_with_the_last_user(environment: Environment, **_: object) -> None:
    """With a number of requests the test is over when nobody is left."""
    if not (environment.parsed_options and environment.parsed_options.requests):
        return

    def watch() -> None:
        seen = False
        while True:
            gevent.sleep(0.1)
            count = environment.runner.user_count if environment.runner else 0
            seen = seen or count > 0
            if seen and count == 0 and environment.runner:
                gevent.sleep(3 * stats.CSV_STATS_INTERVAL_SEC)  # until all figures are written
                environment.runner.quit()
                return

    gevent.spawn(watch)
