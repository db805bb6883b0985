"""The pool: worked numbers, what moves it how far, and that it is the market without members."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.experience import Cell, cell
from bayse_agent.domain.news import Horizon
from bayse_agent.domain.pooling import Opinion, PoolPrior, between, moved, no_skill_known, pool

AUTHORS = ("threshold", "llm", "base_rate", "coin")
NEW = no_skill_known(AUTHORS, PoolPrior())
KIND = Cell(category="crypto", horizon=Horizon.SHORT)


def an_opinion(chance: float, author: str = "threshold", error: float = 0.02) -> Opinion:
    return Opinion(author=author, probability=chance, standard_error=error)


def test_cell_of_a_category_in_capitals_is_that_in_small_letters() -> None:
    assert cell(" CRYPTO ", 600.0) == KIND


def test_pool_of_the_pricer_without_a_record_matches_the_worked_number() -> None:
    pooled = pool(0.5, [an_opinion(0.6)], KIND, NEW)
    assert pooled.probability == pytest.approx(0.5505, abs=1e-4)
    assert pooled.weights == {"threshold": 0.5}
    assert pooled.market_weight == 0.5
    assert pooled.unproven == ("threshold",)
    assert not pooled.is_proven


@pytest.mark.parametrize(
    ("author", "weight"), [("threshold", 0.5), ("llm", 0.2), ("base_rate", 0.1), ("coin", 0.0)]
)
def test_pool_without_a_record_gives_the_start_weight(author: str, weight: float) -> None:
    assert pool(0.5, [an_opinion(0.9, author)], KIND, NEW).weights == {author: weight}


def test_pool_without_members_is_the_market() -> None:
    pooled = pool(0.37, [], KIND, NEW)
    assert pooled.probability == pytest.approx(0.37)
    assert pooled.market_weight == 1.0


def test_pool_of_a_coin_is_the_market() -> None:
    assert pool(0.37, [an_opinion(0.95, "coin", 0.29)], KIND, NEW).probability == pytest.approx(
        0.37
    )


def test_pool_of_a_member_less_sure_than_usual_counts_it_less() -> None:
    usual, unsure = (pool(0.5, [an_opinion(0.7, error=e)], KIND, NEW) for e in (0.03, 0.06))
    assert usual.weights["threshold"] == 0.5
    assert unsure.weights["threshold"] == pytest.approx(0.2)


def test_pool_of_a_member_that_claims_to_know_gives_it_no_more_weight() -> None:
    assert pool(0.5, [an_opinion(0.7, error=0.0)], KIND, NEW).weights["threshold"] == 0.5


def test_pool_of_a_certainty_is_bounded() -> None:
    assert pool(0.5, [an_opinion(1.0, error=0.0)], KIND, NEW).probability < 0.92


def test_pool_at_a_surer_market_does_not_pull_it_back() -> None:
    assert pool(0.998, [an_opinion(1.0, error=0.0)], KIND, NEW).probability >= 0.998 - 1e-9


def test_pool_of_weights_that_sum_to_more_than_one_leaves_nothing_to_the_market() -> None:
    prior = PoolPrior(start_weights={"threshold": 0.9, "llm": 0.9})
    skill = no_skill_known(AUTHORS, prior)
    pooled = pool(0.5, [an_opinion(0.6), an_opinion(0.6, "llm")], KIND, skill)
    assert sum(pooled.weights.values()) == pytest.approx(1.0)
    assert pooled.probability == pytest.approx(0.6)


def test_pool_of_two_opinions_of_one_member_raises() -> None:
    with pytest.raises(InvalidValue):
        pool(0.5, [an_opinion(0.6), an_opinion(0.7)], KIND, NEW)


@pytest.mark.parametrize("wrong", [float("nan"), -0.1, 1.1])
def test_pool_of_numbers_that_are_no_probabilities_raises(wrong: float) -> None:
    with pytest.raises(InvalidValue):
        pool(wrong, [an_opinion(0.6)], KIND, NEW)
    with pytest.raises(InvalidValue):
        pool(0.5, [an_opinion(wrong)], KIND, NEW)


@pytest.mark.parametrize("error", [float("nan"), float("inf"), -0.1])
def test_pool_of_an_error_that_is_none_raises(error: float) -> None:
    with pytest.raises(InvalidValue):
        pool(0.5, [an_opinion(0.6, error=error)], KIND, NEW)


@pytest.mark.parametrize(
    "wrong", [{"start_weights": {"a": 1.5}}, {"weight_sd": 0.0}, {"mispricing_sd": float("nan")}]
)
def test_pool_prior_out_of_range_raises(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        replace(PoolPrior(), **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(("calibrated", "found"), [(-1.0, 0.0), (0.3, 0.3), (0.9, 0.5)])
def test_between_keeps_an_opinion_on_its_side_and_within_what_was_said(
    calibrated: float, found: float
) -> None:
    assert between(calibrated, 0.0, 0.5) == found


def test_moved_matches_the_worked_number() -> None:
    assert moved(0.60, 0.5, 0.50, 0.45) == pytest.approx(0.5757, abs=1e-4)


def test_moved_with_nothing_on_the_market_stays() -> None:
    assert moved(0.60, 0.0, 0.50, 0.10) == 0.60


chances = st.floats(min_value=0.02, max_value=0.98)


@given(price=chances, said=chances)
def test_pool_lies_between_market_and_member(price: float, said: float) -> None:
    found = pool(price, [an_opinion(said)], KIND, NEW).probability
    assert min(price, said) - 1e-9 <= found <= max(price, said) + 1e-9


@given(price=chances, said=chances, other=chances)
def test_pool_is_the_same_seen_from_the_other_outcome(
    price: float, said: float, other: float
) -> None:
    ours = pool(price, [an_opinion(said), an_opinion(other, "llm")], KIND, NEW)
    mirrored = [an_opinion(1 - said), an_opinion(1 - other, "llm")]
    theirs = pool(1 - price, mirrored, KIND, NEW)
    assert ours.probability == pytest.approx(1 - theirs.probability, abs=1e-9)
    assert ours.standard_error == pytest.approx(theirs.standard_error, abs=1e-9)


@given(price=chances, said=chances, later=chances)
def test_moved_is_what_pooling_with_the_new_price_gives(
    price: float, said: float, later: float
) -> None:
    before, after = (pool(m, [an_opinion(said)], KIND, NEW) for m in (price, later))
    found = moved(before.probability, before.market_weight, price, later)
    assert found == pytest.approx(after.probability, abs=1e-9)


@given(price=chances, said=chances, error=st.floats(min_value=0.03, max_value=0.4))
def test_pool_of_a_member_with_a_larger_error_stays_nearer_to_the_market(
    price: float, said: float, error: float
) -> None:
    near = pool(price, [an_opinion(said, error=2 * error)], KIND, NEW).probability
    far = pool(price, [an_opinion(said, error=error)], KIND, NEW).probability
    assert abs(near - price) <= abs(far - price) + 1e-9
