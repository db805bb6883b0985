"""Orders, trades and books as JSON. A placed order and a read order do not look the same."""

from __future__ import annotations

from bayse_agent.domain.market import Engine, Side
from bayse_agent.domain.money import Currency
from bayse_agent.simulation.exchange import views
from bayse_agent.simulation.exchange.book import Order
from bayse_agent.simulation.exchange.exchange import Exchange
from bayse_agent.simulation.exchange.house import Rung
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.quoting import QuoteResult
from bayse_agent.simulation.exchange.records import TradeRecord
from bayse_agent.simulation.exchange.switches import AmmEnvelope
from bayse_agent.simulation.server.amounts import (
    average_price,
    cash,
    percent,
    price,
    rounded,
    shares,
    time_text,
)
from bayse_agent.simulation.server.encoding import Json
from bayse_agent.simulation.server.render_event import CANONICAL


def is_on_pool(order: Order) -> bool:
    return order.market.event.spec.engine is Engine.AMM


def fill_price(order: Order) -> Json:
    """The average price of what was filled; on a pool the fee is inside."""
    return average_price(order.cash, order.filled, order.currency.payout)


def shown_limit(order: Order) -> Json:
    """The limit of an order, or what it averaged when it has none."""
    limit = views.order_price(order)
    return fill_price(order) if limit is None else limit


def render_placement(order: Order, envelope: AmmEnvelope) -> Json:
    """The answer to placing one order."""
    if is_on_pool(order):
        return {"engine": "AMM", str(envelope): _placed_on_pool(order)}
    return {"engine": "CLOB", "clobOrder": render_placed(order)}


def render_placed(order: Order) -> Json:
    """A book order as placing answers it: `outcome` is an id, `type` is the side."""
    return {
        "id": order.id,
        "marketId": order.market.id,
        "userId": order.account.id,
        "outcome": order.outcome_id,
        "orderType": order.type,
        "type": order.side,
        "side": order.side,
        "amount": cash(order.amount),
        "quantity": shares(order.size),
        "price": shown_limit(order),
        "size": shares(order.size),
        "filledSize": shares(order.filled),
        "remainingSize": shares(order.remaining),
        "status": order.status,
        "fee": cash(order.fee),
        "postOnly": order.post_only,
        "stpMode": order.self_trade,
        "createdAt": time_text(order.created_ms),
        "updatedAt": time_text(order.updated_ms),
    }


def _placed_on_pool(order: Order) -> Json:
    return {
        "id": order.id,
        "marketId": order.market.id,
        "userId": order.account.id,
        "outcome": CANONICAL[order.outcome],
        "side": order.side,
        "type": order.type,
        "status": order.status,
        "amount": cash(order.amount),
        "price": fill_price(order),
        "quantity": shares(order.filled),
        "currency": order.currency,
        "createdAt": time_text(order.created_ms),
        "updatedAt": time_text(order.updated_ms),
    }


def render_order(order: Order) -> Json:
    """An order as the read routes tell it: `outcomeId`, and `type` is the order's type.

    The average price is left out while nothing is filled.
    """
    spec = order.market.spec
    average: dict[str, Json] = {"avgFillPrice": fill_price(order)} if order.filled else {}
    return {
        "id": order.id,
        "marketId": order.market.id,
        "outcomeId": order.outcome_id,
        "outcomeLabel": spec.label1 if order.outcome == 0 else spec.label2,
        "side": order.side,
        "type": order.type,
        "stpMode": order.self_trade,
        "status": order.status,
        "amount": cash(order.amount),
        "price": shown_limit(order),
        "size": shares(order.size),
        "filledSize": shares(order.filled),
        "remainingSize": shares(order.remaining),
        **average,
        "fee": cash(order.fee),
        "currency": order.currency,
        "createdAt": time_text(order.created_ms),
        "updatedAt": time_text(order.updated_ms),
    }


def render_trade(trade: TradeRecord) -> Json:
    return {
        "id": trade.id,
        "marketId": trade.market.id,
        "size": shares(trade.micro),
        "takerUserId": trade.taker.account.id,
        "makerUserId": trade.maker.account.id,
        "takerOrderId": trade.taker.id,
        "makerOrderId": trade.maker.id,
        "takerFee": cash(trade.fee_nanos),
        "makerOutcomeId": trade.maker.outcome_id,
        "takerOutcomeId": trade.taker.outcome_id,
        "matchType": trade.match_type,
        "takerSide": trade.taker.side,
        "takerPrice": price(trade.taker_tick),
        "makerPrice": price(trade.maker_tick),
        "createdAt": time_text(trade.at_ms),
    }


def render_book(
    exchange: Exchange, market: MarketState, outcome: int, currency: Currency, depth: int
) -> Json:
    """The whole book of one outcome; `total` is cash, payout included."""
    bids, asks = exchange.levels(market, outcome, currency, depth)
    last = exchange.last_tick(market, outcome, currency)
    return {
        "marketId": market.id,
        "outcomeId": market.outcome_ids[outcome],
        "timestamp": time_text(exchange.now_ms),
        "bids": [_level(rung, currency) for rung in bids],
        "asks": [_level(rung, currency) for rung in asks],
        "lastTradedPrice": None if last is None else price(last),
        "lastTradedSide": exchange.state.book(market, currency).last_side,
    }


def _level(rung: Rung, currency: Currency) -> Json:
    tick, micro = rung
    total = shares(micro) * price(tick) * currency.payout
    return {"price": price(tick), "quantity": shares(micro), "total": total}


def render_quote(quote: QuoteResult) -> Json:
    """For a buy amount = costOfShares + fee, and quantity = amount / (price x multiplier)."""
    is_buy = quote.side is Side.BUY
    fee = cash(quote.fee_nanos)
    price_with_fee = views.quoted_price(quote)
    worth = shares(quote.micro) * quote.currency.payout
    gain = percent(worth - quote.amount, quote.amount) if is_buy else None
    return {
        "price": price_with_fee,
        "currentMarketPrice": rounded(quote.market_price),
        "quantity": shares(quote.micro),
        "amount": quote.amount,
        "costOfShares": quote.amount - fee if is_buy else cash(quote.nanos) + fee,
        "fee": fee,
        "priceImpactAbsolute": price_with_fee - rounded(quote.market_price),
        "profitPercentage": gain,
        "currencyBaseMultiplier": quote.currency.payout,
        "completeFill": quote.is_complete,
        "tradeGoesOverMaxLiability": quote.exceeds_liability,
    }
