"""Profit shared out among bets: the parts are what the books say, to the last unit."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.attribution import (
    Bought,
    GivenUp,
    Lot,
    Traits,
    horizon_band,
    paid_a_share,
    price_band,
    shared_out,
    with_bought,
    without,
)
from bayse_agent.domain.errors import BrokenInvariant
from tests.builders import NOON

_TRAITS = Traits(
    source="scan",
    author="pool",
    category="CRYPTO",
    horizon="5 to 15 min",
    engine="CLOB",
    price_band="0.5 to 0.6",
)
_AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=12)


def _buy(name: str, shares: str, cash: str, fee: str = "0") -> Bought:
    return Bought(
        bet_id=name,
        traits=_TRAITS,
        shares=Decimal(shares),
        cash=Decimal(cash),
        fee=Decimal(fee),
    )


def _out(shares: Decimal, cost: Decimal, cash: Decimal, fee: str = "0") -> GivenUp:
    return GivenUp(way="settled", shares=shares, cost=cost, cash=cash, fee=Decimal(fee))


@given(total=_AMOUNTS, weights=st.lists(_AMOUNTS, min_size=1, max_size=8))
def test_sum_when_shared_out_then_the_parts_are_all_of_it(
    total: Decimal, weights: list[Decimal]
) -> None:
    parts = shared_out(total, weights)
    assert len(parts) == len(weights)
    assert all(part >= 0 for part in parts)
    assert sum(parts) == (total if any(weights) else 0)
    whole = sum(weights)
    if total <= whole:
        assert all(part <= weight for part, weight in zip(parts, weights, strict=True))
    if whole:
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - total * weight / whole) <= Decimal("1E-11") * len(weights)


def test_lots_when_a_market_pays_then_each_bet_earns_by_what_it_paid() -> None:
    lots = with_bought(with_bought((), _buy("dear", "10", "550")), _buy("cheap", "30", "1350"))
    left, parts = without(lots, _out(Decimal(40), Decimal(1900), Decimal(4000)))
    assert left == ()
    assert [(part.lot.bet_id, part.profit, part.is_end) for part in parts] == [
        ("dear", Decimal(450), True),
        ("cheap", Decimal(1650), True),
    ]


def test_lot_when_bought_in_two_fills_then_it_is_one_bet() -> None:
    lots = with_bought(with_bought((), _buy("one", "9.8", "550", "11")), _buy("one", "2", "50"))
    (lot,) = lots
    assert (lot.shares, lot.cost, lot.fee) == (Decimal("11.8"), Decimal(600), Decimal(11))
    assert paid_a_share(lot, 100).quantize(Decimal("0.0001")) == Decimal("0.5085")


def test_lots_when_more_is_given_up_than_there_is_then_the_books_are_broken() -> None:
    with pytest.raises(BrokenInvariant):
        without(with_bought((), _buy("one", "1", "50")), _out(Decimal(2), Decimal(50), Decimal(9)))


_PART = st.decimals(min_value="0.001", max_value=1, places=6)


@given(
    buys=st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.decimals(min_value="0.000001", max_value=1000, places=6),
            st.decimals(min_value="0.01", max_value=10_000, places=2),
        ),
        min_size=1,
        max_size=6,
    ),
    sales=st.lists(st.tuples(_PART, _AMOUNTS, _PART), max_size=4),
    payout=_AMOUNTS,
)
def test_position_when_sold_in_parts_and_settled_then_nothing_is_lost_or_made(
    buys: list[tuple[str, Decimal, Decimal]],
    sales: list[tuple[Decimal, Decimal, Decimal]],
    payout: Decimal,
) -> None:
    lots: tuple[Lot, ...] = ()
    for name, count, paid in buys:
        lots = with_bought(lots, _buy(name, str(count), str(paid), "1"))
    entered, entry_fees = sum(paid for _, _, paid in buys), Decimal(len(buys))
    earned, expected, fees = Decimal(0), Decimal(0), Decimal(0)
    for part, cash, of_cost in [*sales, (Decimal(1), payout, Decimal(1))]:
        held, cost = sum(lot.shares for lot in lots), sum(lot.cost for lot in lots)
        is_all = part == 1
        count = held if is_all else (held * part).quantize(Decimal("0.000001"))
        given_up = (
            cost if count == held else (cost * of_cost).quantize(Decimal("0.01"), "ROUND_DOWN")
        )
        if not 0 < count <= held:
            continue
        lots, parts = without(lots, _out(Decimal(count), Decimal(given_up), cash, "0.5"))
        assert sum(one.cost for one in parts) == given_up
        assert sum(one.fee for one in parts) == Decimal("0.5")
        assert all(lot.shares > 0 and lot.cost >= 0 for lot in lots)
        earned += sum(one.profit for one in parts)
        fees += sum(one.entry_fee for one in parts)
        expected += cash - given_up
        entered -= given_up
    assert lots == ()
    assert earned == expected
    assert entered == 0
    assert fees == entry_fees


@pytest.mark.parametrize(
    ("minutes", "band"),
    [(0, "under 5 min"), (10, "5 to 15 min"), (60, "1 to 6 h"), (60 * 24 * 7, "over 7 days")],
)
def test_horizon_when_a_close_is_so_far_away_then_it_is_in_that_band(
    minutes: int, band: str
) -> None:
    assert horizon_band(NOON, NOON + timedelta(minutes=minutes)) == band
    assert horizon_band(NOON, None) == "no closing date"


def test_price_when_it_is_on_an_edge_then_it_is_in_one_band() -> None:
    found = [price_band(Decimal(text)) for text in ("0", "0.5", "0.599", "0.9", "1")]
    assert found == ["0.0 to 0.1", "0.5 to 0.6", "0.5 to 0.6", "0.9 to 1.0", "0.9 to 1.0"]
