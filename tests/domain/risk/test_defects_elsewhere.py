"""Ways in which an agent of this kind has lost money before: none of them is open here."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.books import Books, Entry
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.decision import Bet, ByHand, Pass, Reason
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.market import Engine, Market, MarketId, OutcomeId
from bayse_agent.domain.money import Currency, Money, Price, price
from bayse_agent.domain.order import Buy, IntentId
from bayse_agent.domain.risk import (
    Approved,
    Limits,
    bankroll,
    deployable,
    limits_of,
    limits_text,
    purse,
    review,
)
from bayse_agent.domain.sizing import SizingRule, size
from tests.builders import (
    MARKET_ID,
    NOON,
    UP,
    a_book,
    a_context,
    a_forecast,
    a_market,
    a_portfolio,
    a_quote,
    an_event,
    some_books,
    some_tags,
)
from tests.domain.risk.cases import (
    LIMITS,
    a_bet,
    an_order,
    by_hand,
    entries,
    equity,
    holding,
    naira,
    outcomes,
    refusals,
)

SMALL = replace(
    LIMITS,
    max_stake={Currency.NGN: naira(2_500)},
    max_market_part=Decimal("0.25"),
    max_event_part=Decimal(1),
    max_series_part=Decimal(1),
    max_cluster_part=Decimal(1),
    max_daily_stake_part=Decimal(1),
    max_exposure=Decimal(1),
)
"""Limits for a wallet of NGN 10,000: three stakes of 2,333.33 fit, and no fourth."""


# An outage read as "no positions, no balance" let twelve orders through a cap of three.


def test_an_outage_is_not_an_empty_portfolio() -> None:
    """While account and books were not found equal lately, nothing is bought."""
    for reconciled_at in (None, NOON - timedelta(seconds=121)):
        books = replace(some_books(a_portfolio("10000")), reconciled_at=reconciled_at)
        for proposal in (a_bet("100"), by_hand("100")):
            assert refusals(proposal, books=books) == [Reason.REFUSED_BOOKS_AGE]


def test_a_balance_of_nothing_is_not_a_reason_to_skip_the_reserve() -> None:
    books = some_books(a_portfolio("0"))
    assert purse(a_context(), books, LIMITS).ceiling == naira(0)
    assert Reason.REFUSED_RESERVE in refusals(a_bet("0.01"), books=books)


def test_a_wallet_that_was_read_as_nothing_leaves_nothing_to_stake() -> None:
    books = replace(some_books(a_portfolio("10000")), equity=equity(10_000, wallet=0))
    assert purse(a_context(), books, LIMITS).ceiling == naira(0)
    assert Reason.REFUSED_RESERVE in refusals(a_bet("100"), books=books)


def test_a_stake_that_is_not_a_number_passes_no_comparison() -> None:
    forged = Money(Decimal(1), Currency.NGN)
    object.__setattr__(forged, "amount", Decimal("NaN"))
    bet = a_bet(wish=replace(a_bet().wish, stake=forged))
    assert refusals(bet) == [Reason.REFUSED_INPUT]


# Twenty watchers checked the cap before any of them had acted on it.


def test_twenty_markets_at_once_stay_within_cap_and_reserve() -> None:
    """Each review sees what was approved before it: three orders go out, and no fourth."""
    books = some_books(a_portfolio("10000"))
    approved = 0
    for number in range(20):
        context = _elsewhere(number)
        wish = replace(a_bet("2333.33").wish, market_id=context.market.id)
        verdict = review(a_bet(wish=wish), context, books, SMALL)
        if isinstance(verdict, Approved):
            approved += 1
            books = _after(books, wish)
    assert approved == 3
    assert books.portfolio.free_cash >= naira(3_000)


@given(
    stakes=st.lists(st.integers(min_value=1, max_value=6_000), min_size=1, max_size=25),
    cash=st.integers(min_value=0, max_value=30_000),
)
def test_orders_one_after_another_never_pass_cap_or_reserve(stakes: list[int], cash: int) -> None:
    books = some_books(a_portfolio(str(cash)))
    for number, stake in enumerate(stakes):
        context = _elsewhere(number)
        wish = replace(a_bet(str(stake)).wish, market_id=context.market.id)
        if isinstance(review(a_bet(wish=wish), context, books, SMALL), Approved):
            books = _after(books, wish)
    assert books.portfolio.open_markets() <= SMALL.max_open_markets
    assert books.portfolio.reserved.amount <= cash * (1 - SMALL.reserve)


def _elsewhere(number: int) -> Context:
    """A sound market of its own."""
    market: Market = replace(a_market(), id=MarketId(f"market-{number}"))
    book = replace(a_book(), market_id=market.id)
    return a_context(event=an_event(market), market=market, book1=book)


def _after(books: Books, wish: Buy) -> Books:
    """The books once an intent was written down."""
    name = f"intent-{wish.market_id}"
    entry = Entry(
        intent_id=IntentId(name),
        market_id=wish.market_id,
        outcome_id=wish.outcome_id,
        stake=wish.stake,
        at=NOON,
    )
    live = (*books.portfolio.live, an_order(wish, name))
    return replace(
        books,
        portfolio=replace(books.portfolio, live=live),
        tags={**books.tags, wish.market_id: some_tags(wish.market_id)},
        entries=(*books.entries, entry),
        sent_at=(*books.sent_at, NOON),
    )


# The floor was held against the value of positions, and a value of nothing skipped it.


@pytest.mark.parametrize("portfolio", [a_portfolio("10000"), holding("a", deposits="10000")])
def test_a_floor_above_all_the_cash_lets_nothing_be_bought(portfolio: object) -> None:
    limits = replace(LIMITS, balance_floor={Currency.NGN: naira(50_000)})
    books = some_books(portfolio)  # type: ignore[arg-type]
    for proposal in (a_bet("100"), by_hand("100")):
        assert refusals(proposal, books=books, limits=limits) == [Reason.REFUSED_FLOOR]
    assert purse(a_context(), books, limits).ceiling == naira(0)


# A percentage was held against a sum of money: the larger the stake, the less edge it took.


@pytest.mark.parametrize("stake", ["100", "500", "5000"])
@pytest.mark.parametrize(("raw", "reasons"), [("0.0101", []), ("0.0100", [Reason.REFUSED_EDGE])])
def test_the_edge_that_is_asked_for_does_not_depend_on_the_stake(
    stake: str, raw: str, reasons: list[Reason]
) -> None:
    assert refusals(a_bet(stake, raw_edge=Decimal(raw))) == reasons


def test_the_fee_is_the_markets_own_and_not_a_fixed_sum() -> None:
    bet = a_bet(wish=replace(a_bet().wish, worst_price=Price(Decimal("0.51"))))
    dear = a_context(market=a_market(fee_rate="0.25"))
    assert refusals(bet, context=a_context(market=a_market(fee_rate="0.02"))) == []
    assert refusals(bet, context=dear) == [Reason.REFUSED_EDGE]


def test_an_edge_that_was_only_stated_is_worked_out_again() -> None:
    """A chance of 0.05 at a price of 0.55 was sold as an edge of 0.05; it is one of -0.50."""
    bet = a_bet(
        wish=replace(a_bet().wish, worst_price=Price(Decimal("0.55"))),
        probability=0.05,
        belief=0.05,
        effective_price=Decimal("0.55"),
        edge=Decimal("0.05"),
        raw_edge=Decimal("0.05"),
        confidence=99.0,
    )
    book = a_book(asks=(("0.55", "1000"),))
    reasons = refusals(bet, context=a_context(book1=book))
    assert reasons == [Reason.REFUSED_EDGE, Reason.REFUSED_CONFIDENCE]


# The limits on pace were settings that nothing read.


def test_the_limits_on_trades_are_held() -> None:
    hourly = replace(LIMITS, trades_per_hour=2)
    daily = replace(LIMITS, trades_per_day=2)
    for limits, reason in (
        (hourly, Reason.REFUSED_HOURLY_TRADES),
        (daily, Reason.REFUSED_DAILY_TRADES),
    ):
        one = replace(some_books(), entries=entries(60))
        two = replace(some_books(), entries=entries(60, 120))
        assert refusals(books=one, limits=limits) == []
        assert refusals(books=two, limits=limits) == [reason]
        assert refusals(by_hand(), books=two, limits=limits) == [reason]


def test_there_is_a_limit_on_the_days_loss_a_kill_switch_and_one_on_what_moves_together() -> None:
    lost = replace(some_books(), outcomes=outcomes(-10_001))
    assert refusals(books=lost) == [Reason.REFUSED_DAILY_LOSS]
    killed = replace(some_books(), state=TradingState.HALTED)
    assert refusals(books=killed) == [Reason.REFUSED_HALTED]
    books = some_books(holding("a", "b", cost="5000"))
    btc = replace(some_tags("a"), symbol=an_event().symbol, closes_at=an_event().closes_at)
    together = replace(books, tags={MarketId("a"): btc, MarketId("b"): btc})
    assert refusals(books=together) == [Reason.REFUSED_CLUSTER_PART]


TIGHT = {
    **dict.fromkeys(limits_text(Limits()), "0"),
    "max_stake": "NGN 1",
    "balance_floor": "NGN 999999",
    "reserve": "1",
    "max_losing_streak": "1",
    "streak_pause_s": "172800",
    "repeat_window_s": "172800",
    "min_confidence": "100",
    "min_edge": "1",
    "min_price": "0.9",
    "max_price": "0.1",
    "min_depth": "1000",
    "min_seconds_left": "86400",
    "max_seconds_left": "30",
    "categories": "sports",
    "time_zone": "Asia/Tokyo",
}


@pytest.mark.parametrize("name", TIGHT)
def test_no_limit_is_for_show(name: str) -> None:
    """A sound bet passes by default, and any single limit can be set so that it does not."""
    at = NOON - timedelta(seconds=1)
    loss = outcomes(-1, -1, -1, -1, -1, seconds_ago=7_200)
    books = replace(
        some_books(at=at),
        outcomes=outcomes(-200) if name == "max_losing_streak" else loss,
        equity=equity(99_900, 99_900, 99_900, wallet=100_000),
        peak=naira(100_000),
        # In Lagos these are yesterday's, in Tokyo today's; and of one market, hours ago.
        entries=(
            *entries(*[13.5 * 3_600] * 100),
            *entries(7_200, 7_200, market=MARKET_ID),
        ),
    )
    context = a_context(book1=a_book(at=at))
    if name == "max_quote_age_s":
        context = a_context(event=an_event(engine=Engine.AMM), quotes=(a_quote(at=at),))
    bet = a_bet(forecast_made_at=at)
    limits = limits_of({**limits_text(Limits()), name: TIGHT[name]})
    assert refusals(bet, context=context, books=books) == []
    assert refusals(bet, context=context, books=books, limits=limits) != []


# Cash was counted without positions, and positions were taken off it once more.


def test_what_is_in_positions_is_taken_off_once() -> None:
    """7,000 in cash and 3,000 in positions leave 4,000 at a reserve of 0.30, and not 1,900."""
    books = some_books(holding("a", cost="3000", deposits="10000"))
    assert bankroll(books) == naira(10_000)
    assert deployable(books, LIMITS) == naira(4_000)


def test_the_value_of_positions_is_never_taken_for_cash() -> None:
    books = some_books(holding("a", cost="10000", deposits="10000"))
    assert books.portfolio.free_cash == naira(0)
    assert purse(a_context(), books, LIMITS).ceiling == naira(0)


# The venue's minimum was put under the stake after the caps had said less.


@given(deposits=st.integers(min_value=0, max_value=3_000))
def test_a_stake_is_never_raised_to_the_venues_minimum(deposits: int) -> None:
    """Where the limits leave less than the minimum, nothing is bet."""
    context, books = a_context(), some_books(a_portfolio(str(deposits)))
    found = purse(context, books, LIMITS)
    answer = size(context, a_forecast(0.9), found, SizingRule())
    if found.ceiling < naira(100):
        assert isinstance(answer, Pass)
    if isinstance(answer, Bet):
        assert naira(100) <= answer.wish.stake <= found.ceiling


def test_a_wish_of_the_minimum_is_refused_where_the_limits_leave_less() -> None:
    books = some_books(a_portfolio("1000"))
    wish = Buy(market_id=MARKET_ID, outcome_id=UP, stake=naira(100), worst_price=price("0.51"))
    asked = ByHand(wish=wish, forecast_id="", asked_by="ada")
    assert refusals(asked, books=books) == [Reason.REFUSED_MARKET_PART]


# A trade by hand went straight to the venue; an outcome that was not "YES" was taken for no.


def test_a_trade_by_hand_has_no_way_around_the_money() -> None:
    books = some_books(a_portfolio("10000"))
    assert Reason.REFUSED_STAKE in refusals(by_hand("9000"), books=books)


def test_an_outcome_that_nobody_knows_is_not_the_other_one() -> None:
    asked = by_hand()
    unknown = replace(asked, wish=replace(asked.wish, outcome_id=OutcomeId("yes")))
    assert refusals(unknown) == [Reason.REFUSED_INPUT]
