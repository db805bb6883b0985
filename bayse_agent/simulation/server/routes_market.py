"""What everybody can see: events, series, quotes, books, tickers, trades, price history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial

from bayse_agent.domain.market import Engine, MarketStatus, Side
from bayse_agent.domain.money import Currency
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.records import TradeRecord
from bayse_agent.simulation.exchange.refusal import Refusal
from bayse_agent.simulation.exchange.units import to_ms
from bayse_agent.simulation.selection import HISTORY_PERIODS, Wanted, select, series_windows
from bayse_agent.simulation.server import paging
from bayse_agent.simulation.server.amounts import shown_price
from bayse_agent.simulation.server.call import Call, Endpoint, Level
from bayse_agent.simulation.server.desk import Desk
from bayse_agent.simulation.server.encoding import Json
from bayse_agent.simulation.server.fields import Fields
from bayse_agent.simulation.server.problem import bad_request, not_found
from bayse_agent.simulation.server.render_event import (
    render_event,
    render_lean_event,
    render_series,
)
from bayse_agent.simulation.server.render_order import render_book, render_quote, render_trade
from bayse_agent.simulation.server.ticker import render_ticker

BOOK_DEPTH = 20


class CanonicalOutcome(StrEnum):
    YES = "YES"
    NO = "NO"


def currency_of(call: Call) -> Currency:
    """The `currency` parameter; dollars when it is absent."""
    return call.query.choice("currency", Currency) or Currency.USD


def body_currency(fields: Fields) -> Currency:
    return fields.choice("currency", Currency) if fields.has("currency") else Currency.USD


def list_events(desk: Desk, call: Call) -> Json:
    query, exchange = call.query, desk.exchange
    found = select(exchange, _wanted(call)) if _can_match(call) else []
    if query.flag("watchlist"):
        # Nobody can put anything on a watchlist here, but only a caller with a key has one.
        found = [] if call.user.id else found
    if query.flag("trending"):
        found = [event for event in found if event.status is MarketStatus.OPEN]
        found.sort(key=lambda event: -sum(market.order_count for market in event.markets))
    rows, pagination = paging.page_of(found, query)
    currency = currency_of(call)
    return {
        "events": [render_event(exchange, event, currency) for event in rows],
        "pagination": pagination,
    }


def _can_match(call: Call) -> bool:
    """No event here has a subcategory or is about a game, or a status nobody knows."""
    query = call.query
    status = query.text("status")
    is_known = status is None or status.casefold() in set(MarketStatus)
    return is_known and query.text("subcategory") is None and query.text("sportGameSlug") is None


def _wanted(call: Call) -> Wanted:
    query = call.query
    status = query.text("status")
    return Wanted(
        status=None if status is None else MarketStatus(status.casefold()),
        category=query.text("category"),
        keyword=query.text("keyword"),
        series=query.text("seriesSlug"),
        currency=query.choice("currency", Currency),
    )


def get_event(desk: Desk, call: Call) -> Json:
    event = desk.exchange.event(call.parameters["eventId"])
    return render_event(desk.exchange, event, currency_of(call))


def get_event_by_slug(desk: Desk, call: Call) -> Json:
    event = desk.exchange.event_by_slug(call.parameters["slug"])
    return render_event(desk.exchange, event, currency_of(call))


def list_series(desk: Desk, call: Call) -> Json:
    rows, pagination = paging.page_of(
        list(enumerate(desk.world.series(), start=1)), call.query, size=paging.LONG_SIZE
    )
    return {
        "series": [render_series(number, series) for number, series in rows],
        "pagination": pagination,
    }


def lean_events(desk: Desk, call: Call) -> Json:
    slug = call.parameters["slug"]
    if all(series.slug != slug for series in desk.world.series()):
        raise not_found("Series")
    return [render_lean_event(event) for event in series_windows(desk.exchange, slug)]


def market_in_event(desk: Desk, call: Call) -> MarketState:
    """The market of the path. Raises Refusal or Problem 404 unless it is the event's."""
    event = desk.exchange.event(call.parameters["eventId"])
    market = desk.exchange.market(call.parameters["marketId"])
    if market.event is not event:
        raise not_found("Market")
    return market


def outcome_in(market: MarketState, outcome_id: str) -> int:
    """Which outcome of the market an id names. Raises Problem 400 for another market's."""
    if outcome_id not in market.outcome_ids:
        raise bad_request("outcomeId does not belong to this market")
    return market.outcome_ids.index(outcome_id)


def quote(desk: Desk, call: Call) -> Json:
    market, fields = market_in_event(desk, call), call.fields()
    side, amount = fields.choice("side", Side), fields.positive("amount")
    outcome = outcome_in(market, fields.text("outcomeId"))
    account = None if call.key is None else desk.account_of(call)
    return render_quote(
        desk.exchange.quote(market, outcome, side, amount, body_currency(fields), account)
    )


def books(desk: Desk, call: Call) -> Json:
    currency, depth = currency_of(call), min(call.query.number("depth", BOOK_DEPTH), 100)
    rows: list[Json] = []
    for outcome_id in call.query.many("outcomeId")[:100]:
        try:
            market, outcome = desk.exchange.market_of(outcome_id)
        except Refusal:
            continue
        if market.event.spec.engine is Engine.CLOB:
            rows.append(render_book(desk.exchange, market, outcome, currency, depth))
    return rows


