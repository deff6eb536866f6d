"""What visitors do: mostly look at teams and forecasts.

A user makes REQUESTS requests and leaves; without that it stays until the time is over. PACE is
how many requests a user makes in a second at most; without it a user asks again at once. CA_FILE
names the authority that the service's certificate is from.
"""

import os
import random
import ssl

import gevent
from locust import FastHttpUser, constant, constant_throughput, events, task
from locust.env import Environment
from locust.exception import StopUser

API = "/api/v1"
TEAMS = ["Ajax", "Benfica", "Celtic", "Dynamo"]
REQUESTS = int(os.environ.get("REQUESTS") or 0)
PACE = float(os.environ.get("PACE") or 0)


def trust() -> ssl.SSLContext:
    """Trust the authority that CA_FILE names, or the system's."""
    return ssl.create_default_context(cafile=os.environ.get("CA_FILE") or None)


class Visitor(FastHttpUser):
    """Somebody who looks at forecasts."""

    wait_time = constant_throughput(PACE) if PACE else constant(0)
    ssl_context_factory = staticmethod(trust)
    network_timeout = 30.0
    connection_timeout = 10.0
    made = 0

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
        if REQUESTS and self.made >= REQUESTS:
            raise StopUser


@events.test_start.add_listener
def end_with_the_last_user(environment: Environment, **_: object) -> None:
    """With a number of requests the test is over when nobody is left."""
    if not REQUESTS:
        return

    def watch() -> None:
        seen = False
        while True:
            gevent.sleep(0.1)
            count = environment.runner.user_count if environment.runner else 0
            seen = seen or count > 0
            if seen and count == 0 and environment.runner:
                environment.runner.quit()
                return

    gevent.spawn(watch)
