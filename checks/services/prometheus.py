"""Ask a Prometheus what it knows: its rules, targets, Alertmanagers, and the value of a query.

Rules in a file, rules that are loaded, rules that can be evaluated and rules that can fire are
four numbers. A rule about a metric, a label or a target that nobody has never fires; nor may one
that no test of rules was seen to make fire.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import starmap
from typing import Annotated

from msgspec import Meta

from checks.services._alert_rules import (
    AlertRule,
    RuleGroup,
    compared,
    in_files,
    in_groups,
    seen_to_fire,
)
from checks.services._answer import Answer, Complaint
from checks.services._http import without_password
from checks.services._options import Words, pattern
from checks.services._prometheus_api import PrometheusApi, ScrapeTarget
from checks.services._promql import Names, names_in
from checks.services.http import Authorized

TEST_LIMIT = 60.0


class PrometheusOptions(Authorized, frozen=True, kw_only=True):
    """The options of this probe."""

    url: str
    query: str = ""
    files: Words = ()
    tests: Words = ()
    at_least: Annotated[int, Meta(ge=0)] = 0
    pattern: str = ""
    job: str = ""


def measure(options: PrometheusOptions) -> Answer:
    """Ask for all that the server knows.

    `healthy` counts alert rules that were evaluated without an error. `not_loaded` are the alert
    rules of the files that the server does not have, or has otherwise; `untested` those that no
    test made fire, where tests are named. `absent` counts the metrics that rules name and that have
    no series and no target describes, of `named` ones; `mistaken` the labels and targets that rules
    ask for and that none of their series has, and what is lost of their series: on the way, over
    time, or between two evaluations. `active` counts the rules of which nothing of this
    is to be said, `matching` those of them that match the pattern, and `active_share` is their
    share of all rules of the files and the server, or of `at_least` where that is more, in percent;
    a rule that is loaded twice is one. `value` is null where the query gives no series or several;
    `series` counts them. A server that scrapes nothing itself, such as Mimir, tells its targets by
    `up`; what it cannot tell is null.
    """
    server = PrometheusApi(options.api(options.url))
    groups = server.groups()
    loaded = in_groups(groups)
    rules = list(loaded.values())
    expected = in_files(options.files)
    sick = [_complaint(rule.name, _sickness(rule)) for rule in rules if rule.health != "ok"]
    lost = list(starmap(_complaint, compared(options.files, groups).items()))
    untested, failures = _untested(options, sorted({rule.name for rule in expected}))
    all_targets = server.targets()
    targets = [target for target in all_targets if options.job in ("", target.labels.get("job"))]
    down = [target for target in targets if target.health != "up"]
    named = [(rule.name, names_in(rule.query)) for rule in rules]
    metrics = sorted({metric for _, names in named for metric in names.metrics})
    unseen = {metric for metric in metrics if not server.has(metric)}
    quiet = {metric: server.is_quiet(metric, all_targets) for metric in sorted(unseen)}
    absent = {metric for metric, is_quiet in quiet.items() if is_quiet is False}
    unknown = [metric for metric, is_quiet in quiet.items() if is_quiet is None]
    mistaken = [*_mistaken(server, named, unseen, targets), *_lost(server, groups, targets)]
    bad = {complaint.rule for complaint in (*sick, *lost, *untested, *mistaken)}
    bad |= {name for name, names in named if names.metrics & absent}
    active = [rule for rule in rules if rule.name not in bad]
    whole = max(len({*expected, *loaded}), options.at_least)
    series, value = server.value(options.query)
    managers = server.alertmanagers()
    if unknown:
        why = f"{server.url} has no /api/v1/targets to tell whether {', '.join(unknown)}"
        sys.stderr.write(f"not measured: {why} can have series\n")
    return {
        "url": without_password(options.url),
        "version": server.version(),
        "loaded": len(rules),
        "healthy": len(rules) - len(sick),
        "unhealthy": len(sick),
        "active": None if unknown else len(active),
        "active_share": 100 * len(active) / whole if whole and not unknown else None,
        "matching": None if unknown else _matching(options.pattern, active),
        "in_files": len(expected),
        "not_loaded": len(lost),
        "untested": len(untested),
        "targets": len(targets),
        "up": len(targets) - len(down),
        "down": len(down),
        "alertmanagers": None if managers is None else len(managers),
        "named": len(metrics),
        "absent": None if unknown else len(absent),
        "mistaken": len(mistaken),
        "series": series,
        "value": value,
        "problems": [
            *(*sick, *lost, *failures, *untested),
            *(
                Complaint("targets", target.scrape_url, target.last_error or target.health)
                for target in down
            ),
            *(Complaint("metrics", metric, "no series") for metric in sorted(absent)),
            *mistaken,
        ],
    }


def _complaint(name: str, message: str) -> Complaint:
    return Complaint("rules", name, message)


def _sickness(rule: AlertRule) -> str:
    return f"{rule.health}: {rule.last_error}" if rule.last_error else f"health {rule.health}"


def _untested(
    options: PrometheusOptions, names: Sequence[str]
) -> tuple[list[Complaint], list[Complaint]]:
    """Return the rules that no test made fire, and the tests that do not pass."""
    if not options.tests:
        return [], []
    fired, failures = seen_to_fire(options.tests, options.files, TEST_LIMIT)
    silent = [name for name in names if name not in fired]
    return [_complaint(name, "no test makes it fire") for name in silent], failures


def _mistaken(
    server: PrometheusApi,
    named: Iterable[tuple[str, Names]],
    unseen: AbstractSet[str],
    targets: Sequence[ScrapeTarget],
) -> Iterator[Complaint]:
    """Yield a complaint for each label or target that no series of a rule's metrics has."""
    has = cache(server.has)
    of_targets = {label for target in targets for label in target.labels}
    for rule, names in named:
        for metric, matchers in names.selectors:
            if metric and metric not in unseen:
                asked = [term.label for term in matchers if term[1:] != ("=", "")]
                for label in dict.fromkeys(asked):
                    if not has(metric, f'{label}!=""'):
                        yield _complaint(rule, f"no series of {metric} has the label {label}")
                fixed = [str(matcher) for matcher in matchers if matcher.label in of_targets]
                if fixed and not has(metric, *fixed):
                    yield _complaint(rule, f"no series of {metric} has {', '.join(fixed)}")
        for labels, metrics in names.groupings:
            # Rules for many places group by labels of which each place has some.
            seen = sorted(metrics - unseen)
            if seen and not any(has(metric, f'{label}!=""') for metric in seen for label in labels):
                why = f"no series of {', '.join(seen)} has the label {' or '.join(labels)}"
                yield _complaint(rule, why)


def _lost(
    server: PrometheusApi, groups: Iterable[RuleGroup], targets: Sequence[ScrapeTarget]
) -> Iterator[Complaint]:
    """Yield a complaint of each rule that does not see all of what it is about."""
    named = [(group, rule, names_in(rule.query)) for group in groups for rule in group.rules]
    cut = server.cut({name for _, _, names in named for name in names.metrics}, targets)
    kept = server.retention()
    for group, rule, names in named:
        yield from (_complaint(rule.name, cut[name]) for name in sorted(names.metrics & cut.keys()))
        if names.oldest > kept:
            why = f"it looks back {names.oldest:g} s, and samples are kept for {kept:g} s"
            yield _complaint(rule.name, why)
        if names.ranges and group.interval > max(names.ranges):
            why = f"it looks at {max(names.ranges):g} s once in {group.interval:g} s"
            yield _complaint(rule.name, why)


def _matching(regex: str, rules: Sequence[AlertRule]) -> int:
    wanted = pattern("pattern", regex) if regex else None
    return sum(bool(wanted.search(rule.query)) for rule in rules) if wanted else 0
