"""The review: each check refuses what it should, nothing unreadable passes, selling does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.decision import Bet, ByHand, Exit, Proposal, Reason
from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.market import Engine, EventId, MarketId, MarketStatus, OutcomeId
from bayse_agent.domain.money import Currency, Money, Price, shares
from bayse_agent.domain.order import Buy, Intent, IntentId, Sell
from bayse_agent.domain.portfolio import Portfolio, Position
from bayse_agent.domain.risk import (
    Approved,
    Limits,
    Refused,
    deployable,
    purse,
    review,
)
from tests.builders import (
    MARKET_ID,
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
)

LIMITS = Limits(
    max_market_part=Decimal(1),
    max_event_part=Decimal(1),
    max_series_part=Decimal(1),
    max_cluster_part=Decimal(1),
    max_daily_stake_part=Decimal(1),
)


def a_bet(stake: str = "1000", currency: Currency = Currency.NGN, **changes: object) -> Bet:
    bet = Bet(
        wish=Buy(
            market_id=MARKET_ID,
            outcome_id=UP,
            stake=Money.of(stake, currency),
            worst_price=Price(Decimal("0.51")),
        ),
        forecast_id="forecast-1",
        forecast_made_at=NOON,
        probability=0.60,
        belief=0.57,
        standard_error=0.02,
        market_price=Decimal("0.50"),
        effective_price=Decimal("0.52"),
        edge=Decimal("0.05"),
        raw_edge=Decimal("0.08"),
        confidence=99.0,
    )
    return replace(bet, **changes)  # type: ignore[arg-type]


def with_an_order(stake: str, deposits: str = "10000") -> Portfolio:
    """Cash, and one order that is out in another market."""
    wish = replace(a_bet(stake).wish, market_id=MarketId("elsewhere"))
    intent = Intent(
        id=IntentId("intent-1"),
        event_id=EventId("event-1"),
        market_id=wish.market_id,
        engine=Engine.CLOB,
        wish=wish,
        forecast_id="forecast-1",
        created_at=NOON,
    )
    return replace(a_portfolio(deposits), live=(intent,))


def holding(*markets: str, cost: str = "1000") -> Portfolio:
    """A portfolio of NGN 100,000 with something of each market in it."""
    empty = a_portfolio()
    positions = tuple(
        Position(
            market_id=MarketId(name),
            outcome_id=UP,
            shares=shares(10),
            cost=Money.of(cost, Currency.NGN),
        )
        for name in markets
    )
    cash = empty.cash - Money.of(cost, Currency.NGN) * len(markets)
    return replace(empty, positions=positions, cash=cash)


def test_review_of_a_sound_bet_approves_it() -> None:
    verdict = review(a_bet(), a_context(), some_books(), LIMITS)
    assert isinstance(verdict, Approved)
    assert (verdict.proposal, verdict.reviewed_at) == (a_bet(), NOON)


def test_approved_made_by_anyone_else_raises() -> None:
    with pytest.raises(BrokenInvariant):
        Approved(proposal=a_bet(), reviewed_at=NOON)


def test_approved_changed_afterwards_raises() -> None:
    verdict = review(a_bet(), a_context(), some_books(), LIMITS)
    assert isinstance(verdict, Approved)
    with pytest.raises(BrokenInvariant):
        replace(verdict, proposal=a_bet("5000000"))


@pytest.mark.parametrize(
    "changes",
    [
        {"edge": Decimal("NaN")},
        {"edge": Decimal("sNaN")},
        {"raw_edge": Decimal("Infinity")},
        {"effective_price": Decimal("-Infinity")},
        {"confidence": float("nan")},
        {"belief": float("inf")},
        {"probability": None},
        {"standard_error": float("nan")},
    ],
)
def test_review_of_an_unreadable_number_refuses(changes: dict[str, object]) -> None:
    assert _reasons(a_bet(**changes)) == [Reason.REFUSED_INPUT]


@pytest.mark.parametrize(
    "wish",
    [
        replace(a_bet().wish, market_id=MarketId("other")),
        replace(a_bet().wish, outcome_id=OutcomeId("other")),
        replace(a_bet().wish, stake=Money.of(0, Currency.NGN)),
        replace(a_bet().wish, stake=Money.of(-5, Currency.NGN)),
        replace(a_bet().wish, stake=Money.of(5, Currency.USD)),
        replace(a_bet().wish, worst_price=Price(Decimal("NaN"))),
        replace(a_bet().wish, worst_price=Price(Decimal(1))),
    ],
)
def test_review_of_an_impossible_wish_refuses(wish: Buy) -> None:
    assert _reasons(a_bet(wish=wish)) == [Reason.REFUSED_INPUT]


@pytest.mark.parametrize("status", [s for s in MarketStatus if s is not MarketStatus.OPEN])
def test_review_of_a_market_that_is_not_open_refuses(status: MarketStatus) -> None:
    assert _reasons(a_bet(), a_context(market=a_market(status=status))) == [Reason.REFUSED_STATUS]


def test_review_of_an_event_that_is_not_open_refuses() -> None:
    context = a_context(event=an_event(status=MarketStatus.PAUSED))
    assert _reasons(a_bet(), context) == [Reason.REFUSED_STATUS]


@pytest.mark.parametrize("seconds", [-11, 11])
def test_review_on_a_book_of_another_time_refuses(seconds: int) -> None:
    context = a_context(book1=a_book(at=NOON + timedelta(seconds=seconds)))
    assert _reasons(a_bet(), context) == [Reason.REFUSED_DATA_AGE, Reason.REFUSED_EXIT_SIDE]


def test_review_on_a_stale_underlying_refuses() -> None:
    context = a_context(underlying=an_underlying(at=NOON - timedelta(seconds=11)))
    assert _reasons(a_bet(), context) == [Reason.REFUSED_DATA_AGE]


def test_review_on_an_underlying_that_is_old_at_its_source_refuses() -> None:
    feed = an_underlying()
    late = replace(feed, last=replace(feed.last, at=NOON - timedelta(seconds=11)))
    assert _reasons(a_bet(), a_context(underlying=late)) == [Reason.REFUSED_DATA_AGE]


@pytest.mark.parametrize(
    ("bet", "context"),
    [
        (a_bet(confidence=65.0), a_context()),
        (a_bet(), a_context(event=an_event(closes_at=NOON + timedelta(seconds=20)))),
        (a_bet(), a_context(event=an_event(closes_at=NOON + timedelta(days=30)))),
        (a_bet(), a_context(book1=a_book(bids=(("0.41", "1"),)))),
        (a_bet(), a_context(book1=a_book(at=NOON - timedelta(seconds=10)))),
        (a_bet("5000"), a_context()),
    ],
)
def test_review_exactly_at_a_limit_approves(bet: Bet, context: Context) -> None:
    assert isinstance(review(bet, context, some_books(), LIMITS), Approved)


def test_review_of_a_window_on_an_old_forecast_refuses() -> None:
    bet = a_bet(forecast_made_at=NOON - timedelta(seconds=11))
    context = a_context(underlying=an_underlying())
    assert _reasons(bet, context) == [Reason.REFUSED_DATA_AGE]


def test_review_on_a_time_without_a_zone_refuses() -> None:
    bare = datetime(2026, 6, 10, 12)  # noqa: DTZ001
    context = a_context(book1=replace(a_book(), source_at=bare))
    assert _reasons(a_bet(), context) == [Reason.REFUSED_INPUT]


def test_review_without_the_outcomes_book_refuses() -> None:
    context = replace(a_context(), book1=None)
    assert _reasons(a_bet(), context) == [
        Reason.REFUSED_SPREAD,
        Reason.REFUSED_DEPTH,
        Reason.REFUSED_DATA_AGE,
        Reason.REFUSED_EXIT_SIDE,
    ]


def test_review_on_a_wide_book_refuses() -> None:
    context = a_context(book1=a_book(bids=(("0.30", "1"),)))
    assert _reasons(a_bet(), context) == [Reason.REFUSED_SPREAD]


def test_review_on_a_crossed_book_refuses() -> None:
    context = a_context(book1=a_book(bids=(("0.60", "1"),)))
    assert _reasons(a_bet(), context) == [Reason.REFUSED_SPREAD]


def test_review_on_a_one_sided_book_refuses() -> None:
    context = a_context(book1=a_book(bids=()))
    assert _reasons(a_bet(), context) == [Reason.REFUSED_SPREAD, Reason.REFUSED_EXIT_SIDE]


def test_review_against_a_formula_needs_a_fresh_quote_and_no_spread() -> None:
    event = an_event(engine=Engine.AMM)
    quoted = a_context(event=event, quotes=(a_quote(),))
    assert isinstance(review(a_bet(), quoted, some_books(), LIMITS), Approved)
    assert _reasons(a_bet(), replace(quoted, quotes=())) == [
        Reason.REFUSED_DATA_AGE,
        Reason.REFUSED_EXIT_SIDE,
    ]


@pytest.mark.parametrize(
    "closes_at", [None, NOON + timedelta(seconds=19), NOON + timedelta(days=31)]
)
def test_review_too_near_or_far_from_the_close_refuses(closes_at: datetime | None) -> None:
    context = a_context(event=an_event(closes_at=closes_at))
    assert _reasons(a_bet(), context) == [Reason.REFUSED_TIME_LEFT]


@pytest.mark.parametrize(
    "changes", [{"raw_edge": Decimal("0.01")}, {"edge": Decimal(0)}, {"edge": Decimal("-0.1")}]
)
def test_review_without_enough_edge_refuses(changes: dict[str, object]) -> None:
    assert _reasons(a_bet(**changes))[0] is Reason.REFUSED_EDGE


@pytest.mark.parametrize("confidence", [64.9, 0.0, 101.0])
def test_review_without_enough_confidence_refuses(confidence: float) -> None:
    assert _reasons(a_bet(confidence=confidence)) == [Reason.REFUSED_CONFIDENCE]


def test_review_of_a_stake_above_the_largest_refuses() -> None:
    assert _reasons(a_bet("5000.01")) == [Reason.REFUSED_STAKE]


def test_review_in_dollars_holds_against_the_limit_in_dollars() -> None:
    portfolio = a_portfolio("1000", Currency.USD)
    bet = a_bet("50.01", Currency.USD)
    context = a_context(book1=a_book(currency=Currency.USD))
    assert _reasons(bet, context, portfolio) == [Reason.REFUSED_STAKE]


def test_review_in_a_currency_without_a_limit_refuses() -> None:
    assert _reasons(a_bet(), limits=replace(LIMITS, max_stake={})) == [Reason.REFUSED_STAKE]


def test_review_of_a_market_already_held_refuses() -> None:
    assert _reasons(a_bet(), portfolio=holding(MARKET_ID)) == [Reason.REFUSED_MARKET_HELD]


def test_review_of_a_fourth_market_refuses() -> None:
    assert _reasons(a_bet(), portfolio=holding("a", "b", "c")) == [Reason.REFUSED_OPEN_POSITIONS]


def test_review_of_a_stake_that_breaks_the_reserve_refuses() -> None:
    limits = replace(LIMITS, max_exposure=Decimal(1))
    assert _reasons(a_bet("4000"), portfolio=a_portfolio("5000"), limits=limits) == [
        Reason.REFUSED_RESERVE
    ]


def test_review_of_a_stake_that_breaks_the_exposure_refuses() -> None:
    assert _reasons(a_bet("3000"), portfolio=a_portfolio("5000")) == [Reason.REFUSED_EXPOSURE]


def test_review_tells_every_reason_in_order() -> None:
    reasons = _reasons(a_bet("6000", confidence=1.0), portfolio=a_portfolio("5000"))
    assert reasons == [
        Reason.REFUSED_CONFIDENCE,
        Reason.REFUSED_STAKE,
        Reason.REFUSED_RESERVE,
        Reason.REFUSED_FLOOR,
        Reason.REFUSED_EXPOSURE,
        Reason.REFUSED_MARKET_PART,
        Reason.REFUSED_EVENT_PART,
        Reason.REFUSED_SERIES_PART,
        Reason.REFUSED_CLUSTER_PART,
        Reason.REFUSED_DAILY_STAKE,
    ]


def test_review_of_a_buy_by_hand_needs_no_edge_but_keeps_the_money_limits() -> None:
    asked = ByHand(wish=a_bet().wish, forecast_id="forecast-1", asked_by="ada")
    assert isinstance(review(asked, a_context(), some_books(), LIMITS), Approved)
    greedy = replace(asked, wish=a_bet("5001").wish)
    assert _reasons(greedy) == [Reason.REFUSED_STAKE]


def test_review_of_an_exit_passes_even_when_nothing_may_be_bought() -> None:
    wish = Sell(
        market_id=MARKET_ID,
        outcome_id=UP,
        shares=shares(3),
        currency=Currency.NGN,
        worst_price=Price(Decimal("0.01")),
    )
    leaving = Exit(wish=wish, forecast_id="forecast-1", cause="stop_loss")
    closed = a_context(market=a_market(status=MarketStatus.PAUSED))
    assert isinstance(review(leaving, closed, some_books(holding(MARKET_ID)), LIMITS), Approved)


def test_deployable_counts_positions_once() -> None:
    portfolio = replace(holding("a", cost="3000"), cash=Money.of(7_000, Currency.NGN))
    assert deployable(some_books(portfolio), LIMITS) == Money.of(4_000, Currency.NGN)


def test_deployable_is_never_below_nothing() -> None:
    portfolio = replace(holding("a", cost="3000"), cash=Money.zero(Currency.NGN))
    assert deployable(some_books(portfolio), LIMITS) == Money.zero(Currency.NGN)


def test_deployable_counts_orders_that_are_out() -> None:
    assert deployable(some_books(with_an_order("2000")), LIMITS) == Money.of(5_000, Currency.NGN)


def test_purse_counts_orders_that_are_out() -> None:
    assert purse(a_context(), some_books(with_an_order("2000")), LIMITS).ceiling == Money.of(
        3_000, Currency.NGN
    )


def test_review_counts_orders_that_are_out_as_exposure() -> None:
    portfolio = with_an_order("2000")
    assert isinstance(review(a_bet("3000"), a_context(), some_books(portfolio), LIMITS), Approved)
    assert _reasons(a_bet("3001"), portfolio=portfolio) == [Reason.REFUSED_EXPOSURE]


def test_purse_is_the_tightest_of_the_money_limits() -> None:
    assert purse(a_context(), some_books(a_portfolio("6000")), LIMITS).ceiling == Money.of(
        3_000, Currency.NGN
    )
    assert purse(a_context(), some_books(a_portfolio()), LIMITS).ceiling == Money.of(
        5_000, Currency.NGN
    )


@given(
    stake=st.decimals(min_value="0.01", max_value=20_000, places=2),
    deposits=st.integers(min_value=0, max_value=20_000),
    held=st.lists(st.sampled_from(["a", "b", MARKET_ID]), unique=True),
)
def test_review_never_lets_a_money_limit_be_passed(
    stake: Decimal, deposits: int, held: list[str]
) -> None:
    before = holding(*held, cost="500")
    portfolio = replace(before, cash=Money.of(deposits, Currency.NGN))
    verdict = review(a_bet(str(stake)), a_context(), some_books(portfolio), LIMITS)
    if isinstance(verdict, Approved):
        left = portfolio.cash.amount - stake
        assert stake <= 5_000
        assert left >= portfolio.bankroll.amount * LIMITS.reserve
        assert portfolio.invested.amount + stake <= portfolio.bankroll.amount / 2
        assert not portfolio.holds(MARKET_ID)


@given(
    numbers=st.tuples(*[st.decimals()] * 3),
    floats=st.tuples(*[st.floats()] * 4),
)
def test_review_is_total_and_approves_only_finite_numbers(
    numbers: tuple[Decimal, ...], floats: tuple[float, ...]
) -> None:
    bet = a_bet(
        effective_price=numbers[0],
        edge=numbers[1],
        raw_edge=numbers[2],
        probability=floats[0],
        belief=floats[1],
        standard_error=floats[2],
        confidence=floats[3],
    )
    verdict = review(bet, a_context(), some_books(), LIMITS)
    if isinstance(verdict, Approved):
        assert all(number.is_finite() for number in numbers)
        assert 65 <= bet.confidence <= 100


def _reasons(
    proposal: Proposal,
    context: Context | None = None,
    portfolio: Portfolio | None = None,
    limits: Limits = LIMITS,
) -> list[Reason]:
    verdict = review(proposal, context or a_context(), some_books(portfolio), limits)
    assert isinstance(verdict, Refused), verdict
    assert verdict.reason is verdict.reasons[0].check
    return [refusal.check for refusal in verdict.reasons]