def ticker(desk: Desk, call: Call) -> Json:
    market = desk.exchange.market(call.parameters["marketId"])
    if market.event.spec.engine is Engine.AMM:
        raise bad_request("Ticker is only available for CLOB markets")
    outcome_id = call.query.text("outcomeId")
    outcome = _canonical(call) if outcome_id is None else outcome_in(market, outcome_id)
    return render_ticker(desk.exchange, market, outcome, currency_of(call))


def _canonical(call: Call) -> int:
    """0 for YES (also when nothing is said), 1 for NO. Labels are not understood."""
    return 1 if call.query.choice("outcome", CanonicalOutcome) is CanonicalOutcome.NO else 0


def trades(desk: Desk, call: Call) -> Json:
    """Trades, newest first."""
    claims = _claims(call)
    found = [t for t in _trades_of(desk, call) if all(claim(t) for claim in claims)]
    rows, pagination = paging.page_of(found, call.query)
    return {"data": [render_trade(trade) for trade in rows], "pagination": pagination}


def _trades_of(desk: Desk, call: Call) -> Sequence[TradeRecord]:
    """The shortest list that must hold what is asked for, newest first."""
    exchange, query = desk.exchange, call.query
    try:
        if (order_id := query.text("orderId")) is not None:
            return exchange.trades_of_order(order_id)
        if (user_id := query.text("userId")) is not None:
            return list(reversed(exchange.account(user_id).trades))
        if (market_id := query.text("marketId")) is not None:
            return list(reversed(exchange.market(market_id).trades))
        if (outcome_id := query.text("outcomeId")) is not None:
            return list(reversed(exchange.market_of(outcome_id)[0].trades))
    except Refusal:
        return []
    return exchange.all_trades()


def _claims(call: Call) -> list[Callable[[TradeRecord], bool]]:
    """What a trade must be, one claim for each filter that was given."""
    query = call.query
    matching: dict[str, Callable[[str, TradeRecord], bool]] = {
        "id": lambda wanted, trade: wanted == trade.id,
        "marketId": lambda wanted, trade: wanted == trade.market.id,
        "orderId": lambda wanted, trade: wanted in (trade.taker.id, trade.maker.id),
        "outcomeId": lambda wanted, trade: (
            wanted in (trade.taker.outcome_id, trade.maker.outcome_id)
        ),
        "userId": lambda wanted, trade: wanted in (trade.taker.account.id, trade.maker.account.id),
    }
    claims: list[Callable[[TradeRecord], bool]] = [
        partial(match, wanted)
        for name, match in matching.items()
        if (wanted := query.text(name)) is not None
    ]
    if (since := query.moment("fromDate")) is not None:
        claims.append(partial(_is_after, to_ms(since)))
    if (until := query.moment("toDate")) is not None:
        claims.append(partial(_is_before, to_ms(until)))
    return claims


def _is_after(since_ms: int, trade: TradeRecord) -> bool:
    return trade.at_ms >= since_ms


def _is_before(until_ms: int, trade: TradeRecord) -> bool:
    return trade.at_ms <= until_ms


def price_history(desk: Desk, call: Call) -> Json:
    event = desk.exchange.event(call.parameters["eventId"])
    period = call.query.text("timePeriod") or "24H"
    if period not in HISTORY_PERIODS:
        raise bad_request(f"timePeriod must be one of {', '.join(HISTORY_PERIODS)}")
    length_ms, step_ms = HISTORY_PERIODS[period]
    outcome, currency = _canonical(call), currency_of(call)
    since_ms = desk.exchange.now_ms - length_ms
    wanted = call.query.many("marketId")
    return {
        "markets": [
            {
                "marketId": market.id,
                "title": market.spec.title,
                "priceHistory": [
                    {"e": at_ms, "p": shown_price(price)}
                    for at_ms, price in desk.world.price_history(
                        market, outcome, currency, since_ms, step_ms
                    )
                ],
            }
            for market in event.markets
            if not wanted or market.id in wanted
        ]
    }


_EVENTS = "/v1/pm/events"
ENDPOINTS = (
    Endpoint(route=f"GET {_EVENTS}", level=Level.PUBLIC, handler=list_events),
    Endpoint(route=f"GET {_EVENTS}/series", level=Level.PUBLIC, handler=list_series),
    Endpoint(
        route=f"GET {_EVENTS}/series/{{slug}}/lean-events",
        level=Level.PUBLIC,
        handler=lean_events,
    ),
    Endpoint(route=f"GET {_EVENTS}/slug/{{slug}}", level=Level.PUBLIC, handler=get_event_by_slug),
    Endpoint(route=f"GET {_EVENTS}/{{eventId}}", level=Level.PUBLIC, handler=get_event),
    Endpoint(
        route=f"GET {_EVENTS}/{{eventId}}/price-history",
        level=Level.PUBLIC,
        handler=price_history,
    ),
    Endpoint(
        route=f"POST {_EVENTS}/{{eventId}}/markets/{{marketId}}/quote",
        level=Level.PUBLIC,
        handler=quote,
    ),
    Endpoint(route="GET /v1/pm/books", level=Level.PUBLIC, handler=books),
    Endpoint(route="GET /v1/pm/markets/{marketId}/ticker", level=Level.PUBLIC, handler=ticker),
    Endpoint(route="GET /v1/pm/trades", level=Level.READ, handler=trades),
)
