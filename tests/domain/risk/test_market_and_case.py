"""The market: open, wanted, near enough, sanely priced, deep. The case: edge and confidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bayse_agent.domain.decision import Reason
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.market import Engine, MarketStatus
from bayse_agent.domain.money import Price
from bayse_agent.domain.risk import Limits, Refused, review
from tests.builders import NOON, a_book, a_context, a_market, a_quote, an_event, some_books
from tests.domain.risk.cases import LIMITS, a_bet, at_price, by_hand, refusals


@pytest.mark.parametrize("status", [s for s in MarketStatus if s is not MarketStatus.OPEN])
def test_review_of_a_market_that_is_not_open_refuses(status: MarketStatus) -> None:
    assert refusals(context=a_context(market=a_market(status=status))) == [Reason.REFUSED_STATUS]
    assert refusals(context=a_context(event=an_event(status=status))) == [Reason.REFUSED_STATUS]


@pytest.mark.parametrize(
    ("allowed", "reasons"),
    [
        ((), []),
        (("crypto",), []),
        (("Sports", "cRyPtO"), []),
        (("sports",), [Reason.REFUSED_CATEGORY]),
        (("crypt",), [Reason.REFUSED_CATEGORY]),
    ],
)
def test_review_of_a_category_that_is_not_named_refuses(
    allowed: tuple[str, ...], reasons: list[Reason]
) -> None:
    assert refusals(limits=replace(LIMITS, categories=allowed)) == reasons


def test_review_of_an_event_without_a_category_refuses_once_some_are_named() -> None:
    context = a_context(event=replace(an_event(), category=""))
    limits = replace(LIMITS, categories=("crypto",))
    assert refusals(context=context) == []
    assert refusals(context=context, limits=limits) == [Reason.REFUSED_CATEGORY]


@pytest.mark.parametrize("left", [timedelta(seconds=20), timedelta(days=30)])
def test_review_just_near_enough_to_the_close_approves(left: timedelta) -> None:
    assert refusals(context=a_context(event=an_event(closes_at=NOON + left))) == []


@pytest.mark.parametrize(
    "closes_at",
    [
        None,
        NOON - timedelta(seconds=60),
        NOON + timedelta(seconds=19.9),
        NOON + timedelta(days=30, seconds=0.1),
    ],
)
def test_review_too_near_or_far_from_the_close_refuses(closes_at: datetime | None) -> None:
    context = a_context(event=an_event(closes_at=closes_at))
    assert refusals(context=context) == [Reason.REFUSED_TIME_LEFT]


@pytest.mark.parametrize(
    ("price", "reasons"),
    [
        ("0.03", []),
        ("0.97", []),
        ("0.029", [Reason.REFUSED_PRICE]),
        ("0.971", [Reason.REFUSED_PRICE]),
    ],
)
def test_review_holds_the_worst_price_to_the_band(price: str, reasons: list[Reason]) -> None:
    book = a_book(bids=((str(Decimal(price) - Decimal("0.01")), "1000"),), asks=((price, "9999"),))
    event = an_event()
    context = a_context(event=event, market=a_market(fee_rate="0"), book1=book)
    assert refusals(at_price(price), context=context) == reasons


@pytest.mark.parametrize(
    ("bid", "reasons"),
    [
        ("0.51", []),
        ("0.41", []),
        ("0.409", [Reason.REFUSED_SPREAD]),
        ("0.52", [Reason.REFUSED_SPREAD]),
    ],
)
def test_review_holds_the_book_to_its_spread(bid: str, reasons: list[Reason]) -> None:
    assert refusals(context=a_context(book1=a_book(bids=((bid, "1"),)))) == reasons


def test_review_on_a_one_sided_book_refuses() -> None:
    reasons = refusals(context=a_context(book1=a_book(bids=())))
    assert reasons == [Reason.REFUSED_SPREAD, Reason.REFUSED_EXIT_SIDE]


# NGN 1,000 at 0.51 is on offer for 19.6079 shares.
@pytest.mark.parametrize(
    ("asks", "factor", "reasons"),
    [
        ((("0.51", "19.7"),), "1", []),
        ((("0.51", "19.6"),), "1", [Reason.REFUSED_DEPTH]),
        ((("0.50", "10"), ("0.51", "9.9")), "1", []),
        ((("0.51", "19.6"), ("0.511", "100")), "1", [Reason.REFUSED_DEPTH]),
        ((("0.51", "39.3"),), "2", []),
        ((("0.51", "39.2"),), "2", [Reason.REFUSED_DEPTH]),
        ((("0.51", "0.01"),), "0", []),
        ((("0.52", "100"),), "0", [Reason.REFUSED_DEPTH]),
    ],
)
def test_review_holds_the_offers_at_the_worst_price_to_the_stake(
    asks: tuple[tuple[str, str], ...], factor: str, reasons: list[Reason]
) -> None:
    context = a_context(book1=a_book(asks=asks))
    limits = replace(LIMITS, min_depth=Decimal(factor))
    assert refusals(context=context, limits=limits) == reasons
    assert refusals(by_hand(), context=context, limits=limits) == reasons


@pytest.mark.parametrize(("stake", "reasons"), [("1020", []), ("1020.01", [Reason.REFUSED_DEPTH])])
def test_review_of_a_stake_of_all_that_is_on_offer_approves(
    stake: str, reasons: list[Reason]
) -> None:
    context = a_context(book1=a_book(asks=(("0.51", "20"),)))
    assert refusals(a_bet(stake), context=context) == reasons


def test_refusals_of_a_market_tell_what_they_saw() -> None:
    context = a_context(
        event=an_event(closes_at=None), market=a_market(), book1=a_book(bids=(("0.30", "1"),))
    )
    halved = replace(context, book1=a_book(bids=()))
    limits = replace(LIMITS, categories=("sports", "FX"))
    assert told(context, limits) == {
        Reason.REFUSED_CATEGORY: ({"category": "CRYPTO"}, "sports, FX"),
        Reason.REFUSED_TIME_LEFT: ({"time_left": "not known"}, "20 to 2592000 s"),
        Reason.REFUSED_SPREAD: ({"spread": "0.21"}, "0.10"),
    }
    assert told(halved, LIMITS)[Reason.REFUSED_SPREAD] == ({"spread": "a side is empty"}, "0.10")


def told(context: Context, limits: Limits) -> dict[Reason, tuple[dict[str, str], str]]:
    verdict = review(a_bet(), context, some_books(), limits)
    assert isinstance(verdict, Refused)
    return {one.check: (dict(one.inputs), one.limit) for one in verdict.reasons}


@pytest.mark.parametrize(("raw", "reasons"), [("0.0101", []), ("0.01", [Reason.REFUSED_EDGE])])
def test_review_holds_the_forecasters_edge_above_the_floor(raw: str, reasons: list[Reason]) -> None:
    assert refusals(a_bet(raw_edge=Decimal(raw))) == reasons


def test_review_of_a_bet_whose_numbers_do_not_make_its_edge_refuses() -> None:
    told = {"raw_edge": Decimal("0.2"), "edge": Decimal("0.2"), "confidence": 99.0}
    assert refusals(a_bet(probability=0.52, **told)) == [Reason.REFUSED_EDGE]
    reasons = refusals(a_bet(belief=0.52, **told))
    assert reasons == [Reason.REFUSED_EDGE, Reason.REFUSED_CONFIDENCE]


@pytest.mark.parametrize("edge", ["0", "-0.1"])
def test_review_without_an_edge_once_pulled_to_the_market_refuses(edge: str) -> None:
    assert refusals(a_bet(edge=Decimal(edge)))[0] is Reason.REFUSED_EDGE


@pytest.mark.parametrize(("worst", "reasons"), [("0.55", []), ("0.57", [Reason.REFUSED_EDGE])])
def test_review_without_an_edge_at_the_worst_price_refuses(
    worst: str, reasons: list[Reason]
) -> None:
    bet = a_bet(wish=replace(a_bet().wish, worst_price=Price(Decimal(worst))))
    assert refusals(bet) == reasons


@pytest.mark.parametrize(("worst", "reasons"), [("0.569", []), ("0.57", [Reason.REFUSED_EDGE])])
def test_review_without_a_fee_asks_for_a_worst_price_below_the_belief(
    worst: str, reasons: list[Reason]
) -> None:
    bet = a_bet(wish=replace(a_bet().wish, worst_price=Price(Decimal(worst))))
    assert refusals(bet, context=a_context(market=a_market(fee_rate="0"))) == reasons


def test_review_of_a_bet_on_a_book_without_a_fee_refuses() -> None:
    context = a_context(market=a_market(fee_rate=None))
    assert refusals(context=context) == [Reason.REFUSED_EDGE]
    verdict = review(a_bet(), context, some_books(), LIMITS)
    assert isinstance(verdict, Refused)
    assert verdict.reasons[0].inputs == {
        "raw_edge": "0.08",
        "edge": "0.05",
        "edge_at_worst_price": "no fee is known",
    }
    assert refusals(context=a_context(market=a_market(fee_rate="1"))) == [Reason.REFUSED_EDGE]


def test_review_against_a_formula_takes_the_fee_to_be_in_the_quote() -> None:
    event = an_event(engine=Engine.AMM)
    context = a_context(event=event, market=a_market(fee_rate=None), quotes=(a_quote(),))
    assert refusals(context=context) == []


@pytest.mark.parametrize(
    ("confidence", "reasons"),
    [
        (65.0, []),
        (100.0, []),
        (64.9, [Reason.REFUSED_CONFIDENCE]),
        (100.1, [Reason.REFUSED_CONFIDENCE]),
    ],
)
def test_review_holds_confidence_to_its_least(confidence: float, reasons: list[Reason]) -> None:
    assert refusals(a_bet(confidence=confidence)) == reasons


# An edge of 0.05 is 0.4 errors of 0.125 above zero, which is 65.5 %; 0.37 of 0.135, 64.4 %.
@pytest.mark.parametrize(("error", "reasons"), [(0.125, []), (0.135, [Reason.REFUSED_CONFIDENCE])])
def test_review_measures_confidence_itself(error: float, reasons: list[Reason]) -> None:
    assert refusals(a_bet(standard_error=error, confidence=99.0)) == reasons
