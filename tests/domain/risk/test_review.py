"""The review: what is sound passes, what cannot be read does not, and every reason is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bayse_agent.domain.control import TradingState
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.market import EventId, MarketId, OutcomeId, Symbol
from bayse_agent.domain.money import Currency, Money, Price
from bayse_agent.domain.order import Buy
from bayse_agent.domain.risk import Approved, Refused, review
from tests.builders import (
    NOON,
    UP,
    a_book,
    a_context,
    a_market,
    a_portfolio,
    a_quote,
    an_event,
    an_underlying,
    some_books,
    some_tags,
)
from tests.domain.risk.cases import (
    LIMITS,
    MONEY_CHECKS,
    a_bet,
    an_exit,
    an_order,
    by_hand,
    entries,
    equity,
    holding,
    naira,
    outcomes,
    refusals,
)

BARE = datetime(2026, 6, 10, 12)  # noqa: DTZ001


def test_review_of_a_sound_bet_approves_it() -> None:
    verdict = review(a_bet(), a_context(), some_books(), LIMITS)
    assert isinstance(verdict, Approved)
    assert (verdict.proposal, verdict.reviewed_at) == (a_bet(), NOON)


def test_approved_keeps_the_numbers_that_were_looked_at() -> None:
    verdict = review(a_bet(), a_context(), some_books(), LIMITS)
    assert isinstance(verdict, Approved)
    wanted = {"stake": "NGN 1000", "bankroll": "NGN 100000", "worst_price": "0.51"}
    assert wanted.items() <= verdict.inputs.items()
    assert verdict.inputs["max_market_part"] == "0.05"
    assert verdict.inputs["book_age"] == "0.000 s"


def test_refusal_keeps_its_numbers_and_the_limit() -> None:
    verdict = review(a_bet("5000.01"), a_context(), some_books(), LIMITS)
    assert isinstance(verdict, Refused)
    assert (verdict.reasons[0].inputs, verdict.reasons[0].limit) == (
        {"stake": "NGN 5000.01"},
        "NGN 5000",
    )
    assert str(verdict.reasons[0]) == "stake NGN 5000.01; limit NGN 5000"


def test_approved_made_by_anyone_else_raises() -> None:
    with pytest.raises(BrokenInvariant):
        Approved(proposal=a_bet(), reviewed_at=NOON)


def test_approved_changed_afterwards_raises() -> None:
    verdict = review(a_bet(), a_context(), some_books(), LIMITS)
    assert isinstance(verdict, Approved)
    with pytest.raises(BrokenInvariant):
        replace(verdict, proposal=a_bet("5000000"))


def test_review_tells_every_reason_in_the_order_of_the_checks() -> None:
    books = replace(
        some_books(a_portfolio("5000")),
        state=TradingState.HALTED,
        reconciled_at=None,
        outcomes=outcomes(-1, -1, -1, -1, -4000),
        equity=equity(1, 1, 1, wallet=100_000),
        peak=naira(100_000),
        entries=entries(*[30] * 100),
        sent_at=(NOON,) * 10,
    )
    event = an_event(closes_at=NOON + timedelta(days=40))
    stale = a_book(bids=(("0.10", "1"),), asks=(("0.51", "1"),), at=NOON - timedelta(hours=1))
    bet = a_bet("6000", confidence=1.0, forecast_made_at=NOON - timedelta(hours=1))
    assert refusals(bet, context=a_context(event=event, book1=stale), books=books) == [
        Reason.REFUSED_HALTED,
        Reason.REFUSED_BOOKS_AGE,
        Reason.REFUSED_TIME_LEFT,
        Reason.REFUSED_SPREAD,
        Reason.REFUSED_DEPTH,
        Reason.REFUSED_DATA_AGE,
        Reason.REFUSED_EXIT_SIDE,
        Reason.REFUSED_FORECAST_AGE,
        Reason.REFUSED_CONFIDENCE,
        *MONEY_CHECKS,
        Reason.REFUSED_DAILY_LOSS,
        Reason.REFUSED_DRAWDOWN,
        Reason.REFUSED_LOSING_STREAK,
        Reason.REFUSED_HOURLY_TRADES,
        Reason.REFUSED_DAILY_TRADES,
        Reason.REFUSED_ORDER_RATE,
    ]


def test_refused_gives_the_first_reason_to_the_funnel() -> None:
    verdict = review(a_bet("6000", confidence=1.0), a_context(), some_books(), LIMITS)
    assert isinstance(verdict, Refused)
    assert verdict.reason is Reason.REFUSED_CONFIDENCE


@pytest.mark.parametrize(
    "changes",
    [
        {"edge": Decimal("NaN")},
        {"edge": Decimal("sNaN")},
        {"raw_edge": Decimal("Infinity")},
        {"raw_edge": Decimal("1e500")},
        {"effective_price": Decimal("-Infinity")},
        {"effective_price": Decimal(0)},
        {"confidence": float("nan")},
        {"confidence": -1.0},
        {"belief": float("inf")},
        {"belief": True},
        {"probability": None},
        {"probability": 1.01},
        {"probability": 10**400},
        {"standard_error": float("nan")},
        {"standard_error": -0.1},
        {"forecast_made_at": BARE},
        {"forecast_made_at": None},
    ],
)
def test_review_of_an_unreadable_case_refuses(changes: dict[str, object]) -> None:
    assert refusals(a_bet(**changes)) == [Reason.REFUSED_INPUT]


@pytest.mark.parametrize(
    "wish",
    [
        replace(a_bet().wish, market_id=MarketId("other")),
        replace(a_bet().wish, outcome_id=OutcomeId("other")),
        replace(a_bet().wish, stake=naira(0)),
        replace(a_bet().wish, stake=naira(-5)),
        replace(a_bet().wish, stake=naira("-0")),
        replace(a_bet().wish, stake=naira("1e400")),
        replace(a_bet().wish, stake=Money.of(5, Currency.USD)),
        replace(a_bet().wish, worst_price=Price(Decimal("NaN"))),
        replace(a_bet().wish, worst_price=Price(Decimal(0))),
        replace(a_bet().wish, worst_price=Price(Decimal(1))),
        None,
    ],
)
def test_review_of_an_impossible_wish_refuses(wish: Buy) -> None:
    assert refusals(a_bet(wish=wish)) == [Reason.REFUSED_INPUT]


@pytest.mark.parametrize(
    "context",
    [
        replace(a_context(), now=BARE),
        a_context(event=an_event(closes_at=BARE)),
        a_context(event=replace(an_event(), id=EventId("event-2"))),
        a_context(event=replace(an_event(), category=None)),  # type: ignore[arg-type]
        a_context(book1=replace(a_book(), source_at=BARE)),
        a_context(book1=a_book(at=datetime(1970, 1, 1, tzinfo=UTC))),
        a_context(market=a_market(fee_rate="NaN")),
        a_context(underlying=an_underlying(symbol=Symbol("ETHUSDT"))),
        a_context(quotes=(replace(a_quote(), received_at=BARE),)),
    ],
)
def test_review_on_a_context_that_cannot_be_read_refuses(context: Context) -> None:
    assert refusals(context=context) == [Reason.REFUSED_INPUT]


@pytest.mark.parametrize(
    "changes",
    [
        {"portfolio": replace(a_portfolio(), cash=Money.of("1e300", Currency.NGN))},
        {"portfolio": replace(a_portfolio(), cash=Money.of(10, Currency.USD))},
        {"portfolio": a_portfolio("100000", Currency.USD)},
        {"portfolio": holding("untagged")},
        {"entries": (replace(entries(1)[0], at=BARE),)},
        {"entries": (replace(entries(1)[0], stake=Money.of(1, Currency.USD)),)},
        {"entries": (replace(entries(1)[0], stake=naira(-1)),)},
        {"outcomes": (replace(outcomes(1)[0], profit=Money.of(1, Currency.USD)),)},
        {"sent_at": (BARE,)},
        {"equity": (replace(equity(1)[0], wallet=Money.of(1, Currency.USD)),)},
        {"peak": Money.of(1, Currency.USD)},
        {"reconciled_at": BARE},
        {"tags": {"far": replace(some_tags("far"), closes_at=BARE)}},
        {"portfolio": None},
        {"entries": None},
    ],
)
def test_review_on_books_that_cannot_be_read_refuses(changes: dict[str, object]) -> None:
    books = replace(some_books(), **changes)  # type: ignore[arg-type]
    assert refusals(books=books) == [Reason.REFUSED_INPUT]


def test_review_names_what_cannot_be_read() -> None:
    verdict = review(
        a_bet(edge=Decimal("NaN")), replace(a_context(), now=BARE), some_books(), LIMITS
    )
    assert isinstance(verdict, Refused)
    assert verdict.reasons[0].inputs == {"unreadable": "edge, now"}


def test_review_of_nothing_refuses() -> None:
    verdict = review(None, a_context(), some_books(), LIMITS)  # type: ignore[arg-type]
    assert isinstance(verdict, Refused)
    assert verdict.reason is Reason.REFUSED_INPUT


@pytest.mark.parametrize("state", [TradingState.REDUCING, TradingState.HALTED])
def test_review_of_a_buy_while_not_armed_refuses(state: TradingState) -> None:
    books = replace(some_books(), state=state)
    assert refusals(books=books) == [Reason.REFUSED_HALTED]
    assert refusals(by_hand(), books=books) == [Reason.REFUSED_HALTED]


@pytest.mark.parametrize("seconds", [-120, 0, 120])
def test_review_on_books_found_equal_lately_approves(seconds: int) -> None:
    assert refusals(books=some_books(at=NOON + timedelta(seconds=seconds))) == []


@pytest.mark.parametrize("seconds", [-121, 121])
def test_review_on_books_found_equal_long_ago_refuses(seconds: int) -> None:
    books = some_books(at=NOON + timedelta(seconds=seconds))
    assert refusals(books=books) == [Reason.REFUSED_BOOKS_AGE]


def test_review_on_books_never_reconciled_refuses() -> None:
    books = replace(some_books(), reconciled_at=None)
    verdict = review(a_bet(), a_context(), books, LIMITS)
    assert isinstance(verdict, Refused)
    assert [str(one) for one in verdict.reasons] == ["books_age never reconciled; limit 120 s"]


def test_review_of_a_buy_by_hand_needs_no_edge_but_keeps_every_other_limit() -> None:
    assert refusals(by_hand()) == []
    assert refusals(by_hand("5000.01"))[0] is Reason.REFUSED_STAKE
    stale = a_context(book1=a_book(at=NOON - timedelta(seconds=11)))
    assert refusals(by_hand(), context=stale) == [Reason.REFUSED_DATA_AGE, Reason.REFUSED_EXIT_SIDE]
    busy = replace(some_books(), sent_at=(NOON,) * 10)
    assert refusals(by_hand(), books=busy) == [Reason.REFUSED_ORDER_RATE]


def test_review_of_the_other_outcome_of_a_held_market_refuses() -> None:
    book = a_book(outcome_id=OutcomeId("down-1"))
    bet = a_bet(wish=replace(a_bet().wish, outcome_id=OutcomeId("down-1")))
    books = some_books(holding(a_market().id))
    assert books.portfolio.positions[0].outcome_id == UP
    assert refusals(bet, context=a_context(book2=book), books=books) == [Reason.REFUSED_MARKET_HELD]


def test_review_beside_a_sale_and_a_position_that_cost_nothing_approves() -> None:
    held = holding("near", cost="0")
    sale = an_order(an_exit("1", market_id=MarketId("near")).wish)
    assert refusals(books=some_books(replace(held, live=(sale,)))) == []
