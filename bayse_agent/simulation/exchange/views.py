"""The exchange's records seen from outside: decimals and domain types instead of units.

Figures that are not exact in a few digits (average prices) are rounded here, once, so that the
in-process venue and the server tell the same.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal

from bayse_agent.domain.market import (
    Engine,
    Event,
    EventId,
    Market,
    MarketId,
    OutcomeId,
    Quote,
    SeriesSlug,
    Side,
    Symbol,
)
from bayse_agent.domain.money import ONE, Currency, Money, Price, Shares, price
from bayse_agent.domain.order import FillId, OrderId, Trade, VenueOrder
from bayse_agent.domain.portfolio import Activity, Holding, ProfitAndLoss, Wallet
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.book import Order
from bayse_agent.simulation.exchange.exchange import Exchange
from bayse_agent.simulation.exchange.ledger import CASH, share_asset
from bayse_agent.simulation.exchange.listing import EventState, MarketState
from bayse_agent.simulation.exchange.quoting import QuoteResult
from bayse_agent.simulation.exchange.records import (
    ActivityKind,
    ActivityRecord,
    Cause,
    Result,
    TradeRecord,
)
from bayse_agent.simulation.exchange.units import MICRO, NANO, TICKS, from_ms, from_units

_SIX_PLACES = Decimal("0.000001")
_PER_SHARE = NANO // MICRO
_PRICES = tuple(Price(from_units(ticks, TICKS)) for ticks in range(TICKS + 1))
"""Every price there is: an order book is shown with the same few over and over."""


def in_price(ticks: int) -> Price:
    """The price of a tick from 0 to 1000."""
    return _PRICES[ticks]


def in_shares(micro: int) -> Shares:
    return Shares(from_units(micro, MICRO))


def in_cash(nanos: int) -> Decimal:
    return from_units(nanos, NANO)


def rounded(value: Decimal) -> Decimal:
    """To six places: what the venue's derived prices are told in."""
    return value.quantize(_SIX_PLACES, ROUND_HALF_EVEN)


def average(nanos: int, micro: int, currency: Currency) -> Decimal | None:
    """Cash a share in parts of its payout; None without shares."""
    if not micro:
        return None
    return rounded(Decimal(nanos) / (micro * _PER_SHARE * currency.payout))


# -- listings ------------------------------------------------------------------------------------


def event(exchange: Exchange, state: EventState, currency: Currency) -> Event:
    """An event with its markets' prices in a currency's books."""
    spec = state.spec
    created_at, opens_at, closes_at, resolves_at = state.dates
    return Event(
        id=EventId(state.id),
        slug=spec.slug,
        title=spec.title,
        description=spec.description,
        category=spec.category,
        type=spec.type,
        engine=spec.engine,
        status=state.status,
        created_at=created_at,
        opens_at=opens_at,
        closes_at=closes_at,
        resolves_at=resolves_at,
        resolved_at=None if state.resolved_ms is None else from_ms(state.resolved_ms),
        symbol=None if spec.symbol is None else Symbol(spec.symbol),
        series=None if spec.series is None else SeriesSlug(spec.series),
        threshold=state.threshold,
        close_value=state.close_value,
        currencies=spec.currencies,
        markets=tuple(_market(exchange, market, currency) for market in state.markets),
    )


def _market(exchange: Exchange, state: MarketState, currency: Currency) -> Market:
    spec = state.spec
    middle, buy1, buy2 = prices(exchange, state, currency)
    one, two = state.outcomes
    return Market(
        id=MarketId(state.id),
        event_id=EventId(state.event.id),
        title=spec.title,
        status=state.status,
        outcome1=one,
        outcome2=two,
        price1=middle,
        price2=None if middle is None else Price(1 - middle),
        buy_price1=buy1,
        buy_price2=buy2,
        fee_rate=state.fee_rate,
        minimum_order=Money(minimum_order(state, currency), currency),
        threshold=state.threshold,
        close_value=state.close_value,
        winner=None if state.winner is None else state.outcomes[state.winner].id,
        rules=spec.rules,
    )


def minimum_order(state: MarketState, currency: Currency) -> Decimal:
    """The least buy that a market names, in units of the currency."""
    return state.spec.minimum_order.get(currency, Decimal(currency.payout))


def prices(
    exchange: Exchange, state: MarketState, currency: Currency
) -> tuple[Price | None, Price | None, Price | None]:
    """(middle of outcome1, price to buy outcome1, price to buy outcome2); None where there is none.

    Once a market has closed there are no prices at all.
    """
    marginal = exchange.marginal(state, 0, currency)
    if marginal is None:
        return None, None, None
    middle = Price(rounded(marginal))
    if state.event.spec.engine is Engine.AMM:
        return middle, middle, Price(1 - middle)
    book = exchange.state.book(state, currency)
    ask, bid = book.asks.best(), book.bids.best()
    return (
        middle,
        None if ask is None else in_price(ask),
        None if bid is None else in_price(TICKS - bid),
    )


