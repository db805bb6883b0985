"""Every unknown of the venue that the exchange itself decides, both ways."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bayse_agent.domain.order import VenueOrderStatus
from bayse_agent.simulation.exchange.refusal import Refusal
from bayse_agent.simulation.exchange.switches import Books, Policy, SellUnit, Switches
from tests.simulation.exchange.floor import (
    BUY,
    NGN,
    SELL,
    USD,
    Floor,
    cash,
    free_cash,
    held,
    request,
    shares,
)
from tests.simulation.exchange.invariants import Replay, check

NOTHING = Decimal(0)


@pytest.mark.parametrize(
    ("unit", "size"), [(SellUnit.SHARES, Decimal(10)), (SellUnit.CASH, Decimal("0.20"))]
)
def test_limit_sell_of_10_naira_at_050_is_shares_or_cash(unit: SellUnit, size: Decimal) -> None:
    floor = Floor(switches=Switches(sell_unit=unit))
    asked = request(floor.market, SELL, 0, "10", price="0.50", currency=NGN)
    order = floor.exchange.place(floor.user("a", pairs=10), asked)
    assert shares(order.size) == size


@pytest.mark.parametrize(
    ("unit", "size", "earned"), [(SellUnit.SHARES, 10, 400), (SellUnit.CASH, "0.25", 10)]
)
def test_market_sell_on_a_book_is_shares_or_cash(unit: SellUnit, size: str, earned: int) -> None:
    floor = Floor(switches=Switches(sell_unit=unit))
    floor.limit(floor.user("m"), BUY, 0, "0.40", "20", currency=NGN)
    account = floor.user("a", ngn="0", pairs=10)
    order = floor.at_market(account, SELL, 0, "10", currency=NGN)
    assert shares(order.filled) == Decimal(size)
    assert free_cash(account, NGN) == earned


@pytest.mark.parametrize("placed", SellUnit)
@pytest.mark.parametrize(("quoted", "size"), [(SellUnit.SHARES, 10), (SellUnit.CASH, "0.25")])
def test_quote_of_a_sell_has_a_unit_of_its_own(
    placed: SellUnit, quoted: SellUnit, size: str
) -> None:
    floor = Floor(switches=Switches(sell_unit=placed, quote_sell_unit=quoted))
    floor.limit(floor.user("m"), BUY, 0, "0.40", "20", currency=NGN)
    told = floor.exchange.quote(floor.market, 0, SELL, Decimal(10), NGN)
    assert shares(told.micro) == Decimal(size)


@pytest.mark.parametrize("policy", Policy)
def test_market_order_on_a_book_is_taken_or_refused(policy: Policy) -> None:
    floor = Floor(switches=Switches(market_on_book=policy, dust=NOTHING))
    floor.limit(floor.user("m", pairs=10), SELL, 0, "0.50", "10")
    account = floor.user("t")
    if policy is Policy.REJECT:
        with pytest.raises(Refusal, match="MARKET orders are not supported"):
            floor.at_market(account, BUY, 0, "5")
    else:
        assert floor.at_market(account, BUY, 0, "5").status is VenueOrderStatus.FILLED


@pytest.mark.parametrize(("tick", "is_taken"), [("0.001", True), ("0.01", False)])
def test_price_of_three_decimals_is_taken_on_the_finer_grid(tick: str, is_taken: bool) -> None:
    floor = Floor(switches=Switches(tick=Decimal(tick)))
    account = floor.user("a")
    assert floor.limit(account, BUY, 0, "0.45", "10").own_tick == 450
    if is_taken:
        assert floor.limit(account, BUY, 0, "0.455", "10").own_tick == 455
    else:
        with pytest.raises(Refusal, match=r"multiple of 0\.01"):
            floor.limit(account, BUY, 0, "0.455", "10")


@pytest.mark.parametrize(("dust", "size"), [("0.0001", "99.99"), ("0", "100"), ("0.002", "99.80")])
def test_dust_is_kept_back_when_a_buy_is_sized(dust: str, size: str) -> None:
    floor = Floor(switches=Switches(dust=Decimal(dust)))
    asked = request(floor.market, BUY, 0, "100", price="0.01", currency=NGN)
    assert shares(floor.exchange.place(floor.user("a"), asked).size) == Decimal(size)


@pytest.mark.parametrize("policy", Policy)
def test_buying_the_other_outcome_is_allowed_or_refused(policy: Policy) -> None:
    floor = Floor(switches=Switches(both_sides=policy, dust=NOTHING))
    account = floor.user("a")
    floor.limit(floor.user("m"), BUY, 1, "0.50", "10")
    floor.limit(account, BUY, 0, "0.50", "10")
    if policy is Policy.REJECT:
        with pytest.raises(Refusal, match="both outcomes"):
            floor.limit(account, BUY, 1, "0.40", "10")
    else:
        assert floor.limit(account, BUY, 1, "0.40", "10").status is VenueOrderStatus.OPEN


def _shared() -> Floor:
    return Floor(switches=Switches(books=Books.SHARED, dust=NOTHING))


def test_shared_book_lets_naira_meet_dollars() -> None:
    floor = _shared()
    maker, taker = floor.user("m", usd="0", pairs=10), floor.user("t", ngn="1000")
    floor.limit(maker, SELL, 0, "0.50", "10", currency=USD)
    floor.limit(taker, BUY, 0, "0.60", "10", currency=NGN)
    assert free_cash(maker, USD) == 5
    assert free_cash(taker, NGN) == 500
    assert (held(floor, maker, 0, USD), held(floor, taker, 0, NGN)) == (0, 10)
    check(floor.exchange, Replay(floor.journal))


def test_shared_book_shows_the_same_levels_in_both_currencies() -> None:
    floor = _shared()
    floor.limit(floor.user("m"), BUY, 0, "0.50", "10", currency=NGN)
    levels = [floor.exchange.levels(floor.market, 0, currency, 5) for currency in (USD, NGN)]
    assert levels[0] == levels[1] == ([(500, 10_000_000)], [])


@pytest.mark.parametrize("winner", [0, 1, None])
def test_shared_book_conserves_across_currencies_to_the_end(winner: int | None) -> None:
    floor = _shared()
    naira, dollars = floor.user("n", pairs=20), floor.user("d", pairs=20)
    for maker, taker, side, outcome in (
        (naira, dollars, BUY, 0),
        (dollars, naira, SELL, 1),
        (naira, dollars, SELL, 0),
        (dollars, naira, BUY, 1),
    ):
        first, second = (NGN, USD) if maker is naira else (USD, NGN)
        floor.limit(maker, side, outcome, "0.50", "10", currency=first)
        floor.limit(taker, side, 1 - outcome, "0.50", "10", currency=second)
    replay = Replay(floor.journal)
    check(floor.exchange, replay)
    assert len(floor.market.trades) == 4
    if winner is None:
        floor.exchange.void(floor.market)
    else:
        floor.exchange.resolve(floor.market, winner)
    check(floor.exchange, replay)


def test_separate_books_keep_collateral_apart() -> None:
    floor = Floor()
    floor.user("a", pairs=10)
    assert cash(floor.market.collateral.holds(0)) == 10
    assert cash(floor.market.collateral.holds(1)) == 1000
