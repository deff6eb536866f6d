"""Make a request, and see whether its trace arrives at the collector.

The request carries a `traceparent` of its own (W3C Trace Context, sampled); the trace is looked for
under that id. That one is traced shows nothing of those that ask for no trace: a number of these
may be made, and the share that is traced compared with the one that is said.
"""

import base64
import math
import secrets
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

from msgspec import Meta

from checks.services._answer import Answer, Complaint
from checks.services._http import Request, Response, Via, fetch, headers_of, without_password
from checks.services._json import elsewhere, look, objects, strings, wait
from checks.services._options import Lines, OptionsError
from checks.services.http import Authorized

IDS = ("trace_id", "traceId", "traceID")

_AT_ONCE = 8
"""How many ordinary requests are under way at a time."""

_ACCIDENT = 1e-4
"""How probable a share must be, if as many are traced as is said, to be taken for that."""


class OpenTelemetryOptions(Authorized, frozen=True, kw_only=True):
    """The options of this probe."""

    url: str
    lookup: str
    lookup_headers: Lines = ()
    also: Lines = ()
    release: str = ""
    environment: str = ""
    method: Annotated[str, Meta(pattern="^[A-Z]+$")] = "GET"
    ordinary: Annotated[int, Meta(ge=0, le=100_000)] = 0
    ratio: Annotated[float, Meta(ge=0, le=1)] = 1.0
    ordinary_lookup: str = ""
    tag_header: str = "X-Request-ID"
    wait: Annotated[float, Meta(ge=0)] = 30.0


def measure(options: OpenTelemetryOptions) -> Answer:
    """Ask, then look for the traces.

    `spans` of them arrived; `untraced` are addresses whose trace did not. `right_release` tells
    whether each trace names it, and is null where none was asked for. `sampled` counts the ordinary
    requests that were traced, of `ordinary`; `as_said` tells whether that may be an accident of the
    share that it should be. Both are null where none was made, as where no trace arrived of those
    who ask for one. `problems` tells what is missing.
    """
    via = options.via()
    direct = elsewhere(via)
    looking = headers_of(options.lookup_headers)
    asked = [line.rpartition(" ") for line in (*options.also, options.url)]
    traces = {secrets.token_hex(16): (how or options.method, url) for how, _, url in asked}

    def spans_of(trace: str) -> list[dict[str, object]]:
        return _spans(look(options.lookup.replace("{trace_id}", trace), direct, looking), trace)

    spans_of(next(iter(traces)))  # what cannot be asked cannot tell that nothing came
    answers: dict[str, Response] = {}
    for trace, (method, url) in traces.items():
        parent = f"00-{trace}-{secrets.token_hex(8)}-01"
        headers = {**options.own_headers(), "traceparent": parent}
        answers[trace] = fetch(Request(url=url, method=method, headers=headers), via)
    spans: dict[str, list[dict[str, object]]] = {}

    def all_arrived() -> bool | None:
        spans.update({trace: spans_of(trace) for trace in traces if not spans.get(trace)})
        return all(spans.values()) or None

    _, seconds = wait(all_arrived, options.wait)
    answer = answers[trace]
    right = _all_name(options.release, spans.values())
    sampled, as_said = None, None
    if options.ordinary and any(spans.values()):
        sampled, as_said = _ordinary(options, via, direct, looking)
    untraced = [answers[trace] for trace in traces if not spans[trace]]
    problems = [
        (lost.url, f"answered with {lost.status}, no span in {seconds:g} s") for lost in untraced
    ]
    if right is False and not untraced:
        problems.append((answer.url, f"not all traces name the release {options.release}"))
    if _all_name(options.environment, spans.values()) is False and not untraced:
        why = f"not all traces name the environment {options.environment}"
        problems.append((answer.url, why))
    if as_said is False:
        share = f"{sampled} of {options.ordinary} ordinary requests were traced"
        problems.append((answer.url, f"{share}, and {options.ratio:g} of them should be"))
    return {
        "url": answer.url,
        "status": answer.status,
        "trace_id": trace,
        "spans": sum(map(len, spans.values())),
        "untraced": [lost.url for lost in untraced],
        "right_release": right,
        "ordinary": options.ordinary,
        "sampled": sampled,
        "as_said": as_said,
        "works": not problems,
        "seconds": seconds,
        "problems": [
            Complaint(without_password(url), "opentelemetry", message) for url, message in problems
        ],
    }


def _all_name(name: str, traces: Iterable[object]) -> bool | None:
    """Return whether all traces name it; None where nothing is asked for."""
    return all(name in set(strings(spans)) for spans in traces) if name else None


def _spans(data: object, trace: str) -> list[dict[str, object]]:
    """Return the spans of a trace, those of one resource (OTLP) together with it.

    Its id is in hexadecimal digits, or in base64 where Tempo tells it.
    """
    ids = {trace, base64.b64encode(bytes.fromhex(trace)).decode()}

    def spans(part: object) -> Iterator[dict[str, object]]:
        return (span for span in objects(part) if ids & {span.get(name) for name in IDS})

    batches = [batch for batch in objects(data) if "scopeSpans" in batch]
    return [
        {"span": span, "resource": batch.get("resource")}
        for batch in batches
        for span in spans(batch["scopeSpans"])
    ] or list(spans(data))


def _ordinary(
    options: OpenTelemetryOptions, via: Via, direct: Via, looking: Mapping[str, str]
) -> tuple[int, bool]:
    """Make requests that ask for no trace; tell how many are traced, and whether that is right."""
    if not options.ordinary_lookup:
        raise OptionsError("--ordinary-lookup must be given with --ordinary")
    options.announce(options.url, f"{options.ordinary} requests would be made there")
    if options.ratio and _is_likely(0, options.ordinary, options.ratio):
        enough = math.ceil(math.log(_ACCIDENT) / math.log1p(-min(options.ratio, 0.999)))
        raise OptionsError(f"--ordinary: of a share of {options.ratio:g} {enough} requests tell")
    tag = f"readiness-{secrets.token_hex(8)}"
    lookup = options.ordinary_lookup.replace("{tag}", tag)

    def ask(number: int) -> None:
        marked = {**options.own_headers(), options.tag_header: f"{tag}-{number}"}
        fetch(Request(url=options.url, method=options.method, headers=marked), via)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        deque(pool.map(ask, range(options.ordinary)), maxlen=0)

    def count() -> int:
        texts = strings(look(lookup, direct, looking))
        return len({text for text in texts if text.startswith(f"{tag}-")})

    def as_said() -> bool | None:
        return _is_likely(count(), options.ordinary, options.ratio) or None

    likely, _ = wait(as_said, options.wait)
    return count(), likely is True


def _is_likely(traced: int, number: int, share: float) -> bool:
    """Return whether so many of a number, or fewer, and so many or more, are no rare accident."""

    def tail(counts: range) -> float:
        return sum(
            math.comb(number, count) * share**count * (1 - share) ** (number - count)
            for count in counts
        )

    return min(tail(range(traced + 1)), tail(range(traced, number + 1))) >= _ACCIDENT
