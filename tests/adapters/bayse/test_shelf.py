"""Which books are believed, and what is remembered of who asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.adapters.bayse.interest import Interest
from bayse_agent.adapters.bayse.shelf import Shelf
from bayse_agent.domain.market import Level, MarketId, OrderBook, OutcomeId
from bayse_agent.domain.money import Currency, Price, Shares

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
UP, DOWN, MARKET = OutcomeId("up"), OutcomeId("down"), MarketId("m")


def book(at: datetime = NOW, bid: str = "0.4", outcome: OutcomeId = UP) -> OrderBook:
    return OrderBook(
        market_id=MARKET,
        outcome_id=outcome,
        currency=Currency.NGN,
        bids=(Level(price=Price(Decimal(bid)), shares=Shares(Decimal(5))),),
        asks=(),
        last_price=None,
        source_at=at,
        received_at=at,
    )


def shelf() -> Shelf:
    made = Shelf(oldest=2 * SECOND)
    made.watch(UP, MARKET)
    made.watch(DOWN, MARKET)
    return made


def test_put_when_of_another_market_or_unknown_then_is_turned_away() -> None:
    kept = shelf()
    assert not kept.put(replace(book(), market_id=MarketId("other")), NOW)
    assert not kept.put(book(outcome=OutcomeId("nobody")), NOW)
    assert kept.all_fresh([UP], NOW) is None


def test_put_when_older_than_what_is_there_then_is_turned_away() -> None:
    kept = shelf()
    kept.put(book(NOW, "0.4"), NOW)
    assert not kept.put(book(NOW - SECOND, "0.3"), NOW)
    assert kept.all_fresh([UP], NOW) == {UP: book(NOW, "0.4")}


def test_put_when_it_shows_the_same_then_says_so_and_is_as_young_as_the_new_one() -> None:
    kept = shelf()
    assert kept.put(book(NOW), NOW)
    assert not kept.put(book(NOW + SECOND), NOW + SECOND)
    assert kept.all_fresh([UP], NOW + 3 * SECOND) == {UP: book(NOW + SECOND)}


def test_all_fresh_when_one_outcome_is_old_then_there_is_nothing() -> None:
    kept = shelf()
    kept.put(book(NOW), NOW)
    kept.put(book(NOW - 3 * SECOND, outcome=DOWN), NOW)
    assert kept.all_fresh([UP, DOWN], NOW) is None
    assert kept.all_fresh([UP], NOW) is not None


def test_forget_when_a_market_is_forgotten_then_nothing_of_it_is_left() -> None:
    kept = shelf()
    kept.put(book(), NOW)
    kept.forget(MARKET)
    assert (len(kept), dict(kept.outcomes), kept.all_fresh([UP], NOW)) == (0, {}, None)


@given(
    source=st.floats(-10, 10),
    received=st.floats(-10, 10),
)
def test_all_fresh_is_told_only_of_what_is_young_by_both_clocks(
    source: float, received: float
) -> None:
    kept = shelf()
    one = replace(book(), source_at=NOW + source * SECOND, received_at=NOW + received * SECOND)
    kept.put(one, NOW)
    is_young = max(abs(one.source_at - NOW), abs(one.received_at - NOW)) <= 2 * SECOND
    assert (kept.all_fresh([UP], NOW) is not None) == is_young


def test_interest_when_asked_for_twice_then_is_repeated_until_that_is_long_ago() -> None:
    asked: Interest[str] = Interest(most=3)
    asked.ask("a", NOW)
    assert asked.repeated(NOW, 5 * SECOND) == []
    asked.ask("a", NOW + SECOND)
    assert asked.repeated(NOW + SECOND, 5 * SECOND) == ["a"]
    assert asked.repeated(NOW + 6 * SECOND, 5 * SECOND) == []
    assert asked.forget(NOW + 12 * SECOND, 10 * SECOND) == ["a"]


@given(st.lists(st.integers(0, 20)))
def test_interest_is_bounded_and_keeps_what_was_asked_for_last(keys: list[int]) -> None:
    asked: Interest[int] = Interest(most=3)
    for key in keys:
        asked.ask(key, NOW)
    assert [key for key in range(21) if key in asked] == sorted(list(dict.fromkeys(keys[::-1]))[:3])
