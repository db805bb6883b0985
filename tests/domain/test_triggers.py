"""Triggers of a position: the very levels at which the exit rule sells."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.decision import Exit, Trigger
from bayse_agent.domain.exits import ExitRule, decide_exit
from bayse_agent.domain.fees import fee_fraction
from bayse_agent.domain.money import Currency, Money, Price, shares
from bayse_agent.domain.portfolio import Position
from bayse_agent.domain.triggers import triggers_of
from tests.builders import MARKET_ID, NOON, UP, a_book, a_context, a_market

_RULE = ExitRule(stop_loss=Decimal("0.35"), take_profit=Decimal("0.5"), trailing=Decimal("0.2"))


def _position(cost: str = "550", count: str = "10") -> Position:
    return Position(
        market_id=MARKET_ID,
        outcome_id=UP,
        shares=shares(count),
        cost=Money.of(cost, Currency.NGN),
    )


def test_triggers_when_worked_out_then_they_are_those_of_the_rule() -> None:
    closes_at = NOON + timedelta(hours=1)
    best = Price(Decimal("0.6"))
    found = triggers_of(_position(), _RULE, best=best, closes_at=closes_at, is_window=False)
    assert found.entry == Decimal("0.55")
    assert found.stop_loss == Decimal("0.3575")
    assert found.take_profit == Decimal("0.825")
    assert found.trailing == Decimal("0.48")
    assert found.unwatched_from == closes_at - timedelta(seconds=1800)
    assert found.last_sale_at == closes_at - timedelta(seconds=5)


def test_triggers_when_they_are_off_or_not_in_force_then_there_are_none() -> None:
    lower = Price(Decimal("0.5"))
    rule = ExitRule(stop_loss=None)
    found = triggers_of(_position(), rule, best=lower, closes_at=None, is_window=True)
    assert (found.stop_loss, found.take_profit, found.trailing) == (None, None, None)
    assert (found.unwatched_from, found.last_sale_at) == (None, None)
    window = triggers_of(_position(), _RULE, best=lower, closes_at=NOON, is_window=True)
    assert (window.trailing, window.unwatched_from) == (None, None)
    dust = triggers_of(
        _position(count="0.0000001"), _RULE, best=None, closes_at=None, is_window=False
    )
    assert (dust.entry, dust.stop_loss, dust.take_profit) == (None, None, None)


@given(bid=st.integers(min_value=50, max_value=900))
def test_stop_loss_when_all_would_bring_that_or_less_then_the_rule_sells(bid: int) -> None:
    price = Decimal(bid) / 1000
    book = a_book(bids=((str(price), "100"),), asks=((str(price + Decimal("0.01")), "100"),))
    context = a_context(market=a_market(fee_rate="0.02"), book1=book)
    rule = ExitRule()
    level = triggers_of(_position(), rule, best=None, closes_at=None, is_window=False).stop_loss
    assert level is not None
    decision = decide_exit(_position(), context, None, rule)
    sells = isinstance(decision, Exit) and decision.trigger is Trigger.STOP_LOSS
    brings = price * (1 - fee_fraction(Price(price), Decimal("0.02")))
    assert sells is (brings <= level)