def quote(result: QuoteResult, received_ms: int) -> Quote:
    return Quote(
        market_id=MarketId(result.market.id),
        outcome_id=OutcomeId(result.market.outcome_ids[result.outcome]),
        side=result.side,
        currency=result.currency,
        amount=result.amount,
        shares=in_shares(result.micro),
        average_price=Price(min(quoted_price(result), ONE)),
        market_price=price(rounded(result.market_price)),
        fee=Money(in_cash(result.fee_nanos), result.currency),
        is_complete=result.is_complete,
        exceeds_liability=result.exceeds_liability,
        received_at=from_ms(received_ms),
    )


def quoted_price(result: QuoteResult) -> Decimal:
    """What a quote calls its price: cash a share, fee included.

    For a buy the cash is the amount asked with, as quantity = amount / price on the wire.
    """
    shares = in_shares(result.micro) * result.currency.payout
    cash = result.amount if result.side is Side.BUY else in_cash(result.nanos)
    return rounded(cash / shares)


# -- orders --------------------------------------------------------------------------------------


def order_price(order: Order) -> Price | None:
    """The limit an order has on a book; on a formula market, what it paid."""
    if order.own_tick:
        return in_price(order.own_tick)
    paid = average(order.cash, order.filled, order.currency)
    return None if paid is None else Price(min(paid, ONE))


def placed(record: Order) -> VenueOrder:
    """An order as placing it answers, which tells less than reading it back.

    A book does not tell the average price yet; a formula market tells neither what is left of
    the order, nor its fee, nor the self-trade mode.
    """
    full = order(record)
    if record.own_tick:
        return replace(full, average_price=None)
    return replace(full, remaining=None, fee=None, self_trade=None)


def order(record: Order) -> VenueOrder:
    """An order as it is read back."""
    paid = average(record.cash, record.filled, record.currency)
    return VenueOrder(
        id=OrderId(record.id),
        market_id=MarketId(record.market.id),
        outcome_id=OutcomeId(record.outcome_id),
        side=record.side,
        type=record.type,
        status=record.status,
        amount=in_cash(record.amount),
        price=order_price(record),
        size=in_shares(record.size),
        filled=in_shares(record.filled),
        remaining=in_shares(record.remaining),
        average_price=None if paid is None else Price(min(paid, ONE)),
        fee=in_cash(record.fee),
        currency=record.currency,
        self_trade=record.self_trade,
        created_at=from_ms(record.created_ms),
        updated_at=from_ms(record.updated_ms),
    )


def trade(record: TradeRecord) -> Trade:
    return Trade(
        id=FillId(record.id),
        market_id=MarketId(record.market.id),
        size=in_shares(record.micro),
        taker_order_id=OrderId(record.taker.id),
        maker_order_id=OrderId(record.maker.id),
        taker_outcome_id=OutcomeId(record.taker.outcome_id),
        maker_outcome_id=OutcomeId(record.maker.outcome_id),
        taker_side=record.taker.side,
        taker_price=in_price(record.taker_tick),
        maker_price=in_price(record.maker_tick),
        taker_fee=in_cash(record.fee_nanos),
        match_type=str(record.match_type),
        at=from_ms(record.at_ms),
    )


# -- accounts ------------------------------------------------------------------------------------


def wallets(account: Account) -> tuple[Wallet, ...]:
    """One wallet a currency; what resting orders lock is pending."""
    return tuple(
        Wallet(
            available=Money(in_cash(account.free.holds(CASH[currency])), currency),
            pending=Money(in_cash(account.locked.holds(CASH[currency])), currency),
        )
        for currency in Currency
    )


def holdings(exchange: Exchange, account: Account) -> tuple[Holding, ...]:
    """Every position, in the order they were begun."""
    return tuple(
        _holding(exchange, account, market, outcome, currency)
        for _, market, outcome, currency in list(account.held())
    )


def _holding(
    exchange: Exchange, account: Account, market: MarketState, outcome: int, currency: Currency
) -> Holding:
    micro = account.shares(market, outcome, currency)
    nanos = account.costs.get(share_asset(market.number, outcome, currency), 0)
    paid = average(nanos, micro, currency) or Decimal(0)
    return Holding(
        event_id=EventId(market.event.id),
        market_id=MarketId(market.id),
        outcome_id=OutcomeId(market.outcome_ids[outcome]),
        currency=currency,
        shares=in_shares(micro),
        available=in_shares(account.free_shares(market, outcome, currency)),
        average_price=Price(min(paid, ONE)),
        cost=Money(in_cash(nanos), currency),
        current_value=Money(worth(exchange, market, outcome, currency, micro), currency),
    )


