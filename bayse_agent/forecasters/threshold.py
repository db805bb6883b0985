"""Prices the windows of a series by the distance of the asset from the window's threshold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.forecast import Context, Forecast, NoForecast, Underlying, forecast_id
from bayse_agent.domain.journal import TrackedMarket
from bayse_agent.domain.market import Bar, Event, MarketStatus, Symbol
from bayse_agent.domain.money import probability
from bayse_agent.domain.pricing import (
    SettlementRule,
    Shape,
    WindowPrice,
    WindowState,
    price_window,
    running_average,
)
from bayse_agent.domain.settling import SettlementRecord, WindowKind, kind_of, learned
from bayse_agent.domain.volatility import Volatility, VolatilityMeter

_NO_WINDOW = "not a price window"
_AGAINST = frozenset({"down", "no", "below", "under", "lower"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdSettings:
    """What the pricer takes for known, and when it had rather say nothing.

    `rules` by symbol go before `rule`. `least_seconds_left` keeps it silent near the close, for
    as long as the settlement rule of a venue is unconfirmed.
    """

    rule: SettlementRule = field(default_factory=SettlementRule)
    rules: Mapping[Symbol, SettlementRule] = field(default_factory=dict)
    shape: Shape = field(default_factory=Shape)
    oldest_tick_s: float = 3.0
    fewest_bars: int = 30
    oldest_bar_s: float = 300.0
    least_seconds_left: float = 0.0
    most_seconds_left: float = 86_400.0


Records = Callable[[], Awaitable[Mapping[WindowKind, SettlementRecord]]]


class Threshold:
    """Chance that outcome1, the one at or above the threshold, wins a price window."""

    name = "threshold"

    def __init__(self, settings: ThresholdSettings, records: Records | None = None) -> None:
        """`records`: what resolved windows were settled on; a rule that is known for a symbol goes
        before what they tell.
        """
        self._settings = settings
        self._records = records
        self._meters: dict[Symbol, VolatilityMeter] = {}

    def declines(self, market: TrackedMarket) -> str | None:
        return _NO_WINDOW if market.symbol is None else None

    def reads_news(self, market: TrackedMarket) -> bool:
        return False

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        threshold, underlying, closes_at = (
            context.threshold,
            context.underlying,
            context.event.closes_at,
        )
        if (reason := self._refusal(context)) is not None:
            return NoForecast(author=self.name, reason=reason)
        if threshold is None or underlying is None or closes_at is None:
            return NoForecast(author=self.name, reason=_NO_WINDOW)
        rule = await self._rule(context.event, underlying.last.symbol)
        try:
            meter = self._meters.setdefault(underlying.last.symbol, VolatilityMeter())
            moves = meter.read(_closed(underlying))
            state = _state(underlying, moves, threshold, closes_at, rule)
            if isinstance(state, str):
                return NoForecast(author=self.name, reason=state)
            priced = price_window(state, rule, self._settings.shape)
        except InvalidValue as error:
            return NoForecast(author=self.name, reason=f"unreadable prices: {error}")
        return self._told(context, state, priced, threshold)

    async def _rule(self, event: Event, symbol: Symbol) -> SettlementRule:
        """The rule that a window settles by, as far as it is known or was learned."""
        known, kind = self._settings.rules.get(symbol), kind_of(event)
        if known is not None:
            return known
        if self._records is None or kind is None:
            return self._settings.rule
        return learned(self._settings.rule, (await self._records()).get(kind))

    def _refusal(self, context: Context) -> str | None:
        """Why nothing should be said, or None."""
        event, market, feed = context.event, context.market, context.underlying
        left, settings = context.time_left_s, self._settings
        if event.symbol is None or left is None:
            return _NO_WINDOW
        if event.status is not MarketStatus.OPEN or market.status is not MarketStatus.OPEN:
            return f"not open: event {event.status}, market {market.status}"
        if left <= max(0.0, settings.least_seconds_left):
            return f"too close to the end: {left:.0f} s left"
        if left > settings.most_seconds_left:
            return f"too far from the end: {left:.0f} s left"
        if context.threshold is None:
            return "the threshold is not published yet"
        if market.outcome1.label.strip().lower() in _AGAINST:
            return f"outcome1 is not the upper one: {market.outcome1.label!r}"
        return "no price feed" if feed is None else self._feed_refusal(event.symbol, feed, context)

    def _feed_refusal(self, symbol: Symbol, feed: Underlying, context: Context) -> str | None:
        settings = self._settings
        if feed.last.symbol != symbol:
            return f"the feed shows {feed.last.symbol!r}, the window is on {symbol!r}"
        moments = (feed.last.at, feed.last.received_at)
        age = max(abs((context.now - at).total_seconds()) for at in moments)
        if age > settings.oldest_tick_s:
            return f"stale feed: {age:.1f} s old"
        bars = _closed(feed)
        if len(bars) < settings.fewest_bars:
            return f"too few bars: {len(bars)} of {settings.fewest_bars}"
        bar_age = (context.now - bars[-1].at).total_seconds() - 60.0
        if bar_age > settings.oldest_bar_s:
            return f"stale bars: the last one closed {bar_age:.0f} s ago"
        return None

    def _told(
        self, context: Context, state: WindowState, priced: WindowPrice, threshold: Decimal
    ) -> Forecast:
        distance = 1e4 * (state.price / state.threshold - 1.0)
        pace = 1e4 * state.volatility.variance**0.5
        return Forecast(
            id=forecast_id(self.name, context.market.id, context.now),
            market_id=context.market.id,
            author=self.name,
            probability=probability(priced.probability),
            standard_error=priced.standard_error,
            rationale=(
                f"{state.price:g} is {distance:+.1f} bp from {state.threshold:g}, moving "
                f"{pace:.1f} bp a minute, {state.seconds_left:.0f} s left. Settled on the last "
                f"price {priced.terminal:.3f}, on the average {priced.averaged:.3f}."
            ),
            made_at=context.now,
            market_price=context.market_price,
            threshold=threshold,
        )


def _closed(feed: Underlying) -> Sequence[Bar]:
    """Bars that had closed by the last tick: a bar still under way knows too little."""
    latest = feed.last.at - timedelta(seconds=59)
    bars = feed.bars
    while bars and bars[-1].at > latest:
        bars = bars[:-1]
    return bars


def _state(
    feed: Underlying,
    moves: Volatility | None,
    threshold: Decimal,
    closes_at: datetime,
    rule: SettlementRule,
) -> WindowState | str:
    """The window as of the last tick, or why it cannot be told.

    Time left counts from the tick: an older price has further to go.
    """
    if moves is None:
        return "no closed bars"
    seconds_left = max(0.0, (closes_at - feed.last.at).total_seconds())
    average: float | None = None
    if seconds_left < rule.average_s and rule.averaged_weight > 0:
        end_s = feed.last.at.timestamp()
        begin_s = closes_at.timestamp() - rule.average_s
        ticks = [(tick.at.timestamp(), float(tick.price)) for tick in feed.recent]
        average = running_average(ticks, begin_s, end_s)
        if average is None:
            return "the running average of the last minute is not covered by ticks"
    return WindowState(
        price=float(feed.last.price),
        threshold=float(threshold),
        seconds_left=seconds_left,
        average=average,
        volatility=moves,
        tick=_tick(feed, threshold) if rule.tick is None else rule.tick,
    )


def _tick(feed: Underlying, threshold: Decimal) -> float:
    """The step of the asset's prices: the finest that the threshold or an hour of bars shows."""
    shown = [threshold, *(bar.close for bar in feed.bars[-60:])]
    exponents = [value.normalize().as_tuple().exponent for value in shown]
    step = 10.0 ** min(exponent for exponent in exponents if isinstance(exponent, int))
    # Round figures alone must not make a step of hundreds: a tie is rare.
    return min(step, float(threshold) * 1e-5)
