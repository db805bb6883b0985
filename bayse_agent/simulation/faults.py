"""Ways for the venue to go wrong on purpose: scripted or seeded, decided here and counted.

A plan is a JSON list; each entry names a route, a kind, and when it fires:

    [{"route": "POST /v1/pm/orders/batch", "kind": "accept_then_lose_reply", "nth": [2, 5]},
     {"route": "GET *", "kind": "refuse_before", "p": 0.05, "seed": 7, "status": 503}]

Pure: this file decides, `server/` and the in-process venue carry it out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from hashlib import blake2b
from math import isfinite

from bayse_agent.domain.errors import ConfigurationError

VENUE_ROUTES = (
    "GET /health",
    "GET /version",
    "POST /v1/user/login",
    "POST /v1/user/me/api-keys",
    "GET /v1/user/me/api-keys",
    "DELETE /v1/user/me/api-keys/{keyId}",
    "POST /v1/user/me/api-keys/{keyId}/rotate",
    "GET /v1/user/lookup",
    "GET /v1/pm/events",
    "GET /v1/pm/events/series",
    "GET /v1/pm/events/series/{slug}/lean-events",
    "GET /v1/pm/events/slug/{slug}",
    "GET /v1/pm/events/{eventId}",
    "GET /v1/pm/events/{eventId}/price-history",
    "POST /v1/pm/events/{eventId}/markets/{marketId}/quote",
    "POST /v1/pm/events/{eventId}/markets/{marketId}/orders",
    "GET /v1/pm/orders",
    "POST /v1/pm/orders/batch",
    "POST /v1/pm/orders/batch/amend",
    "DELETE /v1/pm/orders/batch",
    "GET /v1/pm/orders/{orderId}",
    "DELETE /v1/pm/orders/{orderId}",
    "GET /v1/pm/portfolio",
    "GET /v1/pm/pnl",
    "GET /v1/pm/activities",
    "GET /v1/wallet/assets",
    "GET /v1/pm/books",
    "GET /v1/pm/markets/{marketId}/ticker",
    "GET /v1/pm/trades",
    "POST /v1/pm/markets/{marketId}/mint",
    "POST /v1/pm/markets/{marketId}/burn",
    "GET /v1/pm/liquidity-rewards",
    "GET /v1/pm/liquidity-rewards/active",
    "GET /v1/pm/maker-rebates",
    "GET /v1/pm/maker-rebates/active",
    "GET /v1/pm/sports/leagues",
    "GET /v1/pm/sports/teams",
    "GET /v1/pm/sports/games",
)
STREAM_ROUTES = ("WS /ws/v1/markets", "WS /ws/v1/user", "WS /ws/v1/realtime")


class FaultKind(StrEnum):
    """What goes wrong."""

    REFUSE_BEFORE = "refuse_before"
    RATE_LIMITED = "rate_limited"
    ACCEPT_THEN_5XX = "accept_then_5xx"
    ACCEPT_THEN_LOSE_REPLY = "accept_then_lose_reply"
    ACCEPT_LATE = "accept_late"
    DELAY = "delay"
    TRUNCATED_BODY = "truncated_body"
    HTML_BODY = "html_body"
    FORGET_ORDER = "forget_order"
    EMPTY_LIST = "empty_list"
    WRONG_BALANCE = "wrong_balance"
    CLOCK_SKEW = "clock_skew"
    DUPLICATE_FRAME = "duplicate_frame"
    REORDER_FRAME = "reorder_frame"
    MERGE_FRAME = "merge_frame"
    SILENT_STREAM = "silent_stream"
    DROP_STREAM = "drop_stream"


STREAM_KINDS = frozenset(
    {
        FaultKind.DUPLICATE_FRAME,
        FaultKind.REORDER_FRAME,
        FaultKind.MERGE_FRAME,
        FaultKind.SILENT_STREAM,
        FaultKind.DROP_STREAM,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One entry of a plan. It fires on the calls named in `nth` (from 1), or with chance `p`.

    `seconds` is how late (accept_late, delay) or how far off (clock_skew); `minutes` of world time
    is how long an order stays forgotten; `factor` multiplies the balance; `retry_after` goes
    out as it is, None sends no header.
    """

    route: str
    kind: FaultKind
    p: float = 0.0
    nth: frozenset[int] = frozenset()
    seed: int = 0
    status: int = 503
    seconds: float = 1.0
    minutes: float = 45.0
    factor: int = 10
    retry_after: str | None = None

    def covers(self, route: str) -> bool:
        """Whether a route such as `GET /v1/pm/orders` is one that this entry is about."""
        wanted_method, _, wanted_path = self.route.partition(" ")
        method, _, path = route.partition(" ")
        is_stream = method == "WS"
        return (
            (self.kind in STREAM_KINDS) is is_stream
            and fnmatchcase(method, wanted_method)
            and fnmatchcase(path, wanted_path)
        )

    def fires(self, count: int) -> bool:
        """Whether it fires on the `count`-th call (from 1) that it covers."""
        if self.nth:
            return count in self.nth
        text = f"{self.seed}|{self.kind}|{self.route}|{count}".encode()
        drawn = int.from_bytes(blake2b(text, digest_size=8).digest(), "big")
        return drawn < self.p * 2**64


