"""The limits that no buy may pass: what each one means, in which unit, and what it may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.money import ONE, ZERO, Currency, Money

REMEMBERED_S = 48 * 3600.0
"""How far back the books reach: no limit may ask for more."""
LARGEST = Decimal("1e15")
"""No sum, count of shares or price is as large as this."""
_LONGEST_S = 1e9


class Unit(StrEnum):
    """What a limit is counted in."""

    MONEY = "money, for each currency"
    PART = "part of the bankroll, 0 to 1"
    PRICE = "price, 0 to 1"
    FACTOR = "times the stake"
    COUNT = "count"
    STREAK = "count, from 1"
    SECONDS = "seconds"
    WINDOW = "seconds, at most 48 hours"
    PERCENT = "percent, 0 to 100"
    NAMES = "names, separated by commas"
    ZONE = "IANA time zone"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitField:
    """One row of the table of limits."""

    name: str
    unit: Unit
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What no buy may pass; selling is not limited. LIMIT_FIELDS has unit and meaning of each.

    The bankroll that parts are of is the lower of our own books and the venue's last word. A
    currency that `max_stake` or `balance_floor` does not name is not traded. Raises InvalidValue,
    naming the limit, for what cannot be one.
    """

    max_stake: Mapping[Currency, Money] = field(default_factory=lambda: _in_each("5000", "50"))
    balance_floor: Mapping[Currency, Money] = field(default_factory=lambda: _in_each("0", "0"))
    reserve: Decimal = Decimal("0.30")
    max_exposure: Decimal = Decimal("0.50")
    max_market_part: Decimal = Decimal("0.05")
    max_event_part: Decimal = Decimal("0.10")
    max_series_part: Decimal = Decimal("0.20")
    max_cluster_part: Decimal = Decimal("0.10")
    max_daily_stake_part: Decimal = Decimal("0.50")
    max_daily_loss_part: Decimal = Decimal("0.10")
    max_drawdown_part: Decimal = Decimal("0.20")
    max_losing_streak: int = 5
    streak_pause_s: float = 3600.0
    max_open_markets: int = 3
    max_entries_per_market: int = 2
    repeat_window_s: float = 3600.0
    trades_per_hour: int = 20
    trades_per_day: int = 100
    max_orders_per_minute: int = 10
    min_confidence: float = 65.0
    min_edge: Decimal = Decimal("0.01")
    min_price: Decimal = Decimal("0.03")
    max_price: Decimal = Decimal("0.97")
    max_spread: Decimal = Decimal("0.10")
    min_depth: Decimal = Decimal(1)
    max_data_age_s: float = 10.0
    max_quote_age_s: float = 3.0
    max_exit_age_s: float = 10.0
    forecast_ttl_s: float = 900.0
    max_books_age_s: float = 120.0
    min_seconds_left: float = 20.0
    max_seconds_left: float = 30 * 86_400.0
    categories: tuple[str, ...] = ()
    time_zone: str = "Africa/Lagos"

    def __post_init__(self) -> None:
        for one in LIMIT_FIELDS:
            value = getattr(self, one.name)
            if not _MAY_BE[one.unit](value):
                raise InvalidValue(f"{one.name} must be {_WANTED[one.unit]}, not {value!r}")
        for low, high in (("min_price", "max_price"), ("min_seconds_left", "max_seconds_left")):
            if getattr(self, low) > getattr(self, high):
                raise InvalidValue(
                    f"{low} is above {high}: {getattr(self, low)} and {getattr(self, high)}"
                )
        # Whoever made the mappings can no longer change them.
        for name in ("max_stake", "balance_floor"):
            object.__setattr__(self, name, dict(getattr(self, name)))


def _in_each(naira: str, dollars: str) -> Mapping[Currency, Money]:
    return {
        Currency.NGN: Money.of(naira, Currency.NGN),
        Currency.USD: Money.of(dollars, Currency.USD),
    }


def _row(name: str, unit: Unit, meaning: str) -> LimitField:
    return LimitField(name=name, unit=unit, meaning=meaning)


