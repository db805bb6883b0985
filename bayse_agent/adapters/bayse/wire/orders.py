"""Orders as the venue tells them: when it takes one, and when it is asked for one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from bayse_agent.adapters.bayse.wire.drift import Drift
from bayse_agent.adapters.bayse.wire.paging import page_of
from bayse_agent.adapters.bayse.wire.reader import Reader
from bayse_agent.domain.errors import VenueMalformed
from bayse_agent.domain.market import Engine, MarketId, OutcomeId, Page, Side
from bayse_agent.domain.money import ZERO, Currency, Shares, cost_of
from bayse_agent.domain.order import (
    OrderId,
    OrderType,
    SelfTrade,
    VenueOrder,
    VenueOrderStatus,
)

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PLACED_UNUSED = (
    "type userId postOnly outcome outcomeLabel eventId timeInForce expiresAt clientOrderId"
)
_READ_UNUSED = f"{_PLACED_UNUSED} engine"
_DUST = Decimal("1.002")
_NOTHING_FILLED = frozenset({VenueOrderStatus.PENDING, VenueOrderStatus.REJECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an order was asked to be: the reply must tell of the same."""

    market_id: MarketId | None
    outcome_id: OutcomeId
    side: Side
    currency: Currency
    engine: Engine
    amount: Decimal
    self_trade: SelfTrade | None = None
    client_order_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The venue's word that it did not do one item of a batch."""

    code: str
    message: str


def page(value: object, asked: Currency, drift: Drift) -> Page[VenueOrder]:
    """A page of orders, all of the currency that was asked for."""
    answer = Reader(value, "orders", drift)
    items = tuple(replace(read(row), currency=asked) for row in _of(answer, asked))
    return page_of(answer, items)


def _of(answer: Reader, asked: Currency) -> list[Reader]:
    found = answer.rows("orders", "order")
    for row in found:
        if row.optional_choice("currency", Currency) not in (None, asked):
            raise VenueMalformed("orders: one is of another currency")
    return found


def read(row: Reader) -> VenueOrder:
    """An order as it is read: `outcomeId` is the outcome, `type` the type."""
    outcome_id = row.optional_id("outcomeId") or _uuid(row.optional_text("outcome"))
    if outcome_id is None:
        raise VenueMalformed("order: it does not tell its outcome by id")
    engine = row.optional_choice("engine", Engine)
    found = _order(row, OutcomeId(outcome_id), engine)
    row.done(_READ_UNUSED)
    return found


def placed(value: object, asked: Asked, drift: Drift) -> VenueOrder:
    """An order as the venue answers the request that placed it.

    It sits under `clobOrder`, `ammOrder` or `order`, or is the answer itself; its `outcome` may be
    the outcome's id, its `type` the side. Raises VenueMalformed when it is not what was asked for.
    """
    answer = Reader(value, "placement", drift)
    engine = answer.optional_choice("engine", Engine) or asked.engine
    for name in ("clobOrder", "ammOrder", "order"):
        if answer.has(name):
            row = answer.within(name, "placed_order")
            answer.done()
            break
    else:
        row = answer
    return _as_asked(row, engine, asked)


def _as_asked(row: Reader, engine: Engine, asked: Asked) -> VenueOrder:
    told = row.optional_id("outcomeId") or _uuid(row.optional_text("outcome"))
    found = _order(row, OutcomeId(told or asked.outcome_id), engine, asked)
    row.done(f"engine {_PLACED_UNUSED}")
    if found.outcome_id != asked.outcome_id or found.side is not asked.side:
        raise VenueMalformed("the reply tells of another order than was asked for")
    if asked.market_id is not None and found.market_id != asked.market_id:
        raise VenueMalformed("the reply tells of an order on another market")
    if found.currency is None:
        return replace(found, currency=asked.currency)
    if found.currency is not asked.currency:
        raise VenueMalformed("the reply tells of an order in another currency")
    return found


def contradictions(order: VenueOrder, asked: Asked, drift: Drift) -> None:
    """Count where the venue took an order for something else than was asked.

    The order exists all the same. More shares sold than asked for means that the venue counts the
    amount of a sell in cash; another self-trade mode, that it does not know ours.
    """
    if asked.side is Side.SELL and order.size is not None and order.size > asked.amount * _DUST:
        drift.contradiction("placed_order", "more shares are sold than were asked for")
    if asked.side is Side.BUY and order.size is not None and order.price is not None:
        cost = cost_of(order.size, order.price, asked.currency)
        if cost.amount > asked.amount * _DUST:
            drift.contradiction("placed_order", "more cash is spent than was asked for")
    if asked.self_trade is not None and order.self_trade not in (None, asked.self_trade):
        drift.contradiction("placed_order", "another self-trade mode than was asked for")


