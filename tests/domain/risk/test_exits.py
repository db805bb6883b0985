"""Getting out: no limit on buying stands in its way, but no more is sold than there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.control import TradingState
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.market import EventId, MarketId, MarketStatus, OutcomeId
from bayse_agent.domain.money import Currency, Money, Price, Shares
from bayse_agent.domain.risk import Approved, Limits, Refused, review
from tests.builders import DOWN, MARKET_ID, NOON, a_context, a_market, an_event, some_books
from tests.domain.risk.cases import (
    LIMITS,
    an_exit,
    an_order,
    entries,
    equity,
    holding,
    naira,
    outcomes,
    refusals,
)

HELD = some_books(holding(MARKET_ID))


def test_review_of_an_exit_passes_when_nothing_may_be_bought_any_more() -> None:
    books = replace(
        HELD,
        state=TradingState.REDUCING,
        reconciled_at=None,
        outcomes=outcomes(*[-90_000] * 9),
        equity=equity(1, 1, 1),
        peak=naira(1_000_000),
        entries=entries(*[1] * 500),
        sent_at=(NOON,) * 500,
    )
    event = an_event(status=MarketStatus.PAUSED, closes_at=NOON + timedelta(seconds=1))
    context = a_context(event=event, market=a_market(status=MarketStatus.PAUSED))
    context = replace(context, book1=None, book2=None)
    nothing = Limits(max_stake={}, reserve=Decimal(1), max_open_markets=0, trades_per_day=0)
    assert isinstance(review(an_exit(), context, books, nothing), Approved)


def test_review_of_an_exit_passes_with_books_that_no_buy_could_be_made_on() -> None:
    books = replace(HELD, peak=Money.of(1, Currency.USD), tags={})
    assert refusals(an_exit(), books=books) == []


def test_review_of_an_exit_while_halted_refuses() -> None:
    books = replace(HELD, state=TradingState.HALTED)
    assert refusals(an_exit(), books=books) == [Reason.REFUSED_HALTED]


def test_review_of_an_exit_of_all_that_is_held_approves() -> None:
    assert refusals(an_exit("10"), books=HELD) == []


def test_review_of_an_exit_of_more_than_is_held_refuses() -> None:
    assert refusals(an_exit("10.000001"), books=HELD) == [Reason.REFUSED_NOT_HELD]


def test_review_of_an_exit_of_the_outcome_that_is_not_held_refuses() -> None:
    assert refusals(an_exit(outcome_id=DOWN), books=HELD) == [Reason.REFUSED_NOT_HELD]


@pytest.mark.parametrize(("count", "reasons"), [("6", []), ("6.01", [Reason.REFUSED_NOT_HELD])])
def test_review_of_an_exit_counts_what_is_on_sale_already(
    count: str, reasons: list[Reason]
) -> None:
    selling = replace(HELD.portfolio, live=(an_order(an_exit("4").wish),))
    assert refusals(an_exit(count), books=some_books(selling)) == reasons


def test_review_of_an_exit_does_not_count_what_is_on_sale_elsewhere() -> None:
    elsewhere = an_order(an_exit("4", market_id=MarketId("elsewhere")).wish)
    selling = replace(HELD.portfolio, live=(elsewhere,))
    assert refusals(an_exit("10"), books=some_books(selling)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"shares": Shares(Decimal(0))},
        {"shares": Shares(Decimal(-1))},
        {"shares": Shares(Decimal("NaN"))},
        {"shares": Shares(Decimal("1e99"))},
        {"shares": None},
        {"worst_price": Price(Decimal("Infinity"))},
        {"worst_price": Price(Decimal(0))},
        {"worst_price": Price(Decimal(1))},
        {"currency": Currency.USD},
        {"market_id": MarketId("elsewhere")},
        {"outcome_id": OutcomeId("other")},
    ],
)
def test_review_of_an_exit_that_cannot_be_traded_refuses(changes: dict[str, object]) -> None:
    assert refusals(an_exit(**changes), books=HELD) == [Reason.REFUSED_INPUT]


def test_review_of_an_exit_in_another_events_market_refuses() -> None:
    context = a_context(event=replace(an_event(), id=EventId("event-2")))
    assert refusals(an_exit(), context=context, books=HELD) == [Reason.REFUSED_INPUT]


def test_approved_exit_keeps_what_was_held() -> None:
    verdict = review(an_exit(), a_context(), HELD, LIMITS)
    assert isinstance(verdict, Approved)
    assert verdict.inputs == {"state": "ARMED", "shares": "3", "held": "10", "on_sale": "0"}


@given(
    held=st.decimals(min_value=0, max_value=100, places=2),
    on_sale=st.lists(st.decimals(min_value=0, max_value=50, places=2), max_size=3),
    count=st.decimals(min_value="0.01", max_value=100, places=2),
)
def test_review_never_lets_more_be_sold_than_is_free(
    held: Decimal, on_sale: list[Decimal], count: Decimal
) -> None:
    position = replace(HELD.portfolio.positions[0], shares=Shares(held))
    live = tuple(
        an_order(an_exit(shares=Shares(sold)).wish, f"sale-{number}")
        for number, sold in enumerate(on_sale)
    )
    books = some_books(replace(HELD.portfolio, positions=(position,), live=live))
    is_free = count <= held - sum(on_sale)
    assert (refusals(an_exit(shares=Shares(count)), books=books) == []) is is_free


def test_refusal_of_an_exit_tells_what_is_free() -> None:
    selling = replace(HELD.portfolio, live=(an_order(an_exit("4").wish),))
    verdict = review(an_exit("7"), a_context(), some_books(selling), LIMITS)
    assert isinstance(verdict, Refused)
    assert [str(one) for one in verdict.reasons] == ["shares 7, held 10, on_sale 4; limit 6"]
    verdict = review(an_exit("7", outcome_id=DOWN), a_context(), HELD, LIMITS)
    assert isinstance(verdict, Refused)
    assert verdict.reasons[0].limit == "0"