LIMIT_FIELDS: tuple[LimitField, ...] = (
    _row("max_stake", Unit.MONEY, "largest stake of one buy"),
    _row("balance_floor", Unit.MONEY, "cash that stays free of positions and orders"),
    _row("reserve", Unit.PART, "is never spent"),
    _row("max_exposure", Unit.PART, "positions and live orders together, at what they cost"),
    _row("max_market_part", Unit.PART, "in one market"),
    _row("max_event_part", Unit.PART, "in the markets of one event"),
    _row("max_series_part", Unit.PART, "in the windows of one series"),
    _row(
        "max_cluster_part",
        Unit.PART,
        "in markets on one underlying that close within an hour of this one",
    ),
    _row("max_daily_stake_part", Unit.PART, "new stakes of one day, whatever became of them"),
    _row(
        "max_daily_loss_part",
        Unit.PART,
        "realised loss of one day; beyond it, no buy until the next",
    ),
    _row(
        "max_drawdown_part",
        Unit.PART,
        "fall from the confirmed peak of equity; the last three valuations must all be lower",
    ),
    _row(
        "max_losing_streak",
        Unit.STREAK,
        "losses in a row, after which no buy is made for streak_pause_s",
    ),
    _row("streak_pause_s", Unit.WINDOW, "how long after the last loss of a streak no buy is made"),
    _row("max_open_markets", Unit.COUNT, "markets with a position or a live order"),
    _row(
        "max_entries_per_market",
        Unit.COUNT,
        "buys in one market within repeat_window_s, whatever became of them",
    ),
    _row("repeat_window_s", Unit.WINDOW, "window of max_entries_per_market"),
    _row("trades_per_hour", Unit.COUNT, "buys within the last hour"),
    _row("trades_per_day", Unit.COUNT, "buys since midnight in time_zone"),
    _row("max_orders_per_minute", Unit.COUNT, "orders sent within the last minute"),
    _row("min_confidence", Unit.PERCENT, "least chance that the edge after fees is above zero"),
    _row("min_edge", Unit.PRICE, "the forecaster's own edge after fees must be above it"),
    _row("min_price", Unit.PRICE, "least worst price: no long shots"),
    _row("max_price", Unit.PRICE, "largest worst price: no sure things"),
    _row("max_spread", Unit.PRICE, "best ask less best bid, on a book"),
    _row("min_depth", Unit.FACTOR, "cash on offer at the worst price or better, on a book"),
    _row(
        "max_data_age_s",
        Unit.SECONDS,
        "age of a book, of the underlying's price and of a window's forecast",
    ),
    _row("max_quote_age_s", Unit.SECONDS, "age of a formula market's quotes"),
    _row(
        "max_exit_age_s",
        Unit.SECONDS,
        "age of the bids (of the quotes, on a formula) that one would sell to",
    ),
    _row("forecast_ttl_s", Unit.SECONDS, "age of any forecast"),
    _row("max_books_age_s", Unit.SECONDS, "time since our books and the venue's were found equal"),
    _row("min_seconds_left", Unit.SECONDS, "least time until the market closes"),
    _row("max_seconds_left", Unit.SECONDS, "longest time until the market closes"),
    _row(
        "categories",
        Unit.NAMES,
        "categories that may be traded, in any case of letters; none named is all",
    ),
    _row("time_zone", Unit.ZONE, "whose midnight begins a day"),
)
"""The table of limits, in the order in which they are shown."""


def _is_part(value: object) -> bool:
    return isinstance(value, Decimal) and value.is_finite() and ZERO <= value <= ONE


def _is_factor(value: object) -> bool:
    return isinstance(value, Decimal) and value.is_finite() and ZERO <= value <= 1000


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_streak(value: object) -> bool:
    return _is_count(value) and value != 0


def _is_at_most(value: object, most: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    # Neither NaN nor an infinity is between two numbers.
    return 0 <= value <= most


def _is_money(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(currency, Currency)
        and isinstance(sum_, Money)
        and sum_.currency is currency
        and sum_.amount.is_finite()
        and ZERO <= sum_.amount < LARGEST
        for currency, sum_ in value.items()
    )


def _is_names(value: object) -> bool:
    return isinstance(value, tuple) and all(
        isinstance(name, str) and name.strip() == name != "" and "," not in name for name in value
    )


def _is_zone(value: object) -> bool:
    if not isinstance(value, str) or not value:
        return False
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


_MAY_BE: Mapping[Unit, Callable[[object], bool]] = {
    Unit.MONEY: _is_money,
    Unit.PART: _is_part,
    Unit.PRICE: _is_part,
    Unit.FACTOR: _is_factor,
    Unit.COUNT: _is_count,
    Unit.STREAK: _is_streak,
    Unit.SECONDS: lambda value: _is_at_most(value, _LONGEST_S),
    Unit.WINDOW: lambda value: _is_at_most(value, REMEMBERED_S),
    Unit.PERCENT: lambda value: _is_at_most(value, 100.0),
    Unit.NAMES: _is_names,
    Unit.ZONE: _is_zone,
}
_WANTED: Mapping[Unit, str] = {
    Unit.MONEY: "a sum of 0 or more in each currency, such as 'NGN 5000, USD 50'",
    Unit.PART: "a part from 0 to 1, such as 0.30",
    Unit.PRICE: "from 0 to 1, such as 0.05",
    Unit.FACTOR: "a factor from 0 to 1000",
    Unit.COUNT: "a whole number of 0 or more",
    Unit.STREAK: "a whole number of 1 or more",
    Unit.SECONDS: "seconds, 0 or more",
    Unit.WINDOW: "seconds, 0 to 172800 (48 hours)",
    Unit.PERCENT: "percent, 0 to 100",
    Unit.NAMES: "names without commas or spaces around them",
    Unit.ZONE: "an IANA time zone, such as Africa/Lagos",
}
