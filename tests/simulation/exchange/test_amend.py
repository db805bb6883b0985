"""Amending resting orders: size, money, place in the queue, and whom a new price meets."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bayse_agent.domain.market import Engine
from bayse_agent.domain.money import Price, Shares
from bayse_agent.domain.order import Amend, OrderId, SelfTrade, VenueOrderStatus
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.book import Order
from bayse_agent.simulation.exchange.refusal import Refusal
from tests.simulation.exchange.floor import BUY, SELL, Floor, cash, event_spec, free_cash, shares


def change(order: Order, price: str | None = None, size: str | None = None) -> Amend:
    return Amend(
        order_id=OrderId(order.id),
        new_price=None if price is None else Price(Decimal(price)),
        new_size=None if size is None else Shares(Decimal(size)),
    )


def amend(floor: Floor, account: Account, *changes: Amend) -> list[str]:
    """What became of each change: its order's status, or the refusal's code."""
    answers = floor.exchange.amend(account, changes)
    return [item.code if isinstance(item, Refusal) else item.status for item in answers]


def _queue(floor: Floor) -> tuple[Account, Order, Order]:
    """Two buys at 0.50, the older one's account, both orders."""
    account = floor.user("first", usd="100")
    first = floor.limit(account, BUY, 0, "0.50", "10")
    second = floor.limit(floor.user("second"), BUY, 0, "0.50", "10")
    return account, first, second


def _is_first(floor: Floor, order: Order) -> bool:
    floor.limit(floor.user("seller", pairs=1), SELL, 0, "0.50", "1")
    return order.filled > 0


def test_smaller_at_the_same_price_keeps_its_place() -> None:
    floor = Floor()
    account, first, _ = _queue(floor)
    amend(floor, account, change(first, size="5"))
    assert _is_first(floor, first)


def test_same_size_at_the_same_price_keeps_its_place() -> None:
    floor = Floor()
    account, first, _ = _queue(floor)
    amend(floor, account, change(first, "0.50", "10"))
    assert _is_first(floor, first)


def test_larger_at_the_same_price_goes_to_the_end() -> None:
    floor = Floor()
    account, first, second = _queue(floor)
    amend(floor, account, change(first, size="11"))
    assert _is_first(floor, second)
    assert first.filled == 0


def test_price_changed_and_back_goes_to_the_end() -> None:
    floor = Floor()
    account, first, second = _queue(floor)
    amend(floor, account, change(first, "0.40"), change(first, "0.50"))
    assert _is_first(floor, second)


def test_smaller_unlocks_the_difference_and_recomputes_the_amount() -> None:
    floor = Floor()
    account, first, _ = _queue(floor)
    amend(floor, account, change(first, size="4"))
    assert free_cash(account) == 98
    assert cash(first.amount) == 2


def test_amount_after_an_amend_is_size_times_price() -> None:
    floor = Floor()
    account, first, _ = _queue(floor)
    amend(floor, account, change(first, "0.50", "15"))
    assert cash(first.amount) == Decimal("7.50")


def test_filled_size_and_id_survive_an_amend() -> None:
    floor = Floor()
    account, first, _ = _queue(floor)
    floor.limit(floor.user("seller", pairs=3), SELL, 0, "0.50", "3")
    known = first.id
    assert amend(floor, account, change(first, "0.40", "10")) == ["partial_filled"]
    assert (first.id, shares(first.filled), shares(first.remaining)) == (known, 3, 7)


@pytest.mark.parametrize("size", ["3", "2.99", "0", "-1", "NaN", "Infinity"])
def test_size_not_above_what_is_filled_is_refused(size: str) -> None:
    floor = Floor()
    account, first, _ = _queue(floor)
    floor.limit(floor.user("seller", pairs=3), SELL, 0, "0.50", "3")
    assert amend(floor, account, change(first, size=size)) == ["BAD_REQUEST"]
    assert shares(first.size) == 10


def test_dearer_than_the_wallet_is_refused_and_leaves_the_order() -> None:
    floor = Floor()
    account, first, _ = _queue(floor)
    assert amend(floor, account, change(first, size="200.01")) == ["INSUFFICIENT_BALANCE"]
    assert _is_first(floor, first)


