"""Pushed books against what the venue answers: times on a push prove nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bayse_agent.adapters.bayse.doubt import Doubt
from bayse_agent.domain.market import Level, OrderBook
from bayse_agent.domain.money import Price
from tests.builders import MARKET_ID, NOON, a_book


def _at(bid: str) -> OrderBook:
    book = a_book()
    best = book.bids[0]
    return replace(book, bids=(Level(price=Price(type(best.price)(bid)), shares=best.shares),))


def _doubt() -> Doubt:
    return Doubt(lasts=timedelta(seconds=60))


def test_doubt_when_two_answers_in_a_row_fit_nothing_pushed_then_for_a_minute() -> None:
    doubt, stale = _doubt(), _at("0.40")
    doubt.compare(_at("0.30"), (stale, stale), NOON)
    assert not doubt.is_on(MARKET_ID, NOON)
    doubt.compare(_at("0.29"), (stale, stale), NOON + timedelta(seconds=2))
    assert doubt.is_on(MARKET_ID, NOON + timedelta(seconds=61))
    assert not doubt.is_on(MARKET_ID, NOON + timedelta(seconds=62))


def test_doubt_when_the_push_came_a_little_later_then_none() -> None:
    doubt = _doubt()
    for second in range(5):
        doubt.compare(_at("0.30"), (_at("0.40"), _at("0.30")), NOON + timedelta(seconds=second))
    assert not doubt.is_on(MARKET_ID, NOON)


def test_doubt_when_one_answer_fits_in_between_then_it_is_counted_anew() -> None:
    doubt, stale = _doubt(), _at("0.40")
    for bid in ("0.30", "0.40", "0.30"):
        doubt.compare(_at(bid), (stale, stale), NOON)
    assert not doubt.is_on(MARKET_ID, NOON)


def test_doubt_when_nothing_was_pushed_then_none() -> None:
    doubt = _doubt()
    for _ in range(3):
        doubt.compare(_at("0.30"), (None, None), NOON)
    assert not doubt.is_on(MARKET_ID, NOON)
