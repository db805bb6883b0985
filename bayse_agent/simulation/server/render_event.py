"""Events, markets and series as JSON."""

from __future__ import annotations

from decimal import Decimal

from bayse_agent.domain.market import Engine, EventType, MarketStatus
from bayse_agent.domain.money import ZERO, Currency
from bayse_agent.simulation.exchange import ids, views
from bayse_agent.simulation.exchange.exchange import Exchange
from bayse_agent.simulation.exchange.listing import EventState, MarketState
from bayse_agent.simulation.exchange.switches import Casing
from bayse_agent.simulation.series import SeriesSpec
from bayse_agent.simulation.server.amounts import cash, price, shares, shown_price, time_text
from bayse_agent.simulation.server.encoding import Json

CANONICAL = ("YES", "NO")
LIVE_TYPES = {
    EventType.SINGLE: "SINGLE_MARKET",
    EventType.COMBINED: "COMBINED_MARKETS",
    EventType.GROUPED: "GROUPED_MARKETS",
}
_BOOK_DEPTH = 10


def type_text(event: EventState, casing: Casing) -> str:
    return event.spec.type if casing is Casing.DOCS else LIVE_TYPES[event.spec.type]


def status_text(status: MarketStatus, casing: Casing) -> str:
    return status if casing is Casing.DOCS else status.upper()


def category_text(category: str, casing: Casing) -> str:
    return category if casing is Casing.DOCS else category.capitalize()


def render_event(exchange: Exchange, event: EventState, currency: Currency) -> Json:
    """One event with its markets; amounts and prices in one currency."""
    spec, casing = event.spec, exchange.switches.casing
    fields: dict[str, Json] = {
        "id": event.id,
        "slug": spec.slug,
        "title": spec.title,
        "description": spec.description,
        "additionalContext": "",
        "resolutionSource": spec.resolution_source,
        "category": category_text(spec.category, casing),
        "type": type_text(event, casing),
        "engine": spec.engine,
        "status": status_text(event.status, casing),
        "createdAt": time_text(spec.created_ms),
        "openingDate": time_text(spec.opens_ms),
        "closingDate": time_text(spec.closes_ms),
        "resolutionDate": time_text(spec.resolves_ms),
        "resolvedAt": time_text(event.resolved_ms),
        "imageUrl": "",
        "image128Url": "",
        "liquidity": sum((_liquidity(exchange, m, currency) for m in event.markets), ZERO),
        "totalVolume": cash(sum(m.volume_nanos.get(currency, 0) for m in event.markets)),
        "totalOrders": sum(market.order_count for market in event.markets),
        "supportedCurrencies": [str(known) for known in spec.currencies],
        "userWatchlisted": False,
    }
    optional: dict[str, Json] = {
        "eventThreshold": event.threshold,
        "eventCloseValue": event.close_value,
        "assetSymbolPair": spec.symbol,
        "seriesSlug": spec.series,
    }
    fields.update((name, value) for name, value in optional.items() if value is not None)
    fields["markets"] = [_market(exchange, market, currency) for market in event.markets]
    return fields


def _market(exchange: Exchange, market: MarketState, currency: Currency) -> Json:
    spec, casing = market.spec, exchange.switches.casing
    winner = market.winner
    middle, buy1, buy2 = views.prices(exchange, market, currency)
    prices = (middle, None if middle is None else 1 - middle)
    fields: dict[str, Json] = {
        "id": market.id,
        "title": spec.title,
        "status": status_text(market.status, casing),
        "feePercentage": spec.fee_percent,
        "minimumOrderAmount": views.minimum_order(market, currency),
        "yesBuyPrice": shown_price(buy1),
        "noBuyPrice": shown_price(buy2),
        "resolvedOutcome": "" if winner is None else CANONICAL[winner],
        "resolvedOutcomeId": "" if winner is None else market.outcome_ids[winner],
        "totalOrders": market.order_count,
        "rules": spec.rules,
        "imageUrl": "",
        "image128Url": "",
        "liquidityReward": None,
        "makerRebate": None,
    }
    for outcome, label in enumerate((spec.label1, spec.label2)):
        fields[f"outcome{outcome + 1}Id"] = market.outcome_ids[outcome]
        fields[f"outcome{outcome + 1}Label"] = label
        fields[f"outcome{outcome + 1}Price"] = shown_price(prices[outcome])
    if market.threshold is not None:
        fields["marketThreshold"] = market.threshold
    if market.close_value is not None:
        fields["marketCloseValue"] = market.close_value
    return fields


def _liquidity(exchange: Exchange, market: MarketState, currency: Currency) -> Decimal:
    """The depth of a pool, or what rests near the top of a book, in cash."""
    if market.event.spec.engine is Engine.AMM:
        return market.event.spec.depth * currency.payout
    if not market.is_open:
        return ZERO
    bids, asks = exchange.levels(market, 0, currency, _BOOK_DEPTH)
    return sum((shares(micro) * price(tick) * currency.payout for tick, micro in bids + asks), ZERO)


def render_series(number: int, series: SeriesSpec) -> Json:
    kind = "PRICE_UP_DOWN_HOURLY"
    return {
        "id": ids.make(ids.Kind.SERIES, number),
        "slug": series.slug,
        "displayName": series.name,
        "description": f"{series.asset} up or down, window after window",
        "category": series.category,
        "intervalType": series.interval,
        "assetSymbol": series.symbol,
        "automationType": f"{series.category}_{kind}",
        "iconUrl": "",
    }


def render_lean_event(event: EventState) -> Json:
    return {
        "id": event.id,
        "title": event.spec.title,
        "openingDate": time_text(event.spec.opens_ms),
        "closingDate": time_text(event.spec.closes_ms),
        "resolutionDate": time_text(event.spec.resolves_ms),
    }