@dataclass(slots=True, kw_only=True)
class FaultCount:
    """How often an entry was asked, and how often it fired."""

    fault: Fault
    seen: int = 0
    fired: int = 0


@dataclass(slots=True)
class FaultPlan:
    """The faults that are on. `strike` is asked once for each call; it counts what it answers."""

    faults: Sequence[Fault] = ()
    counts: list[FaultCount] = field(init=False)

    def __post_init__(self) -> None:
        self.counts = [FaultCount(fault=fault) for fault in self.faults]

    def strike(self, route: str) -> tuple[Fault, ...]:
        """The faults that hit this call of `route` ("METHOD /path/{template}")."""
        hits = []
        for count in self.counts:
            if count.fault.covers(route):
                count.seen += 1
                if count.fault.fires(count.seen):
                    count.fired += 1
                    hits.append(count.fault)
        return tuple(hits)


def hit(faults: Sequence[Fault], *kinds: FaultKind) -> Fault | None:
    """The first of the faults that is of one of the kinds."""
    return next((fault for fault in faults if fault.kind in kinds), None)


_ALWAYS = frozenset({"route", "kind", "p", "nth", "seed"})
_EXTRAS: Mapping[FaultKind, frozenset[str]] = {
    FaultKind.REFUSE_BEFORE: frozenset({"status"}),
    FaultKind.ACCEPT_THEN_5XX: frozenset({"status"}),
    FaultKind.HTML_BODY: frozenset({"status"}),
    FaultKind.ACCEPT_LATE: frozenset({"seconds"}),
    FaultKind.DELAY: frozenset({"seconds"}),
    FaultKind.CLOCK_SKEW: frozenset({"seconds"}),
    FaultKind.FORGET_ORDER: frozenset({"minutes"}),
    FaultKind.WRONG_BALANCE: frozenset({"factor"}),
    FaultKind.RATE_LIMITED: frozenset({"retry_after"}),
}
_DEFAULT_STATUS = {
    FaultKind.REFUSE_BEFORE: 503,
    FaultKind.ACCEPT_THEN_5XX: 502,
    FaultKind.HTML_BODY: 200,
}
_STATUS_RANGE = {
    FaultKind.REFUSE_BEFORE: range(400, 600),
    FaultKind.ACCEPT_THEN_5XX: range(500, 600),
    FaultKind.HTML_BODY: range(200, 600),
}


def parse_faults(entries: object) -> FaultPlan:
    """A plan from parsed JSON. Raises ConfigurationError that names the entry (from 1)."""
    if not isinstance(entries, list):
        raise ConfigurationError("a fault plan is a JSON list of entries")
    return FaultPlan([_parse(number, entry) for number, entry in enumerate(entries, start=1)])