def sell_price(
    exchange: Exchange, market: MarketState, outcome: int, currency: Currency
) -> Decimal:
    """The price that a holder would sell at now; 0 where there is none."""
    if not market.is_open:
        return Decimal(0)
    if market.event.spec.engine is Engine.AMM:
        found = exchange.marginal(market, outcome, currency)
        return Decimal(0) if found is None else rounded(found)
    bids, _ = exchange.levels(market, outcome, currency, 1)
    return in_price(bids[0][0]) if bids else Decimal(0)


def worth(
    exchange: Exchange, market: MarketState, outcome: int, currency: Currency, micro: int
) -> Decimal:
    """Shares x the price to sell at x payout."""
    at = sell_price(exchange, market, outcome, currency)
    return rounded(in_shares(micro) * at * currency.payout)


_REFUNDS = frozenset({ActivityKind.BUY_LIMIT_ORDER_CANCELLED, ActivityKind.BUY_LIMIT_ORDER_EXPIRED})
_PAYOUTS = frozenset({ActivityKind.PAYOUT_WIN, ActivityKind.PAYOUT_LOSS})
_SOLD = frozenset({ActivityKind.SELL_MARKET_ORDER_CREATED, ActivityKind.SELL_TRADE_FILL})


def activity(record: ActivityRecord) -> Activity:
    """One line of history. Only what that kind of line tells is there."""
    kind, order_ = record.kind, record.order
    cash = None if record.cash_nanos is None else in_cash(record.cash_nanos)
    size = order_.size if record.micro is None and order_ is not None else record.micro
    is_payout = kind in _PAYOUTS
    is_refund = kind in _REFUNDS or kind is ActivityKind.BUY_REFUND
    return Activity(
        id=record.id,
        kind=str(kind),
        event_id=EventId(record.market.event.id),
        market_id=MarketId(record.market.id),
        outcome_id=OutcomeId(record.market.outcome_ids[record.outcome]),
        order_id=None if order_ is None else OrderId(order_.id),
        currency=record.currency,
        amount=_amount(record, cash, is_told_apart=is_payout or is_refund),
        size=None if size is None else in_shares(size),
        price=_activity_price(record),
        fee=in_cash(record.fee_nanos or 0),
        payout=cash if is_payout else None,
        amount_refunded=cash if is_refund else None,
        amount_earned=cash if kind in _SOLD else None,
        status=None if order_ is None else str(order_.status).upper(),
        at=from_ms(record.at_ms),
    )


def _amount(record: ActivityRecord, cash: Decimal | None, *, is_told_apart: bool) -> Decimal | None:
    """What an order was asked with, or what a fill moved; payouts and refunds say it elsewhere."""
    if is_told_apart:
        return None
    if record.order is not None and record.tick is None:
        return in_cash(record.order.amount)
    return cash


def _activity_price(record: ActivityRecord) -> Price | None:
    if record.tick is not None:
        return in_price(record.tick)
    return None if record.order is None else order_price(record.order)


def activities(account: Account, kind: str | None) -> list[ActivityRecord]:
    """The lines of a group (buys, sells, limits, payout), newest first.

    Without a group, everything but the two kinds of fills.
    """
    wanted = GROUPS.get(kind, _UNGROUPED)
    return [record for record in reversed(account.activities) if record.kind in wanted]


GROUPS: dict[str | None, frozenset[ActivityKind]] = {
    "buys": frozenset({ActivityKind.BUY_MARKET_ORDER_CREATED, ActivityKind.BUY_TRADE_FILL}),
    "sells": frozenset({ActivityKind.SELL_MARKET_ORDER_CREATED, ActivityKind.SELL_TRADE_FILL}),
    "limits": frozenset(kind for kind in ActivityKind if "_LIMIT_" in kind),
    "payout": frozenset({ActivityKind.PAYOUT_WIN, ActivityKind.PAYOUT_LOSS}),
}
_UNGROUPED = frozenset(ActivityKind) - {ActivityKind.BUY_TRADE_FILL, ActivityKind.SELL_TRADE_FILL}


def profit_and_loss(results: list[Result], currency: Currency) -> ProfitAndLoss:
    """The sum of an account's results in one currency: realised = settlements + trades."""
    mine = [result for result in results if result.currency is currency]
    settled = [result.profit_nanos for result in mine if result.cause is Cause.SETTLEMENT]
    traded = sum(result.profit_nanos for result in mine if result.cause is Cause.TRADE)
    return ProfitAndLoss(
        realised=Money(in_cash(sum(settled) + traded), currency),
        from_settlements=Money(in_cash(sum(settled)), currency),
        from_trades=Money(in_cash(traded), currency),
        wins=sum(1 for profit in settled if profit > 0),
        losses=sum(1 for profit in settled if profit <= 0),
    )
