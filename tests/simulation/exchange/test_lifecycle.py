"""The life of an event, and what its end does to orders, shares and money."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bayse_agent.domain.market import Engine, MarketStatus
from bayse_agent.domain.order import VenueOrderStatus
from bayse_agent.simulation.exchange import views
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.records import ActivityKind, ActivityRecord
from bayse_agent.simulation.exchange.refusal import Refusal
from tests.simulation.exchange.floor import (
    BUY,
    CLOSE_MS,
    NGN,
    SELL,
    START_MS,
    USD,
    Floor,
    cash,
    event_spec,
    free_cash,
    held,
    shares,
)
from tests.simulation.exchange.invariants import Replay, check, digest


def _kinds(account: Account) -> list[str]:
    return [record.kind for record in account.activities]


def _last(account: Account, kind: ActivityKind) -> ActivityRecord:
    return next(record for record in reversed(account.activities) if record.kind is kind)


def test_event_opens_and_closes_at_its_times() -> None:
    floor = Floor(event_spec(opens_ms=START_MS + 1000))
    seen = [floor.market.status]
    for at_ms in (START_MS + 999, START_MS + 1000, CLOSE_MS - 1, CLOSE_MS):
        floor.exchange.advance(at_ms)
        seen.append(floor.market.status)
    assert seen == ["draft", "draft", "open", "open", "closed"]


@pytest.mark.parametrize("status", ["draft", "paused", "closed", "resolved"])
def test_order_on_a_market_that_is_not_open_is_refused(status: str) -> None:
    floor = Floor(event_spec(opens_ms=START_MS + 1000 * (status == "draft")))
    account = floor.user("a")
    if status == "paused":
        floor.exchange.pause(floor.event)
    elif status == "closed":
        floor.exchange.advance(CLOSE_MS)
    elif status == "resolved":
        floor.exchange.resolve(floor.market, 0)
    assert floor.market.status == status
    with pytest.raises(Refusal) as caught:
        floor.limit(account, BUY, 0, "0.50", "10")
    assert caught.value.code == "MARKET_CLOSED"


def test_pause_keeps_resting_orders_and_they_can_be_cancelled() -> None:
    floor = Floor()
    account = floor.user("a", usd="100")
    order = floor.limit(account, BUY, 0, "0.50", "10")
    floor.exchange.pause(floor.event)
    assert order.status is VenueOrderStatus.OPEN
    floor.exchange.cancel(account, order.id)
    assert free_cash(account) == 100


def test_unpaused_event_trades_again() -> None:
    floor = Floor()
    floor.exchange.pause(floor.event)
    floor.exchange.unpause(floor.event)
    assert floor.limit(floor.user("a"), BUY, 0, "0.50", "10").status is VenueOrderStatus.OPEN


def test_close_cancels_resting_orders_and_releases_what_they_locked() -> None:
    floor = Floor()
    account = floor.user("a", usd="100", pairs=10)
    buy = floor.limit(account, BUY, 0, "0.40", "10")
    sell = floor.limit(account, SELL, 0, "0.60", "10")
    naira = floor.limit(account, BUY, 1, "0.40", "10", currency=NGN)
    floor.exchange.advance(CLOSE_MS)
    assert {order.status for order in (buy, sell, naira)} == {VenueOrderStatus.CANCELLED}
    assert free_cash(account) == 100
    assert shares(account.free_shares(floor.market, 0, USD)) == 10
    assert not any(account.locked.balances.values())
    assert floor.market.user_orders == 0


def test_paused_event_closes_at_its_time() -> None:
    floor = Floor()
    floor.exchange.pause(floor.event)
    floor.exchange.advance(CLOSE_MS)
    assert floor.market.status is MarketStatus.CLOSED


def test_winner_is_paid_in_full_and_the_loser_nothing() -> None:
    floor = Floor()
    up, down = floor.user("up", usd="100"), floor.user("down", usd="100")
    floor.limit(up, BUY, 0, "0.60", "10")
    floor.limit(down, BUY, 1, "0.40", "10")
    floor.exchange.resolve(floor.market, 0)
    assert (free_cash(up), free_cash(down)) == (104, 96)
    assert floor.market.collateral.holds(0) == 0


def test_naira_share_pays_a_hundred() -> None:
    floor = Floor()
    up, down = floor.user("up", ngn="1000"), floor.user("down", ngn="1000")
    floor.limit(up, BUY, 0, "0.60", "10", currency=NGN)
    floor.limit(down, BUY, 1, "0.40", "10", currency=NGN)
    floor.exchange.resolve(floor.market, 1)
    assert (free_cash(up, NGN), free_cash(down, NGN)) == (400, 1600)


def test_payout_activities_tell_shares_and_payout_but_no_order() -> None:
    floor = Floor()
    account = floor.user("a", pairs=10)
    floor.exchange.resolve(floor.market, 1)
    won = views.activity(_last(account, ActivityKind.PAYOUT_WIN))
    lost = views.activity(_last(account, ActivityKind.PAYOUT_LOSS))
    assert (won.payout, won.size, won.order_id) == (10, 10, None)
    assert (lost.payout, lost.size, lost.order_id) == (0, 10, None)
    assert won.outcome_id == floor.market.outcome_ids[1]
    assert lost.outcome_id == floor.market.outcome_ids[0]


def test_payout_is_told_once_for_each_currency_and_outcome() -> None:
    floor = Floor()
    account = floor.user("a", pairs=10)
    floor.exchange.resolve(floor.market, 0)
    assert sorted(_kinds(account)) == ["PAYOUT_LOSS"] * 2 + ["PAYOUT_WIN"] * 2


def test_settled_rows_leave_the_portfolio() -> None:
    floor = Floor()
    account = floor.user("a", pairs=10)
    assert len(views.holdings(floor.exchange, account)) == 4
    floor.exchange.resolve(floor.market, 0)
    assert views.holdings(floor.exchange, account) == ()
    assert account.costs == {}


def test_resolve_releases_orders_that_still_rest() -> None:
    floor = Floor()
    account = floor.user("a", usd="100")
    floor.limit(account, BUY, 0, "0.50", "10")
    floor.exchange.resolve(floor.market, 0)
    assert free_cash(account) == 100


def test_resolving_twice_is_refused_and_changes_nothing() -> None:
    floor = Floor()
    floor.user("a", pairs=10)
    floor.exchange.resolve(floor.market, 0, Decimal(70_000))
    before = digest(floor.exchange)
    with pytest.raises(Refusal):
        floor.exchange.resolve(floor.market, 1, Decimal(60_000))
    with pytest.raises(Refusal):
        floor.exchange.void(floor.market)
    assert digest(floor.exchange) == before
    assert floor.event.close_value == 70_000


@pytest.mark.parametrize("winner", [-1, 2])
def test_winner_that_is_no_outcome_is_refused(winner: int) -> None:
    floor = Floor()
    floor.user("a", pairs=10)
    before = digest(floor.exchange)
    with pytest.raises(Refusal):
        floor.exchange.resolve(floor.market, winner)
    assert digest(floor.exchange) == before


def test_void_refunds_what_the_shares_cost() -> None:
    floor = Floor()
    up, down = floor.user("up", usd="100"), floor.user("down", usd="100")
    floor.limit(up, BUY, 0, "0.60", "10")
    floor.limit(down, BUY, 1, "0.40", "10")
    floor.exchange.void(floor.market)
    assert (free_cash(up), free_cash(down)) == (100, 100)
    assert floor.market.status is MarketStatus.CANCELLED
    assert floor.market.winner is None
    assert views.activity(up.activities[-1]).amount_refunded == 6
    assert up.activities[-1].kind is ActivityKind.BUY_REFUND


def test_void_refunds_the_rest_of_the_cost_after_a_part_was_sold() -> None:
    floor = Floor()
    seller, buyer = floor.user("s", usd="0", pairs=10), floor.user("b", usd="100")
    floor.limit(seller, SELL, 0, "0.70", "4")
    floor.limit(buyer, BUY, 0, "0.70", "4")
    floor.exchange.void(floor.market)
    # The pair cost 10, half on each leg: 6 of 10 shares of one leg are left, and all of the other.
    assert free_cash(seller) == Decimal("2.8") + 3 + 5
    assert free_cash(buyer) == 100
    assert floor.market.collateral.holds(0) == 0


def test_void_makes_no_profit_or_loss() -> None:
    floor = Floor()
    account = floor.user("a", pairs=10)
    floor.exchange.void(floor.market)
    assert views.profit_and_loss(account.results, USD).realised.amount == 0


def test_event_ends_with_its_last_market() -> None:
    floor = Floor(event_spec(markets=2))
    one, two = floor.event.markets
    floor.exchange.resolve(one, 0)
    assert floor.event.status is MarketStatus.OPEN
    floor.exchange.void(two)
    assert floor.event.status is MarketStatus.RESOLVED
    assert floor.event.resolved_ms == floor.exchange.now_ms


def test_event_with_all_markets_voided_is_cancelled() -> None:
    floor = Floor(event_spec(markets=2))
    for market in floor.event.markets:
        floor.exchange.void(market)
    assert floor.event.status is MarketStatus.CANCELLED


def test_market_resolved_early_stays_resolved_when_its_event_closes() -> None:
    floor = Floor(event_spec(markets=2))
    floor.exchange.resolve(floor.market, 0)
    floor.exchange.advance(CLOSE_MS)
    assert [m.status for m in floor.event.markets] == [MarketStatus.RESOLVED, MarketStatus.CLOSED]


def test_realised_profit_is_settlement_plus_trade() -> None:
    floor = Floor()
    account, other = floor.user("a", usd="100"), floor.user("b", pairs=20)
    floor.limit(other, SELL, 0, "0.40", "10")
    floor.limit(account, BUY, 0, "0.40", "10")
    floor.limit(other, BUY, 0, "0.55", "4")
    floor.limit(account, SELL, 0, "0.55", "4")
    floor.exchange.resolve(floor.market, 0)
    told = views.profit_and_loss(account.results, USD)
    assert told.from_trades.amount == Decimal("0.6")
    assert told.from_settlements.amount == Decimal("3.6")
    assert told.realised == told.from_settlements + told.from_trades
    assert (told.wins, told.losses) == (1, 0)
    assert free_cash(account) == 100 + told.realised.amount


def test_price_improvement_is_not_counted_as_spent() -> None:
    floor = Floor()
    account = floor.user("a", usd="100")
    floor.limit(floor.user("m", pairs=10), SELL, 0, "0.40", "10")
    floor.limit(account, BUY, 0, "0.70", "10")
    (holding,) = views.holdings(floor.exchange, account)
    assert (holding.cost.amount, holding.average_price) == (4, Decimal("0.4"))
    floor.exchange.resolve(floor.market, 1)
    assert views.profit_and_loss(account.results, USD).realised.amount == -4


def test_average_price_counts_the_fee_kept_in_shares() -> None:
    floor = Floor(event_spec(fee_percent="10"))
    account = floor.user("a", usd="100")
    floor.limit(floor.user("m", pairs=100), SELL, 0, "0.30", "100")
    floor.limit(account, BUY, 0, "0.30", "100")
    (holding,) = views.holdings(floor.exchange, account)
    assert (holding.shares, holding.cost.amount) == (93, 30)
    assert holding.average_price == Decimal("0.322581")


def test_fees_kept_in_shares_are_settled_too() -> None:
    floor = Floor(event_spec(fee_percent="10"))
    floor.limit(floor.user("m", pairs=100), SELL, 0, "0.30", "100")
    floor.limit(floor.user("t"), BUY, 0, "0.30", "100")
    floor.exchange.resolve(floor.market, 0)
    assert cash(floor.exchange.state.venue.free.holds(0)) == 7
    check(floor.exchange, Replay(floor.journal))


@pytest.mark.parametrize("engine", Engine)
def test_settlement_leaves_no_share_and_no_collateral(engine: Engine) -> None:
    floor = Floor(event_spec(engine=engine, fee_percent="10"))
    floor.user("a", pairs=10)
    if engine is Engine.AMM:
        floor.at_market(floor.user("b"), BUY, 1, "50")
    floor.exchange.resolve(floor.market, 1)
    assert floor.market.collateral.holds(0) == 0
    assert not any(floor.market.issuance.balances.values())


def test_two_events_with_one_slug_are_refused() -> None:
    floor = Floor()
    with pytest.raises(Refusal, match="listed already"):
        floor.exchange.list_event(event_spec())
    assert len(list(floor.exchange.events())) == 1


def test_holding_is_all_that_is_held_and_available_what_is_not_locked() -> None:
    floor = Floor()
    account = floor.user("a", pairs=10)
    floor.limit(account, SELL, 0, "0.60", "4")
    row = views.holdings(floor.exchange, account)[0]
    assert (row.shares, row.available) == (10, 6)
    assert held(floor, account, 0) == 10
