"""What counts toward each limit, and which function of the review tells how much."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bayse_agent.domain.decision import Reason
from bayse_agent.domain.risk.checks import losses, money, pace, state
from bayse_agent.domain.risk.verdict import Finding
from bayse_agent.domain.risk.view import Ground

Look = Callable[[Ground], Finding | money.Room | None]


class Around(StrEnum):
    """What a limit that holds in several places holds for."""

    MARKET = "market"
    EVENT = "event"
    SERIES = "series"
    CLUSTER = "cluster"


class Measure(StrEnum):
    """What `used` and `most` are counted in."""

    MONEY = "money"
    COUNT = "count"
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """A limit that fills. `around`: it holds for each of those by itself."""

    look: Look
    measure: Measure
    counts: str
    around: Around | None = None


_SHARED = "what positions cost and live orders may cost"
FILLING: Mapping[str, Filling] = MappingProxyType(
    {
        "balance_floor": Filling(
            look=money.floor_room,
            measure=Measure.MONEY,
            counts=f"{_SHARED}, of the bankroll less the floor",
        ),
        "reserve": Filling(
            look=money.reserve_room,
            measure=Measure.MONEY,
            counts=f"{_SHARED}, of the bankroll less the reserve",
        ),
        "max_exposure": Filling(look=money.exposure_room, measure=Measure.MONEY, counts=_SHARED),
        "max_market_part": Filling(
            look=money.market_room,
            measure=Measure.MONEY,
            counts=f"{_SHARED} in one market",
            around=Around.MARKET,
        ),
        "max_event_part": Filling(
            look=money.event_room,
            measure=Measure.MONEY,
            counts=f"{_SHARED} in the markets of one event",
            around=Around.EVENT,
        ),
        "max_series_part": Filling(
            look=money.series_room,
            measure=Measure.MONEY,
            counts=f"{_SHARED} in the windows of one series",
            around=Around.SERIES,
        ),
        "max_cluster_part": Filling(
            look=money.cluster_room,
            measure=Measure.MONEY,
            counts=f"{_SHARED} on one underlying, closing within an hour of one another",
            around=Around.CLUSTER,
        ),
        "max_daily_stake_part": Filling(
            look=money.daily_room,
            measure=Measure.MONEY,
            counts="stakes of every buy since midnight, whatever became of it",
        ),
        "max_daily_loss_part": Filling(
            look=losses.check_daily_loss,
            measure=Measure.MONEY,
            counts="what settlements and sales lost since midnight, less what they gained",
        ),
        "max_drawdown_part": Filling(
            look=losses.check_drawdown,
            measure=Measure.MONEY,
            counts="the fall of the last valuation from the confirmed peak; it refuses once the "
            "last three are all lower than is allowed",
        ),
        "max_losing_streak": Filling(
            look=losses.check_losing_streak,
            measure=Measure.COUNT,
            counts="losses since the last gain; it refuses until the pause is over",
        ),
        "max_open_markets": Filling(
            look=pace.check_open_markets,
            measure=Measure.COUNT,
            counts="markets with a position that can be sold, or a live order",
        ),
        "max_entries_per_market": Filling(
            look=pace.check_repeat,
            measure=Measure.COUNT,
            counts="buys in one market within repeat_window_s, whatever became of them",
            around=Around.MARKET,
        ),
        "trades_per_hour": Filling(
            look=pace.check_hourly_trades,
            measure=Measure.COUNT,
            counts="buys written down within the last hour",
        ),
        "trades_per_day": Filling(
            look=pace.check_daily_trades,
            measure=Measure.COUNT,
            counts="buys written down since midnight",
        ),
        "max_orders_per_minute": Filling(
            look=pace.check_order_rate,
            measure=Measure.COUNT,
            counts="orders of both sides within the last minute",
        ),
        "max_books_age_s": Filling(
            look=state.check_books_age,
            measure=Measure.SECONDS,
            counts="seconds since books and venue were found equal",
        ),
    }
)
"""Limits that fill, by name."""
SINGLE: Mapping[str, tuple[Reason | None, str]] = MappingProxyType(
    {
        "max_stake": (Reason.REFUSED_STAKE, "each buy by itself: its stake"),
        "streak_pause_s": (Reason.REFUSED_LOSING_STREAK, "how long max_losing_streak pauses"),
        "repeat_window_s": (Reason.REFUSED_REPEAT, "how far back max_entries_per_market counts"),
        "min_confidence": (Reason.REFUSED_CONFIDENCE, "each bet by itself: its confidence"),
        "min_edge": (Reason.REFUSED_EDGE, "each bet by itself: its edge after fees"),
        "min_price": (Reason.REFUSED_PRICE, "each buy by itself: its worst price"),
        "max_price": (Reason.REFUSED_PRICE, "each buy by itself: its worst price"),
        "max_spread": (Reason.REFUSED_SPREAD, "each buy on a book by itself: the book's spread"),
        "min_depth": (Reason.REFUSED_DEPTH, "each buy on a book by itself: what is on offer"),
        "max_data_age_s": (Reason.REFUSED_DATA_AGE, "each buy by itself: the age of its prices"),
        "max_quote_age_s": (Reason.REFUSED_DATA_AGE, "each buy by itself: the age of its quotes"),
        "max_exit_age_s": (Reason.REFUSED_EXIT_SIDE, "each buy by itself: the age of its way out"),
        "forecast_ttl_s": (Reason.REFUSED_FORECAST_AGE, "each bet by itself: its forecast's age"),
        "min_seconds_left": (Reason.REFUSED_TIME_LEFT, "each buy by itself: time to the close"),
        "max_seconds_left": (Reason.REFUSED_TIME_LEFT, "each buy by itself: time to the close"),
        "categories": (Reason.REFUSED_CATEGORY, "each buy by itself: its event's category"),
        "time_zone": (None, "whose midnight the limits of a day begin at"),
    }
)
"""Limits on single buys, and those that say how others count: what they are about, by name."""
