"""When the fast pass enters, waits and gives up on a market that is about to close."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.decision import Bet, Pass, Reason
from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.market import Engine, MarketStatus
from bayse_agent.domain.money import Currency, Money, price
from bayse_agent.domain.order import Buy
from bayse_agent.domain.settling import SettlementProof
from bayse_agent.domain.sniping import (
    EnterNow,
    Skip,
    SnipeRule,
    Wait,
    last_entry_seconds,
    next_look_seconds,
    when,
)
from tests.builders import (
    MARKET_ID,
    NOON,
    UP,
    a_book,
    a_context,
    a_market,
    a_quote,
    an_event,
    an_underlying,
)

RULE = SnipeRule()
PROVEN = SettlementProof(agreed=30)
NO_EDGE = Pass(market_id=MARKET_ID, reason=Reason.NO_EDGE, detail="too dear")
BET = Bet(
    wish=Buy(
        market_id=MARKET_ID,
        outcome_id=UP,
        stake=Money.of(500, Currency.NGN),
        worst_price=price("0.52"),
    ),
    forecast_id="forecast-1",
    forecast_made_at=NOON,
    probability=0.6,
    belief=0.58,
    standard_error=0.01,
    market_price=Decimal("0.5"),
    effective_price=Decimal("0.52"),
    edge=Decimal("0.06"),
    raw_edge=Decimal("0.08"),
    confidence=99.0,
)


def closing(left_s: float, *, is_window: bool = True) -> Context:
    """A market that closes so many seconds after noon."""
    event = an_event(closes_at=NOON + timedelta(seconds=left_s))
    return a_context(event=event if is_window else replace(event, symbol=None, series=None))


def test_when_there_is_a_bet_in_time_then_it_enters() -> None:
    answer = when(closing(100), BET, RULE, NOON, PROVEN)
    assert answer == EnterNow(bet=BET, until=NOON + timedelta(seconds=92))


def test_when_there_is_no_edge_yet_then_it_waits_for_the_next_look() -> None:
    answer = when(closing(300), NO_EDGE, RULE, NOON, PROVEN)
    assert answer == Wait(
        until=NOON + timedelta(seconds=60),
        earliest=NOON + timedelta(seconds=1),
        reason="no_edge: too dear",
    )


def test_when_watching_has_not_begun_then_it_waits_for_its_beginning() -> None:
    answer = when(closing(1000), BET, RULE, NOON, PROVEN)
    assert isinstance(answer, Wait)
    assert answer.until == answer.earliest == NOON + timedelta(seconds=700)


@pytest.mark.parametrize("left_s", [7.9, 0.0, -5.0])
def test_when_it_is_too_late_then_it_skips(left_s: float) -> None:
    answer = when(closing(left_s), BET, RULE, NOON, PROVEN)
    assert isinstance(answer, Skip)


def test_when_no_look_is_left_before_the_last_moment_then_it_skips() -> None:
    answer = when(closing(8.5), NO_EDGE, RULE, NOON, PROVEN)
    assert answer == Skip(reason="no look is left before 8 s to the close; no_edge: too dear")


def test_when_the_next_look_would_be_too_late_then_it_looks_at_the_last_moment() -> None:
    answer = when(closing(9.2), NO_EDGE, RULE, NOON, PROVEN)
    assert isinstance(answer, Wait)
    assert answer.until == NOON + timedelta(seconds=1.2)


@pytest.mark.parametrize("proof", [None, SettlementProof(), SettlementProof(agreed=29)])
def test_when_the_settlement_is_unconfirmed_then_the_last_three_minutes_are_left_alone(
    proof: SettlementProof | None,
) -> None:
    assert isinstance(when(closing(179), BET, RULE, NOON, proof), Skip)
    assert isinstance(when(closing(181), BET, RULE, NOON, proof), EnterNow)


def test_when_the_settlement_is_unconfirmed_then_it_says_how_many_agreed() -> None:
    answer = when(closing(100), BET, RULE, NOON, SettlementProof(agreed=12))
    assert answer == Skip(
        reason="100.0 s are left, and how it settles is unconfirmed: 12 of 30 windows agreed"
    )


def test_when_the_world_needs_no_proof_then_none_is_asked_for() -> None:
    rule = replace(RULE, proofs_needed=0)
    assert isinstance(when(closing(20), BET, rule, NOON), EnterNow)


def test_when_it_is_no_price_window_then_no_proof_is_asked_for() -> None:
    assert isinstance(when(closing(20, is_window=False), BET, RULE, NOON), EnterNow)


def test_when_it_is_of_a_series_whose_asset_is_not_named_then_proof_is_asked_for() -> None:
    context = closing(100)
    context = replace(context, event=replace(context.event, symbol=None))
    assert isinstance(when(context, BET, RULE, NOON), Skip)


def test_when_there_is_no_closing_time_then_it_skips() -> None:
    context = a_context(event=an_event(closes_at=None))
    assert isinstance(when(context, BET, RULE, NOON, PROVEN), Skip)


def test_when_the_market_is_paused_then_it_skips() -> None:
    market = a_market(status=MarketStatus.PAUSED)
    event = an_event(market, closes_at=NOON + timedelta(seconds=100))
    context = a_context(event=event, market=market)
    assert when(context, BET, RULE, NOON, PROVEN) == Skip(reason="it is paused")


@pytest.mark.parametrize("reason", [Reason.NO_MONEY, Reason.HALTED, Reason.REFUSED_MARKET_HELD])
def test_when_the_reason_will_not_pass_before_the_close_then_it_skips(reason: Reason) -> None:
    answer = Pass(market_id=MARKET_ID, reason=reason)
    assert isinstance(when(closing(100), answer, RULE, NOON, PROVEN), Skip)


def test_when_the_bet_rests_on_an_old_book_then_it_looks_again() -> None:
    context = replace(closing(100), book1=a_book(at=NOON - timedelta(seconds=11)))
    answer = when(context, BET, RULE, NOON, PROVEN)
    assert isinstance(answer, Wait)
    assert answer.reason == "the book is 11.0 s old"


def test_when_the_bet_rests_on_an_old_forecast_then_it_looks_again() -> None:
    bet = replace(BET, forecast_made_at=NOON - timedelta(seconds=30))
    assert isinstance(when(closing(100), bet, RULE, NOON, PROVEN), Wait)


def test_when_the_bet_rests_on_an_old_price_of_the_asset_then_it_looks_again() -> None:
    context = replace(closing(100), underlying=an_underlying(at=NOON - timedelta(seconds=20)))
    assert isinstance(when(context, BET, RULE, NOON, PROVEN), Wait)


def test_when_the_bet_rests_on_an_old_quote_then_it_looks_again() -> None:
    event = an_event(engine=Engine.AMM, closes_at=NOON + timedelta(seconds=100))
    quote = a_quote(at=NOON - timedelta(seconds=30))
    context = a_context(event=event, quotes=(quote,))
    assert isinstance(when(context, BET, RULE, NOON, PROVEN), Wait)


def test_last_entry_of_a_rule_that_is_later_than_the_unconfirmed_stretch_is_its_own() -> None:
    rule = SnipeRule(min_seconds=200)
    assert last_entry_seconds(closing(250), rule, None) == 200


def test_next_look_grows_denser_and_does_not_miss_the_beginning_of_the_average() -> None:
    points, left = [300.0], 300.0
    while left > RULE.min_seconds:
        left = next_look_seconds(left, RULE)
        points.append(left)
    assert [round(point) for point in points[:9]] == [300, 240, 192, 154, 123, 98, 79, 63, 60]
    gaps = [later - sooner for later, sooner in pairwise(points[9:])]
    assert gaps == sorted(gaps, reverse=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"observe_seconds": 8.0},
        {"min_seconds": -1.0},
        {"ratio": 1.0},
        {"min_gap_s": 0.0},
        {"proofs_needed": -1},
        {"unconfirmed_seconds": float("nan")},
    ],
)
def test_snipe_rule_that_makes_no_sense_raises(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidValue):
        SnipeRule(**wrong)  # type: ignore[arg-type]


lefts = st.floats(min_value=-10, max_value=1000)
proofs = st.one_of(st.none(), st.builds(SettlementProof, agreed=st.integers(0, 60)))
answers = st.one_of(
    st.just(BET), st.builds(Pass, market_id=st.just(MARKET_ID), reason=st.sampled_from(Reason))
)


@given(left_s=lefts, proof=proofs, answer=answers, is_window=st.booleans())
def test_when_never_enters_outside_its_time_and_never_waits_past_it(
    left_s: float, proof: SettlementProof | None, answer: Bet | Pass, is_window: bool
) -> None:
    context = closing(left_s, is_window=is_window)
    # A time has no more than microseconds.
    left_s = (context.event.closes_at - NOON).total_seconds() if context.event.closes_at else 0.0
    timing = when(context, answer, RULE, NOON, proof)
    if isinstance(timing, EnterNow):
        assert RULE.min_seconds <= left_s <= RULE.observe_seconds
        is_proven = proof is not None and proof.agreed >= RULE.proofs_needed
        assert is_proven or not is_window or left_s >= RULE.unconfirmed_seconds
    if isinstance(timing, Wait):
        assert NOON <= timing.earliest <= timing.until
        assert (timing.until - NOON).total_seconds() <= left_s - RULE.min_seconds + 1e-5


@given(left_s=st.floats(min_value=2, max_value=300))
def test_next_look_is_always_sooner_to_the_close_by_the_least_gap(left_s: float) -> None:
    following = next_look_seconds(left_s, RULE)
    assert following <= left_s - RULE.min_gap_s + 1e-9
    assert following >= (left_s - RULE.min_gap_s) * RULE.ratio - 1e-9
