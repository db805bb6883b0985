"""The shape of books: thin ones as thin as measured, deep ones as deep as promised."""

from __future__ import annotations

from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.money import Currency
from bayse_agent.simulation.draws import key_of, uniforms
from bayse_agent.simulation.exchange.house import Rung
from bayse_agent.simulation.exchange.units import MICRO
from bayse_agent.simulation.ladders import ask_from, bid_from, deep, thin

BOOKS = [
    thin(500, Currency.NGN, uniforms(key_of(3), f"book {number}")[:6]) for number in range(3000)
]


def slip(rungs: list[Rung], shares: int) -> float | None:
    """Cents above the best price that so many shares cost on average; None: not to be had."""
    left, cents = shares * MICRO, 0.0
    for tick, micro in rungs:
        part = min(left, micro)
        left -= part
        cents += part * (rungs[0][0] - tick) / 10
    return None if left else cents / (shares * MICRO)


def test_thin_books_when_touched_then_offer_two_shares_in_the_middle() -> None:
    assert 1.7 < median(rungs[0][1] / MICRO for rungs in BOOKS if rungs) < 2.3


def test_thin_books_when_ten_shares_are_wanted_then_one_in_seven_lacks_them() -> None:
    lacking = sum(not rungs or slip(rungs, 10) is None for rungs in BOOKS)

    assert 0.12 < lacking / len(BOOKS) < 0.16


def test_thin_books_when_walked_then_slip_as_measured() -> None:
    for shares, cents in ((5, 1.2), (10, 2.2), (25, 4.2), (50, 5.2)):
        slips = [found for rungs in BOOKS if (found := slip(rungs, shares)) is not None]
        assert abs(median(slips) - cents) < 0.45


def test_thin_books_when_counted_then_some_sides_are_empty() -> None:
    assert 0.03 < sum(not rungs for rungs in BOOKS) / len(BOOKS) < 0.07


draws = st.lists(st.floats(1e-9, 1 - 1e-9), min_size=6, max_size=6)
ticks = st.integers(1, 99).map(lambda cents: cents * 10)


@given(best=ticks, numbers=draws)
def test_rungs_when_made_then_are_whole_cents_falling_from_the_best(
    best: int, numbers: list[float]
) -> None:
    for shape in (thin, deep):
        rungs = shape(best, Currency.NGN, numbers)
        at = [tick for tick, _ in rungs]
        assert at == sorted(set(at), reverse=True)
        assert not rungs or (at[0] == best and at[-1] >= 10)
        assert all(tick % 10 == 0 and micro > 0 for tick, micro in rungs)


@given(best=ticks, numbers=draws)
def test_deep_books_when_summed_then_hold_a_thousand_naira(best: int, numbers: list[float]) -> None:
    rungs = deep(best, Currency.NGN, numbers)

    assert sum(tick / 1000 * micro / MICRO * 100 for tick, micro in rungs) > 1000
    assert sum((1000 - tick) / 1000 * micro / MICRO * 100 for tick, micro in rungs) > 1000


def test_books_when_there_is_no_room_then_are_empty() -> None:
    assert thin(0, Currency.NGN, [0.9] * 6) == deep(0, Currency.USD, [0.9] * 6) == []


@given(middle=st.floats(0, 1), half=st.floats(0.005, 0.02))
def test_best_prices_when_set_then_lie_on_both_sides_of_the_middle(
    middle: float, half: float
) -> None:
    bid, ask = bid_from(middle, half), ask_from(middle, half)

    assert bid == 0 or bid / 1000 < middle
    assert ask == 1000 or ask / 1000 > middle
    assert bid < ask
