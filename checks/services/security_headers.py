"""Ask for a location of each class and tell which security headers are missing or weak there.

Errors, redirects and static files are where they are lost: in nginx, an `add_header` inside a
location drops all those outside it, and one without `always` is not sent with an error.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, NamedTuple
from urllib.parse import urljoin, urlsplit

from msgspec import Meta

from checks.services import _http
from checks.services._answer import Answer, Complaint, ProbeError
from checks.services._options import Lines, Words, pattern
from checks.services.http import Client

_REFERRER_KEPT = {
    *("no-referrer", "same-origin", "origin", "strict-origin"),
    *("origin-when-cross-origin", "strict-origin-when-cross-origin"),
}
_UNSAFE_SOURCES = {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:", "data:"}


class SecurityHeadersOptions(Client, frozen=True, kw_only=True):
    """The options of this probe."""

    url: str
    paths: Words = ("/",)
    request_headers: Lines = ()
    headers: Words = (
        "strict-transport-security",
        "content-security-policy",
        "x-content-type-options",
        "x-frame-options",
        "referrer-policy",
        "permissions-policy",
    )
    patterns: Lines = ()
    silent: Words = (
        "server",
        "x-powered-by",
    )
    max_age: Annotated[int, Meta(ge=0)] = 15_552_000


class _Location(NamedTuple):
    url: str
    status: int
    method: str = "GET"


_ANCESTORS = "frame-ancestors"
_ANYTHING = re.compile("")
_A_VERSION = re.compile(r"/v?\d|\d\.\d")
# A wildcard for every host there is, or for all of a top-level domain.
_ANY_HOST = re.compile(r"(?:[a-z]+://)?\*(?:\.[a-z0-9-]+)?(?::[\d*]+)?(?:/|$)")

# What is wrong with a header's value: "" where nothing is.
_Judge = Callable[[str], str]


def measure(options: SecurityHeadersOptions) -> Answer:
    """Ask for every location. One that does not answer as it should has not been looked at.

    `missing` counts what is missing or weak over all locations; `weak` those that are weak.
    """
    via = options.via()
    judges = _judges(options)
    locations = [_location(options.url, word) for word in options.paths]
    headers = _http.headers_of(options.request_headers)
    answers = [_ask(location, via, headers) for location in locations]
    findings = [
        finding
        for answer in answers
        for finding in (*_faults(answer, judges), *_versions(answer, options.silent))
    ]
    return {
        "url": _http.without_password(options.url),
        "peers": sorted({answer.peer for answer in answers}),
        "locations": len(answers),
        "demanded": sum(len(_demanded(answer, judges)) for answer in answers),
        "missing": len(findings),
        "weak": sum(finding.message.startswith("weak") for finding in findings),
        "findings": findings,
    }


def _location(base: str, word: str) -> _Location:
    asked = re.match(r"([A-Z]+):(?=/|https?:)", word)
    method = asked[1] if asked else "GET"
    word = word.removeprefix(f"{method}:")
    path, equals, status = word.rpartition("=")
    if equals and re.fullmatch("[1-5][0-9][0-9]", status):
        return _Location(urljoin(base, path), int(status), method)
    return _Location(urljoin(base, word), 200, method)


def _ask(location: _Location, via: _http.Via, headers: Mapping[str, str]) -> _http.Response:
    answer = _http.fetch(
        _http.Request(
            url=location.url,
            method=location.method,
            headers={} if location.method == "GET" else dict(headers),
        ),
        via,
    )
    if answer.status != location.status:
        raise ProbeError(
            f"{answer.url} ({answer.peer}) answered with status {answer.status}, not with"
            f" {location.status}: this class of location was not looked at"
        )
    return answer


def _judges(options: SecurityHeadersOptions) -> Mapping[str, _Judge]:
    judges = {
        name.lower(): _KNOWN.get(name.lower(), _matching(_ANYTHING)) for name in options.headers
    }
    if "strict-transport-security" in judges:
        judges["strict-transport-security"] = _lasting(options.max_age)
    for name, text in _http.headers_of(options.patterns).items():
        judges[name.lower()] = _matching(pattern("patterns", text))
    return judges


def _demanded(answer: _http.Response, judges: Mapping[str, _Judge]) -> list[str]:
    # A browser takes no notice of Strict-Transport-Security that came without TLS (RFC 6797, 8.1).
    secure = urlsplit(answer.url).scheme == "https"
    return [name for name in judges if secure or name != "strict-transport-security"]


def _faults(answer: _http.Response, judges: Mapping[str, _Judge]) -> Iterator[Complaint]:
    for name in _demanded(answer, judges):
        value = _framing_of(answer) if name == "x-frame-options" else answer.header(name)
        if not value.strip():
            message = f"missing with status {answer.status}"
        elif wrong := judges[name](value):
            message = f"weak: {wrong}"
        else:
            continue
        yield Complaint(_path(answer), name, message)


def _versions(answer: _http.Response, silent: Iterable[str]) -> Iterator[Complaint]:
    """Yield the headers that tell which version runs, and so its faults (RFC 9110, 10.2.4)."""
    for name in silent:
        if _A_VERSION.search(value := answer.header(name.lower())):
            yield Complaint(_path(answer), name, f"weak: it tells {value}")


def _path(answer: _http.Response) -> str:
    place = urlsplit(answer.url)
    return f"{place.netloc}{place.path or '/'}"


def _lasting(seconds: int) -> _Judge:
    def judge(value: str) -> str:
        # Where it is sent twice the first one counts (RFC 6797, 8.1).
        age = re.search(r'max-age\s*=\s*"?(\d+)', value.partition(",")[0], re.IGNORECASE)
        if not age:
            return "it has no max-age"
        return "" if int(age[1]) >= seconds else f"max-age is {age[1]}, less than {seconds}"

    return judge


def _matching(demand: re.Pattern[str]) -> _Judge:
    def judge(value: str) -> str:
        return "" if demand.search(value) else f"it does not match {demand.pattern}"

    return judge


def _nosniff(value: str) -> str:
    first = value.partition(",")[0].strip().lower()
    return "" if first == "nosniff" else "it is not nosniff"


def _framing_of(answer: _http.Response) -> str:
    """Return who may frame it: browsers go by frame-ancestors alone where both are sent."""
    policy = _directives(answer.header("content-security-policy"))
    if _ANCESTORS in policy:
        return " ".join([_ANCESTORS, *policy[_ANCESTORS]])
    return answer.header("x-frame-options")


def _framing(value: str) -> str:
    if value.startswith(_ANCESTORS):
        return "frame-ancestors lets anybody frame it" if "*" in value.split() else ""
    words = {word.strip().upper() for word in value.split(",")}
    return "" if words in ({"DENY"}, {"SAMEORIGIN"}) else "it is neither DENY nor SAMEORIGIN"


def _referrer(value: str) -> str:
    # A list holds fallbacks: the last one that a browser knows counts.
    last = value.rpartition(",")[2].strip().lower()
    return "" if last in _REFERRER_KEPT else f"{last} tells other sites whole addresses"


def _content(value: str) -> str:
    policy = _directives(value)
    scripts = policy.get("script-src", policy.get("default-src"))
    if scripts is None:
        return "it has neither default-src nor script-src"
    unsafe = {word for word in scripts if word in _UNSAFE_SOURCES or _ANY_HOST.match(word)}
    if any(source.startswith(("'nonce-", "'sha")) for source in scripts):
        # What is said for older browsers besides: those that know better pass over it.
        strict = "'strict-dynamic'" in scripts
        unsafe &= {"'unsafe-eval'"} if strict else _UNSAFE_SOURCES - {"'unsafe-inline'"}
    return f"it lets scripts come from {', '.join(sorted(unsafe))}" if unsafe else ""


def _permissions(value: str) -> str:
    """Tell of features that every origin may use: `a=*` or `a=(*)` (Permissions Policy, 5.2)."""
    features = [feature.partition("=") for feature in value.split(",")]
    open_to_all = [
        name.strip()
        for name, equals, allowed in features
        if equals and "*" in allowed.partition(";")[0].strip(" ()").split()
    ]
    if not any(equals for _, equals, _ in features):
        return "it says nothing of any feature"
    return f"every origin may use {', '.join(open_to_all)}" if open_to_all else ""


def _directives(policy: str) -> dict[str, list[str]]:
    """Read a policy; of several, parted by commas, a directive's first occurrence counts."""
    directives: dict[str, list[str]] = {}
    for directive in re.split(r"[;,]", policy):
        name, *sources = directive.split() or [""]
        directives.setdefault(name.lower(), [source.lower() for source in sources])
    return directives


_KNOWN: Mapping[str, _Judge] = {
    "content-security-policy": _content,
    "x-content-type-options": _nosniff,
    "x-frame-options": _framing,
    "referrer-policy": _referrer,
    "permissions-policy": _permissions,
}
