"""What happens when an order would meet one of the same account's."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bayse_agent.domain.order import SelfTrade, TimeInForce, VenueOrderStatus
from bayse_agent.simulation.exchange.refusal import Refusal
from tests.simulation.exchange.floor import BUY, SELL, Floor, prices, shares

STOPPING = [SelfTrade.CANCEL_NEWEST, SelfTrade.CANCEL_BOTH]


def test_skip_passes_over_the_own_order_and_leaves_it() -> None:
    floor = Floor()
    account = floor.user("own", pairs=10)
    own = floor.limit(account, SELL, 0, "0.50", "10")
    floor.limit(floor.user("other", pairs=10), SELL, 0, "0.51", "10")
    order = floor.limit(account, BUY, 0, "0.51", "10")
    assert order.self_trade is SelfTrade.SKIP
    assert order.status is VenueOrderStatus.FILLED
    assert own.status is VenueOrderStatus.OPEN
    assert prices(floor.market.trades) == [(Decimal(10), 510)]


def test_skip_with_only_an_own_order_in_the_way_rests_across_it() -> None:
    floor = Floor()
    account = floor.user("own", pairs=10)
    floor.limit(account, SELL, 0, "0.50", "10")
    order = floor.limit(account, BUY, 0, "0.51", "10")
    assert order.status is VenueOrderStatus.OPEN
    assert len(floor.resting()) == 2


def test_skip_within_one_level_takes_only_the_others() -> None:
    floor = Floor()
    account = floor.user("own", pairs=10)
    own = floor.limit(account, SELL, 0, "0.50", "10")
    other = floor.limit(floor.user("other", pairs=10), SELL, 0, "0.50", "10")
    floor.limit(account, BUY, 0, "0.50", "4")
    assert (shares(own.filled), shares(other.filled)) == (0, 4)


def test_cancel_oldest_cancels_the_own_order_and_goes_on() -> None:
    floor = Floor()
    account = floor.user("own", pairs=10)
    own = floor.limit(account, SELL, 0, "0.50", "10")
    floor.limit(floor.user("other", pairs=10), SELL, 0, "0.51", "10")
    order = floor.limit(account, BUY, 0, "0.51", "10", self_trade=SelfTrade.CANCEL_OLDEST)
    assert own.status is VenueOrderStatus.CANCELLED
    assert order.status is VenueOrderStatus.FILLED
    assert shares(account.free_shares(floor.market, 0, order.currency)) == 20


def test_cancel_newest_without_a_fill_is_rejected_and_spares_the_own_order() -> None:
    floor = Floor()
    account = floor.user("own", pairs=10)
    own = floor.limit(account, SELL, 0, "0.50", "10")
    order = floor.limit(account, BUY, 0, "0.51", "10", self_trade=SelfTrade.CANCEL_NEWEST)
    assert order.status is VenueOrderStatus.REJECTED
    assert own.status is VenueOrderStatus.OPEN


def test_cancel_both_ends_the_own_order_and_the_new_one() -> None:
    floor = Floor()
    account = floor.user("own", pairs=10)
    own = floor.limit(account, SELL, 0, "0.50", "10")
    order = floor.limit(account, BUY, 0, "0.51", "10", self_trade=SelfTrade.CANCEL_BOTH)
    assert order.status is VenueOrderStatus.REJECTED
    assert own.status is VenueOrderStatus.CANCELLED
    assert not floor.resting()


@pytest.mark.parametrize("mode", STOPPING)
def test_stopped_after_a_fill_ends_cancelled(mode: SelfTrade) -> None:
    floor = Floor()
    account = floor.user("own", pairs=10)
    floor.limit(floor.user("other", pairs=4), SELL, 0, "0.49", "4")
    floor.limit(account, SELL, 0, "0.50", "10")
    order = floor.limit(account, BUY, 0, "0.51", "10", self_trade=mode)
    assert order.status is VenueOrderStatus.CANCELLED
    assert shares(order.filled) == 4


@pytest.mark.parametrize("mode", STOPPING)
def test_filled_before_meeting_the_own_order_is_filled(mode: SelfTrade) -> None:
    floor = Floor()
    account = floor.user("own", pairs=10)
    floor.limit(floor.user("other", pairs=4), SELL, 0, "0.49", "4")
    own = floor.limit(account, SELL, 0, "0.50", "10")
    order = floor.limit(account, BUY, 0, "0.51", "4", self_trade=mode)
    assert order.status is VenueOrderStatus.FILLED
    assert own.status is VenueOrderStatus.OPEN


def test_own_order_on_the_other_outcome_counts_as_own() -> None:
    floor = Floor()
    account = floor.user("own")
    own = floor.limit(account, BUY, 1, "0.50", "10")
    order = floor.limit(account, BUY, 0, "0.50", "10", self_trade=SelfTrade.CANCEL_BOTH)
    assert (own.status, order.status) == (VenueOrderStatus.CANCELLED, VenueOrderStatus.REJECTED)
    assert not floor.market.trades


@pytest.mark.parametrize("mode", STOPPING)
def test_fok_that_an_own_order_would_stop_is_refused_whole(mode: SelfTrade) -> None:
    floor = Floor()
    account = floor.user("own", pairs=10)
    others = floor.user("other", pairs=20)
    floor.limit(others, SELL, 0, "0.49", "4")
    floor.limit(account, SELL, 0, "0.50", "10")
    floor.limit(others, SELL, 0, "0.51", "10")
    with pytest.raises(Refusal, match="no liquidity"):
        floor.limit(account, BUY, 0, "0.51", "10", force=TimeInForce.FOK, self_trade=mode)
    assert not floor.market.trades
    assert len(floor.resting()) == 3


def test_post_only_across_an_own_order_alone_rests() -> None:
    floor = Floor()
    account = floor.user("own", pairs=10)
    floor.limit(account, SELL, 0, "0.50", "10")
    order = floor.limit(account, BUY, 0, "0.51", "10", post_only=True)
    assert order.status is VenueOrderStatus.OPEN