def amended(row: Reader, order_id: OrderId) -> VenueOrder:
    """The order of one amended item."""
    found = read(row)
    if found.id != order_id:
        raise VenueMalformed("the reply tells of another order than was amended")
    return found


def batch_item(
    value: object, drift: Drift, client_order_id: str | None = None
) -> tuple[Reader, Engine] | Refusal:
    """The only item of a batch of one: its order, or why the venue did not take it.

    Raises VenueMalformed when it echoes another `client_order_id` than was sent.
    """
    answer = Reader(value, "batch", drift)
    engine = answer.optional_choice("engine", Engine) or Engine.CLOB
    results = answer.rows("results", "batch.item")
    answer.done("summary")
    if len(results) != 1:
        raise VenueMalformed(f"batch: {len(results)} results for one item")
    item = results[0]
    if item.raw("index") not in (None, 0):
        raise VenueMalformed("batch: the result of an item that was not sent")
    if client_order_id is not None and item.raw("clientOrderId") not in (None, client_order_id):
        raise VenueMalformed("batch: the echo of another order than was sent")
    if item.flag("success"):
        row = item.within("order", "placed_order")
        item.done("clientOrderId orderId error")
        return row, engine
    error = item.within("error", "batch.error")
    refusal = Refusal(code=error.text_or_empty("code"), message=error.text_or_empty("message"))
    item.done("clientOrderId orderId order")
    return refusal


def placed_item(item: tuple[Reader, Engine], asked: Asked) -> VenueOrder:
    """The order of an item that was placed."""
    row, engine = item
    return _as_asked(row, engine, asked)


def _order(
    row: Reader, outcome_id: OutcomeId, engine: Engine | None, asked: Asked | None = None
) -> VenueOrder:
    status = row.optional_choice("status", VenueOrderStatus) or VenueOrderStatus.UNKNOWN
    quantity = row.optional_shares("quantity")
    size = row.optional_shares("size")
    price = row.optional_price("price")
    average = row.optional_price("avgFillPrice")
    market_id = row.optional_id("marketId") or (asked.market_id if asked else None)
    if market_id is None:
        raise VenueMalformed("order: it does not tell its market")
    filled = _filled(row, status, engine, size if size is not None else quantity)
    if size is None:
        size = quantity
    if size is not None and filled > size:
        raise VenueMalformed("order: more is filled than it holds")
    return VenueOrder(
        id=OrderId(row.id("id")),
        market_id=MarketId(market_id),
        outcome_id=outcome_id,
        side=_side(row),
        type=_type(row),
        status=status,
        amount=row.optional_number("amount"),
        price=price,
        size=size,
        filled=filled,
        remaining=row.optional_shares("remainingSize"),
        average_price=price if average is None and engine is Engine.AMM else average,
        fee=_fee(row),
        currency=row.optional_choice("currency", Currency),
        self_trade=row.optional_choice("stpMode", SelfTrade),
        created_at=row.optional_moment("createdAt"),
        updated_at=row.optional_moment("updatedAt"),
    )


def _filled(
    row: Reader, status: VenueOrderStatus, engine: Engine | None, size: Shares | None
) -> Shares:
    """`filledSize`; without it, all of an order that is told to be filled.

    A book order's `quantity` is its size, never what was filled of it. Nothing else is guessed.
    """
    told = row.optional_shares("filledSize")
    if told is not None:
        return told
    if status is VenueOrderStatus.FILLED and size is not None:
        return size
    if status in _NOTHING_FILLED and engine is Engine.AMM:
        return Shares(ZERO)
    raise VenueMalformed("order: it does not tell how much is filled")


def _side(row: Reader) -> Side:
    """`side`; a placement may tell it under `type` alone."""
    return row.choice("side" if row.has("side") else "type", Side)


def _type(row: Reader) -> OrderType:
    """`orderType` where there is one, as `type` is the side there; else `type`."""
    return row.choice("orderType" if row.has("orderType") else "type", OrderType)


def _fee(row: Reader) -> Decimal | None:
    fee = row.optional_number("fee")
    if fee is not None and fee < ZERO:
        raise VenueMalformed("order.fee is below 0")
    return fee


def _uuid(text: str | None) -> str | None:
    """The text when it has the form of an id; YES, NO and labels have not."""
    return text if text is not None and _UUID.fullmatch(text) else None
