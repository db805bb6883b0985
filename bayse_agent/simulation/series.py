"""The families of price windows: which there are, and the window that each has at a time.

Windows open and close by the UTC clock. Each is listed one interval before it opens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from bayse_agent.domain.market import Engine, EventType
from bayse_agent.domain.money import Currency
from bayse_agent.simulation.exchange.listing import EventSpec, MarketSpec
from bayse_agent.simulation.exchange.switches import SettlementRule, Switches, TieRule
from bayse_agent.simulation.exchange.units import from_ms
from bayse_agent.simulation.laws import is_weekend

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
_SCHEDULED_MS = MINUTE_MS  # the venue's example resolves a minute after the close
_POOL_DEPTH = Decimal(4000)
"""Shares. The venue's only example, 100 dollars at 0.72 for 0.7235 on average, asks for 3975."""

_MINIMUM = MappingProxyType({Currency.NGN: Decimal(100), Currency.USD: Decimal(1)})
_HIGH_MINIMUM = MappingProxyType({Currency.NGN: Decimal(1000), Currency.USD: Decimal(1)})


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesSpec:
    """One family of windows, as the venue's catalogue shows it."""

    slug: str
    name: str
    asset: str
    category: str
    symbol: str
    interval: str
    interval_ms: int
    engine: Engine
    fee_percent: Decimal
    minimum_order: Mapping[Currency, Decimal]

    @property
    def is_crypto(self) -> bool:
        return self.category == "CRYPTO"

    def settlement(self, switches: Switches) -> SettlementRule:
        """What its windows settle on."""
        return switches.crypto_settlement if self.is_crypto else switches.other_settlement

    def opening_at_or_before(self, ms: int) -> int:
        """When the window opened that a moment falls into."""
        return ms // self.interval_ms * self.interval_ms

    def trades(self, opens_ms: int) -> bool:
        """Whether it has a window then: currencies and metals rest at weekends."""
        if self.is_crypto:
            return True
        return not (is_weekend(opens_ms / 1000) or is_weekend((opens_ms + self.interval_ms) / 1000))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Interval:
    """A length of window: how it is called in slugs and titles."""

    part: str
    name: str
    type: str
    ms: int


_FIVE = _Interval(part="5min", name="5 Minutes", type="FIVE_MINUTE", ms=5 * MINUTE_MS)
_FIFTEEN = _Interval(part="15min", name="15 Minutes", type="FIFTEEN_MINUTE", ms=15 * MINUTE_MS)
_HOUR = _Interval(part="1h", name="Hourly", type="HOURLY", ms=HOUR_MS)
_SIX = _Interval(part="6h", name="6 Hours", type="SIX_HOURLY", ms=6 * HOUR_MS)
_DAY = _Interval(part="1d", name="Daily", type="DAILY", ms=DAY_MS)

_COINS = {"btc": "Bitcoin", "eth": "Ethereum", "sol": "Solana", "bnb": "BNB"}
_PAIRS = ("usdngn", "gbpusd", "eurusd", "gbpjpy", "eurjpy", "usdjpy")
_METALS = {"xauusd": "Gold", "xagusd": "Silver"}


def _crypto(coin: str, interval: _Interval) -> SeriesSpec:
    is_short = interval in (_FIVE, _FIFTEEN)
    return SeriesSpec(
        slug=f"crypto-{coin}-{interval.part}",
        name=f"{_COINS[coin]} {interval.name}",
        asset=_COINS[coin],
        category="CRYPTO",
        symbol=f"{coin.upper()}USDT",
        interval=interval.type,
        interval_ms=interval.ms,
        engine=Engine.AMM if interval is _HOUR else Engine.CLOB,
        fee_percent=Decimal(10) if is_short else Decimal(2 if interval is _HOUR else 5),
        minimum_order=_HIGH_MINIMUM if interval is _DAY else _MINIMUM,
    )


def _hourly(prefix: str, pair: str, asset: str, category: str, fee_percent: int) -> SeriesSpec:
    return SeriesSpec(
        slug=f"{prefix}-{pair}-1h",
        name=f"{asset} {_HOUR.name}",
        asset=asset,
        category=category,
        symbol=pair.upper(),
        interval=_HOUR.type,
        interval_ms=_HOUR.ms,
        engine=Engine.AMM,
        fee_percent=Decimal(fee_percent),
        minimum_order=_MINIMUM,
    )


def _catalogue() -> Iterator[SeriesSpec]:
    for coin in _COINS:
        yield _crypto(coin, _FIVE)
    for interval in (_FIFTEEN, _HOUR, _SIX, _DAY):
        for coin in ("btc", "eth", "sol"):
            yield _crypto(coin, interval)
    for pair in _PAIRS:
        name = f"{pair[:3].upper()}/{pair[3:].upper()}"
        yield _hourly("fx", pair, name, "CURRENCY", 5 if pair == "usdngn" else 2)
    for pair, metal in _METALS.items():
        yield _hourly("commodity", pair, metal, "FINANCE", 3)


CATALOGUE: tuple[SeriesSpec, ...] = tuple(_catalogue())


def window(series: SeriesSpec, opens_ms: int, switches: Switches) -> EventSpec:
    """The window of a series that opens at a moment, as it is listed."""
    closes_ms = opens_ms + series.interval_ms
    slug_time, title_time = _clock_words(opens_ms, series.interval_ms)
    tie = "or equal to " if switches.tie is TieRule.UP else ""
    measured = (
        "the average price of the last 60 seconds before closing"
        if series.settlement(switches) is SettlementRule.TWAP60
        else "the price at closing"
    )
    rules = f'Resolves "Up" if {measured} is above {tie}the opening value, otherwise "Down".'
    return EventSpec(
        slug=f"{series.slug}-{slug_time}",
        title=f"{series.name} - {title_time} GMT",
        description=f"Will {series.asset} go up or down? {rules}",
        category=series.category,
        type=EventType.SINGLE,
        engine=series.engine,
        created_ms=opens_ms - series.interval_ms,
        opens_ms=opens_ms,
        closes_ms=closes_ms,
        resolves_ms=closes_ms + _SCHEDULED_MS,
        markets=(
            MarketSpec(
                title=f"{series.asset} Up or Down",
                label1="Up",
                label2="Down",
                fee_percent=series.fee_percent,
                minimum_order=series.minimum_order,
                rules=rules,
            ),
        ),
        symbol=series.symbol,
        series=series.slug,
        resolution_source=f"{series.symbol} price feed",
        depth=_POOL_DEPTH,
    )


def _clock_words(opens_ms: int, interval_ms: int) -> tuple[str, str]:
    """The opening time in a slug and in a title: feb-24-11am, Feb 24 11am."""
    at = from_ms(opens_ms)
    month, hour = at.strftime("%b"), at.hour % 12 or 12
    half = "am" if at.hour < 12 else "pm"
    if interval_ms >= DAY_MS:
        return f"{month.lower()}-{at.day}-{at.year}", f"{month} {at.day}"
    if interval_ms >= HOUR_MS:
        slug, title = f"{hour}{half}", f"{hour}{half}"
    else:
        slug, title = f"{hour}-{at.minute:02}{half}", f"{hour}:{at.minute:02}{half}"
    return f"{month.lower()}-{at.day}-{at.year}-{slug}", f"{month} {at.day} {title}"