def test_all_of_the_wallet_may_be_used_with_what_is_locked_already() -> None:
    floor = Floor()
    account, first, _ = _queue(floor)
    assert amend(floor, account, change(first, size="200")) == ["open"]
    assert free_cash(account) == 0


def test_sell_beyond_the_holding_is_refused() -> None:
    floor = Floor()
    account = floor.user("a", pairs=10)
    order = floor.limit(account, SELL, 0, "0.50", "5")
    assert amend(floor, account, change(order, size="10.01")) == ["INSUFFICIENT_SHARES"]
    assert amend(floor, account, change(order, size="10")) == ["open"]


def test_new_price_that_crosses_executes() -> None:
    floor = Floor()
    account = floor.user("a", usd="100")
    order = floor.limit(account, BUY, 0, "0.40", "10")
    floor.limit(floor.user("m", pairs=4), SELL, 0, "0.50", "4")
    assert amend(floor, account, change(order, "0.60")) == ["partial_filled"]
    assert shares(order.filled) == 4
    assert free_cash(account) == 100 - 2 - Decimal("3.6")


def test_crossing_amend_pays_the_takers_fee() -> None:
    floor = Floor(event_spec(fee_percent="10"))
    account = floor.user("a")
    order = floor.limit(account, BUY, 0, "0.40", "10")
    floor.limit(floor.user("m", pairs=10), SELL, 0, "0.50", "10")
    amend(floor, account, change(order, "0.50"))
    assert cash(order.fee) == Decimal("0.25")


def test_own_order_met_by_an_amend_is_cancelled_whatever_its_mode() -> None:
    floor = Floor()
    account = floor.user("a", pairs=10)
    own = floor.limit(account, SELL, 0, "0.50", "10")
    order = floor.limit(account, BUY, 0, "0.40", "10", self_trade=SelfTrade.CANCEL_NEWEST)
    assert amend(floor, account, change(order, "0.60")) == ["open"]
    assert own.status is VenueOrderStatus.CANCELLED
    assert order.self_trade is SelfTrade.CANCEL_NEWEST


def test_siblings_of_one_batch_that_cross_are_spared() -> None:
    floor = Floor()
    account = floor.user("a", pairs=10)
    sell = floor.limit(account, SELL, 0, "0.60", "10")
    buy = floor.limit(account, BUY, 0, "0.40", "10")
    assert amend(floor, account, change(sell, "0.50"), change(buy, "0.55")) == ["open", "open"]
    assert not floor.market.trades


def test_batch_goes_on_after_a_refused_item() -> None:
    floor = Floor()
    account, first, second = _queue(floor)
    answers = amend(
        floor,
        account,
        change(second, size="5"),
        change(first),
        change(first, "0.999"),
        change(first, size="5"),
    )
    assert answers == ["ORDER_NOT_FOUND", "BAD_REQUEST", "BAD_REQUEST", "open"]


def test_ended_order_is_not_found() -> None:
    floor = Floor()
    account, first, _ = _queue(floor)
    floor.exchange.cancel(account, first.id)
    assert amend(floor, account, change(first, size="5")) == ["ORDER_NOT_FOUND"]


def test_order_of_a_paused_event_is_refused_and_does_not_trade() -> None:
    floor = Floor()
    account = floor.user("a")
    order = floor.limit(account, BUY, 0, "0.40", "10")
    floor.limit(floor.user("m", pairs=10), SELL, 0, "0.50", "10")
    floor.exchange.pause(floor.event)
    assert amend(floor, account, change(order, "0.60")) == ["MARKET_CLOSED"]
    assert not floor.market.trades


def test_order_on_a_pool_is_refused_as_unsupported() -> None:
    floor = Floor(event_spec(engine=Engine.AMM))
    account = floor.user("a")
    order = floor.at_market(account, BUY, 0, "10")
    assert amend(floor, account, change(order, "0.60")) == ["UNSUPPORTED_ENGINE"]
