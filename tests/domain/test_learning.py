"""What a pool learns from settled forecasts: who is worth listening to, and how much."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from math import exp

import pytest

from bayse_agent.domain.experience import Cell, SettledForecast, cell
from bayse_agent.domain.learning import Record, extended, learned, no_record
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.pooling import PoolPrior
from tests.builders import NOON

KIND = cell("crypto", 600.0)
PRIOR = PoolPrior()


def a_settled(
    number: int,
    chance: float,
    outcome: int,
    *,
    author: str = "threshold",
    price: float | None = 0.5,
    market: str | None = None,
    category: str = "CRYPTO",
    is_pooled: bool = False,
) -> SettledForecast:
    return SettledForecast(
        forecast_id=f"{author}-{number}",
        look_id=f"look-{number}",
        market_id=MarketId(market or f"market-{number}"),
        author=author,
        category=category,
        time_left_s=600.0,
        made_at=NOON + timedelta(hours=number),
        settled_at=NOON + timedelta(hours=number, minutes=20),
        probability=chance,
        standard_error=0.02,
        market_price=price,
        outcome=outcome,
        is_pooled=is_pooled,
    )


def lived(
    count: int, sds: Mapping[str, tuple[float, float]], *, seed: int = 1, market_sd: float = 1.0
) -> Iterator[SettledForecast]:
    """Markets whose truth is known, priced with an error; members see the truth with an error of
    their own, and tell it `stretch` times as surely. An error of 99 sees nothing.
    """
    draw = random.Random(seed)
    for number in range(count):
        truth = draw.gauss(0.0, 2.0)
        outcome = int(draw.random() < _chance(truth))
        shown = (truth + draw.gauss(0.0, market_sd)) * 4.0 / (4.0 + market_sd**2)
        for author, (error, stretch) in sds.items():
            seen = draw.gauss(0.0, 1.5) if error == 99 else truth + draw.gauss(0.0, error)
            yield a_settled(
                number, _chance(stretch * seen), outcome, author=author, price=_chance(shown)
            )


def a_record(count: int, sds: Mapping[str, tuple[float, float]], seed: int = 1) -> Record:
    return extended(no_record(tuple(sds)), lived(count, sds, seed=seed))


def test_learned_without_a_record_is_the_prior() -> None:
    skill = learned(no_record(("threshold",)), PRIOR)
    assert skill.weight("threshold", KIND)[0] == 0.5
    assert not skill.is_proven("threshold", KIND)


def test_learned_of_a_member_that_knows_gives_it_weight() -> None:
    skill = learned(a_record(2000, {"llm": (0.5, 1.0)}), PRIOR)
    assert skill.weight("llm", KIND)[0] > 0.6
    assert skill.is_proven("llm", KIND)
    assert skill.markets == 2000


@pytest.mark.parametrize("stretch", [1.0, 3.0])
def test_learned_of_a_member_that_knows_nothing_takes_its_weight_away(stretch: float) -> None:
    skill = learned(a_record(500, {"threshold": (99, stretch)}), PRIOR)
    assert skill.weight("threshold", KIND)[0] < 0.1


def test_learned_of_an_over_confident_member_brings_it_down_to_what_it_knows() -> None:
    skill = learned(a_record(2000, {"llm": (1.0, 3.0)}), PRIOR)
    _, slope = skill.calibration("llm", KIND).mean
    assert slope == pytest.approx(0.27, abs=0.08)


def test_learned_of_two_members_prefers_the_better_one() -> None:
    skill = learned(a_record(2000, {"llm": (2.0, 1.0), "base_rate": (0.7, 1.0)}), PRIOR)
    assert skill.weight("base_rate", KIND)[0] > skill.weight("llm", KIND)[0] + 0.2


def test_learned_in_one_cell_carries_over_in_part() -> None:
    skill = learned(a_record(2000, {"llm": (0.5, 1.0)}), PRIOR)
    elsewhere = skill.weight("llm", Cell(category="sports", horizon=KIND.horizon))
    here = skill.weight("llm", KIND)
    assert elsewhere[0] > 0.2
    assert elsewhere[1] > here[1]


def test_learned_from_many_looks_at_one_market_is_as_from_one() -> None:
    looks = [a_settled(n, 0.9, 0, market="same") for n in range(400)]
    many = learned(extended(no_record(("threshold",)), looks), PRIOR)
    one = learned(extended(no_record(("threshold",)), looks[:1]), PRIOR)
    assert many.weight("threshold", KIND) == pytest.approx(one.weight("threshold", KIND))
    assert many.markets == 1


def test_learned_from_markets_of_one_hour_is_less_than_from_as_many_of_their_own() -> None:
    apart = [a_settled(n, 0.8, int(n % 5 > 0)) for n in range(40)]
    together = [replace(one, made_at=NOON) for one in apart]
    errors = [
        learned(extended(no_record(("threshold",)), some), PRIOR).weight("threshold", KIND)[1]
        for some in (apart, together)
    ]
    assert errors[0] < 0.9 * errors[1]


def test_extended_in_parts_is_as_at_once() -> None:
    settled = list(lived(60, {"threshold": (1.0, 1.0), "llm": (2.0, 1.0)}))
    whole = extended(no_record(("threshold", "llm")), settled)
    parts = no_record(("threshold", "llm"))
    for begin in range(0, len(settled), 20):
        parts = extended(parts, settled[begin : begin + 20])
    for author in ("threshold", "llm"):
        ours, theirs = (learned(one, PRIOR).weight(author, KIND) for one in (whole, parts))
        assert ours == pytest.approx(theirs)


def test_extended_beyond_its_length_forgets_the_oldest() -> None:
    settled = [a_settled(n, 0.6, 1) for n in range(30)]
    record = extended(no_record(("threshold",)), settled, most=10)
    assert record.rows == 10
    assert learned(record, PRIOR).markets == 10


def test_extended_leaves_out_pools_strangers_and_looks_without_a_price() -> None:
    settled = [
        a_settled(1, 0.6, 1, is_pooled=True),
        a_settled(2, 0.6, 1, author="stranger"),
        a_settled(3, 0.6, 1, price=None),
    ]
    assert extended(no_record(("threshold",)), settled).rows == 0


def test_learned_when_a_member_was_silent_at_some_looks_then_counts_those_it_spoke_at() -> None:
    both = list(lived(1000, {"threshold": (0.7, 1.0), "llm": (0.7, 1.0)}))
    some = [one for one in both if one.author == "threshold" or hash_of(one.market_id) % 2]
    skill = learned(extended(no_record(("threshold", "llm")), some), PRIOR)
    assert skill.weight("threshold", KIND)[0] > 0.2
    assert skill.weight("llm", KIND)[0] > 0.2


def hash_of(market_id: str) -> int:
    return int(market_id.removeprefix("market-"))


def _chance(value: float) -> float:
    return 1.0 / (1.0 + exp(-value))
