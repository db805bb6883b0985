"""A day of one outcome's book in one object."""

from __future__ import annotations

from decimal import Decimal

from bayse_agent.domain.money import ZERO, Currency
from bayse_agent.simulation.exchange.exchange import Exchange
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.records import TradeRecord
from bayse_agent.simulation.exchange.units import TICKS
from bayse_agent.simulation.server.amounts import price, shares, time_text
from bayse_agent.simulation.server.encoding import Json
from bayse_agent.simulation.server.render_event import CANONICAL

_DAY_MS = 24 * 3600 * 1000


def render_ticker(
    exchange: Exchange, market: MarketState, outcome: int, currency: Currency
) -> Json:
    """Prices in the outcome's own terms; 0 where there is none. `volume24h` is cash."""
    bids, asks = exchange.levels(market, outcome, currency, 1)
    bid = price(bids[0][0]) if bids else ZERO
    ask = price(asks[0][0]) if asks else ZERO
    is_two_sided = bool(bids and asks)
    day = _last_day(exchange, market, currency)
    prices = [_price_of(trade, outcome) for trade in day]
    last = exchange.last_tick(market, outcome, currency)
    return {
        "marketId": market.id,
        "outcome": CANONICAL[outcome],
        "lastPrice": ZERO if last is None else price(last),
        "bestBid": bid,
        "bestAsk": ask,
        "midPrice": (bid + ask) / 2 if is_two_sided else ZERO,
        "spread": ask - bid if is_two_sided else ZERO,
        "volume24h": sum(
            (
                shares(trade.micro) * at * currency.payout
                for trade, at in zip(day, prices, strict=True)
            ),
            ZERO,
        ),
        "high24h": max(prices, default=ZERO),
        "low24h": min(prices, default=ZERO),
        "priceChange24h": prices[-1] - prices[0] if prices else ZERO,
        "tradeCount24h": len(day),
        "timestamp": time_text(exchange.now_ms),
    }


def _last_day(exchange: Exchange, market: MarketState, currency: Currency) -> list[TradeRecord]:
    """The trades of the last 24 hours, oldest first."""
    since = exchange.now_ms - _DAY_MS
    day: list[TradeRecord] = []
    for trade in reversed(market.trades):
        if trade.at_ms < since:
            break
        if trade.taker.currency is currency:
            day.append(trade)
    return day[::-1]


def _price_of(trade: TradeRecord, outcome: int) -> Decimal:
    is_own = trade.taker.outcome == outcome
    return price(trade.taker_tick if is_own else TICKS - trade.taker_tick)