def _parse(number: int, entry: object) -> Fault:
    complain = _Complaint(f"fault {number}")
    if not isinstance(entry, dict):
        raise complain("is not an object")
    kind = _kind(entry.get("kind"), complain)
    allowed = _ALWAYS | _EXTRAS.get(kind, frozenset())
    if unknown := sorted(str(key) for key in entry.keys() - allowed):
        raise complain(f"({kind}) does not take {', '.join(unknown)}")
    fault = Fault(
        kind=kind,
        route=_route(entry.get("route"), complain),
        p=_number(entry, "p", 0.0, complain, lambda value: 0 <= value <= 1),
        nth=_nth(entry.get("nth"), complain),
        seed=_whole(entry, "seed", 0, complain),
        status=_status(entry, kind, complain),
        seconds=_number(entry, "seconds", 1.0, complain, _limit(kind)),
        minutes=_number(entry, "minutes", 45.0, complain, lambda value: 0 < value <= 100_000),
        factor=_whole(entry, "factor", 10, complain),
        retry_after=_header(entry.get("retry_after"), complain),
    )
    if ("p" in entry) == bool(fault.nth):
        raise complain("needs either p (a chance from 0 to 1) or nth (which calls)")
    if not any(fault.covers(route) for route in VENUE_ROUTES + STREAM_ROUTES):
        raise complain(f"({kind}) covers no route: {fault.route!r}")
    return fault


@dataclass(frozen=True, slots=True)
class _Complaint:
    """Makes the errors of one entry."""

    entry: str

    def __call__(self, text: str) -> ConfigurationError:
        return ConfigurationError(f"{self.entry} {text}")


def _kind(value: object, complain: _Complaint) -> FaultKind:
    if isinstance(value, str) and value in set(FaultKind):
        return FaultKind(value)
    raise complain(f"has no known kind: {value!r} is none of {', '.join(FaultKind)}")


def _route(value: object, complain: _Complaint) -> str:
    if isinstance(value, str) and len(value.split(" ")) == 2:
        return value
    raise complain(f"needs a route such as 'POST /v1/pm/orders/batch' or 'GET *', not {value!r}")


def _nth(value: object, complain: _Complaint) -> frozenset[int]:
    numbers = [] if value is None else value if isinstance(value, list) else [value]
    if any(isinstance(n, bool) or not isinstance(n, int) or n < 1 for n in numbers):
        raise complain(f"has an nth that is not a call number from 1 up: {value!r}")
    return frozenset(numbers)


def _number(
    entry: Mapping[str, object],
    name: str,
    default: float,
    complain: _Complaint,
    is_allowed: Callable[[float], bool],
) -> float:
    value = entry.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise complain(f"has a {name} that is not a number: {value!r}")
    if not isfinite(value) or not is_allowed(value):
        raise complain(f"has a {name} out of range: {value!r}")
    return float(value)


def _limit(kind: FaultKind) -> Callable[[float], bool]:
    """Clocks may be off either way; waits are bounded and never negative."""
    if kind is FaultKind.CLOCK_SKEW:
        return lambda value: abs(value) <= 86_400
    return lambda value: 0 <= value <= 3_600


def _whole(entry: Mapping[str, object], name: str, default: int, complain: _Complaint) -> int:
    value = entry.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise complain(f"has a {name} that is not a whole number: {value!r}")
    return value


def _status(entry: Mapping[str, object], kind: FaultKind, complain: _Complaint) -> int:
    status = _whole(entry, "status", _DEFAULT_STATUS.get(kind, 503), complain)
    if status not in _STATUS_RANGE.get(kind, range(100, 600)):
        raise complain(f"({kind}) cannot have the status {status}")
    return status


def _header(value: object, complain: _Complaint) -> str | None:
    """Whatever it is, as the text of a header: nonsense is allowed, a second header is not."""
    if value is None:
        return None
    text = str(value)
    if not text.isascii() or not text.isprintable() or len(text) > 100:
        raise complain(f"has a retry_after that is no header: {value!r}")
    return text
